/* tree.c - the Merkle root of a ledger, now or when it was shorter.
 *
 * A leaf's data is the 32 bytes of an entry's hash, so that a root says nothing
 * about an entry that its salted hash does not say.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "ledger/merkle.h"

typedef struct forest {
    cdn_hash *leaves;
    uint64_t count, room;
} forest;

static unsigned digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

static cdn_status add_leaf(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    forest *all = context;
    const char *hash = entry->hash;
    uint8_t bytes[CDN_SHA256_SIZE];
    if (all->count == all->room) {
        uint64_t room = all->room == 0 ? 64 : 2 * all->room;
        cdn_hash *more = cdn_resize(all->leaves, room, sizeof *more);
        if (more == NULL)
            return cdn_fail_memory(error);
        all->leaves = more;
        all->room = room;
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(digit(hash[2 * i]) << 4 | digit(hash[2 * i + 1]));
    return cdn_merkle_leaf(bytes, sizeof bytes, &all->leaves[all->count++], error);
}

cdn_status cdn_ledger_root(cdn_ledger *ledger, uint64_t entries, uint64_t *counted,
                           char root[CDN_SHA256_HEX], cdn_error *error)
{
    forest all = {0};
    cdn_hash hash;
    cdn_status status = cdn_ledger_each(ledger, NULL, add_leaf, &all, error);
    if (status == CDN_OK && entries > all.count)
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the ledger has %" PRIu64 " entries, fewer than the %" PRIu64
                          " it once had", all.count, entries);
    *counted = entries == 0 ? all.count : entries;
    if (status == CDN_OK)
        status = cdn_merkle_root(all.leaves, *counted, &hash, error);
    for (size_t i = 0; status == CDN_OK && i < sizeof hash.bytes; i++)
        (void)snprintf(root + 2 * i, 3, "%02x", hash.bytes[i]);
    cdn_free(all.leaves);
    return status;
}
