/* period.c - weeks and months as numbers, as texts, and of the loaded data.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/fail.h"
#include "core/number.h"
#include "desk/feed.h"

/* 1970-01-01 was a Thursday, and a week belongs to the year of its Thursday: week w has its
 * Thursday on day 7 w. */
static int32_t week_of(int32_t day)
{
    int32_t shifted = day + 3;
    return (shifted >= 0 ? shifted : shifted - 6) / 7;
}

int32_t cdn_feed_period(int32_t day, bool weekly)
{
    int year, month, of_month;
    if (weekly)
        return week_of(day);
    cdn_days_to_date(day, &year, &month, &of_month);
    return year * 12 + month - 1;
}

void cdn_feed_period_write(int32_t period, bool weekly, char out[CDN_PERIOD_SIZE])
{
    int year = period / 12, month = period % 12 + 1, day;
    int32_t first = 0;
    if (!weekly) {
        (void)snprintf(out, CDN_PERIOD_SIZE, "%04d-%02d", year % 10000, month);
        return;
    }
    cdn_days_to_date(7 * period, &year, &month, &day);
    (void)cdn_date_to_days(year, 1, 1, &first);
    (void)snprintf(out, CDN_PERIOD_SIZE, "%04d-W%02d", year % 10000,
                   ((7 * period - first) / 7 + 1) % 100);
}

bool cdn_feed_period_read(const char *text, bool weekly, int32_t *out)
{
    char again[CDN_PERIOD_SIZE];
    int64_t year = 0, number = 0;
    int32_t january = 0;
    size_t at = weekly ? 6 : 5;
    if (strlen(text) != at + 2 || !cdn_parse_int(text, 4, &year) ||
        !cdn_parse_int(text + at, 2, &number) || year < 0 || number < 1)
        return false;
    *out = (int32_t)(year * 12 + number - 1);
    if (weekly) { /* 4 January is always in week 1 */
        if (!cdn_date_to_days((int)year, 1, 4, &january))
            return false;
        *out = week_of(january) + (int32_t)number - 1;
    }
    cdn_feed_period_write(*out, weekly, again);
    return strcmp(again, text) == 0;
}

/* The newest date that is not after the month of the data: a later one is a slip. */
static cdn_status newest_day(cdn_desk *desk, int32_t *out, cdn_error *error)
{
    const int32_t *days = NULL;
    const cdn_catalogue *catalogue = desk->catalogue;
    uint32_t column = catalogue->as_at_column;
    int32_t end = cdn_snapshot_reference_day(desk->snapshot);
    bool found = false;
    if (column == CDN_NONE) {
        (void)cdn_fail(error, CDN_E_REFUSED,
                       "the catalogue does not say which date tells the week of the data");
        cdn_fail_hint(error, "as_at = { record, column } in the catalogue statement");
        return CDN_E_REFUSED;
    }
    uint32_t rows = cdn_snapshot_rows(desk->snapshot, catalogue->columns[column].record);
    CDN_TRY(cdn_snapshot_column(desk->snapshot, column, &days, error));
    for (uint32_t i = 0; i < rows; i++) {
        bool newer = days[i] > CDN_DONT_KNOW && days[i] <= end && (!found || days[i] > *out);
        *out = newer ? days[i] : *out;
        found = found || newer;
    }
    return found ? CDN_OK
                 : cdn_fail(error, CDN_E_REFUSED, "no row has the date that tells the week");
}

cdn_status cdn_feed_period_of_data(cdn_desk *desk, bool weekly, int32_t *out, cdn_error *error)
{
    int32_t day = cdn_snapshot_reference_day(desk->snapshot);
    if (weekly)
        CDN_TRY(newest_day(desk, &day, error));
    *out = cdn_feed_period(day, weekly);
    return CDN_OK;
}
