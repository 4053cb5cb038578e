/* fixture.h - a small catalogue made by hand, and directories of input files for it.
 *
 * Shared by the tests of this room, and depends on no other room's parsers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_READ_FIXTURE_H
#define TESTS_READ_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/text.h"
#include "io/file.h"
#include "read/snapshot.h"

enum { WORKPLACE, WORKER, ROLE, PROVIDER, LOCATION, RECORD_COUNT };

enum {
    WP_PERIOD,
    WP_ID,
    WP_ORG,
    WP_LOCATION,
    WP_NAME,
    WP_AREA,
    WP_STAFF,
    WP_UPDATED,
    WP_STATUS,
    WK_PERIOD,
    WK_ID,
    WK_WORKPLACE,
    WK_ROLE,
    WK_AGE,
    WK_PAY,
    WK_START,
    RO_ROLE,
    RO_EMP,
    RO_VACANCY,
    RO_FLAG,
    LO_ID,
    LO_PROVIDER,
    LO_SECTOR,
    LO_BEDS,
    COLUMN_COUNT
};

enum { AREAS, ROLES, STATUSES, SECTORS };

static const char *const area_codes[] = {"716", "620", "E09000001"};
static const char *const role_codes[] = {"1", "4", "8", "27"};
static const char *const status_codes[] = {"1", "2"};
static const char *const sector_codes[] = {"Social Care Org", "NHS"};
static const cdn_codelist fixture_codelists[] = {
    {"areas", 3, area_codes, area_codes, 0, NULL, NULL},
    {"roles", 4, role_codes, role_codes, 0, NULL, NULL},
    {"statuses", 2, status_codes, status_codes, 0, NULL, NULL},
    {"sectors", 2, sector_codes, sector_codes, 0, NULL, NULL}};

static const char *const remap_from[] = {"22", "21"};
static const char *const remap_to[] = {"27", "-2"};

#define TEXT(n, h, r, q) {n, h, r, CDN_COLUMN_TEXT, 0, q, 0, 0, CDN_NONE, 0, NULL, NULL}
#define NUMBER(n, h, r, q, lo, hi) \
    {n, h, r, CDN_COLUMN_INTEGER, 0, q, lo, hi, CDN_NONE, 0, NULL, NULL}
#define CODE(n, h, r, q, list) {n, h, r, CDN_COLUMN_CODE, 0, q, 0, 0, list, 0, NULL, NULL}
#define DATE(n, h, r) {n, h, r, CDN_COLUMN_DATE, 0, false, 0, 0, CDN_NONE, 0, NULL, NULL}

static const cdn_column fixture_columns[COLUMN_COUNT] = {
    TEXT("period", "period", WORKPLACE, true),
    NUMBER("id", "establishmentid", WORKPLACE, true, 1, 999999999),
    TEXT("org", "orgid", WORKPLACE, true),
    TEXT("location", "locationid", WORKPLACE, false),
    TEXT("name", "establishmentname", WORKPLACE, false),
    CODE("area", "cssr", WORKPLACE, false, AREAS),
    NUMBER("staff", "totalstaff", WORKPLACE, false, 1, 9999),
    DATE("updated", "mupddate", WORKPLACE),
    CODE("status", "stat", WORKPLACE, false, STATUSES),
    TEXT("period", "period", WORKER, true),
    NUMBER("id", "workerid", WORKER, true, 1, 999999999),
    NUMBER("workplace", "establishmentid", WORKER, true, 1, 999999999),
    {"role", "mainjrid", WORKER, CDN_COLUMN_CODE, 0, true, 0, 0, ROLES, 2, remap_from, remap_to},
    NUMBER("age", "age", WORKER, false, 14, 100),
    {"pay", "hrlyrate", WORKER, CDN_COLUMN_DECIMAL, 2, false, 250, 20000, CDN_NONE, 0, NULL,
     NULL},
    DATE("start", "strtdate", WORKER),
    CODE("role", "role", ROLE, false, ROLES),
    NUMBER("emp", "emp", ROLE, false, 0, 999),
    NUMBER("vacancy", "vacy", ROLE, false, 0, 999),
    NUMBER("flag", "flag", ROLE, false, 0, 1),
    TEXT("id", "Location ID", LOCATION, true),
    TEXT("provider", "Provider ID", LOCATION, false),
    CODE("sector", "Sector", LOCATION, false, SECTORS),
    NUMBER("beds", "Beds", LOCATION, false, 0, 500)};

static const cdn_reference workplace_references[] = {{PROVIDER, WP_ORG, true},
                                                     {LOCATION, WP_LOCATION, false}};
static const cdn_reference worker_references[] = {{WORKPLACE, WK_WORKPLACE, true}};
static const cdn_reference role_references[] = {{WORKPLACE, CDN_NONE, true}};

enum { EX_ONE, EX_STAFF, EX_EMP, EX_STATUS, EX_ZERO, EX_OPEN, EX_CARE, EX_COUNT };

#define NO3 {CDN_NONE, CDN_NONE, CDN_NONE}
static const uint32_t care_list[] = {0};
static const cdn_expr fixture_exprs[] = {
    {CDN_EX_CONSTANT, 0, NO3, CDN_NONE, 1, 0, NULL},
    {CDN_EX_COLUMN, 0, NO3, WP_STAFF, 0, 0, NULL},
    {CDN_EX_COLUMN, 0, NO3, RO_EMP, 0, 0, NULL},
    {CDN_EX_COLUMN, 0, NO3, WP_STATUS, 0, 0, NULL},
    {CDN_EX_CONSTANT, 0, NO3, CDN_NONE, 0, 0, NULL},
    {CDN_EX_EQ, 0, {EX_STATUS, EX_ZERO, CDN_NONE}, CDN_NONE, 0, 0, NULL},
    {CDN_EX_IN, 0, NO3, LO_SECTOR, 0, 1, care_list}};

static const cdn_record fixture_records[RECORD_COUNT] = {
    {.name = "workplace", .title = "Workplaces", .kind = CDN_RECORD_FILE, .file = "workplace.csv",
     .source = CDN_NONE, .key = WP_ID, .column_first = WP_PERIOD, .column_count = 9,
     .reference_count = 2, .references = workplace_references, .unpivot_codes = CDN_NONE,
     .keep = EX_OPEN, .workers = EX_STAFF, .unit = WORKPLACE, .holding = PROVIDER,
     .holding_column = CDN_NONE},
    {.name = "worker", .title = "Workers", .kind = CDN_RECORD_FILE, .file = "worker.csv",
     .source = CDN_NONE, .key = WK_ID, .column_first = WK_PERIOD, .column_count = 7,
     .reference_count = 1, .references = worker_references, .unpivot_codes = CDN_NONE,
     .keep = CDN_NONE, .workers = EX_ONE, .unit = WORKPLACE, .holding = PROVIDER,
     .holding_column = CDN_NONE},
    {.name = "role", .title = "Roles", .kind = CDN_RECORD_UNPIVOT, .source = WORKPLACE,
     .key = CDN_NONE, .column_first = RO_ROLE, .column_count = 4, .reference_count = 1,
     .references = role_references, .unpivot_pattern = "jr%02d", .unpivot_codes = ROLES,
     .keep = CDN_NONE, .workers = EX_EMP, .unit = WORKPLACE, .holding = PROVIDER,
     .holding_column = CDN_NONE},
    {.name = "provider", .title = "Providers", .kind = CDN_RECORD_GROUP, .source = WORKPLACE,
     .key = WP_ORG, .column_first = LO_ID, .column_count = 0, .unpivot_codes = CDN_NONE,
     .keep = CDN_NONE, .workers = CDN_NONE, .unit = PROVIDER, .holding = PROVIDER,
     .holding_column = CDN_NONE},
    {.name = "location", .title = "Locations", .kind = CDN_RECORD_FILE, .file = "locations.csv",
     .source = CDN_NONE, .key = LO_ID, .column_first = LO_ID, .column_count = 4,
     .unpivot_codes = CDN_NONE, .keep = EX_CARE, .workers = CDN_NONE, .unit = LOCATION,
     .holding = CDN_NONE, .holding_column = LO_PROVIDER, .is_public = true}};

static const cdn_catalogue fixture_catalogue = {
    .name = "fixture", .title = "Fixture",
    .digest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    .period_record = "workplace", .period_column = "period",
    .record_count = RECORD_COUNT, .records = fixture_records,
    .column_count = COLUMN_COUNT, .columns = fixture_columns,
    .codelist_count = 4, .codelists = fixture_codelists,
    .expr_count = EX_COUNT, .exprs = fixture_exprs};

#define WORKPLACE_HEADER \
    "period,establishmentid,ignored,orgid,locationid,establishmentname,cssr,totalstaff,mupddate," \
    "stat,jr01flag,jr01emp,jr01vacy,jr08flag,jr08emp,jr08vacy,extra"
#define WORKER_HEADER "period,establishmentid,workerid,mainjrid,other,age,hrlyrate,strtdate"
#define LOCATION_HEADER "Location ID,Name,Provider ID,Sector,Beds"

#define WORKPLACE_ROWS                                                              \
    "M202608,30,x,O2,L1,Beta House,620,10,01/07/2026,1,1,3,1,1,7,0,\n"              \
    "M202608,20,x,O1,L9,\"Alpha, Lodge\",716,5,2026-06-30,1,,,,1,5,2,y\n"           \
    "M202608,10,x,O2,,Gamma,E09000001,-1,,1,-1,-1,-1,-1,-1,-1,\n"                   \
    "M202608,40,x,O3,L2,Closed,716,4,01/01/2020,2,1,4,0,,,,\n"
#define WORKER_ROWS                                \
    "M202608,30,503,8,q,35,12.21,01/03/2020\n"     \
    "M202608,20,502,4,q,57,19.5,03/06/2013\n"      \
    "M202608,30,501,22,q,-1,-1,\n"                 \
    "M202608,10,504,27,q,-2,11.44,29/02/2024\n"
#define LOCATION_ROWS                      \
    "L2,Two,P1,Social Care Org,5\n"        \
    "L1,One,P2,Social Care Org,40\n"       \
    "L3,Three,P1,NHS,\n"                   \
    "L0,Zero,P1,Social Care Org,\n"

/** A directory with the three files, the snapshot's path, and the catalogue to load with. */
typedef struct fixture {
    const cdn_catalogue *catalogue;
    char dir[64];
    char snapshot[96];
    cdn_text problems;
    cdn_error error;
} fixture;

static inline void fixture_write_bytes(const fixture *self, const char *name, const char *bytes,
                                       size_t size)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", self->dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void fixture_write(const fixture *self, const char *name, const char *text)
{
    fixture_write_bytes(self, name, text, strlen(text));
}

static inline void fixture_open(fixture *self)
{
    memset(self, 0, sizeof *self);
    self->catalogue = &fixture_catalogue;
    self->problems = (cdn_text)CDN_TEXT_INIT(1024 * 1024);
    (void)snprintf(self->dir, sizeof self->dir, "/tmp/cordon-read-XXXXXX");
    assert_non_null(mkdtemp(self->dir));
    (void)snprintf(self->snapshot, sizeof self->snapshot, "%s/data.snapshot", self->dir);
    fixture_write(self, "workplace.csv", WORKPLACE_HEADER "\n" WORKPLACE_ROWS);
    fixture_write(self, "worker.csv", WORKER_HEADER "\n" WORKER_ROWS);
    fixture_write(self, "locations.csv", LOCATION_HEADER "\n" LOCATION_ROWS);
}

static inline void fixture_close(fixture *self)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_text_release(&self->problems);
    assert_int_equal(cdn_dir_remove(self->dir, &error), CDN_OK);
}

static inline cdn_status fixture_load(fixture *self)
{
    cdn_load_options options = {self->dir, self->snapshot};
    self->error = (cdn_error)CDN_ERROR_INIT;
    cdn_text_clear(&self->problems);
    return cdn_load(self->catalogue, &options, &self->problems, &self->error);
}

/** Loads, expecting success, and opens. */
static inline cdn_snapshot *fixture_snapshot(fixture *self)
{
    cdn_snapshot *snapshot = NULL;
    if (fixture_load(self) != CDN_OK)
        fail_msg("%s:%llu: %s", self->error.source, (unsigned long long)self->error.line,
                 self->error.message);
    if (cdn_snapshot_open(self->snapshot, self->catalogue, self->dir, &snapshot,
                          &self->error) != CDN_OK)
        fail_msg("%s: %s", self->error.source, self->error.message);
    return snapshot;
}

static inline const int32_t *fixture_column(const cdn_snapshot *snapshot, uint32_t column)
{
    const int32_t *values = NULL;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_snapshot_column(snapshot, column, &values, &error), CDN_OK);
    return values;
}

/** The exclusion's rows (or values), 0 when there is none. */
static inline uint64_t fixture_excluded(const cdn_snapshot *snapshot, const char *record,
                                        const char *reason, const char *column, bool values)
{
    for (uint32_t i = 0; i < cdn_snapshot_exclusion_count(snapshot); i++) {
        const cdn_exclusion *at = cdn_snapshot_exclusion(snapshot, i);
        if (strcmp(at->record, record) == 0 && strcmp(at->reason, reason) == 0 &&
            strcmp(at->column, column) == 0)
            return values ? at->values : at->rows;
    }
    return 0;
}

#endif
