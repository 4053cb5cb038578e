/* exact.h - the exact attacker: which cells do the visible ones determine?
 *
 * Written apart from protect and by another method, so that one cannot repeat
 * the other's mistake: full reduction of the row space of the unknowns' columns
 * (an unknown is determined when a reduced equation has it alone), in exact
 * arithmetic modulo two primes that protect does not use. */
#ifndef CDN_ATTACK_EXACT_H
#define CDN_ATTACK_EXACT_H

#include <stdint.h>

#include "cells/system.h"
#include "cordon/error.h"

#define CDN_EXPOSED_TO_ALL 1u    /* visible, or determined by what is visible */
#define CDN_EXPOSED_TO_HOLDER 2u /* determined by that and the cells of one contributor alone */

/** `figure_withheld` is the pattern under attack. exposed[0..cell_count): one of the above for each
 *  SENSITIVE cell that is exposed, 0 for all others. *exposed_count counts both. Never changes the
 *  pattern. With holder_kinds > 0 each contributor who holds a cell is an attacker by itself, who
 *  knows all of its cells and what is visible; its own cells are no secrets to it (see
 *  cells/system.h). Contributors who pool what they know are not tried.
 *  @errors CDN_E_INTERNAL: the system breaks its contract
 *  @complexity near linear on sparse tables, with holders too */
cdn_status cdn_attack_exact(const cdn_system *system, const uint8_t *figure_withheld,
                            uint8_t *exposed, uint32_t *exposed_count, cdn_error *error)
    CDN_MUST_CHECK;

/** The same; where exposed is CDN_EXPOSED_TO_HOLDER, by[cell] is a cell that the contributor who
 *  determines it is alone in. All other entries of by[0..cell_count) stay as they are. */
cdn_status cdn_attack_exact_by(const cdn_system *system, const uint8_t *figure_withheld,
                               uint8_t *exposed, uint32_t *by, uint32_t *exposed_count,
                               cdn_error *error) CDN_MUST_CHECK;

#endif
