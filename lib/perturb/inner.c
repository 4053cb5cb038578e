/* inner.c - each sum written out by its first equation; every other equation must then follow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/inner.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"

#define NONE UINT32_MAX
#define TERMS_MAX (1u << 26)

typedef struct writer {
    const cdn_components *all;
    uint32_t component, count;
    uint32_t *equation; /* per place: the equation that defines it; NONE = inner */
    uint8_t *state;     /* per place: 0 not yet, 1 on the way, 2 written */
    int64_t *sum;       /* per place: scratch, all 0 between uses */
    uint32_t *touched;
    uint8_t *is_touched;
    uint32_t touched_count;
    uint32_t *begin, *end; /* per place: its terms in the pool */
    uint32_t *inner;
    int32_t *times;
    uint32_t terms, room;
    bool found;
} writer;

static uint32_t cell_at(const writer *w, uint32_t place)
{
    return w->all->cells[w->all->cell_start[w->component] + place];
}

/* The one cell of an equation that is alone with its sign, as an index of an entry; of two cells
 * the first. NONE when there is no such cell, or it is 0. */
static uint32_t whole_of(const cdn_additive *s, uint32_t e)
{
    uint32_t count[2] = {0, 0}, last[2] = {NONE, NONE};
    for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++) {
        if (s->values[s->equation_cell[k]] == 0)
            continue;
        int sign = s->equation_coefficient[k] > 0;
        count[sign]++;
        last[sign] = k;
    }
    uint32_t k = count[1] == 1 ? last[1] : (count[0] == 1 ? last[0] : NONE);
    if (k == NONE || (s->equation_coefficient[k] != 1 && s->equation_coefficient[k] != -1))
        return NONE;
    return k;
}

static void choose_equations(writer *w)
{
    const cdn_additive *s = w->all->system;
    for (uint32_t p = 0; p < w->count; p++)
        w->equation[p] = NONE;
    for (uint32_t i = w->all->equation_start[w->component];
         i < w->all->equation_start[w->component + 1] && w->found; i++) {
        uint32_t k = whole_of(s, w->all->equations[i]);
        if (k == NONE) {
            w->found = false;
            return;
        }
        uint32_t place = w->all->place[s->equation_cell[k]];
        if (w->equation[place] == NONE)
            w->equation[place] = w->all->equations[i];
    }
}

static void add_terms(writer *w, uint32_t place, int64_t factor)
{
    for (uint32_t k = w->begin[place]; k < w->end[place]; k++) {
        if (!w->is_touched[w->inner[k]])
            w->touched[w->touched_count++] = w->inner[k];
        w->is_touched[w->inner[k]] = 1;
        w->sum[w->inner[k]] += factor * w->times[k];
    }
}

static bool put_term(writer *w, uint32_t inner, int64_t times)
{
    if (w->terms == w->room) {
        uint32_t room = w->room == 0 ? 4096 : w->room * 2;
        uint32_t *more_inner =
            room > TERMS_MAX ? NULL : cdn_resize(w->inner, room, sizeof(uint32_t));
        if (more_inner == NULL)
            return false;
        w->inner = more_inner;
        int32_t *more_times = cdn_resize(w->times, room, sizeof(int32_t));
        if (more_times == NULL)
            return false;
        w->times = more_times;
        w->room = room;
    }
    w->inner[w->terms] = inner;
    w->times[w->terms++] = (int32_t)times;
    return true;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The sums gathered in `sum` become the terms of a place, in order, and the scratch is 0 again. */
static void write_terms(writer *w, uint32_t place)
{
    qsort(w->touched, w->touched_count, sizeof *w->touched, compare);
    w->begin[place] = w->terms;
    for (uint32_t i = 0; i < w->touched_count; i++) {
        int64_t times = w->sum[w->touched[i]];
        w->sum[w->touched[i]] = 0;
        w->is_touched[w->touched[i]] = 0;
        if (times != 0 && w->found &&
            (times < INT32_MIN || times > INT32_MAX || !put_term(w, w->touched[i], times)))
            w->found = false;
    }
    w->end[place] = w->terms;
    w->touched_count = 0;
}

/* The next part of a place that is not written yet; NONE = all are. */
static uint32_t next_part(writer *w, uint32_t place)
{
    const cdn_additive *s = w->all->system;
    uint32_t e = w->equation[place];
    if (e == NONE)
        return NONE;
    for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++) {
        uint32_t cell = s->equation_cell[k], part = w->all->place[cell];
        if (s->values[cell] != 0 && part != place && w->state[part] != 2)
            return part;
    }
    return NONE;
}

/* A place whose parts are all written. */
static void write_sum(writer *w, uint32_t place)
{
    const cdn_additive *s = w->all->system;
    uint32_t e = w->equation[place], own = cell_at(w, place);
    int64_t factor = 0;
    if (e == NONE) {
        w->sum[place] = 1;
        w->touched[w->touched_count++] = place;
        write_terms(w, place);
        return;
    }
    for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++)
        if (s->equation_cell[k] == own)
            factor = -s->equation_coefficient[k];
    for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++)
        if (s->values[s->equation_cell[k]] != 0 && s->equation_cell[k] != own)
            add_terms(w, w->all->place[s->equation_cell[k]], factor * s->equation_coefficient[k]);
    write_terms(w, place);
}

/* Parts before wholes, without recursion: a place stays on the stack until its parts are
 * written. */
static void write_place(writer *w, uint32_t from, uint32_t *stack)
{
    uint32_t depth = 0;
    if (w->state[from] != 2)
        stack[depth++] = from;
    while (depth > 0 && w->found) {
        uint32_t place = stack[depth - 1];
        w->state[place] = 1;
        uint32_t part = next_part(w, place);
        if (part == NONE) {
            write_sum(w, place);
            w->state[place] = 2;
            depth--;
        } else if (w->state[part] == 1) {
            w->found = false; /* a circle: sums of each other */
        } else {
            stack[depth++] = part;
        }
    }
}

/* Every equation, written in inner cells, is 0 = 0. */
static void check_equations(writer *w)
{
    const cdn_additive *s = w->all->system;
    for (uint32_t i = w->all->equation_start[w->component];
         i < w->all->equation_start[w->component + 1] && w->found; i++) {
        uint32_t e = w->all->equations[i];
        for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++)
            if (s->values[s->equation_cell[k]] != 0)
                add_terms(w, w->all->place[s->equation_cell[k]], s->equation_coefficient[k]);
        for (uint32_t t = 0; t < w->touched_count; t++) {
            w->found = w->found && w->sum[w->touched[t]] == 0;
            w->sum[w->touched[t]] = 0;
            w->is_touched[w->touched[t]] = 0;
        }
        w->touched_count = 0;
    }
}

static cdn_status collect(const writer *w, cdn_inner *out, cdn_error *error)
{
    out->count = w->count;
    out->start = cdn_alloc((size_t)w->count + 1, sizeof *out->start);
    out->inner = cdn_alloc(w->terms, sizeof *out->inner);
    out->times = cdn_alloc(w->terms, sizeof *out->times);
    if (out->start == NULL || out->inner == NULL || out->times == NULL) {
        cdn_inner_release(out);
        return cdn_fail_memory(error);
    }
    uint32_t at = 0;
    for (uint32_t p = 0; p < w->count; p++) {
        for (uint32_t k = w->begin[p]; k < w->end[p]; k++, at++) {
            out->inner[at] = w->inner[k];
            out->times[at] = w->times[k];
        }
        out->start[p + 1] = at;
    }
    return CDN_OK;
}

cdn_status cdn_inner_create(const cdn_components *all, uint32_t component, cdn_inner *out,
                            bool *found, cdn_error *error)
{
    writer w = {.all = all, .component = component, .found = true};
    w.count = all->cell_start[component + 1] - all->cell_start[component];
    *out = (cdn_inner){0};
    w.equation = cdn_alloc(w.count, sizeof *w.equation);
    w.state = cdn_alloc(w.count, 1);
    w.sum = cdn_alloc(w.count, sizeof *w.sum);
    w.touched = cdn_alloc(w.count, sizeof *w.touched);
    w.is_touched = cdn_alloc(w.count, 1);
    w.begin = cdn_alloc(w.count, sizeof *w.begin);
    w.end = cdn_alloc(w.count, sizeof *w.end);
    uint32_t *stack = cdn_alloc(w.count, sizeof *stack);
    cdn_status status = CDN_OK;
    if (w.equation == NULL || w.state == NULL || w.sum == NULL || w.touched == NULL ||
        w.is_touched == NULL || w.begin == NULL || w.end == NULL || stack == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    choose_equations(&w);
    for (uint32_t p = 0; p < w.count && w.found; p++)
        write_place(&w, p, stack);
    if (w.found)
        check_equations(&w);
    *found = w.found;
    if (w.found)
        status = collect(&w, out, error);
done:
    cdn_free(stack);
    cdn_free(w.times);
    cdn_free(w.inner);
    cdn_free(w.end);
    cdn_free(w.begin);
    cdn_free(w.is_touched);
    cdn_free(w.touched);
    cdn_free(w.sum);
    cdn_free(w.state);
    cdn_free(w.equation);
    return status;
}

void cdn_inner_release(cdn_inner *inner)
{
    cdn_free(inner->start);
    cdn_free(inner->inner);
    cdn_free(inner->times);
    *inner = (cdn_inner){0};
}
