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
    uint32_t n;           /* 1..5 largest contributors */
    uint32_t k_percent;
    cdn_compare compare;  /* MORE_THAN or AT_LEAST, on the share */
} cdn_dominance;

#define CDN_DOMINANCE_MAX 4u /* (n,k) rules of a policy; a cell is unsafe when one holds */

/** p% and pq: the coalition of the next `coalition` largest estimates the largest; others are known
 *  to within q % beforehand (100: nothing but that they are not negative). */
typedef struct cdn_p_percent {
    bool on;
    uint32_t p_percent;
    uint32_t q_percent;   /* p < q <= 100; 100 = the p% rule */
    uint32_t coalition;   /* 1..4 */
    cdn_compare compare;  /* FEWER_THAN ("less than") or AT_MOST, on the remainder */
} cdn_p_percent;

/** k-disclosure: a coalition of at most k of a group knows its own members; the others are known
 *  too when all but k, or fewer, are in one category. */
typedef struct cdn_k_disclosure {
    bool on;
    uint32_t k;
} cdn_k_disclosure;

/** Confidentiality on request: unsafe only when one of the `largest` largest contributors asked for
 *  protection and its share passes the threshold. */
typedef struct cdn_on_request {
    bool on;
    uint32_t largest;          /* 1 or 2 */
    uint32_t share_percent;
    cdn_compare compare;       /* MORE_THAN or AT_LEAST, on the share */
    cdn_threshold contributors; /* only cells with so few providers; off = all cells */
} cdn_on_request;

/** How contributions below 0 enter the concentration rules. */
typedef enum cdn_negatives {
    CDN_NEGATIVES_ABSOLUTE = 1, /* |x| throughout */
    CDN_NEGATIVES_SCALED = 2    /* |x|, and p / f and 100 - (100 - k) / f in cells that have one */
} cdn_negatives;

/** How survey weights enter the concentration rules. */
typedef enum cdn_weighting {
    CDN_WEIGHT_RESPONDENT = 1, /* largest: unweighted; total: weighted */
    CDN_WEIGHT_CUMULATED = 2,  /* a weight of 3 is three contributors of that size, fractions too */
    CDN_WEIGHT_REPLICATED = 3  /* the same with weights made whole, up and down by turns */
} cdn_weighting;

/** Least distances between a withheld value and the ends of what a reader can infer. */
typedef struct cdn_levels {
    bool on;                    /* false: no value may be inferred exactly, and no more */
    uint32_t minimum_percent;   /* below and above, of the cell, for cells of the minimum rules */
    uint32_t minimum_width;     /* at least so many whole units from end to end */
    bool by_rule;               /* dominance, p%, pq: the level that their formula asks for */
    uint32_t zero_above;        /* above a withheld zero, in whole units */
    uint32_t limit;             /* work of the attack, in thousands of simplex iterations; what is
                                   not decided then counts as unsafe */
} cdn_levels;

/** Which contributors are attackers too, who know the cells that they are alone in. */
typedef struct cdn_insiders {
    bool workers, workplaces, providers;
} cdn_insiders;

/** Whose earlier releases an audience may hold together with its own. */
typedef enum cdn_collude {
    CDN_COLLUDE_ALL = 1,  /* those of every agreement */
    CDN_COLLUDE_NONE = 2, /* its own only */
    CDN_COLLUDE_SETS = 3  /* those of the agreements in its set */
} cdn_collude;

typedef struct cdn_collusion {
    uint32_t count;
    uint64_t line;                 /* where the set stands in its file */
    const char *const *agreements; /* ids; none is in two sets */
} cdn_collusion;

/** Earlier releases of the same records, and of those that changed since. */
typedef struct cdn_history {
    cdn_threshold workers, workplaces, providers; /* least number behind a change of a figure */
    bool concentration; /* dominance, p%, request: also for what the change consists of */
    cdn_collude collude;
    uint32_t set_count;
    cdn_collusion *sets;
} cdn_history;

typedef enum cdn_cost {
    CDN_COST_CELLS = 1,   /* withhold few cells */
    CDN_COST_VALUE = 2,   /* withhold little value */
    CDN_COST_WORKERS = 3  /* withhold cells of few workers */
} cdn_cost;

/** How the values that are published are changed. RANDOM and CELL_KEY need the data owner's
 *  perturbation key. */
typedef enum cdn_rounding_method {
    CDN_ROUNDING_CONVENTIONAL = 1, /* to the nearest multiple of the base */
    CDN_ROUNDING_RANDOM = 2,       /* up or down, unbiased */
    CDN_ROUNDING_CONTROLLED = 3,   /* up or down, and tables add up */
    CDN_ROUNDING_SMALL_COUNTS = 4, /* only counts below the base, and tables add up */
    CDN_ROUNDING_MIDPOINT = 5,     /* counts: to the middle of bands of the base's width */
    CDN_ROUNDING_CELL_KEY = 6      /* noise from the keys of the records */
} cdn_rounding_method;

/** Cell-key noise. Proportions are in thousandths. */
typedef struct cdn_noise {
    uint32_t deviation;       /* largest change of a count: D */
    uint32_t variance;        /* V, in thousandths */
    uint32_t small;           /* no perturbed count from 1 to this: js */
    uint32_t contributors;    /* magnitudes: noise for so many of the largest, 1..5 */
    uint32_t flex;            /* magnitudes: the flex point, in whole units */
    uint32_t share_small, share_large; /* size of the noise at and far above the flex point */
    uint32_t power;           /* q >= 2: how fast it falls */
} cdn_noise;

/** What becomes of certain cells, by decision and not by rule. */
typedef enum cdn_manual_status {
    CDN_MANUAL_WITHHELD = 1, /* sensitive whatever the rules say */
    CDN_MANUAL_SAFE = 2,     /* not sensitive whatever they say; may be a secondary */
    CDN_MANUAL_PUBLISHED = 3, /* always published: never a secondary */
    CDN_MANUAL_STRUCTURAL = 4 /* cannot be other than 0, as everybody knows: known, never
                                 withheld */
} cdn_manual_status;

typedef struct cdn_manual {
    const char *measure;
    uint32_t code_count;
    const char **dimensions, **codes; /* each dimension's code; of others: any */
    cdn_manual_status status;
    const char *reason;
    uint32_t line;
} cdn_manual;

typedef struct cdn_policy {
    const char *source;          /* the file, for messages */
    const char *name;
    const char *title;
    char digest[65];             /* SHA-256 of the canonical JSON */
    cdn_threshold workers;       /* minimum contributors of a cell */
    cdn_threshold workplaces;
    cdn_threshold providers;
    cdn_threshold quantile_workers; /* minimum records under a median or quantile */
    cdn_threshold quantile_side;    /* minimum records strictly below, and strictly above, it */
    cdn_threshold row_workers;   /* minimum workers behind a figure of a provider row */
    uint32_t dominance_count;    /* 0 = off */
    cdn_dominance dominance[CDN_DOMINANCE_MAX]; /* on magnitudes, by provider */
    cdn_p_percent p_percent;     /* on magnitudes, by provider */
    cdn_on_request request;         /* on magnitudes, by provider */
    bool waivers;                /* providers that waived protection are not protected */
    cdn_negatives negatives;
    uint32_t negative_factor;    /* SCALED: f >= 1 */
    cdn_weighting weighting;
    bool group_disclosure;       /* shares of 0 % and 100 %, and whole groups in one category */
    cdn_k_disclosure k_disclosure;
    cdn_zero_rule zeros;
    bool missing_safe;           /* counts of "not recorded" are not confidential */
    cdn_levels levels;
    cdn_insiders insiders;
    cdn_history history;
    cdn_cost cost;
    uint32_t total_weight;       /* a total costs so many times more for each dimension it sums */
    uint32_t manual_count;
    cdn_manual *manual;
    cdn_rounding_method rounding;
    cdn_noise noise;             /* CELL_KEY only */
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

/** true when the audiences of two agreements (ids) are taken to pool what they hold. */
bool cdn_policy_collude(const cdn_policy *policy, const char *agreement, const char *other);

#endif
