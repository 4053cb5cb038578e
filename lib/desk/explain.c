/* explain.c - how a release stands, in words: whom it waits for, or what is wrong with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "desk/standing.h"

bool cdn_standing_awaits(const cdn_standing *standing, uint32_t person)
{
    const cdn_agreement *agreement = standing->agreement;
    if (standing->stand != CDN_STAND_WAITING || standing->approved[person])
        return false;
    for (uint32_t i = 0; i < agreement->approver_count && agreement->one_per_organisation; i++)
        if (standing->approved[i] && strcmp(agreement->approvers[i].organisation,
                                            agreement->approvers[person].organisation) == 0)
            return false;
    return true;
}

static void explain_waiting(const cdn_standing *standing, cdn_text *out)
{
    const char *sign = "; waits for ";
    cdn_text_add(out, "needs ");
    cdn_agreement_need(standing->agreement, standing->approved, out);
    for (uint32_t i = 0; i < standing->agreement->approver_count; i++) {
        if (!cdn_standing_awaits(standing, i))
            continue;
        cdn_text_addf(out, "%s%s", sign, standing->agreement->approvers[i].name);
        sign = ", ";
    }
}

void cdn_standing_explain(const cdn_standing *standing, cdn_text *out)
{
    switch (standing->stand) {
    case CDN_STAND_WAITING:
        explain_waiting(standing, out);
        break;
    case CDN_STAND_APPROVED:
        cdn_text_add(out, "`cordon deliver` may deliver it");
        break;
    case CDN_STAND_REJECTED:
        cdn_text_addf(out, "by %s: %s", standing->track.rejected_by, standing->track.reason);
        break;
    case CDN_STAND_INVALID:
        cdn_text_addf(out, "%s; its approvals count for nothing", standing->why.message);
        break;
    case CDN_STAND_UNFINISHED:
        cdn_text_add(out, "its delivery began and counts as released; `cordon deliver` takes it "
                          "up again");
        break;
    case CDN_STAND_END_:
        break;
    }
}
