/* plan.c - a plan's life: read, fitted together, given its identity, freed.
 *
 * All of a plan lives in one arena, so that it is immutable and goes in one go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include "core/fail.h"
#include "plan/parts.h"

static cdn_status build(const plan_parse *parse, const cdn_json *json, cdn_plan *plan)
{
    plan->script = cdn_arena_strdup(parse->arena, parse->script);
    if (plan->script == NULL)
        return cdn_fail_memory(parse->error);
    CDN_TRY(plan_read(parse, json, plan));
    CDN_TRY(plan_check_fit(parse, plan));
    return plan_write_canonical(parse, plan);
}

cdn_status cdn_plan_create(const cdn_json *json, const char *script,
                           const cdn_catalogue *catalogue, cdn_plan **out, cdn_error *error)
{
    *out = NULL;
    cdn_arena *arena = cdn_arena_create();
    plan_home *home = arena != NULL ? cdn_arena_alloc(arena, 1, sizeof *home) : NULL;
    if (home == NULL) {
        cdn_arena_destroy(arena);
        return cdn_fail_memory(error);
    }
    home->arena = arena;
    const plan_parse parse = {arena, script, catalogue, error};
    cdn_status status = build(&parse, json, &home->plan);
    if (status == CDN_OK)
        *out = &home->plan;
    else
        cdn_arena_destroy(arena);
    return status;
}

void cdn_plan_destroy(cdn_plan *plan)
{
    if (plan != NULL)
        cdn_arena_destroy(((plan_home *)plan)->arena);
}
