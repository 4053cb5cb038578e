/* k_disclosure.c - k-disclosure: a few who know themselves can tell the category of all others.
 *
 * When all of a group but at most k are in one category, those k together know
 * from the number of the rest that everybody else is in the category. So the
 * number of the rest must not be known: the difference of whole and part becomes
 * sensitive (of a share, either side). Where the cells have no such difference the
 * part does, which keeps the number unknown as long as the whole is not withheld.
 *
 * The group is who is left to protect, as in group.c. A rest of 0 is group.c's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

#include "core/number.h"

static void mark(const cdn_cells *cells, uint32_t cell, cdn_verdict *verdicts)
{
    if (!cells->cells[cell].is_public)
        verdicts[cell] |= 1u << CDN_RULE_K_DISCLOSURE;
}

/* Of the group, 1 to k are not in the category, and somebody is. */
static bool few_left(int64_t part, int64_t whole, int64_t k)
{
    return part > 0 && whole > part && whole - part <= k;
}

void cdn_rule_k_disclosure(const cdn_cells *cells, const cdn_policy *policy,
                           cdn_verdict *verdicts)
{
    if (!policy->k_disclosure.on)
        return;
    for (uint32_t i = 0; i < cells->category_count; i++) {
        const cdn_category *category = &cells->categories[i];
        const cdn_cell *part = &cells->cells[category->part];
        const cdn_cell *whole = &cells->cells[category->whole];
        int64_t k = (int64_t)policy->k_disclosure.k *
                    cdn_pow10(cells->variables[part->variable].decimals);
        if (category->difference == UINT32_MAX) {
            if (few_left(part->total, whole->total, k))
                mark(cells, category->part, verdicts);
            continue;
        }
        const cdn_cell *rest = &cells->cells[category->difference];
        if (part->total > 0 && rest->total > 0 && rest->total <= k)
            mark(cells, category->difference, verdicts);
        if (category->rest != UINT32_MAX && part->total > 0 && rest->total > 0 &&
            part->total <= k)
            mark(cells, category->part, verdicts);
    }
}
