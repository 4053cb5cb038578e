/* search.c - prices of single choices, and the search that pays the least it can see.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/search.h"

#include "core/alloc.h"
#include "core/fail.h"

#define PASSES 60
#define PARTNERS 300u /* terms of a sum that repair looks through */
#define WINDOW 24u /* exchanges are tried with so many neighbours */

uint32_t cdn_search_cell(const cdn_search *s, uint32_t place)
{
    return s->all->cells[s->all->cell_start[s->component] + place];
}

bool cdn_search_is_shown(const cdn_search *s, uint32_t place)
{
    return s->all->system->shown[cdn_search_cell(s, place)] != 0;
}

static cdn_status list_holders(cdn_search *s, cdn_error *error)
{
    uint32_t terms = s->sums.start[s->count];
    s->holder_start = cdn_alloc((size_t)s->count + 2, sizeof(uint32_t));
    s->holders = cdn_alloc(terms, sizeof(uint32_t));
    s->holder_times = cdn_alloc(terms, sizeof(int32_t));
    if (s->holder_start == NULL || s->holders == NULL || s->holder_times == NULL)
        return cdn_fail_memory(error);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t p = 0; p < s->count; p++)
            for (uint32_t k = s->sums.start[p];
                 cdn_search_is_shown(s, p) && k < s->sums.start[p + 1]; k++) {
                uint32_t i = s->sums.inner[k];
                if (pass == 0) {
                    s->holder_start[i + 2]++;
                    continue;
                }
                s->holders[s->holder_start[i + 1]] = p;
                s->holder_times[s->holder_start[i + 1]++] = s->sums.times[k];
            }
        for (uint32_t i = 2; pass == 0 && i < s->count + 2; i++)
            s->holder_start[i] += s->holder_start[i - 1];
    }
    return CDN_OK;
}

static __int128 loss(const cdn_search *s, __int128 change)
{
    __int128 size = change < 0 ? -change : change;
    __int128 over = size >= s->base ? size - s->base + 1 : 0;
    return size * size + s->penalty * over * over;
}

/* What moving inner cell i by `step` would add to the loss. */
static __int128 price(const cdn_search *s, uint32_t i, int64_t step)
{
    __int128 sum = 0;
    for (uint32_t k = s->holder_start[i]; k < s->holder_start[i + 1]; k++) {
        __int128 now = s->change[s->holders[k]];
        sum += loss(s, now + (__int128)step * s->holder_times[k]) - loss(s, now);
    }
    return sum;
}

static void move(cdn_search *s, uint32_t i, int64_t step)
{
    s->value[i] += step;
    for (uint32_t k = s->holder_start[i]; k < s->holder_start[i + 1]; k++)
        s->change[s->holders[k]] += step * s->holder_times[k];
}

static bool is_low(const cdn_search *s, uint32_t i)
{
    return s->value[i] == s->low[i];
}

static int64_t flip_of(const cdn_search *s, uint32_t i)
{
    return is_low(s, i) ? s->base : -s->base;
}

void cdn_search_choose(cdn_search *s, uint32_t place, int64_t low)
{
    int64_t down = low - s->value[place], up = down + s->base;
    __int128 below = price(s, place, down), above = price(s, place, up);
    s->low[place] = low;
    s->chosen[place] = 1;
    s->list[s->list_count++] = place;
    move(s, place, below < above || (below == above && -down < up) ? down : up);
}

static bool try_exchange(cdn_search *s, uint32_t n)
{
    uint32_t i = s->list[n];
    int64_t step = flip_of(s, i);
    __int128 first = price(s, i, step);
    for (uint32_t m = n + 1; m < s->list_count && m <= n + WINDOW; m++) {
        uint32_t j = s->list[m];
        if (is_low(s, j) == is_low(s, i))
            continue;
        move(s, i, step);
        if (first + price(s, j, -step) < 0) {
            move(s, j, -step);
            return true;
        }
        move(s, i, -step);
    }
    return false;
}

void cdn_search_improve(cdn_search *s)
{
    bool better = true;
    for (int pass = 0; pass < PASSES && better; pass++) {
        better = false;
        for (uint32_t n = 0; n < s->list_count; n++) {
            int64_t step = flip_of(s, s->list[n]);
            if (price(s, s->list[n], step) < 0) {
                move(s, s->list[n], step);
                better = true;
            } else if (try_exchange(s, n)) {
                better = true;
            }
        }
    }
}

/* Flips i and one cell of a small sum that holds both, when that pays. */
static bool try_partners(cdn_search *s, uint32_t i)
{
    int64_t step = flip_of(s, i);
    __int128 first = price(s, i, step);
    if (first < 0) {
        move(s, i, step);
        return true;
    }
    move(s, i, step);
    for (uint32_t h = s->holder_start[i]; h < s->holder_start[i + 1]; h++) {
        uint32_t sum = s->holders[h];
        if (s->sums.start[sum + 1] - s->sums.start[sum] > PARTNERS)
            continue;
        for (uint32_t k = s->sums.start[sum]; k < s->sums.start[sum + 1]; k++) {
            uint32_t j = s->sums.inner[k];
            if (j == i || !s->chosen[j] || flip_of(s, j) != -step ||
                first + price(s, j, -step) >= 0)
                continue;
            move(s, j, -step);
            return true;
        }
    }
    move(s, i, -step);
    return false;
}

static bool repair_sum(cdn_search *s, uint32_t place)
{
    for (uint32_t k = s->sums.start[place]; k < s->sums.start[place + 1]; k++) {
        uint32_t i = s->sums.inner[k];
        bool down = s->change[place] > 0;
        if (s->chosen[i] && (flip_of(s, i) < 0) == (down == (s->sums.times[k] > 0)) &&
            try_partners(s, i))
            return true;
    }
    return false;
}

void cdn_search_repair(cdn_search *s)
{
    bool better = true;
    for (int pass = 0; pass < PASSES && better; pass++) {
        better = false;
        for (uint32_t p = 0; p < s->count; p++) {
            int64_t size = s->change[p] < 0 ? -s->change[p] : s->change[p];
            if (size >= s->base && cdn_search_is_shown(s, p) && repair_sum(s, p))
                better = true;
        }
    }
}

cdn_status cdn_search_create(const cdn_components *all, uint32_t component, int64_t penalty,
                             cdn_search *out, bool *found, cdn_error *error)
{
    *out = (cdn_search){.all = all, .component = component, .penalty = penalty};
    out->count = all->cell_start[component + 1] - all->cell_start[component];
    out->base = cdn_component_base(all, component);
    CDN_TRY(cdn_inner_create(all, component, &out->sums, found, error));
    if (!*found)
        return CDN_OK;
    out->change = cdn_alloc(out->count, sizeof *out->change);
    out->value = cdn_alloc(out->count, sizeof *out->value);
    out->low = cdn_alloc(out->count, sizeof *out->low);
    out->chosen = cdn_alloc(out->count, 1);
    out->list = cdn_alloc(out->count, sizeof *out->list);
    if (out->change == NULL || out->value == NULL || out->low == NULL || out->chosen == NULL ||
        out->list == NULL)
        return cdn_fail_memory(error);
    for (uint32_t p = 0; p < out->count; p++)
        out->value[p] = all->system->values[cdn_search_cell(out, p)];
    return list_holders(out, error);
}

void cdn_search_release(cdn_search *s)
{
    cdn_free(s->list);
    cdn_free(s->chosen);
    cdn_free(s->low);
    cdn_free(s->value);
    cdn_free(s->change);
    cdn_free(s->holder_times);
    cdn_free(s->holders);
    cdn_free(s->holder_start);
    cdn_inner_release(&s->sums);
}

cdn_status cdn_search_write(const cdn_search *s, int64_t *out, cdn_error *error)
{
    for (uint32_t p = 0; p < s->count; p++) {
        __int128 sum = 0;
        for (uint32_t k = s->sums.start[p]; k < s->sums.start[p + 1]; k++)
            sum += (__int128)s->sums.times[k] * s->value[s->sums.inner[k]];
        if (sum < INT64_MIN || sum > INT64_MAX)
            return cdn_fail(error, CDN_E_LIMIT, "a rounded total does not fit 64 bits");
        out[cdn_search_cell(s, p)] = (int64_t)sum;
    }
    return CDN_OK;
}
