/* crate.c - data/ro-crate-metadata.json: who made this from what, and who must sign it off.
 *
 * An RO-Crate 1.1 in the manner of the Five Safes profile 0.4, so that tools of
 * research environments read a release as they read their own: the run that made
 * the tables, the sign-off by the agreement, the attack on the result, and the
 * check by people, which is still to come when these bytes are made; their
 * signatures beside the bytes attest it. No times but the period's last day, so
 * that the same release gives the same bytes. release.json has the digest of
 * this file and cannot be in it with its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cordon/version.h"
#include "core/fail.h"
#include "export/parts.h"

#define SAFE_HAVEN "https://w3id.org/shp#"
#define SCHEMA_ORG "http://schema.org/"
#define PROFILE "https://w3id.org/5s-crate/0.4"
#define SHA_512 "https://www.iana.org/assignments/named-information#sha-512"
#define ID_SIZE 256

static cdn_json *ref(const char *id)
{
    cdn_json *object = cdn_json_object();
    cdn_json_set_text(object, "@id", id);
    return object;
}

static void set_ref(cdn_json *object, const char *key, const char *id)
{
    cdn_json_set(object, key, ref(id));
}

static cdn_json *entity(const char *id, const char *type, const char *name)
{
    cdn_json *object = ref(id);
    cdn_json_set_text(object, "@type", type);
    if (name != NULL)
        cdn_json_set_text(object, "name", name);
    return object;
}

/* References to #<stem>-1 .. #<stem>-count. */
static cdn_json *refs(const char *stem, uint32_t count)
{
    char id[ID_SIZE];
    cdn_json *array = cdn_json_array();
    for (uint32_t i = 1; i <= count; i++) {
        (void)snprintf(id, sizeof id, "#%s-%" PRIu32, stem, i);
        cdn_json_push(array, ref(id));
    }
    return array;
}

static void add_names(cdn_json *graph, const char *stem, const char *type, uint32_t count,
                      const char *const *names)
{
    char id[ID_SIZE];
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(id, sizeof id, "#%s-%" PRIu32, stem, i + 1);
        cdn_json_push(graph, entity(id, type, names[i]));
    }
}

/* --- files ------------------------------------------------------------------------------------ */

static const char *format_of(const char *path)
{
    static const char *const formats[][2] = {{".csv", "text/csv"},
                                             {".json", "application/json"},
                                             {".md", "text/markdown"},
                                             {".lua", "text/x-lua"}};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        size_t size = strlen(formats[i][0]);
        if (length > size && strcmp(path + length - size, formats[i][0]) == 0)
            return formats[i][1];
    }
    return "application/octet-stream";
}

static bool is_below(const cdn_listed_file *file, const char *folder)
{
    return strncmp(file->path, folder, strlen(folder)) == 0;
}

/* data/request/<script>.lua, when the script travels. */
static const char *script_path(const cdn_listing *files)
{
    for (size_t i = 0; i < files->count; i++)
        if (is_below(&files->files[i], "data/request/") &&
            strcmp(format_of(files->files[i].path), "text/x-lua") == 0)
            return files->files[i].path + strlen("data/");
    return NULL;
}

static void add_files(const cdn_listing *files, const char *script, cdn_json *graph,
                      cdn_json *parts, cdn_json *results)
{
    char size[32];
    for (size_t i = 0; i < files->count; i++) {
        const cdn_listed_file *file = &files->files[i];
        const char *path = file->path + strlen("data/");
        const char *slash = strrchr(path, '/');
        bool source = script != NULL && strcmp(path, script) == 0;
        cdn_json *object = entity(path, "File", slash == NULL ? path : slash + 1);
        if (source) {
            cdn_json *types = cdn_json_array();
            cdn_json_push(types, cdn_json_new_string("File"));
            cdn_json_push(types, cdn_json_new_string("SoftwareSourceCode"));
            cdn_json_set(object, "@type", types);
        }
        (void)snprintf(size, sizeof size, "%" PRIu64, file->size);
        cdn_json_set_text(object, "contentSize", size);
        cdn_json_set_text(object, "encodingFormat", format_of(path));
        cdn_json_set_text(object, "sha512", file->sha512);
        cdn_json_push(graph, object);
        cdn_json_push(parts, ref(path));
        if (is_below(file, "data/tables/") || is_below(file, "data/codes/"))
            cdn_json_push(results, ref(path));
    }
    cdn_json *statement = entity("release.json", "File", "release.json");
    cdn_json_set_text(statement, "encodingFormat", "application/json");
    cdn_json_set_text(statement, "description",
                      "In-toto statement with the digests of all other files.");
    cdn_json_push(graph, statement);
    cdn_json_push(parts, ref("release.json"));
}

/* --- what it was made from -------------------------------------------------------------------- */

static void add_digest(cdn_json *graph, const char *id, const char *type, const char *name,
                       const char *sha256)
{
    cdn_json *object = entity(id, type, name);
    cdn_json_set_text(object, "sha256", sha256);
    cdn_json_push(graph, object);
}

static void add_sources(const cdn_release *release, const char *script, cdn_json *graph)
{
    cdn_json *terms = entity("#agreement", "CreativeWork", release->agreement_id);
    cdn_json_set_text(terms, "description", release->legal_basis);
    cdn_json_set_text(terms, "sha256", release->agreement_digest);
    cdn_json_push(graph, terms);
    cdn_json *project = entity("#project", "Project", release->partner);
    cdn_json_set_text(project, "description", release->purpose);
    cdn_json_set_text(project, "identifier", release->agreement_id);
    cdn_json_push(graph, project);
    if (script == NULL)
        add_digest(graph, "#script", "SoftwareSourceCode", release->script_name,
                   release->script_digest);
    add_digest(graph, "#plan", "CreativeWork", "Plan made of the script", release->plan_digest);
    add_digest(graph, "#policy", "CreativeWork", release->policy_title, release->policy_digest);
    add_digest(graph, "#catalogue", "CreativeWork", "Catalogue of dimensions and measures",
               release->catalogue_digest);
    cdn_json *input = entity("#input", "Dataset", "Records of the data owner");
    cdn_json_set_text(input, "temporalCoverage", release->period);
    set_ref(input, "identifier", "#input-digest");
    cdn_json_push(graph, input);
    cdn_json *digest = entity("#input-digest", "PropertyValue",
                              "HMAC-SHA-256 of the records, under a key of the data owner");
    cdn_json_set_text(digest, "value", release->snapshot_digest);
    cdn_json_push(graph, digest);
    cdn_json *software = entity("#cordon", "SoftwareApplication", "Cordon");
    cdn_json_set_text(software, "softwareVersion", CDN_VERSION_TEXT);
    cdn_json_set_text(software, "sha256", release->build_digest);
    cdn_json_push(graph, software);
}

/* --- actions ---------------------------------------------------------------------------------- */

static cdn_json *action(const char *id, const char *type, const char *kind, const char *name,
                        const char *status)
{
    char word[ID_SIZE];
    cdn_json *object = entity(id, type, name);
    (void)snprintf(word, sizeof word, SCHEMA_ORG "%s", status);
    cdn_json_set_text(object, "actionStatus", word);
    if (kind != NULL) {
        (void)snprintf(word, sizeof word, SAFE_HAVEN "%s", kind);
        set_ref(object, "additionalType", word);
    }
    return object;
}

/* Takes the results. */
static void add_run(const cdn_release *release, const char *main, cdn_json *results,
                    cdn_json *graph)
{
    static const char *const used[] = {"#input", "#plan", "#policy", "#catalogue"};
    cdn_json *objects = cdn_json_array();
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
        cdn_json_push(objects, ref(used[i]));
    cdn_json *run = action("#run", "CreateAction", NULL, "Tabulation and protection",
                           "CompletedActionStatus");
    cdn_json_set(run, "agent", refs("author", release->author_count));
    set_ref(run, "instrument", main);
    cdn_json_set(run, "object", objects);
    cdn_json_set(run, "result", results);
    cdn_json_push(graph, run);
}

static void add_checks(const cdn_release *release, const char *main, cdn_json *graph)
{
    char text[ID_SIZE];
    cdn_json *allowed = action("#sign-off", "AssessAction", "SignOff",
                               "The agreement allows what the script asks for",
                               "CompletedActionStatus");
    set_ref(allowed, "agent", "#cordon");
    set_ref(allowed, "instrument", "#agreement");
    set_ref(allowed, "object", main);
    cdn_json_push(graph, allowed);

    (void)snprintf(text, sizeof text, "Attack on the result: %" PRIu32 " cells tested, none told",
                   release->cells_tested);
    cdn_json *attack = action("#disclosure-attack", "AssessAction", "DisclosureCheck", text,
                              "CompletedActionStatus");
    set_ref(attack, "agent", "#cordon");
    set_ref(attack, "instrument", "#policy");
    set_ref(attack, "object", "./");
    cdn_json_push(graph, attack);

    (void)snprintf(text, sizeof text, "Check by people: %" PRIu32 " approvals required",
                   release->approvals_required);
    cdn_json *people = action("#disclosure-check", "AssessAction", "DisclosureCheck", text,
                              "PotentialActionStatus");
    cdn_json_set_text(people, "description",
                      "Attested by the signatures over tagmanifest-sha512.txt, which are made "
                      "after these bytes and lie beside them.");
    cdn_json_set(people, "agent", refs("approver", release->approver_count));
    set_ref(people, "instrument", "#agreement");
    set_ref(people, "object", "./");
    cdn_json_push(graph, people);

    cdn_json *bag = action("#bagit", "UpdateAction", "GenerateCheckValue",
                           "BagIt manifests of the package", "CompletedActionStatus");
    set_ref(bag, "agent", "#cordon");
    set_ref(bag, "instrument", SHA_512);
    set_ref(bag, "object", "./");
    cdn_json_push(graph, bag);
    cdn_json_push(graph, entity(SHA_512, "DefinedTerm", "sha-512"));
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Takes the parts. */
static void add_root(const cdn_release *release, const char *main, cdn_json *parts, cdn_json *graph)
{
    static const char *const actions[] = {"#run", "#sign-off", "#disclosure-attack",
                                          "#disclosure-check", "#bagit"};
    char date[CDN_DATE_SIZE];
    int32_t last_day = 0;
    (void)cdn_period_last_day(release->period, &last_day);
    cdn_date_write(last_day, date);
    cdn_json *mentions = cdn_json_array();
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        cdn_json_push(mentions, ref(actions[i]));
    cdn_json *root = entity("./", "Dataset", release->title);
    cdn_json_set_text(root, "description", release->scope);
    cdn_json_set_text(root, "identifier", release->id);
    cdn_json_set_text(root, "datePublished", date);
    set_ref(root, "license", "#agreement");
    set_ref(root, "conformsTo", PROFILE);
    set_ref(root, "mainEntity", main);
    set_ref(root, "sourceOrganization", "#project");
    set_ref(root, "hasDigitalDocumentPermission", "#permission");
    cdn_json_set(root, "hasPart", parts);
    cdn_json_set(root, "mentions", mentions);
    cdn_json_push(graph, root);
    cdn_json_push(graph, entity(PROFILE, "Profile", "Five Safes RO-Crate profile"));
    cdn_json *permission = entity("#permission", "DigitalDocumentPermission", "Who may read this");
    set_ref(permission, "permissionType", SCHEMA_ORG "ReadPermission");
    cdn_json_set(permission, "grantee", refs("recipient", release->recipient_count));
    cdn_json_push(graph, permission);
    cdn_json_push(graph, entity(SCHEMA_ORG "ReadPermission", "DefinedTerm", "may read"));
}

static cdn_json *context(void)
{
    cdn_json *array = cdn_json_array(), *more = cdn_json_object();
    cdn_json_push(array, cdn_json_new_string("https://w3id.org/ro/crate/1.1/context"));
    cdn_json_set_text(more, "sha512", "https://w3id.org/ro/terms/workflow-run#sha512");
    cdn_json_push(array, more);
    return array;
}

static void add_kinds(cdn_json *graph)
{
    static const char *const kinds[] = {"DisclosureCheck", "GenerateCheckValue", "SignOff"};
    char id[ID_SIZE];
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        (void)snprintf(id, sizeof id, SAFE_HAVEN "%s", kinds[i]);
        cdn_json_push(graph, entity(id, "DefinedTerm", kinds[i]));
    }
}

cdn_status cdn_crate_write(const cdn_release *release, const cdn_listing *files, const char *dir,
                           cdn_error *error)
{
    cdn_json *graph = cdn_json_array(), *parts = cdn_json_array(), *results = cdn_json_array();
    const char *script = script_path(files), *main = script == NULL ? "#script" : script;
    cdn_json *descriptor = entity("ro-crate-metadata.json", "CreativeWork", NULL);
    set_ref(descriptor, "conformsTo", "https://w3id.org/ro/crate/1.1");
    set_ref(descriptor, "about", "./");
    cdn_json_push(graph, descriptor);
    add_files(files, script, graph, parts, results);
    add_root(release, main, parts, graph);
    add_sources(release, script, graph);
    add_run(release, main, results, graph);
    add_checks(release, main, graph);
    add_kinds(graph);
    add_names(graph, "author", "Person", release->author_count, release->authors);
    add_names(graph, "approver", "Person", release->approver_count, release->approvers);
    add_names(graph, "recipient", "Organization", release->recipient_count, release->recipients);
    cdn_json *crate = cdn_json_object();
    cdn_json_set(crate, "@context", context());
    cdn_json_set(crate, "@graph", graph);
    return cdn_package_write_json(dir, CDN_PACKAGE_CRATE, crate, error);
}
