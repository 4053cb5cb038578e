/* cordon.c - the command line: reads arguments, calls the public interface, prints.
 *
 * One table of commands; options are the same everywhere. Exit codes: 0 done,
 * 1 refused, 2 usage, 3 bad input, 4 internal; 75 (EX_TEMPFAIL) when a feed waits
 * for people. Errors go to standard error as
 * file:line:column: message, then a hint; never a data value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cordon/cordon.h"
#include "options.h"
#include "passphrase.h"

static cdn_status read_number(const char *text, uint64_t max, const char *what, uint64_t *out,
                              cdn_error *error)
{
    char *end = NULL;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || value > max)
        return usage_error(error, "expected a whole number for", what);
    *out = value;
    return CDN_OK;
}

/* Of a key that exists. */
static cdn_status read_passphrase(const options *o, const char *prompt, char *out,
                                  const char **used, cdn_error *error)
{
    const passphrase_source source = {o->passphrase_file, o->passphrase_fd, prompt, false};
    return passphrase_read(&source, out, used, error);
}

static cdn_status on_desk(const options *o, desk_run call, cdn_report *report, cdn_error *error)
{
    cdn_desk *desk = NULL;
    cdn_status status = cdn_desk_open(o->workspace, NULL, &desk, error);
    if (status == CDN_OK)
        status = call(desk, o, report, error);
    cdn_desk_close(desk);
    return status;
}

typedef cdn_status (*key_run)(cdn_desk *desk, const options *o, const char *passphrase,
                              cdn_report *report, cdn_error *error);

/* What a person (--as) says with a key. */
static cdn_status with_key(const options *o, key_run call, cdn_report *report, cdn_error *error)
{
    char passphrase[PASSPHRASE_MAX] = "";
    const char *used = NULL;
    cdn_desk *desk = NULL;
    cdn_status status = read_passphrase(o, "Passphrase of your key", passphrase, &used, error);
    if (status == CDN_OK)
        status = cdn_desk_open(o->workspace, NULL, &desk, error);
    if (status == CDN_OK)
        status = call(desk, o, used, report, error);
    cdn_desk_close(desk);
    explicit_bzero(passphrase, sizeof passphrase);
    return status;
}

static cdn_status run_init(const options *o, cdn_report *report, cdn_error *error)
{
    return cdn_desk_init(o->positional[0], NULL, report, error);
}

static cdn_status synth_numbers(const options *o, uint32_t *workers, uint32_t *workplaces,
                                uint64_t *seed, cdn_error *error)
{
    uint64_t a = 600000, b = 20000;
    *seed = 1;
    cdn_status status = CDN_OK;
    if (o->workers != NULL)
        status = read_number(o->workers, UINT32_MAX, "--workers", &a, error);
    if (status == CDN_OK && o->workplaces != NULL)
        status = read_number(o->workplaces, UINT32_MAX, "--workplaces", &b, error);
    if (status == CDN_OK && o->seed != NULL)
        status = read_number(o->seed, UINT64_MAX, "--seed", seed, error);
    *workers = (uint32_t)a;
    *workplaces = (uint32_t)b;
    return status;
}

static cdn_status run_synth(const options *o, cdn_report *report, cdn_error *error)
{
    cdn_synth_request request = {.directory = o->out, .wide = o->wide, .clean = o->clean};
    uint64_t week = 0;
    if (o->out == NULL)
        return usage_error(error, "synth needs", "--out DIR");
    cdn_status status =
        synth_numbers(o, &request.workers, &request.workplaces, &request.seed, error);
    if (status == CDN_OK && o->week != NULL)
        status = read_number(o->week, UINT32_MAX, "--week", &week, error);
    request.week = (uint32_t)week;
    return status == CDN_OK ? cdn_desk_synth(&request, NULL, report, error) : status;
}

static void print_progress(void *context, const char *line)
{
    size_t length = strlen(line);
    (void)context;
    (void)fprintf(stderr, "%s%s", line, length > 0 && line[length - 1] == '\n' ? "" : "\n");
}

static cdn_status run_demo(const options *o, cdn_report *report, cdn_error *error)
{
    cdn_demo_request request = {.directory = o->positional[0], .progress = print_progress};
    cdn_status status =
        synth_numbers(o, &request.workers, &request.workplaces, &request.seed, error);
    return status == CDN_OK ? cdn_desk_demo(&request, NULL, report, error) : status;
}

static cdn_status at_load(cdn_desk *desk, const options *o, cdn_report *report, cdn_error *error)
{
    return cdn_desk_load(desk, o->positional[0], report, error);
}

static cdn_status at_catalogue(cdn_desk *desk, const options *o, cdn_report *report,
                               cdn_error *error)
{
    (void)o;
    return cdn_desk_catalogue(desk, report, error);
}

static cdn_status at_check(cdn_desk *desk, const options *o, cdn_report *report, cdn_error *error)
{
    return cdn_desk_check(desk, o->positional[0], report, error);
}

static cdn_status at_explain(cdn_desk *desk, const options *o, cdn_report *report, cdn_error *error)
{
    return cdn_desk_explain(desk, o->positional[0], report, error);
}

static cdn_status at_run(cdn_desk *desk, const options *o, cdn_report *report, cdn_error *error)
{
    return cdn_desk_run(desk, o->positional[0], report, error);
}

static cdn_status at_deliver(cdn_desk *desk, const options *o, cdn_report *report, cdn_error *error)
{
    return cdn_desk_deliver(desk, o->positional[0], report, error);
}

static cdn_status at_review(cdn_desk *desk, const options *o, cdn_report *report, cdn_error *error)
{
    return cdn_desk_review(desk, o->positional[0], o->as, report, error);
}

static cdn_approval said(const options *o, const char *passphrase)
{
    return (cdn_approval){o->positional[0], o->as, passphrase, o->reason};
}

static cdn_status sign_approve(cdn_desk *desk, const options *o, const char *passphrase,
                               cdn_report *report, cdn_error *error)
{
    const cdn_approval approval = said(o, passphrase);
    return cdn_desk_approve(desk, &approval, report, error);
}

static cdn_status run_approve(const options *o, cdn_report *report, cdn_error *error)
{
    if (o->as == NULL)
        return usage_error(error, "approve needs", "--as NAME");
    return with_key(o, sign_approve, report, error);
}

static cdn_status sign_reject(cdn_desk *desk, const options *o, const char *passphrase,
                              cdn_report *report, cdn_error *error)
{
    const cdn_approval approval = said(o, passphrase);
    return cdn_desk_reject(desk, &approval, report, error);
}

static cdn_status run_reject(const options *o, cdn_report *report, cdn_error *error)
{
    if (o->as == NULL || o->reason == NULL)
        return usage_error(error, "reject needs", "--as NAME --reason TEXT");
    return with_key(o, sign_reject, report, error);
}

static cdn_status sign_void(cdn_desk *desk, const options *o, const char *passphrase,
                            cdn_report *report, cdn_error *error)
{
    const cdn_approval approval = said(o, passphrase);
    return cdn_desk_void(desk, &approval, report, error);
}

static cdn_status run_void(const options *o, cdn_report *report, cdn_error *error)
{
    if (o->as == NULL || o->reason == NULL)
        return usage_error(error, "void needs", "--as NAME --reason TEXT");
    return with_key(o, sign_void, report, error);
}

static cdn_status run_verify(const options *o, cdn_report *report, cdn_error *error)
{
    if (o->trust == NULL)
        return usage_error(error, "verify needs", "--trust DIR");
    return cdn_desk_verify(o->positional[0], o->trust, o->known, report, error);
}

static cdn_status at_perturbation_key(cdn_desk *desk, const options *o, cdn_report *report,
                                      cdn_error *error)
{
    (void)o;
    return cdn_desk_new_perturbation_key(desk, report, error);
}

static cdn_status run_open(const options *o, cdn_report *report, cdn_error *error)
{
    char passphrase[PASSPHRASE_MAX];
    cdn_open_request request = {.package = o->positional[0],
                                .key = o->key,
                                .certificate = o->certificate,
                                .trust = o->trust,
                                .known = o->known,
                                .out = o->out};
    if (o->key == NULL || o->certificate == NULL || o->trust == NULL || o->out == NULL)
        return usage_error(error, "open needs",
                           "--key FILE --certificate FILE --trust DIR --out FILE");
    cdn_status status =
        read_passphrase(o, "Passphrase of the key", passphrase, &request.passphrase, error);
    if (status == CDN_OK)
        status = cdn_desk_open_package(&request, report, error);
    explicit_bzero(passphrase, sizeof passphrase);
    return status;
}

static cdn_status sign_withdrawal(cdn_desk *desk, const options *o, const char *passphrase,
                                  cdn_report *report, cdn_error *error)
{
    const cdn_withdrawal withdrawal = {o->positional[0], o->reason, o->by, o->as, passphrase};
    return cdn_desk_withdraw(desk, &withdrawal, report, error);
}

static cdn_status run_withdraw(const options *o, cdn_report *report, cdn_error *error)
{
    if (o->as == NULL || o->reason == NULL)
        return usage_error(error, "withdraw needs", "--reason TEXT --as NAME");
    return with_key(o, sign_withdrawal, report, error);
}

static cdn_status run_supersede(const options *o, cdn_report *report, cdn_error *error)
{
    if (o->as == NULL || o->by == NULL)
        return usage_error(error, "supersede needs", "--by RELEASE --as NAME");
    return with_key(o, sign_withdrawal, report, error);
}

static cdn_status sign_status(cdn_desk *desk, const options *o, const char *passphrase,
                              cdn_report *report, cdn_error *error)
{
    return cdn_desk_status(desk, o->as, passphrase, report, error);
}

static cdn_status at_status(cdn_desk *desk, const options *o, cdn_report *report, cdn_error *error)
{
    (void)o;
    return cdn_desk_status(desk, NULL, NULL, report, error);
}

static cdn_status run_status(const options *o, cdn_report *report, cdn_error *error)
{
    return o->as != NULL ? with_key(o, sign_status, report, error)
                         : on_desk(o, at_status, report, error);
}

/* Of the new key, and of the root that signs for it. */
static cdn_status key_passphrases(const options *o, bool person, bool roots_own, char *own,
                                  const char **own_used, char *root, const char **root_used,
                                  cdn_error *error)
{
    bool ask = person && !o->no_passphrase;
    const passphrase_source new_one = {o->passphrase_file, o->passphrase_fd,
                                       ask ? "Passphrase for the new key" : NULL, true};
    const passphrase_source roots = {o->root_passphrase_file, o->root_passphrase_fd,
                                     roots_own ? NULL : "Passphrase of the root's key", false};
    if (o->no_passphrase && (o->passphrase_file != NULL || o->passphrase_fd != NULL))
        return usage_error(error, "a passphrase, and --no-passphrase", "");
    cdn_status status = passphrase_read(&new_one, own, own_used, error);
    return status == CDN_OK ? passphrase_read(&roots, root, root_used, error) : status;
}

/* Something is made, or something that is there is changed. */
typedef struct key_verb {
    const char *word;
    bool makes;
    cdn_key_kind kind;
    cdn_key_change change;
    bool organisation, name, reason; /* the options it needs */
    bool person;                     /* the new key is a person's: a passphrase is asked for */
    const char *usage;
} key_verb;

static const key_verb key_verbs[] = {
    {"root", true, CDN_KEY_ROOT, 0, true, false, false, true, "--organisation NAME"},
    {"approver", true, CDN_KEY_APPROVER, 0, true, true, false, true,
     "--name NAME --organisation NAME"},
    {"packager", true, CDN_KEY_PACKAGER, 0, true, false, false, false, "--organisation NAME"},
    {"renew", false, 0, CDN_KEY_RENEW, false, true, false, true, "--name NAME"},
    {"revoke", false, 0, CDN_KEY_REVOKE, false, true, true, false, "--name NAME --reason TEXT"},
    {"crl", false, 0, CDN_KEY_CRL, false, false, false, false, ""},
    {"rotate-root", false, 0, CDN_KEY_ROTATE, false, false, false, true, ""},
};

static const key_verb *find_key_verb(const char *word)
{
    for (size_t i = 0; i < sizeof key_verbs / sizeof key_verbs[0]; i++)
        if (strcmp(word, key_verbs[i].word) == 0)
            return &key_verbs[i];
    return NULL;
}

static cdn_status call_key(const options *o, const key_verb *verb, const char *passphrase,
                           const char *root_passphrase, cdn_report *report, cdn_error *error)
{
    const cdn_key_request made = {.kind = verb->kind,
                                  .name = o->name,
                                  .organisation = o->organisation,
                                  .root_passphrase = root_passphrase,
                                  .passphrase = passphrase,
                                  .no_passphrase = o->no_passphrase};
    const cdn_key_change_request changed = {.change = verb->change,
                                            .name = o->name,
                                            .reason = o->reason,
                                            .root_passphrase = root_passphrase,
                                            .passphrase = passphrase,
                                            .no_passphrase = o->no_passphrase};
    cdn_desk *desk = NULL;
    cdn_status status = cdn_desk_open(o->workspace, NULL, &desk, error);
    if (status == CDN_OK)
        status = verb->makes ? cdn_desk_new_key(desk, &made, report, error)
                             : cdn_desk_change_key(desk, &changed, report, error);
    cdn_desk_close(desk);
    return status;
}

static cdn_status run_key(const options *o, cdn_report *report, cdn_error *error)
{
    char own[PASSPHRASE_MAX] = "", root[PASSPHRASE_MAX] = "", needs[96];
    const char *own_used = NULL, *root_used = NULL;
    const key_verb *verb = find_key_verb(o->positional[0]);
    if (strcmp(o->positional[0], "perturbation") == 0)
        return on_desk(o, at_perturbation_key, report, error);
    if (verb == NULL)
        return usage_error(error,
                           "expected `key root|approver|packager|perturbation|renew|revoke|crl|"
                           "rotate-root`", "");
    (void)snprintf(needs, sizeof needs, "key %s needs", verb->word);
    if ((verb->organisation && o->organisation == NULL) || (verb->name && o->name == NULL) ||
        (verb->reason && o->reason == NULL))
        return usage_error(error, needs, verb->usage);
    cdn_status status = key_passphrases(o, verb->person, verb->kind == CDN_KEY_ROOT, own, &own_used,
                                        root, &root_used, error);
    if (status == CDN_OK)
        status = call_key(o, verb, own_used, root_used, report, error);
    explicit_bzero(own, sizeof own);
    explicit_bzero(root, sizeof root);
    return status;
}

static cdn_status ledger_list(cdn_desk *desk, const options *o, cdn_report *report,
                              cdn_error *error)
{
    (void)o;
    return cdn_desk_ledger_list(desk, report, error);
}

static cdn_status ledger_show(cdn_desk *desk, const options *o, cdn_report *report,
                              cdn_error *error)
{
    return cdn_desk_ledger_show(desk, o->positional[1], report, error);
}

static cdn_status ledger_verify(cdn_desk *desk, const options *o, cdn_report *report,
                                cdn_error *error)
{
    return cdn_desk_ledger_verify(desk, o->root, report, error);
}

static cdn_status ledger_export(cdn_desk *desk, const options *o, cdn_report *report,
                                cdn_error *error)
{
    return cdn_desk_ledger_export(desk, o->agreement, o->out, report, error);
}

static cdn_status ledger_prove(cdn_desk *desk, const options *o, cdn_report *report,
                               cdn_error *error)
{
    return cdn_desk_ledger_prove(desk, o->positional[1], o->root, report, error);
}

static cdn_status run_ledger(const options *o, cdn_report *report, cdn_error *error)
{
    static const struct {
        const char *word;
        desk_run call;
        bool named, rooted, written; /* takes RELEASE, --root, --out and --agreement */
    } words[] = {{"list", ledger_list, false, false, false},
                 {"show", ledger_show, true, false, false},
                 {"verify", ledger_verify, false, true, false},
                 {"export", ledger_export, false, false, true},
                 {"prove", ledger_prove, true, true, false}};
    size_t w = 0;
    while (w < sizeof words / sizeof words[0] && strcmp(o->positional[0], words[w].word) != 0)
        w++;
    if (w == sizeof words / sizeof words[0])
        return usage_error(error, "expected `ledger list|show|verify|export|prove`", "");
    if (words[w].named != (o->positional_count == 2))
        return usage_error(error, words[w].named ? "expected the name of a release after"
                                                 : "nothing may follow",
                           words[w].word);
    if ((o->root != NULL && !words[w].rooted) ||
        ((o->out != NULL || o->agreement != NULL) && !words[w].written))
        return usage_error(error, "an option that is not for ledger", words[w].word);
    return on_desk(o, words[w].call, report, error);
}

/* A line that is written over, for people only. */
static void draw_progress(void *context, uint32_t done, uint32_t of, const char *step)
{
    (void)context;
    (void)fprintf(stderr, "\r\033[K");
    if (done == of)
        return;
    (void)fprintf(stderr, "[");
    for (uint32_t i = 0; i < of; i++)
        (void)fputs(i < done ? "#####" : ".....", stderr);
    (void)fprintf(stderr, "] %s", step);
}

static cdn_status run_feed(const options *o, cdn_report *report, cdn_error *error)
{
    const char *verb = o->positional[0], *feed = o->positional[1];
    bool run = strcmp(verb, "run") == 0, list = strcmp(verb, "list") == 0;
    cdn_feed_request request = {.feed = feed, .load = o->load, .skip = o->skip};
    cdn_desk *desk = NULL;
    if ((!run && !list && strcmp(verb, "status") != 0) || list != (feed == NULL))
        return usage_error(error, "expected `feed run FEED`, `feed list` or `feed status FEED`",
                           "");
    if (isatty(STDERR_FILENO))
        request.progress = draw_progress;
    cdn_status status = cdn_desk_open(o->workspace, NULL, &desk, error);
    if (status == CDN_OK)
        status = run ? cdn_desk_feed_run(desk, &request, report, error)
                     : cdn_desk_feed_list(desk, feed, report, error);
    cdn_desk_close(desk);
    if (status != CDN_OK && request.progress != NULL && run)
        draw_progress(NULL, 0, 0, "");
    return status;
}

static cdn_status run_protect(const options *o, cdn_report *report, cdn_error *error)
{
    cdn_outside_request request = {.cells = o->positional[0],
                                   .constraints = o->positional[1],
                                   .pattern = o->out,
                                   .policy = o->policy,
                                   .intervals = o->intervals,
                                   .workspace = o->workspace};
    if (o->out == NULL)
        return usage_error(error, "protect needs", "--out FILE");
    return cdn_outside_protect(&request, NULL, report, error);
}

static cdn_status run_attack(const options *o, cdn_report *report, cdn_error *error)
{
    cdn_outside_request request = {.cells = o->cells,
                                   .constraints = o->constraints,
                                   .pattern = o->pattern,
                                   .policy = o->policy,
                                   .intervals = o->intervals,
                                   .workspace = o->workspace};
    if (o->cells == NULL || o->constraints == NULL || o->pattern == NULL)
        return usage_error(error, "attack needs",
                           "--cells FILE --constraints FILE --pattern FILE");
    return cdn_outside_attack(&request, NULL, report, error);
}

static cdn_status run_perturb(const options *o, cdn_report *report, cdn_error *error)
{
    cdn_outside_change request = {.cells = o->positional[0],
                                  .constraints = o->positional[1],
                                  .out = o->out,
                                  .policy = o->policy,
                                  .key = o->key,
                                  .workspace = o->workspace};
    if (o->out == NULL || o->policy == NULL)
        return usage_error(error, "perturb needs", "--policy NAME_OR_FILE --out FILE");
    return cdn_outside_perturb(&request, NULL, report, error);
}

static const command commands[] = {
    {"init", 1, 1, run_init, NULL, "init DIR", "make a workspace"},
    {"demo", 1, 1, run_demo, NULL, "demo DIR [--workers N] [--workplaces N] [--seed S]",
     "the whole way on synthetic data, to a verified package"},
    {"synth", 0, 0, run_synth, NULL,
     "synth --out DIR [--workers N] [--workplaces N] [--seed S] [--week N] [--wide] [--clean]",
     "synthetic data in the real file shapes"},
    {"load", 0, 1, NULL, at_load, "load [DIR]", "validate input files and build the snapshot"},
    {"catalogue", 0, 0, NULL, at_catalogue, "catalogue",
     "dimensions, measures and fields, defined"},
    {"check", 1, 1, NULL, at_check, "check SCRIPT",
     "plan, permissions, protection: counts, no values"},
    {"explain", 1, 1, NULL, at_explain, "explain SCRIPT", "the plan and each stage in words"},
    {"run", 1, 1, NULL, at_run, "run SCRIPT", "from a script to a staged release"},
    {"review", 0, 1, NULL, at_review, "review [RELEASE] [--as NAME]",
     "what waits at the desk, and for whom"},
    {"approve", 1, 1, run_approve, NULL,
     "approve RELEASE --as NAME [--passphrase-file F] [--passphrase-fd N]",
     "sign the exact bytes of a staged release"},
    {"reject", 1, 1, run_reject, NULL,
     "reject RELEASE --reason TEXT --as NAME [--passphrase-file F] [--passphrase-fd N]",
     "a staged release shall not leave, ever"},
    {"deliver", 1, 1, NULL, at_deliver, "deliver RELEASE", "move an approved release to outbox/"},
    {"void", 1, 1, run_void, NULL,
     "void RELEASE --reason TEXT --as NAME [--passphrase-file F] [--passphrase-fd N]",
     "two people say that an unfinished delivery never left"},
    {"feed", 1, 2, run_feed, NULL,
     "feed run FEED_OR_SCRIPT [--load] [--skip], feed list, feed status FEED",
     "the regular releases: make what is due, and see how each stands"},
    {"verify", 1, 1, run_verify, NULL, "verify PACKAGE --trust DIR [--known DIR]",
     "the recipient's check"},
    {"open", 1, 1, run_open, NULL,
     "open FILE.p7m --key FILE --certificate FILE --trust DIR [--known DIR] --out FILE "
     "[--passphrase-file F] [--passphrase-fd N]",
     "decrypt a package, verify it, and only then give it its name"},
    {"key", 1, 1, run_key, NULL,
     "key root|approver|packager [--name NAME] --organisation NAME [--passphrase-file F] "
     "[--passphrase-fd N] [--no-passphrase] [--root-passphrase-file F] [--root-passphrase-fd N], "
     "key perturbation, key renew --name NAME, key revoke --name NAME --reason TEXT, key crl, "
     "key rotate-root",
     "make, renew and revoke keys and certificates"},
    {"withdraw", 1, 1, run_withdraw, NULL,
     "withdraw RELEASE --reason TEXT --as NAME [--passphrase-file F] [--passphrase-fd N]",
     "take a delivered release back"},
    {"supersede", 1, 1, run_supersede, NULL,
     "supersede RELEASE --by RELEASE --as NAME [--passphrase-file F] [--passphrase-fd N]",
     "say which release replaces a delivered one"},
    {"status", 0, 0, run_status, NULL,
     "status [--as NAME] [--passphrase-file F] [--passphrase-fd N]",
     "which releases are good; with a name, sign the list for the recipients"},
    {"ledger", 1, 2, run_ledger, NULL,
     "ledger list|show|verify|export|prove [RELEASE] [--root SIZE:HEX] [--agreement ID] [--out "
     "FILE]",
     "the history of releases, and its proofs"},
    {"protect", 2, 2, run_protect, NULL,
     "protect CELLS CONSTRAINTS --out FILE [--policy NAME_OR_FILE] [--intervals]",
     "which cells of a table of any origin to withhold"},
    {"attack", 0, 0, run_attack, NULL,
     "attack --cells FILE --constraints FILE --pattern FILE [--policy NAME_OR_FILE] [--intervals]",
     "what the published cells of such a table give away"},
    {"perturb", 1, 2, run_perturb, NULL,
     "perturb CELLS [CONSTRAINTS] --policy NAME_OR_FILE --out FILE [--key FILE]",
     "such a table, rounded or with noise as a policy says"},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_help(FILE *out)
{
    (void)fprintf(out, "cordon %s - protected, permissioned, signed data feeds\n\n"
                       "usage: cordon COMMAND [ARG] [--workspace DIR] [--json]\n\n",
                  CDN_VERSION_TEXT);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(out, "  cordon %s\n      %s\n", commands[i].usage, commands[i].summary);
    (void)fprintf(out, "\nexit codes: 0 done, 1 refused, 2 usage, 3 bad input, 4 internal, "
                       "75 a feed waits\n");
}

static int report_error(const cdn_error *error, cdn_status status)
{
    char text[2048];
    (void)cdn_error_format(error, text, sizeof text);
    (void)fprintf(stderr, "cordon: %s\n", text[0] == '\0' ? "failed" : text);
    return cdn_status_exit_code(status);
}

static int run_command(const command *c, int argc, char **argv)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_report report = CDN_REPORT_INIT;
    options o;
    cdn_status status = options_read(c, argc, argv, &o, &error);
    if (status == CDN_OK)
        status = c->run != NULL ? c->run(&o, &report, &error)
                                : on_desk(&o, c->at_desk, &report, &error);
    int code = 0;
    if (status != CDN_OK)
        code = report_error(&error, status);
    if ((status == CDN_OK || status == CDN_E_REFUSED) && report.exit_code != 0)
        code = report.exit_code;
    /* a refusal may come with findings */
    bool says = status == CDN_OK || (status == CDN_E_REFUSED && report.text != NULL);
    if (says &&
        (fputs(o.json ? report.json : report.text, stdout) == EOF || fflush(stdout) != 0))
        code = 4;
    cdn_report_release(&report);
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
        (void)printf("cordon %s\n", CDN_VERSION_TEXT);
        return 0;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        if (argc == 3 && strcmp(argv[2], "--help") == 0) {
            (void)printf("usage: cordon %s\n%s\n", commands[i].usage, commands[i].summary);
            return 0;
        }
        return run_command(&commands[i], argc, argv);
    }
    cdn_error error = CDN_ERROR_INIT;
    return report_error(&error, usage_error(&error, "unknown command", argv[1]));
}
