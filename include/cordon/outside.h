/* outside.h - protecting and attacking a table that did not come from Cordon.
 *
 * A table is two CSV files with a header line, columns in any order:
 *   cells        cell_id,value and, when there is a need, records, contributors, top1 to top5,
 *                weight1 to weight5,
 *                holder (who is alone in the cell; empty: several or nobody), cost, status (free,
 *                sensitive, forced, hidden, structural)
 *   constraints  row_id,cell_id,coef: the sum of coef x value of each row is exactly 0
 * Values have at most 6 decimal places and are taken as they are written, never as floats.
 * A pattern is a CSV file too: cell_id,status with status published or suppressed.
 *
 * Each holder is an attacker too: it knows all its cells besides what is published, and must not
 * be able to compute a sensitive cell of others. Holders who pool their knowledge are not tried.
 *
 * No function puts a value of a cell, or a holder, into a report or an error; ids of cells and rows
 * do occur.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CORDON_OUTSIDE_H
#define CORDON_OUTSIDE_H

#include "cordon/desk.h"
#include "cordon/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What to protect, or to attack. */
typedef struct cdn_outside_request {
    const char *cells;
    const char *constraints;
    const char *pattern;   /* protect writes it, whole or not at all; attack reads it */
    const char *policy;    /* a name, or a file (ends in .lua or has a '/'); NULL = the statuses of
                              the cells alone say what is sensitive */
    const char *workspace; /* its policies/protection/ is looked into first for a name; or NULL */
    int intervals;         /* not 0: with the bounds of withheld cells, see below */
} cdn_outside_request;

/* With `intervals`, an outsider's bounds are looked at as well: he knows that no value is below 0
 * (unless one is) and how many decimal places there are. The interval of each sensitive cell must
 * have two possible values, or the policy's protection levels; protect withholds more until it has,
 * and writes columns lower and upper (empty: no bound); attack refuses where it has not. */

/** Withholds what must be and writes the pattern, cells in the order of their file. The exact
 *  attacker has tried the pattern before it is written.
 *  @errors CDN_E_INPUT (file, line and field number of what is wrong), CDN_E_REFUSED (cells that
 *  are always published determine a sensitive one, for anybody or for one holder: the report then
 *  names cells and rows, and nothing is written), CDN_E_IO
 *  @complexity near linear in the constraints on sparse tables */
CDN_API cdn_status cdn_outside_protect(const cdn_outside_request *request,
                                       const cdn_desk_paths *paths, cdn_report *report,
                                       cdn_error *error) CDN_MUST_CHECK;

/** Tries to compute every sensitive cell from what the pattern publishes, as anybody and as each
 *  holder.
 *  @errors CDN_E_REFUSED when it can (the report names up to 100 of the cells, and for those that a
 *  holder computes one of its own cells), CDN_E_INPUT */
CDN_API cdn_status cdn_outside_attack(const cdn_outside_request *request,
                                      const cdn_desk_paths *paths, cdn_report *report,
                                      cdn_error *error) CDN_MUST_CHECK;

/** What to round, or to add noise to. */
typedef struct cdn_outside_change {
    const char *cells;       /* cell_id,value and, when there is a need, key and top1 to top5 */
    const char *constraints; /* or NULL; for methods after which tables add up */
    const char *out;         /* written: cell_id,value,status; whole or not at all */
    const char *policy;      /* as above, but not NULL: its rounding is what is done */
    const char *key;         /* a file of 64 hex digits that only its owner reads; or NULL */
    const char *workspace;
} cdn_outside_change;

/** Changes all values by the policy's rounding. What becomes 0 without being 0 has status low and
 *  no value. A cell's draw comes from the key file and the text in the column "key", or the cell's
 *  id.
 *  @errors CDN_E_INPUT, CDN_E_REFUSED (a method without its key, no such noise or rounding),
 *  CDN_E_IO */
CDN_API cdn_status cdn_outside_perturb(const cdn_outside_change *request,
                                       const cdn_desk_paths *paths, cdn_report *report,
                                       cdn_error *error) CDN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
