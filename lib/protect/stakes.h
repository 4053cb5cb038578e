/* stakes.h - classes of cells in which a contributor would know a cell of others.
 *
 * In a class of cells that are multiples of each other (classes.h), whoever
 * holds one knows all. That is well when all its sensitive cells have the
 * holder that its held cells have. Holders carry random 64-bit tags: members
 * times one member's tag is the sum of the tags when all are equal (and
 * otherwise with probability near 2^-60; the last verification would see it).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_STAKES_H
#define CDN_PROTECT_STAKES_H

#include <stdbool.h>
#include <stdint.h>

#include "cells/system.h"

/** What some cells bring into a class. */
typedef struct cdn_stake {
    struct {
        uint64_t tags;    /* their sum over the members, modulo 2^64 */
        uint64_t tag;     /* of some member */
        uint32_t members; /* sensitive cells, and cells held in the kind */
        uint32_t held;
    } kinds[CDN_HOLDER_KINDS];
    uint32_t sensitive;
} cdn_stake;

typedef struct cdn_stakes {
    uint64_t *ratios; /* the table: open addressing */
    cdn_stake *sums;
    uint32_t mask;
    uint32_t used;
} cdn_stakes;

void cdn_stake_add_cell(cdn_stake *stake, const cdn_system *system, uint32_t cell);
void cdn_stake_join(cdn_stake *stake, const cdn_stake *other);
bool cdn_stake_is_empty(const cdn_stake *stake);

/** For up to `members` stakes. false when out of memory; release it in either case. */
bool cdn_stakes_init(cdn_stakes *stakes, uint32_t members);
void cdn_stakes_release(cdn_stakes *stakes);
void cdn_stakes_add(cdn_stakes *stakes, uint64_t ratio, const cdn_stake *stake);
void cdn_stakes_drop(cdn_stakes *stakes, uint64_t ratio, const cdn_stake *stake);
/** Does somebody object to the class, to which the stake was added last? */
bool cdn_stakes_object(const cdn_stakes *stakes, uint64_t ratio, const cdn_stake *stake);

/** Would somebody object to two classes in one? `both`: the stakes of a member of each together.
 *  May say no where the two members are not concerned, and others in their classes are. */
bool cdn_stakes_clash(const cdn_stakes *stakes, uint64_t ratio, uint64_t other,
                      const cdn_stake *both);

#endif
