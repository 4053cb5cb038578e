/* workforce.h - a small workforce by hand: catalogue, data, plans, and a slow second way to count.
 *
 * The catalogue is made of C structures, the data of arrays that are also
 * written as CSV files and loaded. The second way works on the arrays alone and
 * shares no code with what it checks: a cell is a set of leaves on each axis,
 * and every record is asked whether it is inside.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_WORKFORCE_H
#define CDN_TESTS_WORKFORCE_H

#include <stdbool.h>
#include <stdint.h>

#include "cells/cells.h"
#include "plan/plan.h"
#include "policy/agreement.h"
#include "policy/policy.h"
#include "read/snapshot.h"

/* ---- the catalogue ---- */

enum { WF_WORKPLACE, WF_WORKER, WF_JOB, WF_PROVIDER, WF_LOCATION, WF_RECORDS };

/** area: A1..A4 and not recorded; service: S1..S3; size: small (0-9), large, not recorded; role:
 *  R1..R3; gender: M, F, not recorded; job: J1, J2; sector: X, Y; linked: 0, 1. The first three
 *  are the workplace's, role and gender the worker's, sector and linked the location's. */
enum { WF_AREA, WF_SERVICE, WF_SIZE, WF_ROLE, WF_GENDER, WF_KIND, WF_SECTOR, WF_LINKED, WF_AXES };

/** Dimensions. AREA has levels region (N = A1 A2, S = A3 A4) and area; BOARD is another grouping of
 *  the same areas (E = A1 A3, W = A2 A4). GENDER is a characteristic of people. */
enum {
    WF_DIM_AREA,
    WF_DIM_BOARD,
    WF_DIM_SERVICE,
    WF_DIM_SIZE,
    WF_DIM_ROLE,
    WF_DIM_GENDER,
    WF_DIM_KIND,
    WF_DIM_SECTOR,
    WF_DIM_LINKED,
    WF_DIMS
};

enum {
    WF_WORKERS,    /* count of workers */
    WF_WORKPLACES, /* count of workplaces */
    WF_STAFF,      /* sum of staff where known */
    WF_NET,        /* sum of net change, also below 0 */
    WF_TURNOVER,   /* leavers per 100 staff, where t_ok and both known */
    WF_VACANCY,    /* vacant per 100 staff, where v_ok and both known */
    WF_FEMALE,     /* share of women among those with a known gender */
    WF_PAY,        /* mean pay where known */
    WF_PAY_WOMEN,  /* mean pay of women */
    WF_MEDIAN,     /* median pay */
    WF_P90,        /* 90th percentile of pay */
    WF_POSTS,      /* employed + vacant of each job, where both known; two terms */
    WF_LOCATIONS,  /* count of a public register */
    WF_COVERAGE,   /* share of the register's locations that are linked to a workplace */
    WF_WEIGHT,     /* sum of the weight */
    WF_WEIGHT_T,   /* the same, where t_ok */
    WF_WEIGHT_V,   /* the same, where v_ok */
    WF_NET_AGAIN,  /* as WF_NET, from an expression of its own */
    WF_WORKERS_T,  /* count of workers, where their workplace's t_ok */
    WF_S1_LEAVERS, /* leavers of service S1 per 100 staff of all services, where both known */
    WF_MEASURES
};

enum {
    WF_FIELD_ID,
    WF_FIELD_AREA, /* region; needs consent */
    WF_FIELD_LINKED,
    WF_FIELD_NAME,
    WF_FIELD_LINKED_IF, /* linked, for those who consent */
    WF_FIELDS
};

extern const cdn_catalogue wf_catalogue;

/** The same, but workplaces with t_ok waive protection and those with v_ok request it. */
typedef struct wf_wishes {
    cdn_catalogue catalogue;
    cdn_record records[WF_RECORDS];
} wf_wishes;
const cdn_catalogue *wf_wishing_catalogue(wf_wishes *w);

/* ---- data ---- */

#define WF_BLANK (-1) /* a missing answer */
#define WF_MOST_WORKPLACES 80
#define WF_MOST_WORKERS 600
#define WF_MOST_LOCATIONS 40

typedef struct wf_workplace {
    int org; /* WF_BLANK: not in the files */
    int area, service, staff, leavers, vacant, net, t_ok, v_ok, consent, location;
    int weight_1, weight_2; /* the weight is their product */
    int employed[2], posts_vacant[2]; /* by job */
} wf_workplace;

typedef struct wf_worker {
    int workplace; /* WF_BLANK: not in the files */
    int role, gender, pay; /* pay in pence */
} wf_worker;

typedef struct wf_location {
    int provider, sector;
} wf_location;

typedef struct wf_data {
    uint32_t workplaces, workers, locations;
    wf_workplace workplace[WF_MOST_WORKPLACES];
    wf_worker worker[WF_MOST_WORKERS];
    wf_location location[WF_MOST_LOCATIONS];
} wf_data;

/** Numbers that are the same on every machine (splitmix64; Steele, Lea, Flood 2014). */
uint64_t wf_next(uint64_t *seed);
/** 0..bound-1. */
int wf_below(uint64_t *seed, int bound);

void wf_random(wf_data *data, uint64_t seed, uint32_t workplaces, uint32_t workers);
/** One workplace for each area (or none recorded), service, t_ok and v_ok: 60 of them, with weights
 *  1, 2, 4, ... so that a sum of weights tells which workplaces are in it. */
void wf_factorial(wf_data *data);

/** Writes the CSV files into the scratch directory, loads them, opens the snapshot. The test fails
 *  when that fails, or when a row has a problem. */
cdn_snapshot *wf_load(const wf_data *data);

/* ---- plans, agreement, policy ---- */

typedef struct wf_plan {
    cdn_plan plan;
    cdn_plan_table tables[8];
    cdn_plan_list lists[4];
    cdn_plan_dimension dimensions[8][4];
    cdn_plan_filter filters[12][4]; /* tables, then lists */
    uint32_t codes[12][4][8];
    cdn_plan_name measures[12][20], fields[4][8];
} wf_plan;

void wf_plan_start(wf_plan *p);
void wf_table(wf_plan *p, bool totals);
void wf_list(wf_plan *p, uint32_t record);
/** Of the last table: a dimension at levels first..last. */
void wf_by(wf_plan *p, uint32_t dimension, uint32_t first, uint32_t last);
/** Of the last table or list: keeps the codes whose bit is set. */
void wf_only(wf_plan *p, uint32_t dimension, uint32_t level, uint32_t bits);
void wf_show(wf_plan *p, uint32_t measure);
void wf_field(wf_plan *p, uint32_t field);

/** Grants everything; rows of workplaces need consent. */
extern const cdn_agreement wf_agreement;
/** Fewer than 10 workers, 3 workplaces, 2 providers; (1,80); p% = 10; zeros safe. */
extern const cdn_policy wf_policy;

/* ---- the second way ---- */

enum {
    WF_V_STAFF,
    WF_V_LEAVERS,
    WF_V_VACANT,
    WF_V_NET,
    WF_V_WEIGHT,
    WF_V_PAY,
    WF_V_POSTS,
    WF_V_EMPLOYED,
    WF_V_POSTS_VACANT,
    WF_VALUES,
    WF_V_ONE = WF_VALUES /* a count */
};

#define WF_NO_VALUE INT64_MIN
#define WF_ANY UINT32_MAX /* every leaf of an axis */

typedef struct wf_record {
    uint32_t leaf[WF_AXES]; /* WF_ANY where the axis does not apply */
    int id; /* among its type: the same at another date */
    int holding, unit, workers;
    bool t_ok, v_ok;
    int64_t value[WF_VALUES];
} wf_record;

/** A sum over records: part or term of a measure. */
typedef struct wf_statistic {
    uint32_t record, value;
    uint32_t measure;      /* whose usable records */
    uint32_t axis, leaves; /* kept on one axis, as bits; WF_ANY = no axis */
} wf_statistic;

/** A statistic that rows publish, and of which workplaces. */
typedef struct wf_row_part {
    wf_statistic statistic;
    bool units[WF_MOST_WORKPLACES];
} wf_row_part;

/** The register's locations that a list shows, and on which axes it classifies them. */
typedef struct wf_revealed {
    bool listed[WF_MOST_LOCATIONS];
    bool axes[WF_AXES];
} wf_revealed;

typedef struct wf_world {
    bool waivers, requests; /* are they to be counted? */
    bool waives[WF_MOST_WORKPLACES], asks[WF_MOST_WORKPLACES];
    wf_revealed revealed;
    uint32_t counts[WF_RECORDS];
    wf_record records[WF_RECORDS][WF_MOST_WORKERS];
    uint64_t keys[WF_RECORDS][WF_MOST_WORKERS]; /* 0 without a perturbation key */
    uint32_t row_part_count;
    wf_row_part row_parts[64];
} wf_world;

typedef struct wf_code {
    const char *code;
    uint32_t leaves; /* bits */
} wf_code;

void wf_world_make(const wf_data *data, wf_world *out);
/** The keys of all records under a perturbation key. */
void wf_world_keys(wf_world *world, const uint8_t key[CDN_CELLS_KEY_SIZE]);
/** Bits of all leaves of an axis. */
uint32_t wf_all_leaves(uint32_t axis);
uint32_t wf_axis_of(uint32_t dimension);
uint32_t wf_part_count(uint32_t measure);
/** Parts, then terms; false when there is no such one. */
bool wf_part(uint32_t measure, uint32_t part, wf_statistic *out);
bool wf_usable(const wf_record *record, uint32_t measure);
/** The codes of a table's column in the order in which they must come; returns how many. */
uint32_t wf_codes(const cdn_plan_table *table, uint32_t column, wf_code out[16]);
/** The leaves that the filters of a table or list keep, per axis. */
void wf_filters(const cdn_plan_filter *filters, uint32_t count, uint32_t leaves[WF_AXES]);
/** true when the record is in the statistic, with `leaves` kept on each axis. */
bool wf_inside(const wf_record *record, const wf_statistic *s, const uint32_t leaves[WF_AXES]);
/** The cell of a statistic: as cdn_cell says, `variable` and `is_public` left 0. */
cdn_cell wf_count(const wf_world *world, const wf_statistic *s, const uint32_t leaves[WF_AXES]);

/** Compares every figure of every table of the plan; fails the test where they differ. */
void wf_check_tables(const cdn_cells *cells, const cdn_plan *plan, const wf_world *world);
/** The cell of what changed: who is in the statistic at one of two dates only, or contributes
 *  something else. No rows. */
cdn_cell wf_change(const wf_world *now, const wf_world *then, const wf_statistic *s,
                   const uint32_t leaves[WF_AXES]);
/** Compares the cells of all figures at each earlier date, and what changed between any two; names
 *  of contributors are those of wf_check_tables, which comes before. */
void wf_check_dates(const cdn_cells *cells, const cdn_plan *plan, const wf_world *today,
                    const wf_world *const *then);
/** Fails the test when an equation does not hold on the values. */
void wf_check_equations(const cdn_cells *cells);

#endif
