/* weeks.h - releases of a small workforce, one week after the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_RELEASE_WEEKS_H
#define TESTS_UNIT_RELEASE_WEEKS_H

#include "release/gate.h"
#include "support/unit.h"
#include "support/workforce.h"

#define WEEKS 5u

enum { A1, A2, A3, A4, NOT_RECORDED, TOTAL, KEYS }; /* keys of a table by area */

static wf_data data;
static cdn_snapshot *weeks[WEEKS];
static wf_plan plan, other;
static cdn_policy policy;
static cdn_past past[WEEKS];
static uint32_t past_count;
static cdn_gate_report report;

static inline void load(uint32_t week)
{
    weeks[week] = wf_load(&data);
}

static inline void end(void)
{
    cdn_gate_report_release(&report);
    for (uint32_t w = 0; w < WEEKS; w++) {
        cdn_snapshot_close(weeks[w]);
        weeks[w] = NULL;
    }
    for (uint32_t p = 0; p < past_count; p++)
        free((void *)(uintptr_t)past[p].published);
}

static inline cdn_status run(uint32_t week, const wf_plan *asked, cdn_error *error)
{
    cdn_gate_input input = {.snapshot = weeks[week], .catalogue = &wf_catalogue,
                            .plan = &asked->plan, .agreement = &wf_agreement, .policy = &policy,
                            .script_text = "script", .threads = 1, .past = past,
                            .past_count = past_count, .reasons = true};
    cdn_gate_report_release(&report);
    return cdn_gate_try(&input, &report, error);
}

static inline void must_run(uint32_t week, const wf_plan *asked)
{
    cdn_error error = CDN_ERROR_INIT;
    if (run(week, asked, &error) != CDN_OK)
        fail_msg("%s", error.message);
}

/* The last release becomes an earlier one. */
static inline void keep(uint32_t week, const wf_plan *asked, const char *id)
{
    uint8_t *published = malloc(report.figure_count);
    assert_non_null(published);
    memcpy(published, report.published, report.figure_count);
    past[past_count++] = (cdn_past){id, weeks[week], &asked->plan, &wf_agreement,
                                    report.figure_count, published};
}

/* The first week: everything of it is published. */
static inline void first_week(void)
{
    load(0);
    must_run(0, &plan);
    for (uint32_t f = 0; f < report.figure_count; f++)
        assert_true(report.published[f]);
    keep(0, &plan, "first");
}

static inline void expect(const uint8_t *published, uint32_t count)
{
    assert_int_equal(report.figure_count, count);
    for (uint32_t f = 0; f < count; f++)
        if (report.published[f] != published[f])
            fail_msg("figure %u is %s", f, published[f] ? "withheld" : "published");
}

#define EXPECT(...) expect((const uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))

static inline void join(int workplace, int count)
{
    for (int i = 0; i < count; i++)
        data.worker[data.workers++] = (wf_worker){workplace, 0, i % 2, 1000 + 10 * (i % 7)};
}

#endif
