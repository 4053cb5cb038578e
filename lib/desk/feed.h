/* feed.h - a series of releases under one agreement and script, one for each week or month.
 *
 * Periods are numbered without gaps, so that "the next one" is plus one: months
 * since year 0, and ISO 8601 weeks (Monday to Sunday) since that of 1970-01-01.
 * Which period it is, the data say; the clock only decides what is valid.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_FEED_H
#define CDN_DESK_FEED_H

#include "desk/standing.h"

#define CDN_PERIOD_SIZE 16u /* "2026-08", "2026-W35" and the NUL */

/** The period of a day, as a text, and back; false when the text is none. */
int32_t cdn_feed_period(int32_t day, bool weekly);
void cdn_feed_period_write(int32_t period, bool weekly, char out[CDN_PERIOD_SIZE]);
bool cdn_feed_period_read(const char *text, bool weekly, int32_t *out);

/** The period of the loaded data. CDN_E_REFUSED for weeks when the catalogue names no date
 *  (as_at) that tells them, or no row has one. */
cdn_status cdn_feed_period_of_data(cdn_desk *desk, bool weekly, int32_t *out,
                                   cdn_error *error) CDN_MUST_CHECK;

/** One time that a feed ran: the release that it made for a period. */
typedef struct cdn_feed_run {
    int32_t period;
    char release_id[160];
} cdn_feed_run;

/** The runs of a feed as the ledger has them, oldest first; the last one for a period counts.
 *  @owner caller, cdn_free */
cdn_status cdn_feed_runs(const cdn_desk *desk, const char *feed, bool weekly, cdn_feed_run **out,
                         uint32_t *count, cdn_error *error) CDN_MUST_CHECK;

/** How a release of a feed stands. CDN_FEED_GONE: it is neither staged nor delivered. */
typedef enum cdn_feed_state {
    CDN_FEED_WAITING = CDN_STAND_WAITING,
    CDN_FEED_APPROVED = CDN_STAND_APPROVED,
    CDN_FEED_REJECTED = CDN_STAND_REJECTED,
    CDN_FEED_INVALID = CDN_STAND_INVALID,
    CDN_FEED_UNFINISHED = CDN_STAND_UNFINISHED,
    CDN_FEED_DELIVERED = CDN_STAND_END_,
    CDN_FEED_GONE = CDN_STAND_END_ + 1
} cdn_feed_state;
/** `why`, may be NULL, gets in words what is still needed, or what is wrong. */
cdn_status cdn_feed_look(cdn_desk *desk, const char *release_id, cdn_feed_state *out,
                         cdn_text *why, cdn_error *error) CDN_MUST_CHECK;
const char *cdn_feed_state_word(cdn_feed_state state);

#endif
