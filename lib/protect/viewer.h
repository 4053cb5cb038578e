/* viewer.h - one contributor as the attacker: what it can work out, and what stops it.
 *
 * A contributor who is alone in cells knows them: its view is the equations
 * with those cells fixed. A sensitive cell of others is exposed in the view
 * when it is then zero in every null vector, that is, when it is a linear
 * combination of the contributor's cells all over the null space.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_VIEWER_H
#define CDN_PROTECT_VIEWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cordon/error.h"
#include "protect/factor.h"
#include "protect/pattern.h"
#include "protect/spans.h"

/** A column of numbers per cell, and where it may be other than zero. */
typedef struct cdn_sums {
    uint64_t *values;
    uint32_t *touched;
    uint8_t *held;
    uint32_t count;
} cdn_sums;

typedef struct cdn_choice cdn_choice;

typedef struct cdn_viewer {
    cdn_pattern *pattern;
    cdn_factor *factor;
    uint64_t (*vectors)[2]; /* two random null vectors of the factor, as it grows */
    uint32_t *parents;      /* per equation: equations joined by unknown cells */
    /* the view that is open */
    const uint32_t *holder; /* per cell, of its kind */
    uint32_t self;
    struct cdn_viewer_fix *fixes;
    uint32_t fix_count;
    struct cdn_viewer_link *links;
    size_t link_used, link_room;
    uint32_t *idle; /* cells of its own that the cells before determine */
    uint32_t idle_count;
    uint64_t (*saved)[3]; /* vectors and responses of the moved cells, before */
    uint32_t *moved;
    uint32_t moved_count;
    uint32_t *opening; /* per cell: the view that moved it last */
    uint32_t openings;
    uint64_t moves; /* of cells, in all projections */
    uint64_t projections;
    /* against it */
    uint64_t *slack; /* see cdn_factor_slack */
    cdn_sums sum;      /* the cells outside in a certificate */
    cdn_sums relation; /* and in what the view's own cells say of each other */
    cdn_choice *choices;
    uint32_t choice_count;
    bool blamed;  /* the certificate needs a cell that this release publishes */
    bool excused; /* the contributor knows the last cell that was looked at without the release */
    uint32_t *late; /* withheld, and not in the factor yet */
    uint32_t late_count;
    uint64_t *responses; /* per cell: to the first `answered` late cells */
    uint32_t answered;
    uint32_t stale; /* certificates that the late cells broke already, in this look */
    uint64_t spent; /* terms of certificates looked at since */
    uint32_t burst; /* how many to withhold at once where none will do alone */
} cdn_viewer;

/** Release it in any case. */
cdn_status cdn_viewer_init(cdn_viewer *viewer, cdn_pattern *pattern, cdn_factor *factor,
                           cdn_error *error) CDN_MUST_CHECK;
void cdn_viewer_release(cdn_viewer *viewer);

/** Unknown cells with the same number may depend on each other. CDN_NONE: a cell in no equation. */
uint32_t cdn_viewer_component(cdn_viewer *viewer, uint32_t cell);

/** Before a round: vectors and slack, of the factor as it is. */
cdn_status cdn_viewer_prepare(cdn_viewer *viewer, cdn_error *error) CDN_MUST_CHECK;
/** After a round: the factor takes in what was withheld in it. */
cdn_status cdn_viewer_catch_up(cdn_viewer *viewer, cdn_error *error) CDN_MUST_CHECK;

/** Withholds against every exposure by contributor `self` of the kind through its cells in the
 *  component; *objects when there is one. `own`: its cells, visible ones too. CDN_E_REFUSED when
 *  known cells alone expose one. */
cdn_status cdn_viewer_look(cdn_viewer *viewer, uint32_t kind, uint32_t self, const uint32_t *own,
                           uint32_t own_count, uint32_t component, bool *objects,
                           cdn_error *error) CDN_MUST_CHECK;
/** The same against one: the holder of `own` knows `cell`, a multiple of it all over the null
 *  space. */
cdn_status cdn_viewer_divide(cdn_viewer *viewer, uint32_t kind, uint32_t own, uint32_t cell,
                             cdn_error *error) CDN_MUST_CHECK;

/** The same against several, by what spans.h found and solved: of the `count` own cells the first
 *  `rank` came first in cdn_spans_solve. The work is that of the certificates. */
cdn_status cdn_viewer_combine(cdn_viewer *viewer, uint32_t kind, uint32_t self,
                              const uint32_t *own, uint32_t count, const cdn_spans *spans,
                              cdn_error *error) CDN_MUST_CHECK;

#endif
