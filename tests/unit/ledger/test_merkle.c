/* test_merkle.c - the tree against known roots, and proofs against every way to be wrong.
 *
 * The roots are those of the eight leaves that Certificate Transparency logs use
 * to test each other (RFC 6962 trees); sha256sum gives the first two by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include <stdio.h>

#include "ledger/merkle.h"

#define MOST 40u

static const struct {
    const char *data;
    size_t size;
} leaf_data[8] = {{"", 0},
                  {"\x00", 1},
                  {"\x10", 1},
                  {"\x20\x21", 2},
                  {"\x30\x31", 2},
                  {"\x40\x41\x42\x43", 4},
                  {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
                  {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16}};

static const char *const roots[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static cdn_hash leaves[MOST];
static cdn_hash root_of[MOST + 1];

static int setup(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MOST; i++) {
        uint8_t byte = (uint8_t)(i * 7);
        if (cdn_merkle_leaf(&byte, 1, &leaves[i], NULL) != CDN_OK)
            return 1;
    }
    for (uint32_t n = 0; n <= MOST; n++)
        if (cdn_merkle_root(leaves, n, &root_of[n], NULL) != CDN_OK)
            return 1;
    return 0;
}

static void test_merkle__known_roots(void **state)
{
    (void)state;
    cdn_hash known[8], root;
    char hex[65];
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(cdn_merkle_leaf(leaf_data[i].data, leaf_data[i].size, &known[i], NULL),
                         CDN_OK);
    for (uint32_t n = 0; n <= 8; n++) {
        assert_int_equal(cdn_merkle_root(known, n, &root, NULL), CDN_OK);
        for (size_t b = 0; b < sizeof root.bytes; b++)
            (void)snprintf(hex + 2 * b, 3, "%02x", root.bytes[b]);
        assert_string_equal(hex, roots[n]);
    }
}

/* Every leaf of every tree; no proof serves another place, another tree, or another leaf. */
static void test_merkle__a_leaf_is_proven_where_it_is_and_nowhere_else(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= MOST; n++)
        for (uint32_t i = 0; i < n; i++) {
            cdn_merkle_proof proof;
            assert_int_equal(cdn_merkle_prove_leaf(leaves, n, i, &proof, NULL), CDN_OK);
            for (uint32_t at = 0; at < n; at++)
                assert_int_equal(
                    cdn_merkle_check_leaf(&leaves[i], at, n, &proof, &root_of[n], NULL),
                    at == i ? CDN_OK : CDN_E_REFUSED);
            assert_int_equal(
                cdn_merkle_check_leaf(&leaves[i], i, n, &proof, &root_of[n - 1], NULL),
                CDN_E_REFUSED);
            uint32_t other = i == 0 ? MOST - 1 : i - 1;
            assert_int_equal(
                cdn_merkle_check_leaf(&leaves[other], i, n, &proof, &root_of[n], NULL),
                CDN_E_REFUSED);
        }
}

static void test_merkle__growth_is_proven_for_every_earlier_tree(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= MOST; n++)
        for (uint32_t m = 1; m <= n; m++) {
            cdn_merkle_proof proof;
            assert_int_equal(cdn_merkle_prove_growth(leaves, n, m, &proof, NULL), CDN_OK);
            for (uint32_t at = 1; at <= n; at++)
                assert_int_equal(
                    cdn_merkle_check_growth(m, &root_of[at], n, &root_of[n], &proof, NULL),
                    at == m ? CDN_OK : CDN_E_REFUSED);
            if (n > 1)
                assert_int_equal(
                    cdn_merkle_check_growth(m, &root_of[m], n, &root_of[n - 1], &proof, NULL),
                    CDN_E_REFUSED);
        }
}

/* One flipped bit, one hash too few, one too many. */
static void test_merkle__a_changed_proof_does_not_hold(void **state)
{
    (void)state;
    for (uint32_t n = 2; n <= MOST; n++)
        for (uint32_t m = 1; m < n; m++) {
            cdn_merkle_proof good, bad;
            assert_int_equal(cdn_merkle_prove_growth(leaves, n, m, &good, NULL), CDN_OK);
            for (uint32_t i = 0; i < good.count; i++) {
                bad = good;
                bad.hashes[i].bytes[i % CDN_SHA256_SIZE] ^= 4;
                assert_int_equal(
                    cdn_merkle_check_growth(m, &root_of[m], n, &root_of[n], &bad, NULL),
                    CDN_E_REFUSED);
            }
            bad = good;
            bad.count--;
            assert_int_equal(cdn_merkle_check_growth(m, &root_of[m], n, &root_of[n], &bad, NULL),
                             CDN_E_REFUSED);
            bad = good;
            bad.hashes[bad.count++] = leaves[0];
            assert_int_equal(cdn_merkle_check_growth(m, &root_of[m], n, &root_of[n], &bad, NULL),
                             CDN_E_REFUSED);
        }
}

static void test_merkle__nothing_is_not_an_entry(void **state)
{
    (void)state;
    cdn_merkle_proof proof;
    assert_int_equal(cdn_merkle_prove_leaf(leaves, 3, 3, &proof, NULL), CDN_E_USAGE);
    assert_int_equal(cdn_merkle_prove_growth(leaves, 3, 0, &proof, NULL), CDN_E_USAGE);
    assert_int_equal(cdn_merkle_prove_growth(leaves, 3, 4, &proof, NULL), CDN_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merkle__known_roots),
        cmocka_unit_test(test_merkle__a_leaf_is_proven_where_it_is_and_nowhere_else),
        cmocka_unit_test(test_merkle__growth_is_proven_for_every_earlier_tree),
        cmocka_unit_test(test_merkle__a_changed_proof_does_not_hold),
        cmocka_unit_test(test_merkle__nothing_is_not_an_entry),
    };
    return cmocka_run_group_tests_name("merkle", tests, setup, NULL);
}
