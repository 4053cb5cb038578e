/* parts.h - what the files of this room share: names in a package, texts, listings.
 *
 * Not for other rooms: they use package.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_EXPORT_PARTS_H
#define CDN_EXPORT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/number.h"
#include "core/text.h"
#include "cordon/error.h"
#include "export/package.h"
#include "export/texts.h"
#include "io/file.h"
#include "json/json.h"
#include "release/release.h"
#include "seal/digest.h"
#include "seal/sign.h"

#define CDN_PACKAGE_MANIFEST "manifest-sha512.txt"
#define CDN_PACKAGE_TAG_MANIFEST "tagmanifest-sha512.txt" /* the signed bytes */
#define CDN_PACKAGE_STATEMENT "data/release.json"
#define CDN_PACKAGE_CRATE "data/ro-crate-metadata.json"
#define CDN_PACKAGE_PREDICATE "https://cordon.example/release/v1"
#define CDN_PACKAGE_TEXT_SIZE ((size_t)64 * 1024 * 1024) /* any one text built in memory */
#define CDN_PACKAGE_LEAST_APPROVALS 2u
#define CDN_PACKAGE_MAX_FILES 10000u
#define CDN_PACKAGE_MAX_SIZE ((uint64_t)1024 * 1024 * 1024)

/* names.c */

/** [a-z][a-z0-9_]*, at most CDN_LIMIT_NAME_SIZE: a table, a column, a measure. */
bool cdn_name_is_plain(const char *name);
/** A relative path of [A-Za-z0-9._-] parts, none of them empty, "." or "..". */
bool cdn_path_is_plain(const char *path);
/** NULL when the text may stand in a cell, else what is wrong with it, without the text. */
const char *cdn_cell_problem(const char *text);
/** YYYY-MM-DD, a day of the calendar. */
bool cdn_date_is_valid(const char *text);

/* check.c */

/** Everything the writers rely on: names, positions, kinds, texts. CDN_E_REFUSED for a text that
 *  may not stand in a cell, CDN_E_INTERNAL for a release that is not well formed. */
cdn_status cdn_release_check(const cdn_release *release, cdn_error *error) CDN_MUST_CHECK;

/* table.c */

/** data/tables/<output>.csv. */
cdn_status cdn_table_write(const cdn_release *release, const cdn_release_output *output,
                           const char *path, cdn_error *error) CDN_MUST_CHECK;
/** One RFC 4180 field; a comma before it unless it is the row's first. */
void cdn_csv_add(cdn_text *row, bool first, const char *field);

/* codes.c */

/** The code list of one column name: the union over all outputs, in order of first appearance. */
typedef struct cdn_code_list {
    const char *column;
    const char *title;
    uint32_t count;
    const char **codes;
    const char **labels;
} cdn_code_list;

/** Lists in order of first appearance; texts are the release's, arrays the arena's. One code with
 *  two labels is CDN_E_INTERNAL. */
cdn_status cdn_code_lists_collect(const cdn_release *release, cdn_arena *arena,
                                  cdn_code_list **out, uint32_t *out_count, cdn_error *error)
    CDN_MUST_CHECK;
cdn_status cdn_code_list_write(const cdn_code_list *list, const char *path, cdn_error *error)
    CDN_MUST_CHECK;

/* listing.c */

typedef struct cdn_listed_file {
    const char *path; /* relative to the package */
    uint64_t size;
    char sha512[CDN_SHA512_HEX];
} cdn_listed_file;

/** The regular files of a tree, sorted bytewise by path; texts belong to the arena. */
typedef struct cdn_listing {
    cdn_arena *arena;
    cdn_listed_file *files;
    size_t count, capacity;
} cdn_listing;

/** Digests every file; links, devices, odd names and too many files are CDN_E_REFUSED. */
cdn_status cdn_listing_scan(const char *root, cdn_listing *out, cdn_error *error) CDN_MUST_CHECK;
/** Reads a BagIt manifest of our strict form: lines sorted, no path twice. */
cdn_status cdn_listing_parse(const char *source, const char *bytes, size_t size, cdn_listing *out,
                             cdn_error *error) CDN_MUST_CHECK;
const cdn_listed_file *cdn_listing_find(const cdn_listing *listing, const char *path);
void cdn_listing_release(cdn_listing *listing);

/* datapackage.c, crate.c, statement.c, notes.c, bag.c: each writes its file below `dir`. */
cdn_status cdn_datapackage_write(const cdn_release *release, const cdn_code_list *lists,
                                 uint32_t list_count, const cdn_listing *files, const char *dir,
                                 cdn_error *error) CDN_MUST_CHECK;
/** Before the statement, which has the crate's digest. */
cdn_status cdn_crate_write(const cdn_release *release, const cdn_listing *files, const char *dir,
                           cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_statement_write(const cdn_release *release, const cdn_listing *files,
                               const char *dir, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_method_write(const cdn_release *release, const char *dir, cdn_error *error)
    CDN_MUST_CHECK;
cdn_status cdn_notes_write(const cdn_release *release, const char *dir, cdn_error *error)
    CDN_MUST_CHECK;
/** bagit.txt, bag-info.txt, VERIFY.txt, verify.sh and both manifests, over a finished data/. */
cdn_status cdn_bag_write(const cdn_release *release, const char *dir, cdn_error *error)
    CDN_MUST_CHECK;

/** What release.json says of the release. @owner caller, cdn_json_destroy */
cdn_json *cdn_statement_predicate(const cdn_release *release);
/** CDN_E_REFUSED unless bag-info.txt, which verify.sh goes by, has the name and the terms of
 *  release.json and no other. */
cdn_status cdn_bag_check(const char *dir, const cdn_json *predicate, cdn_error *error)
    CDN_MUST_CHECK;
/** true when the array has the text. */
bool cdn_json_holds_text(const cdn_json *array, const char *text);

/** dir/name; writes bytes, or a JSON tree with blanks and newlines (freed in every case). */
cdn_status cdn_package_write(const char *dir, const char *name, const char *bytes, size_t size,
                             cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_package_write_text(const char *dir, const char *name, cdn_text *text,
                                  cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_package_write_json(const char *dir, const char *name, cdn_json *tree,
                                  cdn_error *error) CDN_MUST_CHECK;
/** Sets a member to a text, "" for NULL. */
void cdn_json_set_text(cdn_json *object, const char *key, const char *text);

/* answer.c */

/** CDN_E_REFUSED with "WORD: reason", and the verdict in the report. */
cdn_status cdn_package_say(cdn_package_report *report, cdn_package_verdict verdict,
                           const char *reason, cdn_error *error);
/** CDN_OK until then; afterwards the trust folder is too old. */
cdn_status cdn_package_check_fresh(int64_t until, cdn_package_report *report, cdn_error *error)
    CDN_MUST_CHECK;
/** CDN_OK unless the trust folder is older than the one that is known, or of another root. */
cdn_status cdn_package_check_known(const cdn_package_trust *trust, cdn_package_report *report,
                                   cdn_error *error) CDN_MUST_CHECK;
/** May the authentic release report->release_id be used today? `digest` is that of its signed
 *  bytes, `expired` one of its signers, by choice one whose certificate has ended. */
cdn_status cdn_package_answer(const cdn_package_trust *trust, const cdn_json *predicate,
                              const char *digest, const cdn_signer *expired,
                              cdn_package_report *report, cdn_error *error) CDN_MUST_CHECK;

/* verify.sh and VERIFY.txt of this room */
extern const char cdn_package_verify_script[];
extern const char cdn_package_verify_text[];

/* unzip.c */

/** Unpacks below `dir`; out_root is dir/<the one top folder>. @owner caller, cdn_free */
cdn_status cdn_package_unzip(const char *zip_path, const char *dir, char **out_root,
                             cdn_error *error) CDN_MUST_CHECK;

#endif
