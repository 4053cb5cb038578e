/* test_interval_random.c - the interval attacker against enumeration and exact programmes.
 *
 * Enumeration lists every whole-numbered table that a reader must think
 * possible; the vertices of the linear relaxation are found in exact fractions.
 * Neither shares anything with the code under test. A system that fails is
 * printed by its number, which is its seed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "interval_fixture.h"

/* ---- exact fractions ---- */

typedef struct fraction {
    __int128 top, bottom; /* bottom > 0, lowest terms */
} fraction;

static fraction lowest(__int128 top, __int128 bottom)
{
    __int128 a = top < 0 ? -top : top, b = bottom < 0 ? -bottom : bottom;
    while (b != 0) {
        __int128 rest = a % b;
        a = b;
        b = rest;
    }
    if (bottom < 0)
        a = -a;
    return a == 0 ? (fraction){0, 1} : (fraction){top / a, bottom / a};
}

static fraction less(fraction a, fraction b)
{
    return lowest(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom);
}

static fraction times(fraction a, fraction b)
{
    return lowest(a.top * b.top, a.bottom * b.bottom);
}

static fraction over(fraction a, fraction b)
{
    return lowest(a.top * b.bottom, a.bottom * b.top);
}

static int64_t rounded_up(fraction a)
{
    __int128 q = a.top / a.bottom;
    return (int64_t)(q * a.bottom < a.top ? q + 1 : q);
}

static int64_t rounded_down(fraction a)
{
    __int128 q = a.top / a.bottom;
    return (int64_t)(q * a.bottom > a.top ? q - 1 : q);
}

/* ---- what enumeration says ---- */

#define SMALL 7

typedef struct truth {
    uint32_t count, cell[SMALL];
    int64_t least[SMALL], most[SMALL];        /* over whole-numbered tables */
    fraction lp_least[SMALL], lp_most[SMALL]; /* over all tables */
    bool seen;
} truth;

/* All unknown cells must have both bounds in the fixture. */
static void list_unknowns(const fixture *f, truth *t)
{
    memset(t, 0, sizeof *t);
    for (uint32_t c = 0; c < f->cells; c++)
        if (f->withheld[c] && !(f->marks[c] & K))
            t->cell[t->count++] = c;
    assert_true(t->count <= SMALL);
}

static bool holds(const fixture *f, const int64_t *values)
{
    for (uint32_t e = 0; e < f->equations; e++) {
        int64_t sum = 0;
        for (uint32_t i = f->equation_start[e]; i < f->equation_start[e + 1]; i++)
            sum += f->coefficient[i] * values[f->equation_cell[i]];
        if (sum != 0)
            return false;
    }
    return true;
}

static void enumerate(const fixture *f, truth *t)
{
    int64_t values[MOST];
    memcpy(values, f->values, sizeof values);
    for (uint32_t i = 0; i < t->count; i++) {
        values[t->cell[i]] = f->lower[t->cell[i]];
        t->least[i] = t->most[i] = f->values[t->cell[i]];
    }
    for (bool more = true; more;) {
        if (holds(f, values))
            for (uint32_t i = 0; i < t->count; i++) {
                int64_t v = values[t->cell[i]];
                t->least[i] = v < t->least[i] ? v : t->least[i];
                t->most[i] = v > t->most[i] ? v : t->most[i];
            }
        more = false;
        for (uint32_t i = 0; i < t->count && !more; i++) {
            more = ++values[t->cell[i]] <= f->upper[t->cell[i]];
            if (!more)
                values[t->cell[i]] = f->lower[t->cell[i]];
        }
    }
}

/* Solves for the unknowns that `at` leaves free (0), the others being at their lower (1) or upper
 * (2) bound. false unless there is exactly one solution. */
static bool solve(const fixture *f, const truth *t, const int *at, fraction *x)
{
    fraction m[16][SMALL + 1];
    uint32_t rows = 0, pivot[SMALL], free_count = 0, free_place[SMALL];
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t c = t->cell[i];
        x[i] = (fraction){at[i] == 1 ? f->lower[c] : f->upper[c], 1};
        if (at[i] == 0)
            free_place[free_count++] = i;
    }
    for (uint32_t e = 0; e < f->equations; e++, rows++) {
        assert_true(rows < 16);
        for (uint32_t j = 0; j <= free_count; j++)
            m[rows][j] = (fraction){0, 1};
        for (uint32_t i = f->equation_start[e]; i < f->equation_start[e + 1]; i++) {
            uint32_t c = f->equation_cell[i], k = 0;
            while (k < t->count && t->cell[k] != c)
                k++;
            fraction a = {f->coefficient[i], 1};
            if (k < t->count && at[k] == 0) {
                for (uint32_t j = 0; j < free_count; j++)
                    if (free_place[j] == k)
                        m[rows][j] = a;
            } else {
                fraction v = k < t->count ? x[k] : (fraction){f->values[c], 1};
                m[rows][free_count] = less(m[rows][free_count], times(a, v));
            }
        }
    }
    uint32_t done = 0;
    for (uint32_t j = 0; j < free_count; j++) {
        uint32_t p = done;
        while (p < rows && m[p][j].top == 0)
            p++;
        if (p == rows)
            return false;
        for (uint32_t q = 0; q <= free_count; q++) {
            fraction swap = m[p][q];
            m[p][q] = m[done][q];
            m[done][q] = swap;
        }
        for (uint32_t r = 0; r < rows; r++) {
            if (r == done || m[r][j].top == 0)
                continue;
            fraction factor = over(m[r][j], m[done][j]);
            for (uint32_t q = 0; q <= free_count; q++)
                m[r][q] = less(m[r][q], times(factor, m[done][q]));
        }
        pivot[j] = done++;
    }
    for (uint32_t r = done; r < rows; r++)
        if (m[r][free_count].top != 0)
            return false;
    for (uint32_t j = 0; j < free_count; j++)
        x[free_place[j]] = over(m[pivot[j]][free_count], m[pivot[j]][j]);
    return true;
}

static void visit_vertices(const fixture *f, truth *t)
{
    int at[SMALL] = {0};
    for (bool more = true; more;) {
        fraction x[SMALL];
        bool inside = solve(f, t, at, x);
        for (uint32_t i = 0; i < t->count && inside; i++) {
            uint32_t c = t->cell[i];
            inside = less(x[i], (fraction){f->lower[c], 1}).top >= 0 &&
                     less((fraction){f->upper[c], 1}, x[i]).top >= 0;
        }
        for (uint32_t i = 0; i < t->count && inside; i++) {
            if (!t->seen || less(x[i], t->lp_least[i]).top < 0)
                t->lp_least[i] = x[i];
            if (!t->seen || less(t->lp_most[i], x[i]).top < 0)
                t->lp_most[i] = x[i];
        }
        t->seen = t->seen || inside;
        more = false;
        for (uint32_t i = 0; i < t->count && !more; i++) {
            more = ++at[i] <= 2;
            if (!more)
                at[i] = 0;
        }
    }
}

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) >> 33) % below;
}

static void judge(const fixture *f, const truth *t, bool unimodular, uint64_t number)
{
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t c = t->cell[i];
        const cdn_interval *o = &f->out[c];
        int64_t value = f->values[c];
        int64_t width = f->width[c] < 1 ? 1 : f->width[c];
        bool wide = t->least[i] <= value - f->below[c] && t->most[i] >= value + f->above[c] &&
                    t->most[i] - t->least[i] >= width;
        int64_t lp_least = rounded_up(t->lp_least[i]), lp_most = rounded_down(t->lp_most[i]);
        bool good = o->lower <= t->least[i] && o->upper >= t->most[i];
        good = good && o->witnessed_lower >= t->least[i] && o->witnessed_upper <= t->most[i] &&
               o->witnessed_lower <= value && o->witnessed_upper >= value;
        if (f->tight)
            good = good && o->lower >= lp_least && o->upper <= lp_most;
        good = good && (o->verdict != CDN_INTERVAL_PROTECTED || wide);
        good = good && (o->verdict != CDN_INTERVAL_EXPOSED || !wide);
        if (unimodular)
            good = good && o->verdict != CDN_INTERVAL_UNDECIDED;
        if (!good)
            print_message("system %llu, cell %u: whole [%lld, %lld], programme [%lld, %lld], "
                          "found [%lld, %lld], witnessed [%lld, %lld], verdict %d\n",
                          (unsigned long long)number, c, (long long)t->least[i],
                          (long long)t->most[i], (long long)lp_least, (long long)lp_most,
                          (long long)o->lower, (long long)o->upper, (long long)o->witnessed_lower,
                          (long long)o->witnessed_upper, (int)o->verdict);
        assert_true(good);
    }
}

/* Bounds and levels for a fixture with its values and equations. */
static void dress(fixture *f, uint32_t most_unknown)
{
    uint32_t unknown = 0;
    f->tight = draw(2) == 0;
    for (uint32_t tries = 0; tries < 40 && unknown < most_unknown; tries++) {
        uint32_t c = draw(f->cells);
        if (f->withheld[c])
            continue;
        f->withheld[c] = 1;
        f->marks[c] = (uint8_t)(draw(4) == 0 ? 0 : S);
        unknown++;
    }
    for (uint32_t c = 0; c < f->cells; c++) {
        f->lower[c] = f->values[c] - draw(3);
        f->upper[c] = f->values[c] + 1 + draw(4);
        f->below[c] = draw(2) * draw(3);
        f->above[c] = draw(2) * draw(3);
        f->width[c] = draw(4);
    }
}

static void ask_all(fixture *f)
{
    for (uint32_t c = 0; c < f->cells; c++)
        if (f->withheld[c])
            f->marks[c] = S;
}

static void test_interval_random__agrees_with_enumeration_on_random_two_way_tables(void **state)
{
    (void)state;
    uint32_t protected_count = 0, exposed_count = 0;
    for (uint64_t number = 1; number <= 400; number++) {
        fixture f;
        truth t;
        int64_t inner[9];
        seed = number;
        for (int i = 0; i < 9; i++)
            inner[i] = draw(4);
        uint32_t rows = 2 + draw(2), columns = 2 + draw(2), first = draw(columns - 1);
        two_way(&f, rows, columns, inner);
        for (uint32_t c = 0; c < 4; c++)
            f.withheld[(c / 2) * (columns + 1) + first + c % 2] = 1;
        dress(&f, draw(4));
        ask_all(&f);
        list_unknowns(&f, &t);
        enumerate(&f, &t);
        visit_vertices(&f, &t);
        run(&f);
        judge(&f, &t, true, number);
        for (uint32_t i = 0; i < t.count; i++) {
            protected_count += f.out[t.cell[i]].verdict == CDN_INTERVAL_PROTECTED;
            exposed_count += f.out[t.cell[i]].verdict == CDN_INTERVAL_EXPOSED;
        }
    }
    assert_true(protected_count > 200);
    assert_true(exposed_count > 200);
}

/* Equations with coefficients up to 3 and overlaps of any shape; a slack cell makes each hold. */
static void random_system(fixture *f)
{
    uint32_t cells = 4 + draw(4), equations = 1 + draw(3);
    fresh(f, cells + equations);
    for (uint32_t c = 0; c < cells; c++)
        f->values[c] = draw(4);
    for (uint32_t e = 0; e < equations; e++) {
        for (uint32_t c = 0; c < cells; c++) {
            int32_t a = draw(2) == 0 ? 0 : (int32_t)draw(7) - 3;
            if (a == 0)
                continue;
            add_term(f, c, a);
            f->values[cells + e] += a * f->values[c];
        }
        add_term(f, cells + e, -1);
        end_equation(f);
    }
}

static void test_interval_random__agrees_with_enumeration_on_random_systems(void **state)
{
    (void)state;
    uint32_t undecided = 0, asked = 0;
    for (uint64_t number = 1; number <= 600; number++) {
        fixture f;
        truth t;
        seed = number * 7919;
        random_system(&f);
        dress(&f, 4 + draw(3));
        ask_all(&f);
        list_unknowns(&f, &t);
        enumerate(&f, &t);
        visit_vertices(&f, &t);
        run(&f);
        judge(&f, &t, false, number);
        for (uint32_t i = 0; i < t.count; i++, asked++)
            undecided += f.out[t.cell[i]].verdict == CDN_INTERVAL_UNDECIDED;
    }
    assert_true(undecided * 10 < asked);
}

static void test_interval_random__order_of_cells_and_equations_does_not_matter(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 100; number++) {
        fixture f, g;
        int64_t inner[9];
        seed = number * 104729;
        for (int i = 0; i < 9; i++)
            inner[i] = draw(4);
        two_way(&f, 3, 3, inner);
        dress(&f, 7);
        ask_all(&f);
        f.tight = true;
        run(&f);
        fresh(&g, f.cells);
        for (uint32_t c = 0; c < f.cells; c++) {
            uint32_t to = f.cells - 1 - c;
            g.values[to] = f.values[c], g.lower[to] = f.lower[c], g.upper[to] = f.upper[c];
            g.below[to] = f.below[c], g.above[to] = f.above[c], g.width[to] = f.width[c];
            g.marks[to] = f.marks[c], g.withheld[to] = f.withheld[c];
        }
        for (uint32_t e = f.equations; e > 0; e--) {
            for (uint32_t i = f.equation_start[e]; i > f.equation_start[e - 1]; i--)
                add_term(&g, f.cells - 1 - f.equation_cell[i - 1], -2 * f.coefficient[i - 1]);
            end_equation(&g);
        }
        run(&g);
        for (uint32_t c = 0; c < f.cells; c++) {
            const cdn_interval *a = &f.out[c], *b = &g.out[f.cells - 1 - c];
            assert_int_equal(a->lower, b->lower);
            assert_int_equal(a->upper, b->upper);
            assert_int_equal(a->verdict, b->verdict);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_random__agrees_with_enumeration_on_random_two_way_tables),
        cmocka_unit_test(test_interval_random__agrees_with_enumeration_on_random_systems),
        cmocka_unit_test(test_interval_random__order_of_cells_and_equations_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
