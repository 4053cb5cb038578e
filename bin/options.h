/* options.h - the arguments of a command, read against what its usage says that it takes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CORDON_OPTIONS_H
#define CORDON_OPTIONS_H

#include <stdbool.h>

#include "cordon/cordon.h"

typedef struct options {
    const char *workspace;
    bool json;
    const char *positional[2];
    int positional_count;
    const char *out, *as, *trust, *known, *name, *organisation;
    const char *seed, *workers, *workplaces, *week;
    const char *passphrase_file, *root_passphrase_file, *passphrase_fd, *root_passphrase_fd;
    const char *reason;
    const char *cells, *constraints, *pattern, *policy, *root, *agreement;
    const char *key, *certificate;
    const char *by;
    bool wide, clean, intervals, no_passphrase, load, skip;
} options;

typedef cdn_status (*command_run)(const options *o, cdn_report *report, cdn_error *error);
typedef cdn_status (*desk_run)(cdn_desk *desk, const options *o, cdn_report *report,
                               cdn_error *error);

typedef struct command {
    const char *name;
    int arguments; /* how many positional ones it needs */
    int most;      /* and how many it takes */
    command_run run;  /* or NULL, and then */
    desk_run at_desk; /* in the workspace */
    const char *usage;
    const char *summary;
} command;

/** CDN_E_USAGE, with a hint: `message`, and `what` it is about, may be "". */
cdn_status usage_error(cdn_error *error, const char *message, const char *what);

/** Reads argv[2] and what follows. @errors CDN_E_USAGE */
cdn_status options_read(const command *c, int argc, char **argv, options *o, cdn_error *error);

#endif
