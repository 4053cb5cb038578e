/* passphrase.h - where the command line gets a passphrase: a private file, a descriptor, a
 * terminal.
 *
 * Never an argument and never the environment: both can be read by others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CORDON_PASSPHRASE_H
#define CORDON_PASSPHRASE_H

#include <stdbool.h>

#include "cordon/error.h"

#define PASSPHRASE_MAX 1024u

typedef struct passphrase_source {
    const char *file;   /* NULL, or a file that only its owner can read: its first line */
    const char *number; /* NULL, or an open descriptor: its first line */
    const char *prompt; /* NULL = never ask; else the question when standard input is a terminal */
    bool twice;         /* ask twice, for a new one */
} passphrase_source;

/** *used is `out`, or NULL when there is none. The caller wipes `out`.
 *  @errors CDN_E_USAGE, CDN_E_REFUSED (a file that others can read) */
cdn_status passphrase_read(const passphrase_source *source, char out[PASSPHRASE_MAX],
                           const char **used, cdn_error *error);

#endif
