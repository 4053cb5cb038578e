/* interval_moves.c - a growing list of moves, and their second look.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_moves.h"

#include "core/alloc.h"
#include "core/fail.h"

struct cdn_interval_moves {
    uint32_t count, room;
    size_t *end; /* per move: of its terms */
    size_t term_count, term_room;
    uint32_t *cell;
    int64_t *step;
};

cdn_interval_moves *cdn_interval_moves_create(void)
{
    return cdn_alloc(1, sizeof(cdn_interval_moves));
}

void cdn_interval_moves_destroy(cdn_interval_moves *moves)
{
    if (moves == NULL)
        return;
    cdn_free(moves->end);
    cdn_free(moves->cell);
    cdn_free(moves->step);
    cdn_free(moves);
}

cdn_status cdn_moves_term(cdn_interval_moves *m, uint32_t cell, int64_t step, cdn_error *error)
{
    if (m->term_count == m->term_room) {
        size_t room = m->term_room == 0 ? 256 : m->term_room * 2;
        uint32_t *cells = cdn_resize(m->cell, room, sizeof *cells);
        if (cells == NULL)
            return cdn_fail_memory(error);
        m->cell = cells;
        int64_t *steps = cdn_resize(m->step, room, sizeof *steps);
        if (steps == NULL)
            return cdn_fail_memory(error);
        m->step = steps;
        m->term_room = room;
    }
    m->cell[m->term_count] = cell;
    m->step[m->term_count++] = step;
    return CDN_OK;
}

cdn_status cdn_moves_keep(cdn_interval_moves *m, cdn_error *error)
{
    if (m->count == m->room) {
        uint32_t room = m->room == 0 ? 64 : m->room * 2;
        size_t *ends = cdn_resize(m->end, room, sizeof *ends);
        if (ends == NULL)
            return cdn_fail_memory(error);
        m->end = ends;
        m->room = room;
    }
    m->end[m->count++] = m->term_count;
    return CDN_OK;
}

int64_t cdn_moves_factor(const cdn_web *web, uint32_t k, int64_t step)
{
    int64_t room = step > 0 ? web->high[k] : -(web->low[k] + 1);
    room += step < 0 && room < CDN_WEB_FARTHEST;
    if (room > CDN_WEB_FARTHEST)
        room = CDN_WEB_FARTHEST;
    return step == 0 ? CDN_WEB_FARTHEST : room / (step > 0 ? step : -step);
}

/* In one direction, as far as all its columns have room. */
static void note_farthest(cdn_web *web, const cdn_web_move *move, int sign)
{
    int64_t factor = CDN_WEB_FARTHEST;
    for (uint32_t i = 0; i < move->count; i++) {
        int64_t fits = cdn_moves_factor(web, move->column[i], sign * move->step[i]);
        factor = fits < factor ? fits : factor;
    }
    for (uint32_t i = 0; i < move->count; i++) {
        uint32_t k = move->column[i];
        int64_t d = move->step[i] * factor * sign;
        web->most[k] = d > web->most[k] ? d : web->most[k];
        web->least[k] = d < web->least[k] ? d : web->least[k];
        if (web->is_open[k])
            cdn_web_review(web, k);
    }
}

cdn_status cdn_moves_note(cdn_web *web, const cdn_web_move *move, cdn_error *error)
{
    cdn_interval_moves *moves = web->input->moves;
    note_farthest(web, move, 1);
    note_farthest(web, move, -1);
    if (moves == NULL)
        return CDN_OK;
    for (uint32_t i = 0; i < move->count; i++) {
        uint32_t k = move->column[i];
        for (uint32_t j = web->member_start[k]; j < web->member_start[k + 1]; j++) {
            uint32_t cell = web->member[j];
            int64_t step = web->is_turned[cell] ? -move->step[i] : move->step[i];
            CDN_TRY(cdn_moves_term(moves, cell, step, error));
        }
    }
    return cdn_moves_keep(moves, error);
}

cdn_moves_view cdn_moves_look(const cdn_interval_moves *m)
{
    return (cdn_moves_view){m->count, m->end, m->cell, m->step};
}

/* Every equation sums to zero over the move; `sums` is 0 before and after. */
static bool rows_hold(const cdn_interval_moves *m, size_t first, size_t end, const cdn_web *web,
                      __int128 *sums)
{
    bool holds = true;
    for (size_t i = first; i < end; i++) {
        uint32_t k = web->column_of[m->cell[i]];
        for (uint32_t j = web->column_start[k]; j < web->column_start[k + 1]; j++)
            sums[web->column_row[j]] += (__int128)web->column_coefficient[j] * m->step[i];
    }
    for (size_t i = first; i < end; i++) {
        uint32_t k = web->column_of[m->cell[i]];
        for (uint32_t j = web->column_start[k]; j < web->column_start[k + 1]; j++) {
            holds = holds && sums[web->column_row[j]] == 0;
        }
    }
    for (size_t i = first; i < end; i++) {
        uint32_t k = web->column_of[m->cell[i]];
        for (uint32_t j = web->column_start[k]; j < web->column_start[k + 1]; j++)
            sums[web->column_row[j]] = 0;
    }
    return holds;
}

static void note(const cdn_interval_moves *m, size_t first, size_t end, int sign, cdn_web *web)
{
    int64_t factor = CDN_WEB_FARTHEST;
    for (size_t i = first; i < end; i++) {
        int64_t fits = cdn_moves_factor(web, web->column_of[m->cell[i]], sign * m->step[i]);
        factor = fits < factor ? fits : factor;
    }
    for (size_t i = first; i < end; i++) {
        uint32_t k = web->column_of[m->cell[i]];
        int64_t d = sign * factor * m->step[i];
        web->most[k] = d > web->most[k] ? d : web->most[k];
        web->least[k] = d < web->least[k] ? d : web->least[k];
    }
}

cdn_status cdn_moves_replay(const cdn_interval_moves *m, cdn_web *web, cdn_error *error)
{
    __int128 *sums = cdn_alloc(web->row_count, sizeof *sums);
    if (sums == NULL)
        return cdn_fail_memory(error);
    size_t first = 0;
    for (uint32_t i = 0; i < m->count; first = m->end[i++]) {
        bool unseen = true;
        for (size_t t = first; t < m->end[i] && unseen; t++)
            unseen = m->cell[t] < web->cell_count && web->column_of[m->cell[t]] != CDN_WEB_NONE;
        if (!unseen || !rows_hold(m, first, m->end[i], web, sums))
            continue;
        note(m, first, m->end[i], 1, web);
        note(m, first, m->end[i], -1, web);
    }
    cdn_free(sums);
    return CDN_OK;
}
