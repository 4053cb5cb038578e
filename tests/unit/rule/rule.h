/* rule.h - cells, policies and verdicts for the tests of the rules; the 17 people of a known
 * example.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_RULE_H
#define TESTS_UNIT_RULE_H

#include "support/unit.h"

#include "rule/rule.h"

#define BIT(rule) (1u << (rule))
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/** A policy in which every rule is off. */
static inline cdn_policy rule_no_policy(void)
{
    cdn_threshold off = {false, CDN_FEWER_THAN, 10};
    return (cdn_policy){.workers = off, .workplaces = off, .providers = off,
                        .quantile_workers = off, .quantile_side = off, .row_workers = off,
                        .dominance = {{true, 1, 80, CDN_MORE_THAN}},
                        .p_percent = {false, 10, 100, 1, CDN_FEWER_THAN},
                        .negatives = CDN_NEGATIVES_ABSOLUTE, .negative_factor = 1,
                        .weighting = CDN_WEIGHT_RESPONDENT, .total_weight = 1,
                        .zeros = CDN_ZEROS_SAFE};
}

/** A cell from the contributions of its providers, the way tabulation would fill it. */
static inline cdn_cell rule_cell(const int64_t *contributions, uint32_t count)
{
    cdn_cell cell = {.records = count, .workers = count, .workplaces = count,
                     .providers = count, .unwaived = count};
    for (uint32_t i = 0; i < count; i++) {
        int64_t size = contributions[i] < 0 ? -contributions[i] : contributions[i];
        uint32_t at = CDN_CELL_TOP;
        cell.value += contributions[i];
        cell.total += size;
        cell.has_negative |= contributions[i] < 0;
        while (at > 0 && size > cell.top[at - 1])
            at--;
        for (uint32_t rank = CDN_CELL_TOP; rank-- > at + 1;)
            cell.top[rank] = cell.top[rank - 1];
        if (at < CDN_CELL_TOP)
            cell.top[at] = size;
    }
    return cell;
}

#define CELL(...) \
    rule_cell((const int64_t[]){__VA_ARGS__}, COUNT_OF(((const int64_t[]){__VA_ARGS__})))

/* ---- 17 people of three nations in 2025, with incomes: the SSBtools example "paris" ---- */

typedef enum rule_place {
    RULE_DENMARK,
    RULE_FRANCE,
    RULE_USA,
    RULE_EUROPE,
    RULE_AMERICA,
    RULE_EVERYWHERE,
    RULE_PLACES_
} rule_place;
typedef enum rule_age { RULE_OLD, RULE_YOUNG, RULE_ALL_AGES, RULE_AGES_ } rule_age;

typedef struct rule_person {
    rule_place nation;
    rule_age age;
    int64_t income;
} rule_person;

static const rule_person rule_people[] = {
    {RULE_DENMARK, RULE_OLD, 1220},  {RULE_DENMARK, RULE_YOUNG, 160},
    {RULE_FRANCE, RULE_OLD, 1450},   {RULE_FRANCE, RULE_OLD, 1860},
    {RULE_FRANCE, RULE_OLD, 3030},   {RULE_FRANCE, RULE_OLD, 5880},
    {RULE_FRANCE, RULE_OLD, 6570},   {RULE_FRANCE, RULE_OLD, 9370},
    {RULE_FRANCE, RULE_YOUNG, 460},  {RULE_FRANCE, RULE_YOUNG, 1300},
    {RULE_USA, RULE_OLD, 530},       {RULE_USA, RULE_OLD, 3980},
    {RULE_USA, RULE_OLD, 8500},      {RULE_USA, RULE_YOUNG, 280},
    {RULE_USA, RULE_YOUNG, 700},     {RULE_USA, RULE_YOUNG, 3640},
    {RULE_USA, RULE_YOUNG, 4680}};

/** The cell of a place and an age; `magnitude` adds incomes, else people. */
static inline cdn_cell rule_paris(rule_place place, rule_age age, bool magnitude)
{
    int64_t contributions[COUNT_OF(rule_people)];
    uint32_t count = 0;
    for (size_t i = 0; i < COUNT_OF(rule_people); i++) {
        const rule_person *p = &rule_people[i];
        bool here = place == RULE_EVERYWHERE || place == p->nation ||
                    (place == RULE_EUROPE && p->nation != RULE_USA) ||
                    (place == RULE_AMERICA && p->nation == RULE_USA);
        if (here && (age == RULE_ALL_AGES || age == p->age))
            contributions[count++] = magnitude ? p->income : 1;
    }
    return rule_cell(contributions, count);
}

#endif
