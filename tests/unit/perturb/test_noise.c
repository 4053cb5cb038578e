/* test_noise.c - cell-key noise: look-ups over all draws, the flex function in floating point.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/noise.h"

#include <math.h>

#include "support/unit.h"

static const cdn_noise standard = {.deviation = 5, .variance = 2000, .small = 0, .contributors = 2,
                                   .flex = 1000, .share_small = 200, .share_large = 50,
                                   .power = 3};

static cdn_noise_tables *make(const cdn_noise *noise)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_noise_tables *tables = NULL;
    if (cdn_noise_tables_create(noise, &tables, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return tables;
}

/* Undoes x ^ (x >> shift). */
static uint64_t unshift(uint64_t z, unsigned shift)
{
    uint64_t x = z;
    for (int i = 0; i < 64; i++)
        x = z ^ (x >> shift);
    return x;
}

/* The multiplier that undoes an odd one, modulo 2^64. */
static uint64_t inverse(uint64_t odd)
{
    uint64_t x = 1;
    for (int i = 0; i < 7; i++)
        x *= 2 - odd * x;
    return x;
}

/* The key that draws `wanted`: that there is one for each makes a draw as uniform as its key. */
static uint64_t key_of(uint64_t wanted, uint32_t use)
{
    uint64_t z = unshift(wanted, 31) * inverse(UINT64_C(0x94d049bb133111eb));
    z = unshift(z, 27) * inverse(UINT64_C(0xbf58476d1ce4e5b9));
    z = unshift(z, 30);
    return z - use * UINT64_C(0x9e3779b97f4a7c15);
}

static void test_noise__a_draw_permutes_the_keys(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t wanted = i * UINT64_C(0x123456789abcdef1) + i;
        assert_true(cdn_draw(key_of(wanted, 1), 1) == wanted);
        assert_true(cdn_draw(key_of(wanted, 11), 11) == wanted);
        assert_true(cdn_draw(wanted, 1) != cdn_draw(wanted, 2));
    }
}

/* Over all draws of 32 bits, from step to step of the row. */
static void test_noise__counts_have_no_bias(void **state)
{
    (void)state;
    cdn_noise noise = standard;
    noise.deviation = 7;
    noise.variance = 4000;
    noise.small = 2;
    cdn_noise_tables *t = make(&noise);
    for (int64_t n = 1; n <= 14; n++) {
        uint32_t row = n > t->counts->rows ? t->counts->rows : (uint32_t)n;
        int64_t mean = 0, square = 0;
        uint64_t before = 0;
        for (uint32_t k = t->counts->start[row]; k < t->counts->start[row + 1]; k++) {
            cdn_error error = CDN_ERROR_INIT;
            uint64_t ends[2] = {before, t->counts->bounds[k] - 1};
            int64_t size = (int64_t)(t->counts->bounds[k] - before), out = 0;
            for (int end = 0; end < 2; end++) {
                uint64_t key = key_of(ends[end] << 32 | 0x12345678, CDN_DRAW_COUNT);
                assert_int_equal(cdn_noise_count(t, n, key, &out, &error), CDN_OK);
                assert_int_equal(out, n + t->counts->moves[k]);
                assert_true(out == 0 || out > 2);
                int64_t mirrored;
                assert_int_equal(cdn_noise_count(t, -n, key, &mirrored, &error), CDN_OK);
                assert_int_equal(mirrored, -out);
            }
            mean += size * (out - n);
            square += size * (out - n) * (out - n);
            before = t->counts->bounds[k];
        }
        assert_int_equal(mean, 0);
        assert_true(fabs((double)square / 4294967296.0 - 4.0) < 1e-7);
    }
    cdn_error error = CDN_ERROR_INIT;
    int64_t out = 5;
    for (uint64_t key = 0; key < 100; key++) {
        assert_int_equal(cdn_noise_count(t, 0, key << 57, &out, &error), CDN_OK);
        assert_int_equal(out, 0);
    }
    cdn_noise_tables_destroy(t);
}

static double flex(const cdn_noise *noise, double x)
{
    double small = noise->share_small / 1000.0, large = noise->share_large / 1000.0;
    double f = noise->flex;
    if (x < f)
        return small;
    return large * (1 + (small * x - large * f) / (large * f) * pow(2 * f / (f + x), noise->power));
}

static void test_noise__flex_function(void **state)
{
    (void)state;
    for (uint32_t power = 2; power <= 6; power++) {
        cdn_noise noise = standard;
        noise.power = power;
        for (double x = 0; x < 1e12; x = x * 1.7 + 37) {
            int64_t pence = (int64_t)floor(x * 100);
            double got = (double)cdn_noise_share(&noise, pence, 100) / 4294967296.0;
            if (fabs(got - flex(&noise, (double)pence / 100)) > 2e-5)
                fail_msg("x %.2f power %u: %.9f, expected %.9f", x, power, got,
                         flex(&noise, (double)pence / 100));
        }
        assert_true(fabs((double)cdn_noise_share(&noise, 1000, 1) / 4294967296.0 - 0.2) < 1e-8);
    }
}

/* With one contributor, over all draws: the mean is X, nothing changes sign, and the variance is
 * V d^2 where X is far from 0. */
static void test_noise__magnitudes_have_no_bias(void **state)
{
    (void)state;
    static const int64_t cases[][2] = {{300, 200}, {1000, 1000}, {50, 50}, {7, 5000}, {100, 4000},
                                       {900000, 800000}, {12345, 17}, {-300, 200}};
    cdn_noise noise = standard;
    noise.contributors = 1;
    cdn_noise_tables *t = make(&noise);
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        const int64_t unit = 1000000; /* so that rounding to 1 / unit does not show */
        int64_t value = cases[n][0] * unit;
        int64_t top[CDN_NOISE_TOP] = {cases[n][1] * unit, 3 * unit, 0, 0, 0};
        double mean = 0, square = 0, step = (double)cases[n][1] * flex(&noise, (double)cases[n][1]);
        uint64_t at = 0;
        while (at < CDN_PTABLE_ONE) {
            uint64_t next = CDN_PTABLE_ONE; /* the next step of any row */
            for (uint32_t k = 0; k < t->magnitudes->start[t->magnitudes->rows + 1]; k++)
                if (t->magnitudes->bounds[k] > at && t->magnitudes->bounds[k] < next)
                    next = t->magnitudes->bounds[k];
            cdn_error error = CDN_ERROR_INIT;
            int64_t out = 0;
            assert_int_equal(cdn_noise_magnitude(t, value, unit, top,
                                                 key_of(at << 32, CDN_DRAW_MAGNITUDE), &out,
                                                 &error),
                             CDN_OK);
            assert_true(value > 0 ? out >= 0 : out <= 0);
            double change = (double)(out - value) / (double)unit;
            assert_true(fabs(change) <= 5 * step + 1e-5);
            mean += (double)(next - at) / 4294967296.0 * change;
            square += (double)(next - at) / 4294967296.0 * change * change;
            at = next;
        }
        if (fabs(mean) > 2e-6)
            fail_msg("case %zu: bias %.9f", n, mean);
        if (fabs((double)cases[n][0]) >= 5 * step && fabs(square / (2 * step * step) - 1) > 1e-4)
            fail_msg("case %zu: variance %.6f, expected %.6f", n, square, 2 * step * step);
    }
    cdn_noise_tables_destroy(t);
}

/* Each of the largest has a draw of its own; no contributor, no noise. */
static void test_noise__one_draw_for_each_contributor(void **state)
{
    (void)state;
    cdn_noise noise = standard;
    noise.contributors = 3;
    noise.share_small = 100;
    noise.flex = 1000000; /* all below: d = x / 10 */
    cdn_noise_tables *t = make(&noise);
    const int64_t top[CDN_NOISE_TOP] = {4000, 3000, 1000, 900, 800};
    for (uint64_t i = 0; i < 500; i++) {
        cdn_error error = CDN_ERROR_INIT;
        uint64_t key = cdn_draw(i, 99);
        int64_t out, wanted = 100000;
        for (uint32_t k = 0; k < 3; k++)
            wanted += top[k] / 10 *
                      cdn_ptable_move(t->magnitudes, 5,
                                      (uint32_t)(cdn_draw(key, CDN_DRAW_MAGNITUDE + k) >> 32));
        assert_int_equal(cdn_noise_magnitude(t, 100000, 1, top, key, &out, &error), CDN_OK);
        assert_true(llabs(out - wanted) <= 1); /* 1 / 10 has no end in binary */
        assert_int_equal(cdn_noise_magnitude(t, 0, 1, top, key, &out, &error), CDN_OK);
        assert_int_equal(out, 0);
        assert_int_equal(cdn_noise_magnitude(t, 77, 1, (const int64_t[5]){0}, key, &out, &error),
                         CDN_OK);
        assert_int_equal(out, 77);
    }
    cdn_noise_tables_destroy(t);
}

static void test_noise__what_cannot_be_is_refused(void **state)
{
    (void)state;
    cdn_noise cases[5] = {standard, standard, standard, standard, standard};
    cases[0].variance = 20000;
    cases[1].contributors = 6;
    cases[2].share_large = 300;
    cases[3].flex = 0;
    cases[4].power = 1;
    for (size_t n = 0; n < 5; n++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_noise_tables *tables = NULL;
        assert_int_equal(cdn_noise_tables_create(&cases[n], &tables, &error), CDN_E_REFUSED);
        assert_null(tables);
    }
    cdn_noise_tables *t = make(&standard);
    cdn_error error = CDN_ERROR_INIT;
    int64_t out;
    assert_int_equal(cdn_noise_count(t, INT64_MIN, 1, &out, &error), CDN_E_LIMIT);
    assert_int_equal(cdn_noise_magnitude(t, INT64_MAX, 1, (const int64_t[5]){1}, 1, &out, &error),
                     CDN_E_LIMIT);
    cdn_noise_tables_destroy(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise__a_draw_permutes_the_keys),
        cmocka_unit_test(test_noise__counts_have_no_bias),
        cmocka_unit_test(test_noise__flex_function),
        cmocka_unit_test(test_noise__magnitudes_have_no_bias),
        cmocka_unit_test(test_noise__one_draw_for_each_contributor),
        cmocka_unit_test(test_noise__what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
