/* files.h - the three files: headers and rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_FILES_H
#define CDN_SYNTH_FILES_H

#include "synth/filler.h"
#include "synth/person.h"
#include "synth/staff.h"
#include "synth/world.h"

void cdn_synth_put_workplace_header(cdn_line *line, const cdn_synth_world *world,
                                    const cdn_filler *filler);
void cdn_synth_put_workplace(cdn_line *line, const cdn_synth_world *world,
                             const cdn_filler *filler, const cdn_synth_staff *staff,
                             uint32_t place);
/** Columns of workplace.csv and worker.csv without filler. */
uint32_t cdn_synth_workplace_width(const cdn_synth_lists *lists);
uint32_t cdn_synth_worker_width(void);

/** Numbers of a record and of the person that it is about. */
typedef struct cdn_synth_ids {
    uint32_t worker, person;
} cdn_synth_ids;

/** Somebody who left a workplace and has not yet joined another. */
typedef struct cdn_synth_mover {
    bool waiting;
    uint32_t place; /* where from */
    cdn_synth_ids ids;
    cdn_person person;
} cdn_synth_mover;

/** Where the worker file has got to. */
typedef struct cdn_synth_progress {
    uint32_t counted; /* counted rows of week 0 written, or left out since */
    uint32_t extra;   /* extra dirty rows written */
    uint32_t spoilt;  /* counted rows spoilt */
    cdn_synth_mover movers[CDN_SYNTH_MAX_WEEK + 1]; /* of each week the last */
} cdn_synth_progress;

void cdn_synth_put_worker_header(cdn_line *line, const cdn_filler *filler);
/** All rows of one workplace, with the dirty rows that are due. */
void cdn_synth_put_workers(cdn_line *line, const cdn_synth_world *world, const cdn_filler *filler,
                           const cdn_synth_staff *staff, uint32_t place,
                           cdn_synth_progress *progress);

/** cqc_locations.csv from header to last row. */
void cdn_synth_put_locations(cdn_line *line, const cdn_synth_world *world);

#endif
