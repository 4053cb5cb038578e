/* interval_opened.c - opening up a pattern: prices of what is visible, and moves taken.
 *
 * A column loses what its visible cells cost. Walks see the logarithm of that, so that twice as
 * dear is worse by the same amount everywhere; programmes see the loss itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_opened.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

#define FREE_PRICE 0.01
#define PRICE_OF_EIGHTH 100
#define MOST_LOSS (UINT64_C(1) << 50)

static cdn_status allocate(cdn_opened *o, cdn_error *error)
{
    o->visible = cdn_alloc(o->system->cell_count, 1);
    o->marks = cdn_alloc(o->system->cell_count, 1);
    o->withheld = cdn_alloc(o->system->figure_count, 1);
    o->asked = cdn_alloc(o->system->cell_count, 1);
    o->price = cdn_alloc(o->system->cell_count, sizeof *o->price);
    if (o->visible == NULL || o->marks == NULL || o->withheld == NULL || o->asked == NULL ||
        o->price == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

void cdn_opened_release(cdn_opened *o)
{
    cdn_walk_release(&o->walk);
    cdn_web_release(&o->web);
    cdn_free(o->visible);
    cdn_free(o->marks);
    cdn_free(o->withheld);
    cdn_free(o->asked);
    cdn_free(o->price);
}

/* Everything withheld but what never is. */
static void open_up(cdn_opened *o, const uint8_t *figure_withheld, const cdn_interval *found)
{
    const cdn_system *s = o->system;
    for (uint32_t f = 0; f < s->figure_count; f++)
        for (uint32_t i = s->figure_start[f]; i < s->figure_start[f + 1] && !figure_withheld[f];
             i++)
            o->visible[s->figure_cell[i]] = 1;
    memset(o->withheld, 1, s->figure_count);
    for (uint32_t c = 0; c < s->cell_count; c++) {
        o->marks[c] = s->marks[c];
        if (o->visible[c] && (s->marks[c] & CDN_CELL_KEEP))
            o->marks[c] |= CDN_CELL_KNOWN;
        o->asked[c] =
            found[c].verdict == CDN_INTERVAL_EXPOSED || found[c].verdict == CDN_INTERVAL_UNDECIDED;
    }
}

/* Grows with the logarithm of the loss, in eighths. */
static int32_t walk_price(uint64_t loss, int64_t end)
{
    int32_t near = end < 8 && end > -8 ? PRICE_OF_EIGHTH : 0;
    if (loss == 0)
        return 20 + near;
    int doublings = 63 - __builtin_clzll(loss);
    uint64_t eighths = doublings >= 3 ? loss >> (doublings - 3) : loss << (3 - doublings);
    return 20 + near + PRICE_OF_EIGHTH * (8 * doublings + (int32_t)eighths);
}

static void set_loss(cdn_opened *o, uint32_t k, uint64_t loss)
{
    cdn_walk_column *column = &o->walk.column[k];
    column->loss = loss;
    column->price[0] = walk_price(loss, column->high);
    column->price[1] = walk_price(loss, column->low);
    o->price[k] = FREE_PRICE + (double)loss;
}

/* What withholding a column's visible members loses. */
static void set_losses(cdn_opened *o)
{
    const cdn_web *web = &o->web;
    o->least = UINT64_MAX;
    for (uint32_t k = 0; k < web->column_count; k++) {
        uint64_t loss = 0;
        for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++) {
            uint64_t cost = o->visible[web->member[i]] ? o->system->costs[web->member[i]] : 0;
            loss = cost < MOST_LOSS - loss ? loss + cost : MOST_LOSS;
        }
        set_loss(o, k, loss);
        o->least = loss > 0 && loss < o->least ? loss : o->least;
        o->most = loss > o->most ? loss : o->most;
    }
}

cdn_status cdn_opened_init(cdn_opened *o, const cdn_system *system, const uint8_t *figure_withheld,
                           const cdn_interval_input *input, const cdn_interval *found,
                           uint8_t *wanted, cdn_error *error)
{
    *o = (cdn_opened){.system = system, .wanted = wanted, .input = *input, .opened = *system};
    o->limit = input->limit == 0 ? CDN_INTERVAL_DEFAULT_LIMIT : input->limit;
    CDN_TRY(allocate(o, error));
    open_up(o, figure_withheld, found);
    memset(wanted, 0, system->cell_count);
    o->opened.marks = o->marks;
    o->input.asked = o->asked;
    CDN_TRY(cdn_web_init(&o->web, &o->opened, o->withheld, &o->input, error));
    CDN_TRY(cdn_web_reduce(&o->web, error));
    CDN_TRY(cdn_walk_init(&o->walk, &o->web, error));
    set_losses(o);
    return CDN_OK;
}

void cdn_opened_take(cdn_opened *o, uint32_t k)
{
    const cdn_web *web = &o->web;
    set_loss(o, k, 0);
    for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++)
        o->wanted[web->member[i]] = 1;
}

cdn_status cdn_opened_take_move(cdn_opened *o, const cdn_web_move *move, cdn_error *error)
{
    for (uint32_t i = 0; i < move->count; i++)
        cdn_opened_take(o, move->column[i]);
    return cdn_moves_note(&o->web, move, error);
}

uint32_t cdn_opened_count_open(const cdn_opened *o)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < o->web.column_count; k++)
        count += o->web.is_open[k];
    return count;
}

uint32_t cdn_opened_count_taken(const cdn_opened *o)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < o->system->cell_count; c++)
        count += o->wanted[c] && o->visible[c];
    return count;
}

bool cdn_opened_has_time(const cdn_opened *o)
{
    return o->work.iterations + 1 < o->limit;
}
