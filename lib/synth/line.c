/* line.c - the parts of line.h that are not worth inlining.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/line.h"

void cdn_line_label(cdn_line *line, const char *label)
{
    if (strpbrk(label, ",\"") == NULL) {
        cdn_line_text(line, label);
        return;
    }
    line->bytes[line->length++] = '"';
    for (const char *at = label; *at != '\0'; at++) {
        if (*at == '"')
            line->bytes[line->length++] = '"';
        line->bytes[line->length++] = *at;
    }
    cdn_line_add(line, "\",", 2);
}

void cdn_line_flush(cdn_line *line)
{
    if (line->length > 0)
        cdn_writer_add(line->writer, line->bytes, line->length);
    line->length = 0;
}
