/* notes.c - data/notes.md: what a reader needs to know before using a figure.
 *
 * Symbols are those of the UK Government Analysis Function's guidance on symbols in
 * tables ([c], [low], [x], [z]). Counts of input problems are told by reason.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "export/parts.h"

/* One line of Markdown: blanks for line ends, no cell breaks, no markup of a reader's. */
static void add_line(cdn_text *out, const char *text)
{
    for (const char *at = cdn_text_or_empty(text); *at != '\0'; at++) {
        if (*at == '\n' || *at == '\r' || *at == '\t')
            cdn_text_add(out, " ");
        else if (*at == '|')
            cdn_text_add(out, "\\|");
        else if (*at == '<')
            cdn_text_add(out, "&lt;");
        else
            cdn_text_add_bytes(out, at, 1);
    }
}

static void add_item(cdn_text *out, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    cdn_text_addf(out, "- %s: ", name);
    add_line(out, text);
    cdn_text_add(out, "\n");
}

static void add_about(const cdn_release *release, cdn_text *out)
{
    char date[CDN_DATE_SIZE];
    cdn_text_add(out, "# ");
    add_line(out, release->title);
    cdn_text_add(out, "\n\n");
    add_item(out, "Release", release->id);
    add_item(out, "Period", release->period);
    add_item(out, "Scope", release->scope);
    add_item(out, "Purpose", release->purpose);
    add_item(out, "Agreement", release->agreement_id);
    add_item(out, "Legal basis", release->legal_basis);
    add_item(out, "Partner", release->partner);
    for (uint32_t i = 0; i < release->recipient_count; i++)
        add_item(out, "Recipient", release->recipients[i]);
    cdn_date_write(release->valid_from, date);
    add_item(out, "Use from", date);
    cdn_date_write(release->valid_to, date);
    add_item(out, "Use until", date);
    add_item(out, "Contact", release->contact);
}

static void add_outputs(const cdn_release *release, cdn_text *out)
{
    cdn_text_add(out, "\n## Outputs\n\n"
                      "| File | Title | Rows | Values published | withheld | not applicable |\n"
                      "|---|---|---:|---:|---:|---:|\n");
    for (uint32_t o = 0; o < release->output_count; o++) {
        const cdn_release_output *output = &release->outputs[o];
        cdn_text_addf(out, "| tables/%s.csv | ", output->name);
        add_line(out, output->title);
        cdn_text_addf(out, " | %" PRIu32 " | %" PRIu32 " | %" PRIu32 " | %" PRIu32 " |\n",
                      output->row_count, output->published_count, output->withheld_count,
                      output->not_applicable_count);
    }
    for (uint32_t o = 0; o < release->output_count; o++) {
        const cdn_release_output *output = &release->outputs[o];
        if (output->note == NULL || output->note[0] == '\0')
            continue;
        cdn_text_addf(out, "\nNote on %s: ", output->name);
        add_line(out, output->note);
        cdn_text_add(out, "\n");
    }
}

static void add_measures(const cdn_release *release, cdn_text *out)
{
    cdn_text_add(out, "\n## Measures\n\n"
                      "| Output | Measure | Title | Unit | Rounding | Definition |\n"
                      "|---|---|---|---|---|---|\n");
    for (uint32_t o = 0; o < release->output_count; o++) {
        for (uint32_t m = 0; m < release->outputs[o].measure_count; m++) {
            const cdn_release_measure *measure = &release->outputs[o].measures[m];
            cdn_text_addf(out, "| %s | %s | ", release->outputs[o].name, measure->name);
            add_line(out, measure->title);
            cdn_text_add(out, " | ");
            add_line(out, measure->unit);
            cdn_text_add(out, " | ");
            add_line(out, measure->rounding);
            cdn_text_add(out, " | ");
            add_line(out, measure->definition);
            cdn_text_add(out, " |\n");
        }
    }
}

static void add_symbols(cdn_text *out)
{
    cdn_text_add(
        out,
        "\n## Symbols\n\n"
        "Each measure has a column `<measure>_status`. The value is empty exactly when the status "
        "is not; 0 is only ever a true zero.\n\n"
        "| Status | Meaning |\n|---|---|\n"
        "| (empty) | the figure stands, rounded as its measure says |\n"
        "| c | confidential: withheld to protect people or providers; figures that would give "
        "another one away are withheld too, and it is not told which is which |\n"
        "| low | a low figure that rounds to 0 but is not 0 |\n"
        "| x | not available |\n"
        "| z | not applicable, such as a rate without a base |\n\n"
        "These are the symbols [c], [low], [x] and [z] of the UK Government Analysis Function. "
        "Code `_T` is the total over a dimension, `_U` not known. Figures are rounded one by one, "
        "so parts may not add to totals.\n");
}

static void add_method(const cdn_release *release, cdn_text *out)
{
    cdn_text_add(out, "\n## Protection\n\n");
    add_item(out, "Policy", release->policy_title != NULL && release->policy_title[0] != '\0'
                                ? release->policy_title
                                : release->policy_name);
    for (uint32_t i = 0; i < release->method_count; i++) {
        cdn_text_add(out, "- ");
        add_line(out, release->methods[i]);
        cdn_text_add(out, "\n");
    }
}

static void add_quality(const cdn_release *release, cdn_text *out)
{
    cdn_text_add(out, "\n## Data quality\n\n");
    if (release->note_count == 0) {
        cdn_text_add(out, "No input was excluded.\n");
        return;
    }
    cdn_text_add(out, "Input that was excluded or taken as missing, by reason.\n\n"
                      "| Record | Column | Reason | Rows | Values |\n|---|---|---|---:|---:|\n");
    for (uint32_t i = 0; i < release->note_count; i++) {
        const cdn_release_note *note = &release->notes[i];
        cdn_text_add(out, "| ");
        add_line(out, note->record);
        cdn_text_add(out, " | ");
        add_line(out, note->column);
        cdn_text_add(out, " | ");
        add_line(out, note->reason);
        cdn_text_addf(out, " | %" PRIu64 " | %" PRIu64 " |\n", note->rows, note->values);
    }
}

cdn_status cdn_notes_write(const cdn_release *release, const char *dir, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    add_about(release, &text);
    add_outputs(release, &text);
    add_measures(release, &text);
    add_symbols(&text);
    add_method(release, &text);
    add_quality(release, &text);
    cdn_status status = cdn_package_write_text(dir, "data/notes.md", &text, error);
    cdn_text_release(&text);
    return status;
}
