/* test_alloc.c - the heap door and the arena.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "core/arena.h"

#include "support/unit.h"

static void test_alloc__refuses_sizes_that_overflow(void **state)
{
    (void)state;
    assert_null(cdn_alloc(SIZE_MAX / 2, 3));
    char *block = cdn_alloc(4, 1);
    assert_non_null(block);
    assert_null(cdn_resize(block, SIZE_MAX / 2, 3));
    block[3] = 'x'; /* the old block stands */
    cdn_free(block);
}

static void test_alloc__gives_zeroed_bytes_and_a_block_for_nothing(void **state)
{
    (void)state;
    unsigned char *block = cdn_alloc(1000, 3);
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(block[i], 0);
    void *empty = cdn_alloc(0, 8);
    assert_non_null(empty);
    cdn_free(empty);
    cdn_free(block);
    cdn_free(NULL);
}

static void test_alloc__fails_at_the_chosen_allocation_and_after(void **state)
{
    (void)state;
    cdn_alloc_fail_after(2);
    void *first = cdn_alloc(1, 1);
    void *second = cdn_strdup("two");
    void *third = cdn_alloc(1, 1);
    void *fourth = cdn_resize(first, 2, 1);
    cdn_alloc_fail_after(-1);
    void *fifth = cdn_alloc(1, 1);
    assert_non_null(first);
    assert_non_null(second);
    assert_null(third);
    assert_null(fourth);
    assert_non_null(fifth);
    cdn_free(first);
    cdn_free(second);
    cdn_free(fifth);
}

static void test_alloc__copies_with_a_nul(void **state)
{
    (void)state;
    char *copy = cdn_strndup("abcdef", 3);
    assert_string_equal(copy, "abc");
    cdn_free(copy);
    copy = cdn_strndup("", 0);
    assert_string_equal(copy, "");
    cdn_free(copy);
}

static void test_arena__gives_zeroed_aligned_memory_that_does_not_move(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    cdn_arena *arena = cdn_arena_create();
    unsigned char **blocks = cdn_arena_alloc(arena, COUNT, sizeof *blocks);
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 300 + (i == 1500 ? 3000000 : 0);
        blocks[i] = cdn_arena_alloc(arena, size, 1);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(blocks[i][j], 0);
        memset(blocks[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < i % 300; j++)
            assert_int_equal(blocks[i][j], i % 251);
    cdn_arena_destroy(arena);
    cdn_arena_destroy(NULL);
}

static void test_arena__fails_cleanly(void **state)
{
    (void)state;
    cdn_arena *arena = cdn_arena_create();
    assert_null(cdn_arena_alloc(arena, SIZE_MAX / 2, 4));
    assert_null(cdn_arena_alloc(arena, SIZE_MAX - 4, 1));
    cdn_alloc_fail_after(0);
    assert_null(cdn_arena_create());
    assert_null(cdn_arena_alloc(arena, 1000, 1000));
    assert_null(cdn_arena_strdup(arena, "x"));
    cdn_alloc_fail_after(-1);
    assert_string_equal(cdn_arena_strdup(arena, "still usable"), "still usable");
    cdn_arena_destroy(arena);
}

static void test_arena__prints(void **state)
{
    (void)state;
    cdn_arena *arena = cdn_arena_create();
    assert_string_equal(cdn_arena_printf(arena, "%s-%03d", "a", 7), "a-007");
    assert_string_equal(cdn_arena_strndup(arena, "abcdef", 2), "ab");
    cdn_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc__refuses_sizes_that_overflow),
        cmocka_unit_test(test_alloc__gives_zeroed_bytes_and_a_block_for_nothing),
        cmocka_unit_test(test_alloc__fails_at_the_chosen_allocation_and_after),
        cmocka_unit_test(test_alloc__copies_with_a_nul),
        cmocka_unit_test(test_arena__gives_zeroed_aligned_memory_that_does_not_move),
        cmocka_unit_test(test_arena__fails_cleanly),
        cmocka_unit_test(test_arena__prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
