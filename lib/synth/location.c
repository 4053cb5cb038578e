/* location.c - cqc_locations.csv: the register, with the many locations that sent no data.
 *
 * Nearly every regulated workplace has its location. Per area more locations are
 * added, more in London, so that 45 to 55% of social care locations (about 40% in
 * London) have a workplace that was amended within two years.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/files.h"

static const char *const columns[] = {
    "locationid", "providerid", "name", "providername", "postcode", "region", "cssr", "la", "icb",
    "registrationdate", "carehome", "beds", "type", "service", "registered_manager",
    "rating_overall", "rating_safe", "rating_effective", "rating_caring", "rating_responsive",
    "rating_well_led", "rating_date", "dormant"};

/* Locations without a workplace, per 1,000 regulated workplaces. */
#define WITHOUT_WORKPLACE 850u
#define WITHOUT_WORKPLACE_LONDON 1300u
#define NOT_RATED 0

typedef struct location {
    uint32_t number;  /* distinct in the file: workplace, or past the last of them */
    bool known;       /* has a workplace */
    uint32_t place;   /* which */
    uint32_t provider;
    uint16_t area;
    uint8_t service;
} location;

static void put_rating(cdn_line *line, int rating)
{
    static const char *const names[] = {"Not rated", "Inadequate", "Requires improvement", "Good",
                                        "Outstanding"};
    cdn_line_text(line, names[rating]);
}

static void put_ratings(cdn_line *line, const cdn_synth_world *world, cdn_random *random,
                        int32_t registered)
{
    static const cdn_share overall[] = {{4, 42}, {3, 765}, {2, 175}, {1, 18}, {0, 0}};
    bool rated = registered > 600 || (registered > 0 && cdn_random_chance(random, 150));
    if (registered > 600 && cdn_random_chance(random, 30))
        rated = false;
    int rating = rated ? cdn_random_share(random, overall) : NOT_RATED;
    put_rating(line, rating);
    for (int question = 0; question < 5; question++) {
        uint32_t draw = cdn_random_below(random, 100);
        int own = draw < 76 || !rated ? rating : draw < 94 ? 3 : rating - (rating > 1);
        put_rating(line, own);
    }
    if (rated)
        cdn_synth_put_date(line, world,
                           (int32_t)cdn_random_below(
                               random, registered < 2600 ? (uint32_t)registered + 1 : 2600));
    else
        cdn_line_comma(line);
}

static void put_name(cdn_line *line, const char *name, uint32_t number)
{
    cdn_line_add(line, name, strlen(name));
    cdn_line_digits(line, number, 5);
    cdn_line_comma(line);
}

static void put_who(cdn_line *line, const cdn_synth_world *world, const location *of)
{
    cdn_synth_put_location_id(line, of->number);
    cdn_synth_put_provider_id(line, of->provider);
    if (of->known)
        cdn_synth_put_place_name(line, world, of->place);
    else
        put_name(line, "Synthetic Location ", of->number + 1u);
    if (of->provider < world->org_count)
        cdn_synth_put_provider_name(line, world, of->provider);
    else
        put_name(line, "Synthetic Provider ", of->provider + 1u);
}

static void put_where(cdn_line *line, const cdn_synth_world *world, const location *of)
{
    const cdn_synth_area *area = &world->lists->areas[of->area];
    cdn_synth_put_postcode(line, of->area, of->number);
    cdn_line_label(line, world->lists->region_labels[area->region]);
    cdn_line_int(line, area->code);
    cdn_line_label(line, area->label);
    cdn_line_text(line, area->icb);
}

static void put_location(cdn_line *line, const cdn_synth_world *world, const location *of)
{
    static const cdn_share types[] = {{0, 92}, {1, 3}, {2, 4}, {3, 1}, {0, 0}};
    static const char *const names[] = {"Social Care Org", "NHS Healthcare Organisation",
                                        "Independent Healthcare Org", "Primary Medical Services"};
    cdn_random random;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_LOCATION, of->number);
    bool home = of->service == 1 || of->service == 2;
    int32_t registered = 20 + (int32_t)cdn_random_below(&random, 5500);
    if (of->known && world->places[of->place].opened > 0)
        registered = -7 * world->places[of->place].opened;
    put_who(line, world, of);
    put_where(line, world, of);
    cdn_synth_put_date(line, world, registered);
    cdn_line_text(line, home ? "Y" : "N");
    uint32_t beds = 4 + cdn_random_below(&random, 30) + cdn_random_below(&random, 40);
    if (of->known && world->places[of->place].records > 4)
        beds = world->places[of->place].records * (70 + cdn_random_below(&random, 50)) / 100 + 1;
    cdn_line_int_or_blank(line, home ? beds : 0, 0);
    cdn_line_text(line, names[of->known ? 0 : cdn_random_share(&random, types)]);
    cdn_line_int(line, of->service);
    if (cdn_random_chance(&random, 40))
        cdn_line_comma(line);
    else
        put_name(line, "Synthetic Manager ", of->number + 1u);
    put_ratings(line, world, &random, registered);
    cdn_line_text(line, cdn_random_chance(&random, of->known ? 5 : 25) ? "Y" : "N");
    cdn_line_end(line);
}

/* Locations of one area that have no workplace: some of providers that sent data for others. */
static void put_others(cdn_line *line, const cdn_synth_world *world, uint32_t area,
                       uint32_t regulated, uint32_t *next)
{
    static const cdn_share services[] = {{1, 105}, {2, 300}, {8, 400}, {55, 100}, {54, 25},
                                         {17, 6},  {61, 4},  {62, 4},  {63, 4},   {64, 12},
                                         {66, 6},  {67, 2},  {68, 6},  {69, 4},   {70, 4},
                                         {74, 8},  {0, 0}};
    bool london = world->lists->areas[area].region == CDN_SYNTH_LONDON;
    uint32_t count =
        (regulated * (london ? WITHOUT_WORKPLACE_LONDON : WITHOUT_WORKPLACE) + 500) / 1000;
    for (uint32_t i = 0; i < count; i++) {
        cdn_random random;
        cdn_random_seed(&random, world->options->seed, CDN_STREAM_LOCATION, ~*next);
        location of = {.number = *next, .area = (uint16_t)area};
        of.service = (uint8_t)cdn_random_share(&random, services);
        of.provider = cdn_random_chance(&random, 150)
                          ? cdn_random_below(&random, world->org_count)
                          : world->org_count + *next - world->planned;
        put_location(line, world, &of);
        (*next)++;
    }
}

void cdn_synth_put_locations(cdn_line *line, const cdn_synth_world *world)
{
    uint32_t regulated[CDN_SYNTH_AREAS_MAX] = {0};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        cdn_line_text(line, columns[i]);
    cdn_line_end(line);
    for (uint32_t i = 0; i < world->place_count; i++) {
        const cdn_synth_place *place = &world->places[i];
        if (!place->regulated)
            continue;
        regulated[place->area] += i < world->planned;
        location of = {cdn_synth_location_number(world, i), true, i, place->org, place->area,
                       place->service};
        if (cdn_random_mix(world->options->seed ^ ((uint64_t)i << 20)) % 100 != 0)
            put_location(line, world, &of);
    }
    uint32_t next = world->planned;
    for (uint32_t area = 0; area < world->lists->area_count; area++)
        put_others(line, world, area, regulated[area], &next);
}
