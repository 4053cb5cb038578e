/* table.h - a record type's rows in memory, between parsing and the snapshot file.
 *
 * Private to this room. While loading, a column may also hold a fault: what was
 * wrong with the field, kept in the value's place below every stored value, so
 * that parsing needs no second structure and no order. Faults become missing
 * when the rows are put in their final order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_READ_TABLE_H
#define CDN_READ_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue/catalogue.h"
#include "core/arena.h"
#include "core/map.h"
#include "core/text.h"
#include "io/stamp.h"
#include "read/eval.h"
#include "read/snapshot.h"
#include "seal/digest.h"

/** Every stored value is at least this; below are the missing values and the faults. */
#define CDN_VALUE_MIN (INT32_MIN + 16)

typedef enum cdn_fault {
    CDN_FAULT_FORMAT = INT32_MIN + 2, /* not of the expected kind */
    CDN_FAULT_RANGE = INT32_MIN + 3,
    CDN_FAULT_CODE = INT32_MIN + 4,
    CDN_FAULT_DATE = INT32_MIN + 5
} cdn_fault;

static inline bool cdn_is_fault(int32_t value)
{
    return value > CDN_DONT_KNOW && value < CDN_VALUE_MIN;
}

/** Why a row is left out; the first reason that applies. */
typedef enum cdn_row_state {
    CDN_ROW_KEPT = 0,
    CDN_ROW_FIELDS = 1,    /* wrong number of fields */
    CDN_ROW_OUTSIDE = 2,   /* fails the record type's `keep` */
    CDN_ROW_REQUIRED = 3,  /* detail: the column, counted within the record type */
    CDN_ROW_DUPLICATE = 4, /* detail: the row that stays */
    CDN_ROW_UNKNOWN = 5,   /* detail: the reference; nothing has that key */
    CDN_ROW_ORPHAN = 6     /* detail: the reference; the row it leads to is left out */
} cdn_row_state;

typedef struct cdn_table {
    const cdn_record *record;
    uint32_t index; /* of the record type */
    uint32_t rows;
    uint32_t capacity;
    int32_t **columns;       /* record->column_count */
    uint32_t *field_numbers; /* from 1; per column, for UNPIVOT per code and column */
    uint64_t *lines;         /* FILE: physical line per row */
    uint32_t *parents;       /* UNPIVOT: row of the source */
    uint8_t *states;         /* cdn_row_state */
    uint32_t *details;
    cdn_map *texts;          /* of TEXT columns, until the dictionary is made */
    uint32_t header_fields;
    uint32_t **references;   /* record->reference_count; row of the target or CDN_NONE */
    uint32_t *rank;          /* row as parsed -> row as sorted, or CDN_NONE */
    uint32_t *units;
    uint32_t *holdings;
    int32_t *workers;
    int32_t *group_keys;     /* GROUP: the key's value per row */
    uint32_t *order;         /* row as sorted -> row as parsed */
    uint32_t order_count;
    bool visiting;
} cdn_table;

/** An input file as it was when read. */
typedef struct cdn_input {
    const char *name;
    cdn_stamp stamp;
    char digest[CDN_SHA256_HEX];
} cdn_input;

/** Everything a load gathers. */
typedef struct cdn_tables {
    const cdn_catalogue *catalogue;
    cdn_table *tables; /* one per record type */
    cdn_input *inputs; /* one per record type; name NULL unless FILE */
    uint8_t **referenced; /* [target x record_count + record]; NULL where no route leads back */
    char period[8];    /* YYYY-MM */
    int32_t reference_day;
    uint32_t text_count;
    uint32_t *text_offsets; /* text_count + 1 */
    char *text_bytes;       /* each with a NUL after it */
    cdn_arena *arena; /* of the exclusions' texts */
    cdn_exclusion *exclusions;
    uint32_t exclusion_count;
    uint32_t exclusion_capacity;
} cdn_tables;

/* table.c */
cdn_status cdn_tables_create(const cdn_catalogue *catalogue, cdn_tables **out, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_tables_destroy(cdn_tables *tables);
/** Room for one more row; its columns are not set. */
cdn_status cdn_table_add_row(cdn_table *table, cdn_error *error) CDN_MUST_CHECK;
/** The catalogue's column `column` of this table. */
int32_t *cdn_tables_column(const cdn_tables *tables, uint32_t column);

/* dictionary.c */
/** Gives the TEXT columns ids of one dictionary in byte order, and makes the dictionary. */
cdn_status cdn_dictionary_make(cdn_tables *tables, cdn_error *error) CDN_MUST_CHECK;
/** Drops the texts that no column holds any more. */
cdn_status cdn_dictionary_compact(cdn_tables *tables, cdn_error *error) CDN_MUST_CHECK;

/* check.c */
/** Reads the period, and gives every row that is to be left out its state; fills references (in
 *  rows as parsed) except those to GROUP record types. */
cdn_status cdn_tables_check(cdn_tables *tables, cdn_error *error) CDN_MUST_CHECK;

/* group.c */
/** Makes the rows of the GROUP record types and the references to them. */
cdn_status cdn_tables_group(cdn_tables *tables, cdn_error *error) CDN_MUST_CHECK;

/* sort.c */
/** Fills `order` and `rank` of every table, `units` and `holdings` in the final order. */
cdn_status cdn_tables_sort(cdn_tables *tables, cdn_error *error) CDN_MUST_CHECK;

/* assemble.c */
/** Sorts, puts columns and references into the final order, counts contributors. */
cdn_status cdn_tables_assemble(cdn_tables *tables, cdn_error *error) CDN_MUST_CHECK;
/** For eval.h: columns and references as they are in the tables now. */
cdn_eval_source cdn_tables_source(const cdn_tables *tables);

/* problems.c */
/** Counts what is left out, and describes it in `out`. */
cdn_status cdn_problems_report(cdn_tables *tables, cdn_text *out, cdn_error *error)
    CDN_MUST_CHECK;

/* write.c */
cdn_status cdn_tables_write(const cdn_tables *tables, const char *path, cdn_error *error)
    CDN_MUST_CHECK;

#endif
