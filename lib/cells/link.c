/* link.c - the equations between cells.
 *
 * On each axis of a variable, a node that is exactly the disjoint union of other
 * nodes gives, for every choice of nodes on the other axes, the equation
 * "whole = sum of parts", wherever all those cells exist. Families of disjoint
 * nodes come from the axes of the grids (the levels of a dimension, the two
 * sides of a share, the groups of overlap.c) and from pairs. A family that only
 * refines a coarser one is left out where the coarser one was written.
 * Variables that are sums of terms give one equation per key.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"

#define KEY_NODES (CDN_GRID_AXES + 1u)

typedef struct partition {
    uint32_t whole;
    uint32_t first, count; /* parts, in the pool */
} partition;

typedef struct axis_links {
    uint32_t axis;
    uint32_t node_count;
    uint32_t *nodes;
    uint32_t partition_count, partition_capacity;
    partition *partitions; /* by whole, then by count */
} axis_links;

typedef struct linker {
    cdn_builder *b;
    uint32_t *pool;
    uint32_t pool_count, pool_capacity;
    uint32_t entry_count, entry_capacity, equation_capacity;
    uint32_t parts[65536]; /* one equation's cells while it is looked up */
} linker;

/* A block with room for `need` items; NULL, and the old block stands, when memory is out. */
static void *grown(void *block, uint32_t *capacity, uint32_t need, size_t size)
{
    if (need <= *capacity)
        return block;
    uint32_t wanted = *capacity == 0 ? 256 : *capacity;
    while (wanted < need)
        wanted *= 2;
    void *more = cdn_resize(block, wanted, size);
    if (more != NULL)
        *capacity = wanted;
    return more;
}

/* ---- partitions of the nodes of one axis ---- */

static bool add_node(axis_links *links, uint32_t node)
{
    for (uint32_t i = 0; i < links->node_count; i++)
        if (links->nodes[i] == node)
            return true;
    uint32_t *more = cdn_resize(links->nodes, (size_t)links->node_count + 1, sizeof *more);
    if (more == NULL)
        return false;
    links->nodes = more;
    links->nodes[links->node_count++] = node;
    return true;
}

static bool collect_nodes(const cdn_builder *b, uint32_t variable, axis_links *links)
{
    if (!add_node(links, CDN_NODE_ALL))
        return false;
    for (uint32_t g = 0; g < b->grid_count; g++) {
        const cdn_grid_axis *a = cdn_builder_axis_of(&b->grids[g], links->axis);
        if (b->grids[g].variable != variable || a == NULL)
            continue;
        for (uint32_t i = 0; i < a->node_count; i++)
            if (!add_node(links, a->nodes[i]))
                return false;
    }
    return true;
}

static bool has_partition(const linker *l, const axis_links *links, uint32_t whole,
                          const uint32_t *parts, uint32_t count)
{
    for (uint32_t p = 0; p < links->partition_count; p++) {
        const partition *known = &links->partitions[p];
        if (known->whole == whole && known->count == count &&
            memcmp(l->pool + known->first, parts, count * sizeof *parts) == 0)
            return true;
    }
    return false;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool add_partition(linker *l, axis_links *links, uint32_t whole, uint32_t *parts,
                          uint32_t count)
{
    qsort(parts, count, sizeof *parts, compare_numbers);
    if (has_partition(l, links, whole, parts, count))
        return true;
    partition *partitions = grown(links->partitions, &links->partition_capacity,
                                  links->partition_count + 1, sizeof *partitions);
    if (partitions == NULL)
        return false;
    links->partitions = partitions;
    uint32_t *pool = grown(l->pool, &l->pool_capacity, l->pool_count + count, sizeof *pool);
    if (pool == NULL)
        return false;
    l->pool = pool;
    links->partitions[links->partition_count++] = (partition){whole, l->pool_count, count};
    memcpy(l->pool + l->pool_count, parts, count * sizeof *parts);
    l->pool_count += count;
    return true;
}

/* The members of a family of disjoint nodes that lie in `whole` and fill it: a partition. */
static bool try_family(linker *l, axis_links *links, uint32_t whole, const uint32_t *family,
                       uint32_t family_count, uint32_t leaf_count, uint32_t *parts,
                       uint8_t *covered)
{
    const cdn_nodes *nodes = l->b->nodes;
    uint32_t count = 0, filled = 0;
    memset(covered, 0, leaf_count);
    for (uint32_t i = 0; i < family_count; i++) {
        const cdn_node *node = cdn_nodes_get(nodes, family[i]);
        if (family[i] == CDN_NODE_ALL || family[i] == whole || node->size == 0 ||
            !cdn_nodes_inside(nodes, family[i], whole))
            continue;
        for (uint32_t leaf = 0; leaf < leaf_count; leaf++) {
            if (node->leaves[leaf] && covered[leaf])
                return true; /* not disjoint inside this whole: not a family for it */
            covered[leaf] |= node->leaves[leaf];
        }
        filled += node->size;
        parts[count++] = family[i];
    }
    uint32_t size = whole == CDN_NODE_ALL ? leaf_count : cdn_nodes_get(nodes, whole)->size;
    return count < 2 || filled != size || add_partition(l, links, whole, parts, count);
}

/* Splits an axis's node list into runs of disjoint nodes (levels come one after another). */
static bool try_grid_axis(linker *l, axis_links *links, uint32_t whole, const cdn_grid_axis *a,
                          uint32_t leaf_count, uint32_t *parts, uint8_t *covered)
{
    uint32_t first = 0;
    for (uint32_t i = 1; i <= a->node_count; i++) {
        bool cut = i == a->node_count;
        for (uint32_t j = first; j < i && !cut; j++)
            cut = a->nodes[i] == CDN_NODE_ALL || a->nodes[j] == CDN_NODE_ALL ||
                  cdn_nodes_overlap(l->b->nodes, a->nodes[i], a->nodes[j]);
        if (!cut)
            continue;
        if (!try_family(l, links, whole, a->nodes + first, i - first, leaf_count, parts, covered))
            return false;
        first = i;
    }
    return true;
}

/* "not recorded" follows the finest level in a list; it also completes the coarser ones. */
static bool try_with_unknown(linker *l, axis_links *links, uint32_t whole,
                             const cdn_grid_axis *a, uint32_t leaf_count, uint32_t *parts,
                             uint8_t *covered, uint32_t *family)
{
    uint32_t unknown = CDN_NONE;
    for (uint32_t i = 0; i < a->node_count; i++)
        if (a->nodes[i] != CDN_NODE_ALL && cdn_nodes_get(l->b->nodes, a->nodes[i])->size == 1 &&
            cdn_builder_leaf_in(l->b, a->nodes[i], leaf_count - 1))
            unknown = a->nodes[i];
    uint32_t first = 0;
    for (uint32_t i = 1; unknown != CDN_NONE && i <= a->node_count; i++) {
        bool cut = i == a->node_count;
        for (uint32_t j = first; j < i && !cut; j++)
            cut = a->nodes[i] == CDN_NODE_ALL || a->nodes[j] == CDN_NODE_ALL ||
                  cdn_nodes_overlap(l->b->nodes, a->nodes[i], a->nodes[j]);
        if (!cut)
            continue;
        uint32_t count = i - first;
        memcpy(family, a->nodes + first, count * sizeof *family);
        family[count++] = unknown;
        if (!try_family(l, links, whole, family, count, leaf_count, parts, covered))
            return false;
        first = i;
    }
    return true;
}

static bool try_pairs(linker *l, axis_links *links, uint32_t whole, uint32_t leaf_count,
                      uint32_t *parts, uint8_t *covered)
{
    uint32_t size = whole == CDN_NODE_ALL ? leaf_count
                                          : cdn_nodes_get(l->b->nodes, whole)->size;
    for (uint32_t i = 0; i < links->node_count; i++)
        for (uint32_t j = 0; j < i; j++) {
            uint32_t pair[2] = {links->nodes[i], links->nodes[j]};
            if (pair[0] == CDN_NODE_ALL || pair[1] == CDN_NODE_ALL ||
                cdn_nodes_get(l->b->nodes, pair[0])->size +
                        cdn_nodes_get(l->b->nodes, pair[1])->size != size)
                continue;
            if (!try_family(l, links, whole, pair, 2, leaf_count, parts, covered))
                return false;
        }
    return true;
}

static int compare_partitions(const void *a, const void *b)
{
    const partition *x = a, *y = b;
    if (x->whole != y->whole)
        return x->whole < y->whole ? -1 : 1;
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static void add_list(const cdn_grid_axis *a, const cdn_grid_axis **out, uint32_t *count)
{
    bool fresh = a != NULL && a->node_count > 1;
    for (uint32_t i = 0; i < *count && fresh; i++)
        fresh = !cdn_builder_same_list(out[i], a);
    if (fresh)
        out[(*count)++] = a;
}

/* The lists of more than one node that the variable's grids have on the axis, each once. */
static uint32_t distinct_lists(const cdn_builder *b, uint32_t variable, uint32_t axis,
                               const cdn_grid_axis **out)
{
    uint32_t count = 0;
    for (uint32_t g = 0; g < b->grid_count; g++)
        if (b->grids[g].variable == variable)
            add_list(cdn_builder_axis_of(&b->grids[g], axis), out, &count);
    for (uint32_t f = 0; f < b->family_count; f++)
        if (b->families[f].variable == variable && b->families[f].list.axis == axis)
            add_list(&b->families[f].list, out, &count);
    return count;
}

static cdn_status find_partitions(linker *l, uint32_t variable, uint32_t leaf_count,
                                  axis_links *links, cdn_error *error)
{
    const cdn_builder *b = l->b;
    if (!collect_nodes(b, variable, links))
        return cdn_fail_memory(error);
    const cdn_grid_axis **lists = cdn_alloc((size_t)b->grid_count + b->family_count, sizeof *lists);
    uint32_t list_count = lists == NULL ? 0 : distinct_lists(b, variable, links->axis, lists);
    uint32_t longest = links->node_count + 2;
    uint32_t *parts = cdn_alloc(longest, sizeof *parts);
    uint32_t *family = cdn_alloc(longest, sizeof *family);
    uint8_t *covered = cdn_alloc(leaf_count, 1);
    bool ok = lists != NULL && parts != NULL && family != NULL && covered != NULL;
    for (uint32_t n = 0; ok && n < links->node_count; n++) {
        uint32_t whole = links->nodes[n];
        for (uint32_t i = 0; ok && i < list_count; i++)
            ok = try_grid_axis(l, links, whole, lists[i], leaf_count, parts, covered) &&
                 try_with_unknown(l, links, whole, lists[i], leaf_count, parts, covered, family);
        ok = ok && try_pairs(l, links, whole, leaf_count, parts, covered);
    }
    if (ok && links->partition_count > 0)
        qsort(links->partitions, links->partition_count, sizeof *links->partitions,
              compare_partitions);
    cdn_free(lists);
    cdn_free(parts);
    cdn_free(family);
    cdn_free(covered);
    return ok ? CDN_OK : cdn_fail_memory(error);
}

/* ---- equations ---- */

static uint32_t find_cell(const cdn_builder *b, const uint32_t *key, uint32_t count)
{
    return cdn_map_find(b->cell_map, key, count * sizeof *key);
}

static bool make_room(linker *l, uint32_t entries)
{
    cdn_cells *cells = l->b->cells;
    uint32_t capacity = l->entry_capacity;
    uint32_t *cell = grown(cells->equation_cell, &capacity, entries, sizeof *cell);
    if (cell == NULL)
        return false;
    cells->equation_cell = cell;
    capacity = l->entry_capacity;
    int32_t *coefficient =
        grown(cells->equation_coefficient, &capacity, entries, sizeof *coefficient);
    if (coefficient == NULL)
        return false;
    cells->equation_coefficient = coefficient;
    l->entry_capacity = capacity;
    uint32_t *start = grown(cells->equation_start, &l->equation_capacity,
                            cells->equation_count + 2, sizeof *start);
    if (start == NULL)
        return false;
    cells->equation_start = start;
    return true;
}

static cdn_status add_equation(linker *l, uint32_t whole, const uint32_t *parts, uint32_t count,
                               cdn_error *error)
{
    cdn_cells *cells = l->b->cells;
    if (!make_room(l, l->entry_count + count + 1))
        return cdn_fail_memory(error);
    cells->equation_start[cells->equation_count] = l->entry_count;
    cells->equation_cell[l->entry_count] = whole;
    cells->equation_coefficient[l->entry_count++] = 1;
    for (uint32_t i = 0; i < count; i++) {
        cells->equation_cell[l->entry_count] = parts[i];
        cells->equation_coefficient[l->entry_count++] = -1;
    }
    cells->equation_count++;
    cells->equation_start[cells->equation_count] = l->entry_count;
    return CDN_OK;
}

static bool find_parts(linker *l, const uint32_t *key, uint32_t key_count, const partition *p)
{
    uint32_t other[KEY_NODES + 1];
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t count =
            cdn_builder_replace_node(key, key_count, p->whole, l->pool[p->first + i], other);
        l->parts[i] = find_cell(l->b, other, count);
        if (l->parts[i] == CDN_MAP_NONE)
            return false;
    }
    return true;
}

/* true when each part of `coarse` is a union of parts of `fine`. */
static bool refines(const linker *l, const partition *fine, const partition *coarse)
{
    for (uint32_t i = 0; i < fine->count; i++) {
        bool inside = false;
        for (uint32_t j = 0; j < coarse->count && !inside; j++)
            inside = cdn_nodes_inside(l->b->nodes, l->pool[fine->first + i],
                                      l->pool[coarse->first + j]);
        if (!inside)
            return false;
    }
    return true;
}

static cdn_status link_cell(linker *l, uint32_t cell, const uint32_t *key, uint32_t key_count,
                            const axis_links *links, cdn_error *error)
{
    uint32_t node = CDN_NODE_ALL;
    for (uint32_t i = 1; i < key_count; i++)
        if (cdn_nodes_get(l->b->nodes, key[i])->axis == links->axis)
            node = key[i];
    const partition *written[32];
    uint32_t written_count = 0;
    for (uint32_t p = 0; p < links->partition_count; p++) {
        const partition *candidate = &links->partitions[p];
        if (candidate->whole != node || candidate->count > 65536 ||
            !find_parts(l, key, key_count, candidate))
            continue;
        bool implied = false;
        for (uint32_t w = 0; w < written_count && !implied; w++)
            implied = refines(l, candidate, written[w]);
        if (implied)
            continue;
        CDN_TRY(add_equation(l, cell, l->parts, candidate->count, error));
        if (written_count < 32)
            written[written_count++] = candidate;
    }
    return CDN_OK;
}

static cdn_status link_axis(linker *l, uint32_t variable, uint32_t axis, cdn_error *error)
{
    cdn_builder *b = l->b;
    axis_links links = {.axis = axis};
    uint32_t leaf_count = 0;
    cdn_status status = cdn_builder_leaf_count(b, b->cells->variables[variable].record, axis,
                                               &leaf_count, error);
    l->pool_count = 0;
    if (status == CDN_OK)
        status = find_partitions(l, variable, leaf_count, &links, error);
    for (uint32_t c = 0; status == CDN_OK && c < b->cells->count; c++) {
        size_t size = 0;
        const uint32_t *key = cdn_map_key(b->cell_map, c, &size);
        if (key[0] == variable && links.partition_count > 0)
            status = link_cell(l, c, key, (uint32_t)(size / sizeof *key), &links, error);
    }
    cdn_free(links.nodes);
    cdn_free(links.partitions);
    return status;
}

/* Term equations: a variable whose measure lists terms equals their sum, key by key. */
static cdn_status link_terms(linker *l, const cdn_part *part, cdn_error *error)
{
    cdn_builder *b = l->b;
    const cdn_cells *cells = b->cells;
    uint32_t whole = CDN_NONE, terms[CDN_STATISTICS_MAX], found = 0;
    for (uint32_t v = 0; v < cells->variable_count; v++) {
        if (cells->variables[v].record != part->record)
            continue;
        if (cells->variables[v].value == cdn_frame_expr(b->frame, part->value))
            whole = v;
        for (uint32_t t = 0; t < part->term_count; t++)
            if (cells->variables[v].value == cdn_frame_expr(b->frame, part->terms[t]))
                terms[found++] = v;
    }
    if (whole == CDN_NONE || found != part->term_count)
        return cdn_fail(error, CDN_E_INTERNAL, "a sum of terms lost one of them");
    for (uint32_t c = 0; c < cells->count; c++) {
        size_t size = 0;
        const uint32_t *key = cdn_map_key(b->cell_map, c, &size);
        uint32_t other[KEY_NODES + 1];
        bool all = key[0] == whole;
        if (all)
            memcpy(other, key, size);
        for (uint32_t t = 0; t < found && all; t++) {
            other[0] = terms[t];
            l->parts[t] = find_cell(b, other, (uint32_t)(size / sizeof *key));
            all = l->parts[t] != CDN_MAP_NONE;
        }
        if (all)
            CDN_TRY(add_equation(l, c, l->parts, found, error));
    }
    return CDN_OK;
}

static cdn_status link_all_terms(linker *l, cdn_error *error)
{
    cdn_builder *b = l->b;
    uint32_t exprs = b->catalogue->expr_count;
    uint8_t *done = cdn_arena_alloc(b->arena, (size_t)exprs * b->catalogue->record_count, 1);
    if (done == NULL)
        return cdn_fail_memory(error);
    for (uint32_t t = 0; t < b->plan->table_count; t++)
        for (uint32_t m = 0; m < b->plan->tables[t].measure_count; m++) {
            const cdn_measure *measure =
                &b->catalogue->measures[b->plan->tables[t].measures[m].index];
            for (uint32_t p = 0; p < measure->part_count; p++) {
                const cdn_part *part = &measure->parts[p];
                if (part->term_count == 0)
                    continue;
                uint8_t *seen = &done[(size_t)part->record * exprs +
                                      cdn_frame_expr(b->frame, part->value)];
                if (*seen)
                    continue;
                *seen = 1;
                CDN_TRY(link_terms(l, part, error));
            }
        }
    return CDN_OK;
}

static bool variable_uses(const cdn_builder *b, uint32_t variable, uint32_t axis)
{
    for (uint32_t g = 0; g < b->grid_count; g++)
        if (b->grids[g].variable == variable && cdn_builder_axis_of(&b->grids[g], axis) != NULL)
            return true;
    return false;
}

cdn_status cdn_builder_links(cdn_builder *b, cdn_error *error)
{
    linker *l = cdn_alloc(1, sizeof *l);
    if (l == NULL)
        return cdn_fail_memory(error);
    l->b = b;
    cdn_status status = CDN_OK;
    for (uint32_t v = 0; status == CDN_OK && v < b->cells->variable_count; v++)
        for (uint32_t axis = 0; status == CDN_OK && axis <= b->catalogue->axis_count; axis++)
            if (variable_uses(b, v, axis))
                status = link_axis(l, v, axis, error);
    if (status == CDN_OK)
        status = link_all_terms(l, error);
    if (status == CDN_OK && b->cells->equation_start == NULL) {
        b->cells->equation_start = cdn_alloc(1, sizeof *b->cells->equation_start);
        if (b->cells->equation_start == NULL)
            status = cdn_fail_memory(error);
    }
    cdn_free(l->pool);
    cdn_free(l);
    return status;
}
