/* clock.c - the time of day, and instants as text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t cdn_clock_now(void)
{
    return (int64_t)time(NULL);
}

int32_t cdn_clock_today(void)
{
    return (int32_t)(cdn_clock_now() / CDN_SECONDS_PER_DAY);
}

void cdn_instant_write(int64_t seconds, char out[CDN_INSTANT_SIZE])
{
    time_t when = (time_t)seconds;
    struct tm parts = {0};
    if (gmtime_r(&when, &parts) == NULL ||
        strftime(out, CDN_INSTANT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) != CDN_INSTANT_SIZE - 1)
        out[0] = '\0';
}

bool cdn_instant_read(const char *text, int64_t *out)
{
    char again[CDN_INSTANT_SIZE];
    struct tm parts = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == NULL || *end != '\0')
        return false;
    *out = (int64_t)timegm(&parts);
    cdn_instant_write(*out, again);
    return strcmp(again, text) == 0;
}
