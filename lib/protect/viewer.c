/* viewer.c - fix a contributor's cells, look for what became zero, break what says so.
 *
 * Fixing a cell moves the two random vectors along one sparse null vector, so a
 * view costs the neighbourhood of its cells. What was taken from each fixed
 * cell is kept (links), so that the certificate of an exposed cell can be
 * traced to the equations through the fixed cells; these drop out of it, being
 * known. Choices are as against everybody (certify.c): a visible cell in the
 * certificate, one that enlarges the null space of the view before one that
 * would only be determined itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/viewer.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
#include "protect/baseline.h"
#include "protect/propagate.h"

#define LONE 1u
#define KEPT 2u
#define FEW 16u /* cells to take in one by one */
#define SHARE 4096u /* and one more for as many cells of the system */
/* So many certificates of a view that cells withheld in the round break already, and the rest can
 * wait for the next. */
#define MOST_STALE 16u
#define LARGEST_BURST (UINT32_C(1) << 20)

struct cdn_choice {
    uint64_t cost;
    uint32_t cell;
    uint32_t rank; /* LONE: it would be determined itself; KEPT: marked keep */
};

/* The row of the pivot is its inverse times (a fixed cell less the links up to those of the
 * next). */
struct cdn_viewer_fix {
    size_t first_link;
    uint32_t pivot;
};

struct cdn_viewer_link {
    uint64_t multiple;
    uint32_t pivot;
};

/* --- components ------------------------------------------------------------------------------- */

static uint32_t find_root(cdn_viewer *v, uint32_t equation)
{
    while (v->parents[equation] != equation) {
        v->parents[equation] = v->parents[v->parents[equation]];
        equation = v->parents[equation];
    }
    return equation;
}

uint32_t cdn_viewer_component(cdn_viewer *viewer, uint32_t cell)
{
    const cdn_incidence *equations = &viewer->pattern->equations;
    uint32_t first = equations->start[cell];
    return first == equations->start[cell + 1] ? CDN_NONE
                                               : find_root(viewer, equations->items[first]);
}

/* The smaller number leads: the answer does not depend on the order. */
static void join_equations(cdn_viewer *v, uint32_t cell)
{
    const cdn_incidence *equations = &v->pattern->equations;
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++) {
        uint32_t a = find_root(v, equations->items[equations->start[cell]]);
        uint32_t b = find_root(v, equations->items[i]);
        if (a < b)
            v->parents[b] = a;
        else
            v->parents[a] = b;
    }
}

/* --- life ------------------------------------------------------------------------------------- */

static bool sums_init(cdn_sums *sums, uint32_t cells)
{
    sums->values = cdn_alloc(cells, sizeof *sums->values);
    sums->touched = cdn_alloc(cells, sizeof *sums->touched);
    sums->held = cdn_alloc(cells, sizeof *sums->held);
    return sums->values != NULL && sums->touched != NULL && sums->held != NULL;
}

static void sums_release(cdn_sums *sums)
{
    cdn_free(sums->values);
    cdn_free(sums->touched);
    cdn_free(sums->held);
}

static void sums_clear(cdn_sums *sums)
{
    for (uint32_t i = 0; i < sums->count; i++) {
        sums->values[sums->touched[i]] = 0;
        sums->held[sums->touched[i]] = 0;
    }
    sums->count = 0;
}

cdn_status cdn_viewer_init(cdn_viewer *viewer, cdn_pattern *pattern, cdn_factor *factor,
                           cdn_error *error)
{
    const cdn_system *system = pattern->system;
    uint32_t cells = system->cell_count;
    cdn_viewer *v = viewer;
    *v = (cdn_viewer){.pattern = pattern, .factor = factor, .burst = 1};
    v->vectors = cdn_alloc(cells, sizeof *v->vectors);
    v->parents = cdn_alloc(system->equation_count, sizeof *v->parents);
    v->fixes = cdn_alloc(cells, sizeof *v->fixes);
    v->idle = cdn_alloc(cells, sizeof *v->idle);
    v->saved = cdn_alloc(cells, sizeof *v->saved);
    v->moved = cdn_alloc(cells, sizeof *v->moved);
    v->opening = cdn_alloc(cells, sizeof *v->opening);
    v->slack = cdn_alloc(cells, sizeof *v->slack);
    v->choices = cdn_alloc(cells, sizeof *v->choices);
    v->late = cdn_alloc(cells, sizeof *v->late);
    v->responses = cdn_alloc(cells, sizeof *v->responses);
    if (v->vectors == NULL || v->parents == NULL || v->fixes == NULL || v->idle == NULL ||
        v->saved == NULL || v->moved == NULL || v->opening == NULL || v->slack == NULL ||
        v->choices == NULL || v->late == NULL || v->responses == NULL ||
        !sums_init(&v->sum, cells) || !sums_init(&v->relation, cells))
        return cdn_fail_memory(error);
    for (uint32_t e = 0; e < system->equation_count; e++)
        v->parents[e] = e;
    for (uint32_t c = 0; c < cells; c++) {
        if (cdn_pattern_unknown(pattern, c))
            join_equations(v, c);
    }
    return CDN_OK;
}

void cdn_viewer_release(cdn_viewer *viewer)
{
    cdn_free(viewer->vectors);
    cdn_free(viewer->parents);
    cdn_free(viewer->fixes);
    cdn_free(viewer->links);
    cdn_free(viewer->idle);
    cdn_free(viewer->saved);
    cdn_free(viewer->moved);
    cdn_free(viewer->opening);
    cdn_free(viewer->slack);
    cdn_free(viewer->choices);
    cdn_free(viewer->late);
    cdn_free(viewer->responses);
    sums_release(&viewer->sum);
    sums_release(&viewer->relation);
    *viewer = (cdn_viewer){0};
}

/* --- opening and closing a view --------------------------------------------------------------- */

static bool is_zero(const cdn_viewer *v, uint32_t cell)
{
    return v->vectors[cell][0] == 0 && v->vectors[cell][1] == 0;
}

/* Keeps what was taken from the last reduced cell. */
static bool link_multiplier(cdn_viewer *v)
{
    const cdn_sparse *multiplier = &v->factor->multiplier;
    if (v->link_room - v->link_used < multiplier->count) {
        size_t room = 2 * v->link_room + multiplier->count + 256;
        struct cdn_viewer_link *links = cdn_resize(v->links, room, sizeof *links);
        if (links == NULL)
            return false;
        v->links = links;
        v->link_room = room;
    }
    for (uint32_t i = 0; i < multiplier->count; i++) {
        uint32_t pivot = multiplier->members[i];
        if (multiplier->values[pivot] != 0)
            v->links[v->link_used++] =
                (struct cdn_viewer_link){multiplier->values[pivot], pivot};
    }
    return true;
}

/* Both vectors become zero at the cell, along factor->row; the responses move with them. */
static void project(cdn_viewer *v, uint32_t cell)
{
    cdn_prime field = v->factor->field;
    const cdn_sparse *along = &v->factor->row;
    uint64_t inverse = cdn_prime_inverse(field, along->values[cell]);
    v->moves += along->count;
    v->projections++;
    uint64_t first = cdn_prime_multiply(field, v->vectors[cell][0], inverse);
    uint64_t second = cdn_prime_multiply(field, v->vectors[cell][1], inverse);
    uint64_t answer = v->answered > 0 ? cdn_prime_multiply(field, v->responses[cell], inverse) : 0;
    for (uint32_t i = 0; i < along->count; i++) {
        uint32_t other = along->members[i];
        uint64_t value = along->values[other];
        if (value == 0)
            continue;
        uint64_t *vector = v->vectors[other];
        if (v->opening[other] != v->openings) {
            v->opening[other] = v->openings;
            v->saved[v->moved_count][0] = vector[0];
            v->saved[v->moved_count][1] = vector[1];
            v->saved[v->moved_count][2] = v->responses[other];
            v->moved[v->moved_count++] = other;
        }
        vector[0] = cdn_prime_deduct(field, vector[0], first, value);
        vector[1] = cdn_prime_deduct(field, vector[1], second, value);
        if (answer != 0)
            v->responses[other] = cdn_prime_deduct(field, v->responses[other], answer, value);
    }
}

static cdn_status open_view(cdn_viewer *v, const uint32_t *own, uint32_t own_count,
                            uint32_t component, cdn_error *error)
{
    v->openings++;
    v->fix_count = v->idle_count = v->moved_count = 0;
    v->link_used = 0;
    for (uint32_t i = 0; i < own_count; i++) {
        uint32_t cell = own[i];
        if (!cdn_pattern_unknown(v->pattern, cell) ||
            cdn_viewer_component(v, cell) != component)
            continue;
        if (is_zero(v, cell)) {
            v->idle[v->idle_count++] = cell;
            continue;
        }
        CDN_TRY(cdn_factor_fix(v->factor, cell, error));
        if (v->factor->row.count == 0)
            continue;
        v->fixes[v->fix_count++] =
            (struct cdn_viewer_fix){v->link_used, v->factor->pivot_count - 1};
        if (!link_multiplier(v))
            return cdn_fail_memory(error);
        project(v, cell);
    }
    return CDN_OK;
}

static void close_view(cdn_viewer *v)
{
    for (uint32_t i = 0; i < v->fix_count; i++)
        cdn_factor_unfix(v->factor);
    for (uint32_t i = 0; i < v->moved_count; i++) {
        v->vectors[v->moved[i]][0] = v->saved[i][0];
        v->vectors[v->moved[i]][1] = v->saved[i][1];
        v->responses[v->moved[i]] = v->saved[i][2];
    }
}

static bool is_exposed(const cdn_viewer *v, uint32_t cell)
{
    return (v->pattern->system->marks[cell] & CDN_CELL_SENSITIVE) != 0 &&
           v->holder[cell] != v->self && is_zero(v, cell);
}

/* --- certificates ----------------------------------------------------------------------------- */

static void deduct_link(cdn_viewer *v, const struct cdn_viewer_link *link, uint64_t multiple)
{
    cdn_sparse *multiplier = &v->factor->multiplier;
    uint32_t pivot = link->pivot;
    if (!multiplier->held[pivot]) {
        multiplier->held[pivot] = 1;
        multiplier->members[multiplier->count++] = pivot;
    }
    multiplier->values[pivot] =
        cdn_prime_deduct(v->factor->field, multiplier->values[pivot], link->multiple, multiple);
}

static void deduct_links(cdn_viewer *v, size_t first, size_t end, uint64_t multiple)
{
    for (size_t l = first; l < end; l++)
        deduct_link(v, &v->links[l], multiple);
}

/* Through the fixed cells, last first, to the equations: factor->column. */
static void trace_view(cdn_viewer *v)
{
    cdn_prime field = v->factor->field;
    cdn_sparse *multiplier = &v->factor->multiplier;
    size_t end = v->link_used;
    for (uint32_t i = v->fix_count; i-- > 0; end = v->fixes[i].first_link) {
        const struct cdn_viewer_fix *fix = &v->fixes[i];
        uint64_t multiple = multiplier->values[fix->pivot];
        if (multiple == 0)
            continue;
        multiplier->values[fix->pivot] = 0;
        multiple = cdn_prime_multiply(field, multiple, v->factor->pivots[fix->pivot].inverse);
        deduct_links(v, fix->first_link, end, multiple);
    }
    cdn_factor_trace(v->factor);
}

/* Adds `weight` times the combination in factor->column, as far as it is outside the factor. */
static void add_outside(cdn_viewer *v, cdn_sums *sums, uint64_t weight)
{
    const cdn_system *system = v->pattern->system;
    const cdn_sparse *column = &v->factor->column;
    cdn_prime field = v->factor->field;
    for (uint32_t i = 0; i < column->count; i++) {
        uint32_t e = column->members[i];
        uint64_t multiple = cdn_prime_multiply(field, column->values[e], weight);
        for (uint32_t j = system->equation_start[e]; j < system->equation_start[e + 1]; j++) {
            uint32_t cell = system->equation_cell[j];
            v->spent++;
            if (v->factor->active[cell] || (system->marks[cell] & CDN_CELL_COMMON) ||
                v->holder[cell] == v->self)
                continue;
            if (!sums->held[cell]) {
                sums->held[cell] = 1;
                sums->touched[sums->count++] = cell;
            }
            uint64_t minus =
                cdn_prime_negate(field, cdn_field_from_int(field, system->equation_coefficient[j]));
            sums->values[cell] = cdn_prime_deduct(field, sums->values[cell], minus, multiple);
        }
    }
}

/* Keeps `weight` times the last reduced cell among the links, for deduct_links. */
static bool link_share(cdn_viewer *v, uint64_t weight)
{
    size_t first = v->link_used;
    if (!link_multiplier(v))
        return false;
    for (size_t l = first; l < v->link_used; l++)
        v->links[l].multiple =
            cdn_prime_multiply(v->factor->field, v->links[l].multiple, weight);
    return true;
}

static uint64_t weight_of(const cdn_viewer *v, uint32_t cell)
{
    return 1 + cdn_mix64(CDN_FACTOR_SEED - cell) % (v->factor->field.prime - 1);
}

/* What the view's own cells say of each other, at random: a cell in it would be determined. All of
 * it is added up before it is traced, once. */
static bool relate_own_cells(cdn_viewer *v)
{
    size_t first = v->link_used;
    sums_clear(&v->relation);
    for (uint32_t i = 0; i < v->idle_count; i++)
        if (cdn_factor_reduce(v->factor, v->idle[i]) &&
            !link_share(v, weight_of(v, v->idle[i])))
            return false;
    size_t end = v->link_used;
    v->link_used = first;
    cdn_factor_begin(v->factor);
    deduct_links(v, first, end, 1);
    trace_view(v);
    add_outside(v, &v->relation, 1);
    return true;
}

static int compare_choices(const void *left, const void *right)
{
    const cdn_choice *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    return a->cell < b->cell ? -1 : a->cell > b->cell;
}

/* The cells that can break the certificate, best first; false when one that was withheld since the
 * view was opened breaks it already. */
static bool list_choices(cdn_viewer *v)
{
    const uint8_t *marks = v->pattern->system->marks;
    v->choice_count = 0;
    v->blamed = false;
    for (uint32_t i = 0; i < v->sum.count; i++) {
        uint32_t cell = v->sum.touched[i];
        if (v->sum.values[cell] == 0)
            continue;
        if (cdn_pattern_unknown(v->pattern, cell))
            return false;
        v->blamed = true;
        if (marks[cell] & CDN_CELL_KNOWN)
            continue;
        uint32_t rank = (marks[cell] & CDN_CELL_KEEP) ? KEPT : 0;
        rank |= v->slack[cell] != 0 || v->relation.values[cell] != 0 ? LONE : 0;
        v->choices[v->choice_count++] =
            (cdn_choice){cdn_pattern_outlook(v->pattern, cell), cell, rank};
    }
    qsort(v->choices, v->choice_count, sizeof *v->choices, compare_choices);
    return true;
}

/* The certificate needs cells that are always published; without them there may be another. */
static cdn_status blame(cdn_viewer *v, uint32_t cell, cdn_error *error)
{
    CDN_TRY(cdn_baseline_knows(v->pattern->system, v->holder, v->self, cell, &v->excused, error));
    if (v->excused)
        return CDN_OK;
    return cdn_fail(error, CDN_E_REFUSED,
                    "cell %u is sensitive, and a contributor who is alone in other cells can work "
                    "it out with what is always published: withholding cannot protect it", cell);
}

/* Withholds against the combination of equations whose multiples are in factor->multiplier. */
static cdn_status break_certificate(cdn_viewer *v, uint32_t cell, cdn_error *error)
{
    v->excused = false;
    trace_view(v);
    sums_clear(&v->sum);
    add_outside(v, &v->sum, 1);
    if (!list_choices(v)) {
        v->stale++;
        return CDN_OK;
    }
    v->excused = !v->blamed;
    if (v->excused)
        return CDN_OK;
    if (v->choice_count == 0)
        return blame(v, cell, error);
    uint32_t best = v->choices[0].rank;
    for (uint32_t i = 0; i < ((best & LONE) ? v->burst : 1) && i < v->choice_count; i++) {
        if ((v->choices[i].rank & KEPT) != (best & KEPT))
            break;
        cdn_pattern_withhold(v->pattern, v->choices[i].cell);
        for (uint32_t j = 0; j < v->pattern->changed.count; j++)
            v->late[v->late_count++] = v->pattern->changed.cells[j];
    }
    return CDN_OK;
}

static cdn_status protect_cell(cdn_viewer *v, uint32_t cell, cdn_error *error)
{
    return cdn_factor_reduce(v->factor, cell) ? break_certificate(v, cell, error) : CDN_OK;
}

/* What the cells withheld in the round break already: see cdn_factor_respond. Anew when there are
 * many more of them, or when certificates have cost as much since. */
static cdn_status answer(cdn_viewer *v, cdn_error *error)
{
    uint64_t price = (uint64_t)v->factor->entry_used + v->factor->step_used;
    if (v->late_count == v->answered ||
        (v->late_count <= 2 * v->answered + FEW && v->spent < price))
        return CDN_OK;
    v->spent = 0;
    v->answered = v->late_count;
    return cdn_factor_respond(v->factor, v->late, v->late_count, v->responses, error);
}

cdn_status cdn_viewer_look(cdn_viewer *viewer, uint32_t kind, uint32_t self, const uint32_t *own,
                           uint32_t own_count, uint32_t component, bool *objects, cdn_error *error)
{
    viewer->holder = viewer->pattern->system->holder[kind];
    viewer->self = self;
    *objects = false;
    CDN_TRY(answer(viewer, error));
    CDN_TRY(open_view(viewer, own, own_count, component, error));
    viewer->stale = 0;
    bool related = false;
    for (uint32_t i = 0; i < viewer->moved_count && viewer->stale < MOST_STALE; i++) {
        if (!is_exposed(viewer, viewer->moved[i]))
            continue;
        *objects = true;
        if (viewer->answered > 0 && viewer->responses[viewer->moved[i]] != 0)
            continue;
        if (!related && !relate_own_cells(viewer))
            return cdn_fail_memory(error);
        related = true;
        CDN_TRY(protect_cell(viewer, viewer->moved[i], error));
    }
    close_view(viewer);
    return CDN_OK;
}

cdn_status cdn_viewer_divide(cdn_viewer *viewer, uint32_t kind, uint32_t own, uint32_t cell,
                             cdn_error *error)
{
    cdn_viewer *v = viewer;
    cdn_prime field = v->factor->field;
    v->holder = v->pattern->system->holder[kind];
    v->self = v->holder[own];
    v->excused = false;
    const uint64_t *over = v->vectors[cell], *under = v->vectors[own];
    unsigned place = under[0] != 0 ? 0 : 1;
    uint64_t multiple = cdn_prime_multiply(field, over[place],
                                           cdn_prime_inverse(field, under[place]));
    CDN_TRY(answer(v, error));
    if (v->answered > 0 &&
        cdn_prime_deduct(field, v->responses[cell], v->responses[own], multiple) != 0)
        return CDN_OK;
    v->fix_count = 0;
    v->link_used = 0;
    sums_clear(&v->relation);
    (void)cdn_factor_reduce(v->factor, own);
    if (!link_multiplier(v))
        return cdn_fail_memory(error);
    (void)cdn_factor_reduce(v->factor, cell);
    deduct_links(v, 0, v->link_used, multiple);
    return break_certificate(v, cell, error);
}

/* factor->multiplier becomes that of a cell less what it takes of the own cells, by their links. */
static void combine(cdn_viewer *v, uint32_t cell, uint32_t own_count, const cdn_spans *spans,
                    uint32_t column)
{
    (void)cdn_factor_reduce(v->factor, cell);
    for (uint32_t i = 0; i < own_count; i++) {
        uint64_t multiple = cdn_spans_coefficient(spans, i, column);
        size_t end = i + 1 < own_count ? v->fixes[i + 1].first_link : v->link_used;
        if (multiple != 0)
            deduct_links(v, v->fixes[i].first_link, end, multiple);
    }
}

/* Does a cell withheld in this round break the combination already? */
static bool is_answered(const cdn_viewer *v, uint32_t cell, const uint32_t *own, uint32_t own_count,
                        const cdn_spans *spans, uint32_t column)
{
    cdn_prime field = v->factor->field;
    uint64_t left = v->answered > 0 ? v->responses[cell] : 0;
    for (uint32_t i = 0; v->answered > 0 && i < own_count; i++)
        left = cdn_prime_deduct(field, left, v->responses[own[i]],
                                cdn_spans_coefficient(spans, i, column));
    return left != 0;
}

/* As relate_own_cells. */
static bool relate_by_spans(cdn_viewer *v, const uint32_t *own, uint32_t own_count,
                            const cdn_spans *spans)
{
    cdn_prime field = v->factor->field;
    size_t first = v->link_used;
    sums_clear(&v->relation);
    for (uint32_t j = 0; j < own_count; j++) {
        if (spans->pivots[j] != CDN_NONE)
            continue;
        (void)cdn_factor_reduce(v->factor, own[j]);
        if (!link_share(v, weight_of(v, own[j])))
            return false;
    }
    size_t end = v->link_used;
    v->link_used = first;
    cdn_factor_begin(v->factor);
    deduct_links(v, first, end, cdn_prime_negate(field, 1));
    for (uint32_t i = 0; i < own_count; i++) {
        uint64_t taken = 0;
        for (uint32_t j = 0; j < own_count; j++)
            if (spans->pivots[j] == CDN_NONE)
                taken = cdn_prime_deduct(field, taken, cdn_spans_coefficient(spans, i, j),
                                         cdn_prime_negate(field, weight_of(v, own[j])));
        deduct_links(v, v->fixes[i].first_link,
                     i + 1 < own_count ? v->fixes[i + 1].first_link : first, taken);
    }
    cdn_factor_trace(v->factor);
    add_outside(v, &v->relation, 1);
    return true;
}

cdn_status cdn_viewer_combine(cdn_viewer *viewer, uint32_t kind, uint32_t self,
                              const uint32_t *own, uint32_t count, const cdn_spans *spans,
                              cdn_error *error)
{
    cdn_viewer *v = viewer;
    bool related = false;
    v->holder = v->pattern->system->holder[kind];
    v->self = self;
    v->fix_count = 0;
    v->link_used = 0;
    for (uint32_t i = 0; i < count; i++) {
        v->fixes[i].first_link = v->link_used;
        if (spans->pivots[i] == CDN_NONE)
            continue;
        (void)cdn_factor_reduce(v->factor, own[i]);
        if (!link_multiplier(v))
            return cdn_fail_memory(error);
    }
    v->stale = 0;
    for (uint32_t j = 0; j < spans->found_count && v->stale < MOST_STALE; j++) {
        uint32_t cell = spans->found[j];
        CDN_TRY(answer(v, error));
        if (is_answered(v, cell, own, count, spans, count + j)) {
            v->stale++;
            continue;
        }
        if (!related && !relate_by_spans(v, own, count, spans))
            return cdn_fail_memory(error);
        related = true;
        combine(v, cell, count, spans, count + j);
        CDN_TRY(break_certificate(v, cell, error));
    }
    return CDN_OK;
}

cdn_status cdn_viewer_catch_up(cdn_viewer *viewer, cdn_error *error)
{
    cdn_viewer *v = viewer;
    if (v->late_count > 0)
        CDN_TRY(cdn_propagate_to(v->pattern, v->late, &v->late_count, error));
    if (v->late_count > FEW + v->pattern->system->cell_count / SHARE) {
        cdn_prime field = v->factor->field;
        cdn_factor_release(v->factor);
        CDN_TRY(cdn_factor_init(v->factor, v->pattern, field, error));
    }
    for (uint32_t i = 0; i < v->late_count; i++) {
        CDN_TRY(cdn_factor_add_cell(v->factor, v->late[i], error));
        join_equations(v, v->late[i]);
    }
    v->late_count = v->answered = 0;
    v->burst = v->burst < LARGEST_BURST ? v->burst * 2 : v->burst;
    return CDN_OK;
}

cdn_status cdn_viewer_prepare(cdn_viewer *viewer, cdn_error *error)
{
    cdn_factor_null_vectors(viewer->factor, CDN_FACTOR_SEED, viewer->vectors);
    return cdn_factor_slack(viewer->factor, CDN_FACTOR_SEED, viewer->slack, error);
}
