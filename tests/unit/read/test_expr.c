/* test_expr.c - expressions against hand-worked answers and a slow evaluator of random trees.
 *
 * The slow evaluator goes row by row, from the root down, in 128 bits, and
 * shares nothing with the code under test but the calendar.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/read/fixture.h"

#include "core/number.h"
#include "read/expr.h"

#define MISSING CDN_EXPR_MISSING
#define MAX_EXPRS 64
#define NONE CDN_NONE

/* A catalogue whose expressions a test adds one by one. */
typedef struct bench {
    fixture f;
    cdn_catalogue catalogue;
    cdn_expr exprs[MAX_EXPRS];
    uint32_t count;
    cdn_snapshot *snapshot;
} bench;

static void bench_load(bench *b)
{
    memcpy(b->exprs, fixture_exprs, sizeof fixture_exprs);
    b->count = EX_COUNT;
    b->catalogue = fixture_catalogue;
    b->catalogue.exprs = b->exprs;
    b->catalogue.expr_count = EX_COUNT;
    b->snapshot = fixture_snapshot(&b->f);
}

static void bench_open(bench *b)
{
    fixture_open(&b->f);
    bench_load(b);
}

static void bench_close(bench *b)
{
    cdn_snapshot_close(b->snapshot);
    fixture_close(&b->f);
}

static uint32_t add(bench *b, cdn_expr expr)
{
    assert_true(b->count < MAX_EXPRS);
    b->exprs[b->count++] = expr;
    b->catalogue.expr_count = b->count;
    return b->count - 1;
}

static uint32_t column(bench *b, uint32_t index)
{
    return add(b, (cdn_expr){.op = CDN_EX_COLUMN, .decimals = fixture_columns[index].decimals,
                             .operand = NO3, .column = index});
}

static uint32_t constant(bench *b, int64_t value, uint8_t decimals)
{
    return add(b, (cdn_expr){.op = CDN_EX_CONSTANT, .decimals = decimals, .operand = NO3,
                             .column = NONE, .constant = value});
}

static uint32_t apply(bench *b, cdn_expr_op op, uint8_t decimals, uint32_t x, uint32_t y,
                      uint32_t z)
{
    return add(b, (cdn_expr){.op = op, .decimals = decimals, .operand = {x, y, z},
                             .column = NONE});
}

/* The expression's value for one row. */
static int64_t value_at(const bench *b, uint32_t expr, uint32_t record, uint32_t row)
{
    int64_t values[64];
    cdn_error error = CDN_ERROR_INIT;
    assert_true(cdn_snapshot_rows(b->snapshot, record) <= 64);
    if (cdn_expr_eval(b->snapshot, &b->catalogue, expr, record, values, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return values[row];
}

/* --- worked examples ------------------------------------------------------------------------- */

static void test_expr__divides_half_away_from_zero(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    uint32_t eight = constant(&b, 8, 0);
    uint32_t minus_eight = constant(&b, -8, 0);
    uint32_t zero = constant(&b, 0, 0);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_DIVIDE, 2, EX_ONE, eight, NONE), WORKER, 0),
                     13); /* 0.125 */
    assert_int_equal(
        value_at(&b, apply(&b, CDN_EX_DIVIDE, 2, EX_ONE, minus_eight, NONE), WORKER, 0), -13);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_DIVIDE, 0, constant(&b, 5, 1), EX_ONE, NONE),
                              WORKER, 0),
                     1); /* 0.5 */
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_DIVIDE, 0, constant(&b, 49, 2), EX_ONE, NONE),
                              WORKER, 0),
                     0); /* 0.49 */
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_DIVIDE, 2, EX_ONE, zero, NONE), WORKER, 0),
                     MISSING);
    bench_close(&b);
}

static void test_expr__overflow_is_missing(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    uint32_t big = constant(&b, INT64_MAX, 0);
    uint32_t fine = constant(&b, 1, 18);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_ADD, 0, big, EX_ONE, NONE), WORKER, 0),
                     MISSING);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_ADD, 0, big, big, NONE), WORKER, 0), MISSING);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_ADD, 1, big, EX_ONE, NONE), WORKER, 0),
                     MISSING);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_MULTIPLY, 0, big, big, NONE), WORKER, 0),
                     MISSING);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_DIVIDE, 18, big, EX_ONE, NONE), WORKER, 0),
                     MISSING);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_DIVIDE, 18, big, fine, NONE), WORKER, 0),
                     MISSING);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_SUBTRACT, 0, big, EX_ONE, NONE), WORKER, 0),
                     INT64_MAX - 1);
    /* 9.2e18 against 1e-18: both sides exact in 128 bits */
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_GT, 0, big, fine, NONE), WORKER, 0), 1);
    /* too large at scale 18 for 64 bits, yet the product comes back to 0 decimals */
    uint32_t product = apply(&b, CDN_EX_MULTIPLY, 0, constant(&b, 4000000000000000000, 18),
                             constant(&b, 2000000000000000000, 18), NONE);
    assert_int_equal(value_at(&b, product, WORKER, 0), 8);
    bench_close(&b);
}

static void test_expr__a_missing_operand_absorbs(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    /* worker rows: 502 (age 57), 504 (don't know), 501 (not recorded), 503 (35) */
    uint32_t age = column(&b, WK_AGE);
    uint32_t sum = apply(&b, CDN_EX_ADD, 0, age, EX_ONE, NONE);
    assert_int_equal(value_at(&b, sum, WORKER, 0), 58);
    assert_int_equal(value_at(&b, sum, WORKER, 1), MISSING);
    assert_int_equal(value_at(&b, sum, WORKER, 2), MISSING);
    uint32_t known = apply(&b, CDN_EX_KNOWN, 0, age, NONE, NONE);
    assert_int_equal(value_at(&b, known, WORKER, 0), 1);
    assert_int_equal(value_at(&b, known, WORKER, 1), 0);
    uint32_t below = apply(&b, CDN_EX_LT, 0, age, constant(&b, 100, 0), NONE);
    uint32_t not_equal = apply(&b, CDN_EX_NE, 0, age, EX_ONE, NONE);
    assert_int_equal(value_at(&b, below, WORKER, 1), 0);
    assert_int_equal(value_at(&b, not_equal, WORKER, 1), 0);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_NOT, 0, age, NONE, NONE), WORKER, 1), 1);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_OR, 0, age, EX_ZERO, NONE), WORKER, 1), 0);
    uint32_t choice = apply(&b, CDN_EX_IF, 0, age, EX_ONE, EX_ZERO);
    assert_int_equal(value_at(&b, choice, WORKER, 0), 1);
    assert_int_equal(value_at(&b, choice, WORKER, 1), MISSING);
    uint32_t spared = apply(&b, CDN_EX_IF, 0, EX_ONE, EX_ONE, age);
    assert_int_equal(value_at(&b, spared, WORKER, 1), 1);
    uint32_t first = apply(&b, CDN_EX_COALESCE, 1, age, constant(&b, 25, 1), NONE);
    assert_int_equal(value_at(&b, first, WORKER, 0), 570);
    assert_int_equal(value_at(&b, first, WORKER, 2), 25);
    bench_close(&b);
}

/* Row 1 of the workers does not know its age: u. n is nothing: 1 / 0. */
static void test_expr__certain_is_what_no_missing_answer_can_change(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    uint32_t t = EX_ONE, f = EX_ZERO, u = column(&b, WK_AGE);
    uint32_t n = apply(&b, CDN_EX_DIVIDE, 0, t, f, NONE);
    static const uint32_t list[] = {0};
    uint32_t role = add(&b, (cdn_expr){.op = CDN_EX_IN, .operand = NO3, .column = WK_ROLE,
                                         .list_count = 1, .list = list});
    const struct {
        cdn_expr_op op;
        uint32_t x, y, z;
        int64_t expected;
    } cases[] = {
        {CDN_EX_AND, t, t, NONE, 1},          {CDN_EX_AND, t, u, NONE, MISSING},
        {CDN_EX_AND, u, f, NONE, 0},          {CDN_EX_AND, f, u, NONE, 0},
        {CDN_EX_AND, u, n, NONE, 0},          {CDN_EX_AND, u, u, NONE, MISSING},
        {CDN_EX_OR, f, u, NONE, MISSING},     {CDN_EX_OR, u, t, NONE, 1},
        {CDN_EX_OR, t, u, NONE, 1},           {CDN_EX_OR, f, n, NONE, 0},
        {CDN_EX_OR, n, u, NONE, MISSING},     {CDN_EX_NOT, u, NONE, NONE, MISSING},
        {CDN_EX_NOT, n, NONE, NONE, 1},       {CDN_EX_NOT, t, NONE, NONE, 0},
        {CDN_EX_KNOWN, u, NONE, NONE, MISSING}, {CDN_EX_KNOWN, n, NONE, NONE, 0},
        {CDN_EX_KNOWN, f, NONE, NONE, 1},     {CDN_EX_LT, u, t, NONE, MISSING},
        {CDN_EX_LT, f, t, NONE, 1},           {CDN_EX_GT, f, t, NONE, 0},
        {CDN_EX_NE, n, u, NONE, 0},           {CDN_EX_NE, n, t, NONE, 0},
        {CDN_EX_ADD, u, t, NONE, MISSING},    {CDN_EX_ADD, n, u, NONE, CDN_EXPR_NOTHING},
        {CDN_EX_ADD, t, t, NONE, 2},          {CDN_EX_DIVIDE, u, f, NONE, MISSING},
        {CDN_EX_DIVIDE, t, f, NONE, CDN_EXPR_NOTHING},
        {CDN_EX_IF, u, t, t, MISSING},        {CDN_EX_IF, f, u, t, 1},
        {CDN_EX_IF, t, u, t, MISSING},        {CDN_EX_IF, f, t, n, CDN_EXPR_NOTHING},
        {CDN_EX_IF, n, t, t, CDN_EXPR_NOTHING},
        {CDN_EX_COALESCE, u, t, NONE, 1},     {CDN_EX_COALESCE, t, u, NONE, 1},
        {CDN_EX_COALESCE, u, u, NONE, MISSING}, {CDN_EX_COALESCE, u, n, NONE, MISSING},
        {CDN_EX_COALESCE, n, u, NONE, MISSING}, {CDN_EX_COALESCE, n, n, NONE, CDN_EXPR_NOTHING},
        {CDN_EX_COALESCE, n, t, NONE, 1}};
    int64_t values[64];
    cdn_error error = CDN_ERROR_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t mark = b.count;
        uint32_t expr = apply(&b, cases[i].op, 0, cases[i].x, cases[i].y, cases[i].z);
        assert_int_equal(cdn_expr_certain(b.snapshot, &b.catalogue, expr, WORKER, values, &error),
                         CDN_OK);
        if (values[1] != cases[i].expected)
            fail_msg("case %zu: %lld", i, (long long)values[1]);
        b.count = mark;
    }
    assert_int_equal(cdn_expr_certain(b.snapshot, &b.catalogue, role, WORKER, values, &error),
                     CDN_OK);
    for (uint32_t row = 0; row < 4; row++)
        assert_int_equal(values[row], value_at(&b, role, WORKER, row));
    bench_close(&b);
}

static void test_expr__counts_whole_years_and_months(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    /* to 2026-08-31 */
    static const struct {
        int year, month, day;
        int64_t years, months;
    } cases[] = {{2025, 8, 31, 1, 12},  {2025, 9, 1, 0, 11},   {2000, 2, 29, 26, 318},
                 {2026, 8, 31, 0, 0},   {2026, 9, 1, -1, -1},  {2013, 6, 3, 13, 158},
                 {2026, 7, 31, 0, 1},   {2027, 8, 31, -1, -12}, {2024, 12, 31, 1, 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t day;
        assert_true(cdn_date_to_days(cases[i].year, cases[i].month, cases[i].day, &day));
        uint32_t date = constant(&b, day, 0);
        assert_int_equal(
            value_at(&b, apply(&b, CDN_EX_YEARS_SINCE, 0, date, NONE, NONE), WORKER, 0),
            cases[i].years);
        assert_int_equal(
            value_at(&b, apply(&b, CDN_EX_MONTHS_SINCE, 0, date, NONE, NONE), WORKER, 0),
            cases[i].months);
    }
    uint32_t start = column(&b, WK_START); /* 502: 2013-06-03; 501: blank */
    uint32_t years = apply(&b, CDN_EX_YEARS_SINCE, 0, start, NONE, NONE);
    assert_int_equal(value_at(&b, years, WORKER, 0), 13);
    assert_int_equal(value_at(&b, years, WORKER, 2), MISSING);
    assert_int_equal(value_at(&b, apply(&b, CDN_EX_REFERENCE_YEAR, 0, NONE, NONE, NONE), WORKER,
                              0),
                     2026);
    bench_close(&b);
}

static void test_expr__a_month_is_whole_on_its_day(void **state)
{
    (void)state;
    bench b;
    fixture_open(&b.f);
    fixture_write(&b.f, "workplace.csv",
                  WORKPLACE_HEADER "\nM202602,30,x,O2,L1,Beta,620,10,31/08/2025,1,,,,,,,\n"
                                   "M202602,31,x,O2,L1,Beta,620,10,28/08/2025,1,,,,,,,\n"
                                   "M202602,32,x,O2,L1,Beta,620,10,29/02/2024,1,,,,,,,\n");
    fixture_write(&b.f, "worker.csv", WORKER_HEADER "\n");
    bench_load(&b);
    uint32_t updated = column(&b, WP_UPDATED);
    uint32_t months = apply(&b, CDN_EX_MONTHS_SINCE, 0, updated, NONE, NONE);
    uint32_t years = apply(&b, CDN_EX_YEARS_SINCE, 0, updated, NONE, NONE);
    assert_int_equal(value_at(&b, months, WORKPLACE, 0), 5); /* to 2026-02-28 */
    assert_int_equal(value_at(&b, months, WORKPLACE, 1), 6);
    assert_int_equal(value_at(&b, months, WORKPLACE, 2), 23);
    assert_int_equal(value_at(&b, years, WORKPLACE, 2), 1);
    bench_close(&b);
}

static void test_expr__reaches_through_references(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    uint32_t staff = column(&b, WP_STAFF); /* workplaces 5, missing, 10 */
    assert_int_equal(value_at(&b, staff, WORKER, 0), 5);
    assert_int_equal(value_at(&b, staff, WORKER, 1), MISSING);
    assert_int_equal(value_at(&b, staff, WORKER, 3), 10);
    uint32_t beds = column(&b, LO_BEDS); /* by way of the workplace; only 30 is registered */
    assert_int_equal(value_at(&b, beds, WORKER, 0), MISSING);
    assert_int_equal(value_at(&b, beds, WORKER, 2), 40);
    int64_t values[8];
    cdn_error error = CDN_ERROR_INIT;
    uint32_t age = column(&b, WK_AGE);
    assert_int_equal(
        cdn_expr_eval(b.snapshot, &b.catalogue, age, WORKPLACE, values, &error), CDN_E_INPUT);
    bench_close(&b);
}

static void test_expr__in_and_equality_compare_codes(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    static const uint32_t list[] = {1, 3}; /* roles 4 and 27 */
    uint32_t in = add(&b, (cdn_expr){.op = CDN_EX_IN, .operand = NO3, .column = WK_ROLE,
                                     .list_count = 2, .list = list});
    assert_int_equal(value_at(&b, in, WORKER, 0), 1); /* 502: 4 */
    assert_int_equal(value_at(&b, in, WORKER, 1), 1); /* 504: 27 */
    assert_int_equal(value_at(&b, in, WORKER, 2), 1); /* 501: 22, read as 27 */
    assert_int_equal(value_at(&b, in, WORKER, 3), 0); /* 503: 8 */
    uint32_t area = column(&b, WP_AREA);
    uint32_t equal = apply(&b, CDN_EX_EQ, 0, area, constant(&b, 2, 0), NONE);
    assert_int_equal(value_at(&b, equal, WORKER, 1), 1); /* E09000001 */
    assert_int_equal(value_at(&b, equal, WORKER, 0), 0);
    bench_close(&b);
}

static void test_expr__linked_looks_both_ways(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    uint32_t registered =
        add(&b, (cdn_expr){.op = CDN_EX_LINKED, .operand = NO3, .column = LOCATION});
    assert_int_equal(value_at(&b, registered, WORKPLACE, 0), 0);
    assert_int_equal(value_at(&b, registered, WORKPLACE, 2), 1);
    assert_int_equal(value_at(&b, registered, WORKER, 3), 1); /* works there */
    uint32_t account =
        add(&b, (cdn_expr){.op = CDN_EX_LINKED, .operand = NO3, .column = WORKPLACE});
    assert_int_equal(value_at(&b, account, LOCATION, 0), 0); /* L0 */
    assert_int_equal(value_at(&b, account, LOCATION, 1), 0); /* L2: the closed one */
    assert_int_equal(value_at(&b, account, LOCATION, 2), 1); /* L1 */
    bench_close(&b);
}

static void test_expr__an_expression_inside_itself_is_refused(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    uint32_t loop = apply(&b, CDN_EX_NOT, 0, NONE, NONE, NONE);
    b.exprs[loop].operand[0] = loop;
    int64_t values[8];
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_expr_eval(b.snapshot, &b.catalogue, loop, WORKER, values, &error),
                     CDN_E_INTERNAL);
    bench_close(&b);
}

/* --- axes ------------------------------------------------------------------------------------- */

static void leaves_of(bench *b, const cdn_axis *axis, uint32_t record, uint32_t *out)
{
    cdn_error error = CDN_ERROR_INIT;
    b->catalogue.axis_count = 1;
    b->catalogue.axes = axis;
    if (cdn_axis_leaves(b->snapshot, &b->catalogue, 0, record, out, &error) != CDN_OK)
        fail_msg("%s", error.message);
}

static void test_axis__coded_leaves_follow_references(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    cdn_binding binding = {WORKPLACE, column(&b, WP_AREA)};
    cdn_axis axis = {.name = "area", .binding_count = 1, .bindings = &binding, .leaf_count = 4,
                     .has_unknown = true, .codelist = AREAS};
    uint32_t leaves[8];
    leaves_of(&b, &axis, WORKPLACE, leaves);
    assert_int_equal(leaves[0], 0);
    assert_int_equal(leaves[1], 2);
    assert_int_equal(leaves[2], 1);
    leaves_of(&b, &axis, WORKER, leaves);
    assert_int_equal(leaves[0], 0);
    assert_int_equal(leaves[1], 2);
    assert_int_equal(leaves[2], 1);
    assert_int_equal(leaves[3], 1);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_axis_leaves(b.snapshot, &b.catalogue, 0, LOCATION, leaves, &error),
                     CDN_E_INPUT);
    bench_close(&b);
}

static void test_axis__a_fraction_is_no_code(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    cdn_binding binding = {WORKPLACE, constant(&b, 15, 1)};
    cdn_axis axis = {.name = "area", .binding_count = 1, .bindings = &binding, .leaf_count = 4,
                     .has_unknown = true, .codelist = AREAS};
    uint32_t leaves[8];
    leaves_of(&b, &axis, WORKPLACE, leaves);
    assert_int_equal(leaves[0], 3);
    b.exprs[binding.expr].constant = 20;
    leaves_of(&b, &axis, WORKPLACE, leaves);
    assert_int_equal(leaves[0], 2);
    b.exprs[binding.expr].constant = 30; /* the unknown leaf is no code either */
    leaves_of(&b, &axis, WORKPLACE, leaves);
    assert_int_equal(leaves[0], 3);
    bench_close(&b);
}

static void test_axis__bands_start_where_they_say(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    cdn_binding binding = {WORKER, column(&b, WK_PAY)}; /* 19.50, 11.44, missing, 12.21 */
    static const int64_t starts[] = {1221, 1950};
    cdn_axis axis = {.name = "pay", .binding_count = 1, .bindings = &binding, .leaf_count = 3,
                     .has_unknown = true, .band_count = 2, .band_starts = starts,
                     .codelist = CDN_NONE};
    uint32_t leaves[8];
    leaves_of(&b, &axis, WORKER, leaves);
    assert_int_equal(leaves[0], 1);
    assert_int_equal(leaves[1], 2); /* below the first band */
    assert_int_equal(leaves[2], 2);
    assert_int_equal(leaves[3], 0);
    axis.has_unknown = false;
    axis.leaf_count = 2;
    leaves_of(&b, &axis, WORKER, leaves);
    assert_int_equal(leaves[0], 1);
    assert_int_equal(leaves[1], CDN_NONE);
    assert_int_equal(leaves[2], CDN_NONE);
    bench_close(&b);
}

static void test_axis__a_row_without_a_target_is_not_recorded(void **state)
{
    (void)state;
    bench b;
    bench_open(&b);
    cdn_binding binding = {LOCATION, column(&b, LO_SECTOR)};
    cdn_axis axis = {.name = "sector", .binding_count = 1, .bindings = &binding, .leaf_count = 3,
                     .has_unknown = true, .codelist = SECTORS};
    uint32_t leaves[8];
    leaves_of(&b, &axis, WORKPLACE, leaves);
    assert_int_equal(leaves[0], 2);
    assert_int_equal(leaves[2], 0);
    bench_close(&b);
}

/* --- random trees against the slow evaluator -------------------------------------------------- */

typedef __int128 wide;

typedef struct slow {
    const bench *b;
    uint32_t row;       /* of a worker */
    uint32_t workplace; /* its workplace */
    int today[3];
} slow;

static int64_t fit(wide value)
{
    return value > INT64_MAX || value <= INT64_MIN ? MISSING : (int64_t)value;
}

static wide power(unsigned n)
{
    wide result = 1;
    while (n-- > 0)
        result *= 10;
    return result;
}

/* n / d rounded half away from zero, as floor((2|n| + d) / 2d) with the sign put back. */
static wide rounded(wide n, wide d)
{
    bool minus = (n < 0) != (d < 0);
    n = n < 0 ? -n : n;
    d = d < 0 ? -d : d;
    wide result = (2 * n + d) / (2 * d);
    return minus ? -result : result;
}

static int64_t bring(wide value, unsigned from, unsigned to)
{
    if (to >= from) {
        wide limit = (wide)1 << 64;
        return value > limit || value < -limit ? MISSING : fit(value * power(to - from));
    }
    return fit(rounded(value, power(from - to)));
}

/* The largest n for which the date moved on by n steps of `months` is not after today. */
static int64_t steps_since(const slow *s, int64_t day, int months)
{
    int y, m, d;
    cdn_days_to_date((int32_t)day, &y, &m, &d);
    int64_t n = -2000;
    for (;; n++) {
        int64_t month = (int64_t)y * 12 + m - 1 + (n + 1) * months;
        int64_t now = (int64_t)s->today[0] * 12 + s->today[1] - 1;
        if (month > now || (month == now && d > s->today[2]))
            return n;
    }
}

static int64_t slow_eval(const slow *s, uint32_t index);

static int64_t slow_pair(const slow *s, const cdn_expr *e)
{
    int64_t a = slow_eval(s, e->operand[0]);
    int64_t b = slow_eval(s, e->operand[1]);
    unsigned da = s->b->exprs[e->operand[0]].decimals;
    unsigned db = s->b->exprs[e->operand[1]].decimals;
    bool arithmetic = e->op >= CDN_EX_ADD && e->op <= CDN_EX_DIVIDE;
    if (a == MISSING || b == MISSING)
        return arithmetic ? MISSING : 0;
    if (e->op == CDN_EX_MULTIPLY)
        return bring((wide)a * b, da + db, e->decimals);
    if (e->op == CDN_EX_DIVIDE)
        return b == 0 ? MISSING
                      : fit(rounded((wide)a * power(db + e->decimals), (wide)b * power(da)));
    wide left = (wide)a * power(db);
    wide right = (wide)b * power(da);
    if (e->op == CDN_EX_ADD)
        return bring(left + right, da + db, e->decimals);
    if (e->op == CDN_EX_SUBTRACT)
        return bring(left - right, da + db, e->decimals);
    return (e->op == CDN_EX_EQ && left == right) || (e->op == CDN_EX_NE && left != right) ||
           (e->op == CDN_EX_LT && left < right) || (e->op == CDN_EX_LE && left <= right) ||
           (e->op == CDN_EX_GT && left > right) || (e->op == CDN_EX_GE && left >= right);
}

static int64_t slow_column(const slow *s, const cdn_expr *e)
{
    const cdn_column *c = &fixture_columns[e->column];
    int32_t value = fixture_column(s->b->snapshot,
                                   e->column)[c->record == WORKER ? s->row : s->workplace];
    return cdn_is_missing(value) ? MISSING : bring(value, c->decimals, e->decimals);
}

static int64_t slow_eval(const slow *s, uint32_t index)
{
    const cdn_expr *e = &s->b->exprs[index];
    if (e->op == CDN_EX_COLUMN)
        return slow_column(s, e);
    if (e->op == CDN_EX_CONSTANT)
        return e->constant;
    if (e->op == CDN_EX_REFERENCE_YEAR)
        return bring(s->today[0], 0, e->decimals);
    if ((e->op >= CDN_EX_ADD && e->op <= CDN_EX_GE))
        return slow_pair(s, e);
    int64_t a = slow_eval(s, e->operand[0]);
    unsigned da = s->b->exprs[e->operand[0]].decimals;
    if (e->op == CDN_EX_NOT)
        return a == 0 || a == MISSING;
    if (e->op == CDN_EX_KNOWN)
        return a != MISSING;
    if (e->op == CDN_EX_YEARS_SINCE)
        return a == MISSING ? MISSING : bring(steps_since(s, a, 12), 0, e->decimals);
    if (e->op == CDN_EX_MONTHS_SINCE)
        return a == MISSING ? MISSING : bring(steps_since(s, a, 1), 0, e->decimals);
    int64_t b = slow_eval(s, e->operand[1]);
    unsigned db = s->b->exprs[e->operand[1]].decimals;
    if (e->op == CDN_EX_AND)
        return a != 0 && a != MISSING && b != 0 && b != MISSING;
    if (e->op == CDN_EX_OR)
        return (a != 0 && a != MISSING) || (b != 0 && b != MISSING);
    if (e->op == CDN_EX_COALESCE && a != MISSING)
        return bring(a, da, e->decimals);
    if (e->op == CDN_EX_COALESCE)
        return b == MISSING ? MISSING : bring(b, db, e->decimals);
    if (a == MISSING)
        return MISSING;
    uint32_t chosen = e->operand[a != 0 ? 1 : 2];
    int64_t value = slow_eval(s, chosen);
    return value == MISSING ? MISSING : bring(value, s->b->exprs[chosen].decimals, e->decimals);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static uint32_t pick(uint64_t *seed, uint32_t count)
{
    return (uint32_t)(next_random(seed) % count);
}

/* Leaves first, then operations over what there is; the last one is the tree. */
static uint32_t grow_tree(bench *b, uint64_t *seed)
{
    static const uint32_t columns[] = {WK_AGE, WK_PAY, WP_STAFF, WP_AREA, WK_ROLE};
    static const cdn_expr_op ops[] = {
        CDN_EX_ADD, CDN_EX_SUBTRACT, CDN_EX_MULTIPLY, CDN_EX_DIVIDE, CDN_EX_EQ,  CDN_EX_NE,
        CDN_EX_LT,  CDN_EX_LE,       CDN_EX_GT,       CDN_EX_GE,     CDN_EX_AND, CDN_EX_OR,
        CDN_EX_NOT, CDN_EX_KNOWN,    CDN_EX_IF,       CDN_EX_COALESCE};
    b->count = EX_COUNT;
    for (int i = 0; i < 4; i++) {
        uint32_t leaf = column(b, columns[pick(seed, 5)]);
        if (pick(seed, 3) == 0)
            b->exprs[leaf].decimals = (uint8_t)pick(seed, 4);
    }
    (void)constant(b, (int64_t)pick(seed, 4001) - 2000, (uint8_t)pick(seed, 4));
    (void)apply(b, CDN_EX_REFERENCE_YEAR, (uint8_t)pick(seed, 2), NONE, NONE, NONE);
    uint32_t date = column(b, pick(seed, 2) == 0 ? WK_START : WP_UPDATED);
    uint32_t first = b->count;
    (void)apply(b, pick(seed, 2) == 0 ? CDN_EX_YEARS_SINCE : CDN_EX_MONTHS_SINCE,
                (uint8_t)pick(seed, 2), date, NONE, NONE);
    for (int i = 0; i < 8; i++) {
        uint32_t operands[3];
        for (int j = 0; j < 3; j++)
            operands[j] = EX_COUNT + pick(seed, b->count - EX_COUNT);
        if (i > 0)
            operands[0] = b->count - 1; /* a deep tree */
        (void)apply(b, ops[pick(seed, 16)], (uint8_t)pick(seed, 4), operands[0], operands[1],
                    operands[2]);
    }
    assert_true(b->count > first);
    /* truth values have no decimals */
    for (uint32_t i = first; i < b->count; i++) {
        cdn_expr_op op = b->exprs[i].op;
        if ((op >= CDN_EX_EQ && op <= CDN_EX_KNOWN))
            b->exprs[i].decimals = 0;
    }
    return b->count - 1;
}

/* Enough workers to need several blocks, every field missing at times. */
static void write_many_workers(const fixture *f, uint64_t *seed, uint32_t count)
{
    static const char *const roles[] = {"1", "4", "8", "22", "27"};
    static const char *const workplaces[] = {"10", "20", "30"};
    cdn_text text = CDN_TEXT_INIT(16u * 1024 * 1024);
    cdn_text_add(&text, WORKER_HEADER "\n");
    for (uint32_t i = 0; i < count; i++) {
        cdn_text_addf(&text, "M202608,%s,%u,%s,,", workplaces[pick(seed, 3)], i + 1,
                      roles[pick(seed, 5)]);
        if (pick(seed, 5) > 0)
            cdn_text_addf(&text, "%u", 14 + pick(seed, 87));
        cdn_text_addf(&text, ",%u.%02u,", 3 + pick(seed, 190), pick(seed, 100));
        if (pick(seed, 5) > 0)
            cdn_text_addf(&text, "%02u/%02u/%u", 1 + pick(seed, 28), 1 + pick(seed, 12),
                          1980 + pick(seed, 48));
        cdn_text_add(&text, "\n");
    }
    fixture_write(f, "worker.csv", text.bytes);
    cdn_text_release(&text);
}

static void test_expr__agrees_with_a_slow_evaluator(void **state)
{
    (void)state;
    enum { ROWS = 2500, TREES = 400 };
    bench b;
    uint64_t seed = 20260831;
    uint64_t known = 0;
    fixture_open(&b.f);
    write_many_workers(&b.f, &seed, ROWS);
    bench_load(&b);
    int64_t *values = malloc(ROWS * sizeof *values);
    const uint32_t *workplaces = NULL;
    assert_non_null(values);
    assert_int_equal(cdn_snapshot_rows(b.snapshot, WORKER), ROWS);
    assert_int_equal(cdn_snapshot_reference(b.snapshot, WORKER, 0, &workplaces, &b.f.error),
                     CDN_OK);
    for (int tree = 0; tree < TREES; tree++) {
        uint32_t root = grow_tree(&b, &seed);
        cdn_error error = CDN_ERROR_INIT;
        if (cdn_expr_eval(b.snapshot, &b.catalogue, root, WORKER, values, &error) != CDN_OK)
            fail_msg("%s", error.message);
        for (uint32_t row = pick(&seed, 13); row < ROWS; row += 13) {
            slow s = {&b, row, workplaces[row], {2026, 8, 31}};
            int64_t expected = slow_eval(&s, root);
            known += expected != MISSING;
            if (values[row] != expected)
                fail_msg("tree %d row %u: %lld, expected %lld", tree, row,
                         (long long)values[row], (long long)expected);
        }
    }
    assert_true(known > 20000); /* most comparisons were of numbers */
    free(values);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expr__divides_half_away_from_zero),
        cmocka_unit_test(test_expr__overflow_is_missing),
        cmocka_unit_test(test_expr__a_missing_operand_absorbs),
        cmocka_unit_test(test_expr__certain_is_what_no_missing_answer_can_change),
        cmocka_unit_test(test_expr__counts_whole_years_and_months),
        cmocka_unit_test(test_expr__a_month_is_whole_on_its_day),
        cmocka_unit_test(test_expr__reaches_through_references),
        cmocka_unit_test(test_expr__in_and_equality_compare_codes),
        cmocka_unit_test(test_expr__linked_looks_both_ways),
        cmocka_unit_test(test_expr__an_expression_inside_itself_is_refused),
        cmocka_unit_test(test_axis__coded_leaves_follow_references),
        cmocka_unit_test(test_axis__a_fraction_is_no_code),
        cmocka_unit_test(test_axis__bands_start_where_they_say),
        cmocka_unit_test(test_axis__a_row_without_a_target_is_not_recorded),
        cmocka_unit_test(test_expr__agrees_with_a_slow_evaluator),
    };
    return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
