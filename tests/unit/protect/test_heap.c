/* test_heap.c - the work list gives every key once, in order, whatever was pushed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/heap.h"

#include "support/unit.h"

#define CAPACITY 300000u

static void check(bool falling, uint32_t capacity, uint32_t stride)
{
    cdn_heap heap;
    uint32_t key = 0, expected = 0;
    assert_true(cdn_heap_init(&heap, capacity));
    cdn_heap_direct(&heap, falling);
    assert_false(cdn_heap_pop(&heap, &key));
    for (uint32_t i = 0; i < capacity; i += stride) {
        cdn_heap_push(&heap, i);
        cdn_heap_push(&heap, i);
    }
    uint32_t count = (capacity + stride - 1) / stride;
    for (uint32_t i = 0; i < count; i++) {
        assert_true(cdn_heap_pop(&heap, &key));
        expected = (falling ? count - 1 - i : i) * stride;
        assert_int_equal(key, expected);
        if (i == 0 && count > 1) { /* back in, and out again */
            cdn_heap_push(&heap, key);
            assert_true(cdn_heap_pop(&heap, &key));
            assert_int_equal(key, expected);
        }
    }
    assert_false(cdn_heap_pop(&heap, &key));
    cdn_heap_release(&heap);
}

static void test_heap__keys_come_once_and_in_order(void **state)
{
    (void)state;
    const uint32_t capacities[] = {1, 2, 63, 64, 65, 4095, 4096, 4097, CAPACITY};
    const uint32_t strides[] = {1, 3, 64, 5000};
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        for (size_t j = 0; j < sizeof strides / sizeof *strides; j++) {
            check(false, capacities[i], strides[j]);
            check(true, capacities[i], strides[j]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heap__keys_come_once_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
