/* interval_web.c - from a system and a pattern to the web of unknowns.
 *
 * Nothing is taken on trust: the system's contract, every equation on the true
 * values, and every bound are checked first, because a web that does not hold on
 * the truth would call anything possible.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_web.h"

#include "core/alloc.h"
#include "core/fail.h"

static cdn_status check_offsets(const uint32_t *start, uint32_t count, const uint32_t *cells,
                                uint32_t cell_count, const char *what, cdn_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        if (start[i] > start[i + 1])
            return cdn_fail(error, CDN_E_INTERNAL, "attack: offsets of %s %u go back", what, i);
        for (uint32_t j = start[i]; j < start[i + 1]; j++)
            if (cells[j] >= cell_count)
                return cdn_fail(error, CDN_E_INTERNAL, "attack: %s %u names cell %u of %u", what, i,
                                cells[j], cell_count);
    }
    return CDN_OK;
}

static bool is_large(int64_t value)
{
    return value > CDN_INTERVAL_LARGEST || value < -CDN_INTERVAL_LARGEST;
}

static cdn_status check_cell(const cdn_interval_input *in, uint32_t c, cdn_error *error)
{
    int64_t lower = in->lower == NULL ? CDN_INTERVAL_NO_LOWER : in->lower[c];
    int64_t upper = in->upper == NULL ? CDN_INTERVAL_NO_UPPER : in->upper[c];
    int64_t below = in->below == NULL ? 0 : in->below[c];
    int64_t above = in->above == NULL ? 0 : in->above[c];
    int64_t width = in->width == NULL ? 0 : in->width[c];
    if (is_large(in->values[c]) || (lower != CDN_INTERVAL_NO_LOWER && is_large(lower)) ||
        (upper != CDN_INTERVAL_NO_UPPER && is_large(upper)) || is_large(below) || is_large(above) ||
        is_large(width))
        return cdn_fail(error, CDN_E_LIMIT, "attack: a number of cell %u is too large", c);
    if (below < 0 || above < 0)
        return cdn_fail(error, CDN_E_INTERNAL, "attack: a protection level of cell %u is negative",
                        c);
    if (in->values[c] < lower || in->values[c] > upper)
        return cdn_fail(error, CDN_E_INTERNAL, "attack: cell %u is outside its own bounds", c);
    return CDN_OK;
}

/* The contract of cells/system.h, as far as the attack rests on it, and the truth of the equations.
 * `seen` is scratch, per cell. */
static cdn_status check(const cdn_system *s, const cdn_interval_input *in, uint32_t *seen,
                        cdn_error *error)
{
    CDN_TRY(check_offsets(s->equation_start, s->equation_count, s->equation_cell, s->cell_count,
                          "equation", error));
    CDN_TRY(check_offsets(s->figure_start, s->figure_count, s->figure_cell, s->cell_count, "figure",
                          error));
    for (uint32_t c = 0; c < s->cell_count; c++) {
        seen[c] = CDN_WEB_NONE;
        CDN_TRY(check_cell(in, c, error));
    }
    for (uint32_t e = 0; e < s->equation_count; e++) {
        __int128 sum = 0;
        for (uint32_t i = s->equation_start[e]; i < s->equation_start[e + 1]; i++) {
            uint32_t cell = s->equation_cell[i];
            if (s->equation_coefficient[i] == 0)
                return cdn_fail(error, CDN_E_INTERNAL, "attack: equation %u has coefficient 0", e);
            if (seen[cell] == e)
                return cdn_fail(error, CDN_E_INTERNAL, "attack: equation %u has a cell twice", e);
            seen[cell] = e;
            sum += (__int128)s->equation_coefficient[i] * in->values[cell];
        }
        if (sum != 0)
            return cdn_fail(error, CDN_E_INTERNAL, "attack: equation %u does not hold", e);
    }
    return CDN_OK;
}

static void number_columns(cdn_web *web, const cdn_system *s, const uint8_t *figure_withheld)
{
    for (uint32_t c = 0; c < s->cell_count; c++)
        web->column_of[c] = (s->marks[c] & CDN_CELL_KNOWN) ? CDN_WEB_NONE : 0;
    for (uint32_t f = 0; f < s->figure_count; f++) {
        if (figure_withheld[f])
            continue;
        for (uint32_t i = s->figure_start[f]; i < s->figure_start[f + 1]; i++)
            web->column_of[s->figure_cell[i]] = CDN_WEB_NONE;
    }
    for (uint32_t c = 0; c < s->cell_count; c++)
        if (web->column_of[c] != CDN_WEB_NONE)
            web->column_of[c] = web->column_count++;
}

static void fill_columns(cdn_web *web, const cdn_system *s)
{
    const cdn_interval_input *in = web->input;
    for (uint32_t c = 0; c < s->cell_count; c++) {
        uint32_t k = web->column_of[c];
        web->is_asked[c] =
            in->asked == NULL ? (s->marks[c] & CDN_CELL_SENSITIVE) != 0 : in->asked[c] != 0;
        if (k == CDN_WEB_NONE)
            continue;
        bool bounded = in->lower != NULL && in->lower[c] != CDN_INTERVAL_NO_LOWER;
        bool capped = in->upper != NULL && in->upper[c] != CDN_INTERVAL_NO_UPPER;
        web->low[k] = bounded ? in->lower[c] - in->values[c] : INT64_MIN;
        web->high[k] = capped ? in->upper[c] - in->values[c] : INT64_MAX;
    }
}

static void fill_rows(cdn_web *web, const cdn_system *s)
{
    uint32_t entries = 0, known = web->input->equations;
    if (known == 0 || known > s->equation_count)
        known = s->equation_count;
    for (uint32_t e = 0; e < known; e++) {
        uint32_t begin = entries;
        for (uint32_t i = s->equation_start[e]; i < s->equation_start[e + 1]; i++) {
            uint32_t column = web->column_of[s->equation_cell[i]];
            if (column == CDN_WEB_NONE)
                continue;
            web->row_column[entries] = column;
            web->row_coefficient[entries++] = s->equation_coefficient[i];
        }
        if (entries > begin)
            web->row_start[++web->row_count] = entries;
    }
}

/* Counts at [k + 1] become the starts of k, one place late, so that filling moves them into place.
 * */
static void starts_from_counts(uint32_t *start, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        start[k + 1] += start[k];
    for (uint32_t k = count; k > 0; k--)
        start[k] = start[k - 1];
}

void cdn_web_index(cdn_web *web)
{
    for (uint32_t k = 0; k <= web->column_count; k++)
        web->column_start[k] = web->member_start[k] = 0;
    for (uint32_t i = 0; i < web->row_start[web->row_count]; i++)
        web->column_start[web->row_column[i] + 1]++;
    for (uint32_t c = 0; c < web->cell_count; c++)
        if (web->column_of[c] != CDN_WEB_NONE)
            web->member_start[web->column_of[c] + 1]++;
    starts_from_counts(web->column_start, web->column_count);
    starts_from_counts(web->member_start, web->column_count);
    for (uint32_t r = 0; r < web->row_count; r++)
        for (uint32_t i = web->row_start[r]; i < web->row_start[r + 1]; i++) {
            uint32_t at = web->column_start[web->row_column[i] + 1]++;
            web->column_row[at] = r;
            web->column_coefficient[at] = web->row_coefficient[i];
        }
    for (uint32_t c = 0; c < web->cell_count; c++)
        if (web->column_of[c] != CDN_WEB_NONE)
            web->member[web->member_start[web->column_of[c] + 1]++] = c;
}

static cdn_status allocate(cdn_web *web, const cdn_system *s, cdn_error *error)
{
    size_t cells = s->cell_count;
    size_t entries = s->equation_count == 0 ? 0 : s->equation_start[s->equation_count];
    web->column_of = cdn_alloc(cells, sizeof *web->column_of);
    web->is_turned = cdn_alloc(cells, 1);
    web->is_asked = cdn_alloc(cells, 1);
    web->member_start = cdn_alloc(cells + 1, sizeof *web->member_start);
    web->member = cdn_alloc(cells, sizeof *web->member);
    web->row_start = cdn_alloc((size_t)s->equation_count + 1, sizeof *web->row_start);
    web->row_column = cdn_alloc(entries, sizeof *web->row_column);
    web->row_coefficient = cdn_alloc(entries, sizeof *web->row_coefficient);
    web->column_start = cdn_alloc(cells + 1, sizeof *web->column_start);
    web->column_row = cdn_alloc(entries, sizeof *web->column_row);
    web->column_coefficient = cdn_alloc(entries, sizeof *web->column_coefficient);
    web->low = cdn_alloc(cells, sizeof *web->low);
    web->high = cdn_alloc(cells, sizeof *web->high);
    web->least = cdn_alloc(cells, sizeof *web->least);
    web->most = cdn_alloc(cells, sizeof *web->most);
    web->is_open = cdn_alloc(cells, 1);
    if (web->column_of == NULL || web->is_turned == NULL || web->is_asked == NULL ||
        web->member_start == NULL || web->member == NULL || web->row_start == NULL ||
        web->row_column == NULL || web->row_coefficient == NULL || web->column_start == NULL ||
        web->column_row == NULL || web->column_coefficient == NULL || web->low == NULL ||
        web->high == NULL || web->least == NULL || web->most == NULL || web->is_open == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

cdn_status cdn_web_init(cdn_web *web, const cdn_system *system, const uint8_t *figure_withheld,
                        const cdn_interval_input *input, cdn_error *error)
{
    *web = (cdn_web){.input = input, .cell_count = system->cell_count};
    CDN_TRY(allocate(web, system, error));
    CDN_TRY(check(system, input, web->member, error));
    number_columns(web, system, figure_withheld);
    fill_columns(web, system);
    fill_rows(web, system);
    cdn_web_index(web);
    return CDN_OK;
}

void cdn_web_release(cdn_web *web)
{
    cdn_free(web->column_of);
    cdn_free(web->is_turned);
    cdn_free(web->is_asked);
    cdn_free(web->member_start);
    cdn_free(web->member);
    cdn_free(web->row_start);
    cdn_free(web->row_column);
    cdn_free(web->row_coefficient);
    cdn_free(web->column_start);
    cdn_free(web->column_row);
    cdn_free(web->column_coefficient);
    cdn_free(web->low);
    cdn_free(web->high);
    cdn_free(web->least);
    cdn_free(web->most);
    cdn_free(web->is_open);
}

/* Bounds and joins feed each other until no column goes. */
cdn_status cdn_web_reduce(cdn_web *web, cdn_error *error)
{
    bool changed = true;
    while (changed) {
        CDN_TRY(cdn_web_tighten(web, error));
        CDN_TRY(cdn_web_merge(web, &changed, error));
    }
    for (uint32_t k = 0; k < web->column_count; k++)
        cdn_web_review(web, k);
    return CDN_OK;
}
