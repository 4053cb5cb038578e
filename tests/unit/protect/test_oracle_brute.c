/* test_oracle_brute.c - attackers who try every number, on thousands of small tables.
 *
 * A table that fails is made smaller while it still fails, and printed. $SEED tries other tables,
 * $TIMES more of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include "attack/exact.h"
#include "oracle/brute.h"
#include "oracle/model.h"
#include "release/widen.h"

#define SPEC_ROWS 64u
#define SIGNED_REACH 8  /* how far from the truth a reader without bounds looks */
#define STEPS 200000u

/** What a table is made of. */
typedef struct spec {
    uint32_t variables, leaves[3];
    uint8_t group[3]; /* mask of leaves; 0: none */
    bool linked;      /* one table for each two of three variables */
    uint32_t threshold, providers;
    uint32_t rates;         /* figures of two cells */
    uint32_t hidden, known; /* percent of cells that no figure uses, that everybody knows */
    uint64_t seed;    /* of who provides which record, and of random patterns */
    uint64_t frequency[SPEC_ROWS];
} spec;

typedef struct instance {
    model model;
    uint32_t holder[2][MODEL_CELLS]; /* records, providers */
    int64_t values[MODEL_CELLS], lower[MODEL_CELLS];
    int64_t levels[3][MODEL_CELLS]; /* below, above, width */
    uint8_t asked[MODEL_CELLS];
    uint8_t withheld[MODEL_CELLS]; /* per figure */
    uint8_t visible[MODEL_CELLS];  /* per cell */
    uint32_t figure_count, figure_start[MODEL_CELLS + 1], figure_cell[2 * MODEL_CELLS];
    cdn_interval found[MODEL_CELLS];
} instance;

static bool quiet; /* while a table is made smaller */

static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!quiet)
        vprint_message(format, arguments);
    va_end(arguments);
}

/** false when the table fails; *tried counts what was tried. */
typedef bool check(const spec *s, instance *i, uint32_t *tried);

static uint32_t spec_rows(const spec *s)
{
    uint32_t rows = 1;
    for (uint32_t v = 0; v < s->variables; v++)
        rows *= s->leaves[v];
    return rows;
}

static void random_spec(spec *s, uint64_t *state)
{
    *s = (spec){.variables = 2 + model_below(state, 2), .seed = model_random(state)};
    s->linked = s->variables == 3 && model_below(state, 3) == 0;
    s->threshold = 2 + model_below(state, 3);
    s->providers = 2 + model_below(state, 5);
    s->hidden = model_below(state, 3) == 0 ? 15 : 0;
    s->known = model_below(state, 3) == 0 ? 10 : 0;
    s->rates = model_below(state, 3) == 0 ? 1 + model_below(state, 8) : 0;
    for (uint32_t v = 0; v < s->variables; v++) {
        s->leaves[v] = s->variables == 2 ? 2 + model_below(state, 4) : 2 + model_below(state, 2);
        if (s->leaves[v] > 2 && model_below(state, 3) == 0)
            s->group[v] = 3;
    }
    uint32_t empty = model_below(state, 50);
    for (uint32_t r = 0; r < spec_rows(s); r++)
        s->frequency[r] = model_below(state, 100) < empty ? 0 : model_below(state, 7);
}

static void join(uint32_t *who, uint32_t number)
{
    *who = *who == 0 || *who == number ? number : UINT32_MAX;
}

/* Who is alone in a cell: one record, or one provider. */
static void find_holders(const spec *s, instance *i)
{
    model *m = &i->model;
    for (uint32_t c = 0; c < m->cells; c++) {
        uint32_t record = 0, provider = 0;
        for (uint32_t j = m->column_start[c]; j < m->column_start[c + 1]; j++) {
            uint32_t r = m->column_row[j];
            for (uint32_t k = 0; k < s->frequency[r]; k++) {
                uint64_t who = s->seed + 1000 * r + k;
                join(&record, 1 + 16 * r + k);
                join(&provider, 1 + model_below(&who, s->providers));
            }
        }
        i->holder[0][c] = record == UINT32_MAX ? 0 : record;
        i->holder[1][c] = provider == UINT32_MAX ? 0 : provider;
    }
}

static void add_figure(instance *i, const uint32_t *cells, uint32_t count)
{
    uint32_t *end = &i->figure_start[++i->figure_count];
    *end = end[-1];
    for (uint32_t k = 0; k < count; k++)
        i->figure_cell[(*end)++] = cells[k];
}

/* By chance: cells that no figure uses, cells that everybody knows, and rates. */
static void mark_cells(const spec *s, instance *i)
{
    model *m = &i->model;
    uint64_t state = s->seed;
    i->figure_count = 0;
    for (uint32_t c = 0; c < m->cells; c++) {
        uint64_t chance = s->seed ^ (m->key[c] * UINT64_C(0x9e3779b97f4a7c15));
        if (!m->sensitive[c] && model_below(&chance, 100) < s->known)
            m->marks[c] = CDN_CELL_KNOWN;
        if (model_below(&chance, 100) >= s->hidden)
            add_figure(i, &c, 1);
    }
    for (uint32_t r = 0; r < s->rates; r++) {
        uint32_t parts[2] = {model_below(&state, m->cells), model_below(&state, m->cells)};
        add_figure(i, parts, 2);
    }
    m->system.figure_count = i->figure_count;
    m->system.figure_start = i->figure_start;
    m->system.figure_cell = i->figure_cell;
}

static void see(instance *i)
{
    const model *m = &i->model;
    for (uint32_t c = 0; c < m->cells; c++)
        i->visible[c] = (m->marks[c] & CDN_CELL_KNOWN) != 0;
    for (uint32_t f = 0; f < i->figure_count; f++) {
        for (uint32_t j = i->figure_start[f]; j < i->figure_start[f + 1]; j++)
            i->visible[i->figure_cell[j]] |= !i->withheld[f];
    }
}

/* true when a cell of the figure is sensitive, or (zeros) may not be withheld for intervals. */
static bool uses(const instance *i, uint32_t figure, bool zeros)
{
    for (uint32_t j = i->figure_start[figure]; j < i->figure_start[figure + 1]; j++) {
        uint32_t c = i->figure_cell[j];
        if (zeros ? i->model.frequency[c] == 0 : i->model.sensitive[c])
            return true;
    }
    return false;
}

/* Figures of sensitive cells, and others by chance. */
static void withhold_randomly(instance *i, uint32_t percent, uint64_t *state)
{
    for (uint32_t f = 0; f < i->figure_count; f++)
        i->withheld[f] = uses(i, f, false) || model_below(state, 100) < percent;
    see(i);
}

static void build(const spec *s, instance *i)
{
    model *m = &i->model;
    uint32_t use[MODEL_VARIABLES] = {0};
    model_reset(m);
    for (uint32_t v = 0; v < s->variables; v++) {
        model_set_variable(m, v, s->leaves[v]);
        if (s->group[v] != 0)
            model_add_group(&m->variables[v].hierarchies[0], s->group[v]);
    }
    model_count_rows(m);
    memcpy(m->row_frequency, s->frequency, m->rows * sizeof *m->row_frequency);
    for (uint32_t t = 0; s->linked && t < 3; t++) {
        use[0] = use[1] = use[2] = 0;
        use[t] = GREEDY_NONE;
        model_add_table(m, use);
    }
    if (!s->linked)
        model_add_table(m, use);
    model_finish(m, s->threshold, s->seed % 2 ? MODEL_CELLS_COST : MODEL_FREQUENCY_COST);
    find_holders(s, i);
    mark_cells(s, i);
    for (uint32_t c = 0; c < m->cells; c++) {
        i->values[c] = (int64_t)m->frequency[c];
        i->lower[c] = m->frequency[c] > 0;
        i->asked[c] = m->sensitive[c];
    }
}

/* --- smaller and printed ---------------------------------------------------------------------- */

static void without_last_leaf(spec *s, uint32_t v)
{
    spec old = *s;
    uint32_t at[3], rows = spec_rows(&old), kept = 0;
    s->leaves[v]--;
    s->group[v] = 0;
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t i = old.variables, rest = r; i-- > 0; rest /= old.leaves[i])
            at[i] = rest % old.leaves[i];
        if (at[v] < s->leaves[v])
            s->frequency[kept++] = old.frequency[r];
    }
}

/* The `step`th way to make a table smaller; false: no such way. */
static bool smaller(spec *s, uint32_t step)
{
    if (step < s->variables) {
        if (s->leaves[step] > 2)
            without_last_leaf(s, step);
        return true;
    }
    step -= s->variables;
    if (step < s->variables) {
        s->group[step] = 0;
        return true;
    }
    step -= s->variables;
    if (step < 3) {
        *(step == 0 ? &s->hidden : step == 1 ? &s->known : &s->rates) = 0;
        return true;
    }
    step -= 3;
    if (step < 2 * spec_rows(s)) {
        uint64_t *f = &s->frequency[step / 2];
        *f = *f == 0 ? 0 : step % 2 == 0 ? 0 : *f - 1;
        return true;
    }
    return false;
}

static void shrink(spec *s, instance *i, check *good)
{
    uint32_t tried = 0;
    quiet = true;
    for (bool again = true; again;) {
        again = false;
        spec next = *s;
        for (uint32_t step = 0; smaller(&next, step); step++, next = *s) {
            if (memcmp(&next, s, sizeof next) == 0)
                continue;
            build(&next, i);
            if (good(&next, i, &tried))
                continue;
            *s = next;
            again = true;
        }
    }
    quiet = false;
    build(s, i);
    (void)good(s, i, &tried);
}

static void print_table(const spec *s, const instance *i)
{
    const model *m = &i->model;
    print_message("threshold %u, seed %llu, %s\n", s->threshold, (unsigned long long)s->seed,
                  s->linked ? "linked tables" : "one table");
    for (uint32_t c = 0; c < m->cells; c++) {
        print_message("  cell %u leaves", c);
        for (uint32_t v = 0; v < s->variables; v++)
            print_message(" %02x", m->key[c] >> (8 * v) & 0xff);
        print_message(": %lld%s%s, record %u, provider %u\n", (long long)i->values[c],
                      m->sensitive[c] ? " sensitive" : "", i->visible[c] ? "" : " withheld",
                      i->holder[0][c], i->holder[1][c]);
    }
    for (uint32_t f = i->figure_count - s->rates; f < i->figure_count; f++)
        print_message("  rate of %u and %u\n", i->figure_cell[i->figure_start[f]],
                      i->figure_cell[i->figure_start[f] + 1]);
    for (uint32_t e = 0; e < m->equation_count; e++) {
        print_message("  row");
        for (uint32_t j = m->equation_start[e]; j < m->equation_start[e + 1]; j++)
            print_message(" %s%u", m->equation_coefficient[j] < 0 ? "-" : "", m->equation_cell[j]);
        print_message("\n");
    }
}

/* $SEED: other tables; $TIMES: so many times as many. */
static uint32_t try_tables(uint32_t tables, uint64_t seed, check *good)
{
    const char *other = getenv("SEED"), *times = getenv("TIMES");
    seed += other == NULL ? 0 : 1000 * strtoull(other, NULL, 10);
    tables *= times == NULL ? 1 : (uint32_t)strtoul(times, NULL, 10);
    instance *i = calloc(1, sizeof *i);
    uint32_t tried = 0;
    for (uint32_t n = 0; n < tables; n++) {
        spec s;
        random_spec(&s, &seed);
        build(&s, i);
        if (good(&s, i, &tried))
            continue;
        print_message("table %u fails; made smaller:\n", n);
        shrink(&s, i, good);
        print_table(&s, i);
        fail();
    }
    print_message("%u tables, %u cells tried\n", tables, tried);
    model_reset(&i->model);
    free(i);
    return tried;
}

/* --- attackers -------------------------------------------------------------------------------- */

/* Cells that are published, and those of a contributor (0: an outsider), are known to the attacker;
 * the others lie within `reach` of the truth, or (0) between what is known and fifty above. */
static void know(brute *b, const instance *i, const uint32_t *holder, uint32_t who, int64_t reach)
{
    const model *m = &i->model;
    b->system = &m->system;
    b->limit = STEPS;
    for (uint32_t c = 0; c < m->cells; c++) {
        bool known = i->visible[c] || (who != 0 && holder[c] == who);
        int64_t v = i->values[c];
        b->low[c] = known ? v : reach != 0 ? v - reach : i->lower[c];
        b->high[c] = known ? v : reach != 0 ? v + reach : v + 50;
    }
    assert_true(brute_start(b));
}

/* No sensitive cell of somebody else has one value only. */
static bool learns_nothing(const instance *i, const uint32_t *holder, uint32_t who, int64_t reach,
                           uint32_t *tried)
{
    const model *m = &i->model;
    static brute b;
    know(&b, i, holder, who, reach);
    for (uint32_t c = 0; c < m->cells; c++) {
        if (!m->sensitive[c] || (who != 0 && holder[c] == who))
            continue;
        if (!brute_possible_besides(&b, c, i->values[c]) && !brute_gave_up(&b)) {
            say("cell %u can have one value only; attacker %u\n", c, who);
            return false;
        }
        ++*tried;
        if (brute_gave_up(&b))
            return true;
    }
    return true;
}

/* false: refused; then everything is withheld. */
static bool protect(instance *i)
{
    cdn_suppress_result r;
    cdn_status status = cdn_suppress(&i->model.system, &r, NULL);
    memset(i->withheld, 1, i->figure_count);
    if (status == CDN_OK)
        memcpy(i->withheld, r.figure_withheld, i->figure_count);
    else
        assert_int_equal(status, CDN_E_REFUSED);
    cdn_suppress_result_release(&r);
    see(i);
    return status == CDN_OK;
}

/* Every record and every provider that is alone in some cell. */
static bool all_holders_learn_nothing(const instance *i, uint32_t *tried)
{
    for (uint32_t kind = 0; kind < 2; kind++) {
        const uint32_t *holder = i->holder[kind];
        for (uint32_t c = 0; c < i->model.cells; c++) {
            uint32_t first = 0;
            while (holder[first] != holder[c])
                first++;
            if (holder[c] != 0 && first == c &&
                !learns_nothing(i, holder, holder[c], SIGNED_REACH, tried))
                return false;
        }
    }
    return true;
}

/* Nobody learns anything when it was protected; somebody does, whatever is withheld, when it was
 * refused. */
static bool agrees(const instance *i, int64_t reach, bool insiders, bool done, uint32_t *tried)
{
    bool before = quiet;
    quiet = quiet || !done;
    bool nothing = learns_nothing(i, NULL, 0, reach, tried) &&
                   (!insiders || all_holders_learn_nothing(i, tried));
    quiet = before;
    if (!done && nothing)
        say("refused, though it could be protected\n");
    return nothing == done;
}

static bool outsiders_learn_nothing(const spec *s, instance *i, uint32_t *tried)
{
    (void)s;
    bool done = protect(i);
    return agrees(i, SIGNED_REACH, false, done, tried);
}

static void name_holders(instance *i)
{
    cdn_system *system = &i->model.system;
    system->holder_kinds = 2;
    system->holder[0] = i->holder[0];
    system->holder[1] = i->holder[1];
}

static bool holders_learn_nothing(const spec *s, instance *i, uint32_t *tried)
{
    (void)s;
    name_holders(i);
    bool done = protect(i);
    return agrees(i, SIGNED_REACH, true, done, tried);
}

/* What the exact attacker says of any pattern, contributors included, is what trying finds. */
static bool exact_attack_agrees(const spec *s, instance *i, uint32_t *tried)
{
    model *m = &i->model;
    static brute b;
    uint8_t exposed[MODEL_CELLS], expected[MODEL_CELLS] = {0};
    uint64_t state = s->seed;
    uint32_t percent = 20 + model_below(&state, 60), count;
    withhold_randomly(i, percent, &state);
    name_holders(i);
    assert_int_equal(cdn_attack_exact(&m->system, i->withheld, exposed, &count, NULL), CDN_OK);
    for (uint32_t at = 0; at < 2 * m->cells + 1; at++) { /* everybody, then each holder */
        const uint32_t *holder = i->holder[at % 2];
        uint32_t who = at == 2 * m->cells ? 0 : holder[at / 2];
        if (at != 2 * m->cells && who == 0)
            continue;
        know(&b, i, holder, who, SIGNED_REACH);
        for (uint32_t c = 0; c < m->cells; c++) {
            if (!m->sensitive[c] || (who != 0 && holder[c] == who))
                continue;
            bool more = brute_possible_besides(&b, c, i->values[c]);
            if (brute_gave_up(&b))
                return true;
            if (!more)
                expected[c] = who == 0 ? CDN_EXPOSED_TO_ALL : CDN_EXPOSED_TO_HOLDER;
        }
    }
    for (uint32_t c = 0; c < m->cells; c++) {
        *tried += expected[c] != 0;
        if (exposed[c] != expected[c]) {
            say("cell %u: the attack says %d, trying %d\n", c, exposed[c], expected[c]);
            return false;
        }
    }
    return true;
}

/* With bounds, after attack and remedy; for every other table contributors are there too. Zeros are
 * not withheld for the sake of intervals. */
static bool bounds_tell_nothing(const spec *s, instance *i, uint32_t *tried)
{
    model *m = &i->model;
    cdn_interval_input input = {.values = i->values, .lower = i->lower};
    cdn_widen_report report;
    cdn_suppress_result r;
    bool insiders = s->seed % 2 == 0;
    if (insiders)
        name_holders(i);
    cdn_status status = cdn_widen(&m->system, &input, NULL, &r, &report, NULL);
    bool done = status == CDN_OK && report.exposed + report.undecided == 0;
    for (uint32_t f = 0; f < i->figure_count; f++)
        i->withheld[f] = !uses(i, f, true) || uses(i, f, false);
    if (done)
        memcpy(i->withheld, r.figure_withheld, i->figure_count);
    else
        assert_true(status == CDN_OK || status == CDN_E_REFUSED);
    cdn_suppress_result_release(&r);
    see(i);
    return agrees(i, 0, insiders, done, tried);
}

/* Interval and verdict of a cell are those of the values that it can have, unless these are too
 * many to try. */
static bool interval_agrees(const instance *i, brute *b, uint32_t c, uint32_t *tried)
{
    const cdn_interval *f = &i->found[c];
    int64_t value = i->values[c], least = value, most = value;
    for (int64_t v = b->low[c]; v <= b->high[c]; v++) {
        bool possible = brute_possible(b, c, v);
        if (brute_gave_up(b))
            return true;
        bool claimed = v == f->witnessed_lower || v == f->witnessed_upper;
        if ((possible && (v < f->lower || v > f->upper)) || (claimed && !possible)) {
            say("cell %u: %lld is possible: %d; interval %lld to %lld\n", c, (long long)v, possible,
                (long long)f->lower, (long long)f->upper);
            return false;
        }
        least = possible && v < least ? v : least;
        most = possible && v > most ? v : most;
    }
    ++*tried;
    bool wide = least <= value - i->levels[0][c] && most >= value + i->levels[1][c] &&
                most - least >= (i->levels[2][c] > 1 ? i->levels[2][c] : 1);
    if (f->verdict == (wide ? CDN_INTERVAL_EXPOSED : CDN_INTERVAL_PROTECTED)) {
        say("cell %u: %lld to %lld are possible, verdict %d\n", c, (long long)least,
            (long long)most, (int)f->verdict);
        return false;
    }
    return true;
}

/* What the interval attacker says of any pattern is what trying finds, under any levels. */
static bool intervals_agree(const spec *s, instance *i, uint32_t *tried)
{
    model *m = &i->model;
    static brute b;
    uint64_t state = s->seed;
    uint32_t percent = 10 + model_below(&state, 60), most = model_below(&state, 5);
    withhold_randomly(i, percent, &state);
    for (uint32_t c = 0; c < m->cells; c++) {
        for (uint32_t k = 0; k < 3; k++)
            i->levels[k][c] = model_below(&state, most + 1);
    }
    cdn_interval_input input = {.values = i->values,
                                .lower = i->lower,
                                .below = i->levels[0],
                                .above = i->levels[1],
                                .width = i->levels[2],
                                .asked = i->asked,
                                .tight = 1};
    assert_int_equal(cdn_attack_intervals(&m->system, i->withheld, &input, i->found, NULL), CDN_OK);
    know(&b, i, NULL, 0, 0);
    for (uint32_t c = 0; c < m->cells; c++) {
        if (i->asked[c] && !interval_agrees(i, &b, c, tried))
            return false;
    }
    return true;
}

/* The tables are hard enough: equations alone would not keep readers with bounds out. */
static void test_oracle_brute__equations_alone_would_not_do(void **unused)
{
    (void)unused;
    instance *i = calloc(1, sizeof *i);
    uint64_t seed = 2;
    uint32_t tried = 0, caught = 0;
    static brute b;
    for (uint32_t n = 0; n < 1000; n++) {
        spec s;
        random_spec(&s, &seed);
        build(&s, i);
        protect(i);
        know(&b, i, NULL, 0, 0);
        bool one_value = false;
        for (uint32_t c = 0; c < i->model.cells; c++)
            one_value |= i->model.sensitive[c] &&
                         !brute_possible_besides(&b, c, i->values[c]) && !brute_gave_up(&b);
        caught += one_value;
        tried += brute_gave_up(&b);
    }
    print_message("caught %u of 1000, gave up %u\n", caught, tried);
    assert_true(caught > 100);
    model_reset(&i->model);
    free(i);
}

static void test_oracle_brute__outsiders_without_bounds_are_left_two_values(void **unused)
{
    (void)unused;
    assert_true(try_tables(4000, 1, outsiders_learn_nothing) > 8000);
}

static void test_oracle_brute__outsiders_with_bounds_are_left_two_values(void **unused)
{
    (void)unused;
    assert_true(try_tables(3000, 2, bounds_tell_nothing) > 6000);
}

static void test_oracle_brute__intervals_are_those_of_trying(void **unused)
{
    (void)unused;
    assert_true(try_tables(3000, 3, intervals_agree) > 6000);
}

static void test_oracle_brute__the_exact_attack_is_that_of_trying(void **unused)
{
    (void)unused;
    assert_true(try_tables(1000, 4, exact_attack_agrees) > 500);
}

static void test_oracle_brute__holders_are_left_two_values(void **unused)
{
    (void)unused;
    assert_true(try_tables(2000, 5, holders_learn_nothing) > 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle_brute__equations_alone_would_not_do),
        cmocka_unit_test(test_oracle_brute__outsiders_without_bounds_are_left_two_values),
        cmocka_unit_test(test_oracle_brute__outsiders_with_bounds_are_left_two_values),
        cmocka_unit_test(test_oracle_brute__intervals_are_those_of_trying),
        cmocka_unit_test(test_oracle_brute__the_exact_attack_is_that_of_trying),
        cmocka_unit_test(test_oracle_brute__holders_are_left_two_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
