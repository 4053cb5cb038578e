/* relent.c - publish, ask everybody, take back.
 *
 * Everybody is asked by two random null vectors that are zero at what he knows
 * (spans.h): publishing x tells him s when s is a multiple of x there, that is,
 * when both have the same ratio. Contributors with one number are asked
 * together, by the classes that x leaves (views.c).
 *
 * Invariant: the points are those of the pattern as it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/relent.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "protect/classes.h"
#include "protect/spans.h"

#define MOST_CELLS 32768u
#define EFFORT 16384u /* products per cell of the system */
#define SPARE 32u     /* figures to publish before the points are made anew */

typedef struct candidate {
    uint64_t cost;
    uint32_t figure;
    bool keep;
} candidate;

/* A contributor with several numbers. */
typedef struct view {
    uint32_t kind, self;
    uint32_t first, count; /* its cells in `own`, one for each class */
    uint32_t version;      /* of the points, when the pair was made */
    uint64_t (*pair)[2];   /* by place */
} view;

typedef struct mark {
    uint64_t ratio;
    uint32_t cell;
} mark;

typedef struct held {
    uint64_t ratio;
    uint32_t holder, cell;
} held;

typedef struct work {
    cdn_pattern *pattern;
    cdn_factor factor;
    cdn_spans spans;
    bool open; /* there are a factor and spans */
    candidate *candidates;
    uint32_t candidate_count;
    view *views;
    uint32_t view_count, view_room;
    uint32_t *order; /* the views, those that objected last before the others */
    uint32_t *own;
    uint32_t own_count, own_room;
    uint32_t most_own;
    held *held;
    uint64_t (*pair)[2]; /* of everybody; then with a cell published */
    uint64_t *ratios;
    mark *marks;
    uint64_t *targets; /* ratios of the sensitive cells, ascending */
    uint32_t version;
    uint64_t effort;
} work;

static int compare_candidates(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->keep != b->keep)
        return a->keep ? -1 : 1;
    if (a->cost != b->cost)
        return a->cost > b->cost ? -1 : 1;
    return a->figure < b->figure ? -1 : a->figure > b->figure;
}

static int compare_marks(const void *left, const void *right)
{
    const mark *a = left, *b = right;
    if (a->ratio != b->ratio)
        return a->ratio < b->ratio ? -1 : 1;
    return a->cell < b->cell ? -1 : a->cell > b->cell;
}

static int compare_held(const void *left, const void *right)
{
    const held *a = left, *b = right;
    if (a->holder != b->holder)
        return a->holder < b->holder ? -1 : 1;
    if (a->ratio != b->ratio)
        return a->ratio < b->ratio ? -1 : 1;
    return a->cell < b->cell ? -1 : a->cell > b->cell;
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static void list_candidates(work *w)
{
    const cdn_system *system = w->pattern->system;
    for (uint32_t f = 0; f < system->figure_count; f++) {
        if (!w->pattern->withheld[f] || w->pattern->primary[f])
            continue;
        candidate *next = &w->candidates[w->candidate_count++];
        *next = (candidate){.cost = cdn_figure_cost(system, f), .figure = f};
        for (uint32_t j = system->figure_start[f]; j < system->figure_start[f + 1]; j++)
            next->keep |= (system->marks[system->figure_cell[j]] & CDN_CELL_KEEP) != 0;
    }
    qsort(w->candidates, w->candidate_count, sizeof *w->candidates, compare_candidates);
}

/* --- points and views ------------------------------------------------------------------------- */

static bool add_view(work *w, uint32_t kind, const held *cells, uint32_t count)
{
    uint32_t first = w->own_count;
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || cells[i].ratio != cells[i - 1].ratio)
            w->own[w->own_count++] = cells[i].cell;
    }
    uint32_t classes = w->own_count - first;
    if (classes < 2) {
        w->own_count = first;
        return true;
    }
    if (w->view_count == w->view_room) {
        uint32_t room = w->view_room < 64 ? 64 : w->view_room * 2;
        view *views = cdn_resize(w->views, room, sizeof *views);
        if (views == NULL)
            return false;
        w->views = views;
        w->view_room = room;
    }
    w->views[w->view_count++] = (view){kind, cells[0].holder, first, classes, 0, NULL};
    w->most_own = classes > w->most_own ? classes : w->most_own;
    return true;
}

static bool list_views(work *w, uint32_t kind)
{
    const cdn_system *system = w->pattern->system;
    const uint32_t *holder = system->holder[kind];
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->spans.count; i++) {
        uint32_t cell = w->spans.cells[i];
        if (holder[cell] != 0 && w->ratios[i] != CDN_RATIO_NONE &&
            !cdn_system_implies(system, kind, cell))
            w->held[count++] = (held){w->ratios[i], holder[cell], cell};
    }
    qsort(w->held, count, sizeof *w->held, compare_held);
    bool done = true;
    for (uint32_t i = 0, next; done && i < count; i = next) {
        for (next = i + 1; next < count && w->held[next].holder == w->held[i].holder;)
            next++;
        done = add_view(w, kind, w->held + i, next - i);
    }
    return done;
}

static void drop_views(work *w)
{
    for (uint32_t i = 0; i < w->view_count; i++)
        cdn_free(w->views[i].pair);
    cdn_free(w->order);
    w->order = NULL;
    w->view_count = w->own_count = w->most_own = 0;
}

static void close_points(work *w)
{
    drop_views(w);
    cdn_spans_release(&w->spans);
    cdn_factor_release(&w->factor);
}

static void list_cells(work *w)
{
    const cdn_system *system = w->pattern->system;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t c = 0; c < system->cell_count; c++) {
            bool sensitive = (system->marks[c] & CDN_CELL_SENSITIVE) != 0;
            if (cdn_pattern_unknown(w->pattern, c) && sensitive == (pass == 0))
                cdn_spans_add_cell(&w->spans, c, sensitive);
        }
    }
}

/* Two vectors of the public, and what is looked up in them. */
static bool look_from_outside(work *w)
{
    w->version++;
    w->effort += 8 * (uint64_t)w->spans.count;
    if (!cdn_spans_pair(&w->spans, NULL, 0, w->pair) ||
        !cdn_ratios(w->factor.field, w->pair, w->spans.count, w->ratios))
        return false;
    for (uint32_t i = 0; i < w->spans.target_count; i++)
        w->targets[i] = w->ratios[i];
    qsort(w->targets, w->spans.target_count, sizeof *w->targets, compare_numbers);
    return true;
}

static cdn_status open_points(work *w, cdn_error *error)
{
    const cdn_system *system = w->pattern->system;
    if (w->open)
        close_points(w);
    w->open = true;
    w->spans = (cdn_spans){.factor = NULL};
    CDN_TRY(cdn_factor_init(&w->factor, w->pattern, cdn_prime_make(CDN_PRIME_FIRST_FOLD), error));
    if (!cdn_spans_init(&w->spans, &w->factor))
        return cdn_fail_memory(error);
    list_cells(w);
    if (!look_from_outside(w))
        return cdn_fail_memory(error);
    for (uint32_t k = 0; k < system->holder_kinds; k++) {
        if (!list_views(w, k))
            return cdn_fail_memory(error);
    }
    uint32_t vectors = w->most_own + 3 + SPARE;
    w->effort += (uint64_t)vectors * (w->factor.entry_used + w->spans.count);
    if (!cdn_spans_exceed(&w->spans, vectors) && !cdn_spans_make(&w->spans, vectors))
        return cdn_fail_memory(error);
    w->order = cdn_alloc(w->view_count, sizeof *w->order);
    if (w->order == NULL && w->view_count > 0)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < w->view_count; i++)
        w->order[i] = i;
    return CDN_OK;
}

/* --- objections ------------------------------------------------------------------------------- */

/* Has a class of cells a sensitive one, and one of a contributor who does not hold all of these? */
static bool class_objects(const work *w, const mark *members, uint32_t count)
{
    const cdn_system *system = w->pattern->system;
    bool sensitive = false;
    for (uint32_t i = 0; i < count; i++)
        sensitive |= (system->marks[members[i].cell] & CDN_CELL_SENSITIVE) != 0;
    for (uint32_t k = 0; sensitive && k < system->holder_kinds; k++) {
        uint32_t one = 0;
        for (uint32_t i = 0; i < count && one == 0; i++)
            one = system->holder[k][members[i].cell];
        for (uint32_t i = 0; i < count && one != 0; i++) {
            uint32_t other = system->holder[k][members[i].cell];
            if (other != one &&
                (other != 0 || (system->marks[members[i].cell] & CDN_CELL_SENSITIVE)))
                return true;
        }
    }
    return false;
}

/* Those with one number, when w->pair is what everybody sees then. */
static bool classes_object(work *w)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->spans.count; i++) {
        if (w->ratios[i] != CDN_RATIO_NONE)
            w->marks[count++] = (mark){w->ratios[i], w->spans.cells[i]};
    }
    qsort(w->marks, count, sizeof *w->marks, compare_marks);
    for (uint32_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && w->marks[next].ratio == w->marks[i].ratio;)
            next++;
        if (next - i > 1 && class_objects(w, w->marks + i, next - i))
            return true;
    }
    return false;
}

static bool refresh_view(work *w, view *this)
{
    if (this->pair == NULL)
        this->pair = cdn_alloc(w->spans.count, sizeof *this->pair);
    if (this->pair == NULL)
        return false;
    uint64_t own = this->count;
    w->effort += own * own * own + 2 * (own + 2) * w->spans.count;
    this->version = w->version;
    return cdn_spans_pair(&w->spans, w->own + this->first, this->count, this->pair);
}

/* Targets that the contributor knows anyway are no objection. */
static bool view_objects(work *w, const view *this, uint32_t cell)
{
    cdn_prime field = w->factor.field;
    const uint32_t *holder = w->pattern->system->holder[this->kind];
    const uint64_t *by = this->pair[w->spans.place_of[cell]];
    if (by[0] == 0 && by[1] == 0)
        return false;
    w->effort += 2 * (uint64_t)w->spans.target_count;
    for (uint32_t i = 0; i < w->spans.target_count; i++) {
        const uint64_t *at = this->pair[i];
        if ((at[0] != 0 || at[1] != 0) && holder[w->spans.cells[i]] != this->self &&
            cdn_prime_multiply(field, at[0], by[1]) == cdn_prime_multiply(field, at[1], by[0]))
            return true;
    }
    return false;
}

static bool views_object(work *w, uint32_t cell, bool *object)
{
    *object = false;
    for (uint32_t i = 0; i < w->view_count; i++) {
        uint32_t at = w->order[i];
        if (w->views[at].version != w->version && !refresh_view(w, &w->views[at]))
            return false;
        if (!view_objects(w, &w->views[at], cell))
            continue;
        for (uint32_t j = i; j > 0; j--)
            w->order[j] = w->order[j - 1];
        w->order[0] = at;
        *object = true;
        return true;
    }
    return true;
}

/* The commonest objection: an equation with two cells left, one sensitive and one of a
 * contributor. */
static bool equations_object(work *w, uint32_t cell)
{
    const cdn_system *system = w->pattern->system;
    const cdn_incidence *equations = &w->pattern->equations;
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++) {
        uint32_t e = equations->items[i], count = 0;
        mark left[2];
        if (w->pattern->unknowns[e] != 2)
            continue;
        for (uint32_t j = system->equation_start[e]; j < system->equation_start[e + 1]; j++) {
            if (count < 2 && cdn_pattern_unknown(w->pattern, system->equation_cell[j]))
                left[count++] = (mark){0, system->equation_cell[j]};
        }
        if (class_objects(w, left, count))
            return true;
    }
    return false;
}

/* --- one by one ------------------------------------------------------------------------------- */

/* Does anybody object to the cell, which the pattern shows already? */
static cdn_status ask(work *w, uint32_t cell, bool *object, cdn_error *error)
{
    uint64_t ratio = w->ratios[w->spans.place_of[cell]];
    *object = false;
    if (ratio == CDN_RATIO_NONE)
        return CDN_OK;
    *object = bsearch(&ratio, w->targets, w->spans.target_count, sizeof ratio,
                      compare_numbers) != NULL ||
              equations_object(w, cell);
    if (*object)
        return CDN_OK;
    if (!views_object(w, cell, object))
        return cdn_fail_memory(error);
    if (*object)
        return CDN_OK;
    uint64_t *ratios = w->ratios;
    w->ratios = cdn_alloc(w->spans.count, sizeof *w->ratios);
    bool done = w->ratios != NULL && cdn_spans_pair(&w->spans, &cell, 1, w->pair) &&
                cdn_ratios(w->factor.field, w->pair, w->spans.count, w->ratios);
    *object = done && classes_object(w);
    w->effort += 32 * (uint64_t)w->spans.count;
    cdn_free(w->ratios);
    w->ratios = ratios;
    return done ? CDN_OK : cdn_fail_memory(error);
}

static cdn_status try_figure(work *w, uint32_t figure, uint32_t *published, cdn_error *error)
{
    const cdn_changes *changed = &w->pattern->changed;
    cdn_pattern_publish(w->pattern, figure);
    bool object = changed->count > 1; /* one cell at a time */
    if (changed->count == 1)
        CDN_TRY(ask(w, changed->cells[0], &object, error));
    if (object) {
        cdn_pattern_unpublish(w->pattern, figure);
        return CDN_OK;
    }
    ++*published;
    if (changed->count == 0)
        return CDN_OK;
    cdn_spans_publish(&w->spans, changed->cells[0]);
    if (w->spans.vector_count < w->most_own + 3)
        return open_points(w, error);
    w->effort += (uint64_t)w->spans.vector_count * w->spans.count;
    return look_from_outside(w) ? CDN_OK : cdn_fail_memory(error);
}

static bool work_init(work *w, cdn_pattern *pattern)
{
    const cdn_system *system = pattern->system;
    size_t cells = system->cell_count;
    *w = (work){.pattern = pattern};
    w->candidates = cdn_alloc(system->figure_count, sizeof *w->candidates);
    w->own = cdn_alloc(cells * system->holder_kinds, sizeof *w->own);
    w->held = cdn_alloc(cells, sizeof *w->held);
    w->pair = cdn_alloc(cells, sizeof *w->pair);
    w->ratios = cdn_alloc(cells, sizeof *w->ratios);
    w->marks = cdn_alloc(cells, sizeof *w->marks);
    w->targets = cdn_alloc(cells, sizeof *w->targets);
    return w->candidates != NULL && w->own != NULL && w->held != NULL && w->pair != NULL &&
           w->ratios != NULL && w->marks != NULL && w->targets != NULL;
}

static void work_release(work *w)
{
    if (w->open)
        close_points(w);
    cdn_free(w->candidates);
    cdn_free(w->views);
    cdn_free(w->own);
    cdn_free(w->held);
    cdn_free(w->pair);
    cdn_free(w->ratios);
    cdn_free(w->marks);
    cdn_free(w->targets);
}

cdn_status cdn_relent(cdn_pattern *pattern, uint32_t *published, cdn_error *error)
{
    work w;
    cdn_status status = CDN_OK;
    uint64_t most = (uint64_t)EFFORT * pattern->system->cell_count;
    *published = 0;
    if (pattern->system->cell_count > MOST_CELLS)
        return CDN_OK;
    if (!work_init(&w, pattern)) {
        status = cdn_fail_memory(error);
        goto done;
    }
    list_candidates(&w);
    if (w.candidate_count == 0)
        goto done;
    status = open_points(&w, error);
    /* A contributor who knows a cell of others whatever is published stands for the whole class. */
    if (status == CDN_OK &&
        (cdn_spans_exceed(&w.spans, w.most_own + 3 + SPARE) || classes_object(&w)))
        goto done;
    for (uint32_t i = 0; status == CDN_OK && i < w.candidate_count && w.effort < most; i++)
        status = try_figure(&w, w.candidates[i].figure, published, error);
done:
    work_release(&w);
    return status;
}
