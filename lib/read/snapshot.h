/* snapshot.h - the loaded data: typed int32 columns, references, contributors; one mapped file.
 *
 *   cdn_load(...)            parses the CSV files of a directory into a snapshot file
 *   cdn_snapshot_open(...)   maps it; refuses a damaged, foreign or stale one
 *   cdn_snapshot_column(...) a column of row_count values
 *
 * Rows of every record type are sorted by (provider, workplace, key), so that
 * one pass meets each contributor's records together. Every column is verified
 * against its digest the first time it is asked for. Immutable and shareable
 * between threads once the needed columns were asked for by one thread. */
#ifndef CDN_READ_SNAPSHOT_H
#define CDN_READ_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue/catalogue.h"
#include "cordon/error.h"
#include "core/text.h"

typedef struct cdn_snapshot cdn_snapshot;

/** Why rows or values were left out, kept for the release's notes. */
typedef struct cdn_exclusion {
    const char *record; /* record type */
    const char *reason; /* "duplicate key", "unknown workplace", "impossible date", ... */
    const char *column; /* or "" */
    uint64_t rows;      /* rows excluded */
    uint64_t values;    /* values set to missing */
} cdn_exclusion;

typedef struct cdn_load_options {
    const char *data_dir;      /* holds the files the catalogue names */
    const char *snapshot_path; /* written atomically */
} cdn_load_options;

/** Reads, validates, sorts and writes the snapshot. Structural faults (missing file, unknown
 *  encoding, missing or duplicate column, broken quoting) are CDN_E_INPUT and leave any earlier
 *  snapshot as it was. Faults of rows are appended to `problems`, one line each
 *  (`file:line:column: ...`, at most CDN_LIMIT_PROBLEMS, then "... and N more"), counted by reason
 *  and excluded. */
cdn_status cdn_load(const cdn_catalogue *catalogue, const cdn_load_options *options,
                    cdn_text *problems, cdn_error *error) CDN_MUST_CHECK;

/** Opens a snapshot for this catalogue. CDN_E_INPUT when it was made by another format version or
 *  catalogue, is damaged, or `data_dir` (may be NULL) holds files that changed since: the hint
 *  says to run `cordon load`. @owner caller, cdn_snapshot_close */
cdn_status cdn_snapshot_open(const char *path, const cdn_catalogue *catalogue,
                             const char *data_dir, cdn_snapshot **out, cdn_error *error)
    CDN_MUST_CHECK;
/** Opens a snapshot that was made with an earlier catalogue of this digest, which this one extends
 *  (catalogue.h). @owner caller, cdn_snapshot_close */
cdn_status cdn_snapshot_open_earlier(const char *path, const cdn_catalogue *catalogue,
                                     const char *made_with, cdn_snapshot **out,
                                     cdn_error *error) CDN_MUST_CHECK;
void cdn_snapshot_close(cdn_snapshot *snapshot);

/** Rows of a record type, ascending; rows == NULL: all. */
typedef struct cdn_snapshot_rows_kept {
    uint32_t count;
    const uint32_t *rows;
} cdn_snapshot_rows_kept;

/** The same snapshot with only some rows of some record types: `kept` has one entry per record
 *  type, and restricts only those of which cdn_snapshot_can_part is true, so that all numbers of
 *  other rows stay. The rows and the whole are borrowed until close. Not to be asked by two
 *  threads at once. @owner caller, cdn_snapshot_close */
cdn_status cdn_snapshot_part(const cdn_snapshot *whole, const cdn_catalogue *catalogue,
                             const cdn_snapshot_rows_kept *kept, cdn_snapshot **out,
                             cdn_error *error) CDN_MUST_CHECK;
/** true when nothing refers to rows of the record type. */
bool cdn_snapshot_can_part(const cdn_catalogue *catalogue, uint32_t record);

/** SHA-256 of the snapshot's directory (which holds every column's digest), hex. */
const char *cdn_snapshot_digest(const cdn_snapshot *snapshot);
/** "2026-08", and the last day of that month as days since 1970-01-01. */
const char *cdn_snapshot_period(const cdn_snapshot *snapshot);
int32_t cdn_snapshot_reference_day(const cdn_snapshot *snapshot);

uint32_t cdn_snapshot_rows(const cdn_snapshot *snapshot, uint32_t record);

/** The values of a column of the catalogue; borrowed until close. CDN_E_INPUT when damaged. */
cdn_status cdn_snapshot_column(const cdn_snapshot *snapshot, uint32_t column,
                               const int32_t **out, cdn_error *error) CDN_MUST_CHECK;

/** For reference number `reference` of `record`: the target's row per row, or CDN_NONE. */
cdn_status cdn_snapshot_reference(const cdn_snapshot *snapshot, uint32_t record,
                                  uint32_t reference, const uint32_t **out, cdn_error *error)
    CDN_MUST_CHECK;

/** For "is referenced by": for each row of record type `target`, 1 when some row of `record`
 *  refers to it. */
cdn_status cdn_snapshot_referenced(const cdn_snapshot *snapshot, uint32_t target, uint32_t record,
                                   const uint8_t **out, cdn_error *error) CDN_MUST_CHECK;

/** Contributors per row. `units` are row numbers of the unit record type (for a workplace, its own
 *  row); `holdings` are dense ids; CDN_NONE in either = not known, and all such rows count as one.
 *  `workers` is how many workers the row stands for. Rows are sorted by (holding, unit). */
typedef struct cdn_contributors {
    const uint32_t *units;
    const uint32_t *holdings;
    const int32_t *workers;
} cdn_contributors;
cdn_status cdn_snapshot_contributors(const cdn_snapshot *snapshot, uint32_t record,
                                     cdn_contributors *out, cdn_error *error) CDN_MUST_CHECK;

/** Text of a dictionary id (a TEXT column's value); "" for missing. Borrowed until close. */
const char *cdn_snapshot_text(const cdn_snapshot *snapshot, int32_t id);

uint32_t cdn_snapshot_exclusion_count(const cdn_snapshot *snapshot);
const cdn_exclusion *cdn_snapshot_exclusion(const cdn_snapshot *snapshot, uint32_t index);

#endif
