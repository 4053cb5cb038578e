/* protect.c - one generated table, protected, timed and attacked.
 *
 *   protect TABLE [--count] [--holders] [--providers N] [--intervals] [--greedy] [--no-attack]
 *           [--limit SECONDS]
 *
 * TABLE is a name of shapes.h. Counts of 1 to 4 are sensitive, zeros are published; a cell costs
 * its value, with --count 1. --holders: a record alone in a cell knows it, in every such cell;
 * --providers: the records belong to N providers of skewed sizes, and one alone in a cell knows it;
 * --intervals: a reader also knows that published zeros are the only ones, and must be left two
 * possible values of each sensitive cell; --greedy: what the peers' greedy order would withhold
 * (see oracle/greedy.h), against public attackers. Prints one line of key=value:
 *   seconds CPU, of all threads, from the first call to the last pattern; wall: the same by clock
 *    peak_kib     of this process until then, the table included
 *   limit, ratio what it should take, and seconds as a share of that
 * Exit 1 when the attack finds a sensitive cell, the table cannot be protected, or the greedy order
 * would withhold less of what the table was asked to keep: cells, or value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/suppress.h"

#include "attack/exact.h"
#include "bench/shapes.h"
#include "oracle/grid.h"
#include "release/widen.h"

#include <sys/resource.h>
#include <time.h>

typedef struct options {
    const shape *shape;
    bool by_value, holders, intervals, greedy, attacked;
    uint32_t providers;
    double limit;
} options;

typedef struct stopwatch {
    struct timespec cpu, wall;
} stopwatch;

static void start(stopwatch *s)
{
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &s->cpu);
    clock_gettime(CLOCK_MONOTONIC, &s->wall);
}

static double since(const struct timespec *from, clockid_t clock)
{
    struct timespec to;
    clock_gettime(clock, &to);
    return (double)(to.tv_sec - from->tv_sec) + (double)(to.tv_nsec - from->tv_nsec) / 1e9;
}

/* --- one table -------------------------------------------------------------------------------- */

static void know_holders(shape_table *t, const options *o)
{
    if (o->holders)
        t->system.holder[t->system.holder_kinds++] = t->record;
    if (o->providers > 0)
        t->system.holder[t->system.holder_kinds++] = t->provider;
}

static cdn_status widen(const shape_table *t, cdn_suppress_result *result, uint32_t *attacks,
                        cdn_error *error)
{
    int64_t *values = shape_need(t->cells, sizeof *values);
    int64_t *lower = shape_need(t->cells, sizeof *lower);
    cdn_widen_report report;
    for (uint32_t c = 0; c < t->cells; c++) {
        values[c] = (int64_t)t->values[c];
        lower[c] = t->values[c] > 0;
    }
    cdn_interval_input input = {.values = values, .lower = lower};
    cdn_status status = cdn_widen(&t->system, &input, NULL, result, &report, error);
    if (status == CDN_OK && report.exposed + report.undecided > 0)
        status = CDN_E_REFUSED;
    *attacks = report.rounds;
    free(values);
    free(lower);
    return status;
}

static void print_line(const options *o, const shape_table *t, const cdn_suppress_result *r,
                       uint32_t attacks, double seconds, double wall)
{
    uint64_t value = 0, all = 0;
    uint32_t withheld = 0, kept = 0;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    for (uint32_t c = 0; c < t->cells; c++) {
        bool sensitive = t->values[c] > 0 && t->values[c] < SHAPE_SENSITIVE_BELOW;
        all += t->values[c];
        value += r->figure_withheld[c] && !sensitive ? t->values[c] : 0;
        withheld += r->figure_withheld[c] && !sensitive;
        kept += r->figure_withheld[c] && t->values[c] == 0;
    }
    printf("table=%s attackers=%s%s%s%s cost=%s cells=%u equations=%u sensitive=%u withheld=%u "
           "withheld_zeros=%u withheld_value=%llu value_per_million=%llu attacks=%u seconds=%.3f "
           "wall=%.3f peak_kib=%ld",
           o->shape->name, "public", o->holders ? "+records" : "",
           o->providers > 0 ? "+providers" : "", o->intervals ? "+intervals" : "",
           o->by_value ? "value" : "cells", t->cells, t->system.equation_count, t->sensitive,
           withheld, kept, (unsigned long long)value,
           (unsigned long long)(value * 1000000 / (all > 0 ? all : 1)), attacks, seconds, wall,
           usage.ru_maxrss);
    if (o->limit > 0)
        printf(" limit=%.2f ratio=%.2f", o->limit, seconds / o->limit);
}

static uint32_t attack(const shape_table *t, const uint8_t *withheld)
{
    uint32_t count = 0;
    uint8_t *exposed = shape_need(t->cells, 1);
    cdn_error error = CDN_ERROR_INIT;
    if (cdn_attack_exact(&t->system, withheld, exposed, &count, &error) != CDN_OK) {
        fprintf(stderr, "attack: %s\n", error.message);
        count = UINT32_MAX;
    }
    free(exposed);
    return count;
}

/* true when it would withhold less. */
static bool compare(const options *o, const shape_table *t, const uint8_t *withheld)
{
    uint64_t value[2] = {0}, count[2] = {0};
    uint8_t *theirs = shape_need(t->cells, 1);
    stopwatch watch;
    start(&watch);
    grid_greedy(t, theirs);
    double seconds = since(&watch.cpu, CLOCK_PROCESS_CPUTIME_ID);
    for (uint32_t c = 0; c < t->cells; c++) {
        if (t->values[c] > 0 && t->values[c] < SHAPE_SENSITIVE_BELOW)
            continue;
        value[0] += withheld[c] ? t->values[c] : 0;
        value[1] += theirs[c] ? t->values[c] : 0;
        count[0] += withheld[c];
        count[1] += theirs[c];
    }
    free(theirs);
    printf(" greedy_withheld=%llu greedy_value=%llu greedy_seconds=%.2f",
           (unsigned long long)count[1], (unsigned long long)value[1], seconds);
    return o->by_value ? value[0] > value[1] : count[0] > count[1];
}

static int run(const options *o)
{
    shape_table t;
    stopwatch watch;
    cdn_suppress_result result = {0};
    cdn_error error = CDN_ERROR_INIT;
    cdn_status status;
    uint32_t attacks = 0;
    shape_create(&t, o->shape, o->by_value, o->providers);
    know_holders(&t, o);
    start(&watch);
    if (o->intervals)
        status = widen(&t, &result, &attacks, &error);
    else
        status = cdn_suppress(&t.system, &result, &error);
    double seconds = since(&watch.cpu, CLOCK_PROCESS_CPUTIME_ID);
    double wall = since(&watch.wall, CLOCK_MONOTONIC);
    if (status != CDN_OK) {
        fprintf(stderr, "%s: not protected after %.3f s: %s\n", o->shape->name, seconds,
                error.message);
        return 1;
    }
    print_line(o, &t, &result, attacks, seconds, wall);
    uint32_t exposed = o->attacked ? attack(&t, result.figure_withheld) : 0;
    if (o->attacked)
        printf(" exposed=%u", exposed);
    bool beaten = o->greedy && compare(o, &t, result.figure_withheld);
    printf("\n");
    cdn_suppress_result_release(&result);
    shape_release(&t);
    return exposed > 0 || beaten;
}

static bool read_options(options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--count") == 0)
            o->by_value = false;
        else if (strcmp(argv[i], "--holders") == 0)
            o->holders = true;
        else if (strcmp(argv[i], "--intervals") == 0)
            o->intervals = true;
        else if (strcmp(argv[i], "--greedy") == 0)
            o->greedy = true;
        else if (strcmp(argv[i], "--no-attack") == 0)
            o->attacked = false;
        else if (strcmp(argv[i], "--providers") == 0 && i + 1 < argc)
            o->providers = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--limit") == 0 && i + 1 < argc)
            o->limit = strtod(argv[++i], NULL);
        else if (o->shape != NULL)
            return false;
        for (size_t s = 0; o->shape == NULL && s < SHAPE_COUNT; s++)
            o->shape = strcmp(argv[i], SHAPES[s].name) == 0 ? &SHAPES[s] : NULL;
    }
    return o->shape != NULL;
}

int main(int argc, char **argv)
{
    options o = {.by_value = true, .attacked = true};
    if (!read_options(&o, argc, argv)) {
        fprintf(stderr, "usage: protect TABLE [--count] [--holders] [--providers N] [--intervals] "
                        "[--greedy] [--no-attack] [--limit SECONDS]\n");
        return 2;
    }
    return run(&o);
}
