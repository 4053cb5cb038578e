/* mip.c - one problem, one environment of GLPK, freed whole whatever happens.
 *
 * GLPK reports its own failures by a hook that must not return; ours jumps back
 * to the start, after which the environment is freed with all that is in it. So
 * nothing between the jump and its landing may own anything else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "lp/mip.h"

#include <glpk.h>
#include <math.h>
#include <setjmp.h>

#include "core/fail.h"

typedef struct job {
    const cdn_mip *problem;
    const cdn_mip_limits *limits;
    int64_t *values;
    cdn_mip_outcome outcome;
    uint32_t visited;
    jmp_buf escape;
} job;

static int swallow(void *info, const char *text)
{
    (void)info;
    (void)text;
    return 1;
}

static void leap(void *info)
{
    job *j = info;
    longjmp(j->escape, 1);
}

static void count_node(glp_tree *tree, void *info)
{
    job *j = info;
    if (glp_ios_reason(tree) == GLP_ISELECT && j->visited++ >= j->limits->nodes)
        glp_ios_terminate(tree);
}

static glp_prob *load(const cdn_mip *from)
{
    glp_prob *p = glp_create_prob();
    glp_set_obj_dir(p, GLP_MIN);
    if (from->rows > 0)
        glp_add_rows(p, (int)from->rows);
    for (uint32_t r = 0; r < from->rows; r++)
        glp_set_row_bnds(p, (int)r + 1, GLP_FX, from->target[r], from->target[r]);
    if (from->columns > 0)
        glp_add_cols(p, (int)from->columns);
    for (uint32_t c = 0; c < from->columns; c++) {
        int kind = from->high[c] - from->low[c] < 0.5 ? GLP_FX : GLP_DB;
        glp_set_col_bnds(p, (int)c + 1, kind, from->low[c], from->high[c]);
        glp_set_col_kind(p, (int)c + 1, GLP_IV);
        glp_set_obj_coef(p, (int)c + 1, from->cost[c]);
    }
    glp_load_matrix(p, (int)from->entries, from->row, from->column, from->coefficient);
    return p;
}

static void take(job *j, glp_prob *p, cdn_mip_outcome outcome)
{
    for (uint32_t c = 0; c < j->problem->columns; c++)
        j->values[c] = (int64_t)llround(glp_mip_col_val(p, (int)c + 1));
    j->outcome = outcome;
}

static void work(job *j)
{
    glp_smcp simplex;
    glp_iocp search;
    glp_prob *p = load(j->problem);
    glp_init_smcp(&simplex);
    simplex.msg_lev = GLP_MSG_OFF;
    simplex.it_lim = (int)j->limits->iterations;
    int failed = glp_simplex(p, &simplex);
    int state = glp_get_status(p);
    if (failed == 0 && (state == GLP_NOFEAS || state == GLP_INFEAS))
        j->outcome = CDN_MIP_INFEASIBLE;
    if (failed != 0 || state != GLP_OPT)
        return;
    glp_init_iocp(&search);
    search.msg_lev = GLP_MSG_OFF;
    search.cb_func = count_node;
    search.cb_info = j;
    failed = glp_intopt(p, &search);
    state = glp_mip_status(p);
    if (state == GLP_OPT && failed == 0)
        take(j, p, CDN_MIP_BEST);
    else if (state == GLP_OPT || state == GLP_FEAS)
        take(j, p, CDN_MIP_FOUND);
    else if (failed == 0)
        j->outcome = CDN_MIP_INFEASIBLE;
}

cdn_status cdn_mip_solve(const cdn_mip *problem, const cdn_mip_limits *limits, int64_t *values,
                         cdn_mip_outcome *outcome, cdn_error *error)
{
    job j = {.problem = problem, .limits = limits, .values = values, .outcome = CDN_MIP_STOPPED};
    *outcome = CDN_MIP_STOPPED;
    int state = glp_init_env();
    if (state == 2)
        return cdn_fail_memory(error);
    if (state != 0)
        return cdn_fail(error, CDN_E_INTERNAL, "this thread already uses the solver");
    glp_term_hook(swallow, NULL);
    glp_term_out(GLP_OFF);
    glp_error_hook(leap, &j);
    cdn_status status = CDN_OK;
    if (setjmp(j.escape) == 0)
        work(&j);
    else
        status = cdn_fail(error, CDN_E_INTERNAL, "the integer programme solver failed");
    glp_free_env();
    if (status == CDN_OK)
        *outcome = j.outcome;
    return status;
}
