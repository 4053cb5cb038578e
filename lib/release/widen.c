/* widen.c - suppress, attack, withhold more, and again.
 *
 * The cells of a remedy are taken out of the figures before the next
 * suppression: they stay withheld, and nobody need be kept from knowing them
 * (contributors may). A move along cells that stay withheld stays possible
 * whatever else is withheld or published, so what one round mends no later one
 * breaks. Each round takes a cell that was not taken before, so this ends. At
 * last, what the moves found on the way can spare is published again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/widen.h"

#include <stdbool.h>
#include <string.h>

#include "attack/interval_remedy.h"
#include "attack/interval_thin.h"
#include "core/alloc.h"
#include "core/fail.h"

typedef struct job {
    const cdn_system *system;
    cdn_interval_input input;
    cdn_interval_moves *own_moves;
    cdn_interval_work step; /* of the last attack or remedy */
    uint64_t limit;
    uint8_t *taken;         /* per cell: withheld for intervals */
    uint8_t *wanted;        /* per cell */
    uint8_t *unkept;        /* per cell: marks without KEEP */
    cdn_interval *found;    /* per cell */
    uint32_t *figures;      /* of the smaller system -> figure */
    uint32_t *figure_start, *figure_cell;
    cdn_widen_report *report;
} job;

static cdn_status job_init(job *j, const cdn_system *system, const cdn_interval_input *input,
                           cdn_widen_report *report, cdn_error *error)
{
    size_t cells = system->cell_count, figures = system->figure_count;
    *j = (job){.system = system, .input = *input, .report = report};
    j->limit = input->limit == 0 ? CDN_INTERVAL_DEFAULT_LIMIT : input->limit;
    j->input.work = &j->step;
    j->input.brief = 1;
    if (input->moves == NULL)
        j->input.moves = j->own_moves = cdn_interval_moves_create();
    j->taken = cdn_alloc(cells, 1);
    j->wanted = cdn_alloc(cells, 1);
    j->unkept = cdn_alloc(cells, 1);
    j->found = cdn_alloc(cells, sizeof *j->found);
    j->figures = cdn_alloc(figures, sizeof *j->figures);
    j->figure_start = cdn_alloc(figures + 1, sizeof *j->figure_start);
    j->figure_cell = cdn_alloc(figures == 0 ? 0 : system->figure_start[figures],
                               sizeof *j->figure_cell);
    if (j->input.moves == NULL || j->taken == NULL || j->wanted == NULL || j->unkept == NULL ||
        j->found == NULL || j->figures == NULL || j->figure_start == NULL || j->figure_cell == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

static void job_release(job *j)
{
    cdn_interval_moves_destroy(j->own_moves);
    cdn_free(j->taken);
    cdn_free(j->wanted);
    cdn_free(j->unkept);
    cdn_free(j->found);
    cdn_free(j->figures);
    cdn_free(j->figure_start);
    cdn_free(j->figure_cell);
}

/* true when a cell of the figure has the mark (in an array of flags, or of marks). */
static bool uses(const cdn_system *s, uint32_t figure, const uint8_t *flags, uint8_t mask)
{
    for (uint32_t i = s->figure_start[figure]; i < s->figure_start[figure + 1]; i++)
        if ((flags[s->figure_cell[i]] & mask) != 0)
            return true;
    return false;
}

/* The system without the figures that use a taken cell. */
static cdn_system smaller(job *j)
{
    const cdn_system *s = j->system;
    uint32_t count = 0, entries = 0;
    for (uint32_t f = 0; f < s->figure_count; f++) {
        if (uses(s, f, j->taken, 1))
            continue;
        j->figures[count++] = f;
        for (uint32_t i = s->figure_start[f]; i < s->figure_start[f + 1]; i++)
            j->figure_cell[entries++] = s->figure_cell[i];
        j->figure_start[count] = entries;
    }
    cdn_system out = *s;
    out.figure_count = count;
    out.figure_start = j->figure_start;
    out.figure_cell = j->figure_cell;
    return out;
}

static void count(const job *j, cdn_suppress_result *out)
{
    const cdn_system *s = j->system;
    uint32_t all = 0;
    out->primary_count = 0;
    for (uint32_t f = 0; f < s->figure_count; f++) {
        all += out->figure_withheld[f];
        out->primary_count += out->figure_withheld[f] && uses(s, f, s->marks, CDN_CELL_SENSITIVE);
    }
    out->secondary_count = all - out->primary_count;
}

/* The pattern of the smaller system, as one of the whole. */
static cdn_status put_back(job *j, uint32_t figures, cdn_suppress_result *out, cdn_error *error)
{
    const cdn_system *s = j->system;
    uint8_t *withheld = cdn_alloc(s->figure_count, 1);
    if (withheld == NULL)
        return cdn_fail_memory(error);
    memset(withheld, 1, s->figure_count);
    for (uint32_t i = 0; i < figures; i++)
        withheld[j->figures[i]] = out->figure_withheld[i];
    cdn_free(out->figure_withheld);
    out->figure_withheld = withheld;
    count(j, out);
    return CDN_OK;
}

static cdn_status suppress(job *j, cdn_suppress_result *out, cdn_error *error)
{
    uint32_t rounds = out->rounds;
    cdn_system system = smaller(j);
    cdn_suppress_result_release(out);
    CDN_TRY(cdn_suppress(&system, out, error));
    out->rounds += rounds;
    return put_back(j, system.figure_count, out, error);
}

/* Withholds what is sensitive or taken, and no more. */
static void withhold_taken(const job *j, cdn_suppress_result *out)
{
    const cdn_system *s = j->system;
    for (uint32_t c = 0; c < s->cell_count; c++)
        out->cell_visible[c] = (s->marks[c] & CDN_CELL_KNOWN) != 0;
    for (uint32_t f = 0; f < s->figure_count; f++) {
        out->figure_withheld[f] =
            uses(s, f, j->taken, 1) || uses(s, f, s->marks, CDN_CELL_SENSITIVE);
        for (uint32_t i = s->figure_start[f]; i < s->figure_start[f + 1]; i++)
            out->cell_visible[s->figure_cell[i]] |= !out->figure_withheld[f];
    }
    count(j, out);
}

/* What is left of the limit for the next step; 1 is none. */
static void allow(job *j)
{
    uint64_t used = j->report->work.iterations;
    j->input.limit = used < j->limit ? j->limit - used : 1;
    j->step = (cdn_interval_work){0};
}

static void charge(job *j)
{
    j->report->work.programmes += j->step.programmes;
    j->report->work.iterations += j->step.iterations;
}

static cdn_status attack(job *j, const cdn_suppress_result *pattern, cdn_error *error)
{
    cdn_widen_report *r = j->report;
    allow(j);
    CDN_TRY(cdn_attack_intervals(j->system, pattern->figure_withheld, &j->input, j->found, error));
    charge(j);
    r->rounds++;
    r->asked = r->exposed = r->undecided = 0;
    for (uint32_t c = 0; c < j->system->cell_count; c++) {
        r->asked += j->found[c].verdict != CDN_INTERVAL_NOT_ASKED;
        r->exposed += j->found[c].verdict == CDN_INTERVAL_EXPOSED;
        r->undecided += j->found[c].verdict == CDN_INTERVAL_UNDECIDED;
    }
    return CDN_OK;
}

/* *taken: how many cells were not taken before, kept ones only with `kept`; *stuck: cells whose
 * intervals that may not widen. */
static cdn_status take(job *j, const cdn_suppress_result *pattern, bool kept, uint32_t *taken,
                       uint32_t *stuck, cdn_error *error)
{
    uint32_t visible;
    cdn_system system = *j->system;
    if (kept) {
        system.marks = j->unkept;
        for (uint32_t c = 0; c < system.cell_count; c++)
            j->unkept[c] = (uint8_t)(j->system->marks[c] & ~CDN_CELL_KEEP);
    }
    allow(j);
    CDN_TRY(cdn_attack_remedy(&system, pattern->figure_withheld, &j->input, j->found, j->wanted,
                              &visible, stuck, error));
    charge(j);
    *taken = 0;
    for (uint32_t c = 0; c < j->system->cell_count; c++) {
        if (!j->wanted[c] || j->taken[c] ||
            (j->system->marks[c] & (CDN_CELL_KNOWN | CDN_CELL_SENSITIVE)) != 0)
            continue;
        j->taken[c] = 1;
        ++*taken;
    }
    return CDN_OK;
}

/* Flags per cell, and what the pattern and all that is taken cost. */
static uint64_t look(const job *j, const uint8_t *figure_withheld, uint8_t *visible,
                     uint8_t *withheld)
{
    const cdn_system *s = j->system;
    uint64_t cost = 0;
    memset(visible, 0, s->cell_count);
    memset(withheld, 0, s->cell_count);
    for (uint32_t f = 0; f < s->figure_count; f++)
        for (uint32_t i = s->figure_start[f]; i < s->figure_start[f + 1]; i++) {
            visible[s->figure_cell[i]] |= !figure_withheld[f];
            withheld[s->figure_cell[i]] |= figure_withheld[f];
        }
    for (uint32_t c = 0; c < s->cell_count; c++) {
        visible[c] = visible[c] && !j->taken[c];
        withheld[c] = (withheld[c] || j->taken[c]) && !visible[c] &&
                      (s->marks[c] & (CDN_CELL_SENSITIVE | CDN_CELL_KNOWN)) == 0;
        cost += withheld[c] ? s->costs[c] : 0;
    }
    return cost;
}

/* Takes only what the moves that were found need, of all that is withheld or taken. */
static cdn_status thin(job *j, const cdn_suppress_result *pattern, uint64_t *cost,
                       cdn_error *error)
{
    size_t cells = j->system->cell_count;
    uint8_t *visible = cdn_alloc(cells, 1), *needed = cdn_alloc(cells, 1);
    cdn_status status = CDN_OK;
    if (visible == NULL || needed == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    *cost = look(j, pattern->figure_withheld, visible, needed);
    status = cdn_interval_thin(j->system, &j->input, visible, needed, error);
    if (status == CDN_OK)
        memcpy(j->taken, needed, cells);

done:
    cdn_free(visible);
    cdn_free(needed);
    return status;
}

/* Once every cell has a move, with only what the moves need taken. Who can move is not determined,
 * so that is enough, unless contributors have to be kept from more than intervals, or some cells or
 * equations are not the attack's. */
static cdn_status take_moves(job *j, cdn_suppress_result *out, cdn_error *error)
{
    uint64_t cost;
    CDN_TRY(thin(j, out, &cost, error));
    if (j->system->holder_kinds > 0 || j->input.asked != NULL || j->input.equations != 0)
        return suppress(j, out, error);
    withhold_taken(j, out);
    return CDN_OK;
}

static bool is_open(const job *j)
{
    return j->report->exposed + j->report->undecided > 0;
}

/* Publishes again what can be spared; taken back when that does not hold, or costs more. */
static cdn_status thin_out(job *j, cdn_suppress_result *out, cdn_error *error)
{
    size_t cells = j->system->cell_count;
    cdn_suppress_result less = {.rounds = out->rounds};
    cdn_widen_report before = *j->report;
    uint8_t *visible = cdn_alloc(cells, 1), *taken = cdn_alloc(cells, 1);
    cdn_interval *found = cdn_alloc(cells, sizeof *found);
    cdn_status status = CDN_OK;
    uint64_t cost;
    if (visible == NULL || taken == NULL || found == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    memcpy(found, j->found, cells * sizeof *found);
    memcpy(taken, j->taken, cells);
    status = thin(j, out, &cost, error);
    if (status == CDN_OK)
        status = suppress(j, &less, error);
    if (status == CDN_OK)
        status = attack(j, &less, error);
    if (status != CDN_OK)
        goto done;
    bool holds = !is_open(j);
    if (holds && look(j, less.figure_withheld, visible, j->wanted) < cost) {
        cdn_suppress_result swap = *out;
        *out = less;
        less = swap;
        goto done;
    }
    memcpy(j->found, found, cells * sizeof *found);
    memcpy(j->taken, taken, cells);
    before.work = j->report->work;
    *j->report = before;

done:
    cdn_suppress_result_release(&less);
    cdn_free(visible);
    cdn_free(taken);
    cdn_free(found);
    return status;
}

/* Nothing is left to withhold: what brief attacks did not decide is worth a long one. */
static cdn_status look_again(job *j, const cdn_suppress_result *out, cdn_error *error)
{
    if (j->report->undecided == 0)
        return CDN_OK;
    j->input.brief = 0;
    CDN_TRY(attack(j, out, error));
    j->input.brief = 1;
    return CDN_OK;
}

/* With a move for every cell, only what the moves need is taken, and the next attack finds nothing.
 * Where some cells are stuck, what is taken stays so, until that has ended. */
static cdn_status widen(job *j, cdn_suppress_result *out, cdn_error *error)
{
    uint32_t taken = 1, stuck = 0, ever_stuck = 0;
    CDN_TRY(suppress(j, out, error));
    CDN_TRY(attack(j, out, error));
    while (is_open(j)) {
        CDN_TRY(take(j, out, false, &taken, &stuck, error));
        if (taken == 0) { /* the last resort: a zero that says what its parts are */
            CDN_TRY(take(j, out, true, &taken, &stuck, error));
            stuck++;
        }
        ever_stuck += stuck;
        if (taken == 0) {
            CDN_TRY(look_again(j, out, error));
            break;
        }
        if (ever_stuck == 0) {
            CDN_TRY(take_moves(j, out, error));
            CDN_TRY(attack(j, out, error));
            if (!is_open(j))
                break;
            ever_stuck = 1;
        }
        CDN_TRY(suppress(j, out, error));
        CDN_TRY(attack(j, out, error));
    }
    if (ever_stuck > 0 && !is_open(j))
        CDN_TRY(thin_out(j, out, error));
    for (uint32_t f = 0; f < j->system->figure_count; f++)
        j->report->extra_count += out->figure_withheld[f] && uses(j->system, f, j->taken, 1) &&
                                  !uses(j->system, f, j->system->marks, CDN_CELL_SENSITIVE);
    return CDN_OK;
}

cdn_status cdn_widen(const cdn_system *system, const cdn_interval_input *input,
                     cdn_interval *found, cdn_suppress_result *out, cdn_widen_report *report,
                     cdn_error *error)
{
    job j;
    *out = (cdn_suppress_result){0};
    *report = (cdn_widen_report){0};
    cdn_status status = job_init(&j, system, input, report, error);
    if (status == CDN_OK)
        status = widen(&j, out, error);
    if (status == CDN_OK && found != NULL)
        memcpy(found, j.found, system->cell_count * sizeof *found);
    if (status != CDN_OK)
        cdn_suppress_result_release(out);
    job_release(&j);
    return status;
}
