/* passphrase.c - reads one line that nobody else shall see.
 *
 * A file is looked at by its descriptor, so that what was checked is what is
 * read. At a terminal nothing is echoed, and the key that interrupts is taken as
 * a character, so that the terminal is always set back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static cdn_status fail(cdn_error *error, cdn_status status, const char *what, const char *where,
                       const char *hint)
{
    error->status = status;
    (void)snprintf(error->message, sizeof error->message, "%s%s%s", what,
                   where[0] == '\0' ? "" : " ", where);
    (void)snprintf(error->hint, sizeof error->hint, "%s", hint);
    return status;
}

/* One line without its end, byte by byte: what follows belongs to somebody else. */
static bool read_line(int descriptor, char *out)
{
    size_t length = 0;
    for (;;) {
        char byte = '\0';
        ssize_t got = read(descriptor, &byte, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || byte == '\3' || (got > 0 && length == PASSPHRASE_MAX - 1))
            return false;
        if (got == 0 || byte == '\n')
            break;
        out[length++] = byte;
    }
    while (length > 0 && out[length - 1] == '\r')
        length--;
    out[length] = '\0';
    return true;
}

static cdn_status read_file(const char *path, char *out, cdn_error *error)
{
    struct stat info;
    int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 || fstat(descriptor, &info) != 0) {
        if (descriptor >= 0)
            (void)close(descriptor);
        return fail(error, CDN_E_USAGE, "cannot read the passphrase file", path,
                    "a link or a pipe is not followed: --passphrase-fd takes an open descriptor");
    }
    cdn_status status = CDN_OK;
    if (!S_ISREG(info.st_mode))
        status = fail(error, CDN_E_USAGE, "expected a plain file as passphrase file, found", path,
                      "");
    else if (info.st_uid != geteuid() || (info.st_mode & 077) != 0)
        status = fail(error, CDN_E_REFUSED,
                      "the passphrase file must be this user's and readable by nobody else:", path,
                      "chmod 600 the file");
    else if (!read_line(descriptor, out) || out[0] == '\0')
        status = fail(error, CDN_E_USAGE, "nothing stands in the first line of the passphrase file",
                      path, "");
    (void)close(descriptor);
    return status;
}

static cdn_status read_descriptor(const char *number, char *out, cdn_error *error)
{
    char *end = NULL;
    long descriptor = strtol(number, &end, 10);
    if (number[0] < '0' || number[0] > '9' || *end != '\0' || descriptor > 65535)
        return fail(error, CDN_E_USAGE, "expected the number of an open descriptor, found", number,
                    "");
    if (!read_line((int)descriptor, out) || out[0] == '\0')
        return fail(error, CDN_E_USAGE, "no passphrase can be read from descriptor", number, "");
    return CDN_OK;
}

/* --- at a terminal ------------------------------------------------------------------------ */

static bool ask(int terminal, const char *question, const char *end, char *out)
{
    struct termios as_was, quiet;
    if (tcgetattr(terminal, &as_was) != 0)
        return false;
    quiet = as_was;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ISIG);
    if (tcsetattr(terminal, TCSAFLUSH, &quiet) != 0)
        return false;
    (void)dprintf(terminal, "%s%s: ", question, end);
    bool good = read_line(terminal, out);
    (void)tcsetattr(terminal, TCSAFLUSH, &as_was);
    (void)dprintf(terminal, "\n");
    return good;
}

static cdn_status read_terminal(const passphrase_source *source, char *out, cdn_error *error)
{
    char again[PASSPHRASE_MAX] = "";
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0)
        return fail(error, CDN_E_USAGE, "there is no terminal to ask at", "", "");
    cdn_status status = CDN_OK;
    bool good = ask(terminal, source->prompt, source->twice ? "" : " (nothing: it has none)", out);
    if (good && source->twice)
        good = ask(terminal, source->prompt, ", once more", again);
    if (!good)
        status = fail(error, CDN_E_USAGE, "no passphrase was given", "", "");
    else if (source->twice && strcmp(out, again) != 0)
        status = fail(error, CDN_E_USAGE, "the two passphrases are not the same", "", "");
    (void)close(terminal);
    explicit_bzero(again, sizeof again);
    return status;
}

/* No core file and no debugger of this user shall hold what is read now. */
static void keep_to_oneself(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

cdn_status passphrase_read(const passphrase_source *source, char out[PASSPHRASE_MAX],
                           const char **used, cdn_error *error)
{
    cdn_status status = CDN_OK;
    out[0] = '\0';
    *used = NULL;
    if (source->file != NULL && source->number != NULL)
        return fail(error, CDN_E_USAGE, "a passphrase comes from a file or from a descriptor", "",
                    "");
    keep_to_oneself();
    if (source->file != NULL)
        status = read_file(source->file, out, error);
    else if (source->number != NULL)
        status = read_descriptor(source->number, out, error);
    else if (source->prompt != NULL && isatty(STDIN_FILENO))
        status = read_terminal(source, out, error);
    if (status == CDN_OK && out[0] != '\0')
        *used = out;
    return status;
}
