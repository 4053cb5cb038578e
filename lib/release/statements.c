/* statements.c - who, what, under which rules: everything in a release that is not a figure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/fail.h"
#include "core/number.h"
#include "core/text.h"
#include "release/compose.h"

static const char *compare_word(cdn_compare compare)
{
    switch (compare) {
    case CDN_FEWER_THAN:
        return "fewer than";
    case CDN_AT_MOST:
        return "at most";
    case CDN_MORE_THAN:
        return "more than";
    case CDN_AT_LEAST:
        return "at least";
    }
    return "";
}

#define METHODS_MAX 32u

typedef struct method_list {
    cdn_arena *arena;
    const char **items;
    uint32_t count;
} method_list;

static void add_method(method_list *list, const char *text)
{
    if (list->count < METHODS_MAX)
        list->items[list->count++] = text;
}

static void add_minimum(method_list *list, const cdn_threshold *t, const char *what)
{
    if (t->on)
        add_method(list, cdn_arena_printf(list->arena, "Figures from %s %u %s are withheld.",
                                          compare_word(t->compare), t->value, what));
}

static void add_changes(method_list *list, const cdn_policy *policy)
{
    const cdn_part count = {.value = CDN_NONE}, sum = {.value = 0, .magnitude = true};
    const char *counts = cdn_values_phrase(list->arena, policy, &count);
    const char *sums = cdn_values_phrase(list->arena, policy, &sum);
    bool changed = policy->rounding != 0 && policy->rounding != CDN_ROUNDING_CONVENTIONAL;
    const char *verb = changed ? "changed" : "rounded";
    if (counts != NULL)
        add_method(list, cdn_arena_printf(list->arena, "Counts are %s %s.", verb, counts));
    if (sums != NULL)
        add_method(list, cdn_arena_printf(list->arena, "Sums are %s %s.", verb, sums));
    if (changed)
        add_method(list,
                   "Rates, shares and means are worked out from totals that were changed so.");
    if (policy->rounding == CDN_ROUNDING_SMALL_COUNTS)
        add_method(list, "Sums are rounded one by one, so their totals may differ from the sums of "
                         "their parts.");
    else if (policy->rounding != CDN_ROUNDING_CONTROLLED)
        add_method(list, "Figures are rounded one by one, so totals may differ from the sums of "
                         "their parts.");
}

static bool withholds_by_hand(const cdn_policy *policy)
{
    for (uint32_t i = 0; i < policy->manual_count; i++)
        if (policy->manual[i].status == CDN_MANUAL_WITHHELD)
            return true;
    return false;
}

static void add_rules(method_list *list, const cdn_policy *policy)
{
    add_minimum(list, &policy->workers, "workers");
    add_minimum(list, &policy->workplaces, "workplaces");
    add_minimum(list, &policy->providers, "providers");
    add_minimum(list, &policy->quantile_workers, "records, for medians and quantiles,");
    if (policy->dominance_count > 0 || policy->p_percent.on)
        add_method(list,
                   "Sums that a few providers dominate are withheld, and so are the rates and "
                   "means that use them.");
    if (policy->request.on)
        add_method(list, "Sums of which a provider that asked for confidentiality is a large part "
                         "are withheld.");
    if (policy->waivers)
        add_method(list, "Providers may have agreed that what they contribute to a sum is not "
                         "protected.");
    if (policy->group_disclosure)
        add_method(list, "Shares of 0 % and of 100 %, and categories that hold a whole group, are "
                         "withheld.");
    if (policy->k_disclosure.on)
        add_method(list, "So are figures that tell how few of a group are not in a category.");
    if (policy->zeros == CDN_ZEROS_UNSAFE)
        add_method(list, "Figures without a record behind them are withheld.");
    if (withholds_by_hand(policy))
        add_method(list, "Some figures may be withheld by a decision of the data owner.");
}

static void add_protection(method_list *list, const cdn_policy *policy)
{
    const cdn_insiders *insiders = &policy->insiders;
    add_method(list, "A rate or mean is withheld when its numerator or its denominator would be.");
    add_method(list, "Further figures are withheld so that no withheld figure, and no "
                     "non-consenting provider's value, can be worked out from this release.");
    if (insiders->workers || insiders->workplaces || insiders->providers)
        add_method(list, "Nor can they by who is alone behind other withheld figures, and knows "
                         "those.");
}

/* What the recipient may know. Parameters of the concentration rules stay with the data owner:
 * knowing them would help an insider to narrow a contribution. */
static cdn_status methods(const cdn_policy *policy, uint32_t pinned, cdn_arena *arena,
                          cdn_release *out, cdn_error *error)
{
    method_list list = {arena, cdn_arena_alloc(arena, METHODS_MAX, sizeof(char *)), 0};
    if (list.items == NULL)
        return cdn_fail_memory(error);
    add_rules(&list, policy);
    add_protection(&list, policy);
    add_changes(&list, policy);
    add_method(&list, pinned == 0
                          ? "Before release an independent attack tried to work out every withheld "
                            "figure and found none."
                          : "Before release an independent attack tried to work out every withheld "
                            "figure and found none but what follows from rows that providers "
                            "agreed to show.");
    for (uint32_t i = 0; i < list.count; i++)
        if (list.items[i] == NULL)
            return cdn_fail_memory(error);
    out->method_count = list.count;
    out->methods = list.items;
    return CDN_OK;
}

static cdn_status copy_text(cdn_arena *arena, const char *text, const char **out, cdn_error *error)
{
    *out = cdn_arena_strdup(arena, text == NULL ? "" : text);
    return *out == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status copy_texts(cdn_arena *arena, const char *const *from, uint32_t count,
                             const char *const **out, cdn_error *error)
{
    const char **copy = cdn_arena_alloc(arena, count, sizeof *copy);
    if (copy == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(copy_text(arena, from[i], &copy[i], error));
    *out = copy;
    return CDN_OK;
}

/* The names of the approvers, of those with a role when `role` is one. */
static cdn_status copy_names(cdn_arena *arena, const cdn_agreement *agreement, const char *role,
                             const char *const **out, uint32_t *count, cdn_error *error)
{
    const char **names = cdn_arena_alloc(arena, agreement->approver_count, sizeof *names);
    if (names == NULL)
        return cdn_fail_memory(error);
    *count = 0;
    for (uint32_t i = 0; i < agreement->approver_count; i++) {
        const cdn_person *person = &agreement->approvers[i];
        if (role == NULL || strcmp(person->role, role) == 0)
            CDN_TRY(copy_text(arena, person->name, &names[(*count)++], error));
    }
    *out = names;
    return CDN_OK;
}

static cdn_status copy_roles(cdn_arena *arena, const cdn_agreement *agreement, cdn_release *out,
                             cdn_error *error)
{
    cdn_release_role *roles = cdn_arena_alloc(arena, agreement->role_count, sizeof *roles);
    if (roles == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < agreement->role_count; i++) {
        const cdn_needed_role *role = &agreement->roles[i];
        roles[i].at_least = role->at_least;
        CDN_TRY(copy_text(arena, role->name, &roles[i].name, error));
        CDN_TRY(copy_names(arena, agreement, role->name, &roles[i].people, &roles[i].count,
                           error));
    }
    out->roles = roles;
    out->role_count = agreement->role_count;
    out->one_per_organisation = agreement->one_per_organisation;
    return CDN_OK;
}

/* Not before the agreement starts, nor before the embargo after the period ends. */
static int32_t first_day(const cdn_agreement *agreement, const char *period)
{
    int32_t last = 0;
    if (agreement->embargo_days == 0 || !cdn_period_last_day(period, &last) ||
        last + agreement->embargo_days < agreement->valid_from)
        return agreement->valid_from;
    return last + agreement->embargo_days;
}

static cdn_status parties(const cdn_agreement *agreement, cdn_arena *arena, cdn_release *out,
                          cdn_error *error)
{
    CDN_TRY(copy_text(arena, agreement->id, &out->agreement_id, error));
    CDN_TRY(copy_text(arena, agreement->partner, &out->partner, error));
    CDN_TRY(copy_text(arena, agreement->purpose, &out->purpose, error));
    CDN_TRY(copy_text(arena, agreement->legal_basis, &out->legal_basis, error));
    CDN_TRY(copy_text(arena, agreement->contact, &out->contact, error));
    CDN_TRY(copy_text(arena, agreement->digest, &out->agreement_digest, error));
    CDN_TRY(copy_texts(arena, agreement->authors, agreement->author_count, &out->authors, error));
    CDN_TRY(copy_texts(arena, agreement->recipients, agreement->recipient_count,
                       &out->recipients, error));
    CDN_TRY(copy_names(arena, agreement, NULL, &out->approvers, &out->approver_count, error));
    CDN_TRY(copy_roles(arena, agreement, out, error));
    out->author_count = agreement->author_count;
    out->recipient_count = agreement->recipient_count;
    out->approvals_required = agreement->approvals_required;
    out->valid_from = first_day(agreement, out->period);
    out->valid_to = agreement->valid_to;
    out->script_travels = agreement->script_travels;
    cdn_text scope = CDN_TEXT_INIT(65536);
    for (uint32_t i = 0; i < agreement->scope_count; i++) {
        cdn_text_add(&scope, i > 0 ? "; " : "");
        cdn_text_add(&scope, agreement->scope_texts[i]);
    }
    cdn_status status = scope.failed ? cdn_fail_memory(error)
                                     : copy_text(arena, scope.bytes, &out->scope, error);
    cdn_text_release(&scope);
    return status;
}

static cdn_status notes(const cdn_snapshot *snapshot, cdn_arena *arena, cdn_release *out,
                        cdn_error *error)
{
    uint32_t count = cdn_snapshot_exclusion_count(snapshot);
    cdn_release_note *list = cdn_arena_alloc(arena, count, sizeof *list);
    if (list == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < count; i++) {
        const cdn_exclusion *from = cdn_snapshot_exclusion(snapshot, i);
        list[i].rows = from->rows;
        list[i].values = from->values;
        CDN_TRY(copy_text(arena, from->record, &list[i].record, error));
        CDN_TRY(copy_text(arena, from->column, &list[i].column, error));
        CDN_TRY(copy_text(arena, from->reason, &list[i].reason, error));
    }
    out->note_count = count;
    out->notes = list;
    return CDN_OK;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static cdn_status identity(const cdn_gate_input *in, cdn_arena *arena, cdn_release *out,
                           cdn_error *error)
{
    cdn_identity own;
    CDN_TRY(cdn_gate_identify(in, &own, error));
    CDN_TRY(copy_text(arena, own.id, &out->id, error));
    CDN_TRY(copy_text(arena, own.script, &out->script_digest, error));
    CDN_TRY(copy_text(arena, own.build, &out->build_digest, error));
    CDN_TRY(copy_text(arena, own.snapshot, &out->snapshot_digest, error));
    CDN_TRY(copy_text(arena, in->plan->digest, &out->plan_digest, error));
    CDN_TRY(copy_text(arena, in->catalogue->digest, &out->catalogue_digest, error));
    return copy_text(arena, in->policy->digest, &out->policy_digest, error);
}

cdn_status cdn_compose_statements(const cdn_values *values, cdn_arena *arena, cdn_release *out,
                                  cdn_error *error)
{
    const cdn_gate_input *in = values->trial->input;
    CDN_TRY(identity(in, arena, out, error));
    CDN_TRY(copy_text(arena, in->plan->feed, &out->feed, error));
    CDN_TRY(copy_text(arena, in->plan->title, &out->title, error));
    CDN_TRY(copy_text(arena, cdn_snapshot_period(in->snapshot), &out->period, error));
    CDN_TRY(copy_text(arena, in->plan->canonical, &out->plan_text, error));
    CDN_TRY(copy_text(arena, in->script_text, &out->script_text, error));
    CDN_TRY(copy_text(arena, base_name(in->plan->script), &out->script_name, error));
    CDN_TRY(copy_text(arena, in->policy->name, &out->policy_name, error));
    CDN_TRY(copy_text(arena, in->policy->title, &out->policy_title, error));
    CDN_TRY(methods(in->policy, values->trial->pinned_count, arena, out, error));
    CDN_TRY(cdn_values_describe(values, arena, out, error));
    CDN_TRY(parties(in->agreement, arena, out, error));
    return notes(in->snapshot, arena, out, error);
}
