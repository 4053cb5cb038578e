/* package_driver.c - stages, signs, zips and verifies the made-up release, for package.sh.
 *
 *   stage DIR | stage-plain DIR (without the script) | keys KEYS TRUST NAME... | sign KEYS TRUST
 *   DIR NAME | zip DIR ZIP verify PACKAGE TRUST
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "export/package.h"
#include "io/file.h"
#include "seal/sign.h"
#include "support/package_fixture.h"

static cdn_status make_keys(int count, char **words, cdn_error *error)
{
    cdn_status status =
        cdn_file_exists(words[1]) ? CDN_OK
                                  : cdn_seal_new_root(words[0], words[1], "Test Org", NULL, error);
    for (int i = 2; i < count && status == CDN_OK; i++)
        status =
            cdn_seal_new_signer(CDN_SEAL_APPROVER, words[0], words[1], words[i], "Test Org", NULL,
                                NULL, error);
    return status;
}

static cdn_status sign(char **words, cdn_error *error)
{
    char path[4096];
    cdn_text bytes = CDN_TEXT_INIT((size_t)1024 * 1024);
    cdn_text pem = CDN_TEXT_INIT((size_t)1024 * 1024);
    (void)snprintf(path, sizeof path, "%s/tagmanifest-sha512.txt", words[2]);
    cdn_status status = cdn_file_read(path, &bytes, error);
    if (status == CDN_OK)
        status = cdn_seal_sign(CDN_SEAL_APPROVER, words[0], words[1], words[3], NULL, bytes.bytes,
                               bytes.length, &pem, error);
    if (status == CDN_OK)
        status = cdn_package_add_signature(words[2], pem.bytes, pem.length, error);
    cdn_text_release(&bytes);
    cdn_text_release(&pem);
    return status;
}

static cdn_status verify(char **words, cdn_package_verdict *verdict, cdn_error *error)
{
    cdn_package_report report;
    const cdn_package_trust trust = {words[1], NULL};
    cdn_status status = cdn_package_verify(words[0], &trust, &report, error);
    *verdict = report.verdict;
    if (status == CDN_OK) {
        printf("OK: %s, %u of %u approvals\n%s", report.release_id, report.approvals,
               report.approvals_required, report.approvers.bytes);
        printf("  status: %s\n", report.standing.bytes);
        cdn_package_report_release(&report);
    }
    return status;
}

int main(int count, char **words)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_status status = CDN_E_USAGE;
    cdn_package_verdict verdict = CDN_PACKAGE_REFUSED;
    cdn_release release = package_fixture();
    const char *command = count > 1 ? words[1] : "";
    release.script_travels = strcmp(command, "stage-plain") != 0;
    if (strncmp(command, "stage", 5) == 0 && count == 3)
        status = cdn_package_stage(&release, words[2], &error);
    else if (strcmp(command, "keys") == 0 && count > 4)
        status = make_keys(count - 2, words + 2, &error);
    else if (strcmp(command, "sign") == 0 && count == 6)
        status = sign(words + 2, &error);
    else if (strcmp(command, "zip") == 0 && count == 4)
        status = cdn_package_zip(words[2], words[3], &error);
    else if (strcmp(command, "verify") == 0 && count == 4)
        status = verify(words + 2, &verdict, &error);
    if (status != CDN_OK) {
        char text[1200];
        (void)cdn_error_format(&error, text, sizeof text);
        bool plain = status == CDN_E_REFUSED && verdict == CDN_PACKAGE_REFUSED;
        printf("%s%s\n", plain ? "REFUSED: " : "", text);
    }
    return status == CDN_E_REFUSED ? cdn_package_verdict_code(verdict)
                                   : cdn_status_exit_code(status);
}
