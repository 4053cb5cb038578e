/* kinds.c - the kinds of entries, as a table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/ledger.h"

#include <string.h>

static const cdn_ledger_kind kinds[] = {
    {"open", false, false, "the ledger was begun"},
    {"agreement", false, false, "an agreement was used for the first time"},
    {"policy", false, false, "a protection policy was used for the first time"},
    {"plan", false, false, "a plan was used for the first time"},
    {"key", false, false, "a key was made, replaced or revoked"},
    {"feed", false, false, "a feed ran for a period"},
    {"stage", true, true, "staged"},
    {"review", true, false, "reviewed"},
    {"approve", true, true, "approved"},
    {"reject", true, false, "rejected"},
    {"intent", true, true, "about to leave: counts as released from here on"},
    {"commit", true, true, "delivered"},
    {"void", true, false, "declared never to have left"},
    {"withdraw", true, true, "withdrawn"},
    {"supersede", true, true, "superseded"},
};

const cdn_ledger_kind *cdn_ledger_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
