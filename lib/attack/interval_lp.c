/* interval_lp.c - GLPK behind a guard: silent, and failures come back.
 *
 * GLPK reports its own failures by a hook that must not return; ours jumps back
 * to the guard, after which GLPK's environment is beyond use and is freed whole.
 * So every call that can fail runs under the guard and holds nothing of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_lp.h"

#include <float.h>
#include <glpk.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>

#include "core/alloc.h"
#include "core/fail.h"

#define NODE_CHARGE 20
#define LARGEST_WHOLE 0x1p50 /* beyond it fractions look like whole numbers to the solver */
#define LONGEST_DIVE 1000 /* nodes: a variable without an end can be branched on for ever */

struct cdn_lp {
    glp_prob *problem;
    jmp_buf escape;
    bool is_broken;
    double *values; /* of the last solve, per variable */
    double optimum;
    glp_prob *parked;
    double *parked_values;
    uint8_t *row_is_basic; /* of the last crash */
};

typedef struct solve_call {
    cdn_lp_method method;
    uint64_t limit;
    uint64_t iterations;
    cdn_lp_outcome outcome;
} solve_call;

typedef struct search_call {
    uint32_t nodes, visited;
    uint32_t dive; /* nodes since the last one that was selected, each a child of the one before */
    bool first, is_stopped;
    cdn_lp_outcome outcome;
    double bound;
} search_call;

typedef struct bound_call {
    uint32_t column;
    int64_t low, high;
} bound_call;

typedef struct weigh_call {
    uint32_t column;
    double weight;
} weigh_call;

typedef struct crash_call {
    uint8_t *is_basic;
    uint32_t count;
} crash_call;

typedef union call {
    crash_call crash;
    const cdn_lp_problem *load;
    bound_call bound;
    weigh_call weigh;
    solve_call solve;
    search_call search;
} call;

static int swallow(void *info, const char *text)
{
    (void)info;
    (void)text;
    return 1;
}

static void leap(void *info)
{
    cdn_lp *lp = info;
    longjmp(lp->escape, 1);
}

/* Only `lp` and `what` live across the jump, and neither changes. */
static cdn_status guard(cdn_lp *lp, void (*work)(cdn_lp *, call *), call *what, cdn_error *error)
{
    if (!lp->is_broken && setjmp(lp->escape) == 0) {
        work(lp, what);
        return CDN_OK;
    }
    if (!lp->is_broken) {
        lp->is_broken = true;
        lp->problem = lp->parked = NULL;
        glp_free_env();
    }
    return cdn_fail(error, CDN_E_INTERNAL, "attack: the linear programme solver failed");
}

cdn_status cdn_lp_create(cdn_lp **out, cdn_error *error)
{
    cdn_lp *lp = cdn_alloc(1, sizeof *lp);
    if (lp == NULL)
        return cdn_fail_memory(error);
    int state = glp_init_env();
    if (state != 0) {
        cdn_free(lp);
        return state == 2
                   ? cdn_fail_memory(error)
                   : cdn_fail(error, CDN_E_INTERNAL, "attack: this thread already uses the solver");
    }
    glp_term_hook(swallow, NULL);
    glp_term_out(GLP_OFF);
    glp_error_hook(leap, lp);
    *out = lp;
    return CDN_OK;
}

void cdn_lp_destroy(cdn_lp *lp)
{
    if (lp == NULL)
        return;
    if (!lp->is_broken)
        glp_free_env();
    cdn_free(lp->values);
    cdn_free(lp->parked_values);
    cdn_free(lp->row_is_basic);
    cdn_free(lp);
}

void cdn_lp_park(cdn_lp *lp)
{
    glp_prob *problem = lp->problem;
    double *values = lp->values;
    lp->problem = lp->parked;
    lp->values = lp->parked_values;
    lp->parked = problem;
    lp->parked_values = values;
}

/* Away from zero, so that no whole number is lost. */
static double widened(int64_t bound)
{
    double near = (double)bound;
    double far = bound < 0 ? -INFINITY : INFINITY;
    return fabs(near) < 0x1p53 ? near : nextafter(near, far);
}

static void set_bounds(glp_prob *p, int column, int64_t low, int64_t high)
{
    bool below = low != INT64_MIN, above = high != INT64_MAX;
    int kind = below && above ? (low == high ? GLP_FX : GLP_DB)
                              : (below ? GLP_LO : (above ? GLP_UP : GLP_FR));
    glp_set_col_bnds(p, column, kind, below ? widened(low) : 0, above ? widened(high) : 0);
}

static void do_load(cdn_lp *lp, call *what)
{
    const cdn_lp_problem *from = what->load;
    if (lp->problem != NULL)
        glp_delete_prob(lp->problem);
    lp->problem = NULL;
    glp_prob *p = lp->problem = glp_create_prob();
    glp_set_obj_dir(p, GLP_MAX);
    if (from->rows > 0)
        glp_add_rows(p, (int)from->rows);
    for (uint32_t r = 0; r < from->rows; r++)
        glp_set_row_bnds(p, (int)r + 1, GLP_FX, 0, 0);
    if (from->columns > 0)
        glp_add_cols(p, (int)from->columns);
    for (uint32_t c = 0; c < from->columns; c++)
        set_bounds(p, (int)c + 1, from->low[c], from->high[c]);
    for (uint32_t c = 0; c < from->columns && from->weight != NULL; c++)
        glp_set_obj_coef(p, (int)c + 1, from->weight[c]);
    glp_load_matrix(p, (int)from->entries, from->row, from->column, from->coefficient);
}

cdn_status cdn_lp_load(cdn_lp *lp, const cdn_lp_problem *problem, cdn_error *error)
{
    cdn_free(lp->values);
    lp->values = cdn_alloc(problem->columns, sizeof *lp->values);
    if (lp->values == NULL)
        return cdn_fail_memory(error);
    return guard(lp, do_load, &(call){.load = problem}, error);
}

static void do_bound(cdn_lp *lp, call *what)
{
    set_bounds(lp->problem, (int)what->bound.column + 1, what->bound.low, what->bound.high);
}

cdn_status cdn_lp_bound(cdn_lp *lp, uint32_t column, int64_t low, int64_t high, cdn_error *error)
{
    return guard(lp, do_bound, &(call){.bound = {column, low, high}}, error);
}

static void do_weigh(cdn_lp *lp, call *what)
{
    glp_set_obj_coef(lp->problem, (int)what->weigh.column + 1, what->weigh.weight);
}

cdn_status cdn_lp_weigh(cdn_lp *lp, uint32_t column, double weight, cdn_error *error)
{
    return guard(lp, do_weigh, &(call){.weigh = {column, weight}}, error);
}

static void do_crash(cdn_lp *lp, call *what)
{
    glp_adv_basis(lp->problem, 0);
    int columns = glp_get_num_cols(lp->problem);
    int rows = glp_get_num_rows(lp->problem);
    for (int r = 0; r < rows; r++)
        lp->row_is_basic[r] = glp_get_row_stat(lp->problem, r + 1) == GLP_BS;
    for (int c = 0; c < columns; c++)
        what->crash.is_basic[c] = glp_get_col_stat(lp->problem, c + 1) == GLP_BS;
}

cdn_status cdn_lp_crash(cdn_lp *lp, uint8_t *is_basic, cdn_error *error)
{
    if (lp->is_broken)
        return cdn_fail(error, CDN_E_INTERNAL, "attack: the linear programme solver failed");
    cdn_free(lp->row_is_basic);
    lp->row_is_basic = cdn_alloc((size_t)glp_get_num_rows(lp->problem), 1);
    if (lp->row_is_basic == NULL)
        return cdn_fail_memory(error);
    return guard(lp, do_crash, &(call){.crash = {is_basic, 0}}, error);
}

/* The basis that do_crash found, with the same rows. */
static void do_start(cdn_lp *lp, call *what)
{
    int rows = glp_get_num_rows(lp->problem), columns = glp_get_num_cols(lp->problem);
    for (int r = 1; r <= rows; r++)
        glp_set_row_stat(lp->problem, r, lp->row_is_basic[r - 1] ? GLP_BS : GLP_NS);
    for (int c = 1; c <= columns; c++) {
        bool basic = c <= (int)what->crash.count && what->crash.is_basic[c - 1];
        glp_set_col_stat(lp->problem, c, basic ? GLP_BS : GLP_NL);
    }
}

cdn_status cdn_lp_start(cdn_lp *lp, uint8_t *is_basic, uint32_t count, cdn_error *error)
{
    return guard(lp, do_start, &(call){.crash = {is_basic, count}}, error);
}

static void do_solve(cdn_lp *lp, call *what)
{
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.meth = what->solve.method == CDN_LP_DUAL ? GLP_DUALP : GLP_PRIMAL;
    options.it_lim = what->solve.limit < INT_MAX ? (int)what->solve.limit : INT_MAX;
    int before = glp_get_it_cnt(lp->problem);
    int failed = glp_simplex(lp->problem, &options);
    if (failed == GLP_EBADB || failed == GLP_ESING || failed == GLP_ECOND) {
        glp_std_basis(lp->problem);
        failed = glp_simplex(lp->problem, &options);
    }
    what->solve.iterations = (uint64_t)(glp_get_it_cnt(lp->problem) - before);
    if (failed != 0)
        return;
    int state = glp_get_status(lp->problem);
    if (state == GLP_UNBND)
        what->solve.outcome = CDN_LP_UNBOUNDED;
    if (state != GLP_OPT)
        return;
    what->solve.outcome = CDN_LP_OPTIMAL;
    lp->optimum = glp_get_obj_val(lp->problem);
    int columns = glp_get_num_cols(lp->problem);
    for (int c = 0; c < columns; c++)
        lp->values[c] = glp_get_col_prim(lp->problem, c + 1);
}

cdn_status cdn_lp_solve(cdn_lp *lp, cdn_lp_method method, uint64_t limit, uint64_t *iterations,
                        cdn_lp_outcome *outcome, cdn_error *error)
{
    call what = {.solve = {method, limit, 0, CDN_LP_STOPPED}};
    CDN_TRY(guard(lp, do_solve, &what, error));
    *iterations += what.solve.iterations;
    *outcome = what.solve.outcome;
    return CDN_OK;
}

static void count_node(glp_tree *tree, void *info)
{
    search_call *search = info;
    int reason = glp_ios_reason(tree);
    search->dive = reason == GLP_ISELECT ? 0 : search->dive + (reason == GLP_IPREPRO);
    bool enough = (reason == GLP_IBINGO && search->first) || search->dive > LONGEST_DIVE ||
                  (reason == GLP_ISELECT && search->visited++ >= search->nodes);
    if (!enough)
        return;
    search->is_stopped = true;
    glp_ios_terminate(tree);
}

static void do_search(cdn_lp *lp, call *what)
{
    search_call *search = &what->search;
    glp_iocp options;
    glp_init_iocp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.cb_func = count_node;
    options.cb_info = search;
    int columns = glp_get_num_cols(lp->problem);
    for (int c = 1; c <= columns; c++)
        glp_set_col_kind(lp->problem, c, GLP_IV);
    int failed = glp_intopt(lp->problem, &options);
    int state = glp_mip_status(lp->problem);
    if ((failed != 0 && !search->is_stopped) || (state != GLP_OPT && state != GLP_FEAS))
        return;
    search->outcome = CDN_LP_OPTIMAL;
    lp->optimum = glp_mip_obj_val(lp->problem);
    if (failed == 0 && state == GLP_OPT)
        search->bound = lp->optimum;
    for (int c = 0; c < columns; c++)
        lp->values[c] = glp_mip_col_val(lp->problem, c + 1);
}

static bool is_large(double number)
{
    return fabs(number) > LARGEST_WHOLE && fabs(number) < DBL_MAX;
}

/* Where numbers are too large to tell whole ones, the solver may go round in circles. */
static bool is_beyond_search(const cdn_lp *lp)
{
    bool large = false;
    int columns = lp->is_broken ? 0 : glp_get_num_cols(lp->problem);
    for (int c = 1; c <= columns && !large; c++)
        large = is_large(glp_get_col_lb(lp->problem, c)) ||
                is_large(glp_get_col_ub(lp->problem, c)) || is_large(lp->values[c - 1]);
    return large;
}

cdn_status cdn_lp_search(cdn_lp *lp, uint32_t nodes, bool first, uint64_t *iterations,
                         cdn_lp_outcome *outcome, double *bound, cdn_error *error)
{
    call what = {.search = {nodes, 0, 0, first, false, CDN_LP_STOPPED, *bound}};
    *outcome = CDN_LP_STOPPED;
    if (is_beyond_search(lp))
        return CDN_OK;
    CDN_TRY(guard(lp, do_search, &what, error));
    *iterations += (uint64_t)what.search.visited * NODE_CHARGE;
    *outcome = what.search.outcome;
    *bound = what.search.bound;
    return CDN_OK;
}

double cdn_lp_value(const cdn_lp *lp, uint32_t column)
{
    return lp->values[column];
}

double cdn_lp_optimum(const cdn_lp *lp)
{
    return lp->optimum;
}
