/* certify.c - break each exposing combination of equations at its cheapest cell.
 *
 * An exposed cell comes with a certificate: multiples of equations whose sum
 * holds no other unknown cell. Only a published cell with a non-zero
 * coefficient in that sum can break it, so when all of those are known, nothing
 * can be done; and when all that are left are marked keep, one of them must go.
 * The factor takes each choice in at once, so a cell that an earlier choice has
 * freed is seen to be free and gets no secondary of its own.
 *
 * A choice that would be determined itself frees nobody alone. Where only such
 * are left several are needed together: the cheapest are taken, twice as many
 * in each round, and the prune gives back those that were not the ones. Many
 * would make the steps of the factor dense, so the round ends with a new one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/certify.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "protect/propagate.h"

#define LONE 1u
#define KEPT 2u
#define FEW 16u
#define SOME 64u
#define MANY 128u
#define LARGEST_BURST (UINT32_C(1) << 20)

/* With more cells than MOST_EXPOSED at first, the first round takes FIRST_BURST at once. */
#define MOST_EXPOSED 1024u
#define FIRST_BURST 16u

typedef struct choice {
    uint64_t cost;
    uint32_t cell;
    uint32_t rank; /* LONE: it would be determined itself; KEPT: marked keep */
} choice;

typedef struct work {
    cdn_pattern *pattern;
    cdn_factor *factor;
    uint64_t (*vectors)[2];
    uint64_t *slack;   /* per cell: see cdn_factor_slack */
    uint64_t *sum;     /* per cell: coefficient in the combination */
    uint32_t *touched; /* cells whose sum may be non-zero */
    uint8_t *held;
    uint32_t count;
    choice *choices;
    uint32_t choice_count;
    uint32_t *late; /* cells withheld that the factor does not have yet */
    uint32_t late_count;
    uint64_t *responses; /* per cell: see cdn_factor_respond, to the first `answered` late cells */
    uint32_t answered;
} work;

/* The part of the combination in factor->column outside the factor. */
static void combine(work *w)
{
    const cdn_system *system = w->factor->system;
    const cdn_sparse *column = &w->factor->column;
    cdn_prime field = w->factor->field;
    w->count = 0;
    for (uint32_t i = 0; i < column->count; i++) {
        uint32_t equation = column->members[i];
        uint64_t multiple = column->values[equation];
        for (uint32_t j = system->equation_start[equation];
             j < system->equation_start[equation + 1]; j++) {
            uint32_t cell = system->equation_cell[j];
            if (w->factor->active[cell] || (system->marks[cell] & CDN_CELL_KNOWN))
                continue;
            if (!w->held[cell]) {
                w->held[cell] = 1;
                w->touched[w->count++] = cell;
                w->sum[cell] = 0;
            }
            uint64_t minus =
                cdn_prime_negate(field, cdn_field_from_int(field, system->equation_coefficient[j]));
            w->sum[cell] = cdn_prime_deduct(field, w->sum[cell], minus, multiple);
        }
    }
    for (uint32_t i = 0; i < w->count; i++)
        w->held[w->touched[i]] = 0;
}

/* First thing first: kept cells come last, then those that would be determined, then the cost. */
static int compare_choices(const void *left, const void *right)
{
    const choice *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    return a->cell < b->cell ? -1 : a->cell > b->cell;
}

/* The cells that can break the certificate, best first; false when one that was withheld since the
 * factor was made breaks it already. */
static bool list_choices(work *w)
{
    const uint8_t *marks = w->factor->system->marks;
    w->choice_count = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t cell = w->touched[i];
        if (w->sum[cell] == 0)
            continue;
        if (cdn_pattern_unknown(w->pattern, cell))
            return false;
        uint32_t rank = (marks[cell] & CDN_CELL_KEEP) ? KEPT : 0;
        rank |= w->slack[cell] != 0 ? LONE : 0;
        w->choices[w->choice_count++] = (choice){cdn_pattern_outlook(w->pattern, cell), cell, rank};
    }
    qsort(w->choices, w->choice_count, sizeof *w->choices, compare_choices);
    return true;
}

/* Against the cell's certificate, if it is still determined: the cheapest cell that enlarges the
 * null space, which frees it at once; when there is none, the `burst` cheapest ones. */
static cdn_status protect_cell(work *w, uint32_t cell, uint32_t burst, cdn_error *error)
{
    if (w->late_count > 2 * w->answered + FEW) {
        CDN_TRY(cdn_factor_respond(w->factor, w->late, w->late_count, w->responses, error));
        w->answered = w->late_count;
    }
    if ((w->answered > 0 && w->responses[cell] != 0) || !cdn_factor_determines(w->factor, cell))
        return CDN_OK;
    combine(w);
    if (!list_choices(w))
        return CDN_OK;
    if (w->choice_count == 0) {
        return cdn_fail(error, CDN_E_REFUSED,
                        "cell %u is sensitive, and cells that everybody knows determine it: "
                        "withholding cannot protect it",
                        cell);
    }
    bool lone = (w->choices[0].rank & LONE) != 0;
    for (uint32_t i = 0; i < (lone ? burst : 1) && i < w->choice_count; i++) {
        if ((w->choices[i].rank & KEPT) != (w->choices[0].rank & KEPT))
            break;
        cdn_pattern_withhold(w->pattern, w->choices[i].cell);
        for (uint32_t j = 0; j < w->pattern->changed.count; j++) {
            if (lone)
                w->late[w->late_count++] = w->pattern->changed.cells[j];
            else
                CDN_TRY(cdn_factor_add_cell(w->factor, w->pattern->changed.cells[j], error));
        }
    }
    return CDN_OK;
}

/* The factor takes in what the last round withheld: some by themselves, many by starting anew. More
 * than some get company first, lest they be determined where they are alone in an equation. */
static cdn_status catch_up(work *w, cdn_error *error)
{
    if (w->late_count > SOME)
        CDN_TRY(cdn_propagate_to(w->pattern, w->late, &w->late_count, error));
    if (w->late_count > MANY) {
        cdn_prime field = w->factor->field;
        cdn_factor_release(w->factor);
        CDN_TRY(cdn_factor_init(w->factor, w->pattern, field, error));
    }
    for (uint32_t i = 0; i < w->late_count; i++)
        CDN_TRY(cdn_factor_add_cell(w->factor, w->late[i], error));
    w->late_count = 0;
    w->answered = 0;
    return CDN_OK;
}

/* One round over the exposed cells; *exposed counts them. */
static cdn_status protect_round(work *w, uint32_t burst, uint32_t *exposed, cdn_error *error)
{
    const cdn_system *system = w->pattern->system;
    *exposed = 0;
    CDN_TRY(catch_up(w, error));
    cdn_factor_null_vectors(w->factor, CDN_FACTOR_SEED, w->vectors);
    for (uint32_t c = 0; c < system->cell_count; c++) {
        if (!(system->marks[c] & CDN_CELL_SENSITIVE) || w->vectors[c][0] != 0 ||
            w->vectors[c][1] != 0)
            continue;
        if ((*exposed)++ == 0)
            CDN_TRY(cdn_factor_slack(w->factor, CDN_FACTOR_SEED, w->slack, error));
        CDN_TRY(protect_cell(w, c, burst, error));
    }
    return CDN_OK;
}

cdn_status cdn_certify_count(const cdn_factor *factor, uint32_t *exposed, cdn_error *error)
{
    const cdn_system *system = factor->system;
    uint64_t (*vectors)[2] = cdn_alloc(system->cell_count, sizeof *vectors);
    if (vectors == NULL)
        return cdn_fail_memory(error);
    cdn_factor_null_vectors(factor, CDN_FACTOR_SEED, vectors);
    *exposed = 0;
    for (uint32_t c = 0; c < system->cell_count; c++)
        *exposed += (system->marks[c] & CDN_CELL_SENSITIVE) && vectors[c][0] == 0 &&
                    vectors[c][1] == 0;
    cdn_free(vectors);
    return CDN_OK;
}

cdn_status cdn_certify(cdn_pattern *pattern, cdn_factor *factor, uint32_t *rounds, cdn_error *error)
{
    uint32_t cells = pattern->system->cell_count;
    work w = {.pattern = pattern, .factor = factor};
    w.vectors = cdn_alloc(cells, sizeof *w.vectors);
    w.slack = cdn_alloc(cells, sizeof *w.slack);
    w.sum = cdn_alloc(cells, sizeof *w.sum);
    w.touched = cdn_alloc(cells, sizeof *w.touched);
    w.held = cdn_alloc(cells, sizeof *w.held);
    w.choices = cdn_alloc(cells, sizeof *w.choices);
    w.responses = cdn_alloc(cells, sizeof *w.responses);
    w.late = cdn_alloc(cells, sizeof *w.late);
    cdn_status status = CDN_OK;
    if (w.vectors == NULL || w.slack == NULL || w.sum == NULL || w.touched == NULL ||
        w.held == NULL || w.choices == NULL || w.late == NULL || w.responses == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    uint32_t exposed = 0;
    status = cdn_certify_count(factor, &exposed, error);
    uint32_t burst = exposed > MOST_EXPOSED ? FIRST_BURST : 1;
    for (uint32_t before = CDN_NONE; status == CDN_OK && before > 0; ++*rounds) {
        status = protect_round(&w, burst, &exposed, error);
        uint32_t times = exposed > before / 2 ? 4 : 2; /* where the last did little, more */
        burst = burst < LARGEST_BURST ? burst * times : burst;
        before = exposed;
    }
done:
    cdn_free(w.vectors);
    cdn_free(w.slack);
    cdn_free(w.sum);
    cdn_free(w.touched);
    cdn_free(w.held);
    cdn_free(w.choices);
    cdn_free(w.late);
    cdn_free(w.responses);
    return status;
}
