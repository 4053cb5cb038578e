/* spans.h - what a set of published cells determines, by the equations and in truth.
 *
 * For the data of wf_factorial() the value of a cell of weights is the set of
 * its workplaces, hidden cells included. A cell is then determined when its set
 * is a linear combination of the visible ones: an answer that needs no equation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_SPANS_H
#define CDN_TESTS_SPANS_H

#include "support/workforce.h"

#define SPANS_MOST 2500u /* cells */

/** determined[c]: the equations and the visible cells leave no choice for cell c. */
void spans_by_equations(const cdn_cells *cells, const bool *visible, bool *determined);
/** determined[c]: the set of cell c is a combination of the visible sets. */
void spans_in_truth(const cdn_cells *cells, const bool *visible, bool *determined);

/** Up to three tables of weights by area, board and service, with filters, masks and totals at
 *  random. */
void spans_random_plan(wf_plan *plan, uint64_t *seed);
void spans_print_plan(const wf_plan *plan);

#endif
