/* classes.c - a counting hash table of ratios.
 *
 * Nothing is listed from it, so its order shows nowhere. Slots whose count fell
 * to zero are dropped when the table fills up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/classes.h"

#include <string.h>

#include "core/alloc.h"
#include "core/map.h"

bool cdn_classes_init(cdn_classes *classes, uint32_t members)
{
    uint32_t size = 64;
    while (size < UINT32_C(1) << 30 && size / 4 < members)
        size *= 2;
    *classes = (cdn_classes){.mask = size - 1};
    /* Twice the size: the second half is room for the rebuild. */
    classes->ratios = cdn_alloc((size_t)size * 2, sizeof *classes->ratios);
    classes->counts = cdn_alloc((size_t)size * 2, sizeof *classes->counts);
    if (classes->ratios == NULL || classes->counts == NULL)
        return false;
    memset(classes->ratios, 0xff, (size_t)size * 2 * sizeof *classes->ratios);
    return true;
}

void cdn_classes_release(cdn_classes *classes)
{
    cdn_free(classes->ratios);
    cdn_free(classes->counts);
    *classes = (cdn_classes){0};
}

uint64_t cdn_ratio(cdn_prime field, const uint64_t vectors[2])
{
    if (vectors[1] == 0)
        return vectors[0] == 0 ? CDN_RATIO_NONE : field.prime;
    return cdn_prime_multiply(field, vectors[0], cdn_prime_inverse(field, vectors[1]));
}

/* Montgomery 1987, Math. Comp. 48: products up to each, then back. */
bool cdn_ratios(cdn_prime field, uint64_t (*vectors)[2], uint32_t count, uint64_t *ratios)
{
    uint64_t *products = cdn_alloc(count, sizeof *products);
    if (products == NULL)
        return false;
    uint64_t product = 1;
    for (uint32_t c = 0; c < count; c++) {
        products[c] = product;
        if (vectors[c][1] != 0)
            product = cdn_prime_multiply(field, product, vectors[c][1]);
    }
    uint64_t inverse = cdn_prime_inverse(field, product);
    for (uint32_t c = count; c-- > 0;) {
        ratios[c] = vectors[c][0] == 0 ? CDN_RATIO_NONE : field.prime;
        if (vectors[c][1] == 0)
            continue;
        uint64_t own = cdn_prime_multiply(field, inverse, products[c]);
        ratios[c] = cdn_prime_multiply(field, vectors[c][0], own);
        inverse = cdn_prime_multiply(field, inverse, vectors[c][1]);
    }
    cdn_free(products);
    return true;
}

static uint32_t find_slot(const cdn_classes *classes, uint64_t ratio)
{
    uint32_t slot = (uint32_t)cdn_mix64(ratio) & classes->mask;
    while (classes->ratios[slot] != ratio && classes->ratios[slot] != CDN_RATIO_NONE)
        slot = (slot + 1) & classes->mask;
    return slot;
}

static void rebuild(cdn_classes *classes)
{
    uint32_t size = classes->mask + 1;
    memcpy(classes->ratios + size, classes->ratios, size * sizeof *classes->ratios);
    memcpy(classes->counts + size, classes->counts, size * sizeof *classes->counts);
    memset(classes->ratios, 0xff, size * sizeof *classes->ratios);
    memset(classes->counts, 0, size * sizeof *classes->counts);
    classes->used = 0;
    for (uint32_t i = size; i < 2 * size; i++) {
        if (classes->counts[i] == 0)
            continue;
        uint32_t slot = find_slot(classes, classes->ratios[i]);
        classes->ratios[slot] = classes->ratios[i];
        classes->counts[slot] = classes->counts[i];
        classes->used++;
    }
}

void cdn_classes_add(cdn_classes *classes, uint64_t ratio)
{
    if (ratio == CDN_RATIO_NONE)
        return;
    if (classes->used > classes->mask / 2)
        rebuild(classes);
    uint32_t slot = find_slot(classes, ratio);
    if (classes->ratios[slot] == CDN_RATIO_NONE) {
        classes->ratios[slot] = ratio;
        classes->used++;
    }
    classes->counts[slot]++;
}

void cdn_classes_drop(cdn_classes *classes, uint64_t ratio)
{
    if (ratio != CDN_RATIO_NONE)
        classes->counts[find_slot(classes, ratio)]--;
}

bool cdn_classes_has(const cdn_classes *classes, uint64_t ratio)
{
    return ratio != CDN_RATIO_NONE && classes->counts[find_slot(classes, ratio)] != 0;
}
