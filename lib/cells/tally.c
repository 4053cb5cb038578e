/* tally.c - the end of a workplace, of a provider, and of a cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/tally.h"

static void end_unit(cdn_tally *t, const cdn_grid_records *records)
{
    cdn_tally_note(&t->sole[CDN_CONTRIBUTOR_WORKPLACE],
                   t->unit == CDN_NONE ? records->no_unit : records->first_unit + t->unit,
                   t->current == t->before_unit);
    t->before_unit = t->current;
}

/* Among equals the one that came first stays before. */
static void rank(cdn_cell *cell, int64_t size, bool waived, bool asked)
{
    uint32_t at = 0;
    while (at < CDN_CELL_TOP && size <= cell->top[at])
        at++;
    if (at == CDN_CELL_TOP)
        return;
    for (uint32_t r = CDN_CELL_TOP - 1; r > at; r--)
        cell->top[r] = cell->top[r - 1];
    cell->top[at] = size;
    uint32_t low = (1u << at) - 1, all = (1u << CDN_CELL_TOP) - 1;
    cell->waived = (uint8_t)((cell->waived & low) | (uint32_t)waived << at |
                             ((cell->waived & ~low) << 1 & all));
    cell->asked = (uint8_t)((cell->asked & low) | (uint32_t)asked << at |
                            ((cell->asked & ~low) << 1 & all));
}

bool cdn_tally_close(cdn_tally *t, const cdn_grid_records *records, cdn_cell *cell)
{
    if (t->providers == 0)
        return true;
    end_unit(t, records);
    if (t->current == INT64_MIN)
        return false;
    int64_t size = t->current < 0 ? -t->current : t->current;
    cdn_tally_note(&t->sole[CDN_CONTRIBUTOR_PROVIDER],
                   t->holding == CDN_NONE ? records->no_holding
                                          : records->first_holding + t->holding,
                   size == 0);
    if (size != 0)
        rank(cell, size, t->waived, t->asked);
    cell->unwaived += !t->waived;
    t->current = t->before_unit = 0;
    return cdn_add_checked(cell->total, size, &cell->total);
}

bool cdn_tally_begin(cdn_tally *t, const cdn_grid_records *records, uint32_t row, cdn_cell *cell)
{
    uint32_t holding = records->contributors.holdings[row];
    uint32_t unit = records->contributors.units[row];
    uint32_t flags =
        records->unit_flags == NULL || unit == CDN_NONE ? 0 : records->unit_flags[unit];
    if (t->providers == 0 || holding != t->holding) {
        if (!cdn_tally_close(t, records, cell))
            return false;
        t->providers++;
        t->holding = holding;
        t->waived = true;
        t->asked = false;
    } else {
        end_unit(t, records);
    }
    t->workplaces++;
    t->unit = unit;
    t->waived = t->waived && (flags & CDN_UNIT_WAIVED) != 0;
    t->asked = t->asked || (flags & CDN_UNIT_ASKED) != 0;
    return true;
}

bool cdn_tally_finish(cdn_tally *t, const cdn_grid_records *records, cdn_cell *cell)
{
    bool fits = cdn_tally_close(t, records, cell);
    cell->value = t->value;
    cell->records = t->records;
    cell->workers = t->workers;
    cell->workplaces = t->workplaces;
    cell->providers = t->providers;
    cell->has_negative = t->negative;
    for (uint32_t k = 0; k < CDN_CONTRIBUTOR_END_; k++)
        cell->sole[k] = t->sole[k] == CDN_TALLY_SEVERAL ? 0 : t->sole[k] & ~CDN_TALLY_NOTHING;
    return fits;
}
