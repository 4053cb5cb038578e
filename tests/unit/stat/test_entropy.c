/* test_entropy.c - distributions of largest entropy with answers known in closed form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "stat/entropy.h"

#include <math.h>

#include "support/unit.h"

static bool solve(const cdn_outcomes *groups, uint32_t count, double second, double *weights)
{
    cdn_error error = CDN_ERROR_INIT;
    bool found = false;
    assert_int_equal(cdn_entropy_solve(groups, count, 0, second, weights, &found, &error), CDN_OK);
    return found;
}

static void near(double got, double wanted)
{
    if (fabs(got - wanted) > 1e-10)
        fail_msg("%.15f, expected %.15f", got, wanted);
}

/* -1, 0, 1 with variance V: V / 2, 1 - V, V / 2. */
static void test_entropy__three_outcomes(void **state)
{
    (void)state;
    const cdn_outcomes groups[] = {{-1, 1, 1}, {0, 0, 1}, {1, 1, 1}};
    for (double v = 0.05; v < 1; v += 0.05) {
        double w[3];
        assert_true(solve(groups, 3, v, w));
        near(w[0], v / 2);
        near(w[1], 1 - v);
        near(w[2], v / 2);
    }
}

/* A group of two outcomes at -1 counts twice: 2 w0 + w1 + w2 = 1. */
static void test_entropy__groups_share(void **state)
{
    (void)state;
    const cdn_outcomes groups[] = {{-1, 1, 2}, {0, 0, 1}, {2, 4, 1}};
    double w[3];
    assert_true(solve(groups, 3, 1.2, w));
    near(w[2], 0.2); /* -2 w0 + 2 w2 = 0, 2 w0 + 4 w2 = 1.2 */
    near(w[0], 0.2);
    near(w[1], 0.4);
}

static void test_entropy__the_edge_and_beyond(void **state)
{
    (void)state;
    const cdn_outcomes groups[] = {{-1, 1, 1}, {1, 1, 1}, {2, 4, 1}};
    double w[3];
    assert_false(solve(groups, 3, 0.999, w));
    assert_true(solve(groups, 3, 1, w));
    near(w[0], 0.5);
    near(w[1], 0.5);
    near(w[2], 0);
    assert_true(solve(groups, 3, 2, w));
    near(w[0], 2.0 / 3);
    near(w[1], 0);
    near(w[2], 1.0 / 3);
    assert_false(solve(groups, 3, 2.001, w));
    const cdn_outcomes right[] = {{1, 1, 1}, {2, 4, 1}};
    assert_false(solve(right, 2, 1, w)); /* no mean of 0 */
}

/* log of the weights is a quadratic: second differences are all the same. */
static void test_entropy__exponential_form(void **state)
{
    (void)state;
    cdn_outcomes groups[21];
    for (int k = 0; k < 21; k++)
        groups[k] = (cdn_outcomes){k - 8, (k - 8.0) * (k - 8.0), 1};
    for (double v = 0.5; v < 40; v *= 1.5) {
        double w[21], mean = 0, square = 0;
        assert_true(solve(groups, 21, v, w));
        for (int k = 0; k < 21; k++) {
            mean += w[k] * (k - 8);
            square += w[k] * (k - 8) * (k - 8);
        }
        assert_true(fabs(mean) < 1e-8 && fabs(square - v) < 1e-7);
        double bend = log(w[9]) - 2 * log(w[8]) + log(w[7]);
        for (int k = 1; k < 20; k++)
            if (w[k - 1] > 1e-200 && w[k + 1] > 1e-200)
                assert_true(fabs(log(w[k + 1]) - 2 * log(w[k]) + log(w[k - 1]) - bend) < 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entropy__three_outcomes),
        cmocka_unit_test(test_entropy__groups_share),
        cmocka_unit_test(test_entropy__the_edge_and_beyond),
        cmocka_unit_test(test_entropy__exponential_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
