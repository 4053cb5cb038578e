/* ptable.c - rows of largest entropy, pooled where the monotone condition binds, then made whole.
 *
 * Whole probabilities are corrected on two neighbouring moves, u and u + 1: sum
 * and mean are two equations in two whole unknowns that always have a solution,
 * of the size of the rounding errors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/ptable.h"

#include <math.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/text.h"
#include "seal/digest.h"
#include "stat/entropy.h"

#define TEXT_MAX (4u * 1024u * 1024u)

static void list_moves(const cdn_ptable_options *o, uint32_t i, cdn_ptable_row *row)
{
    int32_t d = (int32_t)o->deviation, true_count = (int32_t)i;
    row->count = 0;
    for (int32_t v = -d; v <= d; v++) {
        int32_t j = true_count + v;
        if (j == 0 || j > (int32_t)o->small)
            row->moves[row->count++] = v;
    }
}

/* Runs of moves that share one probability; at first each is alone. */
typedef struct runs {
    uint32_t count;
    uint32_t first[CDN_PTABLE_MOVES_MAX + 1];
    cdn_outcomes groups[CDN_PTABLE_MOVES_MAX];
    double weights[CDN_PTABLE_MOVES_MAX];
} runs;

static void average(const cdn_ptable_row *row, runs *r)
{
    for (uint32_t g = 0; g < r->count; g++) {
        double size = r->first[g + 1] - r->first[g], sum = 0, squares = 0;
        for (uint32_t k = r->first[g]; k < r->first[g + 1]; k++) {
            sum += row->moves[k];
            squares += (double)row->moves[k] * row->moves[k];
        }
        r->groups[g] = (cdn_outcomes){sum / size, squares / size, size};
    }
}

/* Binds the first run to the left of 0 that is likelier than the next one. */
static bool bind(const cdn_ptable_row *row, runs *r)
{
    for (uint32_t g = 0; g + 1 < r->count && row->moves[r->first[g + 1]] <= 0; g++) {
        if (r->weights[g] <= r->weights[g + 1] + 1e-12)
            continue;
        for (uint32_t h = g + 1; h < r->count; h++)
            r->first[h] = r->first[h + 1];
        r->count--;
        return true;
    }
    return false;
}

cdn_status cdn_ptable_solve(const cdn_ptable_options *options, uint32_t i, bool monotone,
                            cdn_ptable_row *row, bool *found, cdn_error *error)
{
    runs r;
    list_moves(options, i, row);
    r.count = row->count;
    for (uint32_t g = 0; g <= r.count; g++)
        r.first[g] = g;
    do {
        average(row, &r);
        CDN_TRY(cdn_entropy_solve(r.groups, r.count, 0, options->variance / 1000.0, r.weights,
                                  found, error));
    } while (*found && monotone && bind(row, &r));
    for (uint32_t g = 0; g < r.count; g++)
        for (uint32_t k = r.first[g]; k < r.first[g + 1]; k++)
            row->probabilities[k] = r.weights[g];
    return CDN_OK;
}

/* The likeliest pair of neighbouring moves; count when there is none. */
static uint32_t best_pair(const cdn_ptable_row *row, const int64_t *whole)
{
    uint32_t best = row->count;
    int64_t most = 0;
    for (uint32_t k = 0; k + 1 < row->count; k++) {
        int64_t less = whole[k] < whole[k + 1] ? whole[k] : whole[k + 1];
        if (row->moves[k] + 1 == row->moves[k + 1] && less > most) {
            most = less;
            best = k;
        }
    }
    return best;
}

/* False when a probability would be below 0. */
static bool make_whole(const cdn_ptable_row *row, int64_t *whole)
{
    int64_t sum = 0, mean = 0;
    uint32_t likeliest = 0;
    for (uint32_t k = 0; k < row->count; k++) {
        whole[k] = (int64_t)llround(ldexp(row->probabilities[k], 32));
        sum += whole[k];
        mean += whole[k] * row->moves[k];
        likeliest = whole[k] > whole[likeliest] ? k : likeliest;
    }
    int64_t missing = (int64_t)CDN_PTABLE_ONE - sum;
    uint32_t pair = best_pair(row, whole);
    if (pair == row->count) {
        whole[likeliest] += missing;
        return whole[likeliest] >= 0;
    }
    int64_t upper = -mean - row->moves[pair] * missing;
    whole[pair + 1] += upper;
    whole[pair] += missing - upper;
    return whole[pair] >= 0 && whole[pair + 1] >= 0;
}

static cdn_status fill_row(const cdn_ptable_options *options, uint32_t i, cdn_ptable *table,
                           cdn_error *error)
{
    cdn_ptable_row row;
    int64_t whole[CDN_PTABLE_MOVES_MAX];
    bool found = false;
    CDN_TRY(cdn_ptable_solve(options, i, true, &row, &found, error));
    if (!found)
        CDN_TRY(cdn_ptable_solve(options, i, false, &row, &found, error));
    if (!found || !make_whole(&row, whole)) {
        (void)cdn_fail(error, CDN_E_REFUSED,
                       "there is no noise for true counts of %u with these parameters", i);
        cdn_fail_hint(error, "a larger variance or deviation, or fewer counts that are left out");
        return CDN_E_REFUSED;
    }
    uint64_t bound = 0;
    uint32_t at = table->start[i];
    for (uint32_t k = 0; k < row.count; k++) {
        bound += (uint64_t)whole[k];
        table->moves[at] = row.moves[k];
        table->bounds[at++] = bound;
    }
    table->start[i + 1] = at;
    return CDN_OK;
}

static cdn_status name_table(cdn_ptable *table, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(TEXT_MAX);
    cdn_text_addf(&text, "cordon-ptable/1 %u %u\n", table->deviation, table->small);
    for (uint32_t i = 1; i <= table->rows; i++)
        for (uint32_t k = table->start[i]; k < table->start[i + 1]; k++)
            cdn_text_addf(&text, "%u %d %llu\n", i, table->moves[k],
                          (unsigned long long)table->bounds[k]);
    cdn_status status = text.failed ? cdn_fail_memory(error)
                                    : cdn_sha256_hex(text.bytes, text.length, table->digest,
                                                     error);
    cdn_text_release(&text);
    return status;
}

static cdn_status check(const cdn_ptable_options *o, cdn_error *error)
{
    if (o->deviation == 0 || o->deviation > CDN_PTABLE_DEVIATION_MAX)
        return cdn_fail(error, CDN_E_REFUSED, "the largest noise: expected 1 to %u",
                        CDN_PTABLE_DEVIATION_MAX);
    if (o->variance == 0)
        return cdn_fail(error, CDN_E_REFUSED, "the variance of noise: expected more than 0");
    if (o->small > o->deviation)
        return cdn_fail(error, CDN_E_REFUSED,
                        "counts that are left out: expected at most the largest noise");
    return CDN_OK;
}

cdn_status cdn_ptable_create(const cdn_ptable_options *options, cdn_ptable **out,
                             cdn_error *error)
{
    *out = NULL;
    CDN_TRY(check(options, error));
    cdn_ptable *table = cdn_alloc(1, sizeof *table);
    if (table == NULL)
        return cdn_fail_memory(error);
    table->deviation = options->deviation;
    table->small = options->small;
    table->rows = options->deviation + (options->small > 0 ? options->small + 1 : 0);
    size_t entries = (size_t)table->rows * (2u * options->deviation + 1u);
    table->start = cdn_alloc((size_t)table->rows + 2, sizeof *table->start);
    table->moves = cdn_alloc(entries, sizeof *table->moves);
    table->bounds = cdn_alloc(entries, sizeof *table->bounds);
    cdn_status status = CDN_OK;
    if (table->start == NULL || table->moves == NULL || table->bounds == NULL)
        status = cdn_fail_memory(error);
    for (uint32_t i = 1; status == CDN_OK && i <= table->rows; i++)
        status = fill_row(options, i, table, error);
    if (status == CDN_OK)
        status = name_table(table, error);
    if (status == CDN_OK)
        *out = table;
    else
        cdn_ptable_destroy(table);
    return status;
}

void cdn_ptable_destroy(cdn_ptable *table)
{
    if (table == NULL)
        return;
    cdn_free(table->bounds);
    cdn_free(table->moves);
    cdn_free(table->start);
    cdn_free(table);
}

int32_t cdn_ptable_move(const cdn_ptable *table, uint64_t count, uint32_t draw)
{
    if (count == 0)
        return 0;
    uint32_t row = count > table->rows ? table->rows : (uint32_t)count;
    uint32_t k = table->start[row];
    while (draw >= table->bounds[k])
        k++;
    return table->moves[k];
}

void cdn_ptable_moments(const cdn_ptable *table, uint32_t row, int64_t *mean, int64_t *square)
{
    uint64_t before = 0;
    *mean = *square = 0;
    for (uint32_t k = table->start[row]; k < table->start[row + 1]; k++) {
        int64_t weight = (int64_t)(table->bounds[k] - before), move = table->moves[k];
        before = table->bounds[k];
        *mean += weight * move;
        *square += weight * move * move;
    }
}
