/* test_usable.c - two counts that differ by a condition of use: who lies between them is protected,
 * unless all that is between them is answers that are missing.
 *
 * Whether a worker's workplace is usable is known (0 or 1) or not recorded. The
 * difference of "all workers" and "workers of usable workplaces" is asked for
 * here from the data alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/release/gate.h"

static gate_case g;
static wf_world world;

static void add_workplace(int service, int t_ok, int staff)
{
    uint32_t i = g.data.workplaces++;
    g.data.workplace[i] = (wf_workplace){.org = (int)i, .service = service, .staff = staff,
                                         .t_ok = t_ok, .location = WF_BLANK,
                                         .consent = WF_BLANK, .weight_2 = 1};
    for (int w = 0; w < staff; w++)
        g.data.worker[g.data.workers++] = (wf_worker){(int)i, 0, 0, WF_BLANK};
}

/* Without totals, so that nothing is withheld but for the difference. */
static void two_counts(void)
{
    wf_table(&g.plan, false);
    wf_by(&g.plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&g.plan, WF_WORKERS);
    wf_show(&g.plan, WF_WORKERS_T);
}

static bool both_shown(uint32_t key)
{
    return gate_value(&g, 0, key, 0)->status == CDN_VALUE_OK &&
           gate_value(&g, 0, key, 1)->status == CDN_VALUE_OK;
}

/* S1: one worker is not usable. S2: one did not answer. S3: a dozen in three workplaces are not. */
static void test_usable__one_worker_between_two_counts_is_protected(void **state)
{
    (void)state;
    gate_start(&g);
    g.policy.missing_safe = true;
    g.policy.dominance_count = 0;
    g.policy.p_percent.on = false;
    for (int service = 0; service < 3; service++)
        for (int i = 0; i < 4; i++)
            add_workplace(service, 1, 10);
    add_workplace(0, 0, 1);
    add_workplace(1, WF_BLANK, 1);
    for (int i = 0; i < 3; i++)
        add_workplace(2, 0, 4);
    two_counts();
    gate_clear(&g);
    assert_false(both_shown(0));
    assert_true(both_shown(1));
    assert_true(both_shown(2));
    gate_end(&g);
}

/* A mixed difference is judged: S1 lacks one answer and has one worker who is not usable. */
static void test_usable__missing_answers_hide_nobody(void **state)
{
    (void)state;
    gate_start(&g);
    g.policy.missing_safe = true;
    for (int service = 0; service < 3; service++)
        for (int i = 0; i < 4; i++)
            add_workplace(service, 1, 10);
    add_workplace(0, 0, 1);
    add_workplace(0, WF_BLANK, 1);
    two_counts();
    gate_clear(&g);
    assert_false(both_shown(0));
    gate_end(&g);
}

/* Where both counts of a key are shown, who is between them is nobody, or enough, or only people
 * without an answer. */
static void test_usable__differences_are_safe_on_random_data(void **state)
{
    (void)state;
    uint32_t shown = 0, unanswered = 0, withheld = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        gate_start(&g);
        g.policy.missing_safe = true;
        wf_random(&g.data, seed, 60, 590);
        for (uint32_t i = 0; i < g.data.workplaces; i++) /* mostly usable */
            if (i % (seed % 2 == 0 ? 3 : 9) != 0)
                g.data.workplace[i].t_ok = 1;
        for (uint32_t i = 0; i < g.data.workplaces && seed % 3 == 0; i++)
            if (g.data.workplace[i].t_ok == 0 && g.data.workplace[i].service == 1)
                g.data.workplace[i].t_ok = WF_BLANK;
        wf_world_make(&g.data, &world);
        two_counts();
        wf_show(&g.plan, WF_PAY);
        gate_clear(&g);
        for (uint32_t key = 0; key < 3; key++) {
            uint32_t between = 0, known = 0;
            bool workplaces[WF_MOST_WORKPLACES] = {false};
            uint32_t workplace_count = 0;
            for (uint32_t i = 0; i < g.data.workers; i++) {
                uint32_t unit = (uint32_t)g.data.worker[i].workplace;
                const wf_workplace *w = &g.data.workplace[unit];
                if (w->t_ok == 1 || (uint32_t)w->service != key)
                    continue;
                between++;
                known += w->t_ok == 0;
                workplace_count += !workplaces[unit];
                workplaces[unit] = true;
            }
            bool safe = known == 0 || (between >= 10 && workplace_count >= 3);
            shown += both_shown(key);
            unanswered += both_shown(key) && known == 0 && between > 0;
            withheld += !safe;
            if (both_shown(key) && !safe)
                fail_msg("seed %llu, key %u: %u between, %u of them known",
                         (unsigned long long)seed, key, between, known);
        }
        gate_end(&g);
    }
    assert_true(shown > 10 && withheld > 5 && unanswered > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usable__one_worker_between_two_counts_is_protected),
        cmocka_unit_test(test_usable__missing_answers_hide_nobody),
        cmocka_unit_test(test_usable__differences_are_safe_on_random_data),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
