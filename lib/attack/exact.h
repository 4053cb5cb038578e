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

/** `figure_withheld` is the pattern under attack. exposed[0..cell_count): 1 for each SENSITIVE cell
 *  that is visible or determined. *exposed_count counts them. Never changes the pattern. */
cdn_status cdn_attack_exact(const cdn_system *system, const uint8_t *figure_withheld,
                            uint8_t *exposed, uint32_t *exposed_count, cdn_error *error)
    CDN_MUST_CHECK;

#endif
