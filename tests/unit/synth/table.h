/* table.h - reads a CSV file into rows and fields, without the code under test.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_SYNTH_TABLE_H
#define CDN_TESTS_SYNTH_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "support/unit.h"

typedef struct table {
    char *bytes;
    size_t size;
    size_t rows;  /* without the header */
    size_t width; /* of the header */
    char **cells; /* (rows + 1) x width, the header first */
    bool ragged;  /* some row had another number of fields */
} table;

/* Cuts one line in place (doubled quotes are not met in these files); returns the next line. */
static inline char *table_cut(char *at, char **cells, size_t room, size_t *count)
{
    *count = 0;
    for (;;) {
        char *end = at, stop;
        char *start = at;
        if (*at == '"') {
            start = at + 1;
            end = strchr(start, '"');
            assert_non_null(end);
            *end++ = '\0';
        } else {
            end = at + strcspn(at, ",\n");
        }
        stop = *end;
        *end = '\0';
        if (*count < room)
            cells[*count] = start;
        (*count)++;
        at = end + 1;
        if (stop != ',') {
            assert_int_equal(stop, '\n');
            return at;
        }
    }
}

static inline table table_read(const char *path)
{
    table t = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    t.size = (size_t)ftell(file);
    rewind(file);
    t.bytes = malloc(t.size + 1);
    assert_non_null(t.bytes);
    assert_int_equal(fread(t.bytes, 1, t.size, file), t.size);
    t.bytes[t.size] = '\0';
    (void)fclose(file);
    size_t lines = 0;
    t.width = 1;
    for (size_t i = 0; i < t.size; i++) {
        if (lines == 0 && t.bytes[i] == ',')
            t.width++;
        lines += t.bytes[i] == '\n';
    }
    assert_true(lines > 0);
    t.rows = lines - 1;
    t.cells = malloc(lines * t.width * sizeof *t.cells);
    assert_non_null(t.cells);
    char *at = t.bytes;
    for (size_t line = 0; line < lines; line++) {
        size_t count = 0;
        at = table_cut(at, &t.cells[line * t.width], t.width, &count);
        t.ragged = t.ragged || count != t.width;
    }
    return t;
}

static inline void table_free(table *t)
{
    free(t->cells);
    free(t->bytes);
}

static inline size_t table_column(const table *t, const char *name)
{
    for (size_t i = 0; i < t->width; i++)
        if (strcmp(t->cells[i], name) == 0)
            return i;
    fail_msg("no column %s", name);
    return 0;
}

static inline const char *table_at(const table *t, size_t row, size_t column)
{
    return t->cells[(row + 1) * t->width + column];
}

static inline long table_number(const table *t, size_t row, size_t column)
{
    return strtol(table_at(t, row, column), NULL, 10);
}

/* Row whose `column` is `value`, or rows when there is none. */
static inline size_t table_find(const table *t, size_t column, const char *value)
{
    size_t row = 0;
    while (row < t->rows && strcmp(table_at(t, row, column), value) != 0)
        row++;
    return row;
}

#endif
