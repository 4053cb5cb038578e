/* filler.c - names and values of the columns that no catalogue uses.
 *
 * Values carry no information; they are cheap to draw because in a wide worker
 * file there are six hundred of them in every row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/filler.h"

#include <stdio.h>

#define COLUMNS_PER_DRAW 20u

typedef struct family {
    const char *prefix; /* prefix + two or three digits + suffix */
    const char *suffix;
    unsigned digits, last;
    cdn_filler_kind kind;
} family;

static void add_name(cdn_filler *filler, uint32_t limit, const char *prefix, const char *suffix,
                     cdn_filler_kind kind)
{
    if (filler->count == limit || filler->count == CDN_FILLER_MAX)
        return;
    (void)snprintf(filler->columns[filler->count].name, sizeof filler->columns[0].name, "%s%s",
                   prefix, suffix);
    filler->columns[filler->count++].kind = (uint8_t)kind;
}

static void add_family(cdn_filler *filler, uint32_t limit, const family *of)
{
    for (unsigned number = 1; number <= of->last && filler->count < limit; number++) {
        char prefix[24];
        (void)snprintf(prefix, sizeof prefix, "%s%0*u", of->prefix, (int)of->digits, number);
        add_name(filler, limit, prefix, of->suffix, of->kind);
    }
}

void cdn_filler_workplace(cdn_filler *out, uint32_t count)
{
    static const char *const dates[] = {
        "estabcreateddate", "previous_logindate", "estabupdateddate", "estabsavedate",
        "workerupdate", "previous_mupddate", "lastbulkuploaddate", "workersavedate"};
    static const char *const dated[] = {"esttype", "totalstaff", "totalstarters", "totalleavers",
                                        "totalvacancies", "mainstid", "permission", "services"};
    static const char *const counts[] = {"logincount_month", "logincount_year",
                                         "updatecount_month", "updatecount_year"};
    static const family families[] = {{"ut", "flag", 2, 23, CDN_FILLER_FLAG},
                                      {"st", "cap", 2, 36, CDN_FILLER_SMALL},
                                      {"st", "util", 2, 36, CDN_FILLER_SMALL},
                                      {"st", "flag", 2, 36, CDN_FILLER_FLAG}};
    out->count = 0;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        add_name(out, count, dates[i], "", CDN_FILLER_DATE);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        add_name(out, count, counts[i], "", CDN_FILLER_SMALL);
    for (size_t i = 0; i < sizeof dated / sizeof dated[0]; i++) {
        add_name(out, count, dated[i], "_changedate", CDN_FILLER_DATE);
        add_name(out, count, dated[i], "_savedate", CDN_FILLER_DATE);
    }
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        add_family(out, count, &families[i]);
}

void cdn_filler_worker(cdn_filler *out, uint32_t count)
{
    static const char *const dated[] = {
        "emplstat",  "mainjrid",  "strtdate",   "age",     "gender",   "disabled",  "ethnicity",
        "isbritish", "borninuk",  "homecssrid", "scerec",  "startsec", "dayssick",  "zerohours",
        "conthrs",   "pay",       "ccstatus",   "scqheld", "dha",      "apprentice"};
    static const family families[] = {{"tr", "flag", 2, 48, CDN_FILLER_FLAG},
                                      {"tr", "count", 2, 48, CDN_FILLER_SMALL},
                                      {"tr", "ac", 2, 48, CDN_FILLER_FLAG},
                                      {"tr", "latestdate", 2, 48, CDN_FILLER_DATE},
                                      {"ql", "achq", 3, 145, CDN_FILLER_FLAG},
                                      {"ql", "year", 3, 145, CDN_FILLER_SMALL},
                                      {"tr", "dn", 2, 48, CDN_FILLER_SMALL},
                                      {"jr", "flag", 2, 54, CDN_FILLER_FLAG},
                                      {"nurse", "spec", 2, 40, CDN_FILLER_FLAG}};
    out->count = 0;
    for (size_t i = 0; i < sizeof dated / sizeof dated[0]; i++) {
        add_name(out, count, dated[i], "_changedate", CDN_FILLER_DATE);
        add_name(out, count, dated[i], "_savedate", CDN_FILLER_DATE);
    }
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        add_family(out, count, &families[i]);
}

void cdn_filler_put_names(const cdn_filler *filler, cdn_line *line)
{
    for (uint32_t i = 0; i < filler->count; i++)
        cdn_line_text(line, filler->columns[i].name);
}

void cdn_filler_skip_row(const cdn_filler *filler, cdn_random *random)
{
    for (uint32_t i = 0; i < filler->count; i += COLUMNS_PER_DRAW)
        (void)cdn_random_next(random);
}

void cdn_filler_put_row(const cdn_filler *filler, const cdn_synth_world *world,
                        cdn_random *random, cdn_line *line)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < filler->count; i++) {
        if (i % COLUMNS_PER_DRAW == 0)
            bits = cdn_random_next(random);
        unsigned draw = (unsigned)(bits & 7u);
        bits >>= 3;
        switch ((cdn_filler_kind)filler->columns[i].kind) {
        case CDN_FILLER_DATE:
            if (draw == 0)
                cdn_synth_put_date(line, world, (int32_t)(bits & 2047u));
            else
                cdn_line_comma(line);
            break;
        case CDN_FILLER_FLAG:
            cdn_line_int(line, draw == 0);
            break;
        case CDN_FILLER_SMALL:
            cdn_line_int_or_blank(line, (int64_t)draw, 0);
            break;
        }
    }
}
