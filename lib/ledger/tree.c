/* tree.c - the Merkle tree of a ledger, now or when it was shorter: roots and proofs.
 *
 * A leaf's data is the 32 bytes of an entry's hash, so that a root says nothing
 * about an entry that its salted hash does not say. A proof is checked as a
 * stranger would before it is handed out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

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

void cdn_hash_hex(const cdn_hash *hash, char out[CDN_SHA256_HEX])
{
    for (size_t i = 0; i < sizeof hash->bytes; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", hash->bytes[i]);
}

static cdn_status check_size(const forest *all, uint64_t entries, cdn_error *error)
{
    if (entries <= all->count)
        return CDN_OK;
    return cdn_fail(error, CDN_E_REFUSED,
                    "the ledger has %" PRIu64 " entries, fewer than the %" PRIu64 " it once had",
                    all->count, entries);
}

static cdn_status fill(const forest *all, cdn_tree_head *root, cdn_error *error)
{
    cdn_hash hash;
    CDN_TRY(check_size(all, root->entries, error));
    if (root->entries == 0)
        root->entries = all->count;
    CDN_TRY(cdn_merkle_root(all->leaves, root->entries, &hash, error));
    cdn_hash_hex(&hash, root->hex);
    return CDN_OK;
}

cdn_status cdn_ledger_roots(cdn_ledger *ledger, cdn_tree_head *roots, uint32_t count,
                            cdn_error *error)
{
    forest all = {0};
    cdn_status status = cdn_ledger_each(ledger, NULL, add_leaf, &all, error);
    for (uint32_t i = 0; i < count && status == CDN_OK; i++)
        status = fill(&all, &roots[i], error);
    cdn_free(all.leaves);
    return status;
}

cdn_status cdn_ledger_root(cdn_ledger *ledger, uint64_t entries, uint64_t *counted,
                           char root[CDN_SHA256_HEX], cdn_error *error)
{
    cdn_tree_head head = {.entries = entries};
    CDN_TRY(cdn_ledger_roots(ledger, &head, 1, error));
    *counted = head.entries;
    memcpy(root, head.hex, sizeof head.hex);
    return CDN_OK;
}

static cdn_status prove(const forest *all, uint64_t sequence, uint64_t earlier, uint64_t entries,
                        cdn_ledger_proof *out, cdn_error *error)
{
    uint64_t index = sequence - 1;
    cdn_hash root, before;
    CDN_TRY(cdn_merkle_root(all->leaves, entries, &root, error));
    CDN_TRY(cdn_merkle_root(all->leaves, earlier, &before, error));
    CDN_TRY(cdn_merkle_prove_leaf(all->leaves, entries, index, &out->inclusion, error));
    CDN_TRY(cdn_merkle_prove_growth(all->leaves, entries, earlier, &out->growth, error));
    CDN_TRY(cdn_merkle_check_leaf(&all->leaves[index], index, entries, &out->inclusion, &root,
                                  error));
    CDN_TRY(cdn_merkle_check_growth(earlier, &before, entries, &root, &out->growth, error));
    out->root.entries = entries;
    out->earlier.entries = earlier;
    cdn_hash_hex(&root, out->root.hex);
    cdn_hash_hex(&before, out->earlier.hex);
    return CDN_OK;
}

cdn_status cdn_ledger_prove(cdn_ledger *ledger, uint64_t sequence, uint64_t earlier,
                            uint64_t entries, cdn_ledger_proof *out, cdn_error *error)
{
    forest all = {0};
    cdn_status status = cdn_ledger_each(ledger, NULL, add_leaf, &all, error);
    if (status == CDN_OK)
        status = check_size(&all, entries, error);
    if (status == CDN_OK && entries == 0)
        entries = all.count;
    if (status == CDN_OK && (sequence == 0 || sequence > entries || earlier > entries))
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the first %" PRIu64 " entries do not have entry %" PRIu64, entries,
                          sequence);
    if (status == CDN_OK)
        status = prove(&all, sequence, earlier, entries, out, error);
    cdn_free(all.leaves);
    return status;
}
