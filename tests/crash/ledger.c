/* ledger.c - the ledger alone, for the tests of crashes: adds entries, or says what it finds.
 *
 *   ledger add FILE FIRST LAST   adds entries numbered so, of very different sizes; prints each
 *                                number once its entry was acknowledged
 *   ledger judge                 for each path read from standard input: "entries root", or why not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/ledger.h"

static int complain(const cdn_error *error)
{
    fprintf(stderr, "status %d: %s\n", (int)error->status, error->message);
    return (int)error->status;
}

static int add(const char *path, long first, long last)
{
    static const size_t sizes[] = {10, 300, 5000, 40, 20000, 900};
    cdn_error error = CDN_ERROR_INIT;
    cdn_ledger *ledger = NULL;
    cdn_status status = cdn_ledger_open(path, &ledger, &error);
    for (long i = first; i <= last && status == CDN_OK; i++) {
        char text[20001], told[32];
        size_t size = sizes[(size_t)i % (sizeof sizes / sizeof *sizes)];
        memset(text, 'a' + (int)(i % 26), size);
        text[size] = '\0';
        cdn_json *payload = cdn_json_object();
        cdn_json_set(payload, "number", cdn_json_new_integer(i));
        cdn_json_set(payload, "text", cdn_json_new_string(text));
        status = cdn_ledger_add(ledger, "stage", "release", payload, &error);
        cdn_json_destroy(payload);
        int length = snprintf(told, sizeof told, "%ld\n", i);
        if (status == CDN_OK && write(STDOUT_FILENO, told, (size_t)length) != length)
            abort();
    }
    cdn_ledger_close(ledger);
    return status == CDN_OK ? 0 : complain(&error);
}

static int judge(void)
{
    char path[4096];
    while (fgets(path, sizeof path, stdin) != NULL) {
        char root[65] = "";
        uint64_t entries = 0;
        cdn_error error = CDN_ERROR_INIT;
        cdn_ledger *ledger = NULL;
        path[strcspn(path, "\n")] = '\0';
        cdn_status status = cdn_ledger_open(path, &ledger, &error);
        if (status == CDN_OK)
            status = cdn_ledger_root(ledger, 0, &entries, root, &error);
        cdn_ledger_close(ledger);
        if (status == CDN_OK)
            printf("%" PRIu64 " %s\n", entries, root);
        else
            printf("status %d: %s\n", (int)status, error.message);
        (void)fflush(stdout);
    }
    return 0;
}

int main(int count, char **words)
{
    if (count == 5 && strcmp(words[1], "add") == 0)
        return add(words[2], strtol(words[3], NULL, 10), strtol(words[4], NULL, 10));
    return count == 2 && strcmp(words[1], "judge") == 0 ? judge() : 2;
}
