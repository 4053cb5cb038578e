/* number.h - numbers to and from text, free of the locale, and exact arithmetic.
 *
 * A decimal with d places is an int64_t scaled by 10^d. Every reader takes the
 * whole of bytes[0..length) or refuses. */
#ifndef CDN_CORE_NUMBER_H
#define CDN_CORE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** [-]digits; no blanks, no plus sign, no overflow. */
bool cdn_parse_int(const char *bytes, size_t length, int64_t *out);

/** [-]digits[.digits] scaled to `decimals` places. Extra places are accepted only when they
 *  are zeros ("12.50" with 1 place is fine, "12.55" is refused). */
bool cdn_parse_decimal(const char *bytes, size_t length, unsigned decimals, int64_t *out);

/** Days since 1970-01-01 of a proleptic Gregorian date; false when there is no such day. */
bool cdn_date_to_days(int year, int month, int day, int32_t *out_days);
/** The last day of a "YYYY-MM" period; false for other texts. */
bool cdn_period_last_day(const char *period, int32_t *out_days);
void cdn_days_to_date(int32_t days, int *year, int *month, int *day);
/** DD/MM/YYYY, exactly. */
bool cdn_parse_date(const char *bytes, size_t length, int32_t *out_days);

/** 10^n for n in 0..18. */
int64_t cdn_pow10(unsigned n);

/** numerator / denominator rounded half away from zero; denominator not 0.
 *  The 128-bit inputs let a caller scale before dividing. */
int64_t cdn_divide_half_up(__int128 numerator, __int128 denominator);

/** value rounded to the nearest multiple of base (> 0), halves away from zero. */
int64_t cdn_round_to(int64_t value, int64_t base);

/** true when the result fits; else *out is unspecified. */
#define cdn_add_checked(a, b, out) (!__builtin_add_overflow((a), (b), (out)))
#define cdn_mul_checked(a, b, out) (!__builtin_mul_overflow((a), (b), (out)))

#endif
