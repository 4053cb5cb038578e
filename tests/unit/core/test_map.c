/* test_map.c - interning and nearest names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/map.h"

#include <stdio.h>

#include "core/alloc.h"
#include "support/unit.h"

static void test_map__numbers_keys_in_order_of_arrival(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    cdn_map *map = cdn_map_create();
    char key[32];
    bool added;
    for (uint32_t i = 0; i < COUNT; i++) {
        int size = snprintf(key, sizeof key, "key %u", i * 7919u);
        assert_int_equal(cdn_map_find(map, key, (size_t)size), CDN_MAP_NONE);
        assert_int_equal(cdn_map_add(map, key, (size_t)size, &added), i);
        assert_true(added);
    }
    assert_int_equal(cdn_map_count(map), COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        int size = snprintf(key, sizeof key, "key %u", i * 7919u);
        size_t found_size;
        assert_int_equal(cdn_map_find(map, key, (size_t)size), i);
        assert_int_equal(cdn_map_add(map, key, (size_t)size, &added), i);
        assert_false(added);
        assert_string_equal(cdn_map_key(map, i, &found_size), key);
        assert_int_equal(found_size, size);
    }
    assert_null(cdn_map_key(map, COUNT, NULL));
    cdn_map_destroy(map);
}

static void test_map__tells_keys_apart_by_every_byte(void **state)
{
    (void)state;
    cdn_map *map = cdn_map_create();
    uint64_t key[2] = {1, 2};
    assert_int_equal(cdn_map_add(map, "", 0, NULL), 0);
    assert_int_equal(cdn_map_add(map, "\0", 1, NULL), 1);
    assert_int_equal(cdn_map_add(map, "\0\0", 2, NULL), 2);
    assert_int_equal(cdn_map_add(map, key, sizeof key, NULL), 3);
    key[1] = 3;
    assert_int_equal(cdn_map_add(map, key, sizeof key, NULL), 4);
    const uint64_t *stored = cdn_map_key(map, 4, NULL);
    assert_int_equal((uintptr_t)stored % 8, 0);
    assert_int_equal(stored[1], 3);
    assert_int_equal(cdn_map_find(map, "", 0), 0);
    cdn_map_destroy(map);
    cdn_map_destroy(NULL);
}

static void test_map__survives_no_memory_at_every_point(void **state)
{
    (void)state;
    for (long limit = 0; limit < 24; limit++) {
        cdn_alloc_fail_after(limit);
        cdn_map *map = cdn_map_create();
        uint32_t kept = 0;
        for (uint32_t i = 0; map != NULL && i < 500; i++)
            if (cdn_map_add(map, &i, sizeof i, NULL) != CDN_MAP_NONE)
                kept++;
        cdn_alloc_fail_after(-1);
        if (map == NULL)
            continue;
        assert_int_equal(cdn_map_count(map), kept);
        for (uint32_t i = 0; i < kept; i++)
            assert_int_equal(cdn_map_find(map, &i, sizeof i), i);
        assert_int_equal(cdn_map_add(map, "new", 3, NULL), kept);
        cdn_map_destroy(map);
    }
}

static void test_map__mixes_as_published(void **state)
{
    (void)state;
    /* splitmix64 seeded with 0 yields this as its first number (reference implementation). */
    assert_true(cdn_mix64(UINT64_C(0x9e3779b97f4a7c15)) == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(cdn_hash_bytes("abc", 3, 0) != cdn_hash_bytes("abc", 3, 1));
    assert_true(cdn_hash_bytes("abc", 3, 0) != cdn_hash_bytes("abc\0", 4, 0));
}

static void test_closest__finds_near_names_only(void **state)
{
    (void)state;
    static const char *const names[] = {"area", "age_band", "gender", "vacancy_rate", "aera"};
    assert_int_equal(cdn_closest("agee_band", names, 5), 1);
    assert_int_equal(cdn_closest("gendr", names, 5), 2);
    assert_int_equal(cdn_closest("vacany_rates", names, 5), 3);
    assert_int_equal(cdn_closest("area", names, 5), 0);
    assert_true(cdn_closest("zzzz", names, 5) == SIZE_MAX);
    assert_true(cdn_closest("xy", names, 0) == SIZE_MAX);
    assert_int_equal(cdn_closest("are", names, 5), 0);
    assert_true(cdn_closest("xrxx", names, 5) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map__numbers_keys_in_order_of_arrival),
        cmocka_unit_test(test_map__tells_keys_apart_by_every_byte),
        cmocka_unit_test(test_map__survives_no_memory_at_every_point),
        cmocka_unit_test(test_map__mixes_as_published),
        cmocka_unit_test(test_closest__finds_near_names_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
