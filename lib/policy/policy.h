/* policy.h - the protection rules of one policy file, validated and immutable.
 *
 * Every parameter and every comparison is written in the policy file; nothing
 * has a default here: a missing parameter is an error. Made from the jail's
 * JSON, format "cordon-policy/1". */
#ifndef CDN_POLICY_POLICY_H
#define CDN_POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"
#include "json/json.h"

/** How a threshold is compared; named in the file, never implied. */
typedef enum cdn_compare {
    CDN_FEWER_THAN = 1, /* unsafe when value < threshold */
    CDN_AT_MOST = 2,    /* unsafe when value <= threshold */
    CDN_MORE_THAN = 3,  /* unsafe when value > threshold */
    CDN_AT_LEAST = 4    /* unsafe when value >= threshold */
} cdn_compare;

typedef struct cdn_threshold {
    bool on;
    cdn_compare compare;
    uint32_t value;
} cdn_threshold;

/** true when the value is unsafe under the threshold; false when it is off. */
bool cdn_threshold_unsafe(const cdn_threshold *threshold, int64_t value);

typedef enum cdn_zero_rule {
    CDN_ZEROS_SAFE = 1,     /* a cell without contributors is published as 0 */
    CDN_ZEROS_UNSAFE = 2    /* it is withheld */
} cdn_zero_rule;

typedef struct cdn_dominance {
    bool on;
    uint32_t n;           /* 1 or 2 largest contributors */
    uint32_t k_percent;
    cdn_compare compare;  /* MORE_THAN or AT_LEAST, on the share */
} cdn_dominance;

typedef struct cdn_p_percent {
    bool on;
    uint32_t p_percent;
    cdn_compare compare;  /* FEWER_THAN ("less than") or AT_MOST, on the remainder */
} cdn_p_percent;

typedef enum cdn_cost {
    CDN_COST_CELLS = 1,   /* withhold few cells */
    CDN_COST_VALUE = 2,   /* withhold little value */
    CDN_COST_WORKERS = 3  /* withhold cells of few workers */
} cdn_cost;

typedef struct cdn_policy {
    const char *name;
    const char *title;
    char digest[65];             /* SHA-256 of the canonical JSON */
    cdn_threshold workers;       /* minimum contributors of a cell */
    cdn_threshold workplaces;
    cdn_threshold providers;
    cdn_threshold quantile_workers; /* minimum records under a median or quantile */
    cdn_threshold quantile_side;    /* minimum records strictly below, and strictly above, it */
    cdn_threshold row_workers;   /* minimum workers behind a figure of a provider row */
    cdn_dominance dominance;     /* on magnitudes, by provider */
    cdn_p_percent p_percent;     /* on magnitudes, by provider */
    bool group_disclosure;       /* shares of 0 % and 100 %, and whole groups in one category */
    cdn_zero_rule zeros;
    bool missing_safe;           /* counts of "not recorded" are not confidential */
    cdn_cost cost;
    uint32_t count_base;         /* counts are rounded to this multiple; 1 = not rounded */
    uint32_t sum_base;           /* sums, in whole units */
    uint32_t rate_decimals;      /* ratios, shares */
    uint32_t mean_decimals;
    uint32_t quantile_decimals;
    bool round_public;           /* also round counts of public registers */
} cdn_policy;

cdn_status cdn_policy_create(const cdn_json *json, const char *source, cdn_policy **out,
                             cdn_error *error) CDN_MUST_CHECK;
void cdn_policy_destroy(cdn_policy *policy);

#endif
