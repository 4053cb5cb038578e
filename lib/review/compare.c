/* compare.c - what changed in an output since the previous release of the feed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/compare.h"

#include "core/alloc.h"
#include "core/fail.h"

/* Differences above this count as this: their squares, times SCALE, stay within 128 bits. */
#define SIZE_MAX_OF_CHANGE ((uint64_t)1 << 57)
#define SCALE 1024u

static bool is_shown(const cdn_value *value)
{
    return value->status == CDN_VALUE_OK || value->status == CDN_VALUE_LOW;
}

static int64_t number_of(const cdn_value *value)
{
    return value->status == CDN_VALUE_OK ? value->number : 0;
}

static void compare_figure(cdn_comparison *to, cdn_change figure)
{
    const cdn_value *before = &figure.before, *now = &figure.now;
    bool was = is_shown(before), is = is_shown(now);
    bool same = was && is && number_of(before) == number_of(now);
    if (same)
        to->same++;
    else if (was && is)
        to->changed++;
    else if (is && before->status == CDN_VALUE_CONFIDENTIAL)
        to->shown++;
    else if (was && now->status == CDN_VALUE_CONFIDENTIAL)
        to->withheld++;
    else if (was || is)
        to->other++;
    else
        to->unshown++;
    if (!same && (was || is))
        to->changes[to->change_count++] = figure;
}

static cdn_status compare_rows(const cdn_figures *now, cdn_comparison *to, cdn_error *error)
{
    const cdn_figures *before = &to->before;
    size_t figures = (size_t)now->row_count * now->measure_count;
    to->row_before = cdn_alloc(now->row_count, sizeof *to->row_before);
    to->changes = cdn_alloc(figures, sizeof *to->changes);
    if (to->row_before == NULL || to->changes == NULL)
        return cdn_fail_memory(error);
    for (uint32_t row = 0; row < now->row_count; row++) {
        size_t size = 0;
        const void *key = cdn_map_key(now->rows, row, &size);
        uint32_t there = cdn_map_find(before->rows, key, size);
        to->row_before[row] = there;
        if (there == CDN_MAP_NONE) {
            to->rows_new++;
            continue;
        }
        for (uint32_t m = 0; m < now->measure_count; m++)
            if (before->measures[m])
                compare_figure(
                    to, (cdn_change){row, m, before->values[(size_t)there * now->measure_count + m],
                                     now->values[(size_t)row * now->measure_count + m]});
    }
    to->rows_gone = before->row_count - (now->row_count - to->rows_new);
    return CDN_OK;
}

cdn_status cdn_comparison_make(const cdn_release_output *output, const char *previous,
                               cdn_comparison *out, cdn_error *error)
{
    cdn_figures now = {0};
    *out = (cdn_comparison){0};
    if (previous == NULL)
        return CDN_OK;
    cdn_status status = cdn_figures_read(previous, output, &out->before, error);
    if (status == CDN_OK && out->before.found) {
        status = cdn_figures_take(output, &now, error);
        if (status == CDN_OK)
            status = compare_rows(&now, out, error);
    }
    cdn_figures_release(&now);
    return status;
}

void cdn_comparison_release(cdn_comparison *comparison)
{
    cdn_figures_release(&comparison->before);
    cdn_free(comparison->row_before);
    cdn_free(comparison->changes);
    *comparison = (cdn_comparison){0};
}

static uint64_t size_of(int64_t number)
{
    return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

static unsigned __int128 weight(const cdn_change *change)
{
    int64_t before = number_of(&change->before), now = number_of(&change->now);
    unsigned __int128 sum = (unsigned __int128)size_of(before) + size_of(now);
    uint64_t step =
        before < now ? (uint64_t)now - (uint64_t)before : (uint64_t)before - (uint64_t)now;
    if (step > SIZE_MAX_OF_CHANGE)
        step = SIZE_MAX_OF_CHANGE;
    return (unsigned __int128)step * step * SCALE / sum;
}

uint32_t cdn_comparison_largest(const cdn_comparison *comparison, uint32_t measure, uint32_t count,
                                const cdn_change **out)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < comparison->change_count; i++) {
        const cdn_change *change = &comparison->changes[i];
        if (change->measure != measure || !is_shown(&change->before) || !is_shown(&change->now))
            continue;
        uint32_t at = found;
        while (at > 0 && weight(out[at - 1]) < weight(change))
            at--;
        if (at >= count)
            continue;
        uint32_t last = found < count ? found++ : count - 1;
        for (uint32_t j = last; j > at; j--)
            out[j] = out[j - 1];
        out[at] = change;
    }
    return found;
}
