/* answer.c - an authentic package: may it be used today?
 *
 * In the order of what weighs more: the trust folder is too old to tell, the
 * signatures cannot be dated, the data owner took the release back, replaced it,
 * its time is over, its time has not come.
 *
 * A certificate that has ended says nothing about when its key signed: the time in
 * a signature is the signer's own word. So the status list has to vouch for the
 * bytes; it is signed by somebody whose certificate is in force now.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "core/clock.h"
#include "core/fail.h"
#include "export/parts.h"
#include "export/register.h"

const char *cdn_package_verdict_word(cdn_package_verdict verdict)
{
    static const char *const words[] = {
        [CDN_PACKAGE_GOOD] = "OK",
        [CDN_PACKAGE_REFUSED] = "REFUSED",
        [CDN_PACKAGE_EXPIRED] = "EXPIRED",
        [CDN_PACKAGE_NOT_YET] = "NOT YET",
        [CDN_PACKAGE_WITHDRAWN] = "WITHDRAWN",
        [CDN_PACKAGE_SUPERSEDED] = "SUPERSEDED",
        [CDN_PACKAGE_REVOKED] = "REVOKED",
        [CDN_PACKAGE_STALE] = "STALE",
    };
    return words[verdict];
}

int cdn_package_verdict_code(cdn_package_verdict verdict)
{
    return verdict <= CDN_PACKAGE_REFUSED ? (int)verdict : 8 + (int)verdict;
}

cdn_status cdn_package_say(cdn_package_report *report, cdn_package_verdict verdict,
                           const char *reason, cdn_error *error)
{
    report->verdict = verdict;
    return cdn_fail(error, CDN_E_REFUSED, "%s: %s", cdn_package_verdict_word(verdict), reason);
}

static cdn_status say_day(cdn_package_report *report, cdn_package_verdict verdict,
                          const char *before, const char *day, const char *after, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(1024);
    cdn_text_addf(&text, "%s%.10s%s", before, day, after);
    cdn_status status = cdn_package_say(report, verdict, cdn_text_or_empty(text.bytes), error);
    cdn_text_release(&text);
    return status;
}

cdn_status cdn_package_check_fresh(int64_t until, cdn_package_report *report, cdn_error *error)
{
    char instant[CDN_INSTANT_SIZE];
    if (until >= cdn_clock_now())
        return CDN_OK;
    cdn_instant_write(until, instant);
    return say_day(report, CDN_PACKAGE_STALE, "the trust folder was good until ", instant,
                   "; get the current one", error);
}

/* A list with a lower number than the one that was known is an old one, told again to hide what
 * came since. */
static cdn_status check_number(int64_t number, int64_t known, const char *list,
                               cdn_package_report *report, cdn_error *error)
{
    if (number >= known)
        return CDN_OK;
    cdn_text text = CDN_TEXT_INIT(1024);
    if (number > 0)
        cdn_text_addf(&text, "%s is number %" PRId64, list, number);
    else
        cdn_text_addf(&text, "%s is missing", list);
    cdn_text_addf(&text, ", and you had number %" PRId64 "; get the current one", known);
    cdn_status status =
        cdn_package_say(report, CDN_PACKAGE_STALE, cdn_text_or_empty(text.bytes), error);
    cdn_text_release(&text);
    return status;
}

cdn_status cdn_package_check_known(const cdn_package_trust *trust, cdn_package_report *report,
                                   cdn_error *error)
{
    int64_t number = 0, known = 0;
    if (trust->known == NULL)
        return CDN_OK;
    CDN_TRY(cdn_seal_check_root(trust->folder, trust->known, error));
    CDN_TRY(cdn_seal_crl_number(trust->folder, &number, error));
    CDN_TRY(cdn_seal_crl_number(trust->known, &known, error));
    return check_number(number, known, "the list of revoked certificates", report, error);
}

static cdn_status say_expired(const cdn_signer *signer, cdn_package_report *report,
                              cdn_error *error)
{
    char instant[CDN_INSTANT_SIZE];
    cdn_text text = CDN_TEXT_INIT(1024);
    cdn_instant_write(signer->until, instant);
    cdn_text_addf(
        &text, "the certificate of %s ended on %.10s, and no status list vouches for the release",
        signer->name, instant);
    cdn_status status =
        cdn_package_say(report, CDN_PACKAGE_EXPIRED, cdn_text_or_empty(text.bytes), error);
    cdn_text_release(&text);
    return status;
}

static cdn_status check_version(const cdn_package_trust *trust, const cdn_register_file *file,
                                cdn_package_report *report, cdn_error *error)
{
    int64_t known = 0;
    if (trust->known == NULL)
        return CDN_OK;
    CDN_TRY(cdn_register_version(trust->known, &known, error));
    return check_number(file->version, known, "the status list", report, error);
}

/* What the list says of these bytes; another release under the same name is not this one. */
static cdn_status judge(const cdn_register_file *file, const cdn_register_row *row,
                        const char *digest, const cdn_signer *expired, cdn_package_report *report,
                        cdn_error *error)
{
    char instant[CDN_INSTANT_SIZE];
    bool listed = row->kind != CDN_REGISTER_UNLISTED;
    if (listed && strcmp(row->signed_bytes, digest) != 0)
        return cdn_fail(error, CDN_E_REFUSED, "the status list has other bytes for this release");
    if (!listed && expired->state == CDN_SIGNER_EXPIRED)
        return say_expired(expired, report, error);
    if (row->kind == CDN_REGISTER_WITHDRAWN)
        return cdn_package_say(report, CDN_PACKAGE_WITHDRAWN, row->detail, error);
    if (row->kind == CDN_REGISTER_SUPERSEDED) {
        cdn_text text = CDN_TEXT_INIT(1024);
        cdn_text_addf(&text, "by %s", row->detail);
        cdn_status status =
            cdn_package_say(report, CDN_PACKAGE_SUPERSEDED, cdn_text_or_empty(text.bytes), error);
        cdn_text_release(&text);
        return status;
    }
    if (file->tree == NULL) {
        cdn_text_add(&report->standing, "not known, the trust folder has no status list");
    } else {
        cdn_instant_write(file->issued, instant);
        cdn_text_addf(&report->standing, "%s (list %lld of %.10s", listed ? "active" : "not listed",
                      (long long)file->version, instant);
        cdn_instant_write(file->next_update, instant);
        cdn_text_addf(&report->standing, ", next by %.10s)", instant);
    }
    return report->standing.failed ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status read_day(const cdn_json *predicate, const char *key, const char **out,
                           cdn_error *error)
{
    *out = cdn_json_string(cdn_json_get(predicate, key));
    if (*out == NULL || !cdn_date_is_valid(*out))
        return cdn_fail(error, CDN_E_REFUSED,
                        "no dates between which the release may be used");
    return CDN_OK;
}

static cdn_status check_days(const cdn_json *predicate, cdn_package_report *report,
                             cdn_error *error)
{
    char today[CDN_DATE_SIZE];
    const char *from = NULL, *until = NULL;
    CDN_TRY(read_day(predicate, "notBefore", &from, error));
    CDN_TRY(read_day(predicate, "notAfter", &until, error));
    cdn_date_write(cdn_clock_today(), today);
    if (strcmp(today, until) > 0)
        return say_day(report, CDN_PACKAGE_EXPIRED, "the release could be used until ", until, "",
                       error);
    if (strcmp(today, from) < 0)
        return say_day(report, CDN_PACKAGE_NOT_YET, "the release may be used from ", from, "",
                       error);
    return CDN_OK;
}

cdn_status cdn_package_answer(const cdn_package_trust *trust, const cdn_json *predicate,
                              const char *digest, const cdn_signer *expired,
                              cdn_package_report *report, cdn_error *error)
{
    cdn_register_file file;
    CDN_TRY(cdn_register_read(trust->folder, &file, error));
    cdn_register_row row = cdn_register_find(&file, report->release_id);
    cdn_status status = file.tree == NULL
                            ? CDN_OK
                            : cdn_package_check_fresh(file.next_update, report, error);
    if (status == CDN_OK)
        status = check_version(trust, &file, report, error);
    if (status == CDN_OK)
        status = judge(&file, &row, digest, expired, report, error);
    cdn_register_file_release(&file);
    return status == CDN_OK ? check_days(predicate, report, error) : status;
}
