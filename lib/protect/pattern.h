/* pattern.h - which figures are withheld, and which cells are unknown because of it.
 *
 * A cell is visible while it is known or some published figure uses it. The
 * incidence lists of the system the other way round (cell to figures, cell to
 * equations) live here too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_PATTERN_H
#define CDN_PROTECT_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "cells/system.h"
#include "cordon/error.h"

#define CDN_NONE UINT32_MAX

/** items[start[i]..start[i + 1]) belong to i, in ascending order. */
typedef struct cdn_incidence {
    uint32_t *start;
    uint32_t *items;
} cdn_incidence;

typedef struct cdn_changes {
    uint32_t *cells; /* room for every cell */
    uint32_t count;
} cdn_changes;

typedef struct cdn_pattern {
    const cdn_system *system;
    cdn_incidence figures;   /* per cell */
    cdn_incidence equations; /* per cell */
    uint8_t *withheld;       /* per figure */
    uint8_t *primary;        /* per figure: uses a sensitive cell */
    uint32_t *unknowns;      /* per equation: unknown cells */
    uint64_t *company;     /* per equation: what its cheapest cell that may be chosen cost first */
    uint32_t *uses;        /* per cell: published figures that use it */
    cdn_changes changed; /* the cells that the last withhold or publish changed */
} cdn_pattern;

/** Checks the system's shape and withholds the primary figures. Release it in any case.
 *  CDN_E_USAGE for a malformed system, CDN_E_REFUSED for a cell both sensitive and known. */
cdn_status cdn_pattern_init(cdn_pattern *pattern, const cdn_system *system,
                            cdn_error *error) CDN_MUST_CHECK;
void cdn_pattern_release(cdn_pattern *pattern);

static inline bool cdn_pattern_unknown(const cdn_pattern *pattern, uint32_t cell)
{
    return pattern->uses[cell] == 0 && !(pattern->system->marks[cell] & CDN_CELL_KNOWN);
}

/** May the cell be made unknown by withholding figures? */
static inline bool cdn_pattern_can_withhold(const cdn_pattern *pattern, uint32_t cell)
{
    return pattern->uses[cell] != 0 && !(pattern->system->marks[cell] & CDN_CELL_KNOWN);
}

/** The cost of a figure: that of its dearest cell. A figure is one output, and what is lost with it
 *  is one number; adding its cells up would charge a rate for a denominator that stays published
 *  in its own right. */
uint64_t cdn_figure_cost(const cdn_system *system, uint32_t figure);

/** What making the cell unknown would cost now: the sum over the published figures that use it,
 *  saturating. @complexity O(cells of those figures) */
uint64_t cdn_pattern_cell_cost(const cdn_pattern *pattern, uint32_t cell);

/** What the choice of the cell would cost with its consequences, roughly: its cost, and in each
 *  equation where it would be the only unknown cell, company. Saturating. */
uint64_t cdn_pattern_outlook(const cdn_pattern *pattern, uint32_t cell);

/** Withholds every figure that uses the cell; `changed` lists the cells that became unknown. */
void cdn_pattern_withhold(cdn_pattern *pattern, uint32_t cell);
/** Publishes a withheld figure; `changed` lists the cells that became visible. */
void cdn_pattern_publish(cdn_pattern *pattern, uint32_t figure);
/** Takes that back. */
void cdn_pattern_unpublish(cdn_pattern *pattern, uint32_t figure);

#endif
