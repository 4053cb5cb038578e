/* interval_need.c - what each cell needs, and how far the findings on its column go.
 *
 * A column's findings are read once for each member, turned round where the
 * member moves against the column: several cells with different protection
 * levels may share one column.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_web.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

typedef struct need {
    int64_t below, above, width;
} need;

static need need_of(const cdn_web *web, uint32_t cell)
{
    const cdn_interval_input *in = web->input;
    return (need){in->below == NULL ? 0 : in->below[cell], in->above == NULL ? 0 : in->above[cell],
                  in->width == NULL || in->width[cell] < 1 ? 1 : in->width[cell]};
}

static int64_t opposite(int64_t end)
{
    if (end == INT64_MIN)
        return INT64_MAX;
    return end == INT64_MAX ? INT64_MIN : -end;
}

cdn_web_cell cdn_web_look(const cdn_web *web, uint32_t cell)
{
    uint32_t k = web->column_of[cell];
    if (k == CDN_WEB_NONE)
        return (cdn_web_cell){.verdict = CDN_INTERVAL_EXPOSED};
    cdn_web_cell c = {web->low[k], web->least[k], web->most[k], web->high[k],
                      CDN_INTERVAL_UNDECIDED};
    if (web->is_turned[cell])
        c = (cdn_web_cell){opposite(web->high[k]), -web->most[k], -web->least[k],
                           opposite(web->low[k]), CDN_INTERVAL_UNDECIDED};
    need n = need_of(web, cell);
    bool ends = c.low != INT64_MIN && c.high != INT64_MAX;
    if (c.most >= n.above && c.least <= -n.below && c.most - c.least >= n.width)
        c.verdict = CDN_INTERVAL_PROTECTED;
    else if (c.high < n.above || c.low > -n.below || (ends && (__int128)c.high - c.low < n.width))
        c.verdict = CDN_INTERVAL_EXPOSED;
    return c;
}

static bool is_open(const cdn_web *web, uint32_t cell)
{
    return web->is_asked[cell] && cdn_web_look(web, cell).verdict == CDN_INTERVAL_UNDECIDED;
}

void cdn_web_review(cdn_web *web, uint32_t k)
{
    web->is_open[k] = 0;
    for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++)
        if (is_open(web, web->member[i]))
            web->is_open[k] = 1;
}

/* The same for one member, in its own direction. */
static int64_t member_goal(const cdn_web *web, uint32_t cell, int sign, bool all)
{
    cdn_web_cell c = cdn_web_look(web, cell);
    need n = need_of(web, cell);
    int64_t reached = sign > 0 ? c.most : -c.least;
    int64_t other = sign > 0 ? -c.least : c.most;
    int64_t goal = sign > 0 ? n.above : n.below;
    if (all && n.width - other > goal)
        goal = n.width - other;
    return reached < goal ? goal : 0;
}

int64_t cdn_web_goal(const cdn_web *web, uint32_t k, int sign, bool all)
{
    int64_t farthest = 0;
    if (!web->is_open[k])
        return 0;
    for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++) {
        uint32_t cell = web->member[i];
        if (!is_open(web, cell))
            continue;
        int64_t goal = member_goal(web, cell, web->is_turned[cell] ? -sign : sign, all);
        farthest = goal > farthest ? goal : farthest;
    }
    return farthest;
}

/* Beyond the outer bounds there is nothing; within them maybe not either, which then stays
 * unsafe. */
static void cap_cell(const cdn_web *web, uint32_t c, int64_t *below, int64_t *above, int64_t *width)
{
    cdn_web_cell look = cdn_web_look(web, c);
    if (web->column_of[c] == CDN_WEB_NONE)
        look = (cdn_web_cell){0};
    if (look.low != INT64_MIN && *below > -look.low)
        *below = -look.low;
    if (*above > look.high)
        *above = look.high;
    if (look.low != INT64_MIN && look.high != INT64_MAX &&
        (__int128)look.high - look.low < *width)
        *width = look.high - look.low > 1 ? look.high - look.low : 1;
}

cdn_status cdn_interval_cap(const cdn_system *system, const cdn_interval_input *input,
                            int64_t *below, int64_t *above, int64_t *width, cdn_error *error)
{
    cdn_web web = {0};
    cdn_interval_input plain = {
        .values = input->values, .lower = input->lower, .upper = input->upper,
        .equations = input->equations};
    cdn_system before = *system;
    uint8_t *withheld = cdn_alloc(system->figure_count, 1);
    uint8_t *marks = cdn_alloc(system->cell_count, 1);
    cdn_status status = withheld == NULL || marks == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK) {
        memset(withheld, 1, system->figure_count);
        for (uint32_t c = 0; c < system->cell_count; c++)
            marks[c] = (system->marks[c] & CDN_CELL_COMMON) != 0
                           ? system->marks[c]
                           : (uint8_t)(system->marks[c] & ~CDN_CELL_KNOWN);
        before.marks = marks;
        status = cdn_web_init(&web, &before, withheld, &plain, error);
    }
    if (status == CDN_OK)
        status = cdn_web_reduce(&web, error);
    for (uint32_t c = 0; c < system->cell_count && status == CDN_OK; c++)
        cap_cell(&web, c, &below[c], &above[c], &width[c]);
    cdn_web_release(&web);
    cdn_free(marks);
    cdn_free(withheld);
    return status;
}
