/* suppress.c - the order of events: propagate, certify, prune, improve, verify.
 *
 * Withholding more never exposes anything, so the second run of the
 * certificates, modulo the second prime, ends with a pattern that is safe in
 * both; it is the verification, and normally finds nothing to do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/suppress.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "protect/certify.h"
#include "protect/company.h"
#include "protect/factor.h"
#include "protect/improve.h"
#include "protect/pattern.h"
#include "protect/propagate.h"
#include "protect/prune.h"
#include "protect/relent.h"
#include "protect/views.h"

/* A second opinion is asked for where the first prune looked at no more entries than this: it looks
 * at several times as many. */
#define MOST_EFFORT (UINT64_C(1) << 24)

/* With more cells than this exposed: alternatives for all of them at once, rather than certificates
 * one by one. They would be long, and each round of them needs a new elimination. */
#define MOST_EXPOSED 1024u
/* The same where all cells cost the same, and alternatives are hard to tell apart: certificates
 * withhold fewer cells then, until there are too many. */
#define MOST_ALIKE (UINT32_C(1) << 17)

static uint32_t most_exposed(const cdn_system *system)
{
    for (uint32_t c = 1; c < system->cell_count; c++) {
        if (system->costs[c] != system->costs[0])
            return MOST_EXPOSED;
    }
    return MOST_ALIKE;
}

static cdn_status make_factor(cdn_factor *factor, cdn_pattern *pattern, cdn_error *error)
{
    cdn_prime field = cdn_prime_make(CDN_PRIME_FIRST_FOLD);
    uint32_t exposed = 0;
    CDN_TRY(cdn_factor_init(factor, pattern, field, error));
    CDN_TRY(cdn_certify_count(factor, &exposed, error));
    if (exposed <= most_exposed(pattern->system))
        return CDN_OK;
    CDN_TRY(cdn_improve_widen(pattern, error));
    cdn_factor_release(factor);
    return cdn_factor_init(factor, pattern, field, error);
}

static cdn_status certify_and_prune(cdn_pattern *pattern, cdn_suppress_result *out,
                                    uint64_t *effort, cdn_error *error)
{
    cdn_factor factor = {0};
    cdn_status status = make_factor(&factor, pattern, error);
    if (status == CDN_OK)
        status = cdn_certify(pattern, &factor, &out->rounds, error);
    if (status == CDN_OK && pattern->system->holder_kinds > 0)
        status = cdn_views_protect(pattern, &factor, NULL, error);
    if (status == CDN_OK)
        status = cdn_prune(pattern, &factor, NULL, effort, error);
    cdn_factor_release(&factor);
    return status;
}

static cdn_status verify(cdn_pattern *pattern, cdn_suppress_result *out, cdn_error *error)
{
    cdn_factor factor;
    cdn_status status =
        cdn_factor_init(&factor, pattern, cdn_prime_make(CDN_PRIME_SECOND_FOLD), error);
    if (status == CDN_OK)
        status = cdn_certify(pattern, &factor, &out->rounds, error);
    if (status == CDN_OK && pattern->system->holder_kinds > 0)
        status = cdn_views_protect(pattern, &factor, NULL, error);
    cdn_factor_release(&factor);
    return status;
}

/* Publishes again what contributors no longer need withheld, once the last pattern is known. */
static cdn_status relent(cdn_pattern *pattern, cdn_suppress_result *out, cdn_error *error)
{
    uint32_t published = 0;
    CDN_TRY(cdn_relent(pattern, &published, error));
    return published > 0 ? verify(pattern, out, error) : CDN_OK;
}

static cdn_status report(const cdn_pattern *pattern, cdn_suppress_result *out, cdn_error *error)
{
    const cdn_system *system = pattern->system;
    out->figure_withheld = cdn_alloc(system->figure_count, sizeof *out->figure_withheld);
    out->cell_visible = cdn_alloc(system->cell_count, sizeof *out->cell_visible);
    if (out->figure_withheld == NULL || out->cell_visible == NULL)
        return cdn_fail_memory(error);
    for (uint32_t f = 0; f < system->figure_count; f++) {
        out->figure_withheld[f] = pattern->withheld[f];
        out->primary_count += pattern->primary[f];
        out->secondary_count += pattern->withheld[f] && !pattern->primary[f];
    }
    for (uint32_t c = 0; c < system->cell_count; c++)
        out->cell_visible[c] = !cdn_pattern_unknown(pattern, c);
    return CDN_OK;
}

cdn_status cdn_suppress(const cdn_system *system, cdn_suppress_result *out, cdn_error *error)
{
    cdn_pattern pattern;
    uint64_t effort = 0;
    *out = (cdn_suppress_result){0};
    cdn_status status = cdn_pattern_init(&pattern, system, error);
    if (status == CDN_OK)
        status = cdn_propagate(&pattern, error);
    if (status == CDN_OK && system->holder_kinds > 0)
        status = cdn_company_keep(&pattern, error);
    if (status == CDN_OK)
        status = certify_and_prune(&pattern, out, &effort, error);
    if (status == CDN_OK && effort <= MOST_EFFORT)
        status = cdn_improve(&pattern, cdn_prime_make(CDN_PRIME_FIRST_FOLD), error);
    if (status == CDN_OK)
        status = verify(&pattern, out, error);
    if (status == CDN_OK && system->holder_kinds > 0)
        status = relent(&pattern, out, error);
    if (status == CDN_OK)
        status = report(&pattern, out, error);
    if (status != CDN_OK)
        cdn_suppress_result_release(out);
    cdn_pattern_release(&pattern);
    return status;
}

void cdn_suppress_result_release(cdn_suppress_result *result)
{
    if (result == NULL)
        return;
    cdn_free(result->figure_withheld);
    cdn_free(result->cell_visible);
    *result = (cdn_suppress_result){0};
}
