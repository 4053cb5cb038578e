/* certify.c - break each exposing combination of equations at its cheapest cell.
 *
 * An exposed cell comes with a certificate: multiples of equations whose sum
 * holds no other unknown cell. Only a published cell with a non-zero
 * coefficient in that sum can break it, so when all of those are known, nothing
 * can be done; and when all that are left are marked keep, one of them must go.
 * The factor takes each choice in at once, so a cell that an earlier choice has
 * freed is seen to be free and gets no secondary of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/certify.h"

#include "core/alloc.h"
#include "core/fail.h"

typedef struct work {
    cdn_pattern *pattern;
    cdn_factor *factor;
    uint64_t *sum;     /* per cell: coefficient in the combination */
    uint32_t *touched; /* cells whose sum may be non-zero */
    uint8_t *held;
    uint32_t count;
} work;

/* The visible part of the combination in factor->column. */
static void combine(work *w)
{
    const cdn_system *system = w->factor->system;
    const cdn_sparse *column = &w->factor->column;
    cdn_field field = w->factor->field;
    w->count = 0;
    for (uint32_t i = 0; i < column->count; i++) {
        uint32_t equation = column->members[i];
        uint64_t multiple = column->values[equation];
        for (uint32_t j = system->equation_start[equation];
             j < system->equation_start[equation + 1]; j++) {
            uint32_t cell = system->equation_cell[j];
            if (!cdn_pattern_can_withhold(w->pattern, cell))
                continue;
            if (!w->held[cell]) {
                w->held[cell] = 1;
                w->touched[w->count++] = cell;
                w->sum[cell] = 0;
            }
            uint64_t minus =
                cdn_field_negate(field, cdn_field_from_int(field, system->equation_coefficient[j]));
            w->sum[cell] = cdn_field_deduct(field, w->sum[cell], minus, multiple);
        }
    }
    for (uint32_t i = 0; i < w->count; i++)
        w->held[w->touched[i]] = 0;
}

static uint32_t cheapest_cell(const work *w)
{
    const uint8_t *marks = w->factor->system->marks;
    uint32_t best = CDN_NONE;
    bool best_keep = false;
    uint64_t best_cost = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t cell = w->touched[i];
        bool keep = (marks[cell] & CDN_CELL_KEEP) != 0;
        if (w->sum[cell] == 0 || (best != CDN_NONE && keep && !best_keep))
            continue;
        uint64_t cost = cdn_pattern_cell_cost(w->pattern, cell);
        bool better = best == CDN_NONE || keep != best_keep || cost < best_cost ||
                      (cost == best_cost && cell < best);
        if (better) {
            best = cell;
            best_keep = keep;
            best_cost = cost;
        }
    }
    return best;
}

static cdn_status protect_cell(work *w, uint32_t cell, uint32_t *withheld, cdn_error *error)
{
    while (cdn_factor_determines(w->factor, cell)) {
        combine(w);
        uint32_t company = cheapest_cell(w);
        if (company == CDN_NONE) {
            return cdn_fail(error, CDN_E_REFUSED,
                            "cell %u is sensitive, and cells that everybody knows determine it: "
                            "withholding cannot protect it",
                            cell);
        }
        cdn_pattern_withhold(w->pattern, company);
        ++*withheld;
        for (uint32_t i = 0; i < w->pattern->changed.count; i++)
            CDN_TRY(cdn_factor_add_cell(w->factor, w->pattern->changed.cells[i], error));
    }
    return CDN_OK;
}

cdn_status cdn_certify(cdn_pattern *pattern, cdn_factor *factor, uint32_t *withheld,
                       cdn_error *error)
{
    const cdn_system *system = pattern->system;
    uint32_t cells = system->cell_count;
    work w = {.pattern = pattern, .factor = factor};
    uint64_t(*vectors)[2] = cdn_alloc(cells, sizeof *vectors);
    w.sum = cdn_alloc(cells, sizeof *w.sum);
    w.touched = cdn_alloc(cells, sizeof *w.touched);
    w.held = cdn_alloc(cells, sizeof *w.held);
    cdn_status status = CDN_OK;
    if (vectors == NULL || w.sum == NULL || w.touched == NULL || w.held == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    cdn_factor_null_vectors(factor, CDN_FACTOR_SEED, vectors);
    for (uint32_t c = 0; status == CDN_OK && c < cells; c++) {
        if ((system->marks[c] & CDN_CELL_SENSITIVE) && vectors[c][0] == 0 && vectors[c][1] == 0)
            status = protect_cell(&w, c, withheld, error);
    }
done:
    cdn_free(vectors);
    cdn_free(w.sum);
    cdn_free(w.touched);
    cdn_free(w.held);
    return status;
}
