/* lists.h - what the generator needs of the catalogue's code lists.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_LISTS_H
#define CDN_SYNTH_LISTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"

#define CDN_SYNTH_AREAS_MAX 256u
#define CDN_SYNTH_ROLES_MAX 64u
#define CDN_SYNTH_CODES_MAX 100u /* roles and services have codes of one or two digits */
#define CDN_SYNTH_NO_ROLE 255u

typedef struct cdn_synth_area {
    uint32_t code;   /* CSSR */
    uint32_t weight; /* LSOAs: a measure of population */
    uint8_t region;
    char letter; /* of the NMDS id */
    char icb[16];
    char label[64];
} cdn_synth_area;

typedef enum cdn_synth_group {
    CDN_GROUP_DIRECT = 0,
    CDN_GROUP_MANAGER = 1,
    CDN_GROUP_PROFESSIONAL = 2,
    CDN_GROUP_OTHER = 3
} cdn_synth_group;

typedef struct cdn_synth_role {
    uint8_t code;
    uint8_t group; /* cdn_synth_group */
} cdn_synth_role;

typedef struct cdn_synth_lists {
    uint32_t area_count;
    uint32_t role_count;
    cdn_synth_area areas[CDN_SYNTH_AREAS_MAX];
    cdn_synth_role roles[CDN_SYNTH_ROLES_MAX];
    uint8_t role_of_code[CDN_SYNTH_CODES_MAX]; /* position in roles, or CDN_SYNTH_NO_ROLE */
    bool service_known[CDN_SYNTH_CODES_MAX];
    bool service_regulated[CDN_SYNTH_CODES_MAX];
    char region_labels[16][32];
} cdn_synth_lists;

/** Reads the four lists below `codes_dir`. CDN_E_INPUT names the file, the line and what lacks. */
cdn_status cdn_synth_lists_read(const char *codes_dir, cdn_synth_lists *out,
                                cdn_error *error) CDN_MUST_CHECK;

#endif
