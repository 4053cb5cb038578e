/* test_views.c - contributors as attackers: the literature's examples, and every view by brute
 * force.
 *
 * The brute force is the exact attacker of attacker.h, once for everybody and
 * once for each contributor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attacker.h"
#include "builder.h"
#include "protect/suppress.h"

#include "support/unit.h"

typedef struct held {
    uint32_t of[CDN_HOLDER_KINDS][BUILDER_CELLS];
} held;

static void hold(builder *b, held *h, uint32_t kinds)
{
    memset(h, 0, sizeof *h);
    b->system.holder_kinds = kinds;
    for (uint32_t k = 0; k < kinds; k++)
        b->system.holder[k] = h->of[k];
}

/* The pattern that the same system gets without its contributors must fail: the rule is needed. */
static void assert_views_decide(const builder *b, cdn_suppress_result *r)
{
    cdn_system outsiders = b->system;
    outsiders.holder_kinds = 0;
    assert_int_equal(cdn_suppress(&outsiders, r, NULL), CDN_OK);
    assert_true(attacker_anybody_wins(&b->system, r->figure_withheld));
    cdn_suppress_result_release(r);
    assert_int_equal(cdn_suppress(&b->system, r, NULL), CDN_OK);
    assert_false(attacker_anybody_wins(&b->system, r->figure_withheld));
}

/* A table of a total and `size` inner codes both ways; every cell a figure, costs as given. */
static void start_square(builder *b, uint32_t size, const uint64_t *costs)
{
    dimension dimensions[2] = {{size + 1, {0}}, {size + 1, {0}}};
    builder_start(b, builder_table_cells(dimensions, 2));
    builder_add_table(b, dimensions, 2);
    for (uint32_t c = 0; c < b->system.cell_count; c++) {
        builder_figure(b, c);
        if (costs != NULL)
            b->costs[c] = costs[c];
    }
}

/* --- examples --------------------------------------------------------------------------------- */

/* One row, two cells of one holding each, everything else published: each subtracts itself. */
static void test_views__two_lone_contributors_in_a_row_get_a_third_cell(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    held *h = malloc(sizeof *h);
    cdn_suppress_result r;
    builder_start(b, 5);
    builder_term(b, 0, -1);
    for (uint32_t c = 1; c < 5; c++)
        builder_term(b, c, 1);
    builder_end_equation(b);
    for (uint32_t c = 0; c < 5; c++) {
        builder_figure(b, c);
        b->costs[c] = 100 - 10 * c;
    }
    hold(b, h, 1);
    b->marks[1] = b->marks[2] = CDN_CELL_SENSITIVE;
    h->of[0][1] = 12;
    h->of[0][2] = 13;
    assert_views_decide(b, &r);
    assert_int_equal(r.secondary_count, 1);
    assert_true(r.figure_withheld[4]); /* the cheapest */
    cdn_suppress_result_release(&r);
    free(h);
    free(b);
}

/* The secondary is the singleton: it is not sensitive, but its contributor knows it. */
static void test_views__a_lone_contributor_is_no_company(void **unused)
{
    (void)unused;
    const uint64_t costs[] = {100, 30, 60, 10, 30, 9, 1, 20, 60, 1, 21, 38, 10, 20, 38, 8};
    builder *b = malloc(sizeof *b);
    held *h = malloc(sizeof *h);
    cdn_suppress_result r;
    start_square(b, 3, costs);
    hold(b, h, 1);
    b->marks[5] = CDN_CELL_SENSITIVE;
    h->of[0][6] = 1;
    h->of[0][9] = 2;
    assert_views_decide(b, &r);
    cdn_suppress_result_release(&r);
    free(h);
    free(b);
}

/* integerUnique: one provider in two cells of a row knows both; two providers in them do not. */
static void test_views__one_provider_in_several_cells_is_one_attacker(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    held *h = malloc(sizeof *h);
    cdn_suppress_result r;
    builder_start(b, 6);
    builder_term(b, 0, -1);
    for (uint32_t c = 1; c < 6; c++)
        builder_term(b, c, 1);
    builder_end_equation(b);
    for (uint32_t c = 0; c < 6; c++) {
        builder_figure(b, c);
        b->costs[c] = 100 - 10 * c;
    }
    hold(b, h, 1);
    b->marks[1] = b->marks[2] = b->marks[3] = CDN_CELL_SENSITIVE;
    h->of[0][1] = 7;
    h->of[0][2] = 8;
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_OK);
    assert_int_equal(r.secondary_count, 0);
    cdn_suppress_result_release(&r);
    h->of[0][2] = 7;
    assert_views_decide(b, &r);
    assert_int_equal(r.secondary_count, 1);
    cdn_suppress_result_release(&r);
    h->of[0][3] = 7; /* all its own: nothing to protect from it */
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_OK);
    assert_int_equal(r.secondary_count, 0);
    cdn_suppress_result_release(&r);
    free(h);
    free(b);
}

/* A chain over three rows and columns: the contributor gets its neighbour in the row, from that the
 * next one in the column, and so on to a cell that shares no row or column with its own. Only the
 * last one is sensitive, as with the record in (2,1) that gives (4,Os) of Simple2D away. */
static void test_views__a_chain_of_rows_is_followed(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    held *h = malloc(sizeof *h);
    cdn_suppress_result r;
    start_square(b, 4, NULL);
    hold(b, h, 1);
    for (uint32_t c = 0; c < 25; c++)
        b->costs[c] = 50;
    /* ring of the 5 x 5 layout: (1,1) (1,2) (2,2) (2,3) (3,3) (3,1) */
    const uint32_t cells[] = {6, 7, 12, 13, 18, 16};
    for (uint32_t i = 0; i < 6; i++)
        b->costs[cells[i]] = 1;
    b->marks[13] = CDN_CELL_SENSITIVE;
    b->marks[6] = CDN_CELL_SENSITIVE;
    h->of[0][6] = 3;
    assert_views_decide(b, &r);
    cdn_suppress_result_release(&r);
    free(h);
    free(b);
}

/* A total of one and the one below it are the same contributor: its own cells are no exposure. */
static void test_views__own_cells_are_not_protected_from_their_contributor(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    held *h = malloc(sizeof *h);
    cdn_suppress_result r, plain;
    start_square(b, 3, NULL);
    b->marks[4] = b->marks[5] = CDN_CELL_SENSITIVE;
    assert_int_equal(cdn_suppress(&b->system, &plain, NULL), CDN_OK);
    hold(b, h, 2);
    h->of[0][4] = h->of[0][5] = 1;
    h->of[1][4] = h->of[1][5] = 1;
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_OK);
    assert_int_equal(r.secondary_count, plain.secondary_count);
    cdn_suppress_result_release(&r);
    h->of[1][5] = 2; /* but of another workplace */
    h->of[0][5] = 0;
    assert_views_decide(b, &r);
    cdn_suppress_result_release(&plain);
    cdn_suppress_result_release(&r);
    free(h);
    free(b);
}

static void test_views__what_known_cells_give_a_contributor_is_refused(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    held *h = malloc(sizeof *h);
    cdn_suppress_result r;
    cdn_error error = CDN_ERROR_INIT;
    builder_start(b, 3);
    builder_term(b, 0, -1);
    builder_term(b, 1, 1);
    builder_term(b, 2, 1);
    builder_end_equation(b);
    for (uint32_t c = 0; c < 3; c++)
        builder_figure(b, c);
    b->marks[0] = CDN_CELL_KNOWN;
    b->marks[1] = b->marks[2] = CDN_CELL_SENSITIVE;
    assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_OK);
    cdn_suppress_result_release(&r);
    hold(b, h, 1);
    h->of[0][1] = 1;
    assert_int_equal(cdn_suppress(&b->system, &r, &error), CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "contributor"));
    free(h);
    free(b);
}

/* --- random systems --------------------------------------------------------------------------- */

static void random_system(builder *b, held *h, uint64_t *state)
{
    dimension dimensions[3];
    uint32_t count = 2 + builder_below(state, 2);
    for (uint32_t i = 0; i < count; i++) {
        dimension *d = &dimensions[i];
        *d = (dimension){.size = 3 + builder_below(state, count == 2 ? 5 : 2)};
        bool grouped = d->size > 5 && builder_below(state, 2) == 0;
        for (uint32_t c = 1; c < d->size; c++)
            d->parents[c] = grouped && c > 2 ? 1 + c % 2 : 0;
    }
    builder_start(b, builder_table_cells(dimensions, count));
    builder_add_table(b, dimensions, count);
    hold(b, h, 1 + builder_below(state, 2));
    uint32_t sensitive = 5 + builder_below(state, 40), keep = builder_below(state, 3) * 10;
    uint32_t known = builder_below(state, 4) == 0 ? 5 : 0, hidden = builder_below(state, 4) * 5;
    uint32_t share = 1 + builder_below(state, 4), people = 1 + builder_below(state, 12);
    for (uint32_t c = 0; c < b->system.cell_count; c++) {
        b->costs[c] = 1 + builder_below(state, 50);
        if (builder_below(state, 100) < sensitive)
            b->marks[c] = CDN_CELL_SENSITIVE;
        else if (builder_below(state, 100) < known)
            b->marks[c] = (uint8_t)(CDN_CELL_KNOWN |
                                    (builder_below(state, 2) == 0 ? CDN_CELL_COMMON : 0u));
        else if (builder_below(state, 100) < keep)
            b->marks[c] = CDN_CELL_KEEP;
        for (uint32_t k = 0; k < b->system.holder_kinds; k++) {
            if (builder_below(state, 5) < share)
                h->of[k][c] = 1 + builder_below(state, people);
        }
        if (builder_below(state, 100) >= hidden)
            builder_figure(b, c);
    }
    for (uint32_t rates = builder_below(state, 4); rates > 0; rates--) {
        builder_use(b, builder_below(state, b->system.cell_count));
        builder_use(b, builder_below(state, b->system.cell_count));
        builder_end_figure(b);
    }
}

static void test_views__random_systems_are_safe_from_everybody(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    held *h = malloc(sizeof *h);
    uint64_t state = 5;
    uint32_t refused = 0, needed = 0;
    uint8_t everything[BUILDER_LISTS];
    memset(everything, 1, sizeof everything);
    for (uint32_t i = 0; i < 400; i++) {
        random_system(b, h, &state);
        cdn_suppress_result r, plain;
        cdn_system outsiders = b->system;
        outsiders.holder_kinds = 0;
        cdn_status status = cdn_suppress(&b->system, &r, NULL);
        bool hopeless = attacker_anybody_wins(&b->system, everything);
        assert_int_equal(status, hopeless ? CDN_E_REFUSED : CDN_OK);
        refused += hopeless;
        if (hopeless)
            continue;
        assert_false(attacker_anybody_wins(&b->system, r.figure_withheld));
        assert_int_equal(cdn_suppress(&outsiders, &plain, NULL), CDN_OK);
        needed += attacker_anybody_wins(&b->system, plain.figure_withheld);
        cdn_suppress_result_release(&plain);
        cdn_suppress_result_release(&r);
    }
    assert_true(refused > 10);
    assert_true(needed > 100);
    free(h);
    free(b);
}

/* Contributors with one cell each, then with several, and none that knows of others without the
 * release: no figure of one cell could be published again. */
static void test_views__nothing_is_withheld_for_nothing(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    held *h = malloc(sizeof *h);
    uint64_t state = 77;
    uint32_t tried = 0;
    for (uint32_t i = 0; i < 200; i++) {
        cdn_suppress_result r;
        random_system(b, h, &state);
        for (uint32_t k = 0; i < 100 && k < b->system.holder_kinds; k++) {
            for (uint32_t c = 0; c < b->system.cell_count; c++)
                h->of[k][c] = h->of[k][c] == 0 ? 0 : c + 1;
        }
        bool excused = false;
        if (cdn_suppress(&b->system, &r, NULL) != CDN_OK)
            continue;
        (void)attacker_anybody_wins_or(&b->system, r.figure_withheld, &excused);
        for (uint32_t f = 0; f < b->system.figure_count && !excused; f++) {
            uint32_t j = b->system.figure_start[f], end = b->system.figure_start[f + 1];
            while (j < end && !(b->marks[b->system.figure_cell[j]] & CDN_CELL_SENSITIVE))
                j++;
            if (!r.figure_withheld[f] || j < end ||
                (i >= 100 && end - b->system.figure_start[f] > 1))
                continue;
            r.figure_withheld[f] = 0;
            assert_true(attacker_anybody_wins(&b->system, r.figure_withheld));
            r.figure_withheld[f] = 1;
            tried++;
        }
        cdn_suppress_result_release(&r);
    }
    assert_true(tried > 1000);
    free(h);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views__two_lone_contributors_in_a_row_get_a_third_cell),
        cmocka_unit_test(test_views__a_lone_contributor_is_no_company),
        cmocka_unit_test(test_views__one_provider_in_several_cells_is_one_attacker),
        cmocka_unit_test(test_views__a_chain_of_rows_is_followed),
        cmocka_unit_test(test_views__own_cells_are_not_protected_from_their_contributor),
        cmocka_unit_test(test_views__what_known_cells_give_a_contributor_is_refused),
        cmocka_unit_test(test_views__random_systems_are_safe_from_everybody),
        cmocka_unit_test(test_views__nothing_is_withheld_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
