/* baseline.c - the system of a contributor to whom nothing was published.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/baseline.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "protect/factor.h"
#include "protect/pattern.h"

static void mark(const cdn_system *system, const uint32_t *holder, uint32_t self, uint8_t *marks)
{
    for (uint32_t c = 0; c < system->cell_count; c++) {
        bool known = holder[c] == self || (system->marks[c] & CDN_CELL_COMMON) != 0;
        marks[c] = known ? CDN_CELL_KNOWN : 0;
    }
}

cdn_status cdn_baseline_knows(const cdn_system *system, const uint32_t *holder, uint32_t self,
                              uint32_t cell, bool *knows, cdn_error *error)
{
    cdn_pattern pattern;
    cdn_factor factor;
    cdn_system alone = *system;
    uint32_t no_figure = 0;
    uint8_t *marks = cdn_alloc(system->cell_count, sizeof *marks);
    if (marks == NULL)
        return cdn_fail_memory(error);
    mark(system, holder, self, marks);
    alone.marks = marks;
    alone.figure_count = 0;
    alone.figure_start = &no_figure;
    alone.holder_kinds = 0;
    cdn_status status = cdn_pattern_init(&pattern, &alone, error);
    if (status == CDN_OK) {
        status = cdn_factor_init(&factor, &pattern, cdn_prime_make(CDN_PRIME_SECOND_FOLD), error);
        *knows = status == CDN_OK && cdn_factor_determines(&factor, cell);
        cdn_factor_release(&factor);
    }
    cdn_pattern_release(&pattern);
    cdn_free(marks);
    return status;
}
