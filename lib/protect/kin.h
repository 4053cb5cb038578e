/* kin.h - the cells that matter to contributors, listed by class.
 *
 * Cells that are multiples of each other all over the null space are one class
 * (classes.h): whoever knows one of them knows all. Listed are the unknown
 * cells that are sensitive or held by a contributor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_KIN_H
#define CDN_PROTECT_KIN_H

#include <stdbool.h>
#include <stdint.h>

#include "cells/system.h"
#include "protect/prime.h"

typedef struct cdn_kin_member {
    uint64_t ratio; /* the same for all of a class */
    uint32_t cell;
} cdn_kin_member;

typedef struct cdn_kin {
    cdn_kin_member *members; /* by class, then by cell */
    uint32_t count;
    uint32_t *class_of; /* per cell: the place of its class in members + 1; 0: not listed */
} cdn_kin;

/** For systems of up to so many cells. false when out of memory; release it in either case. */
bool cdn_kin_init(cdn_kin *kin, uint32_t cells);
void cdn_kin_release(cdn_kin *kin);

/** Lists anew, by two random vectors of the null space. false when out of memory.
 *  @complexity O(cells + members log members) */
bool cdn_kin_list(cdn_kin *kin, const cdn_system *system, cdn_prime field,
                  uint64_t (*vectors)[2]);

/** The place after the last member of the class that starts at `first`. */
uint32_t cdn_kin_end(const cdn_kin *kin, uint32_t first);

#endif
