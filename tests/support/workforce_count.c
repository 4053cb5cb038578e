/* workforce_count.c - the second way to count: every record is asked for every cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "seal/digest.h"
#include "support/unit.h"
#include "support/workforce.h"

/* ---- records ---- */

static wf_record empty_record(int id, int unit, int holding, int workers)
{
    wf_record r = {
        .id = id, .holding = holding, .unit = unit, .workers = workers < 0 ? 0 : workers};
    for (int a = 0; a < WF_AXES; a++)
        r.leaf[a] = WF_ANY;
    for (int v = 0; v < WF_VALUES; v++)
        r.value[v] = WF_NO_VALUE;
    return r;
}

static int64_t known(int value)
{
    return value == WF_BLANK ? WF_NO_VALUE : value;
}

/* What a workplace hands down to its workers and jobs. */
static void place_at(const wf_workplace *w, wf_record *r)
{
    r->leaf[WF_AREA] = w->area == WF_BLANK ? 4 : (uint32_t)w->area;
    r->leaf[WF_SERVICE] = (uint32_t)w->service;
    r->leaf[WF_SIZE] = w->staff == WF_BLANK ? 2 : w->staff >= 10;
}

static void add_jobs(const wf_data *data, uint32_t i, wf_world *out)
{
    const wf_workplace *w = &data->workplace[i];
    for (uint32_t job = 0; job < 2; job++) {
        int employed = w->employed[job], vacant = w->posts_vacant[job];
        if (employed <= 0 && vacant <= 0) /* blank, or nobody */
            continue;
        wf_record r = empty_record((int)(2 * i + job), (int)i, w->org, employed);
        place_at(w, &r);
        r.leaf[WF_KIND] = job;
        r.value[WF_V_EMPLOYED] = known(employed);
        r.value[WF_V_POSTS_VACANT] = known(vacant);
        if (employed != WF_BLANK && vacant != WF_BLANK)
            r.value[WF_V_POSTS] = employed + vacant;
        out->records[WF_JOB][out->counts[WF_JOB]++] = r;
    }
}

void wf_world_make(const wf_data *data, wf_world *out)
{
    memset(out, 0, sizeof *out);
    bool linked[WF_MOST_LOCATIONS] = {false};
    for (uint32_t i = 0; i < data->workplaces; i++) {
        const wf_workplace *w = &data->workplace[i];
        if (w->org == WF_BLANK)
            continue;
        wf_record r = empty_record((int)i, (int)i, w->org, w->staff);
        place_at(w, &r);
        r.t_ok = out->waives[i] = w->t_ok == 1;
        r.v_ok = out->asks[i] = w->v_ok == 1;
        r.value[WF_V_STAFF] = known(w->staff);
        r.value[WF_V_LEAVERS] = known(w->leavers);
        r.value[WF_V_VACANT] = known(w->vacant);
        r.value[WF_V_NET] = w->net;
        r.value[WF_V_WEIGHT] = (int64_t)w->weight_1 * w->weight_2;
        out->records[WF_WORKPLACE][out->counts[WF_WORKPLACE]++] = r;
        add_jobs(data, i, out);
        if (w->location >= 0 && (uint32_t)w->location < data->locations)
            linked[w->location] = true;
    }
    for (uint32_t i = 0; i < data->workers; i++) {
        const wf_worker *w = &data->worker[i];
        if (w->workplace == WF_BLANK)
            continue;
        wf_record r = empty_record((int)i, w->workplace, data->workplace[w->workplace].org, 1);
        place_at(&data->workplace[w->workplace], &r);
        r.leaf[WF_ROLE] = (uint32_t)w->role;
        r.leaf[WF_GENDER] = w->gender == WF_BLANK ? 2 : (uint32_t)w->gender;
        r.t_ok = data->workplace[w->workplace].t_ok == 1;
        r.value[WF_V_PAY] = known(w->pay);
        out->records[WF_WORKER][out->counts[WF_WORKER]++] = r;
    }
    for (uint32_t i = 0; i < data->locations; i++) {
        /* locations without a provider count as one: nobody can say that they are several */
        int provider = data->location[i].provider;
        wf_record r = empty_record((int)i, (int)i, provider == WF_BLANK ? 1000 : provider, 0);
        r.leaf[WF_SECTOR] = (uint32_t)data->location[i].sector;
        r.leaf[WF_LINKED] = linked[i];
        out->records[WF_LOCATION][out->counts[WF_LOCATION]++] = r;
    }
}

void wf_world_keys(wf_world *world, const uint8_t key[CDN_CELLS_KEY_SIZE])
{
    static const uint32_t types[] = {WF_WORKPLACE, WF_WORKER, WF_JOB, WF_LOCATION};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (uint32_t i = 0; i < world->counts[types[t]]; i++) {
            const wf_record *r = &world->records[types[t]][i];
            char name[64], hex[CDN_SHA256_HEX];
            int length = 0;
            cdn_error error = CDN_ERROR_INIT;
            if (types[t] == WF_JOB)
                length = snprintf(name, sizeof name, "job%c%d%c%u", 0, r->unit + 1, 0,
                                  r->leaf[WF_KIND] + 1);
            else if (types[t] == WF_LOCATION)
                length = snprintf(name, sizeof name, "location%cL%u", 0, i);
            else
                length = snprintf(name, sizeof name, "%s%c%u",
                                  types[t] == WF_WORKER ? "worker" : "workplace", 0, i + 1);
            assert_int_equal(cdn_hmac_sha256_hex(key, CDN_CELLS_KEY_SIZE, name, (size_t)length,
                                                 hex, &error),
                             CDN_OK);
            hex[16] = '\0';
            world->keys[types[t]][i] = strtoull(hex, NULL, 16);
        }
}

/* ---- measures ---- */

uint32_t wf_all_leaves(uint32_t axis)
{
    static const uint32_t counts[WF_AXES] = {5, 3, 3, 3, 3, 2, 2, 2};
    return (1u << counts[axis]) - 1;
}

uint32_t wf_axis_of(uint32_t dimension)
{
    static const uint32_t axes[WF_DIMS] = {WF_AREA, WF_AREA,   WF_SERVICE, WF_SIZE,  WF_ROLE,
                                           WF_GENDER, WF_KIND, WF_SECTOR,  WF_LINKED};
    return axes[dimension];
}

bool wf_part(uint32_t measure, uint32_t part, wf_statistic *out)
{
    static const struct {
        uint32_t record, axis, count;
        struct {
            uint32_t value, leaves;
        } parts[3];
    } table[WF_MEASURES] = {
        [WF_WORKERS] = {WF_WORKER, WF_ANY, 1, {{WF_V_ONE, 0}}},
        [WF_WORKPLACES] = {WF_WORKPLACE, WF_ANY, 1, {{WF_V_ONE, 0}}},
        [WF_STAFF] = {WF_WORKPLACE, WF_ANY, 1, {{WF_V_STAFF, 0}}},
        [WF_NET] = {WF_WORKPLACE, WF_ANY, 1, {{WF_V_NET, 0}}},
        [WF_TURNOVER] = {WF_WORKPLACE, WF_ANY, 2, {{WF_V_LEAVERS, 0}, {WF_V_STAFF, 0}}},
        [WF_VACANCY] = {WF_WORKPLACE, WF_ANY, 2, {{WF_V_VACANT, 0}, {WF_V_STAFF, 0}}},
        [WF_FEMALE] = {WF_WORKER, WF_GENDER, 3, {{WF_V_ONE, 2}, {WF_V_ONE, 3}, {WF_V_ONE, 1}}},
        [WF_PAY] = {WF_WORKER, WF_ANY, 2, {{WF_V_PAY, 0}, {WF_V_ONE, 0}}},
        [WF_PAY_WOMEN] = {WF_WORKER, WF_GENDER, 2, {{WF_V_PAY, 2}, {WF_V_ONE, 2}}},
        [WF_MEDIAN] = {WF_WORKER, WF_ANY, 1, {{WF_V_ONE, 0}}},
        [WF_P90] = {WF_WORKER, WF_ANY, 1, {{WF_V_ONE, 0}}},
        [WF_POSTS] = {WF_JOB, WF_ANY, 3,
                      {{WF_V_POSTS, 0}, {WF_V_EMPLOYED, 0}, {WF_V_POSTS_VACANT, 0}}},
        [WF_LOCATIONS] = {WF_LOCATION, WF_ANY, 1, {{WF_V_ONE, 0}}},
        [WF_COVERAGE] = {WF_LOCATION, WF_LINKED, 3, {{WF_V_ONE, 2}, {WF_V_ONE, 3}, {WF_V_ONE, 1}}},
        [WF_WEIGHT] = {WF_WORKPLACE, WF_ANY, 1, {{WF_V_WEIGHT, 0}}},
        [WF_WEIGHT_T] = {WF_WORKPLACE, WF_ANY, 1, {{WF_V_WEIGHT, 0}}},
        [WF_WEIGHT_V] = {WF_WORKPLACE, WF_ANY, 1, {{WF_V_WEIGHT, 0}}},
        [WF_NET_AGAIN] = {WF_WORKPLACE, WF_ANY, 1, {{WF_V_NET, 0}}},
        [WF_WORKERS_T] = {WF_WORKER, WF_ANY, 1, {{WF_V_ONE, 0}}},
        [WF_S1_LEAVERS] = {WF_WORKPLACE, WF_SERVICE, 2, {{WF_V_LEAVERS, 1}, {WF_V_STAFF, 7}}}};
    if (part >= table[measure].count)
        return false;
    *out = (wf_statistic){table[measure].record, table[measure].parts[part].value, measure,
                          table[measure].axis, table[measure].parts[part].leaves};
    return true;
}

uint32_t wf_part_count(uint32_t measure)
{
    wf_statistic s;
    uint32_t count = 0;
    while (wf_part(measure, count, &s))
        count++;
    return measure == WF_POSTS ? 1 : count;
}

static bool has(const wf_record *r, uint32_t value)
{
    return r->value[value] != WF_NO_VALUE;
}

bool wf_usable(const wf_record *r, uint32_t measure)
{
    switch (measure) {
    case WF_STAFF:
        return has(r, WF_V_STAFF);
    case WF_TURNOVER:
        return r->t_ok && has(r, WF_V_LEAVERS) && has(r, WF_V_STAFF);
    case WF_S1_LEAVERS:
        return has(r, WF_V_LEAVERS) && has(r, WF_V_STAFF);
    case WF_VACANCY:
        return r->v_ok && has(r, WF_V_VACANT) && has(r, WF_V_STAFF);
    case WF_PAY:
    case WF_PAY_WOMEN:
    case WF_MEDIAN:
    case WF_P90:
        return has(r, WF_V_PAY);
    case WF_POSTS:
        return has(r, WF_V_EMPLOYED) && has(r, WF_V_POSTS_VACANT);
    case WF_WEIGHT_T:
    case WF_WORKERS_T:
        return r->t_ok;
    case WF_WEIGHT_V:
        return r->v_ok;
    default:
        return true;
    }
}

/* ---- keys ---- */

static const wf_code level_codes[WF_DIMS][2][5] = {
    [WF_DIM_AREA] = {{{"N", 3}, {"S", 12}}, {{"A1", 1}, {"A2", 2}, {"A3", 4}, {"A4", 8}}},
    [WF_DIM_BOARD] = {{{"E", 5}, {"W", 10}}},
    [WF_DIM_SERVICE] = {{{"S1", 1}, {"S2", 2}, {"S3", 4}}},
    [WF_DIM_SIZE] = {{{"small", 1}, {"large", 2}}},
    [WF_DIM_ROLE] = {{{"R1", 1}, {"R2", 2}, {"R3", 4}}},
    [WF_DIM_GENDER] = {{{"M", 1}, {"F", 2}}},
    [WF_DIM_KIND] = {{{"1", 1}, {"2", 2}}},
    [WF_DIM_SECTOR] = {{{"X", 1}, {"Y", 2}}},
    [WF_DIM_LINKED] = {{{"0", 1}, {"1", 2}}}};

void wf_filters(const cdn_plan_filter *filters, uint32_t count, uint32_t leaves[WF_AXES])
{
    for (uint32_t a = 0; a < WF_AXES; a++)
        leaves[a] = wf_all_leaves(a);
    for (uint32_t f = 0; f < count; f++) {
        uint32_t kept = 0;
        for (uint32_t c = 0; c < filters[f].code_count; c++)
            kept |= level_codes[filters[f].dimension][filters[f].level][filters[f].codes[c]].leaves;
        leaves[wf_axis_of(filters[f].dimension)] &= kept;
    }
}

uint32_t wf_codes(const cdn_plan_table *table, uint32_t column, wf_code out[16])
{
    const cdn_plan_dimension *asked = &table->dimensions[column];
    uint32_t axis = wf_axis_of(asked->dimension), kept[WF_AXES], count = 0;
    wf_filters(table->filters, table->filter_count, kept);
    for (uint32_t level = asked->first_level; level <= asked->last_level; level++)
        for (uint32_t c = 0; level_codes[asked->dimension][level][c].code != NULL; c++) {
            wf_code code = level_codes[asked->dimension][level][c];
            code.leaves &= kept[axis];
            if (code.leaves != 0)
                out[count++] = code;
        }
    bool has_unknown = axis == WF_AREA || axis == WF_SIZE || axis == WF_GENDER;
    uint32_t unknown = axis == WF_AREA ? 16 : 4;
    if (has_unknown && (kept[axis] & unknown) != 0)
        out[count++] = (wf_code){"_U", unknown};
    if (table->totals)
        out[count++] = (wf_code){"_T", kept[axis]};
    return count;
}

bool wf_inside(const wf_record *r, const wf_statistic *s, const uint32_t leaves[WF_AXES])
{
    for (uint32_t a = 0; a < WF_AXES; a++) {
        uint32_t kept = leaves[a] & (s->axis == a ? s->leaves : WF_ANY);
        if (r->leaf[a] != WF_ANY && (kept >> r->leaf[a] & 1u) == 0)
            return false;
    }
    return wf_usable(r, s->measure) && (s->value == WF_V_ONE || has(r, s->value));
}

/* ---- rows: what they have given away ---- */

static bool is_of_the_unit(uint32_t record, uint32_t axis)
{
    return record == WF_WORKPLACE || record == WF_LOCATION || axis == WF_AREA ||
           axis == WF_SERVICE || axis == WF_SIZE;
}

/* The same records of every workplace are in both sets. */
static bool same_within_units(const wf_world *world, const wf_statistic *cell,
                              const uint32_t leaves[WF_AXES], const wf_statistic *row)
{
    for (uint32_t a = 0; a < WF_AXES; a++) {
        uint32_t all = wf_all_leaves(a);
        uint32_t in_cell = leaves[a] & all & (cell->axis == a ? cell->leaves : all);
        uint32_t in_row = row->axis == a ? row->leaves : all;
        if (!is_of_the_unit(cell->record, a) && in_cell != in_row)
            return false;
    }
    if (is_of_the_unit(cell->record, WF_AXES))
        return true;
    for (uint32_t i = 0; i < world->counts[cell->record]; i++) {
        const wf_record *r = &world->records[cell->record][i];
        if (wf_usable(r, cell->measure) != wf_usable(r, row->measure))
            return false;
    }
    return true;
}

/* Every classification of the cell is one that the register, or a list of it, shows. */
static bool shown_by_the_register(const wf_world *world, const wf_statistic *cell,
                                  const uint32_t leaves[WF_AXES])
{
    for (uint32_t a = 0; a < WF_AXES; a++) {
        uint32_t all = wf_all_leaves(a);
        uint32_t kept = leaves[a] & all & (cell->axis == a ? cell->leaves : all);
        if (kept != all && a != WF_SECTOR && !world->revealed.axes[a])
            return false;
    }
    return true;
}

static bool is_in_a_row(const wf_world *world, const wf_statistic *cell,
                        const uint32_t leaves[WF_AXES], const bool *alike, const wf_record *r)
{
    if (cell->record == WF_LOCATION && world->revealed.listed[r->unit] &&
        shown_by_the_register(world, cell, leaves))
        return true;
    for (uint32_t p = 0; p < world->row_part_count; p++) {
        const wf_row_part *part = &world->row_parts[p];
        static const uint32_t everything[WF_AXES] = {WF_ANY, WF_ANY, WF_ANY, WF_ANY,
                                                     WF_ANY, WF_ANY, WF_ANY, WF_ANY};
        if (alike[p] && part->units[r->unit] && part->statistic.record == cell->record &&
            part->statistic.value == cell->value && wf_inside(r, &part->statistic, everything))
            return true;
    }
    return false;
}

/* The largest sizes, falling. */
static void largest(int64_t size, int64_t top[CDN_CELL_TOP])
{
    for (uint32_t r = 0; r < CDN_CELL_TOP; r++)
        if (size > top[r]) {
            int64_t smaller = top[r];
            top[r] = size;
            size = smaller;
        }
}

/* 1 + the number of the only sum that is not 0, or of the only one that is there; else 0. */
static uint32_t only_one(const int64_t *sums, const bool *there, uint32_t count)
{
    uint32_t some = 0, present = 0, who = 0;
    for (uint32_t i = 0; i < count; i++) {
        some += sums[i] != 0;
        present += there[i];
    }
    for (uint32_t i = 0; i < count; i++)
        if ((some == 1 && sums[i] != 0) || (present == 1 && there[i]))
            who = 1 + i;
    return who;
}

/* Waivers and requests of the contributors of a cell, in the order of their sizes. What equals
 * another in size may have either one's rank: it is not looked at. */
typedef struct wf_wish {
    int64_t size;
    bool in, waives, asks;
} wf_wish;

static bool is_alone_in_size(const wf_wish *wishes, uint32_t count, int64_t size)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        found += wishes[i].in && wishes[i].size == size;
    return found == 1;
}

static void add_wishes(const wf_wish *wishes, uint32_t count, cdn_cell *cell)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!wishes[i].in)
            continue;
        cell->unwaived += !wishes[i].waives;
        if (wishes[i].size == 0 || !is_alone_in_size(wishes, count, wishes[i].size))
            continue;
        for (uint32_t r = 0; r < CDN_CELL_TOP; r++)
            if (cell->top[r] == wishes[i].size) {
                cell->waived |= (uint8_t)((unsigned)wishes[i].waives << r);
                cell->asked |= (uint8_t)((unsigned)wishes[i].asks << r);
            }
    }
}

/* A cell while it is counted. */
enum { HOLDINGS = 2000, KINDS = 3 };
static struct {
    int64_t sums[KINDS][HOLDINGS];
    bool there[KINDS][HOLDINGS];
    wf_wish wishes[HOLDINGS];
    cdn_cell cell;
} counted;

static void add_value(int64_t value)
{
    counted.cell.records++;
    counted.cell.value += value;
}

static void add_contributor(const wf_world *world, uint32_t record, const wf_record *r,
                            int64_t value)
{
    bool can_wish = record != WF_LOCATION;
    cdn_cell *cell = &counted.cell;
    const int who[KINDS] = {record == WF_WORKER ? r->id : -1, r->unit, r->holding};
    cell->workers += (uint32_t)r->workers;
    cell->providers += !counted.there[CDN_CONTRIBUTOR_PROVIDER][r->holding];
    cell->workplaces += !counted.there[CDN_CONTRIBUTOR_WORKPLACE][r->unit];
    cell->has_negative = cell->has_negative || value < 0;
    wf_wish *wish = &counted.wishes[r->holding];
    wish->waives = (wish->waives || !wish->in) && world->waivers && can_wish &&
                   world->waives[r->unit];
    wish->asks = wish->asks || (world->requests && can_wish && world->asks[r->unit]);
    wish->in = true;
    for (uint32_t kind = 0; kind < KINDS; kind++)
        if (who[kind] >= 0) {
            counted.sums[kind][who[kind]] += value;
            counted.there[kind][who[kind]] = true;
        }
}

static cdn_cell finish_cell(void)
{
    cdn_cell *cell = &counted.cell;
    for (uint32_t h = 0; h < HOLDINGS; h++) {
        int64_t sum = counted.sums[CDN_CONTRIBUTOR_PROVIDER][h], size = sum < 0 ? -sum : sum;
        cell->total += size;
        largest(size, cell->top);
        counted.wishes[h].size = size;
    }
    add_wishes(counted.wishes, HOLDINGS, cell);
    for (uint32_t kind = 0; kind < KINDS; kind++)
        cell->sole[kind] = only_one(counted.sums[kind], counted.there[kind], HOLDINGS);
    return *cell;
}

cdn_cell wf_count(const wf_world *world, const wf_statistic *s, const uint32_t leaves[WF_AXES])
{
    bool alike[64] = {false};
    memset(&counted, 0, sizeof counted);
    for (uint32_t p = 0; p < world->row_part_count; p++)
        alike[p] = world->row_parts[p].statistic.record == s->record &&
                   same_within_units(world, s, leaves, &world->row_parts[p].statistic);
    for (uint32_t i = 0; i < world->counts[s->record]; i++) {
        const wf_record *r = &world->records[s->record][i];
        if (!wf_inside(r, s, leaves))
            continue;
        int64_t value = s->value == WF_V_ONE ? 1 : r->value[s->value];
        add_value(value);
        if (value != 0)
            counted.cell.key += world->keys[s->record][i];
        if (!is_in_a_row(world, s, leaves, alike, r))
            add_contributor(world, s->record, r, value);
    }
    return finish_cell();
}

/* The record of that id when it is in the statistic, else NULL. */
static const wf_record *find_inside(const wf_world *world, int id, const wf_statistic *s,
                                    const uint32_t leaves[WF_AXES])
{
    for (uint32_t i = 0; i < world->counts[s->record]; i++) {
        const wf_record *r = &world->records[s->record][i];
        if (r->id == id)
            return wf_inside(r, s, leaves) ? r : NULL;
    }
    return NULL;
}

static const wf_record *find_any(const wf_world *world, uint32_t record, int id)
{
    for (uint32_t i = 0; i < world->counts[record]; i++)
        if (world->records[record][i].id == id)
            return &world->records[record][i];
    return NULL;
}

cdn_cell wf_change(const wf_world *now, const wf_world *then, const wf_statistic *s,
                   const uint32_t leaves[WF_AXES])
{
    memset(&counted, 0, sizeof counted);
    for (int id = 0; id < 2 * WF_MOST_WORKERS; id++) {
        const wf_record *a = find_inside(now, id, s, leaves);
        const wf_record *b = find_inside(then, id, s, leaves);
        int64_t value_a = a == NULL ? 0 : s->value == WF_V_ONE ? 1 : a->value[s->value];
        int64_t value_b = b == NULL ? 0 : s->value == WF_V_ONE ? 1 : b->value[s->value];
        if ((a == NULL && b == NULL) || (a != NULL && b != NULL && value_a == value_b))
            continue;
        /* it is the change of who it is today, if it is anybody's still; who left the cell for
         * another workplace is the old one's */
        const wf_record *who = find_any(now, s->record, id);
        bool left = who == NULL || (a == NULL && who->unit != b->unit);
        wf_record gone = left ? *b : *who;
        const wf_record *home =
            s->record == WF_LOCATION ? NULL : find_any(now, WF_WORKPLACE, gone.unit);
        if (home != NULL)
            gone.holding = home->holding;
        add_value(value_a - value_b);
        add_contributor(now, s->record, &gone, value_a - value_b);
    }
    return finish_cell();
}

/* ---- comparison ---- */

/* Bits of the ranks that no other size equals. */
static uint32_t sure_ranks(const cdn_cell *cell)
{
    uint32_t sure = 0;
    for (uint32_t r = 0; r + 1 < CDN_CELL_TOP; r++)
        if ((r == 0 || cell->top[r - 1] != cell->top[r]) && cell->top[r + 1] != cell->top[r])
            sure |= 1u << r;
    return sure;
}

static void compare_cells(const cdn_cell *found, const cdn_cell *expected, const char *where)
{
    uint32_t sure = sure_ranks(expected);
    const struct {
        const char *name;
        int64_t found, expected;
    } fields[] = {{"value", found->value, expected->value},
                  {"records", found->records, expected->records},
                  {"workers", found->workers, expected->workers},
                  {"workplaces", found->workplaces, expected->workplaces},
                  {"providers", found->providers, expected->providers},
                  {"total", found->total, expected->total},
                  {"top1", found->top[0], expected->top[0]},
                  {"top2", found->top[1], expected->top[1]},
                  {"top3", found->top[2], expected->top[2]},
                  {"top4", found->top[3], expected->top[3]},
                  {"top5", found->top[4], expected->top[4]},
                  {"key", (int64_t)found->key, (int64_t)expected->key},
                  {"unwaived", found->unwaived, expected->unwaived},
                  {"waived", found->waived & sure, expected->waived & sure},
                  {"asked", found->asked & sure, expected->asked & sure},
                  {"has_negative", found->has_negative, expected->has_negative},
                  {"one worker", found->sole[0] != 0, expected->sole[0] != 0},
                  {"one workplace", found->sole[1] != 0, expected->sole[1] != 0},
                  {"one provider", found->sole[2] != 0, expected->sole[2] != 0}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].found != fields[i].expected)
            fail_msg("%s: %s is %lld, expected %lld", where, fields[i].name,
                     (long long)fields[i].found, (long long)fields[i].expected);
}

/* Each contributor has one name, and each name is one contributor's. A register's are others than
 * those of workplaces. */
typedef struct wf_name {
    uint32_t kind, who, name;
} wf_name;

static wf_name names[4096];
static uint32_t name_count;

static void compare_names(const cdn_cell *found, const cdn_cell *expected, uint32_t record,
                          const char *where)
{
    for (uint32_t kind = 0; kind < CDN_CONTRIBUTOR_END_; kind++) {
        wf_name n = {kind, expected->sole[kind] + (record == WF_LOCATION ? 10000 : 0),
                     found->sole[kind]};
        bool known_name = n.name == 0;
        for (uint32_t i = 0; i < name_count && !known_name; i++) {
            known_name = names[i].kind == kind && names[i].who == n.who;
            if (names[i].kind == kind && (names[i].who == n.who) != (names[i].name == n.name))
                fail_msg("%s: two names for one, or one name for two of kind %u", where, kind);
        }
        assert_true(name_count < sizeof names / sizeof *names);
        if (!known_name)
            names[name_count++] = n;
    }
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Type 7 as the definition has it: h = (n - 1) q + 1, x[floor h] + (h - floor h) (x[floor h + 1] -
 * x[floor h]), with q = ppm / 1,000,000; everything times 1,000,000. */
static void compare_quantile(const wf_world *world, const wf_statistic *s,
                             const uint32_t leaves[WF_AXES], const cdn_figure *found,
                             const char *where)
{
    static int64_t values[WF_MOST_WORKERS];
    int64_t count = 0, ppm = s->measure == WF_P90 ? 900000 : 500000;
    for (uint32_t i = 0; i < world->counts[s->record]; i++) {
        const wf_record *r = &world->records[s->record][i];
        if (wf_inside(r, s, leaves))
            values[count++] = r->value[WF_V_PAY];
    }
    int64_t expected = 0;
    uint32_t below = 0, above = 0;
    if (count > 0) {
        qsort(values, (size_t)count, sizeof *values, compare_numbers);
        int64_t h = (count - 1) * ppm + 1000000;
        int64_t low = values[h / 1000000 - 1];
        int64_t high = h / 1000000 < count ? values[h / 1000000] : low;
        expected = low * 1000000 + h % 1000000 * (high - low);
    }
    for (int64_t i = 0; i < count; i++) {
        below += values[i] * 1000000 < expected;
        above += values[i] * 1000000 > expected;
    }
    if (found->quantile_value != expected || found->below != below || found->above != above)
        fail_msg("%s: quantile %lld (%u below, %u above), expected %lld (%u, %u)", where,
                 (long long)found->quantile_value, found->below, found->above,
                 (long long)expected, below, above);
}

static void check_figure(const cdn_cells *cells, const wf_world *world, uint32_t measure,
                         const cdn_figure *figure, const uint32_t leaves[WF_AXES],
                         const char *where)
{
    uint32_t parts = wf_part_count(measure);
    for (uint32_t p = 0; p < parts && p < 2; p++) {
        wf_statistic s = {0};
        assert_true(wf_part(measure, p, &s));
        assert_true(figure->cells[p] < cells->count);
        cdn_cell expected = wf_count(world, &s, leaves);
        compare_cells(&cells->cells[figure->cells[p]], &expected, where);
        compare_names(&cells->cells[figure->cells[p]], &expected, s.record, where);
        if (measure == WF_MEDIAN || measure == WF_P90)
            compare_quantile(world, &s, leaves, figure, where);
    }
    if (parts == 1)
        assert_int_equal(figure->cells[1], CDN_NONE);
}

/* What is compared of a figure. */
typedef struct wf_check {
    const cdn_cells *cells;
    const wf_world *world;  /* today's, or of the end of a span */
    const wf_world *then;   /* an earlier date's, or NULL for today itself */
    uint32_t date;          /* or span */
    bool is_span;
} wf_check;

static void check_date(const wf_check *c, uint32_t measure, const cdn_figure *figure,
                       const uint32_t leaves[WF_AXES], const char *where)
{
    const cdn_cells_date *date = &c->cells->dates[c->date];
    for (uint32_t p = 0; p < wf_part_count(measure) && p < 2; p++) {
        wf_statistic s = {0};
        uint32_t cell = figure->cells[p];
        assert_true(wf_part(measure, p, &s));
        cdn_cell expected = wf_count(c->then, &s, leaves);
        compare_cells(&date->cells[cell], &expected, where);
        compare_names(&date->cells[cell], &expected, s.record, where);
        expected = wf_change(c->world, c->then, &s, leaves);
        assert_int_equal(date->ids[cell] == cell, expected.records == 0);
        assert_int_equal(c->cells->cells[date->ids[cell]].value, date->cells[cell].value);
    }
}

static void check_span(const wf_check *c, uint32_t measure, const cdn_figure *figure,
                       const uint32_t leaves[WF_AXES], const char *where)
{
    const cdn_cells *cells = c->cells;
    const cdn_cells_span *span = &cells->spans[c->date];
    for (uint32_t p = 0; p < wf_part_count(measure) && p < 2; p++) {
        wf_statistic s = {0};
        uint32_t cell = figure->cells[p], from = cells->dates[span->from].ids[cell];
        uint32_t to = span->to == CDN_NONE ? cell : cells->dates[span->to].ids[cell];
        assert_true(wf_part(measure, p, &s));
        cdn_cell expected = wf_change(c->world, c->then, &s, leaves);
        assert_int_equal(from == to, expected.records == 0);
        assert_int_equal(span->changes[cell] == CDN_NONE, expected.records == 0);
        if (expected.records == 0)
            continue;
        const cdn_cell *change = &cells->cells[span->changes[cell]];
        assert_true(change->is_change);
        compare_cells(change, &expected, where);
        compare_names(change, &expected, s.record, where);
    }
}

static void check_any(const wf_check *c, uint32_t measure, const cdn_figure *figure,
                      const uint32_t leaves[WF_AXES], const char *where)
{
    if (c->is_span)
        check_span(c, measure, figure, leaves, where);
    else if (c->then != NULL)
        check_date(c, measure, figure, leaves, where);
    else
        check_figure(c->cells, c->world, measure, figure, leaves, where);
}

static void check_table(const wf_check *check, const cdn_plan *plan, uint32_t t)
{
    const cdn_cells *cells = check->cells;
    const cdn_plan_table *table = &plan->tables[t];
    const cdn_cell_table *found = &cells->tables[t];
    wf_code codes[4][16];
    uint32_t counts[4] = {0}, keys = 1;
    assert_int_equal(found->column_count, table->dimension_count);
    for (uint32_t d = 0; d < table->dimension_count; d++) {
        counts[d] = wf_codes(table, d, codes[d]);
        keys *= counts[d];
        assert_int_equal(found->columns[d].dimension, table->dimensions[d].dimension);
        assert_int_equal(found->columns[d].count, counts[d]);
        for (uint32_t c = 0; c < counts[d]; c++)
            assert_string_equal(found->columns[d].codes[c], codes[d][c].code);
    }
    assert_int_equal(found->key_count, keys);
    for (uint32_t key = 0; key < keys; key++) {
        uint32_t leaves[WF_AXES], rest = key;
        char where[200];
        int length = snprintf(where, sizeof where, "table %u", t);
        wf_filters(table->filters, table->filter_count, leaves);
        for (uint32_t d = table->dimension_count; d-- > 0;) {
            const wf_code *code = &codes[d][rest % counts[d]];
            rest /= counts[d];
            leaves[wf_axis_of(table->dimensions[d].dimension)] &= code->leaves;
            length += snprintf(where + length, sizeof where - (size_t)length, " %s", code->code);
        }
        for (uint32_t m = 0; m < table->measure_count; m++) {
            uint32_t measure = table->measures[m].index;
            (void)snprintf(where + length, sizeof where - (size_t)length, " measure %s",
                           wf_catalogue.measures[measure].name);
            check_any(check, measure, &cells->figures[found->first_figure + m * keys + key], leaves,
                      where);
        }
    }
}

void wf_check_tables(const cdn_cells *cells, const cdn_plan *plan, const wf_world *world)
{
    uint32_t figures = 0;
    const wf_check check = {.cells = cells, .world = world};
    name_count = 0;
    assert_int_equal(cells->table_count, plan->table_count);
    for (uint32_t t = 0; t < plan->table_count; t++) {
        assert_int_equal(cells->tables[t].first_figure, figures);
        check_table(&check, plan, t);
        figures += cells->tables[t].key_count * plan->tables[t].measure_count;
    }
    assert_int_equal(cells->figure_count, figures);
}

void wf_check_dates(const cdn_cells *cells, const cdn_plan *plan, const wf_world *today,
                    const wf_world *const *then)
{
    for (uint32_t d = 0; d < cells->date_count; d++) {
        const wf_check check = {cells, today, then[d], d, false};
        for (uint32_t t = 0; t < plan->table_count; t++)
            check_table(&check, plan, t);
    }
    for (uint32_t i = 0; i < cells->span_count; i++) {
        const cdn_cells_span *span = &cells->spans[i];
        const wf_world *end = span->to == CDN_NONE ? today : then[span->to];
        const wf_check check = {cells, end, then[span->from], i, true};
        for (uint32_t t = 0; t < plan->table_count; t++)
            check_table(&check, plan, t);
    }
}

void wf_check_equations(const cdn_cells *cells)
{
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        __int128 sum = 0;
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++) {
            assert_true(cells->equation_cell[i] < cells->count);
            assert_int_not_equal(cells->equation_coefficient[i], 0);
            sum += (__int128)cells->cells[cells->equation_cell[i]].value *
                   cells->equation_coefficient[i];
        }
        if (sum != 0)
            fail_msg("equation %u does not hold", e);
    }
}
