/* test_prime.c - arithmetic modulo the two primes, against division of 128-bit numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/prime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/map.h"

#define RANDOM_PAIRS 20000u

static const uint64_t folds[] = {CDN_PRIME_FIRST_FOLD, CDN_PRIME_SECOND_FOLD};

static void assert_products(cdn_prime field, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t product = (uint64_t)((unsigned __int128)a * b % field.prime);
    assert_true(cdn_prime_multiply(field, a, b) == product);
    uint64_t less = (uint64_t)(((unsigned __int128)c + field.prime - product) % field.prime);
    assert_true(cdn_prime_deduct(field, c, a, b) == less);
}

static void test_prime__products_and_differences_are_those_of_division(void **state)
{
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        cdn_prime field = cdn_prime_make(folds[f]);
        const uint64_t edges[] = {0, 1, 2, UINT64_C(1) << 60, field.prime - 2, field.prime - 1};
        for (size_t i = 0; i < 6; i++) {
            for (size_t j = 0; j < 36; j++)
                assert_products(field, edges[i], edges[j % 6], edges[j / 6]);
        }
        for (uint64_t i = 0; i < RANDOM_PAIRS; i++)
            assert_products(field, cdn_mix64(3 * i) % field.prime,
                            cdn_mix64(3 * i + 1) % field.prime, cdn_mix64(3 * i + 2) % field.prime);
    }
}

static void test_prime__a_number_times_its_inverse_is_one(void **state)
{
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        cdn_prime field = cdn_prime_make(folds[f]);
        const uint64_t edges[] = {1, 2, field.prime - 1, field.prime - 2};
        for (uint64_t i = 0; i < 500; i++) {
            uint64_t a = i < 4 ? edges[i] : 1 + cdn_mix64(i) % (field.prime - 1);
            uint64_t inverse = cdn_prime_inverse(field, a);
            assert_true((unsigned __int128)a * inverse % field.prime == 1);
        }
    }
}

static void test_prime__negative_integers_are_counted_back_from_the_prime(void **state)
{
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        cdn_prime field = cdn_prime_make(folds[f]);
        assert_true(cdn_field_from_int(field, -1) == field.prime - 1);
        assert_true(cdn_field_from_int(field, INT32_MIN) == field.prime - (UINT64_C(1) << 31));
        assert_true(cdn_field_from_int(field, 7) == 7);
        assert_true(cdn_prime_negate(field, 0) == 0);
        assert_true(cdn_prime_negate(field, 5) == field.prime - 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prime__products_and_differences_are_those_of_division),
        cmocka_unit_test(test_prime__a_number_times_its_inverse_is_one),
        cmocka_unit_test(test_prime__negative_integers_are_counted_back_from_the_prime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
