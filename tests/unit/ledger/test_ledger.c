/* test_ledger.c - the chain: what is added stays, what is changed is found.
 *
 * Changes are made through SQLite's own interface, as an intruder would; hashes are
 * recomputed by sqlite3 and sha256sum in tests/cli/ledger.sh.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/ledger.h"

static char path[512];

static int setup(void **state)
{
    (void)unit_scratch_setup(state);
    (void)snprintf(path, sizeof path, "%s", unit_path("ledger.db"));
    return 0;
}

static cdn_ledger *open_ledger(void)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_ledger *ledger = NULL;
    if (cdn_ledger_open(path, &ledger, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return ledger;
}

static cdn_status add(cdn_ledger *ledger, const char *kind, const char *release_id, int number,
                      cdn_error *error)
{
    *error = (cdn_error)CDN_ERROR_INIT;
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "z", cdn_json_new_integer(number));
    cdn_json_set(payload, "a", cdn_json_new_string("it's \"quoted\""));
    cdn_status status = cdn_ledger_add(ledger, kind, release_id, payload, error);
    cdn_json_destroy(payload);
    return status;
}

/* Four entries after `open`; two of release r1. */
static void fill(void)
{
    cdn_error error;
    cdn_ledger *ledger = open_ledger();
    assert_int_equal(add(ledger, "stage", "r1", 1, &error), CDN_OK);
    assert_int_equal(add(ledger, "intent", "r2", 2, &error), CDN_OK);
    assert_int_equal(add(ledger, "approve", "r1", 3, &error), CDN_OK);
    assert_int_equal(add(ledger, "key", NULL, 4, &error), CDN_OK);
    cdn_ledger_close(ledger);
}

/* Runs SQL on the file itself; the result code. */
static int tamper(const char *sql)
{
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    int code = sqlite3_exec(database, sql, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return code;
}

static cdn_status verify(uint64_t *entries, cdn_error *error)
{
    *error = (cdn_error)CDN_ERROR_INIT;
    cdn_ledger *ledger = open_ledger();
    char root[65];
    cdn_status status = cdn_ledger_root(ledger, 0, entries, root, error);
    cdn_ledger_close(ledger);
    return status;
}

static void start_afresh(void)
{
    (void)unlink(path);
    fill();
}

typedef struct seen {
    char text[2048];
} seen;

static cdn_status remember(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    seen *all = context;
    (void)error;
    size_t used = strlen(all->text);
    (void)snprintf(all->text + used, sizeof all->text - used, "%u %s [%s] %s %zu\n",
                   (unsigned)entry->sequence, entry->kind, entry->release_id, entry->payload,
                   strlen(entry->hash));
    return CDN_OK;
}

static void test_ledger__keeps_entries_in_order_and_canonical(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    seen all = {{0}}, one = {{0}};
    start_afresh();
    cdn_ledger *ledger = open_ledger();
    assert_int_equal(cdn_ledger_each(ledger, NULL, remember, &all, &error), CDN_OK);
    assert_string_equal(all.text, "1 open [] {\"format\":1} 64\n"
                                  "2 stage [r1] {\"a\":\"it's \\\"quoted\\\"\",\"z\":1} 64\n"
                                  "3 intent [r2] {\"a\":\"it's \\\"quoted\\\"\",\"z\":2} 64\n"
                                  "4 approve [r1] {\"a\":\"it's \\\"quoted\\\"\",\"z\":3} 64\n"
                                  "5 key [] {\"a\":\"it's \\\"quoted\\\"\",\"z\":4} 64\n");
    assert_int_equal(cdn_ledger_each(ledger, "r1", remember, &one, &error), CDN_OK);
    assert_string_equal(one.text, "2 stage [r1] {\"a\":\"it's \\\"quoted\\\"\",\"z\":1} 64\n"
                                  "4 approve [r1] {\"a\":\"it's \\\"quoted\\\"\",\"z\":3} 64\n");
    cdn_ledger_close(ledger);
}

static void test_ledger__triggers_refuse_changes(void **state)
{
    (void)state;
    cdn_error error;
    uint64_t entries = 0;
    start_afresh();
    assert_int_not_equal(tamper("UPDATE entries SET payload = '{}' WHERE sequence = 2"), SQLITE_OK);
    assert_int_not_equal(tamper("DELETE FROM entries WHERE sequence = 5"), SQLITE_OK);
    assert_int_not_equal(tamper("INSERT OR REPLACE INTO entries SELECT sequence, previous_hash,"
                                " kind, release_id, salt, '{}', hash FROM entries"
                                " WHERE sequence = 3"),
                         SQLITE_OK);
    assert_int_not_equal(tamper("INSERT INTO entries SELECT 9, hash, kind, release_id, salt, '{}',"
                                " 'x' FROM entries WHERE sequence = 5"),
                         SQLITE_OK);
    assert_int_equal(verify(&entries, &error), CDN_OK);
    assert_int_equal(entries, 5);
}

#define DISARM \
    "DROP TRIGGER entries_never_changed; DROP TRIGGER entries_never_deleted;" \
    "DROP TRIGGER entries_only_added;"

static void test_ledger__any_changed_field_of_any_entry_is_found(void **state)
{
    (void)state;
    static const char *const fields[] = {"previous_hash", "kind", "release_id",
                                         "salt",          "payload", "hash"};
    char sql[512], entry[32];
    cdn_error error;
    uint64_t entries = 0;
    start_afresh();
    assert_int_equal(tamper(DISARM), SQLITE_OK);
    for (int sequence = 1; sequence <= 5; sequence++) {
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
            (void)snprintf(sql, sizeof sql,
                           "CREATE TABLE kept AS SELECT %s AS was FROM entries WHERE sequence = %d;"
                           "UPDATE entries SET %s = %s || 'x' WHERE sequence = %d",
                           fields[i], sequence, fields[i], fields[i], sequence);
            assert_int_equal(tamper(sql), SQLITE_OK);
            (void)snprintf(entry, sizeof entry, "entry %d ", sequence);
            if (verify(&entries, &error) != CDN_E_REFUSED ||
                strstr(error.message, entry) == NULL)
                fail_msg("%s of entry %d: %s", fields[i], sequence, error.message);
            (void)snprintf(sql, sizeof sql,
                           "UPDATE entries SET %s = (SELECT was FROM kept) WHERE sequence = %d;"
                           "DROP TABLE kept",
                           fields[i], sequence);
            assert_int_equal(tamper(sql), SQLITE_OK);
        }
        assert_int_equal(verify(&entries, &error), CDN_OK);
    }
}

static void test_ledger__moved_missing_and_cut_entries_are_found(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE entries SET sequence = 99 WHERE sequence = 5",
        "UPDATE entries SET sequence = sequence - 1 WHERE sequence = 1",
        "DELETE FROM entries WHERE sequence = 3",
        "DELETE FROM entries WHERE sequence = 1",
        "DELETE FROM entries WHERE sequence = 5",
        "DELETE FROM entries",
        "UPDATE entries SET sequence = -3 WHERE sequence = 3;"
        "UPDATE entries SET sequence = 3 WHERE sequence = 4;"
        "UPDATE entries SET sequence = 4 WHERE sequence = -3",
        /* a field's end moved into the next one */
        "UPDATE entries SET kind = 'stag', release_id = 'er1' WHERE sequence = 2",
        /* a NUL hides the rest of a text from C */
        "UPDATE entries SET payload = payload || char(0) || 'x' WHERE sequence = 2",
    };
    cdn_error error;
    uint64_t entries = 0;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        start_afresh();
        assert_int_equal(tamper(DISARM), SQLITE_OK);
        assert_int_equal(tamper(changes[i]), SQLITE_OK);
        if (verify(&entries, &error) != CDN_E_REFUSED)
            fail_msg("not found: %s", changes[i]);
    }
}

static void test_ledger__nothing_is_added_after_a_damaged_entry(void **state)
{
    (void)state;
    cdn_error error;
    start_afresh();
    assert_int_equal(tamper(DISARM "UPDATE entries SET payload = '{}' WHERE sequence = 5"),
                     SQLITE_OK);
    cdn_ledger *ledger = open_ledger();
    assert_int_equal(add(ledger, "commit", "r1", 1, &error), CDN_E_REFUSED);
    cdn_ledger_close(ledger);
}

static void test_ledger__salts_differ(void **state)
{
    (void)state;
    cdn_error error;
    char first[65], second[65];
    uint64_t entries = 0;
    cdn_ledger *ledger = NULL;
    for (int i = 0; i < 2; i++) {
        (void)unlink(path);
        ledger = open_ledger();
        error = (cdn_error)CDN_ERROR_INIT;
        assert_int_equal(cdn_ledger_root(ledger, 0, &entries, i == 0 ? first : second, &error),
                         CDN_OK);
        cdn_ledger_close(ledger);
    }
    assert_string_not_equal(first, second);
}

static void test_ledger__refuses_unknown_kinds_and_bad_payloads(void **state)
{
    (void)state;
    cdn_error error;
    uint64_t entries = 0;
    start_afresh();
    cdn_ledger *ledger = open_ledger();
    assert_int_equal(add(ledger, "note", "r1", 1, &error), CDN_E_INTERNAL);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_not_equal(cdn_ledger_add(ledger, "stage", "r1", NULL, &error), CDN_OK);
    cdn_ledger_close(ledger);
    assert_int_equal(verify(&entries, &error), CDN_OK);
    assert_int_equal(entries, 5);
}

static void test_ledger__refuses_other_files(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_ledger *ledger = NULL;
    unit_write(path, "this is no database, but it is long enough to be looked at\n", 59);
    assert_int_equal(cdn_ledger_open(path, &ledger, &error), CDN_E_INPUT);
    (void)unlink(path);
    assert_int_equal(tamper("CREATE TABLE other (x)"), SQLITE_OK);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(cdn_ledger_open(path, &ledger, &error), CDN_E_INPUT);
    start_afresh();
    assert_int_equal(tamper("PRAGMA user_version = 2"), SQLITE_OK);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(cdn_ledger_open(path, &ledger, &error), CDN_E_INPUT);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_not_equal(cdn_ledger_open(unit_path("no/such/folder.db"), &ledger, &error), CDN_OK);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(cdn_ledger_open(":memory:", &ledger, &error), CDN_E_USAGE);
    assert_int_equal(cdn_ledger_open("", &ledger, NULL), CDN_E_USAGE);
    (void)unlink(path);
}

static cdn_status stop(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    (void)error;
    *(uint64_t *)context = entry->sequence;
    return entry->sequence == 2 ? CDN_E_LIMIT : CDN_OK;
}

static void test_ledger__a_visitor_may_stop(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    uint64_t last = 0;
    start_afresh();
    cdn_ledger *ledger = open_ledger();
    assert_int_equal(cdn_ledger_each(ledger, NULL, stop, &last, &error), CDN_E_LIMIT);
    assert_int_equal(last, 2);
    assert_int_equal(add(ledger, "stage", "r9", 1, &error), CDN_OK);
    cdn_ledger_close(ledger);
}

#define EACH_ADDS 25

/* In a child: opens the ledger itself and adds; tells each acknowledged entry on a pipe. */
static void add_many(int tell, int count)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_ledger *ledger = NULL;
    if (cdn_ledger_open(path, &ledger, &error) != CDN_OK)
        _exit(2);
    for (int i = 0; i < count; i++) {
        if (add(ledger, "stage", "r", i, &error) != CDN_OK)
            _exit(3);
        if (write(tell, "+", 1) != 1)
            _exit(4);
    }
    cdn_ledger_close(ledger);
    _exit(0);
}

static void test_ledger__two_processes_add_at_once(void **state)
{
    (void)state;
    cdn_error error;
    uint64_t entries = 0;
    pid_t children[2];
    int ends[2], code = 0;
    (void)unlink(path);
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            add_many(ends[1], EACH_ADDS);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(waitpid(children[i], &code, 0), children[i]);
        assert_true(WIFEXITED(code));
        assert_int_equal(WEXITSTATUS(code), 0);
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_int_equal(verify(&entries, &error), CDN_OK);
    assert_int_equal(entries, 1 + 2 * EACH_ADDS);
}

static void test_ledger__killed_in_the_middle_nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    cdn_error error;
    (void)unlink(path);
    uint64_t acknowledged = 0, entries = 0;
    for (int round = 0; round < 8; round++) {
        int ends[2];
        char byte = 0;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            add_many(ends[1], 1000000);
        (void)close(ends[1]);
        for (int i = 0; i < 1 + round; i++)
            acknowledged += read(ends[0], &byte, 1) == 1 ? 1 : 0;
        (void)usleep((useconds_t)(round * 700));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(ends[0], &byte, 1) == 1)
            acknowledged++;
        (void)close(ends[0]);
        assert_int_equal(verify(&entries, &error), CDN_OK);
        /* one more may be there than was told: it is counted, which is the safe side */
        assert_in_range(entries, 1 + acknowledged, 1 + acknowledged + (uint64_t)round + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger__keeps_entries_in_order_and_canonical),
        cmocka_unit_test(test_ledger__triggers_refuse_changes),
        cmocka_unit_test(test_ledger__any_changed_field_of_any_entry_is_found),
        cmocka_unit_test(test_ledger__moved_missing_and_cut_entries_are_found),
        cmocka_unit_test(test_ledger__nothing_is_added_after_a_damaged_entry),
        cmocka_unit_test(test_ledger__salts_differ),
        cmocka_unit_test(test_ledger__refuses_unknown_kinds_and_bad_payloads),
        cmocka_unit_test(test_ledger__refuses_other_files),
        cmocka_unit_test(test_ledger__a_visitor_may_stop),
        cmocka_unit_test(test_ledger__two_processes_add_at_once),
        cmocka_unit_test(test_ledger__killed_in_the_middle_nothing_acknowledged_is_lost),
    };
    return cmocka_run_group_tests_name("ledger", tests, setup, unit_scratch_teardown);
}
