/* test_values.c - published values by each method: against the exact ones, from changed parts, in
 * sums.
 *
 * One table of counts, a mean and a share by area and role, with all its totals, under a policy
 * that withholds nothing; exact values come from the same gate with bases of 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "release/values.h"
#include "unit/release/gate.h"

enum { COUNT, PAY, FEMALE, AGAIN, MEASURES };
#define KEYS 400

static gate_case g;
static int64_t exact[KEYS][MEASURES];
static cdn_value exact_value[KEYS][MEASURES];
static uint32_t key_count;
static const uint8_t key_a[CDN_PERTURBATION_KEY_SIZE] = {1, 2, 3};
static const uint8_t key_b[CDN_PERTURBATION_KEY_SIZE] = {1, 2, 4};

static void keep_values(int64_t out[KEYS][MEASURES])
{
    for (uint32_t k = 0; k < key_count; k++)
        for (uint32_t m = 0; m < MEASURES; m++)
            out[k][m] = gate_value(&g, 0, k, m)->number;
}

static int setup(void **state)
{
    (void)unit_scratch_setup(state);
    gate_start(&g);
    wf_random(&g.data, 5, 60, 500);
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_AREA, 0, 1);
    wf_by(&g.plan, WF_DIM_ROLE, 0, 0);
    wf_show(&g.plan, WF_WORKERS);
    wf_show(&g.plan, WF_PAY);
    wf_show(&g.plan, WF_FEMALE);
    wf_show(&g.plan, WF_WORKERS);
    cdn_policy *p = &g.policy;
    p->workers.on = p->workplaces.on = p->providers.on = false;
    p->quantile_workers.on = p->quantile_side.on = p->row_workers.on = false;
    p->dominance_count = 0;
    p->p_percent.on = false;
    p->group_disclosure = false;
    p->count_base = p->sum_base = 1;
    gate_clear(&g);
    key_count = g.release->outputs[0].row_count;
    assert_true(key_count > 20 && key_count < KEYS);
    keep_values(exact);
    for (uint32_t k = 0; k < key_count; k++)
        for (uint32_t m = 0; m < MEASURES; m++) {
            exact_value[k][m] = *gate_value(&g, 0, k, m);
            assert_int_not_equal(exact_value[k][m].status, CDN_VALUE_CONFIDENTIAL);
        }
    return 0;
}

static int teardown(void **state)
{
    gate_end(&g);
    return unit_scratch_teardown(state);
}

static void clear_with(cdn_rounding_method method, uint32_t base, const uint8_t *key)
{
    g.policy.rounding = method;
    g.policy.count_base = g.policy.sum_base = base;
    g.policy.noise = (cdn_noise){.deviation = 5, .variance = 2000, .small = 2, .contributors = 2,
                                 .flex = 100, .share_small = 100, .share_large = 20, .power = 3};
    g.key = key;
    gate_clear(&g);
}

/* True zeros stay; what becomes 0 without being 0 is low. */
static void check_zeros(void)
{
    for (uint32_t k = 0; k < key_count; k++) {
        const cdn_value *value = gate_value(&g, 0, k, COUNT);
        if (exact[k][COUNT] == 0)
            assert_true(value->status == CDN_VALUE_OK && value->number == 0);
        else
            assert_int_equal(value->status, value->number == 0 ? CDN_VALUE_LOW : CDN_VALUE_OK);
    }
}

/* Adds up: each equation of the table, by codes. Columns: area (both levels and _T), role and
 * _T. */
static void check_sums(void)
{
    const cdn_release_output *out = &g.release->outputs[0];
    uint32_t roles = out->columns[1].code_count, areas = out->columns[0].code_count;
    uint32_t total_role = CDN_NONE, sums = 0;
    for (uint32_t r = 0; r < roles; r++)
        if (strcmp(out->columns[1].codes[r], "_T") == 0)
            total_role = r;
    assert_int_not_equal(total_role, CDN_NONE);
    for (uint32_t a = 0; a < areas; a++) {
        int64_t sum = 0, wanted = 0;
        for (uint32_t r = 0; r < roles; r++)
            *(r == total_role ? &wanted : &sum) += gate_value(&g, 0, a * roles + r, COUNT)->number;
        assert_int_equal(sum, wanted);
        sums += wanted > 0;
    }
    assert_true(sums > 5);
    for (uint32_t r = 0; r < roles; r++) {
        int64_t finest = 0, regions = 0, rest = 0, total = 0;
        for (uint32_t a = 0; a < areas; a++) {
            const char *code = out->columns[0].codes[a];
            int64_t number = gate_value(&g, 0, a * roles + r, COUNT)->number;
            if (strcmp(code, "_T") == 0)
                total += number;
            else if (code[0] == 'A')
                finest += number;
            else if (strcmp(code, "N") == 0 || strcmp(code, "S") == 0)
                regions += number;
            else
                rest += number;
        }
        assert_int_equal(finest, regions);
        assert_int_equal(finest + rest, total);
    }
}

static int64_t size_of(int64_t x)
{
    return x < 0 ? -x : x;
}

static void test_values__random(void **state)
{
    (void)state;
    static int64_t a[KEYS][MEASURES], b[KEYS][MEASURES];
    clear_with(CDN_ROUNDING_RANDOM, 5, key_a);
    check_zeros();
    uint32_t far = 0;
    for (uint32_t k = 0; k < key_count; k++) {
        int64_t got = gate_value(&g, 0, k, COUNT)->number;
        assert_int_equal(got % 5, 0);
        assert_true(size_of(got - exact[k][COUNT]) < 5);
        far += size_of(got - exact[k][COUNT]) > 2; /* conventional rounding never is */
    }
    assert_true(far > 0);
    keep_values(a);
    clear_with(CDN_ROUNDING_RANDOM, 5, key_a);
    keep_values(b);
    assert_memory_equal(a, b, sizeof a);
    clear_with(CDN_ROUNDING_RANDOM, 5, key_b);
    keep_values(b);
    assert_true(memcmp(a, b, sizeof a) != 0);
}

static void test_values__another_key_gives_another_name(void **state)
{
    (void)state;
    clear_with(CDN_ROUNDING_RANDOM, 5, key_a);
    char *name = cdn_strdup(g.release->id);
    clear_with(CDN_ROUNDING_RANDOM, 5, key_a);
    assert_string_equal(name, g.release->id);
    clear_with(CDN_ROUNDING_RANDOM, 5, key_b);
    assert_string_not_equal(name, g.release->id);
    cdn_free(name);
    /* a method without draws does not look at the key */
    clear_with(CDN_ROUNDING_MIDPOINT, 6, key_a);
    name = cdn_strdup(g.release->id);
    clear_with(CDN_ROUNDING_MIDPOINT, 6, NULL);
    assert_string_equal(name, g.release->id);
    cdn_free(name);
}

static void test_values__controlled(void **state)
{
    (void)state;
    clear_with(CDN_ROUNDING_CONTROLLED, 5, NULL);
    check_zeros();
    check_sums();
    for (uint32_t k = 0; k < key_count; k++) {
        int64_t got = gate_value(&g, 0, k, COUNT)->number;
        assert_int_equal(got % 5, 0);
        assert_true(size_of(got - exact[k][COUNT]) < 5);
    }
    assert_true(g.release->changes[0].adds_up);
}

static void test_values__small_counts(void **state)
{
    (void)state;
    clear_with(CDN_ROUNDING_SMALL_COUNTS, 40, NULL);
    check_zeros();
    check_sums();
    uint32_t small = 0;
    for (uint32_t k = 0; k < key_count; k++) {
        int64_t got = gate_value(&g, 0, k, COUNT)->number;
        assert_true(got == 0 || got >= 40);
        small += exact[k][COUNT] > 0 && exact[k][COUNT] < 40;
    }
    assert_true(small > 0);
}

/* Women and all by midpoints of 6: 100 x m / n with m, n = 6 ceil(x / 6) - 3. */
static void test_values__midpoints_and_rates_from_them(void **state)
{
    (void)state;
    clear_with(CDN_ROUNDING_MIDPOINT, 6, NULL);
    check_zeros();
    uint32_t other = 0, rates = 0;
    for (uint32_t k = 0; k < key_count; k++) {
        int64_t n = exact[k][COUNT];
        assert_int_equal(gate_value(&g, 0, k, COUNT)->number, n == 0 ? 0 : (n + 5) / 6 * 6 - 3);
        const cdn_value *share = gate_value(&g, 0, k, FEMALE);
        if (exact_value[k][FEMALE].status != CDN_VALUE_OK || share->number == 0)
            continue;
        /* some quotient of odd multiples of 3, not above 1, to the published place */
        bool found = false;
        int64_t multiplier = wf_catalogue.measures[WF_FEMALE].multiplier;
        for (int64_t d = 3; d <= n + 6 && !found; d += 6)
            for (int64_t m = 3; m <= d && !found; m += 6)
                found = share->number == (2 * 10 * multiplier * m + d) / (2 * d);
        assert_true(found);
        other += share->number != exact[k][FEMALE];
        rates++;
    }
    assert_true(rates > 10 && other > 0);
}

static void test_values__cell_key(void **state)
{
    (void)state;
    clear_with(CDN_ROUNDING_CELL_KEY, 1, key_a);
    check_zeros();
    int64_t changed = 0;
    for (uint32_t k = 0; k < key_count; k++) {
        int64_t got = gate_value(&g, 0, k, COUNT)->number;
        assert_true(size_of(got - exact[k][COUNT]) <= 5);
        assert_true(got == 0 || got > 2);
        changed += got != exact[k][COUNT];
    }
    assert_true(changed > (int64_t)key_count / 4);
    assert_non_null(g.release->noise_digest);
    assert_string_equal(g.release->changes[0].bias, "0");
    assert_string_equal(g.release->changes[0].variance, "2");
    assert_string_equal(g.release->changes[0].largest, "5");
    /* the mean of pay moves with its parts */
    uint32_t moved = 0;
    for (uint32_t k = 0; k < key_count; k++)
        moved += gate_value(&g, 0, k, PAY)->number != exact[k][PAY];
    assert_true(moved > 0);
}

/* The same records in another place of another table: the same number. */
static void test_values__the_same_records_have_the_same_value(void **state)
{
    (void)state;
    clear_with(CDN_ROUNDING_CELL_KEY, 1, key_a);
    const cdn_release_output *out = &g.release->outputs[0];
    uint32_t roles = out->columns[1].code_count;
    for (uint32_t k = 0; k < key_count; k++) {
        assert_int_equal(gate_value(&g, 0, k, COUNT)->number, gate_value(&g, 0, k, AGAIN)->number);
        /* an area whose workers all have one role */
        for (uint32_t r = 0; r < roles; r++)
            if (exact[k / roles * roles + r][COUNT] == exact[k][COUNT] &&
                strcmp(out->columns[1].codes[k % roles], "_T") == 0)
                assert_int_equal(gate_value(&g, 0, k / roles * roles + r, COUNT)->number,
                                 gate_value(&g, 0, k, COUNT)->number);
    }
}

static void test_values__no_key_is_a_refusal(void **state)
{
    (void)state;
    static const cdn_rounding_method methods[] = {CDN_ROUNDING_RANDOM, CDN_ROUNDING_CELL_KEY};
    for (int i = 0; i < 2; i++) {
        g.policy.rounding = methods[i];
        g.key = NULL;
        assert_int_equal(gate_run(&g, 1), CDN_E_REFUSED);
        assert_non_null(strstr(g.error.message, "perturbation key"));
        assert_non_null(strstr(g.error.hint, "cordon key perturbation"));
    }
}

static void test_values__parts_of_a_share(void **state)
{
    (void)state;
    const cdn_measure *share = &wf_catalogue.measures[WF_FEMALE];
    const struct {
        int64_t exact[2], published[2];
        cdn_value_status status;
        int64_t number;
    } cases[] = {
        {{13, 14}, {15, 10}, CDN_VALUE_OK, 10},     /* never above the whole */
        {{1, 3}, {0, 5}, CDN_VALUE_LOW, 0},         /* not a true 0 */
        {{0, 3}, {0, 5}, CDN_VALUE_OK, 0},          /* a true 0 */
        {{1, 2}, {0, 0}, CDN_VALUE_NOT_AVAILABLE, 0}, /* the base rounds to 0 */
        {{0, 0}, {0, 0}, CDN_VALUE_NOT_APPLICABLE, 0},
        {{7, 12}, {5, 10}, CDN_VALUE_OK, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_figure_parts parts;
        cdn_value value;
        memcpy(parts.exact, cases[i].exact, sizeof parts.exact);
        memcpy(parts.published, cases[i].published, sizeof parts.published);
        assert_int_equal(cdn_values_figure(&wf_policy, share, &parts, &value, &error), CDN_OK);
        assert_int_equal(value.status, cases[i].status);
        assert_int_equal(value.number, cases[i].number * (int64_t)share->multiplier);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values__random),
        cmocka_unit_test(test_values__another_key_gives_another_name),
        cmocka_unit_test(test_values__controlled),
        cmocka_unit_test(test_values__small_counts),
        cmocka_unit_test(test_values__midpoints_and_rates_from_them),
        cmocka_unit_test(test_values__cell_key),
        cmocka_unit_test(test_values__the_same_records_have_the_same_value),
        cmocka_unit_test(test_values__no_key_is_a_refusal),
        cmocka_unit_test(test_values__parts_of_a_share),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
