/* node.c - interning of leaf sets through core/map.
 *
 * The key of a set is its axis number followed by its flags, so equal sets get
 * equal numbers in order of arrival, whatever hashes do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/node.h"

#include <string.h>

#include "core/alloc.h"
#include "core/arena.h"
#include "core/map.h"

struct cdn_nodes {
    cdn_map *map;
    cdn_arena *arena;
    cdn_node *items;
    uint32_t count, capacity;
};

cdn_nodes *cdn_nodes_create(void)
{
    cdn_nodes *nodes = cdn_alloc(1, sizeof *nodes);
    if (nodes == NULL)
        return NULL;
    nodes->map = cdn_map_create();
    nodes->arena = cdn_arena_create();
    nodes->items = cdn_alloc(1, sizeof *nodes->items);
    nodes->count = nodes->capacity = 1;
    if (nodes->map == NULL || nodes->arena == NULL || nodes->items == NULL ||
        cdn_map_add(nodes->map, "", 0, NULL) != CDN_NODE_ALL) {
        cdn_nodes_destroy(nodes);
        return NULL;
    }
    nodes->items[0].axis = UINT32_MAX;
    return nodes;
}

void cdn_nodes_destroy(cdn_nodes *nodes)
{
    if (nodes == NULL)
        return;
    cdn_map_destroy(nodes->map);
    cdn_arena_destroy(nodes->arena);
    cdn_free(nodes->items);
    cdn_free(nodes);
}

static bool append(cdn_nodes *nodes, uint32_t axis, uint32_t leaf_count, const uint8_t *leaves)
{
    if (nodes->count == nodes->capacity) {
        uint32_t capacity = nodes->capacity * 2;
        cdn_node *items = cdn_resize(nodes->items, capacity, sizeof *items);
        if (items == NULL)
            return false;
        nodes->items = items;
        nodes->capacity = capacity;
    }
    uint8_t *copy = cdn_arena_alloc(nodes->arena, leaf_count, 1);
    if (copy == NULL)
        return false;
    uint32_t size = 0;
    for (uint32_t i = 0; i < leaf_count; i++)
        size += copy[i] = leaves[i] != 0;
    nodes->items[nodes->count++] = (cdn_node){axis, leaf_count, size, copy};
    return true;
}

uint32_t cdn_nodes_add(cdn_nodes *nodes, uint32_t axis, uint32_t leaf_count, const uint8_t *leaves)
{
    if (leaves == NULL || memchr(leaves, 0, leaf_count) == NULL)
        return CDN_NODE_ALL;
    size_t size = sizeof axis + leaf_count;
    uint8_t *key = cdn_alloc(size, 1);
    if (key == NULL)
        return UINT32_MAX;
    memcpy(key, &axis, sizeof axis);
    for (uint32_t i = 0; i < leaf_count; i++)
        key[sizeof axis + i] = leaves[i] != 0;
    bool added = false;
    uint32_t id = cdn_map_add(nodes->map, key, size, &added);
    cdn_free(key);
    if (id == CDN_MAP_NONE || (added && !append(nodes, axis, leaf_count, leaves)))
        return UINT32_MAX;
    return id;
}

uint32_t cdn_nodes_count(const cdn_nodes *nodes)
{
    return nodes->count;
}

const cdn_node *cdn_nodes_get(const cdn_nodes *nodes, uint32_t id)
{
    return &nodes->items[id];
}

bool cdn_nodes_inside(const cdn_nodes *nodes, uint32_t inner, uint32_t outer)
{
    if (outer == CDN_NODE_ALL)
        return true;
    if (inner == CDN_NODE_ALL)
        return false;
    const cdn_node *a = &nodes->items[inner];
    const cdn_node *b = &nodes->items[outer];
    if (a->axis != b->axis)
        return false;
    for (uint32_t i = 0; i < a->leaf_count; i++)
        if (a->leaves[i] && !b->leaves[i])
            return false;
    return true;
}

bool cdn_nodes_overlap(const cdn_nodes *nodes, uint32_t a, uint32_t b)
{
    if (a == CDN_NODE_ALL || b == CDN_NODE_ALL)
        return true;
    const cdn_node *first = &nodes->items[a];
    const cdn_node *second = &nodes->items[b];
    if (first->axis != second->axis)
        return true;
    for (uint32_t i = 0; i < first->leaf_count; i++)
        if (first->leaves[i] && second->leaves[i])
            return true;
    return false;
}
