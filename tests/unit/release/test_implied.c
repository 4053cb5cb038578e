/* test_implied.c - that whoever holds an implied change has it from others that it holds.
 *
 * Random weeks of a few workplaces; what a holder knows is a span of unit vectors
 * and equations, brought into echelon form by hand modulo 2^31 - 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/release/weeks.h"

#include "release/trial.h"

#define PRIME 2147483647u
#define MOST 1024u

static uint64_t basis[MOST][MOST];
static bool has_pivot[MOST];

static uint64_t power(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (; exponent > 0; exponent >>= 1, base = base * base % PRIME)
        if (exponent & 1)
            result = result * base % PRIME;
    return result;
}

/* Reduces the row by the basis; adds what is left to it, if so asked. true when nothing is left. */
static bool reduce(uint64_t *row, uint32_t count, bool add)
{
    for (uint32_t c = 0; c < count; c++) {
        if (row[c] == 0)
            continue;
        if (has_pivot[c]) {
            uint64_t times = PRIME - row[c];
            for (uint32_t i = c; i < count; i++)
                row[i] = (row[i] + times * basis[c][i]) % PRIME;
            continue;
        }
        uint64_t inverse = power(row[c], PRIME - 2);
        for (uint32_t i = c; add && i < count; i++)
            basis[c][i] = row[i] * inverse % PRIME;
        has_pivot[c] = add;
        return false;
    }
    return true;
}

static bool tell(uint32_t cell, uint32_t count, bool add)
{
    uint64_t row[MOST] = {0};
    row[cell] = 1;
    return reduce(row, count, add);
}

/* What everybody knows, and the holder, but for what is implied. */
static void know(const cdn_system *system, uint32_t kind, uint32_t holder)
{
    memset(has_pivot, 0, sizeof has_pivot);
    for (uint32_t e = 0; e < system->equation_count; e++) {
        uint64_t row[MOST] = {0};
        for (uint32_t i = system->equation_start[e]; i < system->equation_start[e + 1]; i++)
            row[system->equation_cell[i]] =
                (uint64_t)(system->equation_coefficient[i] + (int64_t)PRIME) % PRIME;
        (void)reduce(row, system->cell_count, true);
    }
    for (uint32_t c = 0; c < system->cell_count; c++)
        if ((system->marks[c] & CDN_CELL_KNOWN) != 0 ||
            (system->holder[kind][c] == holder && !cdn_system_implies(system, kind, c)))
            (void)tell(c, system->cell_count, true);
}

/* How many cells are implied, each of them by others. */
static uint32_t check_implied(const cdn_system *system)
{
    uint32_t implied = 0;
    assert_true(system->cell_count <= MOST);
    for (uint32_t kind = 0; kind < system->holder_kinds; kind++)
        for (uint32_t c = 0; c < system->cell_count; c++) {
            if (!cdn_system_implies(system, kind, c) || system->holder[kind][c] == 0)
                continue;
            know(system, kind, system->holder[kind][c]);
            assert_true(tell(c, system->cell_count, false));
            implied++;
        }
    return implied;
}

/* One of the first workers, each of whom has a workplace of its own, is there or not, and so may
 * be another; many come elsewhere. */
static void change(uint64_t *seed)
{
    for (int w = 3; w < 9; w++)
        join(w, 4);
    for (int turn = 0; turn < 2; turn++) {
        int w = wf_below(seed, 3), *workplace = &data.worker[w].workplace;
        if (turn == 0 || wf_below(seed, 4) == 0)
            *workplace = *workplace == WF_BLANK ? w : WF_BLANK;
    }
}

static uint32_t try_weeks(uint64_t seed)
{
    memset(&data, 0, sizeof data);
    past_count = 0;
    for (int w = 0; w < 3; w++)
        join(w, 1);
    for (int w = 0; w < 9; w++) {
        data.workplace[data.workplaces++] =
            (wf_workplace){.org = w == 1 ? 0 : w, .area = w / 3, .staff = 20, .consent = WF_BLANK,
                           .location = WF_BLANK, .weight_1 = 1, .weight_2 = 1};
        join(w, w / 3 == 0 ? wf_below(&seed, 3) : 8);
    }
    policy = wf_policy;
    policy.history.workers = policy.workers;
    policy.history.workplaces = policy.workplaces;
    policy.history.providers = policy.providers;
    policy.insiders.workers = policy.insiders.workplaces = policy.insiders.providers = true;
    wf_plan_start(&other);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    wf_show(&plan, WF_WORKERS);
    for (uint32_t week = 0; week < WEEKS - 1; week++) {
        load(week);
        must_run(week, &plan);
        keep(week, &plan, (const char *[]){"first", "second", "third", "fourth"}[week]);
        change(&seed);
    }
    load(WEEKS - 1);
    cdn_error error = CDN_ERROR_INIT;
    cdn_trial trial;
    const cdn_gate_input input = {.snapshot = weeks[WEEKS - 1], .catalogue = &wf_catalogue,
                                  .plan = &plan.plan, .agreement = &wf_agreement,
                                  .policy = &policy, .script_text = "script", .threads = 1,
                                  .past = past, .past_count = past_count};
    cdn_status status = cdn_trial_run(&trial, &input, &error);
    assert_int_equal(status, CDN_OK);
    uint32_t implied = check_implied(&trial.system);
    cdn_trial_release(&trial);
    end();
    return implied;
}

static void test_implied__changes_follow_from_others_of_the_same_holder(void **state)
{
    (void)state;
    uint32_t implied = 0;
    for (uint64_t seed = 1; seed <= 60; seed++)
        implied += try_weeks(seed);
    assert_true(implied > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_implied__changes_follow_from_others_of_the_same_holder),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
