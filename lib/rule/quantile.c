/* quantile.c - medians and other quantiles need a minimum of their own.
 *
 * A quantile is close to one person's value; it is shown only when enough
 * records lie under it in all, and strictly on each side of it (Handbook on SDC,
 * 2nd ed., section 5.7; the "Position" class of the ACRO taxonomy).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

bool cdn_rule_quantile(const cdn_figure *figure, const cdn_cell *base, const cdn_policy *policy)
{
    return cdn_threshold_unsafe(&policy->quantile_workers, base->records) ||
           cdn_threshold_unsafe(&policy->quantile_side, figure->below) ||
           cdn_threshold_unsafe(&policy->quantile_side, figure->above);
}
