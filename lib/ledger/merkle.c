/* merkle.c - roots, proofs and their checks.
 *
 * Proofs are made by the recursive definitions of RFC 6962, section 2.1; checks
 * walk from the leaf to the root with the two counters of RFC 9162, sections
 * 2.1.3.2 and 2.1.4.2, so the two directions share no reasoning.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/merkle.h"

#include <string.h>

#include "core/fail.h"
#include "core/text.h"

static cdn_status join(const cdn_hash *left, const cdn_hash *right, cdn_hash *out,
                       cdn_error *error)
{
    uint8_t bytes[1 + 2 * CDN_SHA256_SIZE] = {1};
    memcpy(bytes + 1, left->bytes, CDN_SHA256_SIZE);
    memcpy(bytes + 1 + CDN_SHA256_SIZE, right->bytes, CDN_SHA256_SIZE);
    return cdn_sha256(bytes, sizeof bytes, out->bytes, error);
}

cdn_status cdn_merkle_leaf(const void *data, size_t size, cdn_hash *out, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(size + 1);
    cdn_text_add_bytes(&text, "", 1);
    cdn_text_add_bytes(&text, data, size);
    cdn_status status = text.failed ? cdn_fail_memory(error)
                                    : cdn_sha256(text.bytes, text.length, out->bytes, error);
    cdn_text_release(&text);
    return status;
}

/* The largest power of two below count > 1. */
static uint64_t split(uint64_t count)
{
    uint64_t half = 1;
    while (half < count - half)
        half *= 2;
    return half;
}

cdn_status cdn_merkle_root(const cdn_hash *leaves, uint64_t count, cdn_hash *out,
                           cdn_error *error)
{
    if (count == 0)
        return cdn_sha256("", 0, out->bytes, error);
    if (count == 1) {
        *out = leaves[0];
        return CDN_OK;
    }
    cdn_hash left, right;
    uint64_t half = split(count);
    CDN_TRY(cdn_merkle_root(leaves, half, &left, error));
    CDN_TRY(cdn_merkle_root(leaves + half, count - half, &right, error));
    return join(&left, &right, out, error);
}

static cdn_status push_root(const cdn_hash *leaves, uint64_t count, cdn_merkle_proof *proof,
                            cdn_error *error)
{
    return cdn_merkle_root(leaves, count, &proof->hashes[proof->count++], error);
}

/* PATH(index, leaves) of RFC 6962, 2.1.1. */
static cdn_status path(const cdn_hash *leaves, uint64_t count, uint64_t index,
                       cdn_merkle_proof *proof, cdn_error *error)
{
    if (count == 1)
        return CDN_OK;
    uint64_t half = split(count);
    if (index < half) {
        CDN_TRY(path(leaves, half, index, proof, error));
        return push_root(leaves + half, count - half, proof, error);
    }
    CDN_TRY(path(leaves + half, count - half, index - half, proof, error));
    return push_root(leaves, half, proof, error);
}

cdn_status cdn_merkle_prove_leaf(const cdn_hash *leaves, uint64_t count, uint64_t index,
                                 cdn_merkle_proof *out, cdn_error *error)
{
    out->count = 0;
    if (index >= count)
        return cdn_fail(error, CDN_E_USAGE, "expected an entry of the tree");
    return path(leaves, count, index, out, error);
}

/* SUBPROOF(earlier, leaves, whole) of RFC 6962, 2.1.2: `whole` while the earlier tree is one that
 * the checker knows already. */
static cdn_status subproof(const cdn_hash *leaves, uint64_t count, uint64_t earlier, bool whole,
                           cdn_merkle_proof *proof, cdn_error *error)
{
    if (earlier == count)
        return whole ? CDN_OK : push_root(leaves, count, proof, error);
    uint64_t half = split(count);
    if (earlier <= half) {
        CDN_TRY(subproof(leaves, half, earlier, whole, proof, error));
        return push_root(leaves + half, count - half, proof, error);
    }
    CDN_TRY(subproof(leaves + half, count - half, earlier - half, false, proof, error));
    return push_root(leaves, half, proof, error);
}

cdn_status cdn_merkle_prove_growth(const cdn_hash *leaves, uint64_t count, uint64_t earlier,
                                   cdn_merkle_proof *out, cdn_error *error)
{
    out->count = 0;
    if (earlier == 0 || earlier > count)
        return cdn_fail(error, CDN_E_USAGE, "expected an earlier tree that is not empty");
    return subproof(leaves, count, earlier, true, out, error);
}

static cdn_status refuse(const char *what, cdn_error *error)
{
    return cdn_fail(error, CDN_E_REFUSED, "the proof of %s does not hold", what);
}

static bool same(const cdn_hash *a, const cdn_hash *b)
{
    return memcmp(a->bytes, b->bytes, CDN_SHA256_SIZE) == 0;
}

cdn_status cdn_merkle_check_leaf(const cdn_hash *leaf, uint64_t index, uint64_t count,
                                 const cdn_merkle_proof *proof, const cdn_hash *root,
                                 cdn_error *error)
{
    static const char what[] = "an entry";
    if (index >= count || proof->count > CDN_MERKLE_PROOF_MAX)
        return refuse(what, error);
    uint64_t here = index, last = count - 1;
    cdn_hash hash = *leaf;
    for (uint32_t i = 0; i < proof->count; i++) {
        if (last == 0)
            return refuse(what, error);
        if ((here & 1) != 0 || here == last) {
            CDN_TRY(join(&proof->hashes[i], &hash, &hash, error));
            while ((here & 1) == 0 && here != 0) {
                here /= 2;
                last /= 2;
            }
        } else {
            CDN_TRY(join(&hash, &proof->hashes[i], &hash, error));
        }
        here /= 2;
        last /= 2;
    }
    return last == 0 && same(&hash, root) ? CDN_OK : refuse(what, error);
}

/* One step up for both trees; `old` follows only while the neighbour is to the left. */
static cdn_status climb(cdn_hash *old, cdn_hash *now, const cdn_hash *neighbour, uint64_t *here,
                        uint64_t *last, cdn_error *error)
{
    if ((*here & 1) != 0 || *here == *last) {
        CDN_TRY(join(neighbour, old, old, error));
        CDN_TRY(join(neighbour, now, now, error));
        while ((*here & 1) == 0 && *here != 0) {
            *here /= 2;
            *last /= 2;
        }
    } else {
        CDN_TRY(join(now, neighbour, now, error));
    }
    *here /= 2;
    *last /= 2;
    return CDN_OK;
}

cdn_status cdn_merkle_check_growth(uint64_t earlier, const cdn_hash *earlier_root, uint64_t count,
                                   const cdn_hash *root, const cdn_merkle_proof *proof,
                                   cdn_error *error)
{
    static const char what[] = "growth";
    if (earlier == 0 || earlier > count || proof->count > CDN_MERKLE_PROOF_MAX)
        return refuse(what, error);
    if (earlier == count)
        return proof->count == 0 && same(earlier_root, root) ? CDN_OK : refuse(what, error);
    uint64_t here = earlier - 1, last = count - 1;
    while ((here & 1) != 0) {
        here /= 2;
        last /= 2;
    }
    /* a whole left subtree is known to the checker, and not in the proof */
    uint32_t next = here == 0 ? 0 : 1;
    if (proof->count < next)
        return refuse(what, error);
    cdn_hash old = next == 0 ? *earlier_root : proof->hashes[0], now = old;
    for (; next < proof->count; next++) {
        if (last == 0)
            return refuse(what, error);
        CDN_TRY(climb(&old, &now, &proof->hashes[next], &here, &last, error));
    }
    bool holds = last == 0 && same(&old, earlier_root) && same(&now, root);
    return holds ? CDN_OK : refuse(what, error);
}
