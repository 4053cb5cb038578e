/* ledger.c - the chain of entries in one SQLite file.
 *
 * Why a chain in a database: SQLite gives atomic, durable appends that survive
 * kill -9 and power loss; the chain shows any later change of a row; triggers stop
 * a change by accident. The journal is DELETE with synchronous EXTRA (stronger than
 * FULL): a commit is durable when it returns, and the ledger stays one file.
 *
 * Hash of an entry, over bytes that `sqlite3` and `sha256sum` can rebuild: for each
 * of previous_hash, sequence, kind, release_id, salt, payload, in that order, its
 * length in decimal, ":", its bytes, "\n". The first previous_hash is 64 zeros. The
 * salt (16 random bytes, hex) stops guessing an entry from a published hash.
 *
 * A chain cannot show that its tail was cut: SQLite's own count of the sequence, in
 * the same transaction, shows it unless that was changed too; the head hash kept
 * elsewhere is the proof.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/ledger.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "seal/digest.h"

#define SALT_BYTES 16
#define PAYLOAD_SIZE ((size_t)256 * 1024 * 1024)
#define RELEASE_ID_SIZE 256
#define BUSY_MS 30000
#define FORMAT "1"
#define APPLICATION_ID "1129271876" /* 0x434f5244, "CORD" */

static const char genesis[] = "0000000000000000000000000000000000000000000000000000000000000000";

static const char schema[] =
    "CREATE TABLE entries ("
    " sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    " previous_hash TEXT NOT NULL, kind TEXT NOT NULL, release_id TEXT NOT NULL,"
    " salt TEXT NOT NULL, payload TEXT NOT NULL, hash TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TRIGGER entries_only_added BEFORE INSERT ON entries BEGIN"
    " SELECT RAISE(ABORT, 'the ledger only grows at its end') WHERE NEW.sequence IS NOT"
    " (SELECT coalesce(max(sequence), 0) + 1 FROM entries) OR NEW.previous_hash IS NOT"
    " coalesce((SELECT hash FROM entries ORDER BY sequence DESC LIMIT 1),"
    " '0000000000000000000000000000000000000000000000000000000000000000'); END;"
    "CREATE TRIGGER entries_never_changed BEFORE UPDATE ON entries BEGIN"
    " SELECT RAISE(ABORT, 'the ledger is never changed'); END;"
    "CREATE TRIGGER entries_never_deleted BEFORE DELETE ON entries BEGIN"
    " SELECT RAISE(ABORT, 'nothing is deleted from the ledger'); END;"
    "PRAGMA application_id = " APPLICATION_ID ";"
    "PRAGMA user_version = " FORMAT ";";

struct cdn_ledger {
    sqlite3 *database;
    char *path;
};

static cdn_status fail(const cdn_ledger *ledger, const char *what, cdn_error *error)
{
    int code = sqlite3_errcode(ledger->database) & 0xff;
    cdn_status status = CDN_E_IO;
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR)
        status = CDN_E_INPUT;
    else if (code == SQLITE_NOMEM)
        status = CDN_E_NOMEM;
    else if (code == SQLITE_CONSTRAINT)
        status = CDN_E_REFUSED;
    return cdn_fail_at(error, status, ledger->path, 0, 0, "%s: %s", what,
                       sqlite3_errmsg(ledger->database));
}

static cdn_status run(const cdn_ledger *ledger, const char *sql, const char *what,
                      cdn_error *error)
{
    if (sqlite3_exec(ledger->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail(ledger, what, error);
    return CDN_OK;
}

static void roll_back(const cdn_ledger *ledger)
{
    if (sqlite3_get_autocommit(ledger->database) == 0)
        (void)sqlite3_exec(ledger->database, "ROLLBACK", NULL, NULL, NULL);
}

static cdn_status prepare(const cdn_ledger *ledger, const char *sql, sqlite3_stmt **out,
                          cdn_error *error)
{
    if (sqlite3_prepare_v2(ledger->database, sql, -1, out, NULL) != SQLITE_OK)
        return fail(ledger, "cannot read the ledger", error);
    return CDN_OK;
}

/* The first column of the first row, a whole number; 0 when there is no row. */
static cdn_status query_number(const cdn_ledger *ledger, const char *sql, int64_t *out,
                               cdn_error *error)
{
    sqlite3_stmt *statement = NULL;
    CDN_TRY(prepare(ledger, sql, &statement, error));
    int step = sqlite3_step(statement);
    *out = step == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    cdn_status status = CDN_OK;
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        status = fail(ledger, "cannot read the ledger", error);
    (void)sqlite3_finalize(statement);
    return status;
}

static void add_field(cdn_text *text, const char *field)
{
    cdn_text_addf(text, "%zu:", strlen(field));
    cdn_text_add(text, field);
    cdn_text_add(text, "\n");
}

static cdn_status hash_entry(const cdn_ledger_entry *one, char out[CDN_SHA256_HEX],
                             cdn_error *error)
{
    char sequence[24];
    cdn_text text = CDN_TEXT_INIT(PAYLOAD_SIZE + 4096);
    (void)snprintf(sequence, sizeof sequence, "%" PRIu64, one->sequence);
    add_field(&text, one->previous_hash);
    add_field(&text, sequence);
    add_field(&text, one->kind);
    add_field(&text, one->release_id);
    add_field(&text, one->salt);
    add_field(&text, one->payload);
    cdn_status status = text.failed ? cdn_fail_memory(error)
                                    : cdn_sha256_hex(text.bytes, text.length, out, error);
    cdn_text_release(&text);
    return status;
}

static const char *column_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    size_t size = (size_t)sqlite3_column_bytes(statement, column);
    return text == NULL || strlen(text) != size ? NULL : text;
}

#define SELECT_ENTRY \
    "SELECT sequence, previous_hash, kind, release_id, salt, payload, hash FROM entries "

/* False when a column is not the text it should be. */
static bool read_entry(sqlite3_stmt *statement, cdn_ledger_entry *out)
{
    int64_t sequence = sqlite3_column_int64(statement, 0);
    *out = (cdn_ledger_entry){.sequence = sequence < 0 ? 0 : (uint64_t)sequence,
                   .previous_hash = column_text(statement, 1),
                   .kind = column_text(statement, 2),
                   .release_id = column_text(statement, 3),
                   .salt = column_text(statement, 4),
                   .payload = column_text(statement, 5),
                   .hash = column_text(statement, 6)};
    return out->previous_hash != NULL && out->kind != NULL && out->release_id != NULL &&
           out->salt != NULL && out->payload != NULL && out->hash != NULL;
}

static cdn_status check_entry(const cdn_ledger *ledger, const cdn_ledger_entry *one,
                              uint64_t sequence, const char *previous_hash, cdn_error *error)
{
    char hash[CDN_SHA256_HEX];
    bool good = one->sequence == sequence && strcmp(one->previous_hash, previous_hash) == 0;
    if (good) {
        CDN_TRY(hash_entry(one, hash, error));
        good = strcmp(hash, one->hash) == 0;
    }
    if (!good) {
        cdn_status status =
            cdn_fail_at(error, CDN_E_REFUSED, ledger->path, 0, 0,
                        "entry %" PRIu64 " does not fit the chain of the ledger", sequence);
        cdn_fail_hint(error, "the ledger was changed outside Cordon: restore it from a copy");
        return status;
    }
    return CDN_OK;
}

/* Visits each entry after checking it; then, that no tail is missing. */
static cdn_status walk_entries(cdn_ledger *ledger, const char *release_id, cdn_ledger_visit visit,
                               void *context, uint64_t *out_entries, cdn_error *error)
{
    char head[CDN_SHA256_HEX];
    sqlite3_stmt *statement = NULL;
    uint64_t entries = 0;
    int64_t counted = 0;
    int step = SQLITE_DONE;
    memcpy(head, genesis, CDN_SHA256_HEX);
    CDN_TRY(prepare(ledger, SELECT_ENTRY "ORDER BY sequence", &statement, error));
    cdn_status status = CDN_OK;
    while (status == CDN_OK && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        cdn_ledger_entry one;
        entries++;
        if (!read_entry(statement, &one))
            status = cdn_fail_at(error, CDN_E_REFUSED, ledger->path, 0, 0,
                                 "entry %" PRIu64 " does not fit the chain of the ledger", entries);
        else
            status = check_entry(ledger, &one, entries, head, error);
        if (status == CDN_OK)
            memcpy(head, one.hash, CDN_SHA256_HEX);
        if (status == CDN_OK && visit != NULL &&
            (release_id == NULL || strcmp(release_id, one.release_id) == 0))
            status = visit(context, &one, error);
    }
    if (status == CDN_OK && step != SQLITE_DONE)
        status = fail(ledger, "cannot read the ledger", error);
    if (status == CDN_OK)
        status = query_number(ledger, "SELECT seq FROM sqlite_sequence WHERE name = 'entries'",
                              &counted, error);
    (void)sqlite3_finalize(statement);
    if (status == CDN_OK && (entries == 0 || counted < 0 || (uint64_t)counted != entries))
        status = cdn_fail_at(error, CDN_E_REFUSED, ledger->path, 0, 0,
                             "entry %" PRIu64 " is missing at the end of the ledger", entries + 1);
    if (status == CDN_OK)
        *out_entries = entries;
    return status;
}

/* In one transaction, so that entries and their number are of one state while others add. */
static cdn_status walk(cdn_ledger *ledger, const char *release_id, cdn_ledger_visit visit,
                       void *context, uint64_t *out_entries, cdn_error *error)
{
    CDN_TRY(run(ledger, "BEGIN", "cannot read the ledger", error));
    cdn_status status = walk_entries(ledger, release_id, visit, context, out_entries, error);
    roll_back(ledger);
    return status;
}

static cdn_status new_salt(char out[2 * SALT_BYTES + 1], cdn_error *error)
{
    unsigned char bytes[SALT_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return cdn_fail(error, CDN_E_IO, "the operating system gave no random bytes");
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return CDN_OK;
}

static cdn_status insert(const cdn_ledger *ledger, const cdn_ledger_entry *one, cdn_error *error)
{
    sqlite3_stmt *statement = NULL;
    CDN_TRY(prepare(ledger, "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", &statement, error));
    const char *texts[] = {one->previous_hash, one->kind,    one->release_id,
                           one->salt,          one->payload, one->hash};
    bool good = sqlite3_bind_int64(statement, 1, (sqlite3_int64)one->sequence) == SQLITE_OK;
    for (int i = 0; good && i < 6; i++)
        good = sqlite3_bind_text(statement, i + 2, texts[i], -1, SQLITE_STATIC) == SQLITE_OK;
    good = good && sqlite3_step(statement) == SQLITE_DONE;
    cdn_status status = good ? CDN_OK : fail(ledger, "cannot add to the ledger", error);
    (void)sqlite3_finalize(statement);
    return status;
}

/* Inside a transaction: the entry after the last one, which must itself be sound. */
static cdn_status append(const cdn_ledger *ledger, const char *kind, const char *release_id,
                         const char *payload, cdn_error *error)
{
    char previous[CDN_SHA256_HEX], hash[CDN_SHA256_HEX], salt[2 * SALT_BYTES + 1];
    sqlite3_stmt *statement = NULL;
    cdn_ledger_entry last = {0};
    memcpy(previous, genesis, sizeof genesis);
    CDN_TRY(prepare(ledger, SELECT_ENTRY "ORDER BY sequence DESC LIMIT 1", &statement, error));
    cdn_status status = CDN_OK;
    int step = sqlite3_step(statement);
    if (step == SQLITE_ROW && !read_entry(statement, &last))
        status = cdn_fail_at(error, CDN_E_REFUSED, ledger->path, 0, 0,
                             "the last entry of the ledger is damaged");
    else if (step == SQLITE_ROW)
        status = check_entry(ledger, &last, last.sequence, last.previous_hash, error);
    else if (step != SQLITE_DONE)
        status = fail(ledger, "cannot read the ledger", error);
    if (status == CDN_OK && step == SQLITE_ROW)
        memcpy(previous, last.hash, sizeof previous);
    (void)sqlite3_finalize(statement);
    CDN_TRY(status);
    CDN_TRY(new_salt(salt, error));
    cdn_ledger_entry next = {last.sequence + 1, previous, kind, release_id, salt, payload, hash};
    CDN_TRY(hash_entry(&next, hash, error));
    return insert(ledger, &next, error);
}

/* A new file gets its table and its first entry in one transaction; another file must be ours. */
static cdn_status initialise(const cdn_ledger *ledger, cdn_error *error)
{
    int64_t application = 0, format = 0, objects = 0;
    CDN_TRY(run(ledger, "BEGIN IMMEDIATE", "cannot lock the ledger", error));
    cdn_status status = query_number(ledger, "PRAGMA application_id", &application, error);
    if (status == CDN_OK)
        status = query_number(ledger, "PRAGMA user_version", &format, error);
    if (status == CDN_OK)
        status = query_number(ledger, "SELECT count(*) FROM sqlite_schema", &objects, error);
    if (status == CDN_OK && application == 0 && format == 0 && objects == 0) {
        status = run(ledger, schema, "cannot make the ledger", error);
        if (status == CDN_OK)
            status = append(ledger, "open", "", "{\"format\":" FORMAT "}", error);
    } else if (status == CDN_OK && (application != strtoll(APPLICATION_ID, NULL, 10) ||
                                    format != strtoll(FORMAT, NULL, 10))) {
        status = cdn_fail_at(error, CDN_E_INPUT, ledger->path, 0, 0,
                             "expected a ledger of format " FORMAT ", found another database");
    }
    if (status == CDN_OK)
        status = run(ledger, "COMMIT", "cannot write the ledger", error);
    if (status != CDN_OK)
        roll_back(ledger);
    return status;
}

cdn_status cdn_ledger_open(const char *path, cdn_ledger **out, cdn_error *error)
{
    /* SQLite takes "" and ":memory:" for a database that is gone afterwards */
    if (path[0] == '\0' || path[0] == ':')
        return cdn_fail(error, CDN_E_USAGE, "the ledger needs the path of a file");
    cdn_ledger *ledger = cdn_alloc(1, sizeof *ledger);
    if (ledger == NULL)
        return cdn_fail_memory(error);
    cdn_status status = CDN_OK;
    ledger->path = cdn_strdup(path);
    if (ledger->path == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    if (sqlite3_open_v2(path, &ledger->database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK) {
        status = ledger->database == NULL ? cdn_fail_memory(error)
                                          : fail(ledger, "cannot open the ledger", error);
        goto done;
    }
    (void)sqlite3_busy_timeout(ledger->database, BUSY_MS);
    (void)sqlite3_db_config(ledger->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    status = run(ledger,
                 "PRAGMA trusted_schema = OFF; PRAGMA journal_mode = DELETE;"
                 "PRAGMA synchronous = EXTRA;",
                 "cannot open the ledger", error);
    if (status == CDN_OK)
        status = initialise(ledger, error);
done:
    if (status != CDN_OK) {
        cdn_ledger_close(ledger);
        return status;
    }
    *out = ledger;
    return CDN_OK;
}

void cdn_ledger_close(cdn_ledger *ledger)
{
    if (ledger == NULL)
        return;
    (void)sqlite3_close(ledger->database);
    cdn_free(ledger->path);
    cdn_free(ledger);
}

cdn_status cdn_ledger_add(cdn_ledger *ledger, const char *kind, const char *release_id,
                          const cdn_json *payload, cdn_error *error)
{
    if (cdn_ledger_kind_find(kind) == NULL)
        return cdn_fail(error, CDN_E_INTERNAL, "the ledger has no entries of kind %s", kind);
    if (release_id == NULL)
        release_id = "";
    if (strlen(release_id) >= RELEASE_ID_SIZE)
        return cdn_fail(error, CDN_E_LIMIT, "the release id is too long");
    cdn_text text = CDN_TEXT_INIT(PAYLOAD_SIZE);
    cdn_json_write(payload, false, &text);
    if (text.failed || text.length == 0) {
        cdn_text_release(&text);
        return cdn_fail(error, CDN_E_NOMEM, "the ledger entry cannot be written");
    }
    cdn_status status = run(ledger, "BEGIN IMMEDIATE", "cannot lock the ledger", error);
    if (status == CDN_OK)
        status = append(ledger, kind, release_id, text.bytes, error);
    if (status == CDN_OK)
        status = run(ledger, "COMMIT", "cannot write the ledger", error);
    if (status != CDN_OK)
        roll_back(ledger);
    cdn_text_release(&text);
    return status;
}

cdn_status cdn_ledger_each(cdn_ledger *ledger, const char *release_id, cdn_ledger_visit visit,
                           void *context, cdn_error *error)
{
    uint64_t entries = 0;
    return walk(ledger, release_id, visit, context, &entries, error);
}
