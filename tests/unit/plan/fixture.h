/* fixture.h - a small catalogue made by hand: nothing of the code under test makes it.
 *
 * area: leaves A B C D; dimension area (region R1 = A B, R2 = C D; la) and icb (I1 = A,
 * I2 = B C D) share its axis; workplaces and locations have it, workers by their workplace.
 * gender: leaves M F and "not recorded"; workers only. service: three leaves; workplaces.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_PLAN_FIXTURE_H
#define CDN_TESTS_PLAN_FIXTURE_H

#include <stdio.h>

#include "catalogue/catalogue.h"
#include "json/json.h"
#include "plan/plan.h"
#include "support/unit.h"

enum { WORKPLACE, WORKER, LOCATION };
enum { COL_KEY, COL_LA, COL_NAME, COL_SERVICE, COL_WORKER_OF, COL_GENDER, COL_PAY, COL_SECRET,
       COL_LOCATION_ID, COL_LOCATION_LA, COL_COUNT };
enum { AXIS_AREA, AXIS_GENDER, AXIS_SERVICE };
enum { DIM_AREA, DIM_GENDER, DIM_ICB, DIM_SERVICE };
enum { M_POSTS, M_WORKPLACES, M_PAY, M_LOCATIONS };
enum { F_NAME, F_LA, F_SECRET, F_LOCATION_ID, F_SECRET_RULE };

static const cdn_column fixture_columns[COL_COUNT] = {
    [COL_KEY] = {.name = "workplace_id", .record = WORKPLACE, .kind = CDN_COLUMN_TEXT},
    [COL_LA] = {.name = "la", .record = WORKPLACE, .kind = CDN_COLUMN_INTEGER},
    [COL_NAME] = {.name = "name", .record = WORKPLACE, .kind = CDN_COLUMN_TEXT},
    [COL_SERVICE] = {.name = "service", .record = WORKPLACE, .kind = CDN_COLUMN_INTEGER},
    [COL_WORKER_OF] = {.name = "workplace_id", .record = WORKER, .kind = CDN_COLUMN_TEXT},
    [COL_GENDER] = {.name = "gender", .record = WORKER, .kind = CDN_COLUMN_INTEGER},
    [COL_PAY] = {.name = "pay", .record = WORKER, .kind = CDN_COLUMN_DECIMAL, .decimals = 2},
    [COL_SECRET] = {.name = "secret", .record = WORKPLACE, .kind = CDN_COLUMN_INTEGER},
    [COL_LOCATION_ID] = {.name = "location_id", .record = LOCATION, .kind = CDN_COLUMN_TEXT},
    [COL_LOCATION_LA] = {.name = "la", .record = LOCATION, .kind = CDN_COLUMN_INTEGER},
};

static const cdn_reference fixture_worker_of = {WORKPLACE, COL_WORKER_OF, true};

static const cdn_record fixture_records[] = {
    [WORKPLACE] = {.name = "workplace", .kind = CDN_RECORD_FILE, .key = COL_KEY,
                   .column_first = COL_KEY, .column_count = 4, .keep = CDN_NONE,
                   .unit = WORKPLACE, .holding = CDN_NONE, .holding_column = CDN_NONE},
    [WORKER] = {.name = "worker", .kind = CDN_RECORD_FILE, .key = CDN_NONE,
                .column_first = COL_WORKER_OF, .column_count = 3, .reference_count = 1,
                .references = &fixture_worker_of, .keep = CDN_NONE, .unit = WORKPLACE,
                .holding = CDN_NONE, .holding_column = CDN_NONE},
    [LOCATION] = {.name = "location", .kind = CDN_RECORD_FILE, .key = COL_LOCATION_ID,
                  .column_first = COL_LOCATION_ID, .column_count = 2, .keep = CDN_NONE,
                  .unit = LOCATION, .holding = CDN_NONE, .holding_column = CDN_NONE,
                  .is_public = true},
};

#define FIXTURE_COLUMN(index) {.op = CDN_EX_COLUMN, .column = (index), \
                               .operand = {CDN_NONE, CDN_NONE, CDN_NONE}}
enum { EX_LA, EX_GENDER, EX_SERVICE, EX_LOCATION_LA, EX_PAY, EX_SECRET, EX_SECRET_KNOWN };
static const cdn_expr fixture_exprs[] = {
    [EX_LA] = FIXTURE_COLUMN(COL_LA),
    [EX_GENDER] = FIXTURE_COLUMN(COL_GENDER),
    [EX_SERVICE] = FIXTURE_COLUMN(COL_SERVICE),
    [EX_LOCATION_LA] = FIXTURE_COLUMN(COL_LOCATION_LA),
    [EX_PAY] = FIXTURE_COLUMN(COL_PAY),
    [EX_SECRET] = FIXTURE_COLUMN(COL_SECRET),
    [EX_SECRET_KNOWN] = {.op = CDN_EX_KNOWN, .operand = {EX_SECRET, CDN_NONE, CDN_NONE}},
};

static const cdn_binding fixture_area_bindings[] = {{WORKPLACE, EX_LA},
                                                    {LOCATION, EX_LOCATION_LA}};
static const cdn_binding fixture_gender_bindings[] = {{WORKER, EX_GENDER}};
static const cdn_binding fixture_service_bindings[] = {{WORKPLACE, EX_SERVICE}};
static const uint32_t fixture_area_columns[] = {COL_LA, COL_LOCATION_LA};
static const uint32_t fixture_gender_columns[] = {COL_GENDER};
static const uint32_t fixture_service_columns[] = {COL_SERVICE};

static const cdn_axis fixture_axes[] = {
    [AXIS_AREA] = {.name = "area", .binding_count = 2, .bindings = fixture_area_bindings,
                   .leaf_count = 4, .codelist = CDN_NONE, .column_count = 2,
                   .columns = fixture_area_columns},
    [AXIS_GENDER] = {.name = "gender", .binding_count = 1, .bindings = fixture_gender_bindings,
                     .leaf_count = 3, .has_unknown = true, .codelist = CDN_NONE,
                     .column_count = 1, .columns = fixture_gender_columns},
    [AXIS_SERVICE] = {.name = "service", .binding_count = 1, .bindings = fixture_service_bindings,
                      .leaf_count = 3, .codelist = CDN_NONE, .column_count = 1,
                      .columns = fixture_service_columns},
};

static const char *const fixture_region_codes[] = {"R1", "R2"};
static const char *const fixture_region_labels[] = {"North", "South"};
static const uint32_t fixture_region_of[] = {0, 0, 1, 1};
/* The order of the codes is not bytewise, so that sorting shows. */
static const char *const fixture_la_codes[] = {"D4", "B2", "C3", "A1"};
static const char *const fixture_la_labels[] = {"Derby", "Bath", "Crewe", "Arundel"};
static const uint32_t fixture_la_of[] = {0, 1, 2, 3};
static const char *const fixture_icb_codes[] = {"I1", "I2"};
static const char *const fixture_icb_labels[] = {"First", "Second"};
static const uint32_t fixture_icb_of[] = {0, 1, 1, 1};
static const char *const fixture_gender_codes[] = {"F", "M"};
static const char *const fixture_gender_labels[] = {"Female", "Male"};
static const uint32_t fixture_gender_of[] = {0, 1, CDN_NONE};
static const char *const fixture_service_codes[] = {"1", "2", "3"};
static const char *const fixture_service_labels[] = {"Home", "Day", "Other"};
static const uint32_t fixture_service_of[] = {0, 1, 2};

static const cdn_level fixture_area_levels[] = {
    {"region", 2, fixture_region_codes, fixture_region_labels, fixture_region_of},
    {"la", 4, fixture_la_codes, fixture_la_labels, fixture_la_of}};
static const cdn_level fixture_icb_levels[] = {
    {"icb", 2, fixture_icb_codes, fixture_icb_labels, fixture_icb_of}};
static const cdn_level fixture_gender_levels[] = {
    {"gender", 2, fixture_gender_codes, fixture_gender_labels, fixture_gender_of}};
static const cdn_level fixture_service_levels[] = {
    {"service", 3, fixture_service_codes, fixture_service_labels, fixture_service_of}};

static const cdn_dimension fixture_dimensions[] = {
    [DIM_AREA] = {"area", "Area", AXIS_AREA, false, 2, fixture_area_levels},
    [DIM_GENDER] = {"gender", "Gender", AXIS_GENDER, true, 1, fixture_gender_levels},
    [DIM_ICB] = {"icb", "Care board", AXIS_AREA, false, 1, fixture_icb_levels},
    [DIM_SERVICE] = {"service", "Service", AXIS_SERVICE, false, 1, fixture_service_levels},
};

static const uint32_t fixture_pay_columns[] = {COL_PAY};
#define FIXTURE_COUNT_OF(of) {.record = (of), .value = CDN_NONE, .usable = CDN_NONE}
static const cdn_measure fixture_measures[] = {
    [M_POSTS] = {.name = "posts", .title = "Posts", .kind = CDN_MEASURE_COUNT, .part_count = 1,
                 .parts = {FIXTURE_COUNT_OF(WORKER)}, .value = CDN_NONE, .row_gate = CDN_NONE},
    [M_WORKPLACES] = {.name = "workplaces", .title = "Workplaces", .kind = CDN_MEASURE_COUNT,
                      .part_count = 1, .parts = {FIXTURE_COUNT_OF(WORKPLACE)}, .value = CDN_NONE,
                      .row_gate = CDN_NONE},
    [M_PAY] = {.name = "median_pay", .title = "Median pay", .kind = CDN_MEASURE_QUANTILE,
               .part_count = 1,
               .parts = {{.record = WORKER, .value = CDN_NONE, .usable = EX_PAY,
                          .column_count = 1, .columns = fixture_pay_columns}},
               .value = EX_PAY, .row_gate = CDN_NONE},
    [M_LOCATIONS] = {.name = "locations", .title = "Locations", .kind = CDN_MEASURE_COUNT,
                     .part_count = 1, .parts = {FIXTURE_COUNT_OF(LOCATION)}, .value = CDN_NONE,
                     .row_gate = CDN_NONE},
};

static const cdn_field fixture_fields[] = {
    [F_NAME] = {"name", "Name", WORKPLACE, COL_NAME, CDN_NONE, CDN_NONE, CDN_NONE, false},
    [F_LA] = {"la", "Authority", WORKPLACE, CDN_NONE, CDN_NONE, DIM_AREA, 1, false},
    [F_SECRET] = {"secret", "Secret", WORKPLACE, COL_SECRET, CDN_NONE, CDN_NONE, CDN_NONE, false},
    [F_LOCATION_ID] = {"location_id", "Location", LOCATION, COL_LOCATION_ID, CDN_NONE, CDN_NONE,
                       CDN_NONE, false},
    [F_SECRET_RULE] = {"has_secret", "Has a secret", WORKPLACE, CDN_NONE, EX_SECRET_KNOWN,
                       CDN_NONE, CDN_NONE, false},
};

static const cdn_catalogue fixture_catalogue = {
    .name = "fixture", .title = "Fixture",
    .record_count = 3, .records = fixture_records,
    .column_count = COL_COUNT, .columns = fixture_columns,
    .expr_count = 7, .exprs = fixture_exprs,
    .axis_count = 3, .axes = fixture_axes,
    .dimension_count = 4, .dimensions = fixture_dimensions,
    .measure_count = 4, .measures = fixture_measures,
    .field_count = 5, .fields = fixture_fields,
};

/** A plan's JSON text; ' stands for ". Valid until the next call. */
static inline const char *fixture_plan_text(const char *where, const char *tables,
                                            const char *lists)
{
    static char text[65536];
    int length = snprintf(
        text, sizeof text,
        "{'feed':{'agreement':'north','agreement_line':2,'line':1,'lists':[%s],'name':'feed_a',"
        "'period':'2026-08','period_line':3,'tables':[%s],'title':'A feed','where':[%s]},"
        "'format':'cordon-plan/1'}",
        lists, tables, where);
    assert_true(length > 0 && (size_t)length < sizeof text);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    return text;
}

/** Parses and creates; *plan is NULL unless CDN_OK. */
static inline cdn_status fixture_plan_create(const char *text, cdn_plan **plan, cdn_error *error)
{
    cdn_json *json = NULL;
    *plan = NULL;
    *error = (cdn_error)CDN_ERROR_INIT;
    cdn_status status = cdn_json_parse("plan", text, strlen(text), &json, error);
    if (status == CDN_OK)
        status = cdn_plan_create(json, "x.lua", &fixture_catalogue, plan, error);
    cdn_json_destroy(json);
    assert_int_equal(status, error->status);
    assert_true((status == CDN_OK) == (*plan != NULL));
    return status;
}

#define FIXTURE_TABLE(name, rows, columns, measures, where) \
    "{'columns':[" columns "],'line':10,'measures':[" measures "],'name':'" name \
    "','note':'','rows':[" rows "],'title':'','totals':true,'where':[" where "]}"
#define FIXTURE_LIST(name, record, fields, measures, where) \
    "{'fields':[" fields "],'line':30,'measures':[" measures "],'name':'" name \
    "','note':'','record':'" record "','title':'','where':[" where "]}"
#define FIXTURE_USE(dim, from, to) \
    "{'dim':'" dim "','from':'" from "','line':11,'to':'" to "'}"
#define FIXTURE_NAME(name) "{'line':12,'name':'" name "'}"
#define FIXTURE_FILTER(dim, level, codes) \
    "{'codes':[" codes "],'dim':'" dim "','level':'" level "','line':13}"

#endif
