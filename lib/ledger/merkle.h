/* merkle.h - a Merkle tree over the ledger: one hash that stands for all entries, and short proofs.
 *
 * The tree of RFC 6962, section 2.1: a leaf is SHA-256(0x00 || data), a node is
 * SHA-256(0x01 || left || right), and a list of n > 1 leaves splits at the
 * largest power of two below n. A published root (it says nothing about the
 * entries, each of which is salted) later proves that an entry was in the ledger
 * (inclusion, 2.1.1) and that an earlier ledger is the beginning of a later one
 * (consistency, 2.1.2). Checks need no tree: a recipient can make them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_LEDGER_MERKLE_H
#define CDN_LEDGER_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cordon/error.h"
#include "seal/digest.h"

typedef struct cdn_hash {
    uint8_t bytes[CDN_SHA256_SIZE];
} cdn_hash;

void cdn_hash_hex(const cdn_hash *hash, char out[CDN_SHA256_HEX]);

/** Hashes of the neighbours, from the leaf up. A tree of 2^64 leaves needs no more. */
#define CDN_MERKLE_PROOF_MAX 65u
typedef struct cdn_merkle_proof {
    uint32_t count;
    cdn_hash hashes[CDN_MERKLE_PROOF_MAX];
} cdn_merkle_proof;

/** The leaf of some data. @complexity O(size) */
cdn_status cdn_merkle_leaf(const void *data, size_t size, cdn_hash *out,
                           cdn_error *error) CDN_MUST_CHECK;

/** The root of leaves[0..count); of none: SHA-256 of nothing. @complexity O(count) */
cdn_status cdn_merkle_root(const cdn_hash *leaves, uint64_t count, cdn_hash *out,
                           cdn_error *error) CDN_MUST_CHECK;

/** That leaves[index] is in the tree of all of them; index < count. @complexity O(count) */
cdn_status cdn_merkle_prove_leaf(const cdn_hash *leaves, uint64_t count, uint64_t index,
                                 cdn_merkle_proof *out, cdn_error *error) CDN_MUST_CHECK;

/** That the tree of the first `earlier` leaves became that of all; 0 < earlier <= count.
 *  @complexity O(count) */
cdn_status cdn_merkle_prove_growth(const cdn_hash *leaves, uint64_t count, uint64_t earlier,
                                   cdn_merkle_proof *out, cdn_error *error) CDN_MUST_CHECK;

/** CDN_E_REFUSED when the proof does not hold. @complexity O(log count) */
cdn_status cdn_merkle_check_leaf(const cdn_hash *leaf, uint64_t index, uint64_t count,
                                 const cdn_merkle_proof *proof, const cdn_hash *root,
                                 cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_merkle_check_growth(uint64_t earlier, const cdn_hash *earlier_root, uint64_t count,
                                   const cdn_hash *root, const cdn_merkle_proof *proof,
                                   cdn_error *error) CDN_MUST_CHECK;

#endif
