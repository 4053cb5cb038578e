/* entropy.c - two multipliers by GSL's root finder, after asking whether there are any.
 *
 * A solution exists inside the convex hull of the groups' points, and only there
 * do the multipliers stay finite; on its lower edge the two groups of that edge
 * share the weight. Features are scaled to at most 1 before solving.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "stat/entropy.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multiroots.h>

#include "core/alloc.h"
#include "core/fail.h"

#define ROUNDS 1000
#define NEAR 1e-13  /* of the scaled moments */
#define EDGE 1e-11

typedef struct task {
    const cdn_outcomes *groups;
    uint32_t count;
    double first, second;      /* wanted */
    double scale[2];
    double *weights;
} task;

/* Moments of the two scaled features, less what is wanted, and their covariances. */
typedef struct moments {
    double mean[2], covariance[2][2];
} moments;

static double feature(const task *t, uint32_t g, int which)
{
    double raw = which == 0 ? t->groups[g].first - t->first : t->groups[g].second - t->second;
    return raw / t->scale[which];
}

static void take_moments(task *t, double a, double b, moments *out)
{
    double top = -INFINITY, sum = 0;
    for (uint32_t g = 0; g < t->count; g++) {
        t->weights[g] = a * feature(t, g, 0) + b * feature(t, g, 1);
        top = fmax(top, t->weights[g]);
    }
    memset(out, 0, sizeof *out);
    for (uint32_t g = 0; g < t->count; g++) {
        t->weights[g] = exp(t->weights[g] - top);
        sum += t->groups[g].size * t->weights[g];
    }
    for (uint32_t g = 0; g < t->count; g++) {
        t->weights[g] /= sum;
        double p = t->groups[g].size * t->weights[g];
        for (int i = 0; i < 2; i++) {
            out->mean[i] += p * feature(t, g, i);
            for (int j = 0; j < 2; j++)
                out->covariance[i][j] += p * feature(t, g, i) * feature(t, g, j);
        }
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            out->covariance[i][j] -= out->mean[i] * out->mean[j];
}

static int evaluate(const gsl_vector *x, void *context, gsl_vector *f, gsl_matrix *jacobian)
{
    moments m;
    take_moments(context, gsl_vector_get(x, 0), gsl_vector_get(x, 1), &m);
    for (size_t i = 0; i < x->size; i++) {
        if (f != NULL)
            gsl_vector_set(f, i, m.mean[i]);
        for (size_t j = 0; j < x->size && jacobian != NULL; j++)
            gsl_matrix_set(jacobian, i, j, m.covariance[i][j]);
    }
    return GSL_SUCCESS;
}

static int evaluate_f(const gsl_vector *x, void *context, gsl_vector *f)
{
    return evaluate(x, context, f, NULL);
}

static int evaluate_df(const gsl_vector *x, void *context, gsl_matrix *jacobian)
{
    return evaluate(x, context, NULL, jacobian);
}

static int evaluate_both(const gsl_vector *x, void *context, gsl_vector *f, gsl_matrix *jacobian)
{
    return evaluate(x, context, f, jacobian);
}

/* Leaves the weights of the solution in the task; *residual is how far its moments are off. */
static cdn_status find_root(task *t, double *residual, cdn_error *error)
{
    gsl_multiroot_function_fdf system = {evaluate_f, evaluate_df, evaluate_both, 2, t};
    gsl_multiroot_fdfsolver *solver =
        gsl_multiroot_fdfsolver_alloc(gsl_multiroot_fdfsolver_hybridsj, 2);
    gsl_vector *start = gsl_vector_calloc(2);
    cdn_status status = solver == NULL || start == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && gsl_multiroot_fdfsolver_set(solver, &system, start) != GSL_SUCCESS)
        status = cdn_fail(error, CDN_E_INTERNAL, "the noise solver does not start");
    for (int round = 0; status == CDN_OK && round < ROUNDS; round++)
        if (gsl_multiroot_test_residual(solver->f, NEAR) == GSL_SUCCESS ||
            gsl_multiroot_fdfsolver_iterate(solver) != GSL_SUCCESS)
            break;
    if (status == CDN_OK) {
        moments m;
        take_moments(t, gsl_vector_get(solver->x, 0), gsl_vector_get(solver->x, 1), &m);
        *residual = fabs(m.mean[0]) + fabs(m.mean[1]);
    }
    gsl_vector_free(start);
    if (solver != NULL)
        gsl_multiroot_fdfsolver_free(solver);
    return status;
}

/* Means of the second feature when the first has its mean: between two groups on either side of it,
 * or at one. */
typedef struct range {
    double least, most;
    uint32_t low[2], high[2]; /* the groups there */
} range;

static bool reach(const task *t, range *out)
{
    bool any = false;
    for (uint32_t g = 0; g < t->count; g++)
        for (uint32_t h = 0; h < t->count; h++) {
            double left = t->groups[g].first - t->first, right = t->groups[h].first - t->first;
            if (left > 0 || right < 0 || (g != h && !(left < 0 && right > 0)) ||
                (g == h && (left < 0 || right > 0)))
                continue;
            double share = g == h ? 1 : right / (right - left);
            double second = share * t->groups[g].second + (1 - share) * t->groups[h].second;
            if (!any || second < out->least) {
                out->least = second;
                out->low[0] = g;
                out->low[1] = h;
            }
            if (!any || second > out->most) {
                out->most = second;
                out->high[0] = g;
                out->high[1] = h;
            }
            any = true;
        }
    return any;
}

static void fill_edge(const task *t, const uint32_t pair[2])
{
    double left = t->groups[pair[0]].first - t->first;
    double right = t->groups[pair[1]].first - t->first;
    double share = pair[0] == pair[1] ? 1 : right / (right - left);
    for (uint32_t g = 0; g < t->count; g++)
        t->weights[g] = 0;
    t->weights[pair[0]] = share / t->groups[pair[0]].size;
    if (pair[1] != pair[0])
        t->weights[pair[1]] = (1 - share) / t->groups[pair[1]].size;
}

static void set_scales(task *t)
{
    t->scale[0] = t->scale[1] = 0;
    for (uint32_t g = 0; g < t->count; g++) {
        t->scale[0] = fmax(t->scale[0], fabs(t->groups[g].first - t->first));
        t->scale[1] = fmax(t->scale[1], fabs(t->groups[g].second - t->second));
    }
    for (int i = 0; i < 2; i++)
        if (!(t->scale[i] > 0))
            t->scale[i] = 1;
}

cdn_status cdn_entropy_solve(const cdn_outcomes *groups, uint32_t count, double first,
                             double second, double *weights, bool *found, cdn_error *error)
{
    task t = {groups, count, first, second, {1, 1}, weights};
    range possible = {0, 0, {0, 0}, {0, 0}};
    double residual = 0;
    *found = false;
    /* GSL would end the program at an error; its answers are looked at instead. */
    (void)gsl_set_error_handler_off();
    set_scales(&t);
    double edge = EDGE * t.scale[1];
    if (!reach(&t, &possible) || second < possible.least - edge || second > possible.most + edge)
        return CDN_OK;
    *found = true;
    if (second <= possible.least + edge)
        fill_edge(&t, possible.low);
    else if (second >= possible.most - edge)
        fill_edge(&t, possible.high);
    else
        CDN_TRY(find_root(&t, &residual, error));
    if (residual > 1e-10)
        return cdn_fail(error, CDN_E_INTERNAL, "the noise solver does not end");
    return CDN_OK;
}
