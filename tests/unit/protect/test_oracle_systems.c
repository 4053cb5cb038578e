/* test_oracle_systems.c - systems that are no tables, against attackers who try everything.
 *
 * Equations of any shape with coefficients up to 3 and some that follow from others, cells in none,
 * in no figure, forced or known from before, values below 0, bounds here and there, contributors of
 * up to three kinds. Linear attackers count in fractions, those with bounds try every whole number.
 * A system that fails is told by its number, which is its seed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attacker.h"
#include "builder.h"
#include "attack/exact.h"
#include "oracle/brute.h"
#include "release/widen.h"
#include "support/unit.h"

#define CELLS 20u
#define REACH 40 /* how far a reader looks where a cell has no bound */
#define STEPS 3000u

typedef struct scene {
    builder b;
    uint32_t holder[CDN_HOLDER_KINDS][CELLS];
    int64_t values[CELLS], lower[CELLS], upper[CELLS];
    int64_t levels[3][CELLS]; /* below, above, width */
    bool endless;             /* some cell has no bound on a side */
    cdn_interval found[CELLS];
    uint8_t withheld[BUILDER_LISTS];
    uint64_t state, number;
} scene;

static uint32_t below(scene *s, uint32_t bound)
{
    return builder_below(&s->state, bound);
}

static void write_row(scene *s, const int32_t *row)
{
    for (uint32_t c = 0; c < s->b.system.cell_count; c++)
        if (row[c] != 0)
            builder_term(&s->b, c, row[c]);
    builder_end_equation(&s->b);
}

/* Each row has a last cell of its own, with the value that makes it hold; then some are the sum of
 * two. */
static void random_rows(scene *s, uint32_t cells, uint32_t rows)
{
    int32_t row[8][CELLS] = {{0}};
    bool wild = below(s, 2) == 0;
    for (uint32_t r = 0; r < rows; r++) {
        int64_t sum = 0;
        for (uint32_t terms = 1 + below(s, 4); terms > 0; terms--) {
            uint32_t c = below(s, cells + r);
            row[r][c] = below(s, 4) == 0 ? -1 : 1;
            row[r][c] *= wild ? 1 + (int32_t)below(s, 3) : 1;
        }
        for (uint32_t c = 0; c < cells + r; c++)
            sum += row[r][c] * s->values[c];
        int32_t last = wild && sum % 2 == 0 ? 2 : 1;
        row[r][cells + r] = -last;
        s->values[cells + r] = sum / last;
        write_row(s, row[r]);
    }
    for (uint32_t r = 1; r < rows; r++) {
        if (below(s, 3) != 0)
            continue;
        for (uint32_t c = 0; c < cells + rows; c++)
            row[r][c] += row[r - 1][c];
        write_row(s, row[r]);
    }
}

static void random_bounds(scene *s, uint32_t c, uint32_t most)
{
    s->lower[c] = s->values[c] - below(s, 4);
    s->upper[c] = s->values[c] + below(s, 6);
    if (s->endless && below(s, 3) == 0)
        s->lower[c] = CDN_INTERVAL_NO_LOWER;
    if (s->endless && below(s, 2) == 0)
        s->upper[c] = CDN_INTERVAL_NO_UPPER;
    for (uint32_t k = 0; k < 3; k++)
        s->levels[k][c] = below(s, most + 1);
}

static void random_system(scene *s, uint64_t number, uint32_t kinds)
{
    s->state = s->number = number;
    uint32_t free_cells = 3 + below(s, 9), rows = 1 + below(s, 6), cells = free_cells + rows;
    builder_start(&s->b, cells);
    memset(s->holder, 0, sizeof s->holder);
    bool is_signed = below(s, 3) == 0;
    for (uint32_t c = 0; c < free_cells; c++)
        s->values[c] = (int64_t)below(s, 5) - (is_signed ? 2 : 0);
    random_rows(s, free_cells, rows);
    s->endless = below(s, 2) == 0;
    uint32_t sensitive = 5 + below(s, 50), known = below(s, 3) * 10, keep = below(s, 3) * 15;
    uint32_t hidden = below(s, 4) * 10, most = below(s, 4), share = 1 + below(s, 4);
    s->b.system.holder_kinds = kinds;
    for (uint32_t c = 0; c < cells; c++) {
        s->b.costs[c] = 1 + below(s, 20);
        if (below(s, 100) < sensitive)
            s->b.marks[c] = CDN_CELL_SENSITIVE;
        else if (below(s, 100) < known)
            s->b.marks[c] = (uint8_t)(CDN_CELL_KNOWN | (below(s, 2) ? CDN_CELL_COMMON : 0u));
        else if (below(s, 100) < keep)
            s->b.marks[c] = CDN_CELL_KEEP;
        for (uint32_t k = 0; k < kinds; k++)
            s->holder[k][c] = below(s, 6) < share ? 1 + below(s, 4) : 0;
        if (below(s, 100) >= hidden)
            builder_figure(&s->b, c);
        random_bounds(s, c, most);
    }
    for (uint32_t rates = below(s, 3); rates > 0; rates--) {
        builder_use(&s->b, below(s, cells));
        builder_use(&s->b, below(s, cells));
        builder_end_figure(&s->b);
    }
    for (uint32_t k = 0; k < kinds; k++)
        s->b.system.holder[k] = s->holder[k];
}

static void withhold_randomly(scene *s)
{
    for (uint32_t f = 0; f < s->b.system.figure_count; f++)
        s->withheld[f] = below(s, 4) != 0;
}

static cdn_interval_input input_of(const scene *s)
{
    return (cdn_interval_input){.values = s->values,
                                .lower = s->lower,
                                .upper = s->upper,
                                .below = s->levels[0],
                                .above = s->levels[1],
                                .width = s->levels[2]};
}

#define assert_good(s, good)                                                                       \
    do {                                                                                           \
        if (!(good))                                                                               \
            fail_msg("system %llu", (unsigned long long)(s)->number);                              \
    } while (0)

/* --- equations -------------------------------------------------------------------------------- */

static void test_oracle_systems__nobody_learns_a_value_by_equations(void **unused)
{
    (void)unused;
    scene *s = calloc(1, sizeof *s);
    uint8_t everything[BUILDER_LISTS], exposed[CELLS];
    uint32_t refused = 0, done = 0, count;
    memset(everything, 1, sizeof everything);
    for (uint64_t number = 1; number <= 1500; number++) {
        cdn_suppress_result r = {0};
        random_system(s, number, (uint32_t)(number % 4));
        const cdn_system *system = &s->b.system;
        cdn_status status = cdn_suppress(system, &r, NULL);
        bool hopeless = attacker_anybody_wins(system, everything);
        assert_good(s, status == (hopeless ? CDN_E_REFUSED : CDN_OK));
        assert_good(s, hopeless || !attacker_anybody_wins(system, r.figure_withheld));
        refused += hopeless;
        done += !hopeless;
        withhold_randomly(s);
        assert_int_equal(cdn_attack_exact(system, s->withheld, exposed, &count, NULL), CDN_OK);
        assert_good(s, (count > 0) == attacker_anybody_wins(system, s->withheld));
        cdn_suppress_result_release(&r);
    }
    assert_true(refused > 50 && done > 1000);
    free(s);
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void know(const scene *s, brute *b)
{
    const cdn_system *system = &s->b.system;
    b->system = system;
    b->limit = STEPS;
    for (uint32_t c = 0; c < system->cell_count; c++) {
        int64_t v = s->values[c];
        bool known = (system->marks[c] & CDN_CELL_KNOWN) != 0;
        b->low[c] = known ? v : s->lower[c] == CDN_INTERVAL_NO_LOWER ? v - REACH : s->lower[c];
        b->high[c] = known ? v : s->upper[c] == CDN_INTERVAL_NO_UPPER ? v + REACH : s->upper[c];
    }
    for (uint32_t f = 0; f < system->figure_count; f++)
        for (uint32_t j = system->figure_start[f]; j < system->figure_start[f + 1]; j++) {
            uint32_t c = system->figure_cell[j];
            if (!s->withheld[f])
                b->low[c] = b->high[c] = s->values[c];
        }
    assert_true(brute_start(b));
}

/* What the attack says of a cell is what trying finds; true also when that takes too long. */
static bool agrees(const scene *s, brute *b, uint32_t c, uint32_t *tried)
{
    const cdn_interval *f = &s->found[c];
    int64_t v = s->values[c], least = v, most = v;
    for (int64_t x = b->low[c]; x <= b->high[c]; x++) {
        b->steps = 0;
        bool possible = brute_possible(b, c, x);
        if (brute_gave_up(b))
            return true;
        bool claimed = x == f->witnessed_lower || x == f->witnessed_upper;
        if (possible ? x < f->lower || x > f->upper : claimed && !s->endless)
            return false;
        least = possible && x < least ? x : least;
        most = possible && x > most ? x : most;
    }
    ++*tried;
    int64_t width = s->levels[2][c] < 1 ? 1 : s->levels[2][c];
    bool wide = least <= v - s->levels[0][c] && most >= v + s->levels[1][c] &&
                most - least >= width;
    return f->verdict != (wide ? CDN_INTERVAL_EXPOSED : CDN_INTERVAL_PROTECTED);
}

static void assert_intervals(const scene *s, uint32_t *tried)
{
    static brute b;
    know(s, &b);
    for (uint32_t c = 0; c < s->b.system.cell_count; c++)
        assert_good(s, s->found[c].verdict == CDN_INTERVAL_NOT_ASKED || agrees(s, &b, c, tried));
}

static void test_oracle_systems__intervals_are_those_of_trying(void **unused)
{
    (void)unused;
    scene *s = calloc(1, sizeof *s);
    uint32_t tried = 0;
    for (uint64_t number = 1; number <= 1500; number++) {
        random_system(s, number, 0);
        withhold_randomly(s);
        cdn_interval_input input = input_of(s);
        input.tight = number % 2;
        assert_int_equal(
            cdn_attack_intervals(&s->b.system, s->withheld, &input, s->found, NULL), CDN_OK);
        assert_intervals(s, &tried);
    }
    assert_true(tried > 2000);
    free(s);
}

/* And where widening gives up, nothing would have helped. */
static void test_oracle_systems__widened_patterns_are_wide_enough(void **unused)
{
    (void)unused;
    scene *s = calloc(1, sizeof *s);
    uint32_t tried = 0, done = 0, given_up = 0;
    for (uint64_t number = 1; number <= 500; number++) {
        cdn_widen_report report;
        cdn_suppress_result r = {0};
        uint8_t exposed[CELLS];
        uint32_t count = 0;
        random_system(s, number, (uint32_t)(number % 3));
        cdn_interval_input input = input_of(s);
        cdn_status status = cdn_widen(&s->b.system, &input, s->found, &r, &report, NULL);
        if (status == CDN_E_REFUSED)
            continue;
        assert_int_equal(status, CDN_OK);
        memcpy(s->withheld, r.figure_withheld, s->b.system.figure_count);
        cdn_suppress_result_release(&r);
        assert_int_equal(cdn_attack_exact(&s->b.system, s->withheld, exposed, &count, NULL),
                         CDN_OK);
        assert_good(s, count == 0);
        assert_intervals(s, &tried);
        if (report.exposed + report.undecided == 0) {
            done++;
            continue;
        }
        given_up++;
        memset(s->withheld, 1, sizeof s->withheld);
        assert_int_equal(
            cdn_attack_intervals(&s->b.system, s->withheld, &input, s->found, NULL), CDN_OK);
        for (uint32_t c = 0; c < s->b.system.cell_count; c++)
            count += s->found[c].verdict == CDN_INTERVAL_EXPOSED ||
                     s->found[c].verdict == CDN_INTERVAL_UNDECIDED;
        assert_good(s, count > 0);
    }
    assert_true(tried > 1000 && done > 150 && given_up > 150);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle_systems__nobody_learns_a_value_by_equations),
        cmocka_unit_test(test_oracle_systems__intervals_are_those_of_trying),
        cmocka_unit_test(test_oracle_systems__widened_patterns_are_wide_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
