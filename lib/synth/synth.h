/* synth.h - synthetic workforce files in the shape of the monthly analysis files.
 *
 * Writes workplace.csv, worker.csv and cqc_locations.csv: the test data of this
 * project and the dummy data on which partners try their scripts. Nobody's data
 * went into it: every row comes from a seeded integer generator and from tables
 * of plausible shares, so that the same seed gives the same bytes anywhere.
 * Realistic in what matters to disclosure: sizes of providers, dominant
 * employers, one registered manager per location, missing answers, permissions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_SYNTH_H
#define CDN_SYNTH_SYNTH_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"

#define CDN_SYNTH_MAX_WORKERS 20000000u
#define CDN_SYNTH_MAX_WORKPLACES 500000u
#define CDN_SYNTH_MAX_WEEK 52u

typedef struct cdn_synth_options {
    const char *codes_dir; /* holds local_authorities.csv, regions.csv, main_services.csv,
                              job_roles.csv */
    const char *out_dir;   /* made when missing; each file is replaced atomically */
    uint32_t workers;      /* rows of worker.csv, dirty ones included */
    uint32_t workplaces;   /* rows of workplace.csv, at least 1 */
    uint64_t seed;
    bool wide;          /* about 620 and 685 columns instead of about 530 and 90 */
    bool clean;         /* leave out the deliberately dirty rows (about 0.3% of workers) */
    const char *period; /* "MYYYYMM"; NULL = "M202608". The reference day is its last day. */
    uint32_t week;      /* so many weeks later: the same sector, with what has changed since */
} cdn_synth_options;

/** Writes the three files. CDN_E_USAGE for impossible options, CDN_E_INPUT for a code list that
 *  lacks what is needed. Linear in the rows; memory grows with workplaces only. With fewer than
 *  about 1,200 workplaces only some local authorities are used, half of them in London, so that
 *  small files still have areas with several workplaces.
 *
 *  With `week` > 0 the files are as they would be so many weeks later: identifiers stay, about one
 *  worker in a hundred changes a week (week.h says how), and week 0 to 52 of one seed agree on all
 *  that went before. The period is then the month of that day; row counts are no longer exact. */
cdn_status cdn_synth_write(const cdn_synth_options *options, cdn_error *error) CDN_MUST_CHECK;

#endif
