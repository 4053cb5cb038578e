/* perturb.c - a table of any origin, rounded or with noise as a policy says: files in, file out.
 *
 * Values are counts when all are whole numbers and the file has no largest
 * contributions, else sums. A cell's key is a keyed hash of what stands in its
 * column "key", or else of its id: cells with one key get one draw, so a table
 * that shows a figure twice should name it alike.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "io/file.h"
#include "json/report.h"
#include "outside/engine.h"
#include "outside/fields.h"
#include "perturb/additive.h"
#include "perturb/method.h"
#include "seal/digest.h"
#include "seal/secret.h"

#define ITERATIONS 1000000u
#define NODES 20000u

enum { ID, VALUE, KEY, TOP1, COLUMN_COUNT = TOP1 + CDN_NOISE_TOP };

static const char *const column_names[COLUMN_COUNT] = {
    [ID] = "cell_id",   [VALUE] = "value",   [KEY] = "key",       [TOP1] = "top1",
    [TOP1 + 1] = "top2", [TOP1 + 2] = "top3", [TOP1 + 3] = "top4", [TOP1 + 4] = "top5"};

typedef struct extra { /* of a cell, beside cdn_outside_cell */
    int64_t top[CDN_NOISE_TOP];
    uint64_t key;
} extra;

typedef struct job {
    const cdn_outside_change *request;
    cdn_policy *policy;
    cdn_outside_table table;
    cdn_outside_columns columns;
    extra *extras;
    uint32_t capacity;
    bool is_count, keyed;
    uint8_t secret[CDN_SECRET_SIZE];
    cdn_noise_tables *noise;
    int64_t *exact, *changed; /* per cell, in whole units for counts */
    cdn_additive_report additive;
} job;

static cdn_status make_key(const job *self, const char *kind, cdn_csv_field name, uint64_t *out,
                           cdn_error *error)
{
    char hex[CDN_SHA256_HEX];
    cdn_text text = CDN_TEXT_INIT(CDN_OUTSIDE_TEXT_MAX);
    cdn_text_addf(&text, "%s\n", kind);
    cdn_text_add_bytes(&text, name.bytes, name.length);
    cdn_status status = text.failed ? cdn_fail_memory(error)
                                    : cdn_hmac_sha256_hex(self->secret, sizeof self->secret,
                                                          text.bytes, text.length, hex, error);
    cdn_text_release(&text);
    CDN_TRY(status);
    hex[16] = '\0';
    *out = strtoull(hex, NULL, 16);
    return CDN_OK;
}

static bool make_room(job *self)
{
    if (self->table.cell_count < self->capacity)
        return true;
    uint32_t room = self->capacity == 0 ? 1024 : self->capacity * 2;
    cdn_outside_cell *cells =
        room < self->capacity ? NULL : cdn_resize(self->table.cells, room, sizeof *cells);
    if (cells == NULL)
        return false;
    self->table.cells = cells;
    extra *extras = cdn_resize(self->extras, room, sizeof *extras);
    if (extras == NULL)
        return false;
    self->extras = extras;
    self->capacity = room;
    return true;
}

static cdn_status read_extra(const job *self, const cdn_outside_record *record, extra *out,
                             cdn_error *error)
{
    memset(out, 0, sizeof *out);
    for (uint32_t k = 0; k < CDN_NOISE_TOP; k++) {
        uint32_t column = TOP1 + k;
        if (self->columns.at[column] == CDN_OUTSIDE_ABSENT)
            break;
        CDN_TRY(cdn_outside_decimal(record, column, CDN_OUTSIDE_DECIMALS, &out->top[k], error));
        if (out->top[k] < 0 || (k > 0 && out->top[k] > out->top[k - 1]))
            return cdn_outside_fail(record, column, error,
                                    "expected contributions without sign, falling, found another");
    }
    if (!self->keyed)
        return CDN_OK;
    cdn_csv_field name = cdn_outside_field(record, KEY);
    if (name.length > 0)
        return make_key(self, "key", name, &out->key, error);
    return make_key(self, "cell", cdn_outside_field(record, ID), &out->key, error);
}

static cdn_status add_cell(void *context, uint64_t line, const cdn_csv_field *fields, size_t count,
                           cdn_error *error)
{
    job *self = context;
    bool added = false;
    if (self->columns.width == 0)
        return cdn_outside_read_header(&self->columns, self->request->cells, line, fields, count,
                                       error);
    CDN_TRY(cdn_outside_check_width(&self->columns, self->request->cells, line, count, error));
    cdn_outside_record record = {self->request->cells, line, fields, &self->columns};
    CDN_TRY(cdn_outside_check_id(&record, ID, error));
    cdn_csv_field id = cdn_outside_field(&record, ID);
    cdn_outside_cell cell = {.cost = 1};
    extra more;
    CDN_TRY(cdn_outside_decimal(&record, VALUE, CDN_OUTSIDE_DECIMALS, &cell.value, error));
    CDN_TRY(read_extra(self, &record, &more, error));
    if (cdn_map_add(self->table.ids, id.bytes, id.length, &added) == CDN_MAP_NONE ||
        !make_room(self))
        return cdn_fail_memory(error);
    if (!added)
        return cdn_outside_fail(&record, ID, error, "the cell \"%.*s\" is there already",
                                (int)id.length, id.bytes);
    self->is_count = self->is_count && cell.value % cdn_pow10(CDN_OUTSIDE_DECIMALS) == 0;
    self->extras[self->table.cell_count] = more;
    self->table.cells[self->table.cell_count++] = cell;
    return CDN_OK;
}

static cdn_status read_files(job *self, cdn_error *error)
{
    const cdn_outside_change *request = self->request;
    self->columns = (cdn_outside_columns){
        .names = column_names, .count = COLUMN_COUNT, .required = VALUE + 1u};
    self->is_count = true;
    self->table = (cdn_outside_table){.ids = cdn_map_create(), .rows = cdn_map_create()};
    if (self->table.ids == NULL || self->table.rows == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(cdn_csv_read(request->cells, add_cell, self, error));
    CDN_TRY(cdn_outside_check_some(&self->columns, request->cells, self->table.cell_count, error));
    self->is_count = self->is_count && self->columns.at[TOP1] == CDN_OUTSIDE_ABSENT;
    return request->constraints == NULL
               ? CDN_OK
               : cdn_outside_read_rows(request->constraints, &self->table, error);
}

/* The file of the key, as a folder and a name in it. */
static cdn_status read_key(job *self, cdn_error *error)
{
    self->keyed = cdn_rounding_needs_key(self->policy->rounding);
    if (!self->keyed)
        return CDN_OK;
    if (self->request->key == NULL) {
        (void)cdn_fail(error, CDN_E_REFUSED,
                       "the policy \"%s\" needs a perturbation key, and none is given",
                       self->policy->name);
        cdn_fail_hint(error, "--key FILE; `openssl rand -hex 32` writes one, and only you may read "
                             "the file");
        return CDN_E_REFUSED;
    }
    const char *slash = strrchr(self->request->key, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - self->request->key);
    char *folder = slash == NULL ? cdn_strdup(".")
                                 : cdn_strndup(self->request->key, length == 0 ? 1 : length);
    if (folder == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_secret_read(folder, slash == NULL ? self->request->key : slash + 1,
                                        self->secret, error);
    cdn_free(folder);
    return status;
}

static cdn_total total_of(const job *self, uint32_t c)
{
    int64_t unit = self->is_count ? 1 : cdn_pow10(CDN_OUTSIDE_DECIMALS);
    int64_t base = self->is_count ? self->policy->count_base : self->policy->sum_base * unit;
    return (cdn_total){self->exact[c], self->is_count, base, unit, self->extras[c].key,
                       self->extras[c].top};
}

static cdn_status change_together(job *self, cdn_error *error)
{
    uint32_t count = self->table.cell_count;
    if (self->policy->rounding == CDN_ROUNDING_SMALL_COUNTS && !self->is_count)
        return cdn_fail(error, CDN_E_REFUSED,
                        "rounding of small counts: the values are not counts");
    int64_t *bases = cdn_alloc(count, sizeof *bases);
    uint8_t *shown = cdn_alloc(count, 1);
    cdn_status status = bases == NULL || shown == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t c = 0; status == CDN_OK && c < count; c++) {
        bases[c] = total_of(self, c).base;
        shown[c] = 1;
    }
    static const uint32_t none[1] = {0};
    cdn_additive system = {count, self->exact, bases, shown, self->table.row_count,
                           self->table.row_start == NULL ? none : self->table.row_start,
                           self->table.row_cell, self->table.row_coefficient, ITERATIONS, NODES};
    if (status == CDN_OK)
        status = self->policy->rounding == CDN_ROUNDING_SMALL_COUNTS
                     ? cdn_round_small_counts(&system, self->changed, &self->additive, error)
                     : cdn_round_controlled(&system, self->changed, &self->additive, error);
    cdn_free(shown);
    cdn_free(bases);
    return status;
}

static cdn_status change(job *self, cdn_error *error)
{
    uint32_t count = self->table.cell_count;
    int64_t scale = self->is_count ? cdn_pow10(CDN_OUTSIDE_DECIMALS) : 1;
    self->exact = cdn_alloc(count, sizeof *self->exact);
    self->changed = cdn_alloc(count, sizeof *self->changed);
    if (self->exact == NULL || self->changed == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < count; c++)
        self->exact[c] = self->table.cells[c].value / scale;
    if (cdn_rounding_is_additive(self->policy->rounding))
        return change_together(self, error);
    if (self->policy->rounding == CDN_ROUNDING_CELL_KEY)
        CDN_TRY(cdn_noise_tables_create(&self->policy->noise, &self->noise, error));
    for (uint32_t c = 0; c < count; c++) {
        cdn_total total = total_of(self, c);
        CDN_TRY(cdn_total_change(self->policy, self->noise, &total, &self->changed[c], error));
    }
    return CDN_OK;
}

static bool is_low(const job *self, uint32_t c)
{
    return self->changed[c] == 0 && self->exact[c] != 0;
}

static cdn_status write_out(const job *self, cdn_error *error)
{
    cdn_writer *writer = NULL;
    cdn_text line = CDN_TEXT_INIT(CDN_OUTSIDE_TEXT_MAX);
    int64_t unit = self->is_count ? 1 : cdn_pow10(CDN_OUTSIDE_DECIMALS);
    CDN_TRY(cdn_writer_create(self->request->out, &writer, error));
    cdn_text_add(&line, "cell_id,value,status\n");
    for (uint32_t c = 0; c < self->table.cell_count && !line.failed; c++) {
        cdn_writer_add(writer, line.bytes, line.length);
        cdn_text_clear(&line);
        cdn_csv_add_field(&line, cdn_outside_cell_id(&self->table, c));
        if (is_low(self, c))
            cdn_text_add(&line, ",,low\n");
        else
            cdn_text_addf(&line, ",%lld,\n", (long long)(self->changed[c] / unit));
    }
    bool ok = !line.failed;
    if (ok)
        cdn_writer_add(writer, line.bytes, line.length);
    cdn_text_release(&line);
    if (!ok) {
        cdn_writer_abandon(writer);
        return cdn_fail_memory(error);
    }
    return cdn_writer_commit(writer, error);
}

static cdn_status report_counts(const job *self, cdn_report *report, cdn_error *error)
{
    uint32_t low = 0;
    cdn_text text = CDN_TEXT_INIT(CDN_OUTSIDE_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    for (uint32_t c = 0; c < self->table.cell_count; c++)
        low += is_low(self, c);
    bool additive = cdn_rounding_is_additive(self->policy->rounding);
    cdn_text_addf(&text, "%-22s %9u\n%-22s %9u\n%-22s %9u\n", "cells", self->table.cell_count,
                  "rows", self->table.row_count, "low", low);
    cdn_text_addf(&text, "written: %s%s\n", self->is_count ? "counts" : "sums",
                  additive ? ", and every row adds up" : ", each changed by itself");
    cdn_json_set(json, "command", cdn_json_new_string("perturb"));
    cdn_json_set(json, "cells", cdn_json_new_integer(self->table.cell_count));
    cdn_json_set(json, "rows", cdn_json_new_integer(self->table.row_count));
    cdn_json_set(json, "low", cdn_json_new_integer(low));
    cdn_json_set(json, "values", cdn_json_new_string(self->is_count ? "counts" : "sums"));
    cdn_json_set(json, "addsUp", cdn_json_new_bool(additive));
    cdn_json_set(json, "steppedComponents", cdn_json_new_integer(self->additive.stepped));
    cdn_json_set(json, "unprovenComponents", cdn_json_new_integer(self->additive.unproven));
    return cdn_report_fill(report, &text, json, error);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat first, second;
    return b != NULL && stat(a, &first) == 0 && stat(b, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

cdn_status cdn_outside_perturb(const cdn_outside_change *request, const cdn_desk_paths *paths,
                               cdn_report *report, cdn_error *error)
{
    job self = {.request = request};
    if (request->cells == NULL || request->out == NULL || request->policy == NULL)
        return cdn_fail(error, CDN_E_USAGE, "a cells file, a policy and an output are needed");
    if (is_same_file(request->out, request->cells) ||
        is_same_file(request->out, request->constraints) ||
        is_same_file(request->out, request->key))
        return cdn_fail(error, CDN_E_USAGE, "the output and an input are the same file");
    cdn_outside_request named = {.policy = request->policy, .workspace = request->workspace};
    cdn_status status = cdn_outside_policy(&named, paths, &self.policy, error);
    if (status == CDN_OK)
        status = read_key(&self, error);
    if (status == CDN_OK)
        status = read_files(&self, error);
    if (status == CDN_OK)
        status = change(&self, error);
    if (status == CDN_OK)
        status = report_counts(&self, report, error);
    if (status == CDN_OK && (status = write_out(&self, error)) != CDN_OK)
        cdn_report_release(report);
    explicit_bzero(self.secret, sizeof self.secret);
    cdn_noise_tables_destroy(self.noise);
    cdn_free(self.changed);
    cdn_free(self.exact);
    cdn_free(self.extras);
    cdn_outside_table_release(&self.table);
    cdn_policy_destroy(self.policy);
    return status;
}
