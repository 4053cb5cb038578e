/* workforce.c - the hand-made catalogue, its data as files, plans.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/workforce.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "support/unit.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* ---- code lists and columns ---- */

enum { L_AREAS, L_SERVICES, L_ROLES, L_GENDERS, L_JOBS, L_SECTORS, L_ANSWERS, L_COUNT };

static const char *const area_codes[] = {"A1", "A2", "A3", "A4"};
static const char *const service_codes[] = {"S1", "S2", "S3"};
static const char *const role_codes[] = {"R1", "R2", "R3"};
static const char *const gender_codes[] = {"M", "F"};
static const char *const job_codes[] = {"1", "2"};
static const char *const sector_codes[] = {"X", "Y"};
static const char *const answer_codes[] = {"0", "1"};

#define LIST(name, codes) {name, COUNT_OF(codes), codes, codes, 0, NULL, NULL}
static const cdn_codelist codelists[L_COUNT] = {
    [L_AREAS] = LIST("areas", area_codes),       [L_SERVICES] = LIST("services", service_codes),
    [L_ROLES] = LIST("roles", role_codes),       [L_GENDERS] = LIST("genders", gender_codes),
    [L_JOBS] = LIST("jobs", job_codes),          [L_SECTORS] = LIST("sectors", sector_codes),
    [L_ANSWERS] = LIST("answers", answer_codes)};

enum {
    C_PERIOD, C_ID, C_ORG, C_LOCATION, C_AREA, C_SERVICE, C_STAFF, C_LEAVERS, C_VACANT, C_NET,
    C_T_OK, C_V_OK, C_CONSENT, C_WEIGHT_1, C_WEIGHT_2,
    C_WORKER_ID, C_WORKPLACE, C_ROLE, C_GENDER, C_PAY,
    C_JOB, C_EMPLOYED, C_POSTS_VACANT,
    C_LOCATION_ID, C_REGISTER_PROVIDER, C_SECTOR, C_COUNT
};

#define TEXT(n, r) {n, n, r, CDN_COLUMN_TEXT, 0, false, 0, 0, CDN_NONE, 0, NULL, NULL}
#define KEY_TEXT(n, r) {n, n, r, CDN_COLUMN_TEXT, 0, true, 0, 0, CDN_NONE, 0, NULL, NULL}
#define KEY(n, r) {n, n, r, CDN_COLUMN_INTEGER, 0, true, 1, 99999, CDN_NONE, 0, NULL, NULL}
#define NUMBER(n, r) \
    {n, n, r, CDN_COLUMN_INTEGER, 0, false, -9999, INT32_MAX, CDN_NONE, 0, NULL, NULL}
#define CODE(n, r, q, list) {n, n, r, CDN_COLUMN_CODE, 0, q, 0, 0, list, 0, NULL, NULL}

static const cdn_column columns[C_COUNT] = {
    [C_PERIOD] = TEXT("period", WF_WORKPLACE),
    [C_ID] = KEY("id", WF_WORKPLACE),
    [C_ORG] = KEY_TEXT("org", WF_WORKPLACE),
    [C_LOCATION] = TEXT("location", WF_WORKPLACE),
    [C_AREA] = CODE("area", WF_WORKPLACE, false, L_AREAS),
    [C_SERVICE] = CODE("service", WF_WORKPLACE, true, L_SERVICES),
    [C_STAFF] = NUMBER("staff", WF_WORKPLACE),
    [C_LEAVERS] = NUMBER("leavers", WF_WORKPLACE),
    [C_VACANT] = NUMBER("vacant", WF_WORKPLACE),
    [C_NET] = NUMBER("net", WF_WORKPLACE),
    [C_T_OK] = NUMBER("t_ok", WF_WORKPLACE),
    [C_V_OK] = NUMBER("v_ok", WF_WORKPLACE),
    [C_CONSENT] = CODE("consent", WF_WORKPLACE, false, L_ANSWERS),
    [C_WEIGHT_1] = NUMBER("weight_1", WF_WORKPLACE),
    [C_WEIGHT_2] = NUMBER("weight_2", WF_WORKPLACE),
    [C_WORKER_ID] = KEY("id", WF_WORKER),
    [C_WORKPLACE] = KEY("workplace", WF_WORKER),
    [C_ROLE] = CODE("role", WF_WORKER, true, L_ROLES),
    [C_GENDER] = CODE("gender", WF_WORKER, false, L_GENDERS),
    [C_PAY] = {"pay", "pay", WF_WORKER, CDN_COLUMN_DECIMAL, 2, false, 0, 100000, CDN_NONE, 0,
               NULL, NULL},
    [C_JOB] = CODE("job", WF_JOB, false, L_JOBS),
    [C_EMPLOYED] = {"employed", "emp", WF_JOB, CDN_COLUMN_INTEGER, 0, false, 0, 999, CDN_NONE, 0,
                    NULL, NULL},
    [C_POSTS_VACANT] = {"vacant", "vac", WF_JOB, CDN_COLUMN_INTEGER, 0, false, 0, 999, CDN_NONE,
                        0, NULL, NULL},
    [C_LOCATION_ID] = KEY_TEXT("id", WF_LOCATION),
    [C_REGISTER_PROVIDER] = TEXT("provider", WF_LOCATION),
    [C_SECTOR] = CODE("sector", WF_LOCATION, true, L_SECTORS)};

/* ---- expressions ---- */

enum {
    E_ONE, E_STAFF, E_LEAVERS, E_VACANT, E_NET, E_WEIGHT_1, E_WEIGHT_2, E_WEIGHT, E_T_OK, E_V_OK,
    E_AREA, E_SERVICE, E_ROLE, E_GENDER, E_PAY, E_JOB, E_EMPLOYED, E_POSTS_VACANT, E_POSTS,
    E_SECTOR, E_LINKED, E_NET_AGAIN, E_COUNT
};

#define NO3 {CDN_NONE, CDN_NONE, CDN_NONE}
#define COLUMN(c) {CDN_EX_COLUMN, 0, NO3, c, 0, 0, NULL}

static const cdn_expr exprs[E_COUNT] = {
    [E_ONE] = {CDN_EX_CONSTANT, 0, NO3, CDN_NONE, 1, 0, NULL},
    [E_STAFF] = COLUMN(C_STAFF),
    [E_LEAVERS] = COLUMN(C_LEAVERS),
    [E_VACANT] = COLUMN(C_VACANT),
    [E_NET] = COLUMN(C_NET),
    [E_WEIGHT_1] = COLUMN(C_WEIGHT_1),
    [E_WEIGHT_2] = COLUMN(C_WEIGHT_2),
    [E_WEIGHT] = {CDN_EX_MULTIPLY, 0, {E_WEIGHT_1, E_WEIGHT_2, CDN_NONE}, CDN_NONE, 0, 0, NULL},
    [E_T_OK] = COLUMN(C_T_OK),
    [E_V_OK] = COLUMN(C_V_OK),
    [E_AREA] = COLUMN(C_AREA),
    [E_SERVICE] = COLUMN(C_SERVICE),
    [E_ROLE] = COLUMN(C_ROLE),
    [E_GENDER] = COLUMN(C_GENDER),
    [E_PAY] = {CDN_EX_COLUMN, 2, NO3, C_PAY, 0, 0, NULL},
    [E_JOB] = COLUMN(C_JOB),
    [E_EMPLOYED] = COLUMN(C_EMPLOYED),
    [E_POSTS_VACANT] = COLUMN(C_POSTS_VACANT),
    [E_POSTS] = {CDN_EX_ADD, 0, {E_EMPLOYED, E_POSTS_VACANT, CDN_NONE}, CDN_NONE, 0, 0, NULL},
    [E_SECTOR] = COLUMN(C_SECTOR),
    [E_LINKED] = {CDN_EX_LINKED, 0, NO3, WF_WORKPLACE, 0, 0, NULL},
    [E_NET_AGAIN] = COLUMN(C_NET)};

/* ---- axes and dimensions ---- */

#define BIND(r, e) 1, (const cdn_binding[]){{r, e}}
#define CODES(list, count, unknown) (count) + (unknown), unknown, 0, NULL, list, 0, NULL
#define BANDS(count, unknown, ...) \
    (count) + (unknown), unknown, count, (const int64_t[]){__VA_ARGS__}, CDN_NONE, 0, NULL

static const cdn_axis axes[WF_AXES] = {
    [WF_AREA] = {"area", BIND(WF_WORKPLACE, E_AREA), CODES(L_AREAS, 4, 1)},
    [WF_SERVICE] = {"service", BIND(WF_WORKPLACE, E_SERVICE), CODES(L_SERVICES, 3, 0)},
    [WF_SIZE] = {"size", BIND(WF_WORKPLACE, E_STAFF), BANDS(2, 1, 0, 10)},
    [WF_ROLE] = {"role", BIND(WF_WORKER, E_ROLE), CODES(L_ROLES, 3, 0)},
    [WF_GENDER] = {"gender", BIND(WF_WORKER, E_GENDER), CODES(L_GENDERS, 2, 1)},
    [WF_KIND] = {"kind", BIND(WF_JOB, E_JOB), CODES(L_JOBS, 2, 0)},
    [WF_SECTOR] = {"sector", BIND(WF_LOCATION, E_SECTOR), CODES(L_SECTORS, 2, 0)},
    [WF_LINKED] = {"linked", BIND(WF_LOCATION, E_LINKED), BANDS(2, 0, 0, 1)}};

static const char *const region_codes[] = {"N", "S"};
static const char *const board_codes[] = {"E", "W"};
static const char *const size_codes[] = {"small", "large"};

#define LEVEL(name, codes, ...) \
    {name, COUNT_OF(codes), codes, codes, (const uint32_t[]){__VA_ARGS__}}

static const cdn_level area_levels[] = {LEVEL("region", region_codes, 0, 0, 1, 1, CDN_NONE),
                                        LEVEL("area", area_codes, 0, 1, 2, 3, CDN_NONE)};
static const cdn_level board_levels[] = {LEVEL("board", board_codes, 0, 1, 0, 1, CDN_NONE)};
static const cdn_level service_levels[] = {LEVEL("service", service_codes, 0, 1, 2)};
static const cdn_level size_levels[] = {LEVEL("size", size_codes, 0, 1, CDN_NONE)};
static const cdn_level role_levels[] = {LEVEL("role", role_codes, 0, 1, 2)};
static const cdn_level gender_levels[] = {LEVEL("gender", gender_codes, 0, 1, CDN_NONE)};
static const cdn_level kind_levels[] = {LEVEL("kind", job_codes, 0, 1)};
static const cdn_level sector_levels[] = {LEVEL("sector", sector_codes, 0, 1)};
static const cdn_level linked_levels[] = {LEVEL("linked", answer_codes, 0, 1)};

#define DIM(n, axis, attribute, levels) {n, n, axis, attribute, COUNT_OF(levels), levels}
static const cdn_dimension dimensions[WF_DIMS] = {
    [WF_DIM_AREA] = DIM("area", WF_AREA, false, area_levels),
    [WF_DIM_BOARD] = DIM("board", WF_AREA, false, board_levels),
    [WF_DIM_SERVICE] = DIM("service", WF_SERVICE, false, service_levels),
    [WF_DIM_SIZE] = DIM("size", WF_SIZE, false, size_levels),
    [WF_DIM_ROLE] = DIM("role", WF_ROLE, false, role_levels),
    [WF_DIM_GENDER] = DIM("gender", WF_GENDER, true, gender_levels),
    [WF_DIM_KIND] = DIM("kind", WF_KIND, false, kind_levels),
    [WF_DIM_SECTOR] = DIM("sector", WF_SECTOR, false, sector_levels),
    [WF_DIM_LINKED] = DIM("linked", WF_LINKED, false, linked_levels)};

/* ---- measures ---- */

static const uint8_t men[] = {1, 0, 0}, women[] = {0, 1, 0}, either[] = {1, 1, 0};
static const uint8_t first_service[] = {1, 0, 0};
static const cdn_restriction only_s1[] = {{WF_SERVICE, first_service}};
static const uint8_t not_linked[] = {1, 0}, is_linked[] = {0, 1};
static const cdn_restriction only_men[] = {{WF_GENDER, men}};
static const cdn_restriction only_women[] = {{WF_GENDER, women}};
static const cdn_restriction only_known[] = {{WF_GENDER, either}};
static const cdn_restriction only_linked[] = {{WF_LINKED, is_linked}};
static const cdn_restriction only_others[] = {{WF_LINKED, not_linked}};
static const uint32_t post_terms[] = {E_EMPLOYED, E_POSTS_VACANT};

#define PART(r, v, u, m) {.record = r, .value = v, .usable = u, .magnitude = m}
#define COUNT(r) PART(r, CDN_NONE, CDN_NONE, false)
#define SUM(v) PART(WF_WORKPLACE, v, CDN_NONE, true)
#define INSIDE(r, v, m, list) \
    {.record = r, .value = v, .usable = CDN_NONE, .magnitude = m, .restriction_count = 1, \
     .restrictions = list}
#define MEASURE(n, k, count) \
    .name = n, .title = n, .definition = n, .unit = "", .kind = k, .part_count = count, \
    .value = CDN_NONE, .multiplier = 1, .row_gate = CDN_NONE

static const cdn_measure measures[WF_MEASURES] = {
    [WF_WORKERS] = {MEASURE("workers", CDN_MEASURE_COUNT, 1), .parts = {COUNT(WF_WORKER)}},
    [WF_WORKPLACES] = {MEASURE("workplaces", CDN_MEASURE_COUNT, 1),
                       .parts = {COUNT(WF_WORKPLACE)}},
    [WF_STAFF] = {MEASURE("staff", CDN_MEASURE_SUM, 1), .parts = {SUM(E_STAFF)}},
    [WF_NET] = {MEASURE("net", CDN_MEASURE_SUM, 1), .parts = {SUM(E_NET)}},
    [WF_TURNOVER] = {MEASURE("turnover", CDN_MEASURE_RATIO, 2),
                     .parts = {PART(WF_WORKPLACE, E_LEAVERS, E_T_OK, true),
                               PART(WF_WORKPLACE, E_STAFF, E_T_OK, true)}},
    [WF_VACANCY] = {MEASURE("vacancy", CDN_MEASURE_RATIO, 2),
                    .parts = {PART(WF_WORKPLACE, E_VACANT, E_V_OK, true),
                              PART(WF_WORKPLACE, E_STAFF, E_V_OK, true)}},
    [WF_FEMALE] = {MEASURE("female", CDN_MEASURE_SHARE, 3),
                   .parts = {INSIDE(WF_WORKER, CDN_NONE, false, only_women),
                             INSIDE(WF_WORKER, CDN_NONE, false, only_known),
                             INSIDE(WF_WORKER, CDN_NONE, false, only_men)}},
    [WF_PAY] = {MEASURE("pay", CDN_MEASURE_MEAN, 2),
                .parts = {{.record = WF_WORKER, .value = E_PAY, .usable = CDN_NONE,
                           .decimals = 2, .magnitude = true},
                          COUNT(WF_WORKER)}},
    [WF_PAY_WOMEN] = {MEASURE("pay_women", CDN_MEASURE_MEAN, 2),
                      .parts = {{.record = WF_WORKER, .value = E_PAY, .usable = CDN_NONE,
                                 .decimals = 2, .magnitude = true, .restriction_count = 1,
                                 .restrictions = only_women},
                                INSIDE(WF_WORKER, CDN_NONE, false, only_women)}},
    [WF_MEDIAN] = {.name = "median", .title = "median", .definition = "median", .unit = "",
                   .kind = CDN_MEASURE_QUANTILE, .part_count = 1, .parts = {COUNT(WF_WORKER)},
                   .value = E_PAY, .quantile_ppm = 500000, .multiplier = 1,
                   .row_gate = CDN_NONE},
    [WF_P90] = {.name = "p90", .title = "p90", .definition = "p90", .unit = "",
                .kind = CDN_MEASURE_QUANTILE, .part_count = 1, .parts = {COUNT(WF_WORKER)},
                .value = E_PAY, .quantile_ppm = 900000, .multiplier = 1, .row_gate = CDN_NONE},
    [WF_POSTS] = {MEASURE("posts", CDN_MEASURE_SUM, 1),
                  .parts = {{.record = WF_JOB, .value = E_POSTS, .usable = CDN_NONE,
                             .magnitude = true, .term_count = 2, .terms = post_terms}}},
    [WF_LOCATIONS] = {MEASURE("locations", CDN_MEASURE_COUNT, 1), .parts = {COUNT(WF_LOCATION)}},
    [WF_COVERAGE] = {MEASURE("coverage", CDN_MEASURE_SHARE, 3),
                     .parts = {INSIDE(WF_LOCATION, CDN_NONE, false, only_linked),
                               COUNT(WF_LOCATION),
                               INSIDE(WF_LOCATION, CDN_NONE, false, only_others)}},
    [WF_WEIGHT] = {MEASURE("weight", CDN_MEASURE_SUM, 1), .parts = {SUM(E_WEIGHT)}},
    [WF_WEIGHT_T] = {MEASURE("weight_t", CDN_MEASURE_SUM, 1),
                     .parts = {PART(WF_WORKPLACE, E_WEIGHT, E_T_OK, true)}},
    [WF_WEIGHT_V] = {MEASURE("weight_v", CDN_MEASURE_SUM, 1),
                     .parts = {PART(WF_WORKPLACE, E_WEIGHT, E_V_OK, true)}},
    [WF_NET_AGAIN] = {MEASURE("net_again", CDN_MEASURE_SUM, 1), .parts = {SUM(E_NET_AGAIN)}},
    [WF_WORKERS_T] = {MEASURE("workers_t", CDN_MEASURE_COUNT, 1),
                      .parts = {PART(WF_WORKER, CDN_NONE, E_T_OK, false)}},
    [WF_S1_LEAVERS] = {MEASURE("s1_leavers", CDN_MEASURE_RATIO, 2),
                       .parts = {INSIDE(WF_WORKPLACE, E_LEAVERS, true, only_s1),
                                 SUM(E_STAFF)}}};

static const cdn_field fields[WF_FIELDS] = {
    [WF_FIELD_ID] = {"id", "Id", WF_WORKPLACE, C_ID, CDN_NONE, CDN_NONE, CDN_NONE, false},
    [WF_FIELD_AREA] = {"region", "Region", WF_WORKPLACE, CDN_NONE, CDN_NONE, WF_DIM_AREA, 0,
                       true},
    [WF_FIELD_LINKED] = {"linked", "Linked", WF_LOCATION, CDN_NONE, E_LINKED, CDN_NONE, CDN_NONE,
                         false},
    [WF_FIELD_NAME] = {"location", "Location", WF_LOCATION, C_LOCATION_ID, CDN_NONE, CDN_NONE,
                       CDN_NONE, false},
    [WF_FIELD_LINKED_IF] = {"linked_if", "Linked", WF_LOCATION, CDN_NONE, E_LINKED, CDN_NONE,
                            CDN_NONE, true}};

/* ---- record types ---- */

static const cdn_reference workplace_references[] = {{WF_PROVIDER, C_ORG, true},
                                                     {WF_LOCATION, C_LOCATION, false}};
static const cdn_reference worker_references[] = {{WF_WORKPLACE, C_WORKPLACE, true}};
static const cdn_reference job_references[] = {{WF_WORKPLACE, CDN_NONE, true}};

static const cdn_record records[WF_RECORDS] = {
    [WF_WORKPLACE] = {.name = "workplace", .title = "Workplaces", .kind = CDN_RECORD_FILE,
                      .file = "workplace.csv", .source = CDN_NONE, .key = C_ID,
                      .column_first = C_PERIOD, .column_count = C_WORKER_ID - C_PERIOD,
                      .reference_count = 2, .references = workplace_references,
                      .unpivot_codes = CDN_NONE, .keep = CDN_NONE, .workers = E_STAFF,
                      .waiver = CDN_NONE, .request = CDN_NONE,
                      .unit = WF_WORKPLACE, .holding = WF_PROVIDER, .holding_column = CDN_NONE},
    [WF_WORKER] = {.name = "worker", .title = "Workers", .kind = CDN_RECORD_FILE,
                   .file = "worker.csv", .source = CDN_NONE, .key = C_WORKER_ID,
                   .column_first = C_WORKER_ID, .column_count = C_JOB - C_WORKER_ID,
                   .reference_count = 1, .references = worker_references,
                   .unpivot_codes = CDN_NONE, .keep = CDN_NONE, .workers = E_ONE,
                   .waiver = CDN_NONE, .request = CDN_NONE,
                   .unit = WF_WORKPLACE, .holding = WF_PROVIDER, .holding_column = CDN_NONE},
    [WF_JOB] = {.name = "job", .title = "Jobs", .kind = CDN_RECORD_UNPIVOT,
                .source = WF_WORKPLACE, .key = CDN_NONE, .column_first = C_JOB,
                .column_count = C_LOCATION_ID - C_JOB, .reference_count = 1,
                .references = job_references, .unpivot_pattern = "j%02d",
                .unpivot_codes = L_JOBS, .keep = CDN_NONE, .workers = E_EMPLOYED,
                .waiver = CDN_NONE, .request = CDN_NONE,
                .unit = WF_WORKPLACE, .holding = WF_PROVIDER, .holding_column = CDN_NONE},
    [WF_PROVIDER] = {.name = "provider", .title = "Providers", .kind = CDN_RECORD_GROUP,
                     .source = WF_WORKPLACE, .key = C_ORG, .column_first = C_LOCATION_ID,
                     .unpivot_codes = CDN_NONE, .keep = CDN_NONE, .workers = CDN_NONE,
                     .waiver = CDN_NONE, .request = CDN_NONE,
                     .unit = WF_PROVIDER, .holding = WF_PROVIDER, .holding_column = CDN_NONE},
    [WF_LOCATION] = {.name = "location", .title = "Locations", .kind = CDN_RECORD_FILE,
                     .file = "location.csv", .source = CDN_NONE, .key = C_LOCATION_ID,
                     .column_first = C_LOCATION_ID, .column_count = C_COUNT - C_LOCATION_ID,
                     .unpivot_codes = CDN_NONE, .keep = CDN_NONE, .workers = CDN_NONE,
                     .waiver = CDN_NONE, .request = CDN_NONE,
                     .unit = WF_LOCATION, .holding = CDN_NONE,
                     .holding_column = C_REGISTER_PROVIDER, .is_public = true}};

const cdn_catalogue wf_catalogue = {
    .name = "workforce", .title = "Workforce",
    .digest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    .period_record = "workplace", .period_column = "period",
    .record_count = WF_RECORDS, .records = records,
    .column_count = C_COUNT, .columns = columns,
    .codelist_count = L_COUNT, .codelists = codelists,
    .expr_count = E_COUNT, .exprs = exprs,
    .axis_count = WF_AXES, .axes = axes,
    .dimension_count = WF_DIMS, .dimensions = dimensions,
    .measure_count = WF_MEASURES, .measures = measures,
    .field_count = WF_FIELDS, .fields = fields};

const cdn_catalogue *wf_wishing_catalogue(wf_wishes *w)
{
    memcpy(w->records, records, sizeof records);
    w->records[WF_WORKPLACE].waiver = E_T_OK;
    w->records[WF_WORKPLACE].request = E_V_OK;
    w->catalogue = wf_catalogue;
    w->catalogue.records = w->records;
    return &w->catalogue;
}

/* ---- data ---- */

uint64_t wf_next(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int wf_below(uint64_t *seed, int bound)
{
    return (int)(wf_next(seed) % (uint64_t)bound);
}

/* A number below `bound`, blank once in `blanks`. */
static int some(uint64_t *seed, int bound, int blanks)
{
    return wf_below(seed, blanks) == 0 ? WF_BLANK : wf_below(seed, bound);
}

void wf_random(wf_data *data, uint64_t seed, uint32_t workplaces, uint32_t workers)
{
    memset(data, 0, sizeof *data);
    data->workplaces = workplaces;
    data->workers = workers;
    data->locations = workplaces / 2;
    for (uint32_t i = 0; i < workplaces; i++) {
        wf_workplace *w = &data->workplace[i];
        int net = wf_below(&seed, 80) - 40;
        *w = (wf_workplace){.org = wf_below(&seed, 4) == 0 ? 0 : wf_below(&seed, 12),
                            .area = some(&seed, 4, 6),
                            .service = wf_below(&seed, 3),
                            .staff = some(&seed, 25, 5),
                            .leavers = some(&seed, 6, 5),
                            .vacant = some(&seed, 6, 5),
                            .net = net == -1 || net == -2 ? 0 : net,
                            .t_ok = some(&seed, 2, 6),
                            .v_ok = some(&seed, 2, 6),
                            .consent = some(&seed, 2, 4),
                            .location = some(&seed, (int)data->locations + 3, 4),
                            .weight_1 = wf_below(&seed, 100),
                            .weight_2 = 1,
                            .employed = {some(&seed, 9, 4), some(&seed, 2, 4)},
                            .posts_vacant = {some(&seed, 3, 4), some(&seed, 2, 4)}};
    }
    for (uint32_t i = 0; i < workers; i++)
        data->worker[i] = (wf_worker){wf_below(&seed, (int)workplaces), wf_below(&seed, 3),
                                      some(&seed, 2, 7), some(&seed, 2500, 5)};
    for (uint32_t i = 0; i < data->locations; i++)
        data->location[i] = (wf_location){some(&seed, 8, 6), wf_below(&seed, 2)};
}

void wf_factorial(wf_data *data)
{
    memset(data, 0, sizeof *data);
    for (int i = 0; i < 60; i++)
        data->workplace[data->workplaces++] =
            (wf_workplace){.org = i % 7, .area = i % 5 == 4 ? WF_BLANK : i % 5,
                           .service = i / 5 % 3, .t_ok = i / 15 % 2, .v_ok = i / 30,
                           .staff = 4 + i, .consent = WF_BLANK, .location = WF_BLANK,
                           .weight_1 = 1 << i % 30, .weight_2 = 1 << i / 30 * 30};
}

static void cell_of_file(FILE *file, int value, const char *const *codes, const char *end)
{
    if (value == WF_BLANK)
        (void)fprintf(file, "%s", end);
    else if (codes != NULL)
        (void)fprintf(file, "%s%s", codes[value], end);
    else
        (void)fprintf(file, "%d%s", value, end);
}

static void write_workplaces(const wf_data *data)
{
    FILE *file = fopen(unit_path("workplace.csv"), "w");
    assert_non_null(file);
    (void)fprintf(file, "period,id,org,location,area,service,staff,leavers,vacant,net,t_ok,v_ok,"
                        "consent,weight_1,weight_2,j01emp,j01vac,j02emp,j02vac\n");
    for (uint32_t i = data->workplaces; i-- > 0;) {
        const wf_workplace *w = &data->workplace[i];
        if (w->org == WF_BLANK)
            continue;
        (void)fprintf(file, "M202608,%u,O%d,", i + 1, w->org);
        if (w->location != WF_BLANK)
            (void)fprintf(file, "L%d", w->location);
        (void)fprintf(file, ",");
        cell_of_file(file, w->area, area_codes, ",");
        cell_of_file(file, w->service, service_codes, ",");
        const int numbers[] = {w->staff, w->leavers, w->vacant, w->net, w->t_ok, w->v_ok};
        for (size_t n = 0; n < COUNT_OF(numbers); n++)
            cell_of_file(file, numbers[n], NULL, ",");
        cell_of_file(file, w->consent, answer_codes, ",");
        (void)fprintf(file, "%d,%d,", w->weight_1, w->weight_2);
        cell_of_file(file, w->employed[0], NULL, ",");
        cell_of_file(file, w->posts_vacant[0], NULL, ",");
        cell_of_file(file, w->employed[1], NULL, ",");
        cell_of_file(file, w->posts_vacant[1], NULL, "\n");
    }
    assert_int_equal(fclose(file), 0);
}

static void write_workers(const wf_data *data)
{
    FILE *file = fopen(unit_path("worker.csv"), "w");
    assert_non_null(file);
    (void)fprintf(file, "id,workplace,role,gender,pay\n");
    for (uint32_t i = 0; i < data->workers; i++) {
        const wf_worker *w = &data->worker[i];
        if (w->workplace == WF_BLANK)
            continue;
        (void)fprintf(file, "%u,%d,%s,", i + 1, w->workplace + 1, role_codes[w->role]);
        cell_of_file(file, w->gender, gender_codes, ",");
        if (w->pay != WF_BLANK)
            (void)fprintf(file, "%d.%02d", w->pay / 100, w->pay % 100);
        (void)fprintf(file, "\n");
    }
    assert_int_equal(fclose(file), 0);
}

static void write_locations(const wf_data *data)
{
    FILE *file = fopen(unit_path("location.csv"), "w");
    assert_non_null(file);
    (void)fprintf(file, "id,provider,sector\n");
    for (uint32_t i = 0; i < data->locations; i++) {
        (void)fprintf(file, "L%u,", i);
        if (data->location[i].provider != WF_BLANK)
            (void)fprintf(file, "P%d", data->location[i].provider);
        (void)fprintf(file, ",%s\n", sector_codes[data->location[i].sector]);
    }
    assert_int_equal(fclose(file), 0);
}

cdn_snapshot *wf_load(const wf_data *data)
{
    char dir[512], path[512];
    (void)snprintf(dir, sizeof dir, "%s", unit_path(""));
    (void)snprintf(path, sizeof path, "%s", unit_path("data.snapshot"));
    write_workplaces(data);
    write_workers(data);
    write_locations(data);
    cdn_error error = CDN_ERROR_INIT;
    cdn_text problems = CDN_TEXT_INIT(1024 * 1024);
    cdn_load_options options = {dir, path};
    cdn_snapshot *snapshot = NULL;
    if (cdn_load(&wf_catalogue, &options, &problems, &error) != CDN_OK ||
        cdn_snapshot_open(path, &wf_catalogue, dir, &snapshot, &error) != CDN_OK)
        fail_msg("%s:%llu: %s", error.source, (unsigned long long)error.line, error.message);
    if (problems.length > 0)
        fail_msg("%s", problems.bytes);
    cdn_text_release(&problems);
    return snapshot;
}

/* ---- plans ---- */

void wf_plan_start(wf_plan *p)
{
    memset(p, 0, sizeof *p);
    p->plan = (cdn_plan){.script = "script.lua", .feed = "feed", .title = "Feed",
                         .agreement = "agreement", .period = "", .canonical = "{}",
                         .tables = p->tables, .lists = p->lists};
    (void)memcpy(p->plan.digest,
                 "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100", 65);
}

void wf_table(wf_plan *p, bool totals)
{
    static const char *const names[] = {"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"};
    uint32_t t = p->plan.table_count++;
    assert_true(t < COUNT_OF(p->tables) && p->plan.list_count == 0);
    p->tables[t] = (cdn_plan_table){.name = names[t], .title = "", .note = "", .line = t + 1,
                                    .dimensions = p->dimensions[t], .filters = p->filters[t],
                                    .measures = p->measures[t], .totals = totals};
}

void wf_list(wf_plan *p, uint32_t record)
{
    static const char *const names[] = {"l0", "l1", "l2", "l3"};
    uint32_t l = p->plan.list_count++;
    assert_true(l < COUNT_OF(p->lists));
    p->lists[l] = (cdn_plan_list){.name = names[l], .title = "", .note = "", .line = 50 + l,
                                  .record = record, .filters = p->filters[8 + l],
                                  .fields = p->fields[l], .measures = p->measures[8 + l]};
}

void wf_by(wf_plan *p, uint32_t dimension, uint32_t first, uint32_t last)
{
    uint32_t t = p->plan.table_count - 1;
    p->dimensions[t][p->tables[t].dimension_count++] =
        (cdn_plan_dimension){dimension, first, last, t + 1};
    p->tables[t].row_count = p->tables[t].dimension_count;
}

void wf_only(wf_plan *p, uint32_t dimension, uint32_t level, uint32_t bits)
{
    bool list = p->plan.list_count > 0;
    uint32_t at = list ? 8 + p->plan.list_count - 1 : p->plan.table_count - 1;
    uint32_t *count = list ? &p->lists[at - 8].filter_count : &p->tables[at].filter_count;
    cdn_plan_filter *filter = &p->filters[at][*count];
    uint32_t *codes = p->codes[at][(*count)++];
    *filter = (cdn_plan_filter){dimension, level, 0, codes, at + 1};
    for (uint32_t code = 0; code < 8; code++)
        if (bits >> code & 1u)
            codes[filter->code_count++] = code;
}

void wf_show(wf_plan *p, uint32_t measure)
{
    bool list = p->plan.list_count > 0;
    uint32_t at = list ? 8 + p->plan.list_count - 1 : p->plan.table_count - 1;
    uint32_t *count = list ? &p->lists[at - 8].measure_count : &p->tables[at].measure_count;
    p->measures[at][(*count)++] = (cdn_plan_name){measure, at + 1};
}

void wf_field(wf_plan *p, uint32_t field)
{
    uint32_t l = p->plan.list_count - 1;
    p->fields[l][p->lists[l].field_count++] = (cdn_plan_name){field, 60 + l};
}

static const cdn_grant_rows granted_rows[] = {
    {.record = WF_WORKPLACE, .consent = true}, {.record = WF_LOCATION, .consent = false}};
static const char *const recipients[] = {"recipient"};
static const cdn_person approvers[] = {{"first", "approver", "org"}, {"second", "approver", "org"}};

const cdn_agreement wf_agreement = {
    .id = "agreement", .title = "Agreement", .partner = "Partner", .purpose = "Purpose",
    .legal_basis = "Basis", .contact = "Contact", .policy = "policy",
    .digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    .valid_to = 99999, .rows_count = COUNT_OF(granted_rows), .rows = granted_rows,
    .consent_column = C_CONSENT, .consent_code = 1, .approvals_required = 2,
    .approver_count = COUNT_OF(approvers), .approvers = approvers,
    .recipient_count = COUNT_OF(recipients), .recipients = recipients, .max_cells = 100000};

const cdn_policy wf_policy = {
    .name = "policy",
    .title = "Policy",
    .digest = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
    .workers = {true, CDN_FEWER_THAN, 10},
    .workplaces = {true, CDN_FEWER_THAN, 3},
    .providers = {true, CDN_FEWER_THAN, 2},
    .quantile_workers = {true, CDN_FEWER_THAN, 20},
    .quantile_side = {true, CDN_FEWER_THAN, 5},
    .row_workers = {true, CDN_FEWER_THAN, 10},
    .dominance_count = 1,
    .dominance = {{true, 1, 80, CDN_MORE_THAN}},
    .p_percent = {true, 10, 100, 1, CDN_FEWER_THAN},
    .negatives = CDN_NEGATIVES_ABSOLUTE,
    .negative_factor = 1,
    .weighting = CDN_WEIGHT_RESPONDENT,
    .total_weight = 1,
    .rounding = CDN_ROUNDING_CONVENTIONAL,
    .source = "policy.lua",
    .group_disclosure = true,
    .zeros = CDN_ZEROS_SAFE,
    .missing_safe = false,
    .cost = CDN_COST_WORKERS,
    .count_base = 5,
    .sum_base = 5,
    .rate_decimals = 1,
    .mean_decimals = 2,
    .quantile_decimals = 2,
    .round_public = false};
