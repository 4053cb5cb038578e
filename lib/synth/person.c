/* person.c - who a synthetic worker is, and since when.
 *
 * Shares are rounded figures of the kind that published reports give; nothing is
 * fitted to records. Rates of missing answers: age 5%, start date 5%, distance and
 * home area 20%.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/person.h"

#include <string.h>

#define YEAR 365
#define BRITISH 826

void cdn_habits_draw(const cdn_synth_world *world, uint32_t place, cdn_random *random,
                     cdn_workplace_habits *out)
{
    /* Region ids 1 to 9; 3 is London, 1, 6 and 8 come next. */
    static const uint8_t mixes[10] = {0, 1, 0, 2, 0, 0, 1, 0, 1, 0};
    const cdn_synth_place *at = &world->places[place];
    uint8_t region = world->lists->areas[at->area].region;
    out->place = at;
    out->mix = mixes[region < 10 ? region : 0];
    out->class = cdn_synth_class_of(at->service);
    out->council = world->orgs[at->org].establishment_type <= 3;
    out->no_sickness = cdn_random_chance(random, 60);
    out->rolling = out->class == CDN_CLASS_DOMICILIARY && cdn_random_chance(random, 550);
    out->pay_step = (int32_t)cdn_random_below(random, 70) + (region == CDN_SYNTH_LONDON ? 55 : 0) +
                    (out->council ? 120 : 0);
}

static void draw_nationality(const cdn_workplace_habits *habits, cdn_random *random,
                             cdn_person *out)
{
    static const cdn_share eu[] = {{616, 30}, {642, 28}, {620, 10}, {380, 8}, {372, 8}, {724, 6},
                                   {100, 6},  {440, 4},  {348, 2},  {276, 2}, {528, 1}, {0, 0}};
    static const cdn_share others[] = {{566, 200}, {356, 210}, {716, 130}, {288, 70}, {608, 60},
                                       {586, 40},  {50, 35},   {388, 35},  {404, 30}, {524, 25},
                                       {710, 25},  {694, 20},  {120, 15},  {144, 15}, {454, 15},
                                       {894, 15},  {800, 10},  {76, 10},   {170, 5},  {804, 10},
                                       {156, 5},   {784, 1},   {999, 5},   {0, 0}};
    static const uint16_t british[] = {870, 780, 560}, from_eu[] = {45, 70, 110};
    uint32_t draw = cdn_random_below(random, 1000);
    bool blank = cdn_random_chance(random, 45), unknown = cdn_random_chance(random, 15);
    if (draw < british[habits->mix])
        out->nationality = BRITISH;
    else if (draw < (uint32_t)british[habits->mix] + from_eu[habits->mix])
        out->nationality = cdn_random_share(random, eu);
    else
        out->nationality = cdn_random_share(random, others);
    bool born_here = out->nationality == BRITISH && !cdn_random_chance(random, 90);
    out->born_in_uk = cdn_random_chance(random, 80) ? -1 : born_here;
    out->entry_year = -1;
    out->is_british = blank ? -1 : unknown ? 2 : out->nationality == BRITISH;
}

/* Ethnicity goes with nationality and, for the British, with how diverse the area is. */
static void draw_ethnicity(const cdn_workplace_habits *habits, cdn_random *random, cdn_person *out)
{
    static const cdn_share groups[3][6] = {
        {{0, 945}, {1, 12}, {2, 22}, {3, 17}, {4, 4}, {0, 0}},
        {{0, 850}, {1, 20}, {2, 75}, {3, 45}, {4, 10}, {0, 0}},
        {{0, 480}, {1, 55}, {2, 160}, {3, 275}, {4, 30}, {0, 0}}};
    static const cdn_share white[] = {{31, 945}, {32, 25}, {33, 4}, {34, 26}, {0, 0}};
    static const cdn_share mixed[] = {{35, 45}, {36, 20}, {37, 20}, {38, 15}, {0, 0}};
    static const cdn_share asian[] = {{39, 38}, {40, 28}, {41, 14}, {42, 5}, {43, 15}, {0, 0}};
    static const cdn_share black[] = {{44, 55}, {45, 35}, {46, 10}, {0, 0}};
    static const cdn_share rest[] = {{47, 40}, {98, 60}, {0, 0}};
    static const cdn_share *const details[] = {white, mixed, asian, black, rest};
    static const cdn_share by_nation[] = {{356, 39}, {586, 40}, {50, 41},  {156, 42}, {608, 43},
                                          {524, 43}, {144, 43}, {388, 45}, {784, 47}, {170, 98},
                                          {76, 98},  {804, 34}, {999, 98}, {0, 0}};
    uint32_t missing = cdn_random_below(random, 1000);
    out->ethnicity = 44;
    if (out->nationality == BRITISH) {
        int group = cdn_random_share(random, groups[habits->mix]);
        out->ethnicity = cdn_random_share(random, details[group]);
    } else if (out->nationality == 372) {
        out->ethnicity = 32;
    } else {
        static const int16_t eu[] = {616, 642, 620, 380, 724, 100, 440, 348, 276, 528};
        for (size_t i = 0; i < sizeof eu / sizeof eu[0]; i++)
            if (out->nationality == eu[i])
                out->ethnicity = 34;
        for (const cdn_share *at = by_nation; at->share != 0; at++)
            if (out->nationality == at->code)
                out->ethnicity = at->share;
    }
    if (missing < 70)
        out->ethnicity = missing < 40 ? -1 : 99;
    if (out->is_british == -1)
        out->nationality = -1;
    else if (out->is_british == 2)
        out->nationality = 998;
}

static void draw_age(uint8_t group, cdn_random *random, cdn_person *out)
{
    static const cdn_share staff[] = {{16, 3}, {20, 9},  {25, 22}, {35, 23}, {45, 20},
                                      {55, 13}, {60, 7}, {65, 3},  {0, 0}};
    static const cdn_share seniors[] = {{25, 10}, {35, 26}, {45, 32}, {55, 18}, {60, 11},
                                        {65, 3},  {0, 0}};
    int from = cdn_random_share(
        random, group == CDN_GROUP_DIRECT || group == CDN_GROUP_OTHER ? staff : seniors);
    uint32_t width = from == 16 ? 4 : from == 20 || from == 55 || from == 60 ? 5 : 10;
    out->age = from + (int32_t)cdn_random_below(random, width);
    if (from == 65)
        out->age = 65 + (int32_t)(cdn_random_below(random, 16) * cdn_random_below(random, 16) / 15);
    if (out->age > 80)
        out->age = 80;
}

/* Start of the job (not before 16), of work in the sector, of life in the country. */
static void draw_history(const cdn_synth_world *world, cdn_random *random, cdn_person *out)
{
    static const uint16_t from[] = {0, 365, 730, 1825, 3650, 7300};
    static const uint16_t width[] = {365, 365, 1095, 1825, 3650, 4000};
    static const cdn_share bands[] = {{0, 25}, {1, 17}, {2, 28}, {3, 17}, {4, 10}, {5, 3}, {0, 0}};
    int band = cdn_random_share(random, bands);
    int32_t days = from[band] + (int32_t)cdn_random_below(random, width[band]);
    int32_t most = (out->age - 16) * YEAR;
    if (days > most)
        days = most > 1 ? (int32_t)cdn_random_below(random, (uint32_t)most) : 0;
    out->start_days = days;
    int32_t start_year = world->years[cdn_synth_day(world, out->start_days)];
    int32_t before = start_year - (int32_t)world->reference_year + (out->age - 16);
    uint32_t draw = cdn_random_below(random, 1000);
    int32_t earlier = before <= 0 || draw < 450
                          ? 0
                          : (int32_t)cdn_random_below(random, before < 14 ? (uint32_t)before : 14u);
    out->sector_year = start_year - earlier;
    if (draw % 100 < 18)
        out->sector_year = draw % 100 < 12 ? -1 : -2;
    if (out->born_in_uk == 0 && cdn_random_chance(random, 850))
        out->entry_year = start_year - earlier - (int32_t)cdn_random_below(random, 3);
    if (cdn_random_chance(random, 50))
        out->start_days = CDN_NO_START;
}

static void draw_person(const cdn_synth_world *world, const cdn_workplace_habits *habits,
                        uint8_t group, cdn_random *random, cdn_person *out)
{
    static const cdn_share genders[] = {{2, 785}, {1, 195}, {4, 3}, {3, 5}, {-1, 12}, {0, 0}};
    static const cdn_share disabled[] = {{0, 870}, {1, 22}, {2, 20}, {-2, 38}, {-1, 50}, {0, 0}};
    static const cdn_share sources[] = {{210, 40},  {211, 395}, {214, 55}, {216, 190}, {217, 30},
                                        {219, 45},  {221, 25},  {224, 60}, {225, 65},  {226, 10},
                                        {227, 15},  {-1, 70},   {0, 0}};
    draw_nationality(habits, random, out);
    draw_ethnicity(habits, random, out);
    draw_age(group, random, out);
    out->gender = cdn_random_share(random, genders);
    out->disabled = cdn_random_share(random, disabled);
    draw_history(world, random, out);
    out->source = cdn_random_share(random, sources);
    if (cdn_random_chance(random, 50))
        out->age = -1;
    uint32_t home = cdn_random_below(random, 1000);
    out->home_area = out->distance_tenths = -1;
    if (home >= 200) {
        const cdn_synth_lists *lists = world->lists;
        uint32_t area = habits->place->area;
        if (home < 350)
            area = cdn_random_below(random, lists->area_count);
        if (lists->areas[area].region != lists->areas[habits->place->area].region)
            area = habits->place->area;
        out->home_area = (int32_t)lists->areas[area].code;
        out->distance_tenths =
            (int32_t)(cdn_random_below(random, 150) * (1 + cdn_random_below(random, 150)) / 100);
    }
}

static void draw_sickness(const cdn_workplace_habits *habits, uint8_t status, cdn_random *random,
                          cdn_person *out)
{
    uint32_t draw = cdn_random_below(random, 1000);
    uint32_t spell = cdn_random_below(random, 50) * cdn_random_below(random, 50) / 60;
    out->sick_halves = draw < 470 ? 0 : (int32_t)(spell + 1);
    if (draw >= 970)
        out->sick_halves = (int32_t)(40 + cdn_random_below(random, 200));
    if (habits->no_sickness)
        out->sick_halves = 0;
    if (status > CDN_STATUS_TEMP)
        out->sick_halves = draw < 850 ? -1 : 0;
    else if (draw % 100 < 10)
        out->sick_halves = draw % 100 < 7 ? -1 : -2;
}

static void draw_newer_questions(cdn_random *random, uint8_t group, cdn_person *out)
{
    uint32_t draw = cdn_random_below(random, 1000);
    bool foreign = out->is_british == 0;
    out->visa = foreign ? draw < 520 ? 1 : draw < 850 ? 0 : draw < 900 ? -2 : -1 : -1;
    out->recruited_abroad = out->visa == 1 ? draw % 10 < 4 : -1;
    out->delegated_healthcare = out->pathway = -1;
    if (group == CDN_GROUP_DIRECT && draw < 500)
        out->delegated_healthcare = draw < 180;
    if (draw >= 700 && group != CDN_GROUP_OTHER)
        out->pathway = (int32_t)(group == CDN_GROUP_MANAGER ? 4 + draw % 4 : 1 + draw % 3);
    out->previous_pence = draw % 20 == 0 && out->hourly_pence > 0
                              ? out->hourly_pence - (int32_t)(draw % 7) * 10
                              : -1;
}

void cdn_person_draw(const cdn_synth_world *world, const cdn_workplace_habits *habits,
                     const cdn_synth_job *job, cdn_random *random, cdn_person *out)
{
    const cdn_synth_role *role = &world->lists->roles[job->first_role];
    memset(out, 0, sizeof *out);
    out->status_code = cdn_synth_status_code(job->first_status);
    out->role_code = role->code;
    /* Retired codes are still met in files; readers must map them. */
    if (role->code == 27 && cdn_random_chance(random, 20))
        out->role_code = 22;
    else if (role->code == 40 && cdn_random_chance(random, 20))
        out->role_code = 41;
    draw_person(world, habits, role->group, random, out);
    draw_sickness(habits, job->first_status, random, out);
    cdn_person_draw_hours(habits, job, role->group, random, out);
    cdn_person_draw_pay(habits, role->group, random, out);
    cdn_person_draw_qualifications(role->group, random, out);
    draw_newer_questions(random, role->group, out);
    out->amhp = -1;
    if (role->code == 6)
        out->amhp = habits->council ? cdn_random_chance(random, 90) : cdn_random_chance(random, 5);
}
