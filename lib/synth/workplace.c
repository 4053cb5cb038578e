/* workplace.c - rows of workplace.csv.
 *
 * A role at which nobody works and for which nothing is stated has blank cells,
 * so that it makes no workplace-role record. When a total of starters, leavers or
 * vacancies is unknown or blank, the cells of its roles are -1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/files.h"

#include <stdio.h>

#define ROLLUPS 5u /* all roles, then the four groups */
#define CELLS 11u  /* per role */

static const char *const base_columns[] = {
    "period", "establishmentid", "parentid", "orgid", "nmdsid", "wkplacestat", "isparent",
    "parentpermission", "mupddate", "lastloggedin", "isbulkuploader", "cqcpermission",
    "lapermission", "regtype", "providerid", "locationid", "esttype", "establishmentname",
    "postcode", "regionid", "cssr", "lauthid", "totalstaff", "wkrrecs", "totalstarters",
    "totalleavers", "totalvacancies", "mainstid"};
static const char *const cell_names[CELLS] = {"flag", "perm", "temp", "pool", "agcy", "oth",
                                              "emp",  "work", "strt", "stop", "vacy"};

uint32_t cdn_synth_workplace_width(const cdn_synth_lists *lists)
{
    return (uint32_t)(sizeof base_columns / sizeof base_columns[0]) +
           (ROLLUPS + lists->role_count) * CELLS;
}

void cdn_synth_put_workplace_header(cdn_line *line, const cdn_synth_world *world,
                                    const cdn_filler *filler)
{
    for (size_t i = 0; i < sizeof base_columns / sizeof base_columns[0]; i++)
        cdn_line_text(line, base_columns[i]);
    for (uint32_t i = 0; i < ROLLUPS + world->lists->role_count; i++) {
        unsigned code = i < ROLLUPS ? 28 + i : world->lists->roles[i - ROLLUPS].code;
        for (unsigned cell = 0; cell < CELLS; cell++) {
            char name[16];
            (void)snprintf(name, sizeof name, "jr%02u%s", code, cell_names[cell]);
            cdn_line_text(line, name);
        }
    }
    cdn_filler_put_names(filler, line);
    cdn_line_end(line);
}

static void put_identity(cdn_line *line, const cdn_synth_world *world, uint32_t place)
{
    const cdn_synth_place *at = &world->places[place];
    const cdn_synth_org *org = &world->orgs[at->org];
    bool several = org->count > 1, parent = several && org->first == place;
    cdn_line_text(line, world->period);
    cdn_line_int(line, cdn_synth_place_id(place));
    cdn_line_int_or_blank(line, several && !parent ? cdn_synth_place_id(org->first) : 0, 0);
    cdn_line_int(line, cdn_synth_place_id(org->first));
    cdn_line_add(line, &world->lists->areas[at->area].letter, 1);
    cdn_line_digits(line, 1000001u + place, 7);
    cdn_line_comma(line);
    cdn_line_int(line, 1);
    cdn_line_int(line, parent);
    uint64_t owner = cdn_random_mix(world->options->seed ^ place) % 100;
    cdn_line_int_or_blank(line, several && !parent ? owner < 80 ? 1 : owner < 97 ? 2 : 3 : 0, 0);
    cdn_synth_put_date(line, world, at->updated);
    cdn_synth_put_date(line, world, at->login);
    cdn_line_int(line, org->bulk);
    cdn_line_int(line, at->cqc_permission);
    cdn_line_int(line, at->la_permission);
    cdn_line_int(line, at->regulated ? 2 : 0);
    if (at->regulated) {
        cdn_synth_put_provider_id(line, at->org);
        cdn_synth_put_location_id(line, cdn_synth_location_number(world, place));
    } else {
        cdn_line_add(line, ",,", 2);
    }
}

static void put_place(cdn_line *line, const cdn_synth_world *world, const cdn_synth_staff *staff,
                      uint32_t place)
{
    const cdn_synth_place *at = &world->places[place];
    const cdn_synth_area *area = &world->lists->areas[at->area];
    cdn_line_int(line, world->orgs[at->org].establishment_type);
    cdn_synth_put_place_name(line, world, place);
    cdn_synth_put_postcode(line, at->area, place);
    cdn_line_int(line, area->region);
    cdn_line_int(line, area->code);
    cdn_line_int(line, area->code);
    int64_t total = (int64_t)at->total_staff + staff->present - at->records;
    cdn_line_int(line, at->total_staff < 0 ? -1 : total < 0 ? 0 : total);
    cdn_line_int(line, staff->present);
    for (int flow = 0; flow < CDN_FLOW_COUNT; flow++)
        cdn_line_int(line, staff->flow_total[flow]);
    cdn_line_int(line, at->service);
}

/* Counts by status, then flows, of one role or of several together. */
typedef struct cells {
    uint32_t status[CDN_STATUS_COUNT];
    uint32_t flow[CDN_FLOW_COUNT];
    bool any;
} cells;

static void add_role(cells *to, const cdn_synth_staff *staff, uint32_t role)
{
    for (int s = 0; s < CDN_STATUS_COUNT; s++) {
        to->status[s] += staff->by_role[role][s];
        to->any = to->any || staff->by_role[role][s] > 0;
    }
    for (int f = 0; f < CDN_FLOW_COUNT; f++) {
        if (staff->flow_total[f] <= 0)
            continue;
        to->flow[f] += staff->flow[f][role];
        to->any = to->any || staff->flow[f][role] > 0;
    }
}

static void put_cells(cdn_line *line, const cdn_synth_staff *staff, const cells *of)
{
    static const char blank[] = ",,,,,,,,,,,";
    if (!of->any) {
        cdn_line_add(line, blank, CELLS);
        return;
    }
    uint32_t employed = of->status[CDN_STATUS_PERM] + of->status[CDN_STATUS_TEMP];
    uint32_t work = 0;
    for (int s = 0; s < CDN_STATUS_COUNT; s++)
        work += of->status[s];
    cdn_line_int(line, work > 0);
    for (int s = 0; s < CDN_STATUS_COUNT; s++)
        cdn_line_int(line, of->status[s]);
    cdn_line_int(line, employed);
    cdn_line_int(line, work);
    for (int f = 0; f < CDN_FLOW_COUNT; f++)
        cdn_line_int(line, staff->flow_total[f] < 0 ? -1 : (int64_t)of->flow[f]);
}

void cdn_synth_put_workplace(cdn_line *line, const cdn_synth_world *world,
                             const cdn_filler *filler, const cdn_synth_staff *staff,
                             uint32_t place)
{
    put_identity(line, world, place);
    put_place(line, world, staff, place);
    cells rollups[ROLLUPS] = {0};
    for (uint32_t role = 0; role < world->lists->role_count; role++) {
        add_role(&rollups[0], staff, role);
        add_role(&rollups[1 + world->lists->roles[role].group], staff, role);
    }
    for (uint32_t i = 0; i < ROLLUPS; i++)
        put_cells(line, staff, &rollups[i]);
    for (uint32_t role = 0; role < world->lists->role_count; role++) {
        cells of = {0};
        add_role(&of, staff, role);
        put_cells(line, staff, &of);
    }
    cdn_random random;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_FILLER, place);
    cdn_filler_put_row(filler, world, &random, line);
    cdn_line_end(line);
}
