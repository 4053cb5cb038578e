/* kinds.c - the kinds of entries, as a table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/ledger.h"

#include <string.h>

static const cdn_ledger_kind kinds[] = {
    {"open", false, "the ledger was begun"},
    {"agreement", false, "an agreement was used for the first time"},
    {"policy", false, "a protection policy was used for the first time"},
    {"plan", false, "a plan was used for the first time"},
    {"key", false, "a key was made, replaced or revoked"},
    {"feed", false, "a feed ran for a period"},
    {"stage", true, "staged"},
    {"review", true, "reviewed"},
    {"approve", true, "approved"},
    {"reject", true, "rejected"},
    {"intent", true, "about to leave: counts as released from here on"},
    {"commit", true, "delivered"},
    {"void", true, "declared never to have left"},
    {"withdraw", true, "withdrawn"},
    {"supersede", true, "superseded"},
};

const cdn_ledger_kind *cdn_ledger_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
