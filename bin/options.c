/* options.c - options are the same for all commands; each takes those that its usage names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

cdn_status usage_error(cdn_error *error, const char *message, const char *what)
{
    error->status = CDN_E_USAGE;
    (void)snprintf(error->message, sizeof error->message, "%s%s%s", message,
                   what[0] == '\0' ? "" : " ", what);
    (void)snprintf(error->hint, sizeof error->hint, "`cordon help` lists the commands");
    return CDN_E_USAGE;
}

typedef struct option_name {
    const char *name;
    size_t offset;
} option_name;

static const option_name value_options[] = {
    {"--key", offsetof(options, key)},
    {"--workspace", offsetof(options, workspace)},
    {"--out", offsetof(options, out)},
    {"--as", offsetof(options, as)},
    {"--trust", offsetof(options, trust)},
    {"--known", offsetof(options, known)},
    {"--name", offsetof(options, name)},
    {"--organisation", offsetof(options, organisation)},
    {"--seed", offsetof(options, seed)},
    {"--week", offsetof(options, week)},
    {"--workers", offsetof(options, workers)},
    {"--workplaces", offsetof(options, workplaces)},
    {"--passphrase-file", offsetof(options, passphrase_file)},
    {"--root-passphrase-file", offsetof(options, root_passphrase_file)},
    {"--passphrase-fd", offsetof(options, passphrase_fd)},
    {"--root-passphrase-fd", offsetof(options, root_passphrase_fd)},
    {"--reason", offsetof(options, reason)},
    {"--cells", offsetof(options, cells)},
    {"--constraints", offsetof(options, constraints)},
    {"--pattern", offsetof(options, pattern)},
    {"--policy", offsetof(options, policy)},
    {"--root", offsetof(options, root)},
    {"--agreement", offsetof(options, agreement)},
    {"--certificate", offsetof(options, certificate)},
    {"--by", offsetof(options, by)},
};

static const option_name flags[] = {
    {"--json", offsetof(options, json)},
    {"--wide", offsetof(options, wide)},
    {"--clean", offsetof(options, clean)},
    {"--intervals", offsetof(options, intervals)},
    {"--no-passphrase", offsetof(options, no_passphrase)},
    {"--load", offsetof(options, load)},
    {"--skip", offsetof(options, skip)},
};

static bool set_value(options *o, const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof value_options / sizeof value_options[0]; i++)
        if (strcmp(value_options[i].name, name) == 0) {
            memcpy((char *)o + value_options[i].offset, &value, sizeof value);
            return true;
        }
    return false;
}

static bool set_flag(options *o, const char *name)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(flags[i].name, name) == 0) {
            *(bool *)((char *)o + flags[i].offset) = true;
            return true;
        }
    return false;
}

/* An option that a command would not look at is a mistake: the command's usage names its own. */
static bool takes_option(const command *c, const char *name)
{
    size_t length = strlen(name);
    if (strcmp(name, "--workspace") == 0 || strcmp(name, "--json") == 0)
        return true;
    for (const char *at = c->usage; (at = strstr(at, name)) != NULL; at += length)
        if (strchr(" ],", at[length]) != NULL)
            return true;
    return false;
}

cdn_status options_read(const command *c, int argc, char **argv, options *o, cdn_error *error)
{
    *o = (options){.workspace = "."};
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            if (o->positional_count == c->most)
                return usage_error(error, "too many arguments; usage: cordon", c->usage);
            o->positional[o->positional_count++] = argv[i];
        } else if (!takes_option(c, argv[i])) {
            return usage_error(error, "unknown option:", argv[i]);
        } else if (!set_flag(o, argv[i])) {
            if (i + 1 == argc || !set_value(o, argv[i], argv[i + 1]))
                return usage_error(error, "an option without its value:", argv[i]);
            i++;
        }
    }
    return o->positional_count < c->arguments ? usage_error(error, "usage: cordon", c->usage)
                                              : CDN_OK;
}
