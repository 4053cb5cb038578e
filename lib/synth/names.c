/* names.c - names, identifiers and postcodes that are plainly made up, one way for every file.
 *
 * Postcodes use letters that no real postcode area has; every name starts with
 * "Synthetic".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/world.h"

uint32_t cdn_synth_place_id(uint32_t place)
{
    return 100001u + place;
}

static void add_text(cdn_line *line, const char *text)
{
    cdn_line_add(line, text, strlen(text));
}

void cdn_synth_put_place_name(cdn_line *line, const cdn_synth_world *world, uint32_t place)
{
    static const char *const kinds[CDN_CLASS_COUNT] = {
        "Nursing Home ", "Care Home ",  "Home Care ",      "Supported Living ", "Day Service ",
        "Social Work ",  "Community ", "Health Service ", "Head Office "};
    const cdn_synth_place *at = &world->places[place];
    add_text(line, "Synthetic ");
    if (world->orgs[at->org].establishment_type <= 3)
        add_text(line, "Council ");
    add_text(line, kinds[cdn_synth_class_of(at->service)]);
    cdn_line_digits(line, place + 1u, 5);
    cdn_line_comma(line);
}

void cdn_synth_put_provider_name(cdn_line *line, const cdn_synth_world *world, uint32_t org)
{
    const cdn_synth_org *at = &world->orgs[org];
    bool council = at->establishment_type <= 3;
    add_text(line, council ? "Synthetic Council " : "Synthetic Care ");
    cdn_line_digits(line, council ? world->lists->areas[at->area].code : org + 1u, 5);
    add_text(line, council                       ? ""
                   : at->establishment_type == 7 ? " Trust"
                                                 : " Ltd");
    cdn_line_comma(line);
}

void cdn_synth_put_location_id(cdn_line *line, uint32_t number)
{
    cdn_line_add(line, "1-", 2);
    cdn_line_digits(line, 1000000001u + number, 10);
    cdn_line_comma(line);
}

void cdn_synth_put_provider_id(cdn_line *line, uint32_t org)
{
    cdn_line_add(line, "1-", 2);
    cdn_line_digits(line, 100000001u + org, 9);
    cdn_line_comma(line);
}

void cdn_synth_put_postcode(cdn_line *line, uint16_t area, uint32_t number)
{
    static const char first[] = "ABCDFGHJKLMNP", inward[] = "ABDEFGHJLNPQRSTUWXYZ";
    cdn_line_add(line, "Z", 1);
    cdn_line_add(line, &first[area / 20 % 13], 1);
    cdn_line_digits(line, area % 20u + 1u, 1);
    cdn_line_add(line, " ", 1);
    cdn_line_digits(line, number / 400 % 9 + 1, 1);
    cdn_line_add(line, &inward[number / 20 % 20], 1);
    cdn_line_add(line, &inward[number % 20], 1);
    cdn_line_comma(line);
}
