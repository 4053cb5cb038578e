/* seal.h - what tests with keys share: a shell beside, and approvers in the scratch directory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_SUPPORT_SEAL_H
#define CDN_TESTS_SUPPORT_SEAL_H

#include "support/unit.h"

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#include "seal/sign.h"

extern char **environ;

/* Runs a shell command in the scratch directory; its exit code. */
static inline int seal_run(const char *command)
{
    char full[4096];
    char shell[] = "sh", option[] = "-c";
    char *words[] = {shell, option, full, NULL};
    pid_t child = 0;
    int state = 0;
    (void)snprintf(full, sizeof full, "cd '%s' && { %s\n} >log 2>&1", unit_path("."), command);
    assert_int_equal(posix_spawnp(&child, "sh", NULL, NULL, words, environ), 0);
    assert_int_equal(waitpid(child, &state, 0), child);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

/* A new approver of the root in keys/ and trust/, without passphrases. */
static inline cdn_status seal_enrol(const char *name)
{
    return cdn_seal_new_signer(CDN_SEAL_APPROVER, unit_path("keys"), unit_path("trust"), name,
                               "Test Org", NULL, NULL, NULL);
}

static inline cdn_status seal_sign(const char *name, const void *bytes, size_t size, cdn_text *pem)
{
    return cdn_seal_sign(CDN_SEAL_APPROVER, unit_path("keys"), unit_path("trust"), name, NULL,
                         bytes, size, pem, NULL);
}

/* A scratch directory with a root and two approvers; each test has its own. */
static inline int seal_setup(void **state, const char *first, const char *second)
{
    (void)unit_scratch_setup(state);
    assert_int_equal(
        cdn_seal_new_root(unit_path("keys"), unit_path("trust"), "Test Org", NULL, NULL), CDN_OK);
    assert_int_equal(seal_enrol(first), CDN_OK);
    assert_int_equal(seal_enrol(second), CDN_OK);
    return 0;
}

#endif
