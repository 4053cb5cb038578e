/* format.h - the layout of a snapshot file, the same for writing and for opening.
 *
 * Private to this room.
 *
 *   header      fixed size, then a time of change per input file, zeros, and a SHA-256 of all that
 *   sections    each on a 64-byte boundary, zeros between
 *   directory   canonical JSON: catalogue digest, period, row counts, inputs, the sections'
 *               SHA-256, exclusions; its own SHA-256 is in the header
 *
 * Which sections there are, how large and where, follows from the catalogue and
 * the counts in the directory alone: the file holds no offset that could point
 * elsewhere. Times of change are outside the directory, whose digest is the
 * snapshot's identity.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_READ_FORMAT_H
#define CDN_READ_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue/catalogue.h"
#include "cordon/error.h"
#include "seal/digest.h"

#define CDN_SNAPSHOT_MAGIC "CDNSNAP\n"
#define CDN_SNAPSHOT_VERSION 1u
#define CDN_SNAPSHOT_ORDER 0x01020304u /* as this machine writes it */
#define CDN_SNAPSHOT_ALIGNMENT 64u
#define CDN_SNAPSHOT_INPUTS 64u /* at most */

typedef struct cdn_snapshot_header {
    char magic[8];
    uint32_t version;
    uint32_t order;
    uint64_t file_size;
    uint64_t directory_offset;
    uint64_t directory_size;
    uint8_t directory_digest[CDN_SHA256_SIZE];
    uint32_t input_count;
    uint8_t zeros[52];
} cdn_snapshot_header;
_Static_assert(sizeof(cdn_snapshot_header) == 128, "the header has no padding");

/** Where the sections begin: after the header, the times of change and their digest. */
static inline uint64_t cdn_snapshot_data_start(uint32_t input_count)
{
    uint64_t size = sizeof(cdn_snapshot_header) + 8 * (uint64_t)input_count + CDN_SHA256_SIZE;
    return (size + CDN_SNAPSHOT_ALIGNMENT - 1) / CDN_SNAPSHOT_ALIGNMENT * CDN_SNAPSHOT_ALIGNMENT;
}

typedef enum cdn_section_kind {
    CDN_SECTION_COLUMN = 1,     /* a: column */
    CDN_SECTION_REFERENCE = 2,  /* a: record, b: reference */
    CDN_SECTION_UNITS = 3,      /* a: record */
    CDN_SECTION_HOLDINGS = 4,   /* a: record */
    CDN_SECTION_WORKERS = 5,    /* a: record */
    CDN_SECTION_REFERENCED = 6, /* a: target, b: record */
    CDN_SECTION_TEXT_OFFSETS = 7,
    CDN_SECTION_TEXT_BYTES = 8
} cdn_section_kind;

typedef struct cdn_section {
    cdn_section_kind kind;
    uint32_t a, b;
    uint64_t offset; /* in the file */
    uint64_t size;   /* bytes */
    int64_t low;     /* values, other than missing ones and CDN_NONE, are low..high */
    int64_t high;
    char digest[CDN_SHA256_HEX];
} cdn_section;

typedef struct cdn_layout {
    cdn_section *sections;
    uint32_t count;
    uint64_t end; /* of the last section, aligned: where the directory begins */
} cdn_layout;

/** `rows` has one entry per record type. @owner caller, cdn_layout_release */
cdn_status cdn_layout_create(const cdn_catalogue *catalogue, const uint32_t *rows,
                             uint32_t input_count, uint32_t text_count, uint64_t text_size,
                             cdn_layout *out, cdn_error *error) CDN_MUST_CHECK;
void cdn_layout_release(cdn_layout *layout);
/** The section's index, or CDN_NONE. */
uint32_t cdn_layout_find(const cdn_layout *layout, cdn_section_kind kind, uint32_t a, uint32_t b);

#endif
