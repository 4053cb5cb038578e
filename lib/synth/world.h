/* world.h - the plan of a synthetic sector: who runs which workplace where, and how large it is.
 *
 * Made first and kept in memory; the rows of the files are drawn from it one
 * workplace at a time. Workplaces of one organisation are neighbours, the
 * parent first; those that open in later weeks come last. Numbers of days count
 * back from the reference day of week 0: what happened since is negative.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_WORLD_H
#define CDN_SYNTH_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"
#include "synth/line.h"
#include "synth/lists.h"
#include "synth/random.h"
#include "synth/synth.h"

#define CDN_SYNTH_HEAD_OFFICE 72
#define CDN_SYNTH_SOCIAL_WORK 16
#define CDN_SYNTH_LONDON 3
#define CDN_SYNTH_DAYS 22000u /* sixty years of dates */

/* Purposes of random streams. */
enum {
    CDN_STREAM_WORLD = 1,
    CDN_STREAM_SIZE = 2,
    CDN_STREAM_WORKPLACE = 3,
    CDN_STREAM_WORKER = 4,
    CDN_STREAM_LOCATION = 5,
    CDN_STREAM_FILLER = 6,
    CDN_STREAM_ID = 7,
    CDN_STREAM_WEEK = 8,
    CDN_STREAM_LEAVING = 9,
    CDN_STREAM_JOINING = 10,
    CDN_STREAM_NEWS = 11,
    CDN_STREAM_JOINER = 12
};

/* What a service is like to work in; tables of staff, sizes and pay go by it. */
typedef enum cdn_synth_class {
    CDN_CLASS_NURSING = 0,
    CDN_CLASS_HOME,
    CDN_CLASS_DOMICILIARY,
    CDN_CLASS_SUPPORTED,
    CDN_CLASS_DAY,
    CDN_CLASS_SOCIAL_WORK,
    CDN_CLASS_COMMUNITY,
    CDN_CLASS_HEALTH,
    CDN_CLASS_HEAD_OFFICE,
    CDN_CLASS_COUNT
} cdn_synth_class;

typedef struct cdn_synth_org {
    uint32_t first, count; /* workplaces */
    uint16_t area;         /* home */
    uint16_t updated;      /* days since a typical amendment */
    uint8_t establishment_type;
    int8_t la_permission, cqc_permission; /* 1, 0, -1 */
    bool bulk;
    bool head_office; /* the first workplace is one */
} cdn_synth_org;

typedef struct cdn_synth_place {
    uint32_t org;
    uint32_t records;   /* worker records that are counted for it */
    int32_t total_staff; /* as stated; -1 = not recorded */
    uint64_t raw;       /* relative size, before scaling */
    int32_t updated, login; /* days */
    uint32_t first_worker;  /* number of its first record */
    uint64_t amended;       /* bit w: its data was amended in week w */
    uint16_t area;
    uint8_t opened, closed; /* week; 0 = from the beginning, not closed */
    uint8_t service;
    bool regulated;
    int8_t la_permission, cqc_permission;
} cdn_synth_place;

typedef struct cdn_synth_world {
    const cdn_synth_options *options;
    const cdn_synth_lists *lists;
    char period[8];
    int32_t elapsed; /* days from the reference day of week 0 to the day of the files */
    uint32_t org_count, place_count, used_areas;
    uint32_t planned; /* places of week 0; those from here on opened later */
    cdn_synth_org *orgs;
    cdn_synth_place *places;
    uint32_t counted_workers; /* sum of records: options->workers less the extra dirty rows */
    uint32_t reference_year;
    char (*dates)[10];  /* DD/MM/YYYY of n days before that day; CDN_SYNTH_DAYS of them */
    uint16_t *years;    /* and its year */
    uint32_t quota[CDN_SYNTH_AREAS_MAX]; /* workplaces of each area */
} cdn_synth_world;

/** @owner caller, cdn_synth_world_release (also after a failure) */
cdn_status cdn_synth_world_make(const cdn_synth_options *options, const cdn_synth_lists *lists,
                                cdn_synth_world *out, cdn_error *error) CDN_MUST_CHECK;
void cdn_synth_world_release(cdn_synth_world *world);

/** Second step of making a world: sizes, dominant employers, stated totals. */
void cdn_synth_world_size(cdn_synth_world *world);

cdn_synth_class cdn_synth_class_of(uint8_t service);

/** Of the counted workers and all rows of worker.csv: how many are dirty, and in which way. */
uint32_t cdn_synth_dirty_extra(const cdn_synth_options *options); /* rows more than counted */
uint32_t cdn_synth_dirty_values(const cdn_synth_options *options); /* counted rows spoilt */

/* Names and numbers that several files must agree on; each puts one field. */
uint32_t cdn_synth_place_id(uint32_t place);
void cdn_synth_put_place_name(cdn_line *line, const cdn_synth_world *world, uint32_t place);
void cdn_synth_put_provider_name(cdn_line *line, const cdn_synth_world *world, uint32_t org);
void cdn_synth_put_location_id(cdn_line *line, uint32_t number);
void cdn_synth_put_provider_id(cdn_line *line, uint32_t org);
void cdn_synth_put_postcode(cdn_line *line, uint16_t area, uint32_t number);

/** Number of a place's location: apart from those of locations without a workplace, of which there
 *  are fewer than twice as many. */
static inline uint32_t cdn_synth_location_number(const cdn_synth_world *world, uint32_t place)
{
    return place < world->planned ? place : place + 4 * world->planned;
}

/** Position of a day in the world's dates. */
static inline uint32_t cdn_synth_day(const cdn_synth_world *world, int32_t days)
{
    uint32_t at = (uint32_t)(days + world->elapsed);
    return at < CDN_SYNTH_DAYS ? at : CDN_SYNTH_DAYS - 1;
}

static inline void cdn_synth_put_date(cdn_line *line, const cdn_synth_world *world, int32_t days)
{
    cdn_line_add(line, world->dates[cdn_synth_day(world, days)], 10);
    cdn_line_comma(line);
}

#endif
