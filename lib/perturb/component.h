/* component.h - an additive system in connected components, and the check of its solution.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PERTURB_COMPONENT_H
#define CDN_PERTURB_COMPONENT_H

#include "perturb/additive.h"

/** Cells and equations of each component, by the lowest cell. Cells of value 0 and cells out of
 *  play are in none: equations reach past them. Components without a shown cell come last, after
 *  `count`. */
typedef struct cdn_components {
    const cdn_additive *system;
    uint32_t count;
    uint32_t *cell_start, *cells;         /* count + 1 offsets */
    uint32_t *equation_start, *equations; /* count + 1 offsets */
    uint32_t *place;                      /* per cell: its place in its component */
} cdn_components;

cdn_status cdn_components_create(const cdn_additive *system, cdn_components *out,
                                 cdn_error *error) CDN_MUST_CHECK;
void cdn_components_release(cdn_components *components);

int64_t cdn_component_base(const cdn_components *components, uint32_t component);

/** All equations of the components hold for `values`; else CDN_E_INTERNAL. */
cdn_status cdn_components_check(const cdn_components *components, const int64_t *values,
                                cdn_error *error) CDN_MUST_CHECK;

/** An integer programme that grows by columns and entries. */
typedef struct cdn_programme {
    uint32_t rows, columns, entries, column_room, entry_room;
    int *row, *column;
    double *coefficient, *target, *low, *high, *cost;
    bool failed; /* out of memory */
} cdn_programme;

cdn_status cdn_programme_create(uint32_t rows, cdn_programme *out, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_programme_release(cdn_programme *programme);

/** A column between bounds; its number. */
uint32_t cdn_programme_add(cdn_programme *programme, int64_t low, int64_t high, double cost);
void cdn_programme_enter(cdn_programme *programme, uint32_t row, uint32_t column,
                         double coefficient);

#endif
