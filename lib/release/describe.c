/* describe.c - bias, variance and largest change of what was done to the values, for the recipient.
 *
 * Numbers are exact where they are exact: made from integers, as decimal text.
 * For rounding they assume residues that are equally likely, as the literature
 * does; for noise they are those of the table in effect.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/fail.h"
#include "core/text.h"
#include "release/values.h"

#define PLACES 6u

/* numerator / denominator to six places, without zeros at the end. */
static const char *quotient(cdn_arena *arena, __int128 numerator, int64_t denominator)
{
    cdn_text text = CDN_TEXT_INIT(64);
    __int128 scaled = numerator * 1000000;
    __int128 half = denominator / 2;
    int64_t rounded = (int64_t)((scaled < 0 ? scaled - half : scaled + half) / denominator);
    unsigned places = PLACES;
    while (places > 0 && rounded % 10 == 0) {
        rounded /= 10;
        places--;
    }
    cdn_text_add_decimal(&text, rounded, places);
    char *copy = text.failed ? NULL : cdn_arena_strdup(arena, text.bytes);
    cdn_text_release(&text);
    return copy;
}

/* Conventional rounding and midpoints: multiples of b or one value of each band of b. */
static void describe_bands(cdn_arena *arena, int64_t base, bool midpoint, cdn_release_change *out)
{
    bool even = base % 2 == 0;
    out->bias = quotient(arena, even ? (midpoint ? -1 : 1) : 0, 2);
    out->variance = quotient(arena, (__int128)base * base - 1, 12);
    out->largest = quotient(arena, base / 2, 1);
    out->adds_up = base == 1;
}

static void describe_noise(const cdn_values *values, cdn_arena *arena, int64_t base,
                           cdn_release_change *out)
{
    const cdn_ptable *table = values->noise->counts;
    int64_t worst_mean = 0, worst_square = 0;
    for (uint32_t row = 1; row <= table->rows; row++) {
        int64_t mean, square;
        cdn_ptable_moments(table, row, &mean, &square);
        if (mean > worst_mean || -mean > worst_mean)
            worst_mean = mean < 0 ? -mean : mean;
        worst_square = square > worst_square ? square : worst_square;
    }
    const char *before = base > 1 ? ", before rounding" : "";
    const char *mean = quotient(arena, worst_mean, (int64_t)CDN_PTABLE_ONE);
    const char *square = quotient(arena, worst_square, (int64_t)CDN_PTABLE_ONE);
    out->bias = mean == NULL ? NULL : cdn_arena_printf(arena, "%s%s", mean, before);
    out->variance = square == NULL ? NULL : cdn_arena_printf(arena, "%s%s", square, before);
    out->largest = quotient(arena, table->deviation + base / 2, 1);
}

static void describe_flex(const cdn_values *values, cdn_arena *arena, cdn_release_change *out)
{
    const cdn_noise *noise = &values->noise->noise;
    const char *variance = quotient(arena, noise->variance, 1000);
    out->bias = "0, before rounding";
    out->variance = variance == NULL
                        ? NULL
                        : cdn_arena_printf(arena, "%s times the sum of the squared steps of the %u "
                                                  "largest contributions", variance,
                                           noise->contributors);
    out->largest = cdn_arena_printf(arena, "%u times the sum of those steps", noise->deviation);
}

static void describe_random(cdn_arena *arena, int64_t base, cdn_release_change *out)
{
    out->bias = "0";
    out->variance = quotient(arena, (__int128)base * base - 1, 6);
    out->largest = quotient(arena, base - 1, 1);
    out->adds_up = base == 1;
}

static void describe_controlled(const cdn_values *values, cdn_arena *arena, int64_t base,
                                cdn_release_change *out)
{
    bool stepped = values->counts.stepped > 0;
    out->bias = "not known beforehand; the sum of all changes is the least that adds up";
    out->variance = "not known beforehand";
    out->largest = quotient(arena, stepped ? 2 * base - 1 : base - 1, 1);
    out->adds_up = true;
}

static void describe_small(cdn_arena *arena, int64_t base, cdn_release_change *out)
{
    out->bias = "not known beforehand; the sum of squared changes is kept small";
    out->variance = "not known beforehand; 0 for counts without small parts";
    out->largest = cdn_arena_printf(arena, "%lld for a count below %lld, more for sums of many",
                                    (long long)base - 1, (long long)base);
    out->adds_up = true;
}

static void describe_total(const cdn_values *values, cdn_arena *arena, bool is_count,
                           cdn_release_change *out)
{
    const cdn_policy *policy = values->trial->input->policy;
    const cdn_part part = {.value = is_count ? CDN_NONE : 0, .magnitude = !is_count};
    int64_t base = is_count ? policy->count_base : policy->sum_base;
    const char *phrase = cdn_values_phrase(arena, policy, &part);
    out->figures = is_count ? "counts" : "sums";
    out->method = phrase == NULL ? "to whole numbers" : phrase;
    switch (policy->rounding) {
    case CDN_ROUNDING_RANDOM:
        describe_random(arena, base, out);
        return;
    case CDN_ROUNDING_CONTROLLED:
        describe_controlled(values, arena, base, out);
        return;
    case CDN_ROUNDING_SMALL_COUNTS:
        if (is_count) {
            describe_small(arena, base, out);
            return;
        }
        break;
    case CDN_ROUNDING_MIDPOINT:
        if (is_count) {
            describe_bands(arena, base, true, out);
            return;
        }
        break;
    case CDN_ROUNDING_CELL_KEY:
        if (is_count) {
            describe_noise(values, arena, base, out);
            return;
        }
        if (values->noise->magnitudes != NULL) {
            describe_flex(values, arena, out);
            return;
        }
        break;
    case CDN_ROUNDING_CONVENTIONAL:
        break;
    }
    describe_bands(arena, base, false, out);
}

static void describe_ratio(const cdn_policy *policy, cdn_release_change *out)
{
    bool exact = policy->rounding == 0 || policy->rounding == CDN_ROUNDING_CONVENTIONAL;
    out->figures = "rates, shares and means";
    out->method = exact ? "from exact totals, rounded to decimal places"
                        : "from changed totals, rounded to decimal places";
    out->bias = exact ? "0" : "not known beforehand: a quotient of changed totals";
    out->variance = exact ? "a twelfth of the square of the last place" : "not known beforehand";
    out->largest = exact ? "half of the last place" : "not known beforehand";
}

cdn_status cdn_values_describe(const cdn_values *values, cdn_arena *arena, cdn_release *out,
                               cdn_error *error)
{
    cdn_release_change *list = cdn_arena_alloc(arena, 3, sizeof *list);
    if (list == NULL)
        return cdn_fail_memory(error);
    describe_total(values, arena, true, &list[0]);
    describe_total(values, arena, false, &list[1]);
    describe_ratio(values->trial->input->policy, &list[2]);
    for (uint32_t i = 0; i < 3; i++)
        if (list[i].method == NULL || list[i].bias == NULL || list[i].variance == NULL ||
            list[i].largest == NULL)
            return cdn_fail_memory(error);
    if (values->noise != NULL &&
        (out->noise_digest = cdn_arena_strdup(arena, values->noise->counts->digest)) == NULL)
        return cdn_fail_memory(error);
    out->change_count = 3;
    out->changes = list;
    return CDN_OK;
}
