/* excuse.h - what contributors work out without any release.
 *
 * A contributor adds what everybody knows anyhow (CDN_CELL_COMMON) to its own
 * cells, and may arrive at a sensitive cell: of a group that is all its own,
 * say. No release can prevent that, and no release is to blame for it. The
 * attack is therefore made on nothing published first, and those finds are
 * taken off the finds against the release.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_EXCUSE_H
#define CDN_ATTACK_EXCUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Contributor `holder` of kind `kind` determines the cells of a group. */
typedef struct cdn_excuse {
    uint32_t kind, holder, group;
} cdn_excuse;

/** Cells that are multiples of each other are known together: they make a group. */
typedef struct cdn_excuses {
    cdn_excuse *items; /* sorted once closed */
    size_t count, room;
    uint32_t *group; /* per cell: a cell of its group */
} cdn_excuses;

/** No excuses, and every cell a group of its own. false when out of memory; release it anyway. */
bool cdn_excuses_init(cdn_excuses *excuses, uint32_t cells);
void cdn_excuses_release(cdn_excuses *excuses);

/** The group of the cell must be final. false when out of memory. */
bool cdn_excuses_add(cdn_excuses *excuses, uint32_t kind, uint32_t holder, uint32_t cell);
/** Sorts; each stays once. */
void cdn_excuses_close(cdn_excuses *excuses);
/** Closed ones. @complexity O(log count) */
bool cdn_excuses_has(const cdn_excuses *excuses, uint32_t kind, uint32_t holder, uint32_t cell);

#endif
