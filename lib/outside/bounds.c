/* bounds.c - the interval attack on a table that did not come from Cordon.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/bounds.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "release/widen.h"

/* Six places less those that no value uses. */
static uint32_t places(const cdn_outside_table *table)
{
    for (uint32_t unused = CDN_OUTSIDE_DECIMALS; unused > 0; unused--) {
        bool divides = true;
        for (uint32_t c = 0; c < table->cell_count && divides; c++)
            divides = table->cells[c].value % cdn_pow10(unused) == 0;
        if (divides)
            return CDN_OUTSIDE_DECIMALS - unused;
    }
    return CDN_OUTSIDE_DECIMALS;
}

static int64_t divide_up(int64_t value, int64_t unit)
{
    return value / unit + (value % unit > 0);
}

static void fill_cell(cdn_outside_bounds *b, const cdn_outside_cell *cell, uint32_t c, int64_t unit,
                      bool is_signed, bool known)
{
    b->values[c] = cell->value / unit;
    b->lower[c] = is_signed ? CDN_INTERVAL_NO_LOWER : (known && cell->value != 0);
    b->below[c] = divide_up(cell->below, unit);
    b->above[c] = divide_up(cell->above, unit);
    b->width[c] = divide_up(cell->width, unit);
    if (b->width[c] < 1)
        b->width[c] = 1;
}

/* The attack counts in units of the last place in use. */
static cdn_status check_cell(const cdn_outside_bounds *b, const cdn_outside_table *table,
                             uint32_t c, cdn_error *error)
{
    const int64_t numbers[] = {b->values[c], b->below[c], b->above[c], b->width[c]};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i] > CDN_INTERVAL_LARGEST || numbers[i] < -CDN_INTERVAL_LARGEST)
            return cdn_fail(error, CDN_E_INPUT,
                            "a number of the cell \"%.128s\" is too large for intervals, with %u "
                            "decimal places as in other values",
                            cdn_outside_cell_id(table, c), b->decimals);
    return CDN_OK;
}

/* Whoever sees every zero, knows that no other cell is one. */
static bool zeros_are_seen(const cdn_outside_table *table, const cdn_policy *policy)
{
    for (uint32_t c = 0; c < table->cell_count; c++) {
        const cdn_outside_cell *cell = &table->cells[c];
        bool is_seen = cdn_outside_is_fixed_zero(cell, policy) ||
                       cell->status == CDN_OUTSIDE_FORCED || cell->status == CDN_OUTSIDE_STRUCTURAL;
        if (cell->value == 0 && !is_seen)
            return false;
    }
    return policy == NULL || policy->zeros == CDN_ZEROS_SAFE;
}

static cdn_interval_input input_of(const cdn_outside_bounds *b)
{
    return (cdn_interval_input){.values = b->values,
                                .lower = b->lower,
                                .below = b->below,
                                .above = b->above,
                                .width = b->width,
                                .limit = b->limit};
}

/* To what is left by those cells that are always published. */
static cdn_status cap(cdn_outside_bounds *b, const cdn_outside_table *table,
                      const cdn_policy *policy, cdn_error *error)
{
    cdn_outside_system system;
    cdn_interval_input input = input_of(b);
    cdn_status status =
        cdn_outside_system_init(&system, table, policy, CDN_OUTSIDE_TO_PROTECT, error);
    if (status == CDN_OK)
        status = cdn_interval_cap(&system.system, &input, b->below, b->above, b->width, error);
    cdn_outside_system_release(&system);
    return status;
}

cdn_status cdn_outside_bounds_init(cdn_outside_bounds *b, const cdn_outside_table *table,
                                   const cdn_policy *policy, cdn_error *error)
{
    size_t count = table->cell_count;
    *b = (cdn_outside_bounds){.decimals = places(table)};
    b->limit = policy == NULL ? 0 : (uint64_t)policy->levels.limit * 1000;
    b->values = cdn_alloc(count, sizeof *b->values);
    b->lower = cdn_alloc(count, sizeof *b->lower);
    b->below = cdn_alloc(count, sizeof *b->below);
    b->above = cdn_alloc(count, sizeof *b->above);
    b->width = cdn_alloc(count, sizeof *b->width);
    b->asked = cdn_alloc(count, 1);
    b->found = cdn_alloc(count, sizeof *b->found);
    if (b->values == NULL || b->lower == NULL || b->below == NULL || b->above == NULL ||
        b->width == NULL || b->asked == NULL || b->found == NULL)
        return cdn_fail_memory(error);
    bool is_signed = false, known = zeros_are_seen(table, policy);
    int64_t unit = cdn_pow10(CDN_OUTSIDE_DECIMALS - b->decimals);
    for (uint32_t c = 0; c < count; c++)
        is_signed = is_signed || table->cells[c].value < 0;
    for (uint32_t c = 0; c < count; c++) {
        fill_cell(b, &table->cells[c], c, unit, is_signed, known);
        CDN_TRY(check_cell(b, table, c, error));
    }
    return policy != NULL && policy->levels.on ? cap(b, table, policy, error) : CDN_OK;
}

void cdn_outside_bounds_release(cdn_outside_bounds *b)
{
    cdn_free(b->values);
    cdn_free(b->lower);
    cdn_free(b->below);
    cdn_free(b->above);
    cdn_free(b->width);
    cdn_free(b->asked);
    cdn_free(b->found);
}

cdn_status cdn_outside_bounds_widen(cdn_outside_bounds *b, const cdn_system *system,
                                    cdn_suppress_result *out, cdn_error *error)
{
    cdn_widen_report report;
    cdn_interval_input input = input_of(b);
    CDN_TRY(cdn_widen(system, &input, b->found, out, &report, error));
    b->unsafe_count = report.exposed + report.undecided;
    for (uint32_t c = system->cell_count; c-- > 0;)
        if (b->found[c].verdict == CDN_INTERVAL_EXPOSED ||
            b->found[c].verdict == CDN_INTERVAL_UNDECIDED)
            b->first_unsafe = c;
    return CDN_OK;
}

bool cdn_outside_bounds_is_unsafe(const cdn_outside_bounds *b, const cdn_outside_table *table,
                                  uint32_t cell)
{
    return b->asked[cell] && cdn_outside_is_sensitive(&table->cells[cell]) &&
           b->found[cell].verdict != CDN_INTERVAL_PROTECTED;
}

cdn_status cdn_outside_bounds_attack(cdn_outside_bounds *b, const cdn_outside_table *table,
                                     const cdn_policy *policy, const uint8_t *withheld,
                                     cdn_error *error)
{
    cdn_outside_system system;
    uint32_t count = 0;
    bool shows_zeros = true;
    for (uint32_t c = 0; c < table->cell_count; c++) {
        count += withheld[c];
        shows_zeros = shows_zeros && (!withheld[c] || table->cells[c].value != 0);
    }
    for (uint32_t c = 0; c < table->cell_count && !shows_zeros; c++)
        if (b->lower[c] > 0)
            b->lower[c] = 0; /* the pattern is another's */
    bool tight = count <= CDN_OUTSIDE_TIGHT;
    for (uint32_t c = 0; c < table->cell_count; c++)
        b->asked[c] = withheld[c] && (tight || cdn_outside_is_sensitive(&table->cells[c]));
    cdn_interval_input input = input_of(b);
    input.asked = b->asked;
    input.tight = tight;
    cdn_status status =
        cdn_outside_system_init(&system, table, policy, CDN_OUTSIDE_TO_ATTACK, error);
    if (status == CDN_OK)
        status = cdn_attack_intervals(&system.system, withheld, &input, b->found, error);
    cdn_outside_system_release(&system);
    b->unsafe_count = 0;
    for (uint32_t c = table->cell_count; status == CDN_OK && c-- > 0;) {
        if (!cdn_outside_bounds_is_unsafe(b, table, c))
            continue;
        b->unsafe_count++;
        b->first_unsafe = c;
    }
    return status;
}
