/* filler.h - columns that no catalogue uses, as the real files carry hundreds of.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_FILLER_H
#define CDN_SYNTH_FILLER_H

#include "synth/world.h"

#define CDN_FILLER_MAX 700u

typedef enum cdn_filler_kind {
    CDN_FILLER_DATE = 1, /* a date in one row of eight, else blank */
    CDN_FILLER_FLAG = 2, /* 0 or, in one row of eight, 1 */
    CDN_FILLER_SMALL = 3 /* 0 to 7, or blank */
} cdn_filler_kind;

typedef struct cdn_filler {
    uint32_t count;
    struct {
        char name[36];
        uint8_t kind;
    } columns[CDN_FILLER_MAX];
} cdn_filler;

/** The first `count` filler columns of the workplace or the worker file. */
void cdn_filler_workplace(cdn_filler *out, uint32_t count);
void cdn_filler_worker(cdn_filler *out, uint32_t count);

void cdn_filler_put_names(const cdn_filler *filler, cdn_line *line);
/** Draws what a row would, and puts none. */
void cdn_filler_skip_row(const cdn_filler *filler, cdn_random *random);
void cdn_filler_put_row(const cdn_filler *filler, const cdn_synth_world *world,
                        cdn_random *random, cdn_line *line);

#endif
