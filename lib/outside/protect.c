/* protect.c - files in, pattern out; nothing is written that the exact attacker can break.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/suppress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "attack/exact.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "outside/bounds.h"
#include "json/report.h"

typedef struct job {
    const cdn_outside_request *request;
    cdn_policy *policy;
    cdn_outside_table table;
    uint8_t *withheld, *exposed; /* per cell */
    uint32_t *by;                /* per cell: see cdn_attack_exact_by */
    cdn_outside_bounds bounds; /* with intervals */
    uint32_t rounds;
    cdn_text text;
    cdn_json *json;
} job;

static bool is_same_file(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static cdn_status check_request(const cdn_outside_request *request, cdn_error *error)
{
    if (request->cells == NULL || request->constraints == NULL || request->pattern == NULL)
        return cdn_fail(error, CDN_E_USAGE, "cells, constraints and pattern files are needed");
    if (is_same_file(request->pattern, request->cells) ||
        is_same_file(request->pattern, request->constraints))
        return cdn_fail(error, CDN_E_USAGE, "the pattern and an input are the same file");
    return CDN_OK;
}

static cdn_status job_init(job *self, const cdn_outside_request *request,
                           const cdn_desk_paths *paths, cdn_error *error)
{
    *self = (job){.request = request,
                  .text = CDN_TEXT_INIT(CDN_OUTSIDE_TEXT_MAX),
                  .json = cdn_json_object()};
    CDN_TRY(check_request(request, error));
    if (request->policy != NULL)
        CDN_TRY(cdn_outside_policy(request, paths, &self->policy, error));
    CDN_TRY(cdn_outside_read(request, self->policy, &self->table, error));
    self->withheld = cdn_alloc(self->table.cell_count, 1);
    self->exposed = cdn_alloc(self->table.cell_count, 1);
    self->by = cdn_alloc(self->table.cell_count, sizeof *self->by);
    if (self->withheld == NULL || self->exposed == NULL || self->by == NULL)
        return cdn_fail_memory(error);
    return request->intervals
               ? cdn_outside_bounds_init(&self->bounds, &self->table, self->policy, error)
               : CDN_OK;
}

static void job_release(job *self)
{
    cdn_text_release(&self->text);
    cdn_json_destroy(self->json);
    cdn_free(self->withheld);
    cdn_free(self->exposed);
    cdn_free(self->by);
    cdn_outside_bounds_release(&self->bounds);
    cdn_outside_table_release(&self->table);
    cdn_policy_destroy(self->policy);
}

static cdn_status fill_report(job *self, cdn_report *report, cdn_error *error)
{
    cdn_json *json = self->json;
    self->json = NULL;
    return cdn_report_fill(report, &self->text, json, error);
}

/* Says what makes protection impossible. */
static cdn_status refuse(job *self, cdn_report *report, cdn_error *error)
{
    uint32_t count = 0, first = 0;
    CDN_TRY(cdn_outside_conflicts(&self->table, self->policy, &self->text, self->json, &count,
                                  &first, error));
    if (count == 0)
        return cdn_fail(error, CDN_E_INTERNAL, "protection was refused, and no conflict is found");
    CDN_TRY(fill_report(self, report, error));
    (void)cdn_fail(error, CDN_E_REFUSED,
                   "%u sensitive cell%s cannot be protected, because of cells that are always "
                   "published; first \"%.128s\"",
                   count, count == 1 ? "" : "s", cdn_outside_cell_id(&self->table, first));
    cdn_fail_hint(error, "make one of the forced cells in its rows free; nothing was written");
    return CDN_E_REFUSED;
}

static bool has_forced_conflict(const cdn_outside_table *table)
{
    for (uint32_t c = 0; c < table->cell_count; c++) {
        if (table->cells[c].status == CDN_OUTSIDE_FORCED &&
            cdn_outside_is_sensitive(&table->cells[c]))
            return true;
    }
    return false;
}

/* The pattern of the engine as one of cells; CDN_E_REFUSED, without error, when there is none. */
static cdn_status choose(job *self, cdn_error *error)
{
    cdn_outside_system system;
    cdn_suppress_result result = {0};
    cdn_error local = CDN_ERROR_INIT;
    if (has_forced_conflict(&self->table))
        return CDN_E_REFUSED;
    cdn_status status = cdn_outside_system_init(&system, &self->table, self->policy,
                                                CDN_OUTSIDE_TO_PROTECT, &local);
    if (status == CDN_OK)
        status = self->request->intervals
                     ? cdn_outside_bounds_widen(&self->bounds, &system.system, &result, &local)
                     : cdn_suppress(&system.system, &result, &local);
    if (status == CDN_OK) {
        for (uint32_t c = 0; c < self->table.cell_count; c++)
            self->withheld[c] = self->table.cells[c].status == CDN_OUTSIDE_HIDDEN;
        for (uint32_t f = 0; f < system.system.figure_count; f++)
            self->withheld[system.figure_cell[f]] = result.figure_withheld[f];
        self->rounds = result.rounds;
    } else if (status != CDN_E_REFUSED && error != NULL && error->status == CDN_OK) {
        *error = local;
    }
    cdn_suppress_result_release(&result);
    cdn_outside_system_release(&system);
    return status;
}

static cdn_status audit(job *self, cdn_error *error)
{
    uint32_t exposed = 0;
    CDN_TRY(cdn_outside_try(&self->table, self->policy, self->withheld, self->exposed, NULL,
                            &exposed, error));
    if (exposed == 0)
        return CDN_OK;
    return cdn_fail(error, CDN_E_INTERNAL,
                    "the attack finds %u sensitive cells in the pattern; nothing was written",
                    exposed);
}

/* The intervals of the pattern that is to be written. */
static cdn_status audit_intervals(job *self, cdn_error *error)
{
    cdn_outside_bounds *b = &self->bounds;
    uint32_t count = b->unsafe_count, first = b->first_unsafe;
    if (count == 0) {
        CDN_TRY(cdn_outside_bounds_attack(b, &self->table, self->policy, self->withheld, error));
        count = b->unsafe_count;
        first = b->first_unsafe;
    }
    cdn_json_set(self->json, "narrow", cdn_json_new_integer(count));
    if (count == 0)
        return CDN_OK;
    return cdn_fail(error, CDN_E_REFUSED,
                    "%u sensitive cell%s cannot be given a wide enough interval, whatever is "
                    "withheld; first \"%.128s\"; nothing was written",
                    count, count == 1 ? "" : "s", cdn_outside_cell_id(&self->table, first));
}

static void add_promise(job *self, const char *promise)
{
    bool insiders = self->table.holders != NULL;
    cdn_text_addf(&self->text, "%s%s\n", promise,
                  insiders ? ", nor by a contributor from that and its own cells" : "");
    if (self->request->intervals && self->bounds.unsafe_count == 0)
        cdn_text_add(&self->text, "the interval of each is wide enough for an outsider\n");
}

cdn_status cdn_outside_protect(const cdn_outside_request *request, const cdn_desk_paths *paths,
                               cdn_report *report, cdn_error *error)
{
    job self;
    cdn_status status = job_init(&self, request, paths, error);
    if (status != CDN_OK)
        goto done;
    status = choose(&self, error);
    if (status == CDN_E_REFUSED)
        status = refuse(&self, report, error);
    else if (status == CDN_OK)
        status = audit(&self, error);
    if (status == CDN_OK && request->intervals)
        status = audit_intervals(&self, error);
    if (status != CDN_OK)
        goto done;
    cdn_outside_report_counts(&self.table, self.withheld, self.policy, &self.text, self.json);
    cdn_text_addf(&self.text, "%-22s %9u\n", "rounds", self.rounds);
    add_promise(&self, "written, and no sensitive cell can be computed from what is published");
    cdn_json_set(self.json, "command", cdn_json_new_string("protect"));
    cdn_json_set(self.json, "rounds", cdn_json_new_integer(self.rounds));
    cdn_json_set(self.json, "exposed", cdn_json_new_integer(0));
    status = fill_report(&self, report, error);
    if (status == CDN_OK)
        status = cdn_outside_write_pattern(request->pattern, &self.table, self.withheld,
                                           request->intervals ? &self.bounds : NULL, error);
    if (status != CDN_OK)
        cdn_report_release(report);
done:
    job_release(&self);
    return status;
}

static void list_cell(job *self, cdn_json *list, uint32_t cell)
{
    const char *id = cdn_outside_cell_id(&self->table, cell);
    cdn_json *item = cdn_json_object();
    cdn_json_set(item, "cell", cdn_json_new_string(id));
    cdn_text_addf(&self->text, "exposed: \"%s\" (", id);
    if (self->exposed[cell] == CDN_EXPOSED_TO_HOLDER) {
        const char *own = cdn_outside_cell_id(&self->table, self->by[cell]);
        cdn_json_set(item, "how", cdn_json_new_string("contributor"));
        cdn_json_set(item, "aloneIn", cdn_json_new_string(own));
        cdn_text_addf(&self->text, "computed by the contributor alone in \"%s\")\n", own);
    } else {
        const char *how = self->withheld[cell] ? "computed" : "published";
        cdn_json_set(item, "how", cdn_json_new_string(how));
        cdn_text_addf(&self->text, "%s)\n", how);
    }
    cdn_json_push(list, item);
}

/* What anybody can tell first. *insiders counts the rest. */
static void list_exposed(job *self, uint32_t count, uint32_t *insiders)
{
    cdn_json *list = cdn_json_array();
    uint32_t listed = 0, by_holder = 0;
    for (uint8_t to = CDN_EXPOSED_TO_ALL; to <= CDN_EXPOSED_TO_HOLDER; to++) {
        for (uint32_t c = 0; c < self->table.cell_count; c++) {
            if (self->exposed[c] != to)
                continue;
            by_holder += to == CDN_EXPOSED_TO_HOLDER;
            if (listed++ < CDN_OUTSIDE_LISTED)
                list_cell(self, list, c);
        }
    }
    if (listed > CDN_OUTSIDE_LISTED)
        cdn_text_addf(&self->text, "and %u more\n", listed - CDN_OUTSIDE_LISTED);
    cdn_json_set(self->json, "exposedCells", list);
    cdn_json_set(self->json, "exposed", cdn_json_new_integer(count));
    cdn_json_set(self->json, "exposedToAnybody", cdn_json_new_integer(count - by_holder));
    cdn_json_set(self->json, "exposedToContributors", cdn_json_new_integer(by_holder));
    cdn_json_set(self->json, "command", cdn_json_new_string("attack"));
    *insiders = by_holder;
}

/* Cells that are not exposed outright. */
static cdn_status list_narrow(job *self, uint32_t *narrow, cdn_error *error)
{
    cdn_outside_bounds *b = &self->bounds;
    uint32_t listed = 0;
    CDN_TRY(cdn_outside_bounds_attack(b, &self->table, self->policy, self->withheld, error));
    cdn_json *list = cdn_json_array();
    for (uint32_t c = 0; c < self->table.cell_count; c++) {
        if (self->exposed[c] || !cdn_outside_bounds_is_unsafe(b, &self->table, c))
            continue;
        ++*narrow;
        if (listed++ >= CDN_OUTSIDE_LISTED)
            continue;
        const char *id = cdn_outside_cell_id(&self->table, c);
        cdn_json_push(list, cdn_json_new_string(id));
        cdn_text_addf(&self->text, "narrow: \"%s\"\n", id);
    }
    if (listed > CDN_OUTSIDE_LISTED)
        cdn_text_addf(&self->text, "and %u more\n", listed - CDN_OUTSIDE_LISTED);
    cdn_json_set(self->json, "narrowCells", list);
    cdn_json_set(self->json, "narrow", cdn_json_new_integer(*narrow));
    return CDN_OK;
}

static cdn_status fail_exposed(uint32_t count, uint32_t insiders, cdn_error *error)
{
    const char *are = count == 1 ? " is" : "s are";
    if (insiders == 0)
        return cdn_fail(error, CDN_E_REFUSED, "%u sensitive cell%s exposed", count, are);
    return cdn_fail(error, CDN_E_REFUSED,
                    "%u sensitive cell%s exposed: %u to anybody, %u to a contributor only", count,
                    are, count - insiders, insiders);
}

cdn_status cdn_outside_attack(const cdn_outside_request *request, const cdn_desk_paths *paths,
                              cdn_report *report, cdn_error *error)
{
    job self;
    uint32_t count = 0, insiders = 0, narrow = 0;
    cdn_status status = job_init(&self, request, paths, error);
    if (status == CDN_OK)
        status = cdn_outside_read_pattern(request->pattern, &self.table, self.withheld, error);
    if (status == CDN_OK)
        status = cdn_outside_try(&self.table, self.policy, self.withheld, self.exposed, self.by,
                                 &count, error);
    if (status != CDN_OK)
        goto done;
    cdn_outside_report_counts(&self.table, self.withheld, self.policy, &self.text, self.json);
    list_exposed(&self, count, &insiders);
    if (request->intervals)
        status = list_narrow(&self, &narrow, error);
    if (status != CDN_OK)
        goto done;
    if (count == 0)
        add_promise(&self, "safe: no sensitive cell can be computed from what is published");
    status = fill_report(&self, report, error);
    if (status == CDN_OK && count > 0)
        status = fail_exposed(count, insiders, error);
    else if (status == CDN_OK && narrow > 0)
        status = cdn_fail(error, CDN_E_REFUSED, "%u sensitive cell%s too narrow an interval",
                          narrow, narrow == 1 ? " has" : "s have");
done:
    job_release(&self);
    return status;
}
