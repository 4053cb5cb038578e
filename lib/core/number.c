/* number.c - numbers to and from text, free of the locale, and exact arithmetic.
 *
 * Digits are gathered as negative numbers, so that the least int64_t can be
 * read without overflow. Calendar arithmetic counts days in 400-year eras
 * that begin on 1 March, which puts the leap day last.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/number.h"

#include <string.h>

#define ERA_DAYS 146097
#define EPOCH_SHIFT 719468 /* days from 0000-03-01 to 1970-01-01 */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Appends one digit to a number that is kept negative. */
static bool append_digit(int64_t *negative, int digit)
{
    return cdn_mul_checked(*negative, 10, negative) &&
           !__builtin_sub_overflow(*negative, digit, negative);
}

static bool finish(int64_t negative, bool minus, int64_t *out)
{
    if (!minus && negative == INT64_MIN)
        return false;
    *out = minus ? negative : -negative;
    return true;
}

bool cdn_parse_int(const char *bytes, size_t length, int64_t *out)
{
    return cdn_parse_decimal(bytes, length, 0, out) && is_digit(bytes[length - 1]) &&
           __builtin_memchr(bytes, '.', length) == NULL;
}

bool cdn_parse_decimal(const char *bytes, size_t length, unsigned decimals, int64_t *out)
{
    bool minus = length > 0 && bytes[0] == '-';
    size_t at = minus ? 1 : 0;
    size_t start = at;
    int64_t negative = 0;
    for (; at < length && is_digit(bytes[at]); at++) {
        if (!append_digit(&negative, bytes[at] - '0'))
            return false;
    }
    if (at == start)
        return false;
    unsigned places = 0;
    if (at < length) {
        if (bytes[at] != '.' || at + 1 == length)
            return false;
        for (at++; at < length; at++) {
            if (!is_digit(bytes[at]))
                return false;
            if (places < decimals) {
                if (!append_digit(&negative, bytes[at] - '0'))
                    return false;
                places++;
            } else if (bytes[at] != '0') {
                return false;
            }
        }
    }
    for (; places < decimals && negative != 0; places++) {
        if (!append_digit(&negative, 0))
            return false;
    }
    return finish(negative, minus, out);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool cdn_date_to_days(int year, int month, int day, int32_t *out_days)
{
    static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < -1000000 || year > 1000000 || month < 1 || month > 12 || day < 1)
        return false;
    if (day > month_days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0))
        return false;
    int shifted = month <= 2 ? year - 1 : year; /* the year that began on 1 March */
    int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int year_of_era = shifted - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    *out_days = era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
    return true;
}

void cdn_days_to_date(int32_t days, int *year, int *month, int *day)
{
    int64_t shifted = (int64_t)days + EPOCH_SHIFT;
    int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
    int day_of_era = (int)(shifted - era * ERA_DAYS);
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted_month = (5 * day_of_year + 2) / 153; /* 0 = March */
    *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *year = (int)(era * 400) + year_of_era + (*month <= 2 ? 1 : 0);
}

bool cdn_parse_date(const char *bytes, size_t length, int32_t *out_days)
{
    if (length != 10 || bytes[2] != '/' || bytes[5] != '/')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (i != 2 && i != 5 && !is_digit(bytes[i]))
            return false;
    }
    int day = (bytes[0] - '0') * 10 + (bytes[1] - '0');
    int month = (bytes[3] - '0') * 10 + (bytes[4] - '0');
    int year = 0;
    for (size_t i = 6; i < length; i++)
        year = year * 10 + (bytes[i] - '0');
    return cdn_date_to_days(year, month, day, out_days);
}

int64_t cdn_pow10(unsigned n)
{
    int64_t result = 1;
    for (unsigned i = 0; i < n && i < 18; i++)
        result *= 10;
    return result;
}

static int64_t clamp(__int128 value)
{
    if (value > INT64_MAX)
        return INT64_MAX;
    if (value < INT64_MIN)
        return INT64_MIN;
    return (int64_t)value;
}

int64_t cdn_divide_half_up(__int128 numerator, __int128 denominator)
{
    if (denominator == 0)
        return 0;
    __int128 quotient = numerator / denominator;
    __int128 rest = numerator % denominator;
    bool negative = (numerator < 0) != (denominator < 0);
    __int128 rest_size = rest < 0 ? -rest : rest;
    __int128 size = denominator < 0 ? -denominator : denominator;
    if (rest_size >= size - rest_size)
        quotient += negative ? -1 : 1;
    return clamp(quotient);
}

int64_t cdn_round_to(int64_t value, int64_t base)
{
    return clamp((__int128)cdn_divide_half_up(value, base) * base);
}

bool cdn_period_last_day(const char *period, int32_t *out_days)
{
    int64_t year = 0, month = 0;
    int32_t next = 0;
    if (period == NULL || strlen(period) != 7 || period[4] != '-' || period[0] == '-' ||
        period[5] == '-' || !cdn_parse_int(period, 4, &year) ||
        !cdn_parse_int(period + 5, 2, &month) || month < 1 || month > 12)
        return false;
    bool december = month == 12;
    if (!cdn_date_to_days((int)year + (december ? 1 : 0), december ? 1 : (int)month + 1, 1, &next))
        return false;
    *out_days = next - 1;
    return true;
}
