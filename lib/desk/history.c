/* history.c - the ledger as people read it, and the proof that it is whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/fail.h"
#include "desk/staging.h"

typedef struct entry_list {
    cdn_text *text;
    cdn_json *entries;
} entry_list;

static cdn_status add_entry(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    entry_list *list = context;
    cdn_json *item = cdn_json_object();
    (void)error;
    cdn_text_addf(list->text, "%6llu  %-8s %-52s %.16s\n", (unsigned long long)entry->sequence,
                  entry->kind, entry->release_id, entry->hash);
    cdn_json_set(item, "sequence", cdn_json_new_integer((int64_t)entry->sequence));
    cdn_json_set(item, "kind", cdn_json_new_string(entry->kind));
    cdn_json_set(item, "release", cdn_json_new_string(entry->release_id));
    cdn_json_set(item, "hash", cdn_json_new_string(entry->hash));
    cdn_json_push(list->entries, item);
    return CDN_OK;
}

cdn_status cdn_desk_ledger_list(cdn_desk *desk, cdn_report *report, cdn_error *error)
{
    cdn_ledger *ledger = NULL;
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    entry_list list = {&text, cdn_json_array()};
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_each(ledger, NULL, add_entry, &list, error);
    cdn_ledger_close(ledger);
    cdn_json_set(json, "entries", list.entries);
    if (status == CDN_OK)
        return cdn_report_fill(report, &text, json, error);
    cdn_text_release(&text);
    cdn_json_destroy(json);
    return status;
}

/* SIZE:HEX */
static cdn_status read_root(const char *text, uint64_t *size, const char **hex, cdn_error *error)
{
    char *end = NULL;
    errno = 0;
    *size = strtoull(text, &end, 10);
    bool good = errno == 0 && text[0] >= '1' && text[0] <= '9' && *end == ':' &&
                strspn(end + 1, "0123456789abcdef") == 64 && end[65] == '\0';
    if (!good)
        return cdn_fail(error, CDN_E_USAGE, "expected a root as SIZE:HEX, with 64 digits");
    *hex = end + 1;
    return CDN_OK;
}

static cdn_status check_earlier(cdn_ledger *ledger, const char *earlier, cdn_text *text,
                                cdn_error *error)
{
    char root[65];
    const char *expected = NULL;
    uint64_t size = 0, counted = 0;
    CDN_TRY(read_root(earlier, &size, &expected, error));
    CDN_TRY(cdn_ledger_root(ledger, size, &counted, root, error));
    if (strcmp(root, expected) != 0) {
        (void)cdn_fail(error, CDN_E_REFUSED,
                       "the first %" PRIu64 " entries of the ledger are not those of that root",
                       size);
        cdn_fail_hint(error, "the ledger was rewritten: restore it from a copy");
        return CDN_E_REFUSED;
    }
    cdn_text_addf(text, "its first %" PRIu64 " entries are those of the root\n", size);
    return CDN_OK;
}

cdn_status cdn_desk_ledger_verify(cdn_desk *desk, const char *earlier, cdn_report *report,
                                  cdn_error *error)
{
    char root[65];
    uint64_t entries = 0;
    cdn_ledger *ledger = NULL;
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_root(ledger, 0, &entries, root, error);
    if (status == CDN_OK) {
        cdn_text_addf(&text, "the chain holds: %" PRIu64 " entries\nroot %" PRIu64 ":%s\n", entries,
                      entries, root);
        cdn_json_set(json, "count", cdn_json_new_integer((int64_t)entries));
        cdn_json_set(json, "root", cdn_json_new_string(root));
    }
    if (status == CDN_OK && earlier != NULL)
        status = check_earlier(ledger, earlier, &text, error);
    cdn_ledger_close(ledger);
    if (status == CDN_OK)
        return cdn_report_fill(report, &text, json, error);
    cdn_text_release(&text);
    cdn_json_destroy(json);
    return status;
}
