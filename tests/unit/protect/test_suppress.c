/* test_suppress.c - the engine against a slow exact attacker, on thousands of random systems.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/suppress.h"

#include "attacker.h"
#include "builder.h"

#include <stdio.h>

#include "core/alloc.h"

static cdn_suppress_result suppress(const cdn_system *system)
{
    cdn_suppress_result result;
    cdn_error error = CDN_ERROR_INIT;
    cdn_status status = cdn_suppress(system, &result, &error);
    if (status != CDN_OK)
        fprintf(stderr, "%s\n", error.message);
    assert_int_equal(status, CDN_OK);
    return result;
}

static bool is_primary(const cdn_system *s, uint32_t figure)
{
    for (uint32_t j = s->figure_start[figure]; j < s->figure_start[figure + 1]; j++) {
        if (s->marks[s->figure_cell[j]] & CDN_CELL_SENSITIVE)
            return true;
    }
    return false;
}

/* Safe, and no secondary can be published again. */
static void assert_safe_and_minimal(const cdn_system *s, cdn_suppress_result *r)
{
    uint32_t primary = 0, secondary = 0;
    assert_false(attacker_wins(s, r->figure_withheld));
    for (uint32_t f = 0; f < s->figure_count; f++) {
        if (is_primary(s, f)) {
            assert_true(r->figure_withheld[f]);
            primary++;
        } else if (r->figure_withheld[f]) {
            secondary++;
            r->figure_withheld[f] = 0;
            assert_true(attacker_wins(s, r->figure_withheld));
            r->figure_withheld[f] = 1;
        }
    }
    assert_int_equal(primary, r->primary_count);
    assert_int_equal(secondary, r->secondary_count);
}

/* --- random systems --------------------------------------------------------------------------- */

static void random_dimension(dimension *d, uint64_t *state, uint32_t most)
{
    d->size = 3 + builder_below(state, most - 2);
    bool grouped = d->size > 5 && builder_below(state, 2) == 0;
    for (uint32_t c = 1; c < d->size; c++)
        d->parents[c] = grouped && c > 2 ? 1 + c % 2 : 0;
}

static void random_system(builder *b, uint64_t *state)
{
    dimension dimensions[3];
    uint32_t count = 2 + builder_below(state, 2);
    for (uint32_t i = 0; i < count; i++)
        random_dimension(&dimensions[i], state, count == 2 ? 8 : 4);
    builder_start(b, builder_table_cells(dimensions, count));
    builder_add_table(b, dimensions, count);
    uint32_t sensitive = 2 + builder_below(state, 30), hidden = builder_below(state, 3) * 8;
    uint32_t known = builder_below(state, 3) * 4, keep = builder_below(state, 4) * 10;
    for (uint32_t c = 0; c < b->system.cell_count; c++) {
        b->costs[c] = 1 + builder_below(state, 50);
        if (builder_below(state, 100) < sensitive)
            b->marks[c] = CDN_CELL_SENSITIVE;
        else if (builder_below(state, 100) < known)
            b->marks[c] = CDN_CELL_KNOWN;
        else if (builder_below(state, 100) < keep)
            b->marks[c] = CDN_CELL_KEEP;
        if (builder_below(state, 100) >= hidden)
            builder_figure(b, c);
    }
    for (uint32_t rates = builder_below(state, 3) * 6; rates > 0; rates--) {
        for (uint32_t parts = 2 + builder_below(state, 2); parts > 0; parts--)
            builder_use(b, builder_below(state, b->system.cell_count));
        builder_end_figure(b);
    }
}

static void test_suppress__random_systems_are_safe_and_minimal(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    uint64_t state = 1;
    uint32_t refused = 0, done = 0;
    uint8_t everything[BUILDER_LISTS];
    memset(everything, 1, sizeof everything);
    for (uint32_t i = 0; i < 2000; i++) {
        random_system(b, &state);
        cdn_suppress_result r;
        cdn_status status = cdn_suppress(&b->system, &r, NULL);
        bool hopeless = attacker_wins(&b->system, everything);
        assert_int_equal(status, hopeless ? CDN_E_REFUSED : CDN_OK);
        refused += hopeless;
        if (hopeless)
            continue;
        assert_safe_and_minimal(&b->system, &r);
        done += r.secondary_count > 0;
        cdn_suppress_result_release(&r);
    }
    assert_true(refused > 10);
    assert_true(done > 1000);
    free(b);
}

/* --- permutation and repetition --------------------------------------------------------------- */

static void shuffle(uint32_t *order, uint32_t count, uint64_t *state)
{
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = builder_below(state, i), swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
}

/* Cell c of `from` becomes cells[c]; equations and figures come in a new order. */
static void permute(const cdn_system *from, builder *to, uint64_t *state)
{
    uint32_t cells[BUILDER_CELLS], lists[BUILDER_LISTS];
    builder_start(to, from->cell_count);
    shuffle(cells, from->cell_count, state);
    for (uint32_t c = 0; c < from->cell_count; c++) {
        to->marks[cells[c]] = from->marks[c];
        to->costs[cells[c]] = from->costs[c];
    }
    shuffle(lists, from->equation_count, state);
    for (uint32_t i = 0; i < from->equation_count; i++) {
        uint32_t e = lists[i];
        for (uint32_t j = from->equation_start[e + 1]; j-- > from->equation_start[e];)
            builder_term(to, cells[from->equation_cell[j]], from->equation_coefficient[j]);
        builder_end_equation(to);
    }
    shuffle(lists, from->figure_count, state);
    for (uint32_t i = 0; i < from->figure_count; i++) {
        uint32_t f = lists[i];
        for (uint32_t j = from->figure_start[f]; j < from->figure_start[f + 1]; j++)
            builder_use(to, cells[from->figure_cell[j]]);
        builder_end_figure(to);
    }
}

static void test_suppress__order_of_cells_and_equations_does_not_matter_for_safety(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b), *other = malloc(sizeof *other);
    uint64_t state = 2;
    for (uint32_t i = 0; i < 200; i++) {
        random_system(b, &state);
        permute(&b->system, other, &state);
        cdn_suppress_result r;
        cdn_status status = cdn_suppress(&b->system, &r, NULL);
        if (status == CDN_OK)
            cdn_suppress_result_release(&r);
        assert_int_equal(cdn_suppress(&other->system, &r, NULL), status);
        if (status != CDN_OK)
            continue;
        assert_safe_and_minimal(&other->system, &r);
        cdn_suppress_result_release(&r);
    }
    free(b);
    free(other);
}

static void test_suppress__same_input_gives_the_same_pattern(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    uint64_t state = 3;
    for (uint32_t i = 0; i < 100; i++) {
        cdn_suppress_result first, second;
        random_system(b, &state);
        if (cdn_suppress(&b->system, &first, NULL) != CDN_OK)
            continue;
        assert_int_equal(cdn_suppress(&b->system, &second, NULL), CDN_OK);
        assert_memory_equal(first.figure_withheld, second.figure_withheld, b->system.figure_count);
        assert_memory_equal(first.cell_visible, second.cell_visible, b->system.cell_count);
        assert_int_equal(first.rounds, second.rounds);
        cdn_suppress_result_release(&first);
        cdn_suppress_result_release(&second);
    }
    free(b);
}

static void test_suppress__cell_visible_follows_the_figures(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    uint64_t state = 4;
    for (uint32_t i = 0; i < 100; i++) {
        cdn_suppress_result r;
        random_system(b, &state);
        if (cdn_suppress(&b->system, &r, NULL) != CDN_OK)
            continue;
        for (uint32_t c = 0; c < b->system.cell_count; c++) {
            bool visible = (b->marks[c] & CDN_CELL_KNOWN) != 0;
            for (uint32_t f = 0; f < b->system.figure_count; f++) {
                for (uint32_t j = b->figure_start[f]; j < b->figure_start[f + 1]; j++)
                    visible |= b->figure_cell[j] == c && !r.figure_withheld[f];
            }
            assert_int_equal(r.cell_visible[c], visible);
        }
        cdn_suppress_result_release(&r);
    }
    free(b);
}

/* --- least loss ------------------------------------------------------------------------------- */

/* A table of skewed counts: 1 to 4 sensitive, zeros kept, costs the counts. */
static void random_counts(builder *b, uint64_t *state)
{
    dimension dimensions[3];
    uint32_t count = 2 + builder_below(state, 2);
    for (uint32_t i = 0; i < count; i++)
        random_dimension(&dimensions[i], state, count == 2 ? 9 : 4);
    builder_start(b, builder_table_cells(dimensions, count));
    builder_add_table(b, dimensions, count);
    memset(b->costs, 0, sizeof b->costs);
    for (uint32_t cell = 0; cell < b->system.cell_count; cell++) {
        uint32_t at[BUILDER_DIMENSIONS];
        bool leaf = true;
        for (uint32_t i = count, rest = cell; i-- > 0; rest /= dimensions[i].size) {
            at[i] = rest % dimensions[i].size;
            leaf &= builder_is_leaf(&dimensions[i], at[i]);
        }
        uint32_t kind = builder_below(state, 100);
        if (leaf && kind >= 15)
            builder_add_value(b, dimensions, count, at, builder_below(state, kind < 60 ? 12 : 200));
        builder_figure(b, cell);
    }
    for (uint32_t cell = 0; cell < b->system.cell_count; cell++) {
        if (b->costs[cell] == 0) {
            b->marks[cell] = CDN_CELL_KEEP;
            b->costs[cell] = 1;
        } else if (b->costs[cell] < 5) {
            b->marks[cell] = CDN_CELL_SENSITIVE;
        }
    }
}

/* Langsrud 2024: figures in order of wish (zeros, then the largest), each published when nothing
 * sensitive then follows from what is published. */
static void greedy_order(const cdn_system *s, uint8_t *withheld)
{
    memset(withheld, 1, s->figure_count);
    for (uint32_t done = 0; done < s->figure_count; done++) {
        uint32_t best = UINT32_MAX;
        for (uint32_t f = 0; f < s->figure_count; f++) {
            if (withheld[f] != 1)
                continue;
            if (best == UINT32_MAX ||
                (s->marks[f] & CDN_CELL_KEEP) > (s->marks[best] & CDN_CELL_KEEP) ||
                ((s->marks[f] & CDN_CELL_KEEP) == (s->marks[best] & CDN_CELL_KEEP) &&
                 s->costs[f] > s->costs[best]))
                best = f;
        }
        withheld[best] = 0;
        if ((s->marks[best] & CDN_CELL_SENSITIVE) || attacker_wins(s, withheld))
            withheld[best] = 2;
    }
}

static uint64_t loss(const cdn_system *s, const uint8_t *withheld)
{
    uint64_t sum = 0;
    for (uint32_t c = 0; c < s->cell_count; c++)
        sum += withheld[c] && !(s->marks[c] & CDN_CELL_SENSITIVE) ? s->costs[c] : 0;
    return sum;
}

static void test_suppress__loses_less_than_the_greedy_order(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    uint64_t state = 7, ours = 0, greedy = 0;
    for (uint32_t i = 0; i < 60; i++) {
        uint8_t withheld[BUILDER_LISTS];
        random_counts(b, &state);
        cdn_suppress_result r = suppress(&b->system);
        assert_false(attacker_wins(&b->system, r.figure_withheld));
        greedy_order(&b->system, withheld);
        ours += loss(&b->system, r.figure_withheld);
        greedy += loss(&b->system, withheld);
        cdn_suppress_result_release(&r);
    }
    assert_true(ours < greedy);
    free(b);
}

/* --- the literature --------------------------------------------------------------------------- */

/* sdcTable's 5 x 5 table: with only the nine cells withheld, w|b is determined by rows minus
 * columns, 236 - 189 = 47, and only that. One more is needed, and enough. */
static void sdctable(builder *b)
{
    static const uint32_t inner[4][4] = {
        {30, 47, 64, 89}, {90, 124, 5, 31}, {92, 100, 59, 85}, {800, 991, 651, 685}};
    static const uint8_t primary[4][4] = {{1, 1, 1, 0}, {1, 0, 1, 0}, {0, 1, 0, 1}, {0, 1, 0, 1}};
    dimension five = {.size = 5};
    dimension both[2] = {five, five};
    builder_start(b, 25);
    builder_add_table(b, both, 2);
    memset(b->costs, 0, sizeof b->costs);
    for (uint32_t r = 0; r < 4; r++) {
        for (uint32_t c = 0; c < 4; c++) {
            uint32_t cell = (r + 1) * 5 + c + 1;
            b->marks[cell] = primary[r][c] ? CDN_CELL_SENSITIVE : 0;
            b->costs[cell] += inner[r][c];
            b->costs[(r + 1) * 5] += inner[r][c];
            b->costs[c + 1] += inner[r][c];
            b->costs[0] += inner[r][c];
        }
    }
    for (uint32_t cell = 0; cell < 25; cell++)
        builder_figure(b, cell);
}

static void test_suppress__sdctable_five_by_five_gets_its_tenth_cell(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    uint8_t nine[25] = {0}, known[25];
    sdctable(b);
    for (uint32_t c = 0; c < 25; c++)
        nine[c] = b->marks[c] != 0;
    attacker_learn(&b->system, nine, known);
    for (uint32_t c = 0; c < 25; c++)
        assert_int_equal(known[c] && nine[c], c == 7);
    cdn_suppress_result r = suppress(&b->system);
    assert_safe_and_minimal(&b->system, &r);
    assert_int_equal(r.primary_count, 9);
    assert_int_equal(r.secondary_count, 1);
    /* The cheapest single cell that cures it, by trying all. */
    uint32_t cheapest = 0;
    for (uint32_t c = 1; c < 25; c++) {
        if (nine[c])
            continue;
        nine[c] = 1;
        if (!attacker_wins(&b->system, nine) && (cheapest == 0 || b->costs[c] < b->costs[cheapest]))
            cheapest = c;
        nine[c] = 0;
    }
    assert_true(r.figure_withheld[cheapest]);
    cdn_suppress_result_release(&r);
    free(b);
}

/* paris2025_micro: 17 people, area {total, Europe, America, Denmark, France, USA} x age {total,
 * old, young}; frequencies of at most `most` are primary. */
static void paris(builder *b, uint32_t most)
{
    static const uint32_t counts[6][3] = {{17, 10, 7}, {10, 7, 3}, {7, 3, 4},
                                          {2, 1, 1},   {8, 6, 2},  {7, 3, 4}};
    dimension both[2] = {{6, {0, 0, 0, 1, 1, 2}}, {3, {0}}};
    builder_start(b, 18);
    builder_add_table(b, both, 2);
    for (uint32_t cell = 0; cell < 18; cell++) {
        b->costs[cell] = counts[cell / 3][cell % 3];
        b->marks[cell] = b->costs[cell] <= most ? CDN_CELL_SENSITIVE : 0;
        builder_figure(b, cell);
    }
}

static void test_suppress__paris_maximum_two_withholds_what_is_published(void **unused)
{
    (void)unused;
    enum { DENMARK = 3, FRANCE = 4, TOTAL = 0, OLD = 1 };
    builder *b = malloc(sizeof *b);
    paris(b, 2);
    cdn_suppress_result r = suppress(&b->system);
    assert_safe_and_minimal(&b->system, &r);
    assert_int_equal(r.primary_count, 4);
    assert_int_equal(r.secondary_count, 2);
    assert_true(r.figure_withheld[FRANCE * 3 + TOTAL]);
    assert_true(r.figure_withheld[FRANCE * 3 + OLD]);
    cdn_suppress_result_release(&r);
    free(b);
}

static void test_suppress__paris_maximum_three_is_no_worse_than_published(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    paris(b, 3);
    cdn_suppress_result r = suppress(&b->system);
    assert_safe_and_minimal(&b->system, &r);
    assert_int_equal(r.primary_count, 7);
    assert_true(r.secondary_count <= 4);
    cdn_suppress_result_release(&r);
    free(b);
}

/* One sensitive inner cell of a table with margins: a rectangle, three more, is the least. */
static void test_suppress__one_cell_of_three_by_three_needs_a_rectangle(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    dimension both[2] = {{4, {0}}, {4, {0}}};
    for (uint32_t cell = 5; cell < 8; cell++) {
        builder_start(b, 16);
        builder_add_table(b, both, 2);
        b->marks[cell] = CDN_CELL_SENSITIVE;
        for (uint32_t c = 0; c < 16; c++)
            builder_figure(b, c);
        cdn_suppress_result r = suppress(&b->system);
        assert_safe_and_minimal(&b->system, &r);
        assert_int_equal(r.secondary_count, 3);
        cdn_suppress_result_release(&r);
    }
    free(b);
}

/* --- marks and figures ------------------------------------------------------------------------ */

/* cell 0 = the sum of the others */
static void one_equation(builder *b, uint32_t cells)
{
    builder_start(b, cells);
    builder_term(b, 0, -1);
    for (uint32_t c = 1; c < cells; c++)
        builder_term(b, c, 1);
    builder_end_equation(b);
}

static void all_figures(builder *b)
{
    for (uint32_t c = 0; c < b->system.cell_count; c++)
        builder_figure(b, c);
}

static void test_suppress__kept_cells_are_spared_while_others_serve(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    one_equation(b, 4);
    all_figures(b);
    b->marks[1] = CDN_CELL_SENSITIVE;
    b->marks[2] = CDN_CELL_KEEP;
    b->costs[0] = b->costs[3] = 1000;
    cdn_suppress_result r = suppress(&b->system);
    assert_false(r.figure_withheld[2]);
    assert_int_equal(r.secondary_count, 1);
    cdn_suppress_result_release(&r);
    free(b);
}

static void test_suppress__kept_cells_are_used_when_nothing_else_serves(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    one_equation(b, 4);
    all_figures(b);
    b->marks[0] = b->marks[3] = CDN_CELL_KNOWN;
    b->marks[1] = CDN_CELL_SENSITIVE;
    b->marks[2] = CDN_CELL_KEEP;
    cdn_suppress_result r = suppress(&b->system);
    assert_true(r.figure_withheld[2]);
    assert_true(r.cell_visible[0] && r.cell_visible[3]);
    assert_int_equal(r.secondary_count, 1);
    cdn_suppress_result_release(&r);
    free(b);
}

static void test_suppress__known_cells_alone_are_refused_without_a_value(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    cdn_suppress_result r;
    cdn_error error = CDN_ERROR_INIT;
    one_equation(b, 3);
    all_figures(b);
    b->marks[0] = b->marks[2] = CDN_CELL_KNOWN;
    b->marks[1] = CDN_CELL_SENSITIVE;
    b->costs[1] = 987654;
    assert_int_equal(cdn_suppress(&b->system, &r, &error), CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "cell 1 "));
    assert_null(strstr(error.message, "987654"));
    assert_null(r.figure_withheld);
    b->marks[1] |= CDN_CELL_KNOWN;
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_E_REFUSED);
    free(b);
}

/* Coefficients other than 1 must count. */
static void test_suppress__coefficients_count(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    /* a + b = x and a + 2b = y give both; a + b = x and 2a + 2b = y give neither */
    for (int32_t times = 1; times <= 2; times++) {
        builder_start(b, 4);
        builder_term(b, 0, 1);
        builder_term(b, 1, 1);
        builder_term(b, 2, -1);
        builder_end_equation(b);
        builder_term(b, 0, times);
        builder_term(b, 1, 2);
        builder_term(b, 3, -1);
        builder_end_equation(b);
        all_figures(b);
        b->marks[0] = b->marks[1] = CDN_CELL_SENSITIVE;
        cdn_suppress_result r = suppress(&b->system);
        assert_safe_and_minimal(&b->system, &r);
        assert_int_equal(r.secondary_count, times == 1 ? 1 : 0);
        cdn_suppress_result_release(&r);
    }
    free(b);
}

/* b = 2^30 a, c = 2^30 b, 2 c - fold a = d: a is (2^61 - fold) a = d, so that for this prime, and
 * no other, d does not give a away. */
static void test_suppress__one_prime_alone_is_not_trusted(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    for (int32_t fold = 1; fold <= 31; fold += 30) {
        builder_start(b, 4);
        for (uint32_t c = 0; c < 2; c++) {
            builder_term(b, c, 1 << 30);
            builder_term(b, c + 1, -1);
            builder_end_equation(b);
        }
        builder_term(b, 2, 2);
        builder_term(b, 0, -fold);
        builder_term(b, 3, -1);
        builder_end_equation(b);
        b->marks[0] = CDN_CELL_SENSITIVE;
        builder_figure(b, 3);
        cdn_suppress_result r = suppress(&b->system);
        assert_true(r.figure_withheld[0]);
        assert_false(attacker_wins(&b->system, r.figure_withheld));
        cdn_suppress_result_release(&r);
    }
    free(b);
}

/* A rate is withheld with its sensitive numerator, and its denominator stays visible. */
static void test_suppress__figures_go_as_a_whole(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    builder_start(b, 2);
    all_figures(b);
    builder_use(b, 0);
    builder_use(b, 1);
    builder_end_figure(b);
    b->marks[0] = CDN_CELL_SENSITIVE;
    cdn_suppress_result r = suppress(&b->system);
    assert_true(r.figure_withheld[0] && r.figure_withheld[2] && !r.figure_withheld[1]);
    assert_true(!r.cell_visible[0] && r.cell_visible[1]);
    assert_int_equal(r.primary_count, 2);
    cdn_suppress_result_release(&r);
    free(b);
}

/* A cell in many figures costs all of them: the equation's other cell is taken, though dearer. */
static void test_suppress__a_cell_costs_every_figure_that_uses_it(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    one_equation(b, 3);
    all_figures(b);
    for (uint32_t i = 0; i < 5; i++)
        builder_figure(b, 2);
    b->marks[1] = CDN_CELL_SENSITIVE;
    b->costs[2] = 10;
    b->costs[0] = 40;
    cdn_suppress_result r = suppress(&b->system);
    assert_true(r.figure_withheld[0] && !r.figure_withheld[2]);
    assert_int_equal(r.secondary_count, 1);
    cdn_suppress_result_release(&r);
    free(b);
}

/* A hidden cell is company enough, unless another equation gives it away. */
static void test_suppress__hidden_cells_protect_only_while_undetermined(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    for (uint32_t given = 0; given <= 1; given++) {
        one_equation(b, 4);
        if (given) {
            builder_term(b, 2, 1);
            builder_term(b, 3, -1);
            builder_end_equation(b);
        }
        b->marks[1] = CDN_CELL_SENSITIVE;
        builder_figure(b, 0);
        builder_figure(b, 1);
        builder_figure(b, 3);
        cdn_suppress_result r = suppress(&b->system);
        assert_safe_and_minimal(&b->system, &r);
        assert_int_equal(r.secondary_count, given);
        cdn_suppress_result_release(&r);
    }
    free(b);
}

static void test_suppress__an_empty_system_withholds_nothing(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    builder_start(b, 0);
    cdn_suppress_result r = suppress(&b->system);
    assert_int_equal(r.primary_count + r.secondary_count, 0);
    cdn_suppress_result_release(&r);
    cdn_suppress_result_release(NULL);
    free(b);
}

static void test_suppress__malformed_systems_are_refused(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    cdn_suppress_result r;
    one_equation(b, 3);
    all_figures(b);
    b->equation_cell[1] = 3;
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_E_USAGE);
    b->equation_cell[1] = 1;
    b->equation_coefficient[1] = 0;
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_E_USAGE);
    b->equation_coefficient[1] = 1;
    b->figure_cell[2] = 77;
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_E_USAGE);
    b->figure_cell[2] = 2;
    b->figure_start[1] = 3;
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_E_USAGE);
    free(b);
}

/* --- memory ----------------------------------------------------------------------------------- */

static void test_suppress__every_failed_allocation_is_reported(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    cdn_suppress_result r;
    cdn_status status = CDN_E_NOMEM;
    sdctable(b);
    long allowed = 0;
    for (; status != CDN_OK; allowed++) {
        assert_true(allowed < 10000);
        cdn_error error = CDN_ERROR_INIT;
        cdn_alloc_fail_after(allowed);
        status = cdn_suppress(&b->system, &r, &error);
        cdn_alloc_fail_after(-1);
        if (status != CDN_OK) {
            assert_int_equal(status, CDN_E_NOMEM);
            assert_int_equal(error.status, CDN_E_NOMEM);
            assert_null(r.figure_withheld);
        }
    }
    assert_true(allowed > 50);
    assert_safe_and_minimal(&b->system, &r);
    cdn_suppress_result_release(&r);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suppress__random_systems_are_safe_and_minimal),
        cmocka_unit_test(test_suppress__order_of_cells_and_equations_does_not_matter_for_safety),
        cmocka_unit_test(test_suppress__same_input_gives_the_same_pattern),
        cmocka_unit_test(test_suppress__cell_visible_follows_the_figures),
        cmocka_unit_test(test_suppress__loses_less_than_the_greedy_order),
        cmocka_unit_test(test_suppress__sdctable_five_by_five_gets_its_tenth_cell),
        cmocka_unit_test(test_suppress__paris_maximum_two_withholds_what_is_published),
        cmocka_unit_test(test_suppress__paris_maximum_three_is_no_worse_than_published),
        cmocka_unit_test(test_suppress__one_cell_of_three_by_three_needs_a_rectangle),
        cmocka_unit_test(test_suppress__kept_cells_are_spared_while_others_serve),
        cmocka_unit_test(test_suppress__kept_cells_are_used_when_nothing_else_serves),
        cmocka_unit_test(test_suppress__known_cells_alone_are_refused_without_a_value),
        cmocka_unit_test(test_suppress__coefficients_count),
        cmocka_unit_test(test_suppress__one_prime_alone_is_not_trusted),
        cmocka_unit_test(test_suppress__figures_go_as_a_whole),
        cmocka_unit_test(test_suppress__a_cell_costs_every_figure_that_uses_it),
        cmocka_unit_test(test_suppress__hidden_cells_protect_only_while_undetermined),
        cmocka_unit_test(test_suppress__an_empty_system_withholds_nothing),
        cmocka_unit_test(test_suppress__malformed_systems_are_refused),
        cmocka_unit_test(test_suppress__every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
