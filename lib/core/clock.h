/* clock.h - the one door to the time of day.
 *
 * Time decides validity only: agreements, certificates, lists of what is in
 * force. It is the system's, and nothing else moves it: no option, no variable
 * of ours. `make lint` refuses other ways to ask.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CORE_CLOCK_H
#define CDN_CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CDN_INSTANT_SIZE 21 /* YYYY-MM-DDThh:mm:ssZ and the NUL */
#define CDN_SECONDS_PER_DAY 86400

/** Seconds since 1970-01-01 in UTC. */
int64_t cdn_clock_now(void);
/** Days since 1970-01-01 in UTC. */
int32_t cdn_clock_today(void);

/** An instant as text, UTC, and back; years 1970 to 9999. */
void cdn_instant_write(int64_t seconds, char out[CDN_INSTANT_SIZE]);
bool cdn_instant_read(const char *text, int64_t *out);

#endif
