/* group.c - group disclosure: everybody, or nobody, of a group has the attribute.
 *
 * A total of 0 over contributors that cannot be negative says that each of them
 * contributed 0: a rate of 0 % is a statement about every workplace in it.
 *
 * For a share both ends disclose: when the numerator is empty the numerator
 * becomes sensitive, when the complement is empty the complement does, so that
 * numerator and denominator cannot both be known. In a table over a
 * characteristic of people the category that holds the whole group does.
 * A group of which nobody is left to protect discloses nothing new.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

static void mark_empty_totals(const cdn_cells *cells, cdn_verdict *verdicts)
{
    for (uint32_t c = 0; c < cells->count; c++) {
        const cdn_cell *cell = &cells->cells[c];
        if (cells->variables[cell->variable].magnitude && !cell->is_public &&
            cell->providers > 0 && cell->total == 0)
            verdicts[c] |= 1u << CDN_RULE_GROUP;
    }
}

void cdn_rule_group(const cdn_cells *cells, const cdn_policy *policy, cdn_verdict *verdicts)
{
    if (!policy->group_disclosure)
        return;
    mark_empty_totals(cells, verdicts);
    for (uint32_t i = 0; i < cells->category_count; i++) {
        const cdn_category *category = &cells->categories[i];
        const cdn_cell *part = &cells->cells[category->part];
        const cdn_cell *whole = &cells->cells[category->whole];
        if (whole->value == 0 || whole->providers == 0)
            continue;
        if (category->rest == UINT32_MAX) {
            if (part->value == whole->value)
                verdicts[category->part] |= 1u << CDN_RULE_GROUP;
            continue;
        }
        if (part->value == 0)
            verdicts[category->part] |= 1u << CDN_RULE_GROUP;
        if (part->value == whole->value)
            verdicts[category->rest] |= 1u << CDN_RULE_GROUP;
    }
}
