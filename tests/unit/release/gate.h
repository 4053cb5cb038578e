/* gate.h - a release from the small workforce, for the tests of this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_RELEASE_GATE_H
#define TESTS_UNIT_RELEASE_GATE_H

#include "release/gate.h"
#include "support/unit.h"
#include "support/workforce.h"

typedef struct gate_case {
    wf_data data;
    wf_plan plan;
    cdn_policy policy;
    cdn_agreement agreement;
    cdn_snapshot *snapshot;
    const uint8_t *key; /* perturbation key, or NULL */
    cdn_release *release;
    cdn_gate_report report;
    cdn_error error;
} gate_case;

static inline void gate_start(gate_case *g)
{
    memset(g, 0, sizeof *g);
    g->policy = wf_policy;
    g->agreement = wf_agreement;
    wf_plan_start(&g->plan);
}

/** Loads the data unless that was done, and clears the plan. */
static inline cdn_status gate_run(gate_case *g, unsigned threads)
{
    if (g->snapshot == NULL)
        g->snapshot = wf_load(&g->data);
    cdn_gate_input input = {.snapshot = g->snapshot, .catalogue = &wf_catalogue,
                            .plan = &g->plan.plan, .agreement = &g->agreement,
                            .policy = &g->policy, .script_text = "script", .threads = threads,
                            .perturbation_key = g->key};
    cdn_release_destroy(g->release);
    cdn_gate_report_release(&g->report);
    g->release = (cdn_release *)(void *)g; /* must be overwritten */
    g->error = (cdn_error)CDN_ERROR_INIT;
    cdn_status status = cdn_gate_clear(&input, &g->release, &g->report, &g->error);
    assert_true((status == CDN_OK) == (g->release != NULL));
    return status;
}

static inline void gate_clear(gate_case *g)
{
    if (gate_run(g, 2) != CDN_OK)
        fail_msg("%s", g->error.message);
}

static inline void gate_end(gate_case *g)
{
    cdn_release_destroy(g->release);
    cdn_gate_report_release(&g->report);
    cdn_snapshot_close(g->snapshot);
}

/** The value of a measure at a key of an output. */
static inline const cdn_value *gate_value(const gate_case *g, uint32_t output, uint32_t key,
                                          uint32_t measure)
{
    const cdn_release_output *out = &g->release->outputs[output];
    assert_true(key < out->row_count && measure < out->measure_count);
    return &out->values[key * out->measure_count + measure];
}

#endif
