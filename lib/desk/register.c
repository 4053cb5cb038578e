/* register.c - which releases are good, replaced or withdrawn: read off the ledger.
 *
 * The list is never edited: it is made anew from the whole ledger, so a crash
 * between an entry and the list costs nothing but signing again. A release is
 * listed from its intent on, unless the intent was voided. It is superseded when
 * another release of the same agreement, feed and period was delivered later, or
 * when somebody said so; being withdrawn outweighs that. Neither is ever undone.
 * The period of a regular feed is the one it was run for: weeks of one month do
 * not replace each other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/register.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/clock.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "export/package.h"
#include "io/file.h"
#include "seal/sign.h"

#define LIST_DAYS 40
#define WARN_DAYS 30
#define WARN_ROOT_DAYS 400 /* from then on approvers' certificates get shorter */
#define WARN_LIST_DAYS 10
#define SIGNATURE_MAX ((size_t)64 * 1024)
#define RELEASES_MAX 1000000u

typedef struct record {
    cdn_register_row row;
    const char *agreement, *feed, *period;
    const char *run_for; /* the period that a regular feed made it for; else NULL */
    bool voided;         /* or nothing left yet */
} record;

typedef struct collection {
    cdn_arena *arena;
    record *records;
    uint32_t count, capacity;
} collection;

static record *find(const collection *c, const char *id)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (strcmp(c->records[i].row.release_id, id) == 0)
            return &c->records[i];
    return NULL;
}

static cdn_status add(collection *c, const char *id, record **out, cdn_error *error)
{
    if (c->count == c->capacity) {
        uint32_t capacity = c->capacity == 0 ? 16 : 2 * c->capacity;
        record *grown = capacity > RELEASES_MAX
                            ? NULL
                            : cdn_arena_alloc(c->arena, capacity, sizeof *grown);
        if (grown == NULL)
            return cdn_fail_memory(error);
        if (c->count > 0)
            memcpy(grown, c->records, c->count * sizeof *grown);
        c->records = grown;
        c->capacity = capacity;
    }
    *out = &c->records[c->count];
    **out = (record){.row = {.release_id = cdn_arena_strdup(c->arena, id)}};
    if ((*out)->row.release_id == NULL)
        return cdn_fail_memory(error);
    c->count++;
    return CDN_OK;
}

static const char *text_of(collection *c, const cdn_json *payload, const char *key)
{
    const char *text = cdn_json_string(cdn_json_get(payload, key));
    return cdn_arena_strdup(c->arena, text == NULL ? "" : text);
}

static cdn_status take_intent(collection *c, const char *id, const cdn_json *payload,
                              cdn_error *error)
{
    record *r = find(c, id);
    if (r == NULL)
        CDN_TRY(add(c, id, &r, error));
    r->voided = false;
    if (r->row.kind == CDN_REGISTER_UNLISTED) { /* delivering again undoes nothing */
        r->row.kind = CDN_REGISTER_ACTIVE;
        r->row.detail = "";
    }
    r->row.signed_bytes = text_of(c, payload, "signedBytes");
    r->agreement = text_of(c, payload, "agreement");
    r->feed = text_of(c, payload, "feed");
    r->period = r->run_for != NULL ? r->run_for : text_of(c, payload, "period");
    bool good = r->row.signed_bytes != NULL && r->agreement != NULL && r->feed != NULL &&
                r->period != NULL;
    return good ? CDN_OK : cdn_fail_memory(error);
}

/* Before its intent, or, when somebody delivered it by hand, after. */
static cdn_status take_run(collection *c, const cdn_json *payload, cdn_error *error)
{
    const char *id = text_of(c, payload, "release");
    record *r = id == NULL ? NULL : find(c, id);
    if (id == NULL)
        return cdn_fail_memory(error);
    if (r == NULL) {
        CDN_TRY(add(c, id, &r, error));
        r->voided = true;
    }
    r->period = r->run_for = text_of(c, payload, "period");
    return r->period == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status mark(collection *c, const char *id, const cdn_json *payload,
                       cdn_register_kind kind, const char *key, cdn_error *error)
{
    record *r = find(c, id);
    if (r == NULL || r->row.kind == CDN_REGISTER_WITHDRAWN)
        return CDN_OK;
    r->row.kind = kind;
    r->row.detail = text_of(c, payload, key);
    return r->row.detail == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status take_entry(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    collection *c = context;
    const char *id = entry->release_id;
    record *r = find(c, id);
    cdn_json *payload = NULL;
    cdn_status status =
        cdn_json_parse("ledger", entry->payload, strlen(entry->payload), &payload, error);
    if (status != CDN_OK)
        return status;
    if (strcmp(entry->kind, "intent") == 0)
        status = take_intent(c, id, payload, error);
    else if (strcmp(entry->kind, "feed") == 0)
        status = take_run(c, payload, error);
    else if (strcmp(entry->kind, "void") == 0 && r != NULL)
        r->voided = true;
    else if (strcmp(entry->kind, "withdraw") == 0)
        status = mark(c, id, payload, CDN_REGISTER_WITHDRAWN, "reason", error);
    else if (strcmp(entry->kind, "supersede") == 0)
        status = mark(c, id, payload, CDN_REGISTER_SUPERSEDED, "by", error);
    cdn_json_destroy(payload);
    return status;
}

/* The last release of the same agreement, feed and period stands for the earlier ones. */
static void supersede(collection *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        record *r = &c->records[i];
        for (uint32_t k = i + 1; k < c->count; k++) {
            const record *later = &c->records[k];
            if (r->row.kind != CDN_REGISTER_WITHDRAWN && !r->voided && !later->voided &&
                strcmp(r->agreement, later->agreement) == 0 && strcmp(r->feed, later->feed) == 0 &&
                strcmp(r->period, later->period) == 0) {
                r->row.kind = CDN_REGISTER_SUPERSEDED;
                r->row.detail = later->row.release_id;
            }
        }
    }
}

static cdn_status list_rows(const collection *c, cdn_register *out, cdn_error *error)
{
    cdn_register_row *rows = cdn_arena_alloc(c->arena, c->count + 1u, sizeof *rows);
    if (rows == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < c->count; i++)
        if (!c->records[i].voided)
            rows[out->count++] = c->records[i].row;
    out->rows = rows;
    return CDN_OK;
}

cdn_status cdn_desk_register_collect(const cdn_desk *desk, cdn_arena *arena, cdn_register *out,
                                cdn_error *error)
{
    char root[65];
    uint64_t entries = 0;
    cdn_ledger *ledger = NULL;
    collection c = {.arena = arena};
    *out = (cdn_register){0};
    CDN_TRY(cdn_desk_ledger_open(desk, &ledger, error));
    cdn_status status = cdn_ledger_root(ledger, 0, &entries, root, error);
    if (status == CDN_OK)
        status = cdn_ledger_each(ledger, NULL, take_entry, &c, error);
    cdn_ledger_close(ledger);
    CDN_TRY(status);
    supersede(&c);
    out->version = (int64_t)entries;
    out->ledger = cdn_arena_printf(arena, "%" PRIu64 ":%s", entries, root);
    return out->ledger == NULL ? cdn_fail_memory(error) : list_rows(&c, out, error);
}

/* --- signing and writing ---------------------------------------------------------------------- */

static cdn_status sign(const cdn_desk *desk, const cdn_register_signer *signer, const char *bytes,
                       size_t size, cdn_text *pem, cdn_error *error)
{
    char *keys = cdn_desk_path(desk, "keys", NULL), *trust = cdn_desk_path(desk, "trust", NULL);
    cdn_passphrase passphrase = {signer->passphrase, 0};
    passphrase.length = passphrase.bytes == NULL ? 0 : strlen(passphrase.bytes);
    cdn_status status = keys == NULL || trust == NULL
                            ? cdn_fail_memory(error)
                            : cdn_seal_sign(CDN_SEAL_APPROVER, keys, trust, signer->name,
                                            &passphrase, bytes, size, pem, error);
    cdn_free(trust);
    cdn_free(keys);
    return status;
}

/* A list that was made from more entries than there are: from a ledger that was longer. What it
 * takes back would be good again. */
static cdn_status check_not_shorter(const cdn_desk *desk, cdn_error *error)
{
    char root[65];
    uint64_t entries = 0;
    cdn_ledger *ledger = NULL;
    cdn_register_file list = {0};
    char *trust = cdn_desk_path(desk, "trust", NULL);
    cdn_status status = trust == NULL ? cdn_fail_memory(error)
                                      : cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_root(ledger, 0, &entries, root, error);
    if (status == CDN_OK && cdn_register_read(trust, &list, NULL) == CDN_OK &&
        list.version > (int64_t)entries) {
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the ledger has %" PRIu64 " entries, and the status list in trust/ is of "
                          "%" PRId64, entries, list.version);
        cdn_fail_hint(error, "the ledger was cut off or is an older copy: restore the newest");
    }
    cdn_register_file_release(&list);
    cdn_ledger_close(ledger);
    cdn_free(trust);
    return status;
}

cdn_status cdn_desk_register_try(const cdn_desk *desk, const cdn_register_signer *signer,
                            cdn_error *error)
{
    cdn_text pem = CDN_TEXT_INIT(SIGNATURE_MAX);
    CDN_TRY(check_not_shorter(desk, error));
    cdn_status status = sign(desk, signer, "", 0, &pem, error);
    cdn_text_release(&pem);
    return status;
}

static cdn_status write_file(const cdn_desk *desk, const char *name, const cdn_text *bytes,
                             cdn_error *error)
{
    char *path = cdn_desk_path(desk, "trust", name);
    cdn_status status = path == NULL ? cdn_fail_memory(error)
                                     : cdn_file_write(path, bytes->bytes, bytes->length, error);
    cdn_free(path);
    return status;
}

/* No list outlives the certificate that signed it. */
static cdn_status set_dates(const cdn_desk *desk, const char *name, cdn_register *list,
                            cdn_error *error)
{
    int64_t until = 0;
    char *trust = cdn_desk_path(desk, "trust", NULL);
    cdn_status status = trust == NULL ? cdn_fail_memory(error)
                                      : cdn_seal_signer_until(CDN_SEAL_APPROVER, trust, name,
                                                              &until, error);
    cdn_free(trust);
    list->issued = cdn_clock_now();
    list->next_update = list->issued + (int64_t)LIST_DAYS * CDN_SECONDS_PER_DAY;
    if (until < list->next_update)
        list->next_update = until;
    return status;
}

cdn_status cdn_desk_register_publish(const cdn_desk *desk, const cdn_register_signer *signer,
                                cdn_text *line, cdn_error *error)
{
    char next[CDN_INSTANT_SIZE];
    cdn_register list;
    cdn_text bytes = CDN_TEXT_INIT(CDN_REGISTER_SIZE), pem = CDN_TEXT_INIT(SIGNATURE_MAX);
    cdn_arena *arena = cdn_arena_create();
    cdn_status status = arena == NULL ? cdn_fail_memory(error)
                                      : cdn_desk_register_collect(desk, arena, &list, error);
    if (status == CDN_OK)
        status = set_dates(desk, signer->name, &list, error);
    if (status == CDN_OK)
        status = cdn_register_write(&list, &bytes, error);
    if (status == CDN_OK)
        status = sign(desk, signer, bytes.bytes, bytes.length, &pem, error);
    if (status == CDN_OK)
        status = write_file(desk, CDN_REGISTER_FILE, &bytes, error);
    if (status == CDN_OK)
        status = write_file(desk, CDN_REGISTER_SIGNATURE, &pem, error);
    if (status == CDN_OK) {
        cdn_instant_write(list.next_update, next);
        cdn_text_addf(line, "status list %" PRId64 " signed by %s, the next by %.10s: send the "
                            "trust folder to the recipients\n",
                      list.version, signer->name, next);
    }
    cdn_text_release(&pem);
    cdn_text_release(&bytes);
    cdn_arena_destroy(arena);
    return status;
}

/* --- what is getting old ---------------------------------------------------------------------- */

static void warn_of(int64_t until, int64_t days, const char *what, const char *remedy,
                    cdn_text *out)
{
    char day[CDN_INSTANT_SIZE];
    int64_t left = until - cdn_clock_now();
    if (left > days * CDN_SECONDS_PER_DAY)
        return;
    cdn_instant_write(until, day);
    cdn_text_addf(out, "note: %s %s on %.10s: %s\n", what, left < 0 ? "ended" : "ends", day,
                  remedy);
}

static void warn_of_list(const char *trust, cdn_text *out)
{
    cdn_register_file file;
    if (cdn_register_read(trust, &file, NULL) != CDN_OK)
        cdn_text_add(out, "note: the status list is no good: `cordon status --as NAME` signs it\n");
    else if (file.tree == NULL)
        cdn_text_add(out, "note: there is no status list: `cordon status --as NAME` signs one\n");
    else
        warn_of(file.next_update, WARN_LIST_DAYS, "the status list",
                "`cordon status --as NAME` signs the next", out);
    cdn_register_file_release(&file);
}

void cdn_trust_warn(const cdn_desk *desk, const char *name, cdn_text *out)
{
    char what[192];
    int64_t until = 0;
    char *trust = cdn_desk_path(desk, "trust", NULL);
    if (trust == NULL)
        return;
    if (cdn_seal_root_until(trust, &until, NULL) == CDN_OK)
        warn_of(until, WARN_ROOT_DAYS, "the root", "`cordon key rotate-root` replaces it", out);
    if (cdn_seal_crl_until(trust, &until, NULL) == CDN_OK)
        warn_of(until, WARN_DAYS, "the root's list of revoked certificates",
                "`cordon key crl` signs the next", out);
    if (name == NULL) {
        warn_of_list(trust, out);
    } else if (cdn_seal_signer_until(CDN_SEAL_APPROVER, trust, name, &until, NULL) == CDN_OK) {
        (void)snprintf(what, sizeof what, "the certificate of %s", name);
        warn_of(until, WARN_DAYS, what, "`cordon key renew` makes the next", out);
    }
    cdn_free(trust);
}
