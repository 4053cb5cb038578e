/* node.h - sets of leaves on an axis, interned: the same set is the same number.
 *
 * Node 0 is "everything" on any axis, so that a classification that is not used
 * and one that is used whole are the same thing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_NODE_H
#define CDN_CELLS_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"

#define CDN_NODE_ALL 0u

typedef struct cdn_node {
    uint32_t axis;
    uint32_t leaf_count;
    uint32_t size;         /* leaves inside */
    const uint8_t *leaves; /* leaf_count flags; NULL for CDN_NODE_ALL */
} cdn_node;

typedef struct cdn_nodes cdn_nodes;

cdn_nodes *cdn_nodes_create(void);
void cdn_nodes_destroy(cdn_nodes *nodes);
/** The number of a set; UINT32_MAX when memory is out. `leaves` is copied. */
uint32_t cdn_nodes_add(cdn_nodes *nodes, uint32_t axis, uint32_t leaf_count,
                       const uint8_t *leaves);
/** How many there are; numbers are given in order. */
uint32_t cdn_nodes_count(const cdn_nodes *nodes);
const cdn_node *cdn_nodes_get(const cdn_nodes *nodes, uint32_t id);
/** true when every leaf of `inner` is in `outer` (same axis, or outer is everything). */
bool cdn_nodes_inside(const cdn_nodes *nodes, uint32_t inner, uint32_t outer);
/** true when they share a leaf. */
bool cdn_nodes_overlap(const cdn_nodes *nodes, uint32_t a, uint32_t b);

#endif
