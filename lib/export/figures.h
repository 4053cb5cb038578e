/* figures.h - the figures of an output by key: of a release, or read back from a package.
 *
 * Two of them for the same output have the same order of measures, so that a page
 * can set an earlier release beside today's. A row of a table is known by its
 * codes; a row of a list by its text fields (the others change from month to
 * month), or by all its fields when none is text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_EXPORT_FIGURES_H
#define CDN_EXPORT_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/map.h"
#include "cordon/error.h"
#include "release/release.h"

typedef struct cdn_figures {
    bool found;    /* the package has the output, with the columns that make a key */
    cdn_map *rows; /* key -> row; a key that comes again gets a number */
    uint32_t row_count;
    uint32_t measure_count;
    cdn_value *values; /* row_count x measure_count, in the order of the output's measures */
    uint8_t *measures; /* per measure: 1 = it has it, with values of as many decimals */
} cdn_figures;

/** Those of an output. @owner *out: caller, cdn_figures_release, in every case */
cdn_status cdn_figures_take(const cdn_release_output *output, cdn_figures *out,
                            cdn_error *error) CDN_MUST_CHECK;
/** Those that the package in directory `package` has in an output of that name. An output that is
 *  not there, or has other key columns, is CDN_OK and not found. CDN_E_INPUT: a damaged file.
 *  @owner *out: caller, cdn_figures_release, in every case */
cdn_status cdn_figures_read(const char *package, const cdn_release_output *output, cdn_figures *out,
                            cdn_error *error) CDN_MUST_CHECK;
void cdn_figures_release(cdn_figures *figures);

#endif
