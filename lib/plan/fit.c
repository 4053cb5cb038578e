/* fit.c - whether the parts of a plan go together.
 *
 * A dimension splits the records that a measure counts, so it must reach them:
 * the axis has a binding for the record type of every part of the measure. The
 * same holds for filters. Sizes count only what filters let through, so that a
 * feed of one region is not refused for the size of the country.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/fail.h"
#include "core/limits.h"
#include "core/text.h"
#include "plan/parts.h"

static bool keeps(const cdn_plan_filter *filter, uint32_t code)
{
    uint32_t low = 0, high = filter->code_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (filter->codes[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < filter->code_count && filter->codes[low] == code;
}

uint32_t plan_kept_leaves(const cdn_catalogue *catalogue, const cdn_plan_filter *filters,
                          uint32_t filter_count, uint32_t axis, uint8_t *flags)
{
    uint32_t leaf_count = catalogue->axes[axis].leaf_count, found = 0;
    memset(flags, 1, leaf_count);
    for (uint32_t i = 0; i < filter_count; i++) {
        const cdn_dimension *dimension = &catalogue->dimensions[filters[i].dimension];
        if (dimension->axis != axis)
            continue;
        const cdn_level *level = &dimension->levels[filters[i].level];
        found++;
        for (uint32_t leaf = 0; leaf < leaf_count; leaf++) {
            uint32_t code = level->of_leaf[leaf];
            if (code == CDN_NONE || !keeps(&filters[i], code))
                flags[leaf] = 0;
        }
    }
    return found;
}

uint32_t plan_longest_axis(const cdn_catalogue *catalogue)
{
    uint32_t longest = 1;
    for (uint32_t i = 0; i < catalogue->axis_count; i++) {
        if (catalogue->axes[i].leaf_count > longest)
            longest = catalogue->axes[i].leaf_count;
    }
    return longest;
}

/* How many codes of the level have a kept leaf. */
static uint64_t codes_kept(const cdn_level *level, const uint8_t *flags, uint32_t leaf_count)
{
    uint64_t count = 0;
    for (uint32_t leaf = 0; leaf < leaf_count; leaf++) {
        bool first = flags[leaf] != 0 && level->of_leaf[leaf] != CDN_NONE;
        for (uint32_t before = 0; before < leaf && first; before++)
            first = flags[before] == 0 || level->of_leaf[before] != level->of_leaf[leaf];
        count += first;
    }
    return count;
}

uint64_t plan_table_keys(const cdn_catalogue *catalogue, const cdn_plan_table *table,
                         uint8_t *flags)
{
    uint64_t keys = 1;
    for (uint32_t i = 0; i < table->dimension_count; i++) {
        const cdn_plan_dimension *use = &table->dimensions[i];
        const cdn_dimension *dimension = &catalogue->dimensions[use->dimension];
        const cdn_axis *axis = &catalogue->axes[dimension->axis];
        (void)plan_kept_leaves(catalogue, table->filters, table->filter_count, dimension->axis,
                               flags);
        uint64_t codes = table->totals ? 1 : 0;
        for (uint32_t level = use->first_level; level <= use->last_level; level++)
            codes += codes_kept(&dimension->levels[level], flags, axis->leaf_count);
        codes += axis->has_unknown && flags[axis->leaf_count - 1] != 0;
        if (__builtin_mul_overflow(keys, codes, &keys))
            return UINT64_MAX;
    }
    return keys;
}

static bool axis_fits(const cdn_catalogue *catalogue, uint32_t axis, const cdn_measure *measure)
{
    for (uint32_t i = 0; i < measure->part_count; i++) {
        if (cdn_axis_binding(catalogue, axis, measure->parts[i].record) == NULL)
            return false;
    }
    return true;
}

/* "dimensions of vacancy_rate: area, service"; measure NULL: those of the record type. */
static void hint_dimensions(const plan_parse *parse, const cdn_measure *measure, uint32_t record)
{
    const cdn_catalogue *c = parse->catalogue;
    cdn_text list = CDN_TEXT_INIT(4096);
    for (uint32_t i = 0; i < c->dimension_count; i++) {
        uint32_t axis = c->dimensions[i].axis;
        if (measure != NULL ? axis_fits(c, axis, measure)
                            : cdn_axis_binding(c, axis, record) != NULL)
            cdn_text_addf(&list, "%s%s", list.length > 0 ? ", " : "", c->dimensions[i].name);
    }
    if (!list.failed && list.length > 0)
        cdn_fail_hint(parse->error, "dimensions of %s: %s",
                      measure != NULL ? measure->name : c->records[record].name, list.bytes);
    cdn_text_release(&list);
}

static cdn_status refuse_axis(const plan_parse *parse, uint32_t line, const char *use,
                              uint32_t dimension, const cdn_measure *measure)
{
    const cdn_catalogue *c = parse->catalogue;
    (void)cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, line, 0,
                      "%s '%s' does not apply to measure '%s', which is about %s records", use,
                      c->dimensions[dimension].name, measure->name,
                      c->records[measure->parts[0].record].name);
    hint_dimensions(parse, measure, CDN_NONE);
    return CDN_E_REFUSED;
}

static cdn_status fit_measure(const plan_parse *parse, const cdn_plan_table *table,
                              const cdn_measure *measure)
{
    const cdn_catalogue *c = parse->catalogue;
    for (uint32_t i = 0; i < table->dimension_count; i++) {
        uint32_t dimension = table->dimensions[i].dimension;
        if (!axis_fits(c, c->dimensions[dimension].axis, measure))
            return refuse_axis(parse, table->dimensions[i].line, "dimension", dimension, measure);
    }
    for (uint32_t i = 0; i < table->filter_count; i++) {
        uint32_t dimension = table->filters[i].dimension;
        if (!axis_fits(c, c->dimensions[dimension].axis, measure))
            return refuse_axis(parse, table->filters[i].line, "the filter on dimension",
                               dimension, measure);
    }
    return CDN_OK;
}

/* A filter that lets nothing through is a mistake, at its line. */
static cdn_status fit_filters(const plan_parse *parse, const cdn_plan_filter *filters,
                              uint32_t count, uint8_t *flags)
{
    for (uint32_t i = 0; i < count; i++) {
        const cdn_dimension *dimension = &parse->catalogue->dimensions[filters[i].dimension];
        uint32_t leaf_count = parse->catalogue->axes[dimension->axis].leaf_count;
        /* The filters up to this one: the first that leaves nothing is to blame. */
        (void)plan_kept_leaves(parse->catalogue, filters, i + 1, dimension->axis, flags);
        if (memchr(flags, 1, leaf_count) == NULL)
            return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, filters[i].line, 0,
                               "the filters on '%s' keep nothing", dimension->name);
    }
    return CDN_OK;
}

static cdn_status fit_table(const plan_parse *parse, const cdn_plan_table *table, uint8_t *flags)
{
    for (uint32_t i = 0; i < table->measure_count; i++)
        CDN_TRY(fit_measure(parse, table, &parse->catalogue->measures[table->measures[i].index]));
    CDN_TRY(fit_filters(parse, table->filters, table->filter_count, flags));
    if (plan_table_keys(parse->catalogue, table, flags) > CDN_LIMIT_TABLE_CELLS) {
        (void)cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, table->line, 0,
                          "table '%s' has more than %u rows", table->name,
                          CDN_LIMIT_TABLE_CELLS);
        cdn_fail_hint(parse->error, "take out a dimension or use a coarser level");
        return CDN_E_REFUSED;
    }
    return CDN_OK;
}

static cdn_status fit_list(const plan_parse *parse, const cdn_plan_list *list, uint8_t *flags)
{
    const cdn_catalogue *c = parse->catalogue;
    for (uint32_t i = 0; i < list->filter_count; i++) {
        const cdn_dimension *dimension = &c->dimensions[list->filters[i].dimension];
        if (cdn_axis_binding(c, dimension->axis, list->record) == NULL) {
            (void)cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, list->filters[i].line, 0,
                              "the filter on dimension '%s' does not apply to rows of %s",
                              dimension->name, c->records[list->record].name);
            hint_dimensions(parse, NULL, list->record);
            return CDN_E_REFUSED;
        }
    }
    for (uint32_t i = 0; i < list->measure_count; i++) {
        const cdn_measure *measure = &c->measures[list->measures[i].index];
        for (uint32_t j = 0; j < measure->part_count; j++) {
            uint32_t steps[4], count = 0;
            if (!cdn_catalogue_route(c, measure->parts[j].record, list->record, steps, &count))
                return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script,
                                   list->measures[i].line, 0,
                                   "measure '%s' cannot be shown for rows of %s", measure->name,
                                   c->records[list->record].name);
        }
    }
    return fit_filters(parse, list->filters, list->filter_count, flags);
}

cdn_status plan_check_fit(const plan_parse *parse, const cdn_plan *plan)
{
    uint8_t *flags =
        cdn_arena_alloc(parse->arena, plan_longest_axis(parse->catalogue), sizeof *flags);
    if (flags == NULL)
        return cdn_fail_memory(parse->error);
    for (uint32_t i = 0; i < plan->table_count; i++)
        CDN_TRY(fit_table(parse, &plan->tables[i], flags));
    for (uint32_t i = 0; i < plan->list_count; i++)
        CDN_TRY(fit_list(parse, &plan->lists[i], flags));
    return CDN_OK;
}
