/* identity.h - which rows of several snapshots are the same record.
 *
 * A record is called by its key: a file's row by its key column, a group by the
 * value that its members share, a row of an unpivoted type by its source and its
 * code. Rows of all snapshots are counted through, one snapshot after another.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_READ_IDENTITY_H
#define CDN_READ_IDENTITY_H

#include "read/snapshot.h"

/** Of each row of a record type, the first row that is the same record: out[0..rows of all). A row
 *  without a key is like no other. @complexity O(rows) */
cdn_status cdn_identity_rows(const cdn_snapshot *const *snapshots, uint32_t count,
                             const cdn_catalogue *catalogue, uint32_t record, uint32_t *out,
                             cdn_error *error) CDN_MUST_CHECK;

/** For a record type whose holdings are values of a column: of each row, the first row of the same
 *  holding; CDN_NONE where it has none. */
cdn_status cdn_identity_holdings(const cdn_snapshot *const *snapshots, uint32_t count,
                                 const cdn_catalogue *catalogue, uint32_t record, uint32_t *out,
                                 cdn_error *error) CDN_MUST_CHECK;

#endif
