/* test_tabulate.c - every cell of every table against a count by hand, on seeded random data.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "core/alloc.h"
#include "seal/digest.h"
#include "support/unit.h"
#include "support/workforce.h"

static wf_data data;
static wf_world world;
static wf_plan plan;
static const uint8_t *perturbation_key;

static cdn_status try_tabulate(const cdn_snapshot *snapshot, unsigned threads, cdn_cells **cells,
                               cdn_error *error)
{
    const cdn_cells_input cells_input = {snapshot, &wf_catalogue, &plan.plan, &wf_agreement,
                                         &wf_policy, perturbation_key, threads, NULL, 0, NULL};
    return cdn_cells_create(&cells_input, cells, error);
}

static cdn_cells *tabulate(const cdn_snapshot *snapshot, unsigned threads)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_cells *cells = NULL;
    if (try_tabulate(snapshot, threads, &cells, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return cells;
}

/* Loads `data` and tabulates `plan`; the cells agree with the count by hand. */
static cdn_cells *checked_cells(cdn_snapshot **snapshot)
{
    *snapshot = wf_load(&data);
    cdn_cells *cells = tabulate(*snapshot, 2);
    wf_world_make(&data, &world);
    wf_check_tables(cells, &plan.plan, &world);
    wf_check_equations(cells);
    return cells;
}

static void check_plan(void)
{
    cdn_snapshot *snapshot = NULL;
    cdn_cells_destroy(checked_cells(&snapshot));
    cdn_snapshot_close(snapshot);
}

static void show_all(void)
{
    for (uint32_t m = 0; m < WF_MEASURES; m++)
        if (m != WF_LOCATIONS && m != WF_COVERAGE)
            wf_show(&plan, m);
}

static void test_tabulate__every_kind_of_measure(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        wf_random(&data, seed, 50, 500);
        wf_plan_start(&plan);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_AREA, 1, 1);
        wf_by(&plan, WF_DIM_SERVICE, 0, 0);
        show_all();
        check_plan();
    }
}

static void test_tabulate__levels_and_totals_of_four_dimensions(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 13; seed++) {
        wf_random(&data, seed, 40, 500);
        wf_plan_start(&plan);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_GENDER, 0, 0);
        wf_by(&plan, WF_DIM_AREA, 0, 1);
        wf_by(&plan, WF_DIM_SIZE, 0, 0);
        wf_by(&plan, WF_DIM_ROLE, 0, 0);
        wf_show(&plan, WF_WORKERS);
        wf_show(&plan, WF_FEMALE);
        wf_show(&plan, WF_PAY);
        wf_show(&plan, WF_PAY_WOMEN);
        wf_show(&plan, WF_P90);
        check_plan();
    }
}

static void test_tabulate__negative_contributions(void **state)
{
    (void)state;
    wf_random(&data, 21, 60, 10);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_SIZE, 0, 0);
    wf_show(&plan, WF_NET);
    cdn_snapshot *snapshot = NULL;
    cdn_cells *cells = checked_cells(&snapshot);
    uint32_t below = 0, larger = 0, negative = 0;
    for (uint32_t c = 0; c < cells->count; c++) {
        below += cells->cells[c].value < 0;
        negative += cells->cells[c].has_negative;
        larger += cells->cells[c].total > llabs(cells->cells[c].value);
    }
    assert_true(below > 5 && larger > 5 && negative > below); /* the case is really in the data */
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

/* By role, gender and service many cells have one contributor of each kind. */
static void test_tabulate__who_is_alone_has_a_name(void **state)
{
    (void)state;
    wf_random(&data, 22, 40, 90);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_by(&plan, WF_DIM_ROLE, 0, 0);
    wf_show(&plan, WF_WORKERS);
    wf_show(&plan, WF_PAY);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&plan, WF_TURNOVER);
    wf_show(&plan, WF_POSTS);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SECTOR, 0, 0);
    wf_show(&plan, WF_COVERAGE);
    cdn_snapshot *snapshot = NULL;
    cdn_cells *cells = checked_cells(&snapshot);
    uint32_t alone[CDN_CONTRIBUTOR_END_] = {0}, companies = 0, idle = 0;
    for (uint32_t c = 0; c < cells->count; c++) {
        const cdn_cell *cell = &cells->cells[c];
        for (uint32_t kind = 0; kind < CDN_CONTRIBUTOR_END_; kind++)
            alone[kind] += cell->sole[kind] != 0;
        companies += cell->top[4] > 0;
        idle += cell->sole[CDN_CONTRIBUTOR_PROVIDER] != 0 && cell->providers > 1;
    }
    assert_true(alone[0] > 20 && alone[1] > alone[0] && alone[2] > alone[1]);
    assert_true(companies > 20 && idle > 0);
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

/* Without a word in the policy, waivers and requests of the data mean nothing. */
static void test_tabulate__waivers_and_requests_of_providers(void **state)
{
    (void)state;
    static wf_wishes wishes;
    wf_random(&data, 23, 35, 300);
    for (uint32_t i = 0; i < data.workplaces; i++) {
        data.workplace[i].org = (int)(i * 7 % 31); /* few workplaces each, or nobody waives */
        if (data.workplace[i].service == 0)
            data.workplace[i].t_ok = 1;
    }
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&plan, WF_NET);
    wf_show(&plan, WF_PAY);
    wf_show(&plan, WF_POSTS);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SECTOR, 0, 0);
    wf_show(&plan, WF_COVERAGE);
    cdn_snapshot *snapshot = wf_load(&data);
    wf_world_make(&data, &world);
    for (int asked = 0; asked < 4; asked++) {
        cdn_policy policy = wf_policy;
        policy.waivers = world.waivers = (asked & 1) != 0;
        policy.request.on = world.requests = (asked & 2) != 0;
        cdn_error error = CDN_ERROR_INIT;
        cdn_cells *cells = NULL;
        const cdn_cells_input cells_input = {snapshot, wf_wishing_catalogue(&wishes),
                                             &plan.plan, &wf_agreement, &policy, NULL, 2, NULL, 0,
                                             NULL};
        if (cdn_cells_create(&cells_input, &cells, &error) != CDN_OK)
            fail_msg("%s", error.message);
        wf_check_tables(cells, &plan.plan, &world);
        uint32_t waived = 0, requested = 0, all = 0;
        for (uint32_t c = 0; c < cells->count; c++) {
            waived += cells->cells[c].waived != 0;
            requested += cells->cells[c].asked != 0;
            all += cells->cells[c].unwaived == 0 && cells->cells[c].providers > 0;
        }
        assert_int_equal(waived > 20 && all > 0, policy.waivers);
        assert_int_equal(requested > 20, policy.request.on);
        assert_true(policy.waivers || waived + all == 0);
        assert_true(policy.request.on || requested == 0);
        cdn_cells_destroy(cells);
    }
    cdn_snapshot_close(snapshot);
}

/* The same records have the same key, whatever table they are in; published rows count too. */
static void test_tabulate__keys_are_sums_of_the_records_keys(void **state)
{
    (void)state;
    static const uint8_t key[CDN_CELLS_KEY_SIZE] = "a key that only the owner knows";
    for (uint64_t seed = 24; seed <= 25; seed++) {
        wf_random(&data, seed, 50, 300);
        wf_plan_start(&plan);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_AREA, 0, 1);
        show_all();
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_SERVICE, 0, 0);
        wf_by(&plan, WF_DIM_ROLE, 0, 0);
        wf_only(&plan, WF_DIM_BOARD, 0, 1);
        wf_show(&plan, WF_WORKERS);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_SECTOR, 0, 0);
        wf_show(&plan, WF_COVERAGE);
        perturbation_key = key;
        cdn_snapshot *snapshot = wf_load(&data);
        cdn_cells *cells = tabulate(snapshot, 2);
        wf_world_make(&data, &world);
        wf_world_keys(&world, key);
        wf_check_tables(cells, &plan.plan, &world);
        uint32_t keyed = 0;
        for (uint32_t c = 0; c < cells->count; c++)
            keyed += cells->cells[c].key != 0;
        assert_true(keyed > 100);
        cdn_cells_destroy(cells);
        cdn_snapshot_close(snapshot);
        perturbation_key = NULL;
    }
}

/* A group is called by the value that its members share. */
static void test_tabulate__keys_of_groups(void **state)
{
    (void)state;
    static const uint8_t key[CDN_CELLS_KEY_SIZE] = "another";
    cdn_measure measures[WF_MEASURES];
    memcpy(measures, wf_catalogue.measures, sizeof measures);
    measures[WF_WORKPLACES].parts[0].record = WF_PROVIDER;
    cdn_catalogue catalogue = wf_catalogue;
    catalogue.measures = measures;
    wf_random(&data, 26, 30, 10);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_show(&plan, WF_WORKPLACES);
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_cells *cells = NULL;
    cdn_error error = CDN_ERROR_INIT;
    const cdn_cells_input cells_input = {snapshot, &catalogue, &plan.plan, &wf_agreement,
                                         &wf_policy, key, 1, NULL, 0, NULL};
    assert_int_equal(cdn_cells_create(&cells_input, &cells, &error),
                     CDN_OK);
    uint64_t expected = 0;
    uint32_t providers = 0;
    for (int org = 0; org < 12; org++) {
        bool found = false;
        for (uint32_t i = 0; i < data.workplaces; i++)
            found = found || data.workplace[i].org == org;
        char name[32], hex[CDN_SHA256_HEX];
        int length = snprintf(name, sizeof name, "provider%cO%d", 0, org);
        assert_int_equal(cdn_hmac_sha256_hex(key, sizeof key, name, (size_t)length, hex, &error),
                         CDN_OK);
        hex[16] = '\0';
        expected += found ? strtoull(hex, NULL, 16) : 0;
        providers += found;
    }
    assert_int_equal(cells->cells[cells->figures[0].cells[0]].value, providers);
    assert_true(cells->cells[cells->figures[0].cells[0]].key == expected);
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

static void test_tabulate__filters_narrow_keys_and_totals(void **state)
{
    (void)state;
    wf_random(&data, 31, 60, 400);
    wf_plan_start(&plan);
    wf_table(&plan, true); /* three areas: region S is area A3 alone */
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_ROLE, 0, 0);
    wf_only(&plan, WF_DIM_AREA, 1, 7);
    wf_only(&plan, WF_DIM_SERVICE, 0, 3);
    wf_show(&plan, WF_WORKERS);
    wf_show(&plan, WF_PAY);
    wf_table(&plan, true); /* two filters on one classification: only A1 is left */
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_only(&plan, WF_DIM_AREA, 0, 1);
    wf_only(&plan, WF_DIM_BOARD, 0, 1);
    wf_show(&plan, WF_WORKERS);
    wf_table(&plan, true); /* a filter on a measure's own axis */
    wf_by(&plan, WF_DIM_ROLE, 0, 0);
    wf_only(&plan, WF_DIM_GENDER, 0, 1);
    wf_show(&plan, WF_FEMALE);
    wf_show(&plan, WF_PAY_WOMEN);
    wf_table(&plan, false); /* filters that leave nothing */
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    wf_only(&plan, WF_DIM_AREA, 0, 1);
    wf_only(&plan, WF_DIM_AREA, 1, 8);
    wf_show(&plan, WF_WORKERS);
    check_plan();
}

static void test_tabulate__totals_may_be_left_out(void **state)
{
    (void)state;
    wf_random(&data, 41, 40, 400);
    wf_plan_start(&plan);
    wf_table(&plan, false);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_GENDER, 0, 0);
    wf_show(&plan, WF_WORKERS);
    wf_show(&plan, WF_FEMALE);
    wf_show(&plan, WF_MEDIAN);
    check_plan();
}

static void test_tabulate__sums_of_columns(void **state)
{
    (void)state;
    wf_random(&data, 51, 60, 10);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_KIND, 0, 0);
    wf_show(&plan, WF_POSTS);
    cdn_snapshot *snapshot = NULL;
    cdn_cells *cells = checked_cells(&snapshot);
    /* every sum is linked to its two terms, which are right and which no figure uses */
    const cdn_cell_table *table = &cells->tables[0];
    wf_code areas[16], kinds[16];
    assert_int_equal(table->key_count,
                     wf_codes(plan.tables, 0, areas) * wf_codes(plan.tables, 1, kinds));
    for (uint32_t key = 0; key < table->key_count; key++) {
        uint32_t leaves[WF_AXES], sum = cells->figures[key].cells[0], found = 0;
        wf_filters(NULL, 0, leaves);
        leaves[WF_AREA] = areas[key / 3].leaves;
        leaves[WF_KIND] = kinds[key % 3].leaves;
        for (uint32_t e = 0; e < cells->equation_count; e++) {
            const uint32_t *in = cells->equation_cell + cells->equation_start[e];
            uint32_t count = cells->equation_start[e + 1] - cells->equation_start[e];
            if (count != 3 || in[0] != sum ||
                cells->cells[in[1]].variable == cells->cells[sum].variable)
                continue;
            found++;
            for (uint32_t term = 1; term <= 2; term++) {
                wf_statistic s;
                assert_true(wf_part(WF_POSTS, term, &s));
                cdn_cell expected = wf_count(&world, &s, leaves);
                expected.variable = cells->cells[in[term]].variable;
                assert_int_equal(cells->cells[in[term]].value, expected.value);
                assert_int_equal(cells->cells[in[term]].records, expected.records);
                assert_int_equal(cells->cells[in[term]].top[0], expected.top[0]);
                for (uint32_t f = 0; f < cells->figure_count; f++)
                    assert_int_not_equal(cells->figures[f].cells[0], in[term]);
            }
        }
        assert_int_equal(found, 1);
    }
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

/* The category of a figure's numerator. */
static cdn_category category_of(const cdn_cells *cells, const cdn_figure *figure)
{
    for (uint32_t c = 0; c < cells->category_count; c++)
        if (cells->categories[c].part == figure->cells[0] &&
            cells->categories[c].whole == figure->cells[1])
            return cells->categories[c];
    fail_msg("a share has no category");
    return (cdn_category){0, 0, 0, 0};
}

static void test_tabulate__a_share_knows_its_complement(void **state)
{
    (void)state;
    wf_random(&data, 61, 40, 500);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_ROLE, 0, 0);
    wf_show(&plan, WF_FEMALE);
    cdn_snapshot *snapshot = NULL;
    cdn_cells *cells = checked_cells(&snapshot);
    wf_code roles[16];
    uint32_t count = wf_codes(plan.tables, 0, roles);
    for (uint32_t key = 0; key < count; key++) {
        uint32_t leaves[WF_AXES];
        wf_filters(NULL, 0, leaves);
        leaves[WF_ROLE] = roles[key].leaves;
        cdn_category category = category_of(cells, &cells->figures[key]);
        wf_statistic men;
        assert_true(wf_part(WF_FEMALE, 2, &men));
        cdn_cell expected = wf_count(&world, &men, leaves);
        assert_int_equal(cells->cells[category.rest].value, expected.value);
        assert_int_equal(cells->cells[category.rest].providers, expected.providers);
    }
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

/* In a count by a characteristic of people each key belongs to the total over that
 * characteristic. */
static void test_tabulate__a_count_by_a_characteristic_has_groups(void **state)
{
    (void)state;
    wf_random(&data, 71, 30, 300);
    for (int totals = 0; totals < 2; totals++) {
        wf_plan_start(&plan);
        wf_table(&plan, totals == 1);
        wf_by(&plan, WF_DIM_SERVICE, 0, 0);
        wf_by(&plan, WF_DIM_GENDER, 0, 0);
        wf_by(&plan, WF_DIM_ROLE, 0, 0);
        wf_show(&plan, WF_WORKERS);
        cdn_snapshot *snapshot = NULL;
        cdn_cells *cells = checked_cells(&snapshot);
        wf_code services[16], genders[16], roles[16];
        uint32_t ns = wf_codes(plan.tables, 0, services), ng = wf_codes(plan.tables, 1, genders);
        uint32_t nr = wf_codes(plan.tables, 2, roles);
        for (uint32_t key = 0; key < ns * ng * nr; key++) {
            uint32_t leaves[WF_AXES], found = 0, cell = cells->figures[key].cells[0];
            const wf_code *gender = &genders[key / nr % ng];
            wf_filters(NULL, 0, leaves);
            leaves[WF_SERVICE] = services[key / nr / ng].leaves;
            leaves[WF_ROLE] = roles[key % nr].leaves;
            wf_statistic s;
            assert_true(wf_part(WF_WORKERS, 0, &s));
            cdn_cell whole = wf_count(&world, &s, leaves);
            for (uint32_t c = 0; c < cells->category_count; c++)
                if (cells->categories[c].part == cell) {
                    found++;
                    assert_int_equal(cells->categories[c].rest, CDN_NONE);
                    assert_int_equal(cells->cells[cells->categories[c].whole].value, whole.value);
                    assert_int_equal(cells->cells[cells->categories[c].whole].records,
                                     whole.records);
                }
            assert_int_equal(found, strcmp(gender->code, "_T") != 0);
        }
        cdn_cells_destroy(cells);
        cdn_snapshot_close(snapshot);
    }
}

/* ---- one meaning, one cell ---- */

typedef struct identity {
    uint32_t record, value;
    uint32_t leaves[WF_AXES];
    uint8_t usable[WF_MOST_WORKERS];
    uint32_t cell;
} identity;

static uint32_t identities(const cdn_cells *cells, identity *out, uint32_t room)
{
    uint32_t count = 0;
    for (uint32_t t = 0; t < plan.plan.table_count; t++) {
        const cdn_plan_table *table = &plan.tables[t];
        const cdn_cell_table *found = &cells->tables[t];
        wf_code codes[4][16];
        for (uint32_t d = 0; d < table->dimension_count; d++)
            (void)wf_codes(table, d, codes[d]);
        for (uint32_t f = 0; f < found->key_count * table->measure_count; f++) {
            uint32_t measure = table->measures[f / found->key_count].index;
            for (uint32_t p = 0; p < wf_part_count(measure) && p < 2; p++) {
                wf_statistic s;
                identity *i = &out[count++];
                assert_true(count <= room && wf_part(measure, p, &s));
                memset(i, 0, sizeof *i);
                i->record = s.record;
                i->value = s.value;
                i->cell = cells->figures[found->first_figure + f].cells[p];
                wf_filters(table->filters, table->filter_count, i->leaves);
                uint32_t rest = f % found->key_count;
                for (uint32_t d = table->dimension_count; d-- > 0;) {
                    i->leaves[wf_axis_of(table->dimensions[d].dimension)] &=
                        codes[d][rest % found->columns[d].count].leaves;
                    rest /= found->columns[d].count;
                }
                if (s.axis != WF_ANY)
                    i->leaves[s.axis] &= s.leaves;
                for (uint32_t r = 0; r < world.counts[s.record]; r++)
                    i->usable[r] = wf_usable(&world.records[s.record][r], measure);
            }
        }
    }
    return count;
}

static bool same_meaning(const identity *a, const identity *b)
{
    return a->record == b->record && a->value == b->value &&
           memcmp(a->leaves, b->leaves, sizeof a->leaves) == 0 &&
           memcmp(a->usable, b->usable, sizeof a->usable) == 0;
}

static void test_tabulate__one_meaning_is_one_cell(void **state)
{
    (void)state;
    enum { ROOM = 700 };
    wf_random(&data, 81, 40, 300);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_GENDER, 0, 0);
    wf_show(&plan, WF_WORKERS);
    wf_show(&plan, WF_PAY);
    wf_table(&plan, true); /* the total over board is the total over area; women are a gender */
    wf_by(&plan, WF_DIM_BOARD, 0, 0);
    wf_show(&plan, WF_FEMALE);
    wf_show(&plan, WF_PAY_WOMEN);
    wf_show(&plan, WF_MEDIAN);
    wf_show(&plan, WF_NET);
    wf_table(&plan, false); /* a filter is a key of another table */
    wf_by(&plan, WF_DIM_GENDER, 0, 0);
    wf_only(&plan, WF_DIM_AREA, 1, 2);
    wf_show(&plan, WF_WORKERS);
    wf_table(&plan, true); /* the same expression twice in the catalogue */
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&plan, WF_NET_AGAIN);
    wf_show(&plan, WF_WORKERS);
    cdn_snapshot *snapshot = NULL;
    cdn_cells *cells = checked_cells(&snapshot);
    static identity list[ROOM];
    uint32_t count = identities(cells, list, ROOM), shared = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < i; j++) {
            bool same = same_meaning(&list[i], &list[j]);
            assert_int_equal(list[i].cell == list[j].cell, same);
            shared += same;
        }
    assert_true(shared >= 10);
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

/* ---- the public register ---- */

static void test_tabulate__a_register_is_public_where_it_says_so_itself(void **state)
{
    (void)state;
    wf_random(&data, 91, 60, 0);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SECTOR, 0, 0);
    wf_by(&plan, WF_DIM_LINKED, 0, 0);
    wf_show(&plan, WF_LOCATIONS);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SECTOR, 0, 0);
    wf_show(&plan, WF_COVERAGE);
    cdn_snapshot *snapshot = NULL;
    cdn_cells *cells = checked_cells(&snapshot);
    for (uint32_t sector = 0; sector < 3; sector++) {
        for (uint32_t linked = 0; linked < 3; linked++) {
            uint32_t cell = cells->figures[sector * 3 + linked].cells[0];
            assert_int_equal(cells->cells[cell].is_public, linked == 2);
        }
        const cdn_figure *coverage = &cells->figures[9 + sector];
        assert_false(cells->cells[coverage->cells[0]].is_public);
        assert_true(cells->cells[coverage->cells[1]].is_public);
        assert_int_equal(coverage->cells[1], cells->figures[sector * 3 + 2].cells[0]);
    }
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

/* ---- the same for any number of threads ---- */

static void same_cells(const cdn_cells *a, const cdn_cells *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t c = 0; c < a->count; c++) {
        const cdn_cell *x = &a->cells[c], *y = &b->cells[c];
        assert_int_equal(x->value, y->value);
        assert_int_equal(x->variable, y->variable);
        assert_int_equal(x->records, y->records);
        assert_int_equal(x->workers, y->workers);
        assert_int_equal(x->workplaces, y->workplaces);
        assert_int_equal(x->providers, y->providers);
        assert_int_equal(x->total, y->total);
        assert_memory_equal(x->top, y->top, sizeof x->top);
        assert_memory_equal(x->sole, y->sole, sizeof x->sole);
        assert_int_equal(x->has_negative, y->has_negative);
        assert_int_equal(x->unwaived, y->unwaived);
        assert_int_equal(x->is_public, y->is_public);
    }
    assert_int_equal(a->equation_count, b->equation_count);
    assert_memory_equal(a->equation_start, b->equation_start,
                        (a->equation_count + 1) * sizeof *a->equation_start);
    uint32_t entries = a->equation_start[a->equation_count];
    assert_memory_equal(a->equation_cell, b->equation_cell, entries * sizeof *a->equation_cell);
    assert_memory_equal(a->equation_coefficient, b->equation_coefficient,
                        entries * sizeof *a->equation_coefficient);
    assert_int_equal(a->category_count, b->category_count);
    assert_memory_equal(a->categories, b->categories,
                        a->category_count * sizeof *a->categories);
    assert_int_equal(a->figure_count, b->figure_count);
    assert_memory_equal(a->figures, b->figures, a->figure_count * sizeof *a->figures);
}

static void large_plan(void)
{
    wf_random(&data, 101, 60, 600);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    show_all();
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_BOARD, 0, 0);
    wf_show(&plan, WF_FEMALE);
    wf_show(&plan, WF_TURNOVER);
    wf_table(&plan, false);
    wf_by(&plan, WF_DIM_SECTOR, 0, 0);
    wf_show(&plan, WF_COVERAGE);
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_WORKERS);
    wf_show(&plan, WF_TURNOVER);
    wf_show(&plan, WF_MEDIAN);
    wf_show(&plan, WF_FEMALE);
}

static void test_tabulate__threads_do_not_matter(void **state)
{
    (void)state;
    large_plan();
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_cells *one = tabulate(snapshot, 1);
    for (unsigned threads = 2; threads <= 7; threads += 5) {
        cdn_cells *many = tabulate(snapshot, threads);
        same_cells(one, many);
        cdn_cells_destroy(many);
    }
    cdn_cells_destroy(one);
    cdn_snapshot_close(snapshot);
}

/* ---- refusals ---- */

static void test_tabulate__crossing_a_classification_with_itself_is_refused(void **state)
{
    (void)state;
    wf_random(&data, 111, 10, 10);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_by(&plan, WF_DIM_AREA, 0, 0);
    wf_by(&plan, WF_DIM_BOARD, 0, 0);
    wf_show(&plan, WF_WORKERS);
    plan.dimensions[0][2].line = 17;
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_error error = CDN_ERROR_INIT;
    cdn_cells *cells = (cdn_cells *)(void *)&plan;
    assert_int_equal(try_tabulate(snapshot, 1, &cells, &error), CDN_E_REFUSED);
    assert_null(cells);
    assert_string_equal(error.source, "script.lua");
    assert_int_equal(error.line, 17);
    assert_non_null(strstr(error.message, "\"board\" with \"area\""));
    cdn_snapshot_close(snapshot);
}

static void test_tabulate__a_sum_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    for (uint32_t workplaces = 7; workplaces <= 8; workplaces++) {
        memset(&data, 0, sizeof data);
        data.workplaces = workplaces;
        for (uint32_t i = 0; i < workplaces; i++)
            data.workplace[i] = (wf_workplace){.org = 1, .staff = 3, .location = WF_BLANK,
                                               .weight_1 = 1 << 30, .weight_2 = 1 << 30};
        wf_plan_start(&plan);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_SERVICE, 0, 0);
        wf_show(&plan, WF_WEIGHT);
        cdn_snapshot *snapshot = wf_load(&data);
        cdn_error error = CDN_ERROR_INIT;
        cdn_cells *cells = NULL;
        cdn_status status = try_tabulate(snapshot, 2, &cells, &error);
        assert_int_equal(status, workplaces == 7 ? CDN_OK : CDN_E_LIMIT); /* 8 x 2^60 = 2^63 */
        cdn_cells_destroy(cells);
        cdn_snapshot_close(snapshot);
    }
}

static void test_tabulate__memory_may_run_out_anywhere(void **state)
{
    (void)state;
    wf_random(&data, 121, 20, 60);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_show(&plan, WF_FEMALE);
    wf_show(&plan, WF_TURNOVER);
    wf_show(&plan, WF_MEDIAN);
    wf_table(&plan, false);
    wf_by(&plan, WF_DIM_BOARD, 0, 0);
    wf_show(&plan, WF_POSTS);
    wf_show(&plan, WF_TURNOVER);
    wf_show(&plan, WF_VACANCY);
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_TURNOVER);
    wf_show(&plan, WF_MEDIAN);
    wf_list(&plan, WF_LOCATION);
    wf_field(&plan, WF_FIELD_LINKED);
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_cells_destroy(tabulate(snapshot, 1)); /* every column was verified once */
    long n = 0;
    cdn_status status = CDN_E_NOMEM;
    for (; status == CDN_E_NOMEM && n < 100000; n++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_cells *cells = NULL;
        cdn_alloc_fail_after(n);
        status = try_tabulate(snapshot, 1, &cells, &error);
        cdn_alloc_fail_after(-1);
        assert_true((status == CDN_OK) == (cells != NULL));
        assert_true(status == CDN_OK || error.status == CDN_E_NOMEM);
        cdn_cells_destroy(cells);
    }
    assert_int_equal(status, CDN_OK);
    assert_true(n > 300);
    cdn_snapshot_close(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tabulate__every_kind_of_measure),
        cmocka_unit_test(test_tabulate__levels_and_totals_of_four_dimensions),
        cmocka_unit_test(test_tabulate__negative_contributions),
        cmocka_unit_test(test_tabulate__who_is_alone_has_a_name),
        cmocka_unit_test(test_tabulate__waivers_and_requests_of_providers),
        cmocka_unit_test(test_tabulate__keys_are_sums_of_the_records_keys),
        cmocka_unit_test(test_tabulate__keys_of_groups),
        cmocka_unit_test(test_tabulate__filters_narrow_keys_and_totals),
        cmocka_unit_test(test_tabulate__totals_may_be_left_out),
        cmocka_unit_test(test_tabulate__sums_of_columns),
        cmocka_unit_test(test_tabulate__a_share_knows_its_complement),
        cmocka_unit_test(test_tabulate__a_count_by_a_characteristic_has_groups),
        cmocka_unit_test(test_tabulate__one_meaning_is_one_cell),
        cmocka_unit_test(test_tabulate__a_register_is_public_where_it_says_so_itself),
        cmocka_unit_test(test_tabulate__threads_do_not_matter),
        cmocka_unit_test(test_tabulate__crossing_a_classification_with_itself_is_refused),
        cmocka_unit_test(test_tabulate__a_sum_that_does_not_fit_is_refused),
        cmocka_unit_test(test_tabulate__memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
