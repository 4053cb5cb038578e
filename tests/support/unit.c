/* unit.c - a scratch directory for unit tests, made without the code under test.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[256];

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

const char *unit_scratch_make(void)
{
    const char *base = getenv("TMPDIR");
    (void)snprintf(scratch, sizeof scratch, "%s/cordon-unit-XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(scratch));
    return scratch;
}

void unit_scratch_remove(void)
{
    if (scratch[0] != '\0')
        (void)nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    scratch[0] = '\0';
}

const char *unit_path(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

void unit_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

int unit_scratch_setup(void **state)
{
    (void)state;
    (void)unit_scratch_make();
    return 0;
}

int unit_scratch_teardown(void **state)
{
    (void)state;
    unit_scratch_remove();
    return 0;
}
