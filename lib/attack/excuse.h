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

/** Contributor `holder` of kind `kind` determines `cell`. */
typedef struct cdn_excuse {
    uint32_t kind, holder, cell;
} cdn_excuse;

typedef struct cdn_excuses {
    cdn_excuse *items; /* sorted once closed */
    size_t count, room;
} cdn_excuses;

/** false when out of memory. */
bool cdn_excuses_add(cdn_excuses *excuses, uint32_t kind, uint32_t holder, uint32_t cell);
/** Sorts; each stays once. */
void cdn_excuses_close(cdn_excuses *excuses);
/** Keeps what is also in the other; both closed. */
void cdn_excuses_intersect(cdn_excuses *excuses, const cdn_excuses *other);
/** NULL: no excuses. @complexity O(log count) */
bool cdn_excuses_has(const cdn_excuses *excuses, uint32_t kind, uint32_t holder, uint32_t cell);
void cdn_excuses_release(cdn_excuses *excuses);

#endif
