/* component.c - union of cells that share an equation; sorted, so that order never changes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/component.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

#define NOWHERE UINT32_MAX

static bool in_play(const cdn_additive *s, uint32_t cell)
{
    return s->bases[cell] > 0;
}

/* An equation that counts: all its cells are in play. */
static bool is_whole(const cdn_additive *s, uint32_t e)
{
    for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++)
        if (!in_play(s, s->equation_cell[k]))
            return false;
    return true;
}

static uint32_t root_of(uint32_t *parent, uint32_t cell)
{
    while (parent[cell] != cell) {
        parent[cell] = parent[parent[cell]];
        cell = parent[cell];
    }
    return cell;
}

/* The first cell of the equation that is not 0. */
static uint32_t first_cell(const cdn_additive *s, uint32_t e)
{
    for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++)
        if (s->values[s->equation_cell[k]] != 0)
            return s->equation_cell[k];
    return NOWHERE;
}

static void join(const cdn_additive *s, uint32_t *parent)
{
    for (uint32_t c = 0; c < s->cell_count; c++)
        parent[c] = c;
    for (uint32_t e = 0; e < s->equation_count; e++) {
        uint32_t first = is_whole(s, e) ? first_cell(s, e) : NOWHERE;
        if (first == NOWHERE)
            continue;
        for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++) {
            uint32_t cell = s->equation_cell[k];
            if (s->values[cell] == 0)
                continue;
            uint32_t a = root_of(parent, first), b = root_of(parent, cell);
            if (a < b)
                parent[b] = a;
            else
                parent[a] = b;
        }
    }
}

/* Numbers the components that show something; `number` by root cell. */
static uint32_t number_components(const cdn_additive *s, uint32_t *parent, uint32_t *number)
{
    uint32_t count = 0;
    memset(number, 0xff, (size_t)s->cell_count * sizeof *number);
    for (uint32_t c = 0; c < s->cell_count; c++)
        if (in_play(s, c) && s->values[c] != 0 && s->shown[c])
            number[root_of(parent, c)] = 0;
    for (uint32_t c = 0; c < s->cell_count; c++)
        if (number[c] == 0)
            number[c] = count++;
    return count;
}

static uint32_t component_of(const cdn_additive *s, uint32_t *parent, const uint32_t *number,
                             uint32_t cell)
{
    if (cell == NOWHERE || !in_play(s, cell) || s->values[cell] == 0)
        return NOWHERE;
    return number[root_of(parent, cell)];
}

/* Counting sort of cells and equations into their components; start[] is count + 2 long on the
 * way. */
static void fill(cdn_components *out, uint32_t *parent, const uint32_t *number)
{
    const cdn_additive *s = out->system;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t c = 0; c < s->cell_count; c++) {
            uint32_t n = component_of(s, parent, number, c);
            if (n == NOWHERE)
                continue;
            if (pass == 0)
                out->cell_start[n + 2]++;
            else
                out->cells[out->cell_start[n + 1]++] = c;
        }
        for (uint32_t e = 0; e < s->equation_count; e++) {
            uint32_t n = is_whole(s, e) ? component_of(s, parent, number, first_cell(s, e))
                                        : NOWHERE;
            if (n == NOWHERE)
                continue;
            if (pass == 0)
                out->equation_start[n + 2]++;
            else
                out->equations[out->equation_start[n + 1]++] = e;
        }
        for (uint32_t n = 2; pass == 0 && n < out->count + 2; n++) {
            out->cell_start[n] += out->cell_start[n - 1];
            out->equation_start[n] += out->equation_start[n - 1];
        }
    }
    for (uint32_t n = 0; n < out->count; n++)
        for (uint32_t i = out->cell_start[n]; i < out->cell_start[n + 1]; i++)
            out->place[out->cells[i]] = i - out->cell_start[n];
}

cdn_status cdn_components_create(const cdn_additive *system, cdn_components *out,
                                 cdn_error *error)
{
    *out = (cdn_components){.system = system};
    uint32_t *parent = cdn_alloc(system->cell_count, sizeof *parent);
    uint32_t *number = cdn_alloc(system->cell_count, sizeof *number);
    cdn_status status = CDN_OK;
    if (parent == NULL || number == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    join(system, parent);
    out->count = number_components(system, parent, number);
    out->cell_start = cdn_alloc((size_t)out->count + 2, sizeof(uint32_t));
    out->equation_start = cdn_alloc((size_t)out->count + 2, sizeof(uint32_t));
    out->cells = cdn_alloc(system->cell_count, sizeof(uint32_t));
    out->place = cdn_alloc(system->cell_count, sizeof(uint32_t));
    out->equations = cdn_alloc(system->equation_count, sizeof(uint32_t));
    if (out->cell_start == NULL || out->equation_start == NULL || out->cells == NULL ||
        out->place == NULL || out->equations == NULL)
        status = cdn_fail_memory(error);
    else
        fill(out, parent, number);
done:
    cdn_free(number);
    cdn_free(parent);
    if (status != CDN_OK)
        cdn_components_release(out);
    return status;
}

void cdn_components_release(cdn_components *components)
{
    cdn_free(components->cell_start);
    cdn_free(components->cells);
    cdn_free(components->equation_start);
    cdn_free(components->equations);
    cdn_free(components->place);
    *components = (cdn_components){0};
}

int64_t cdn_component_base(const cdn_components *components, uint32_t component)
{
    int64_t base = 1;
    for (uint32_t i = components->cell_start[component];
         i < components->cell_start[component + 1]; i++)
        if (components->system->bases[components->cells[i]] > base)
            base = components->system->bases[components->cells[i]];
    return base;
}

cdn_status cdn_components_check(const cdn_components *components, const int64_t *values,
                                cdn_error *error)
{
    const cdn_additive *s = components->system;
    for (uint32_t i = 0; i < components->equation_start[components->count]; i++) {
        uint32_t e = components->equations[i];
        __int128 sum = 0;
        for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++)
            sum += (__int128)s->equation_coefficient[k] * values[s->equation_cell[k]];
        if (sum != 0)
            return cdn_fail(error, CDN_E_INTERNAL, "rounded tables do not add up");
    }
    return CDN_OK;
}

cdn_status cdn_programme_create(uint32_t rows, cdn_programme *out, cdn_error *error)
{
    *out = (cdn_programme){.rows = rows};
    out->target = cdn_alloc(rows, sizeof *out->target);
    return out->target == NULL ? cdn_fail_memory(error) : CDN_OK;
}

void cdn_programme_release(cdn_programme *programme)
{
    cdn_free(programme->row);
    cdn_free(programme->column);
    cdn_free(programme->coefficient);
    cdn_free(programme->target);
    cdn_free(programme->low);
    cdn_free(programme->high);
    cdn_free(programme->cost);
    *programme = (cdn_programme){0};
}

static bool widen(double **block, uint32_t room)
{
    double *more = cdn_resize(*block, room, sizeof *more);
    if (more != NULL)
        *block = more;
    return more != NULL;
}

static bool widen_int(int **block, uint32_t room)
{
    int *more = cdn_resize(*block, room, sizeof *more);
    if (more != NULL)
        *block = more;
    return more != NULL;
}

uint32_t cdn_programme_add(cdn_programme *p, int64_t low, int64_t high, double cost)
{
    if (p->columns == p->column_room) {
        uint32_t room = p->column_room == 0 ? 256 : p->column_room * 2;
        if (!widen(&p->low, room) || !widen(&p->high, room) || !widen(&p->cost, room)) {
            p->failed = true;
            return 0;
        }
        p->column_room = room;
    }
    p->low[p->columns] = (double)low;
    p->high[p->columns] = (double)high;
    p->cost[p->columns] = cost;
    return p->columns++;
}

void cdn_programme_enter(cdn_programme *p, uint32_t row, uint32_t column, double coefficient)
{
    if (p->entries + 1 >= p->entry_room) {
        uint32_t room = p->entry_room == 0 ? 1024 : p->entry_room * 2;
        if (!widen_int(&p->row, room) || !widen_int(&p->column, room) ||
            !widen(&p->coefficient, room)) {
            p->failed = true;
            return;
        }
        p->entry_room = room;
    }
    p->entries++;
    p->row[p->entries] = (int)row + 1;
    p->column[p->entries] = (int)column + 1;
    p->coefficient[p->entries] = coefficient;
}
