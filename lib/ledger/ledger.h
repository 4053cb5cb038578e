/* ledger.h - the history of releases: entries are only ever added, each chained to the one before.
 *
 * One SQLite file, synchronous = FULL. Entry hash = SHA-256 of
 * previous hash || sequence || kind || release id || salt || canonical payload.
 * An intent without a commit counts as released. */
#ifndef CDN_LEDGER_LEDGER_H
#define CDN_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"
#include "core/text.h"
#include "json/json.h"
#include "ledger/merkle.h"

typedef struct cdn_ledger cdn_ledger;

cdn_status cdn_ledger_open(const char *path, cdn_ledger **out, cdn_error *error) CDN_MUST_CHECK;
void cdn_ledger_close(cdn_ledger *ledger);

/** A kind of entry. */
typedef struct cdn_ledger_kind {
    const char *name;
    bool of_release;   /* entries name a release */
    bool shared;       /* the recipient of the release may see them */
    const char *members; /* of the payload, at least: words; # = a number, ? = true or false,
                            [ = a list, else a text */
    const char *title;   /* what happened, in words */
} cdn_ledger_kind;

/** NULL when there are no entries of that kind. */
const cdn_ledger_kind *cdn_ledger_kind_find(const char *name);

/** CDN_E_INTERNAL unless an entry of this kind may be about this release (NULL or "" = none) and
 *  holds this. */
cdn_status cdn_ledger_kind_check(const char *kind, const char *release_id, const cdn_json *payload,
                                 cdn_error *error) CDN_MUST_CHECK;

/** Adds one entry, durable when it returns. `payload` is written canonically; not taken.
 *  CDN_E_INTERNAL for a kind that there is not. */
cdn_status cdn_ledger_add(cdn_ledger *ledger, const char *kind, const char *release_id,
                          const cdn_json *payload, cdn_error *error) CDN_MUST_CHECK;

/** One entry as it stands; borrowed while it is visited. Hashes and salt in hex. */
typedef struct cdn_ledger_entry {
    uint64_t sequence;
    const char *previous_hash, *kind, *release_id, *salt, *payload, *hash;
} cdn_ledger_entry;

/** Visits entries in order. */
typedef cdn_status (*cdn_ledger_visit)(void *context, const cdn_ledger_entry *entry,
                                       cdn_error *error);
cdn_status cdn_ledger_each(cdn_ledger *ledger, const char *release_id /* NULL = all */,
                           cdn_ledger_visit visit, void *context, cdn_error *error)
    CDN_MUST_CHECK;

/** A Merkle root (merkle.h), hex, and of how many entries from the first one on. */
typedef struct cdn_tree_head {
    uint64_t entries;
    char hex[65];
} cdn_tree_head;

/** Checks the chain and fills the roots of so many entries each, 0 = of all. CDN_E_REFUSED when the
 *  chain does not hold or there are fewer. @complexity O(entries) for each root */
cdn_status cdn_ledger_roots(cdn_ledger *ledger, cdn_tree_head *roots, uint32_t count,
                            cdn_error *error) CDN_MUST_CHECK;

/** One such root; *counted of how many. */
cdn_status cdn_ledger_root(cdn_ledger *ledger, uint64_t entries, uint64_t *counted, char root[65],
                           cdn_error *error) CDN_MUST_CHECK;

/** That an entry is among those of a root, and that an earlier root became that one. */
typedef struct cdn_ledger_proof {
    cdn_tree_head root, earlier;
    cdn_merkle_proof inclusion, growth;
} cdn_ledger_proof;

/** Proofs in the tree of the first `entries` entries, 0 = of all, about the entry `sequence` and
 *  the tree of the first `earlier` >= 1. CDN_E_REFUSED when there are fewer, or the chain does not
 *  hold. */
cdn_status cdn_ledger_prove(cdn_ledger *ledger, uint64_t sequence, uint64_t earlier,
                            uint64_t entries, cdn_ledger_proof *out,
                            cdn_error *error) CDN_MUST_CHECK;

#endif
