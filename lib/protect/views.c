/* views.c - which contributors object to a pattern.
 *
 * A contributor with one unknown cell c determines the cells that are multiples
 * of c all over the null space: those with the same ratio of two random null
 * vectors (classes.h). Sorting all cells by ratio answers for all such
 * contributors at once, and for those whose cells all have one ratio (a total
 * of one and the one below it). Cells in different components cannot be
 * combined, so only several ratios within one component need a view of their
 * own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/views.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "protect/kin.h"
#include "protect/viewer.h"

/* A contributor with several numbers in a component, by its place in the list of its kind. */
typedef struct view {
    uint32_t kind;
    uint32_t first;
    uint32_t component;
} view;

/* All held cells of a kind, by holder, then by number. */
typedef struct holding {
    uint32_t *cells;
    uint32_t count;
    uint8_t *silent; /* by place: the contributor that starts here had nothing to object; for good,
                        because withholding more never exposes anything */
} holding;

/* A move of a cell takes as long as the product with so many targets, and a step of a solve as
 * long as with so many. */
#define MOVE 128u
#define STEP 10u

typedef struct work {
    cdn_viewer viewer;
    holding holdings[CDN_HOLDER_KINDS];
    cdn_kin kin;
    uint32_t *first_of; /* per cell: its holder's place in the kind at hand */
    cdn_spans spans; /* of the kin; with no cells until a contributor needs them */
    uint32_t *own;   /* scratch: the unknown cells of a contributor in a component */
    uint64_t *keys;  /* scratch */
    uint64_t lost;   /* in this round, to moves where spans would have been quicker */
    view *views;
    size_t view_used, view_room;
} work;

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static bool list_holding(holding *to, const uint32_t *holder, uint32_t cells)
{
    uint64_t *keys = cdn_alloc(cells, sizeof *keys);
    to->cells = cdn_alloc(cells, sizeof *to->cells);
    to->silent = cdn_alloc(cells, sizeof *to->silent);
    bool done = keys != NULL && to->cells != NULL && to->silent != NULL;
    if (done) {
        for (uint32_t c = 0; c < cells; c++) {
            if (holder[c] != 0)
                keys[to->count++] = (uint64_t)holder[c] << 32 | c;
        }
        qsort(keys, to->count, sizeof *keys, compare_numbers);
        for (uint32_t i = 0; i < to->count; i++)
            to->cells[i] = (uint32_t)keys[i];
    }
    cdn_free(keys);
    return done;
}

static bool push_view(work *w, uint32_t kind, uint32_t first, uint32_t component)
{
    if (w->view_used == w->view_room) {
        size_t room = w->view_room < 256 ? 256 : w->view_room * 2;
        view *views = cdn_resize(w->views, room, sizeof *views);
        if (views == NULL)
            return false;
        w->views = views;
        w->view_room = room;
    }
    w->views[w->view_used++] = (view){kind, first, component};
    w->holdings[kind].silent[first] = 1; /* unless it objects in this round */
    return true;
}

/* Contributors whose class has a sensitive cell of others. */
static cdn_status object_in_class(work *w, uint32_t kind, uint32_t start, uint32_t end,
                                  cdn_error *error)
{
    const cdn_system *system = w->viewer.pattern->system;
    const uint32_t *holder = system->holder[kind];
    bool broken = false; /* one in a round: what breaks it mostly takes the class apart */
    for (uint32_t i = start; i < end; i++) {
        uint32_t own = w->kin.members[i].cell;
        bool settled = holder[own] == 0;
        for (uint32_t j = start; j < end && !settled; j++) {
            uint32_t cell = w->kin.members[j].cell;
            if (!(system->marks[cell] & CDN_CELL_SENSITIVE) || holder[cell] == holder[own])
                continue;
            w->holdings[kind].silent[w->first_of[own]] = 0;
            if (!broken)
                CDN_TRY(cdn_viewer_divide(&w->viewer, kind, own, cell, error));
            settled = broken || !w->viewer.excused;
            broken = settled;
        }
    }
    return CDN_OK;
}

static cdn_status object_by_class(work *w, uint32_t kind, cdn_error *error)
{
    for (uint32_t i = 0, next; i < w->kin.count; i = next) {
        next = cdn_kin_end(&w->kin, i);
        if (next - i > 1)
            CDN_TRY(object_in_class(w, kind, i, next, error));
    }
    return CDN_OK;
}

/* Components in which the contributor has cells of several classes. */
static bool view_by_component(work *w, uint32_t kind, uint32_t first, uint32_t end)
{
    uint64_t *keys = w->keys;
    uint32_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        uint32_t cell = w->holdings[kind].cells[i];
        if (w->kin.class_of[cell] != 0)
            keys[count++] =
                (uint64_t)cdn_viewer_component(&w->viewer, cell) << 32 | w->kin.class_of[cell];
    }
    qsort(keys, count, sizeof *keys, compare_numbers);
    uint32_t last = CDN_NONE;
    for (uint32_t i = 1; i < count; i++) {
        uint32_t component = (uint32_t)(keys[i] >> 32);
        if (keys[i] == keys[i - 1] || component != (uint32_t)(keys[i - 1] >> 32) ||
            component == last || component == CDN_NONE)
            continue;
        last = component;
        if (!push_view(w, kind, first, component))
            return false;
    }
    return true;
}

static bool view_holding(work *w, uint32_t kind)
{
    const cdn_system *system = w->viewer.pattern->system;
    const holding *held = &w->holdings[kind];
    bool done = true;
    for (uint32_t i = 0, next; done && i < held->count; i = next) {
        uint32_t self = system->holder[kind][held->cells[i]];
        for (next = i; next < held->count && system->holder[kind][held->cells[next]] == self;)
            w->first_of[held->cells[next++]] = i;
        done = held->silent[i] || view_by_component(w, kind, i, next);
    }
    return done;
}

static bool work_init(work *w)
{
    const cdn_system *system = w->viewer.pattern->system;
    uint32_t cells = system->cell_count;
    w->first_of = cdn_alloc(cells, sizeof *w->first_of);
    w->own = cdn_alloc(cells, sizeof *w->own);
    w->keys = cdn_alloc(cells, sizeof *w->keys);
    bool done = w->first_of != NULL && w->own != NULL && w->keys != NULL &&
                cdn_kin_init(&w->kin, cells) && cdn_spans_init(&w->spans, w->viewer.factor);
    for (uint32_t k = 0; done && k < system->holder_kinds; k++)
        done = list_holding(&w->holdings[k], system->holder[k], cells);
    return done;
}

/* The first sensitive cell of each class, which stands for the others; then all that are held, or
 * might be. */
static void list_points(work *w)
{
    const uint8_t *marks = w->viewer.pattern->system->marks;
    cdn_spans_clear(&w->spans);
    for (int pass = 0; pass < 2; pass++) {
        uint32_t class = 0;
        for (uint32_t i = 0; i < w->kin.count; i++) {
            uint32_t cell = w->kin.members[i].cell;
            bool leads = (marks[cell] & CDN_CELL_SENSITIVE) && w->kin.class_of[cell] != class;
            if (leads)
                class = w->kin.class_of[cell];
            if (leads == (pass == 0))
                cdn_spans_add_cell(&w->spans, cell, leads);
        }
    }
}

/* The contributor's unknown cells in the component, the first of each class before the others;
 * returns the number of classes. */
static uint32_t list_own(work *w, const view *this, uint32_t end, uint32_t *own_count)
{
    const cdn_system *system = w->viewer.pattern->system;
    const holding *held = &w->holdings[this->kind];
    uint32_t count = 0, classes = 0;
    for (uint32_t i = this->first; i < end; i++) {
        uint32_t cell = held->cells[i];
        if (w->kin.class_of[cell] != 0 && !cdn_system_implies(system, this->kind, cell) &&
            cdn_viewer_component(&w->viewer, cell) == this->component)
            w->keys[count++] = (uint64_t)w->kin.class_of[cell] << 32 | cell;
    }
    qsort(w->keys, count, sizeof *w->keys, compare_numbers);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < count; i++) {
            bool starts = i == 0 || w->keys[i] >> 32 != w->keys[i - 1] >> 32;
            if (starts == (pass == 0))
                w->own[pass == 0 ? classes++ : (*own_count)++] = (uint32_t)w->keys[i];
        }
        if (pass == 0)
            *own_count = classes;
    }
    return classes;
}

/* Products with all targets, rather than moving the neighbourhood of each own cell? The vectors for
 * them are made once as much is lost without. */
static bool spans_are_quicker(work *w, uint32_t classes)
{
    const cdn_factor *factor = w->viewer.factor;
    uint64_t moves = classes * (w->viewer.moves / (w->viewer.projections + 1)) * MOVE;
    uint64_t products =
        (uint64_t)classes * (w->spans.target_count + (uint64_t)classes * classes);
    if (products >= moves || cdn_spans_exceed(&w->spans, classes + 1))
        return false;
    uint32_t made = w->spans.vector_count;
    uint64_t making = classes < made ? 0 : (classes + 1 - made) / 2 * STEP;
    w->lost += moves - products;
    return w->lost >= making * ((uint64_t)factor->entry_used + factor->matrix.column_count);
}

/* A found cell stands for all sensitive ones of its class; the contributor may know its own. */
static void list_found(work *w, const uint32_t *holder, uint32_t self)
{
    const uint8_t *marks = w->viewer.pattern->system->marks;
    uint32_t count = w->spans.found_count;
    for (uint32_t i = 0; i < count; i++)
        w->keys[i] = w->kin.class_of[w->spans.found[i]] - 1;
    w->spans.found_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t first = (uint32_t)w->keys[i], end = cdn_kin_end(&w->kin, first);
        for (uint32_t j = first; j < end; j++) {
            uint32_t cell = w->kin.members[j].cell;
            if ((marks[cell] & CDN_CELL_SENSITIVE) && holder[cell] != self)
                w->spans.found[w->spans.found_count++] = cell;
        }
    }
}

static cdn_status look_by_spans(work *w, const view *this, uint32_t self, uint32_t own_count,
                                uint32_t classes, bool *objects, cdn_error *error)
{
    const uint32_t *holder = w->viewer.pattern->system->holder[this->kind];
    if (!cdn_spans_find(&w->spans, w->own, classes))
        return cdn_fail_memory(error);
    list_found(w, holder, self);
    *objects = w->spans.found_count > 0;
    if (!*objects)
        return CDN_OK;
    if (!cdn_spans_solve(&w->spans, w->own, own_count, classes))
        return cdn_fail_memory(error);
    return cdn_viewer_combine(&w->viewer, this->kind, self, w->own, own_count, &w->spans, error);
}

static cdn_status look(work *w, const view *this, cdn_error *error)
{
    const uint32_t *holder = w->viewer.pattern->system->holder[this->kind];
    holding *held = &w->holdings[this->kind];
    uint32_t end = this->first, self = holder[held->cells[this->first]], own_count = 0;
    while (end < held->count && holder[held->cells[end]] == self)
        end++;
    bool objects = false;
    uint32_t classes = list_own(w, this, end, &own_count);
    if (spans_are_quicker(w, classes))
        CDN_TRY(look_by_spans(w, this, self, own_count, classes, &objects, error));
    else
        CDN_TRY(cdn_viewer_look(&w->viewer, this->kind, self, held->cells + this->first,
                                end - this->first, this->component, &objects, error));
    if (objects)
        held->silent[this->first] = 0;
    return CDN_OK;
}

/* Everybody who may object, on the same factor. Who has no cells but of one class in each component
 * is seen with the class. */
static cdn_status object(work *w, cdn_error *error)
{
    const cdn_system *system = w->viewer.pattern->system;
    w->view_used = 0;
    w->lost = 0;
    CDN_TRY(cdn_viewer_prepare(&w->viewer, error));
    if (!cdn_kin_list(&w->kin, system, w->viewer.factor->field, w->viewer.vectors))
        return cdn_fail_memory(error);
    for (uint32_t k = 0; k < system->holder_kinds; k++) {
        if (!view_holding(w, k))
            return cdn_fail_memory(error);
        CDN_TRY(object_by_class(w, k, error));
    }
    list_points(w);
    for (size_t i = 0; i < w->view_used; i++)
        CDN_TRY(look(w, &w->views[i], error));
    return CDN_OK;
}

static void work_release(work *w)
{
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS; k++) {
        cdn_free(w->holdings[k].cells);
        cdn_free(w->holdings[k].silent);
    }
    cdn_kin_release(&w->kin);
    cdn_free(w->first_of);
    cdn_free(w->own);
    cdn_free(w->keys);
    cdn_spans_release(&w->spans);
    cdn_free(w->views);
    cdn_viewer_release(&w->viewer);
}

static uint32_t withheld(const cdn_pattern *pattern)
{
    uint32_t count = 0;
    for (uint32_t f = 0; f < pattern->system->figure_count; f++)
        count += pattern->withheld[f];
    return count;
}

cdn_status cdn_views_protect(cdn_pattern *pattern, cdn_factor *factor, uint32_t *added,
                             cdn_error *error)
{
    work w = {.view_used = 0};
    uint32_t before = withheld(pattern);
    cdn_status status = cdn_viewer_init(&w.viewer, pattern, factor, error);
    if (status == CDN_OK && !work_init(&w))
        status = cdn_fail_memory(error);
    for (bool settled = false; status == CDN_OK && !settled;) {
        status = object(&w, error);
        settled = w.viewer.late_count == 0; /* each objection has withheld something, or may
                                               stand */
        if (status == CDN_OK)
            status = cdn_viewer_catch_up(&w.viewer, error);
    }
    if (added != NULL)
        *added = withheld(pattern) - before;
    work_release(&w);
    return status;
}
