/* kinds.c - the kinds of entries, and what each holds, as a table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/ledger.h"

#include <string.h>

#include "core/fail.h"

#define RELEASE "agreement feed kept period plan request signedBytes"

static const cdn_ledger_kind kinds[] = {
    {"open", false, false, "format#", "the ledger was begun"},
    {"agreement", false, false, "digest name", "an agreement was used for the first time"},
    {"policy", false, false, "digest name", "a protection policy was used for the first time"},
    {"plan", false, false, "digest name", "a plan was used for the first time"},
    {"key", false, false, "event name", "a key was made, replaced or revoked"},
    {"feed", false, false, "every feed period release skipped?", "a feed ran for a period"},
    {"stage", true, true, RELEASE, "staged"},
    {"review", true, false, "name signedBytes", "reviewed"},
    {"approve", true, true, "name role signedBytes", "approved"},
    {"reject", true, false, "name reason signature signedBytes", "rejected"},
    {"intent", true, true, RELEASE " approvals# zip",
     "about to leave: counts as released from here on"},
    {"commit", true, true, "", "delivered"},
    {"void", true, false, "intent people[", "declared never to have left"},
    {"withdraw", true, true, "name reason", "withdrawn"},
    {"supersede", true, true, "by name", "superseded"},
    {"status", false, false, "name", "the status list was signed again"},
};

const cdn_ledger_kind *cdn_ledger_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static cdn_json_kind kind_of_mark(char mark)
{
    return mark == '#'   ? CDN_JSON_INTEGER
           : mark == '?' ? CDN_JSON_BOOL
           : mark == '[' ? CDN_JSON_ARRAY
                         : CDN_JSON_STRING;
}

cdn_status cdn_ledger_kind_check(const char *kind, const char *release_id, const cdn_json *payload,
                                 cdn_error *error)
{
    const cdn_ledger_kind *found = cdn_ledger_kind_find(kind);
    if (found == NULL)
        return cdn_fail(error, CDN_E_INTERNAL, "the ledger has no entries of kind %s", kind);
    bool named = release_id != NULL && release_id[0] != '\0';
    if (named != found->of_release)
        return cdn_fail(error, CDN_E_INTERNAL, "an entry of kind %s that is about %s", kind,
                        named ? "a release" : "none");
    for (const char *word = found->members; *word != '\0'; word += strspn(word, " ")) {
        char name[32] = "";
        size_t whole = strcspn(word, " "), length = strcspn(word, "#?[ ");
        if (length < sizeof name)
            memcpy(name, word, length);
        if (cdn_json_kind_of(cdn_json_get(payload, name)) != kind_of_mark(word[length]))
            return cdn_fail(error, CDN_E_INTERNAL, "an entry of kind %s without its %s", kind,
                            name);
        word += whole;
    }
    return CDN_OK;
}
