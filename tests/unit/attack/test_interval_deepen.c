/* test_interval_deepen.c - what moves may lose, pass by pass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_deepen.h"

#include "interval_fixture.h"

static void test_interval_deepen__caps_grow_from_the_least_to_more_than_the_most(void **state)
{
    (void)state;
    uint64_t caps[CDN_DEEPEN_MOST_CAPS];
    const uint64_t expected[] = {90, 270, 810, 2430, 7290, 21870, UINT64_MAX};
    assert_int_equal(cdn_deepen_caps(5, 7290, caps), 7);
    assert_memory_equal(caps, expected, sizeof expected);
    assert_int_equal(cdn_deepen_caps(5, 7289, caps), 6);
    assert_int_equal(caps[4], 7290);
}

static void test_interval_deepen__passes_are_few_however_wide_the_losses(void **state)
{
    (void)state;
    uint64_t caps[CDN_DEEPEN_MOST_CAPS], most = UINT64_C(1) << 50;
    uint32_t count = cdn_deepen_caps(1, most, caps);
    assert_in_range(count, 3, CDN_DEEPEN_MOST_CAPS);
    assert_int_equal(caps[0], 18);
    assert_true(caps[count - 2] > most && caps[count - 3] <= most);
    for (uint32_t i = 2; i + 1 < count; i++)
        assert_true(caps[i] * caps[0] == caps[i - 1] * caps[1]);
}

static void test_interval_deepen__one_pass_where_nothing_is_lost(void **state)
{
    (void)state;
    uint64_t caps[CDN_DEEPEN_MOST_CAPS];
    assert_int_equal(cdn_deepen_caps(UINT64_MAX, 0, caps), 1);
    assert_true(caps[0] == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_deepen__caps_grow_from_the_least_to_more_than_the_most),
        cmocka_unit_test(test_interval_deepen__passes_are_few_however_wide_the_losses),
        cmocka_unit_test(test_interval_deepen__one_pass_where_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
