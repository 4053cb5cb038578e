/* suppress.h - secondary suppression over one linear system: exact, least loss, deterministic.
 *
 * Decides which figures are withheld so that no sensitive cell is visible or
 * determined by the visible ones through the equations. Unknowns are the cells
 * that are not visible; a sensitive cell is exposed when it is zero in every
 * vector of the null space of the equations restricted to the unknowns.
 * Method: propagation, elimination modulo a 61-bit prime with one random null
 * vector, certificates, prune; the last pattern is verified with a second
 * prime. (Langsrud 2024, PSD, doi 10.1007/978-3-031-69651-0_6, seen from the
 * null space; see docs/methods.md.) */
#ifndef CDN_PROTECT_SUPPRESS_H
#define CDN_PROTECT_SUPPRESS_H

#include <stdint.h>

#include "cells/system.h"
#include "cordon/error.h"

typedef struct cdn_suppress_result {
    uint8_t *figure_withheld; /* figure_count flags */
    uint8_t *cell_visible;    /* cell_count flags: known, or used by a published figure */
    uint32_t primary_count;   /* figures withheld because they use a sensitive cell */
    uint32_t secondary_count; /* figures withheld besides */
    uint32_t rounds;
} cdn_suppress_result;

/** CDN_E_REFUSED when a sensitive cell stays determined whatever is withheld (by known cells only);
 *  the error names no cell value. Same input, same result, whatever the machine.
 *  @complexity near linear in the non-zeros of the equations on sparse tables
 *  @owner the arrays: caller, cdn_suppress_result_release */
cdn_status cdn_suppress(const cdn_system *system, cdn_suppress_result *out,
                        cdn_error *error) CDN_MUST_CHECK;
void cdn_suppress_result_release(cdn_suppress_result *result);

#endif
