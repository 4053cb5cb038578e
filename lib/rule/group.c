/* group.c - group disclosure: everybody, or nobody, of a group has the attribute.
 *
 * A total of 0 over contributors that cannot be negative says that each of them
 * contributed 0: a rate of 0 % is a statement about every workplace in it.
 *
 * For a share both ends disclose: when the numerator is empty the numerator
 * becomes sensitive, when the complement is empty the complement does, so that
 * numerator and denominator cannot both be known. In a table over a
 * characteristic of people the category that holds the whole group does.
 *
 * The group is who is left to protect: published provider rows can be
 * subtracted, so a group that is mixed only by them discloses as well. A group
 * of which nobody is left discloses nothing new.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

/* What a public register says of a group is no disclosure. */
static void mark(const cdn_cells *cells, uint32_t cell, cdn_verdict *verdicts)
{
    if (!cells->cells[cell].is_public)
        verdicts[cell] |= 1u << CDN_RULE_GROUP;
}

/* Of providers who all waived protection nothing is left to disclose. */
static void mark_empty_totals(const cdn_cells *cells, const cdn_policy *policy,
                              cdn_verdict *verdicts)
{
    for (uint32_t c = 0; c < cells->count; c++) {
        const cdn_cell *cell = &cells->cells[c];
        bool waived = policy->waivers && cell->unwaived == 0;
        if (!cell->is_change && cells->variables[cell->variable].magnitude && cell->providers > 0 &&
            cell->total == 0 && !waived)
            mark(cells, c, verdicts);
    }
}

/* Nobody is in the category whom rows do not already show. */
static bool nobody_in(const cdn_cell *cell)
{
    return cell->total == 0;
}

/* The category holds everybody, or everybody whom rows do not already show. */
static bool everybody_in(const cdn_cell *part, const cdn_cell *whole)
{
    return part->value == whole->value || part->total == whole->total;
}

void cdn_rule_group(const cdn_cells *cells, const cdn_policy *policy, cdn_verdict *verdicts)
{
    if (!policy->group_disclosure)
        return;
    mark_empty_totals(cells, policy, verdicts);
    for (uint32_t i = 0; i < cells->category_count; i++) {
        const cdn_category *category = &cells->categories[i];
        const cdn_cell *part = &cells->cells[category->part];
        const cdn_cell *whole = &cells->cells[category->whole];
        if (category->rest == UINT32_MAX) {
            if (part->providers > 0 && everybody_in(part, whole))
                mark(cells, category->part, verdicts);
            continue;
        }
        const cdn_cell *rest = &cells->cells[category->rest];
        if (part->providers == 0 && rest->providers == 0)
            continue;
        if (nobody_in(part))
            mark(cells, category->part, verdicts);
        if (nobody_in(rest))
            mark(cells, category->rest, verdicts);
    }
}
