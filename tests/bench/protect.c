/* protect.c - tables shaped like the national ones, protected and timed.
 *
 * area (total, 9 regions, authorities) x service (total, 4 groups, services) x
 * role (total, 5 groups, roles) x employment status, with skewed counts drawn
 * by integer arithmetic from a seed, so that every machine gets the same table.
 * Counts of 1 to 4 are sensitive, zeros are published. --count makes every cell
 * cost 1 instead of its value; --attack has the exact attacker try the result.
 * Names of tables choose; without one the first three run. One line per table:
 *   cells=... equations=... sensitive=... withheld=... withheld_value=... seconds=... peak_kib=...
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/suppress.h"

#include "attack/exact.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define MOST_DIMENSIONS 5
#define SENSITIVE_BELOW 5

/* code 0 is the total, then the groups, then the leaves; a dimension without groups has 0. */
typedef struct dimension {
    uint32_t groups;
    uint32_t leaves;
    uint32_t skew; /* percent */
} dimension;

typedef struct shape {
    const char *name;
    uint32_t count;
    uint64_t records;
    dimension dimensions[MOST_DIMENSIONS];
} shape;

static const shape SHAPES[] = {
    {"340", 2, 30000, {{0, 9, 100}, {5, 28, 250}}},
    {"5168", 2, 150000, {{9, 142, 100}, {5, 28, 250}}},
    {"94214", 3, 600000, {{9, 153, 100}, {4, 12, 180}, {5, 28, 250}}},
    {"565284", 4, 600000, {{9, 153, 100}, {4, 12, 180}, {5, 28, 250}, {0, 5, 150}}},
    {"1130568", 5, 600000, {{9, 153, 100}, {4, 12, 180}, {5, 28, 250}, {0, 3, 150}, {0, 2, 60}}},
};

typedef struct table {
    uint32_t sizes[MOST_DIMENSIONS];
    uint32_t strides[MOST_DIMENSIONS];
    uint32_t cells;
    uint64_t *values;
} table;

static uint64_t state;

static uint64_t next(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double uniform(void)
{
    return (double)(next() >> 11) * 0x1p-53;
}

static void *need(size_t count, size_t size)
{
    void *block = calloc(count == 0 ? 1 : count, size);
    if (block == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(4);
    }
    return block;
}

static uint32_t parent(const dimension *d, uint32_t code)
{
    if (code == 0)
        return UINT32_MAX;
    return code <= d->groups || d->groups == 0 ? 0 : 1 + (code - 1 - d->groups) % d->groups;
}

static uint32_t first_leaf(const dimension *d)
{
    return 1 + d->groups;
}

/* Cumulated leaf shares, roughly log-normal. */
static double *shares(const dimension *d)
{
    double *sums = need(d->leaves, sizeof *sums);
    double sum = 0;
    for (uint32_t i = 0; i < d->leaves; i++) {
        double normal = sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform());
        sums[i] = sum += exp(normal * d->skew / 100.0);
    }
    for (uint32_t i = 0; i < d->leaves; i++)
        sums[i] /= sum;
    return sums;
}

static uint32_t draw(const double *sums, uint32_t count)
{
    double u = uniform();
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sums[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void fill(const shape *s, table *t)
{
    t->cells = 1;
    double *sums[MOST_DIMENSIONS];
    for (uint32_t i = s->count; i-- > 0;) {
        t->sizes[i] = 1 + s->dimensions[i].groups + s->dimensions[i].leaves;
        t->strides[i] = t->cells;
        t->cells *= t->sizes[i];
        sums[i] = shares(&s->dimensions[i]);
    }
    t->values = need(t->cells, sizeof *t->values);
    for (uint64_t r = 0; r < s->records; r++) {
        uint32_t at[MOST_DIMENSIONS];
        for (uint32_t i = 0; i < s->count; i++) {
            const dimension *d = &s->dimensions[i];
            at[i] = first_leaf(d) + draw(sums[i], d->leaves);
        }
        /* every combination of the leaf and its ancestors */
        uint32_t up[MOST_DIMENSIONS];
        memcpy(up, at, sizeof up);
        for (bool more = true; more;) {
            uint32_t cell = 0;
            for (uint32_t i = 0; i < s->count; i++)
                cell += up[i] * t->strides[i];
            t->values[cell]++;
            more = false;
            for (uint32_t i = 0; i < s->count && !more; i++) {
                up[i] = parent(&s->dimensions[i], up[i]);
                more = up[i] != UINT32_MAX;
                if (!more)
                    up[i] = at[i];
            }
        }
    }
    for (uint32_t i = 0; i < s->count; i++)
        free(sums[i]);
}

typedef struct lists {
    uint32_t *start, *cell;
    int32_t *coefficient;
    uint32_t count, used;
} lists;

/* One equation per parent code of each dimension and combination of the other dimensions. */
static void equations(const shape *s, const table *t, lists *out)
{
    out->start = need((size_t)t->cells * s->count + 1, sizeof *out->start);
    out->cell = need((size_t)t->cells * s->count * 2, sizeof *out->cell);
    out->coefficient = need((size_t)t->cells * s->count * 2, sizeof *out->coefficient);
    for (uint32_t i = 0; i < s->count; i++) {
        const dimension *d = &s->dimensions[i];
        for (uint32_t cell = 0; cell < t->cells; cell++) {
            uint32_t code = cell / t->strides[i] % t->sizes[i];
            if (code > d->groups)
                continue;
            out->cell[out->used] = cell;
            out->coefficient[out->used++] = -1;
            for (uint32_t c = 1; c < t->sizes[i]; c++) {
                if (parent(d, c) != code)
                    continue;
                out->cell[out->used] = cell + (c - code) * t->strides[i];
                out->coefficient[out->used++] = 1;
            }
            out->start[++out->count] = out->used;
        }
    }
}

static uint32_t attack(const cdn_system *system, const cdn_suppress_result *result)
{
    uint32_t count = 0;
    uint8_t *exposed = need(system->cell_count, 1);
    if (cdn_attack_exact(system, result->figure_withheld, exposed, &count, NULL) != CDN_OK)
        count = UINT32_MAX;
    free(exposed);
    return count;
}

static int run(const shape *s, bool by_value, bool attacked)
{
    table t;
    lists e = {0};
    state = 20260801;
    fill(s, &t);
    equations(s, &t, &e);
    uint8_t *marks = need(t.cells, sizeof *marks);
    uint64_t *costs = need(t.cells, sizeof *costs);
    uint32_t *figures = need((size_t)t.cells + 1, sizeof *figures);
    uint32_t sensitive = 0;
    for (uint32_t c = 0; c < t.cells; c++) {
        bool small = t.values[c] > 0 && t.values[c] < SENSITIVE_BELOW;
        marks[c] = (uint8_t)(small ? CDN_CELL_SENSITIVE : t.values[c] == 0 ? CDN_CELL_KEEP : 0u);
        costs[c] = by_value && t.values[c] > 0 ? t.values[c] : 1;
        figures[c] = c;
        sensitive += small;
    }
    figures[t.cells] = t.cells;
    cdn_system system = {.cell_count = t.cells,
                         .marks = marks,
                         .costs = costs,
                         .equation_count = e.count,
                         .equation_start = e.start,
                         .equation_cell = e.cell,
                         .equation_coefficient = e.coefficient,
                         .figure_count = t.cells,
                         .figure_start = figures,
                         .figure_cell = figures};
    cdn_suppress_result result;
    cdn_error error = CDN_ERROR_INIT;
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    cdn_status status = cdn_suppress(&system, &result, &error);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    if (status != CDN_OK) {
        fprintf(stderr, "%s: %s\n", s->name, error.message);
        return 1;
    }
    uint64_t value = 0, all = 0;
    for (uint32_t c = 0; c < t.cells; c++) {
        all += t.values[c];
        value += result.figure_withheld[c] && !(marks[c] & CDN_CELL_SENSITIVE) ? t.values[c] : 0;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("cells=%u equations=%u sensitive=%u withheld=%u withheld_value=%llu "
           "value_per_million=%llu seconds=%.3f peak_kib=%ld\n",
           t.cells, e.count, sensitive, result.secondary_count, (unsigned long long)value,
           (unsigned long long)(value * 1000000 / (all > 0 ? all : 1)), seconds, usage.ru_maxrss);
    uint32_t exposed = attacked ? attack(&system, &result) : 0;
    if (exposed > 0)
        fprintf(stderr, "%s: %u sensitive cells exposed\n", s->name, exposed);
    cdn_suppress_result_release(&result);
    free(t.values);
    free(e.start);
    free(e.cell);
    free(e.coefficient);
    free(marks);
    free(costs);
    free(figures);
    return exposed > 0;
}

int main(int argc, char **argv)
{
    bool by_value = true, attacked = false;
    int failed = 0, chosen = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--count") == 0) {
            by_value = false;
            continue;
        }
        if (strcmp(argv[i], "--attack") == 0) {
            attacked = true;
            continue;
        }
        chosen++;
        for (size_t k = 0; k < sizeof SHAPES / sizeof *SHAPES; k++) {
            if (strcmp(argv[i], SHAPES[k].name) == 0)
                failed |= run(&SHAPES[k], by_value, attacked);
        }
    }
    for (size_t k = 0; chosen == 0 && k < 3; k++)
        failed |= run(&SHAPES[k], by_value, attacked);
    return failed;
}
