/* interval_box.c - boxes: mend one broken row, and all rows that run along it the same way.
 *
 * Changes are a stack: each step mends a group of parallel rows by the cells at one place in
 * them, goes on with the first cell that still has a broken row, and is undone when it led
 * nowhere. In a table of d dimensions d steps of two codes make a box of 2^d corners. Every row's
 * sum is kept as it changes, so that what is found is exact; it is looked over once more at the
 * end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_box.h"

#include "core/alloc.h"
#include "core/fail.h"

#define MOST_CHANGES 2048
#define MOST_GROUPED 16384 /* rows of all groups on the way */
#define MOST_ENDS 64
#define MOST_NODES 100 /* more find next to nothing more */
#define MOST_STEPS 3   /* no cell goes farther, in steps of the first */
#define REACH 1000     /* times the loss allowed: what detours may start from */

/* A row to be mended, and the change that broke it. */
typedef struct cdn_box_run {
    uint32_t row, change;
} cdn_box_run;

static cdn_status allocate(cdn_box *b, cdn_error *error)
{
    const cdn_system *s = b->system;
    size_t columns = b->walk->web->column_count;
    size_t entries = s->equation_count == 0 ? 0 : s->equation_start[s->equation_count];
    b->place_start = cdn_alloc((size_t)s->cell_count + 2, sizeof *b->place_start);
    b->places = cdn_alloc(entries, sizeof *b->places);
    b->amount = cdn_alloc(s->cell_count, sizeof *b->amount);
    b->sum = cdn_alloc(s->equation_count, sizeof *b->sum);
    b->uses = cdn_alloc(columns, sizeof *b->uses);
    b->changes = cdn_alloc(MOST_CHANGES, sizeof *b->changes);
    b->best = cdn_alloc(MOST_CHANGES, sizeof *b->best);
    b->group = cdn_alloc(MOST_GROUPED, sizeof *b->group);
    b->row_of = cdn_alloc(MOST_CHANGES, sizeof *b->row_of);
    b->is_listed = cdn_alloc(columns, 1);
    b->move.column = cdn_alloc(MOST_CHANGES, sizeof *b->move.column);
    b->move.step = cdn_alloc(MOST_CHANGES, sizeof *b->move.step);
    if (b->place_start == NULL || b->places == NULL || b->amount == NULL || b->sum == NULL ||
        b->uses == NULL || b->changes == NULL || b->best == NULL || b->group == NULL ||
        b->row_of == NULL || b->is_listed == NULL || b->move.column == NULL ||
        b->move.step == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

cdn_status cdn_box_init(cdn_box *b, const cdn_system *s, const cdn_walk *walk, cdn_error *error)
{
    *b = (cdn_box){.system = s, .walk = walk};
    uint32_t rows = walk->web->input->equations;
    if (rows == 0 || rows > s->equation_count)
        rows = s->equation_count;
    CDN_TRY(allocate(b, error));
    b->most_step =
        cdn_walk_most_step(s->equation_start, s->equation_coefficient, rows, MOST_STEPS);
    for (uint32_t i = 0; rows > 0 && i < s->equation_start[rows]; i++)
        b->place_start[s->equation_cell[i] + 2]++;
    for (uint32_t c = 0; c < s->cell_count; c++)
        b->place_start[c + 2] += b->place_start[c + 1];
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t i = s->equation_start[r]; i < s->equation_start[r + 1]; i++)
            b->places[b->place_start[s->equation_cell[i] + 1]++] =
                (cdn_box_place){r, i - s->equation_start[r]};
    return CDN_OK;
}

void cdn_box_release(cdn_box *b)
{
    cdn_free(b->place_start);
    cdn_free(b->places);
    cdn_free(b->amount);
    cdn_free(b->sum);
    cdn_free(b->uses);
    cdn_free(b->changes);
    cdn_free(b->best);
    cdn_free(b->group);
    cdn_free(b->row_of);
    cdn_free(b->is_listed);
    cdn_free(b->move.column);
    cdn_free(b->move.step);
}

static uint32_t length(const cdn_box *b, uint32_t row)
{
    return b->system->equation_start[row + 1] - b->system->equation_start[row];
}

static uint32_t cell_at(const cdn_box *b, uint32_t row, uint32_t at)
{
    return b->system->equation_cell[b->system->equation_start[row] + at];
}

static uint64_t loss_of(const cdn_box *b, uint32_t cell)
{
    return b->walk->column[b->walk->web->column_of[cell]].loss;
}

/* --- the stack of changes --------------------------------------------------------------------- */

static void add(cdn_box *b, uint32_t cell, int64_t by)
{
    const cdn_system *s = b->system;
    uint32_t *uses = &b->uses[b->walk->web->column_of[cell]];
    if (b->amount[cell] == 0 && (*uses)++ == 0)
        b->loss += loss_of(b, cell);
    b->amount[cell] += by;
    if (b->amount[cell] == 0 && --*uses == 0)
        b->loss -= loss_of(b, cell);
    for (uint32_t i = b->place_start[cell]; i < b->place_start[cell + 1]; i++) {
        cdn_box_place p = b->places[i];
        b->sum[p.row] += by * s->equation_coefficient[s->equation_start[p.row] + p.at];
    }
}

static void push(cdn_box *b, uint32_t cell, uint32_t from, int64_t by)
{
    b->changes[b->change_count++] = (cdn_box_change){cell, from, by};
    add(b, cell, by);
}

static void undo(cdn_box *b, uint32_t to)
{
    while (b->change_count > to) {
        b->change_count--;
        add(b, b->changes[b->change_count].cell, -b->changes[b->change_count].by);
    }
}

static void keep_best(cdn_box *b)
{
    b->best_loss = b->loss;
    b->best_count = b->change_count;
    for (uint32_t i = 0; i < b->change_count; i++)
        b->best[i] = b->changes[i];
}

static void load_best(cdn_box *b)
{
    undo(b, 0);
    for (uint32_t i = 0; i < b->best_count; i++)
        push(b, b->best[i].cell, b->best[i].from, b->best[i].by);
}

/* --- one step --------------------------------------------------------------------------------- */

static bool has_room(const cdn_box *b, uint32_t cell, int64_t by)
{
    const cdn_web *web = b->walk->web;
    uint32_t k = web->column_of[cell];
    if (by == 0 || k == CDN_WEB_NONE)
        return false;
    int64_t to = web->is_turned[cell] ? -(b->amount[cell] + by) : b->amount[cell] + by;
    if (k == b->origin)
        return to == b->goal;
    return to >= web->low[k] && to <= web->high[k] && to >= -b->farthest && to <= b->farthest;
}

/* What mends the row by its `at`-th cell; 0: nothing. */
static int64_t mend_of(const cdn_box *b, uint32_t row, uint32_t at)
{
    int64_t a = b->system->equation_coefficient[b->system->equation_start[row] + at];
    return b->sum[row] % a == 0 ? -b->sum[row] / a : 0;
}

static bool share_row(const cdn_box *b, uint32_t one, uint32_t other)
{
    const cdn_box_place *i = b->places + b->place_start[one];
    const cdn_box_place *j = b->places + b->place_start[other];
    const cdn_box_place *i_end = b->places + b->place_start[one + 1];
    const cdn_box_place *j_end = b->places + b->place_start[other + 1];
    while (i < i_end && j < j_end) {
        if (i->row == j->row)
            return true;
        if (i->row < j->row)
            i++;
        else
            j++;
    }
    return false;
}

/* Side by side with the row that the change before goes along: another pair of their cells shares a
 * row too. Rows of two dimensions may be as long as each other. */
static bool runs_along(const cdn_box *b, uint32_t change, uint32_t head, uint32_t row, uint32_t at)
{
    uint32_t from = b->changes[change].from;
    if (from == CDN_WEB_NONE || from < head || b->row_of[from] == CDN_WEB_NONE)
        return true;
    uint32_t other = at == 0 ? 1 : 0;
    return share_row(b, cell_at(b, row, other), cell_at(b, b->row_of[from], other));
}

/* The first change from *head on with a broken row, and its shortest one; false: none is broken. */
static bool next_row(const cdn_box *b, uint32_t *head, cdn_box_place *next)
{
    for (; *head < b->change_count; ++*head) {
        uint32_t cell = b->changes[*head].cell, shortest = UINT32_MAX;
        for (uint32_t i = b->place_start[cell]; i < b->place_start[cell + 1]; i++) {
            cdn_box_place p = b->places[i];
            if (b->sum[p.row] == 0 || length(b, p.row) >= shortest)
                continue;
            shortest = length(b, p.row);
            *next = p;
        }
        if (shortest < UINT32_MAX)
            return true;
    }
    return false;
}

/* The broken rows parallel to that one, at most one for each change. */
static void gather(cdn_box *b, uint32_t head, cdn_box_place along)
{
    uint32_t wanted = length(b, along.row);
    for (uint32_t c = head; c < b->change_count; c++) {
        uint32_t cell = b->changes[c].cell;
        b->row_of[c] = CDN_WEB_NONE;
        for (uint32_t i = b->place_start[cell]; i < b->place_start[cell + 1]; i++) {
            cdn_box_place p = b->places[i];
            if (p.at != along.at || b->sum[p.row] == 0 || length(b, p.row) != wanted ||
                b->group_count == MOST_GROUPED || !runs_along(b, c, head, p.row, p.at))
                continue;
            b->row_of[c] = p.row;
            b->group[b->group_count++] = (cdn_box_run){p.row, c};
            break;
        }
    }
}

/* Whether the cells at that place can mend the group, and about what they lose. */
static bool price_end(const cdn_box *b, uint32_t first, uint32_t at, uint64_t *loss)
{
    *loss = 0;
    for (uint32_t g = first; g < b->group_count; g++) {
        uint32_t row = b->group[g].row, cell = cell_at(b, row, at);
        if (!has_room(b, cell, mend_of(b, row, at)))
            return false;
        *loss += b->uses[b->walk->web->column_of[cell]] == 0 ? loss_of(b, cell) : 0;
    }
    return true;
}

typedef struct box_end {
    uint64_t loss;
    uint32_t at;
} box_end;

/* The cheapest first. */
static uint32_t rank_ends(const cdn_box *b, uint32_t first, cdn_box_place along, box_end *ends)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < length(b, along.row); at++) {
        uint64_t loss;
        if (at == along.at || !price_end(b, first, at, &loss))
            continue;
        uint32_t to = count < MOST_ENDS ? count++ : MOST_ENDS - 1;
        for (; to > 0 && ends[to - 1].loss > loss; to--)
            ends[to] = ends[to - 1];
        ends[to] = (box_end){loss, at};
    }
    return count;
}

/* false: not all the way, or too dear. */
static bool mend(cdn_box *b, uint32_t first, uint32_t at)
{
    for (uint32_t g = first; g < b->group_count && b->loss < b->best_loss; g++) {
        uint32_t row = b->group[g].row, cell = cell_at(b, row, at);
        if (b->sum[row] == 0) /* by a cell of another row */
            continue;
        int64_t by = mend_of(b, row, at);
        if (b->change_count == MOST_CHANGES || !has_room(b, cell, by))
            return false;
        push(b, cell, b->group[g].change, by);
    }
    return b->loss < b->best_loss;
}

/* All ways to mend what is broken from that change on, within the nodes left. */
static void extend(cdn_box *b, uint32_t head)
{
    cdn_box_place along = {0, 0};
    box_end ends[MOST_ENDS];
    uint32_t first = b->group_count, changes = b->change_count;
    if (b->nodes_left == 0)
        return;
    b->nodes_left--;
    b->nodes++;
    if (!next_row(b, &head, &along)) {
        keep_best(b);
        return;
    }
    gather(b, head, along);
    uint32_t count = rank_ends(b, first, along, ends);
    for (uint32_t e = 0; e < count && b->nodes_left > 0; e++) {
        if (mend(b, first, ends[e].at))
            extend(b, head);
        undo(b, changes);
    }
    b->group_count = first;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* The dearest cell of the move that loses less than `below`; its loss, or 0. */
static uint64_t dearest(const cdn_box *b, uint64_t below, uint32_t *cell)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < b->change_count; i++) {
        uint32_t c = b->changes[i].cell;
        uint64_t loss = loss_of(b, c);
        if (b->amount[c] == 0 || loss <= most || loss >= below ||
            b->walk->web->column_of[c] == b->origin)
            continue;
        most = loss;
        *cell = c;
    }
    return most;
}

/* Until it loses less than `enough`; a cell that alone loses more has to go. */
static void make_detours(cdn_box *b, uint64_t enough, uint32_t detours)
{
    uint64_t below = UINT64_MAX;
    load_best(b);
    for (; detours > 0 && b->best_loss >= enough; detours--) {
        uint32_t cell = 0, base = b->change_count;
        uint64_t before = b->best_loss, loss = dearest(b, below, &cell);
        if (loss == 0 || base == MOST_CHANGES)
            break;
        b->nodes_left = MOST_NODES;
        push(b, cell, CDN_WEB_NONE, -b->amount[cell]);
        extend(b, base);
        undo(b, base);
        if (b->best_loss < before)
            load_best(b);
        else if (loss >= enough)
            break;
        else
            below = loss;
    }
    undo(b, 0);
}

/* The best move as columns; false: a row does not hold after all. */
static bool deliver(cdn_box *b)
{
    const cdn_web *web = b->walk->web;
    cdn_web_move *move = &b->move;
    bool holds = true;
    move->count = 0;
    move->loss = b->best_loss;
    load_best(b);
    for (uint32_t i = 0; i < b->change_count; i++) {
        uint32_t cell = b->changes[i].cell, k = web->column_of[cell];
        for (uint32_t p = b->place_start[cell]; p < b->place_start[cell + 1]; p++)
            holds = holds && b->sum[b->places[p].row] == 0;
        if (b->amount[cell] == 0 || b->is_listed[k])
            continue;
        b->is_listed[k] = 1;
        move->column[move->count] = k;
        move->step[move->count++] = web->is_turned[cell] ? -b->amount[cell] : b->amount[cell];
    }
    for (uint32_t i = 0; i < move->count; i++)
        b->is_listed[move->column[i]] = 0;
    undo(b, 0);
    return holds;
}

bool cdn_box_find(cdn_box *b, uint32_t column, int sign, int64_t step, uint64_t most_loss,
                  uint32_t detours)
{
    const cdn_web *web = b->walk->web;
    uint32_t cell = web->member[web->member_start[column]];
    if (step > b->most_step)
        return false;
    b->origin = column;
    b->goal = sign * step;
    b->farthest = MOST_STEPS * step;
    if (b->goal < web->low[column] || b->goal > web->high[column])
        return false;
    b->best_loss = most_loss;
    if (detours > 0)
        b->best_loss = most_loss < UINT64_MAX / REACH ? most_loss * REACH : UINT64_MAX;
    b->best_count = 0;
    b->nodes_left = MOST_NODES;
    push(b, cell, CDN_WEB_NONE, web->is_turned[cell] ? -b->goal : b->goal);
    if (b->loss < b->best_loss)
        extend(b, 0);
    undo(b, 0);
    if (b->best_count > 0 && b->best_loss >= most_loss)
        make_detours(b, most_loss, detours);
    return b->best_count > 0 && b->best_loss < most_loss && deliver(b);
}
