/* pay.c - hours, pay and qualifications of a synthetic worker.
 *
 * About a quarter of the records are paid by the year and two thirds by the hour;
 * hourly pay crowds at the legal minimum, as it does in the sector.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/person.h"

#define ANNUAL 250
#define HOURLY 252
#define LEGAL_MINIMUM 1271 /* pence, ages 21 and over, from April 2026 */
#define LOWEST 1190
#define HIGHEST 2500

void cdn_person_draw_hours(const cdn_workplace_habits *habits, const cdn_synth_job *job,
                           uint8_t group, cdn_random *random, cdn_person *out)
{
    static const cdn_share contracts[] = {{75, 22}, {80, 14}, {74, 16}, {72, 9}, {60, 10},
                                          {48, 9},  {40, 8},  {32, 6},  {24, 4}, {33, 2}, {0, 0}};
    bool direct = group == CDN_GROUP_DIRECT, employed = job->first_status <= CDN_STATUS_TEMP;
    uint32_t permille = direct ? habits->rolling ? 720 : 90 : 25;
    permille = job->first_status == CDN_STATUS_POOL ? 650 : permille;
    uint32_t draw = cdn_random_below(random, 1000), missing = cdn_random_below(random, 1000);
    out->zero_hours = draw < permille;
    if (missing < 50)
        out->zero_hours = missing < 40 ? -1 : -2;
    out->average_halves = out->contract_halves = -1;
    if (missing >= 900)
        return;
    if (out->zero_hours == 1 || !employed)
        out->average_halves =
            (int32_t)(8 + cdn_random_below(random, 40) + cdn_random_below(random, 34));
    else if (out->zero_hours == 0)
        out->contract_halves = direct ? cdn_random_share(random, contracts)
                               : cdn_random_chance(random, 700) ? 75
                                                                : 30 + (int32_t)(draw % 50);
}

/* Pence above the legal minimum at which pay in a role begins, and how far it spreads. */
static void role_hourly(int32_t role, int32_t *from, uint32_t *spread)
{
    switch (role) {
    case 16: *from = 640; *spread = 600; break;
    case 6: case 15: case 17: *from = 600; *spread = 700; break;
    case 37: case 35: *from = 300; *spread = 300; break;
    case 7: case 38: *from = 60; *spread = 240; break;
    case 45: case 5: case 43: case 40: *from = 110; *spread = 380; break;
    case 1: case 2: case 3: case 4: case 24: case 47: case 49: case 50:
        *from = 400; *spread = 800; break;
    case 25: case 39: case 44: case 46: case 48: case 51: *from = 30; *spread = 420; break;
    default: *from = 0; *spread = 300; break;
    }
}

static int32_t draw_hourly(const cdn_workplace_habits *habits, cdn_random *random,
                           const cdn_person *who)
{
    int32_t from = 0;
    uint32_t spread = 0;
    role_hourly(who->role_code, &from, &spread);
    uint32_t draw = cdn_random_below(random, 100);
    uint32_t first = cdn_random_below(random, spread), second = cdn_random_below(random, spread);
    int32_t above = (int32_t)(first < second ? first : second);
    int32_t pence = LEGAL_MINIMUM + from + habits->pay_step + above;
    if (from == 0 && draw < 4)
        pence = LOWEST + (int32_t)cdn_random_below(random, LEGAL_MINIMUM - LOWEST);
    else if (from == 0 && draw < 32)
        pence = LEGAL_MINIMUM;
    else if (draw < 80)
        pence = pence / 5 * 5;
    if (pence > HIGHEST)
        pence = HIGHEST - (int32_t)cdn_random_below(random, 300);
    return pence;
}

static int32_t draw_annual(const cdn_workplace_habits *habits, cdn_random *random,
                           const cdn_person *who)
{
    uint32_t low = 23500, width = 5000;
    switch (who->role_code) {
    case 1: low = 46000; width = 60000; break;
    case 4: low = 34000; width = 22000; break;
    case 2: case 24: case 47: case 49: case 50: low = 33000; width = 20000; break;
    case 3: case 43: case 35: low = 30000; width = 14000; break;
    case 6: case 15: case 17: case 16: low = 35000; width = 16000; break;
    case 5: case 45: case 40: case 39: case 44: low = 26000; width = 9000; break;
    case 46: case 48: case 51: low = 28000; width = 18000; break;
    default: break;
    }
    uint32_t draw = cdn_random_below(random, 100);
    uint32_t sum = cdn_random_below(random, width) + cdn_random_below(random, width);
    uint32_t pounds = low + sum / 2 + (uint32_t)habits->pay_step * 19;
    if (draw < 50)
        pounds = pounds / 100 * 100;
    else if (draw < 65)
        pounds = pounds / 1000 * 1000;
    return (int32_t)pounds;
}

void cdn_person_draw_pay(const cdn_workplace_habits *habits, uint8_t group, cdn_random *random,
                         cdn_person *out)
{
    static const uint16_t annual[] = {180, 780, 640, 330}; /* per 1,000 by group of roles */
    uint32_t missing = cdn_random_below(random, 1000);
    out->salary = out->hourly_pence = -1;
    if (missing < 110) {
        out->pay_interval = missing < 90 ? -1 : -2;
    } else if (cdn_random_chance(random, annual[group])) {
        out->pay_interval = ANNUAL;
        out->salary = draw_annual(habits, random, out);
    } else {
        out->pay_interval = HOURLY;
        out->hourly_pence = draw_hourly(habits, random, out);
    }
}

void cdn_person_draw_qualifications(uint8_t group, cdn_random *random, cdn_person *out)
{
    static const cdn_share care_levels[] = {{0, 4}, {1, 16}, {2, 500}, {3, 330}, {4, 40}, {5, 50},
                                            {6, 20}, {7, 8}, {8, 2},   {10, 30}, {0, 0}};
    static const cdn_share senior_levels[] = {{2, 60}, {3, 190}, {4, 130}, {5, 360}, {6, 150},
                                              {7, 75}, {8, 5},   {10, 30}, {0, 0}};
    static const cdn_share held[] = {{1, 460}, {2, 410}, {3, 40}, {-1, 90}, {0, 0}};
    static const cdn_share certificates[] = {{1, 350}, {2, 420}, {3, 90}, {-1, 140}, {0, 0}};
    static const cdn_share apprentices[] = {{0, 890}, {1, 25}, {-2, 25}, {-1, 60}, {0, 0}};
    bool senior = group == CDN_GROUP_MANAGER || group == CDN_GROUP_PROFESSIONAL;
    out->care_certificate = cdn_random_share(random, certificates);
    out->apprentice = cdn_random_share(random, apprentices);
    out->qualified = senior && cdn_random_chance(random, 500) ? 1 : cdn_random_share(random, held);
    out->level = out->other_level = out->highest_level = -1;
    if (out->qualified == 1) {
        out->level = cdn_random_share(random, senior ? senior_levels : care_levels);
        out->highest_level = out->level <= 8 && cdn_random_chance(random, 900) ? out->level : -1;
    }
    out->other_qualified = cdn_random_share(random, held);
    if (out->other_qualified == 1)
        out->other_level = cdn_random_share(random, care_levels);
}
