/* statement.c - data/release.json and data/method.json: what this is, for whom, by which rules.
 *
 * release.json is an in-toto Statement v1 whose subjects are all other data files.
 * It is covered by the manifest, so the number of approvals it asks for is fixed
 * before anyone signs. Only public statements of the protection are told.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cordon/version.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "export/parts.h"

static cdn_json *text_array(uint32_t count, const char *const *items)
{
    cdn_json *array = cdn_json_array();
    for (uint32_t i = 0; i < count; i++)
        cdn_json_push(array, cdn_json_new_string(cdn_text_or_empty(items[i])));
    return array;
}

static cdn_json *named_digest(const char *key, const char *name, const char *digest)
{
    cdn_json *object = cdn_json_object();
    if (key != NULL)
        cdn_json_set_text(object, key, name);
    cdn_json_set_text(object, "sha256", digest);
    return object;
}

static cdn_json *roles(const cdn_release *release)
{
    cdn_json *array = cdn_json_array();
    for (uint32_t i = 0; i < release->role_count; i++) {
        const cdn_release_role *role = &release->roles[i];
        cdn_json *object = cdn_json_object();
        cdn_json_set_text(object, "role", role->name);
        cdn_json_set(object, "atLeast", cdn_json_new_integer(role->at_least));
        cdn_json_set(object, "people", text_array(role->count, role->people));
        cdn_json_push(array, object);
    }
    return array;
}

static cdn_json *approvals(const cdn_release *release)
{
    cdn_json *object = cdn_json_object();
    cdn_json_set(object, "threshold", cdn_json_new_integer(release->approvals_required));
    cdn_json_set(object, "approvers", text_array(release->approver_count, release->approvers));
    cdn_json_set(object, "authors", text_array(release->author_count, release->authors));
    cdn_json_set(object, "roles", roles(release));
    cdn_json_set(object, "onePerOrganisation", cdn_json_new_bool(release->one_per_organisation));
    return object;
}

/* Name, kind, rows and the counts of values of each output. */
static cdn_json *outputs(const cdn_release *release)
{
    cdn_json *array = cdn_json_array();
    for (uint32_t o = 0; o < release->output_count; o++) {
        const cdn_release_output *output = &release->outputs[o];
        cdn_json *values = cdn_json_object();
        cdn_json_set(values, "published", cdn_json_new_integer(output->published_count));
        cdn_json_set(values, "withheld", cdn_json_new_integer(output->withheld_count));
        cdn_json_set(values, "notApplicable", cdn_json_new_integer(output->not_applicable_count));
        cdn_json *object = cdn_json_object();
        cdn_json_set_text(object, "name", output->name);
        cdn_json_set_text(object, "title", output->title);
        cdn_json_set_text(object, "kind", output->is_list ? "list" : "table");
        cdn_json_set(object, "rows", cdn_json_new_integer(output->row_count));
        cdn_json_set(object, "values", values);
        cdn_json_push(array, object);
    }
    return array;
}

cdn_json *cdn_statement_predicate(const cdn_release *release)
{
    char date[CDN_DATE_SIZE];
    const struct {
        const char *key, *text;
    } texts[] = {{"releaseId", release->id},      {"feed", release->feed},
                 {"title", release->title},       {"period", release->period},
                 {"scope", release->scope},       {"purpose", release->purpose},
                 {"partner", release->partner},   {"legalBasis", release->legal_basis},
                 {"contact", release->contact}};
    cdn_json *object = cdn_json_object();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cdn_json_set_text(object, texts[i].key, texts[i].text);
    cdn_json_set(object, "recipients", text_array(release->recipient_count, release->recipients));
    cdn_date_write(release->valid_from, date);
    cdn_json_set_text(object, "notBefore", date);
    cdn_date_write(release->valid_to, date);
    cdn_json_set_text(object, "notAfter", date);
    cdn_json_set(object, "agreement",
                 named_digest("id", release->agreement_id, release->agreement_digest));
    cdn_json_set(object, "policy",
                 named_digest("name", release->policy_name, release->policy_digest));
    cdn_json_set(object, "script",
                 named_digest("name", release->script_name, release->script_digest));
    cdn_json_set(object, "plan", named_digest(NULL, NULL, release->plan_digest));
    cdn_json_set(object, "catalogue", named_digest(NULL, NULL, release->catalogue_digest));
    cdn_json_set(object, "program",
                 named_digest("version", CDN_VERSION_TEXT, release->build_digest));
    cdn_json *snapshot = cdn_json_object();
    cdn_json_set_text(snapshot, "hmacSha256", release->snapshot_digest);
    cdn_json_set(object, "snapshot", snapshot);
    if (cdn_text_or_empty(release->ledger_root)[0] != '\0') {
        cdn_json *ledger = cdn_json_object();
        cdn_json_set(ledger, "entries", cdn_json_new_integer((int64_t)release->ledger_entries));
        cdn_json_set_text(ledger, "root", release->ledger_root);
        cdn_json_set(object, "ledger", ledger);
    }
    cdn_json_set(object, "approvals", approvals(release));
    cdn_json_set(object, "outputs", outputs(release));
    cdn_json_set(object, "cellsTested", cdn_json_new_integer(release->cells_tested));
    return object;
}

static cdn_status add_subject(const char *dir, const cdn_listed_file *file, cdn_json *subjects,
                              cdn_error *error)
{
    char sha256[CDN_SHA256_HEX];
    char *path = cdn_path_join(dir, file->path);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_sha256_file_hex(path, sha256, error);
    cdn_free(path);
    CDN_TRY(status);
    cdn_json *digest = cdn_json_object();
    cdn_json_set_text(digest, "sha256", sha256);
    cdn_json_set_text(digest, "sha512", file->sha512);
    cdn_json *subject = cdn_json_object();
    cdn_json_set_text(subject, "name", file->path);
    cdn_json_set(subject, "digest", digest);
    cdn_json_push(subjects, subject);
    return CDN_OK;
}

cdn_status cdn_statement_write(const cdn_release *release, const cdn_listing *files,
                               const char *dir, cdn_error *error)
{
    cdn_json *subjects = cdn_json_array();
    cdn_status status = CDN_OK;
    for (size_t i = 0; i < files->count && status == CDN_OK; i++)
        status = add_subject(dir, &files->files[i], subjects, error);
    if (status != CDN_OK) {
        cdn_json_destroy(subjects);
        return status;
    }
    cdn_json *root = cdn_json_object();
    cdn_json_set_text(root, "_type", "https://in-toto.io/Statement/v1");
    cdn_json_set(root, "subject", subjects);
    cdn_json_set_text(root, "predicateType", CDN_PACKAGE_PREDICATE);
    cdn_json_set(root, "predicate", cdn_statement_predicate(release));
    return cdn_package_write_json(dir, CDN_PACKAGE_STATEMENT, root, error);
}

static cdn_json *roundings(const cdn_release *release)
{
    cdn_json *array = cdn_json_array();
    for (uint32_t o = 0; o < release->output_count; o++) {
        for (uint32_t m = 0; m < release->outputs[o].measure_count; m++) {
            const cdn_release_measure *measure = &release->outputs[o].measures[m];
            cdn_json *object = cdn_json_object();
            cdn_json_set_text(object, "output", release->outputs[o].name);
            cdn_json_set_text(object, "measure", measure->name);
            cdn_json_set_text(object, "rounding", measure->rounding);
            cdn_json_push(array, object);
        }
    }
    return array;
}

/* Bias, variance and largest change, for each kind of figure. */
static cdn_json *changes(const cdn_release *release)
{
    cdn_json *array = cdn_json_array();
    for (uint32_t i = 0; i < release->change_count; i++) {
        const cdn_release_change *change = &release->changes[i];
        cdn_json *object = cdn_json_object();
        cdn_json_set_text(object, "figures", change->figures);
        cdn_json_set_text(object, "method", change->method);
        cdn_json_set_text(object, "bias", change->bias);
        cdn_json_set_text(object, "variance", change->variance);
        cdn_json_set_text(object, "largestChange", change->largest);
        cdn_json_set(object, "addsUp", cdn_json_new_bool(change->adds_up));
        cdn_json_push(array, object);
    }
    return array;
}

cdn_status cdn_method_write(const cdn_release *release, const char *dir, cdn_error *error)
{
    cdn_json *policy = cdn_json_object();
    cdn_json_set_text(policy, "name", release->policy_name);
    cdn_json_set_text(policy, "title", release->policy_title);
    cdn_json *root = cdn_json_object();
    cdn_json_set(root, "policy", policy);
    cdn_json_set(root, "methods", text_array(release->method_count, release->methods));
    cdn_json_set(root, "outputs", outputs(release));
    cdn_json_set(root, "rounding", roundings(release));
    cdn_json_set(root, "changes", changes(release));
    if (release->noise_digest != NULL)
        cdn_json_set(root, "noiseTable", named_digest(NULL, NULL, release->noise_digest));
    cdn_json_set(root, "cellsTested", cdn_json_new_integer(release->cells_tested));
    return cdn_package_write_json(dir, "data/method.json", root, error);
}
