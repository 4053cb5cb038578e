/* package_fixture.c - a small made-up release for tests of packages.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/package_fixture.h"

#include <stddef.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *const area_codes[] = {"_T", "E09000001", "E09000002"};
static const char *const area_labels[] = {"Total", "North, \"Upper\"", "South"};
static const char *const role_codes[] = {"_T", "8"};
static const char *const role_labels[] = {"Total", "Care worker"};

static const cdn_release_column table_columns[] = {
    {"area", "Local authority", CDN_FIELD_CODE, 3, area_codes, area_labels},
    {"role", "Job role", CDN_FIELD_CODE, 2, role_codes, role_labels},
};
static const cdn_release_measure table_measures[] = {
    {"filled_posts", "Filled posts", "Workers in post.", "posts", 0, "to the nearest 5"},
    {"median_pay", "Median pay", "Median hourly pay.", "GBP/hour", 2, "to 2 decimal places"},
};
static const uint32_t table_keys[] = {0, 0, 0, 1, 1, 0, 1, 1, 2, 0, 2, 1};
static const cdn_value table_values[] = {
    {CDN_VALUE_OK, 120},  {CDN_VALUE_OK, 1205},
    {CDN_VALUE_OK, 100},  {CDN_VALUE_OK, 1100},
    {CDN_VALUE_OK, 85},   {CDN_VALUE_NOT_AVAILABLE, 7777},
    {CDN_VALUE_OK, 70},   {CDN_VALUE_OK, 5},
    {CDN_VALUE_OK, 0},    {CDN_VALUE_NOT_APPLICABLE, 7777},
    {CDN_VALUE_LOW, 7777}, {CDN_VALUE_CONFIDENTIAL, 7777},
};

static const cdn_release_column list_columns[] = {
    {"location_id", "Location", CDN_FIELD_TEXT, 0, NULL, NULL},
    {"name", "Name", CDN_FIELD_TEXT, 0, NULL, NULL},
    {"area", "Local authority", CDN_FIELD_CODE, 3, area_codes, area_labels},
    {"updated", "Last update", CDN_FIELD_DATE, 0, NULL, NULL},
    {"since", "Since", CDN_FIELD_MONTH, 0, NULL, NULL},
    {"beds", "Beds", CDN_FIELD_INTEGER, 0, NULL, NULL},
    {"shared", "Consent", CDN_FIELD_YES_NO, 0, NULL, NULL},
};
static const cdn_release_measure list_measures[] = {
    {"vacancy_rate", "Vacancy rate", "Vacancies over posts.", "%", 1, "to 1 decimal place"},
};
static const char *const list_texts[] = {
    "1-1",    "",       "E09000001", "2026-08-05", "2020-01", "-3",     "Y",
    "1-2",    "@Home, \"24/7\"\nCare", "E09000002", "2026-07-31", "", "12", "N",
    "1-3",    " Caf\xc3\xa9 ", "",   "",           "",        "",       "",
};
static const cdn_value list_values[] = {
    {CDN_VALUE_OK, -15}, {CDN_VALUE_OK, 1000}, {CDN_VALUE_CONFIDENTIAL, 7777}};

static const cdn_release_output outputs[] = {
    {"turnover", "Posts and pay", "Bank staff are\nnot counted.", false, 2, table_columns, 2,
     table_measures, 6, table_keys, NULL, table_values, 8, 3, 1},
    {"providers", "Providers", "", true, 7, list_columns, 1, list_measures, 3, NULL, list_texts,
     list_values, 2, 1, 0},
};
static const cdn_release_note notes[] = {{"worker", "age", "out of range", 3, 3}};
static const char *const approvers[] = {"Ada King", "Bo Ito", "Cy \\ O'Ro\xc3\xa9", "Di Poe"};
static const char *const authors[] = {"Di Poe"};
static const char *const recipients[] = {"North Council", "South Council"};
static const char *const methods[] = {"Counts are rounded to the nearest 5.",
                                      "Small groups are withheld."};

cdn_release package_fixture(void)
{
    return (cdn_release){
        .id = "test_feed-2026-08-0123456789ab",
        .feed = "test_feed",
        .title = "A test | of <packages>",
        .period = "2026-08",
        .agreement_id = "test-agreement",
        .partner = "Test partner",
        .purpose = "To test",
        .legal_basis = "None",
        .contact = "data@cordon.example",
        .scope = "area within North",
        .valid_from = 20000,
        .valid_to = 2932896, /* 9999-12-31 */
        .approvals_required = 2,
        .approver_count = 4,
        .approvers = approvers,
        .author_count = 1,
        .authors = authors,
        .recipient_count = 2,
        .recipients = recipients,
        .script_travels = true,
        .plan_digest = DIGEST,
        .script_digest = "e9a210bffd0ac5feed454f5b5a1189d72dac875586e7d5d764ee8e88e2ac2040",
        .catalogue_digest = DIGEST,
        .policy_digest = DIGEST,
        .agreement_digest = DIGEST,
        .snapshot_digest = DIGEST,
        .build_digest = DIGEST,
        .plan_text = "{\"feed\":\"test_feed\"}",
        .script_text = "feed \"test_feed\" {}\n",
        .script_name = "scripts/test_feed.lua",
        .policy_name = "standard",
        .policy_title = "Standard protection",
        .method_count = 2,
        .methods = methods,
        .cells_tested = 12,
        .output_count = 2,
        .outputs = outputs,
        .note_count = 1,
        .notes = notes,
    };
}
