/* check.c - a release is looked over once, so that the writers need not be careful.
 *
 * Fail closed: a position out of range, a name that could be a path, a text that a
 * spreadsheet would run, and nothing is written at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/fail.h"
#include "core/number.h"
#include "export/parts.h"

#define MAX_DECIMALS 9u

static bool is_month(const char *text)
{
    int32_t day = 0;
    return cdn_period_last_day(text, &day);
}

static bool is_of_kind(cdn_field_kind kind, const char *text)
{
    int64_t number = 0;
    switch (kind) {
    case CDN_FIELD_DATE:
        return cdn_date_is_valid(text);
    case CDN_FIELD_MONTH:
        return is_month(text);
    case CDN_FIELD_INTEGER:
        return cdn_parse_int(text, strlen(text), &number);
    case CDN_FIELD_YES_NO:
        return strcmp(text, "Y") == 0 || strcmp(text, "N") == 0;
    case CDN_FIELD_CODE:
    case CDN_FIELD_TEXT:
        return true;
    }
    return false;
}

static cdn_status check_text(const cdn_release_output *output, const char *column, uint32_t row,
                             const char *text, cdn_error *error)
{
    const char *problem = text == NULL ? "is missing" : cdn_cell_problem(text);
    if (problem == NULL)
        return CDN_OK;
    cdn_status status = cdn_fail(error, CDN_E_REFUSED, "output %s, column %s, row %u: the text %s",
                                 output->name, column, row + 1, problem);
    cdn_fail_hint(error, "correct it at its source: texts are never altered on the way out");
    return status;
}

static cdn_status check_column(const cdn_release_output *output, const cdn_release_column *column,
                               cdn_error *error)
{
    if (!cdn_name_is_plain(column->name) || strcmp(column->name, "period") == 0 ||
        (!output->is_list && column->kind != CDN_FIELD_CODE))
        return cdn_fail(error, CDN_E_INTERNAL, "output %s has a column with a wrong name or kind",
                        output->name);
    if (column->code_count > 0 && (column->codes == NULL || column->labels == NULL))
        return cdn_fail(error, CDN_E_INTERNAL, "output %s, column %s: codes are missing",
                        output->name, column->name);
    for (uint32_t i = 0; i < column->code_count; i++) {
        CDN_TRY(check_text(output, column->name, i, column->codes[i], error));
        CDN_TRY(check_text(output, column->name, i, column->labels[i], error));
        if (column->codes[i][0] == '\0')
            return cdn_fail(error, CDN_E_INTERNAL, "output %s, column %s: a code is empty",
                            output->name, column->name);
    }
    return CDN_OK;
}

/* Header names, "<dimension>_label" and "<measure>_status" included, occur once. */
static cdn_status check_header(const cdn_release_output *output, cdn_error *error)
{
    uint32_t total = output->column_count + output->measure_count;
    for (uint32_t i = 0; i < total; i++) {
        bool is_measure = i >= output->column_count;
        const char *name = is_measure ? output->measures[i - output->column_count].name
                                      : output->columns[i].name;
        size_t length = strlen(name);
        for (uint32_t k = 0; k < total; k++) {
            bool other_measure = k >= output->column_count;
            const char *other = other_measure ? output->measures[k - output->column_count].name
                                              : output->columns[k].name;
            const char *suffix = is_measure ? "_status" : output->is_list ? "" : "_label";
            bool derived = strncmp(other, name, length) == 0 && suffix[0] != '\0' &&
                           strcmp(other + length, suffix) == 0;
            if ((i != k && strcmp(name, other) == 0) || derived)
                return cdn_fail(error, CDN_E_INTERNAL, "output %s has two columns %s",
                                output->name, other);
        }
    }
    return CDN_OK;
}

static cdn_status check_keys(const cdn_release_output *output, cdn_error *error)
{
    size_t width = output->column_count;
    if (output->row_count > 0 && output->column_count > 0 && output->keys == NULL)
        return cdn_fail(error, CDN_E_INTERNAL, "output %s has no keys", output->name);
    for (uint32_t row = 0; row < output->row_count; row++)
        for (uint32_t c = 0; c < output->column_count; c++)
            if (output->keys[row * width + c] >= output->columns[c].code_count)
                return cdn_fail(error, CDN_E_INTERNAL, "output %s, row %u: a key out of range",
                                output->name, row + 1);
    return CDN_OK;
}

static cdn_status check_texts(const cdn_release_output *output, cdn_error *error)
{
    size_t width = output->column_count;
    if (output->row_count > 0 && output->column_count > 0 && output->texts == NULL)
        return cdn_fail(error, CDN_E_INTERNAL, "output %s has no texts", output->name);
    for (uint32_t row = 0; row < output->row_count; row++) {
        for (uint32_t c = 0; c < output->column_count; c++) {
            const cdn_release_column *column = &output->columns[c];
            const char *text = output->texts[row * width + c];
            CDN_TRY(check_text(output, column->name, row, text, error));
            if (text[0] != '\0' && !is_of_kind(column->kind, text))
                return cdn_fail(error, CDN_E_INTERNAL,
                                "output %s, column %s, row %u: a text of another kind",
                                output->name, column->name, row + 1);
        }
    }
    return CDN_OK;
}

static cdn_status check_output(const cdn_release_output *output, cdn_error *error)
{
    if (!cdn_name_is_plain(output->name))
        return cdn_fail(error, CDN_E_INTERNAL, "an output has a wrong name");
    for (uint32_t c = 0; c < output->column_count; c++)
        CDN_TRY(check_column(output, &output->columns[c], error));
    for (uint32_t m = 0; m < output->measure_count; m++)
        if (!cdn_name_is_plain(output->measures[m].name) ||
            strcmp(output->measures[m].name, "period") == 0 ||
            output->measures[m].decimals > MAX_DECIMALS)
            return cdn_fail(error, CDN_E_INTERNAL, "output %s has a wrong measure", output->name);
    CDN_TRY(check_header(output, error));
    if (output->row_count > 0 && output->measure_count > 0 && output->values == NULL)
        return cdn_fail(error, CDN_E_INTERNAL, "output %s has no values", output->name);
    return output->is_list ? check_texts(output, error) : check_keys(output, error);
}

static cdn_status check_people(const char *what, uint32_t count, const char *const *names,
                               cdn_error *error)
{
    for (uint32_t i = 0; i < count; i++)
        if (names == NULL || names[i] == NULL || names[i][0] == '\0' ||
            strpbrk(names[i], "\r\n") != NULL)
            return cdn_fail(error, CDN_E_INTERNAL, "the release has %s without a name", what);
    return CDN_OK;
}

cdn_status cdn_release_check(const cdn_release *release, cdn_error *error)
{
    if (release->id == NULL || !cdn_path_is_plain(release->id) ||
        strchr(release->id, '/') != NULL || release->id[0] == '.')
        return cdn_fail(error, CDN_E_INTERNAL, "the release has a wrong id");
    if (!is_month(cdn_text_or_empty(release->period)))
        return cdn_fail(error, CDN_E_INTERNAL, "the release has a wrong period");
    CDN_TRY(check_people("an approver", release->approver_count, release->approvers, error));
    CDN_TRY(check_people("an author", release->author_count, release->authors, error));
    CDN_TRY(check_people("a recipient", release->recipient_count, release->recipients, error));
    for (uint32_t i = 0; i < release->output_count; i++) {
        CDN_TRY(check_output(&release->outputs[i], error));
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(release->outputs[i].name, release->outputs[k].name) == 0)
                return cdn_fail(error, CDN_E_INTERNAL, "two outputs are called %s",
                                release->outputs[i].name);
    }
    if (release->script_travels && (release->plan_text == NULL || release->script_text == NULL))
        return cdn_fail(error, CDN_E_INTERNAL, "the script travels but is missing");
    return CDN_OK;
}
