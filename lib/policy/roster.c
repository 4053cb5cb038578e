/* roster.c - the people of an agreement: who writes, who approves in which role, who receives.
 *
 * A roster that can never give the approvals it asks for is refused when it is
 * read, not on the day of a delivery. One person has one role and is never an
 * author. An agreement without roles asks for a number of people only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/roster.h"

#include <inttypes.h>
#include <string.h>

#include "core/fail.h"

#define LIST_MAX 1024u
#define LEAST_APPROVALS 2 /* a package with fewer is refused by every recipient */
#define MOST_APPROVALS 16

const cdn_person *cdn_agreement_approver(const cdn_agreement *agreement, const char *name)
{
    for (uint32_t i = 0; i < agreement->approver_count; i++) {
        if (strcmp(agreement->approvers[i].name, name) == 0)
            return &agreement->approvers[i];
    }
    return NULL;
}

static bool has_text(const char *const *texts, uint32_t count, const char *text)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0)
            return true;
    }
    return false;
}

/* People with that role, NULL = any: all of them, or one for each organisation. */
static uint32_t count_people(const cdn_agreement *agreement, const char *role)
{
    uint32_t count = 0;
    const cdn_person *people = agreement->approvers;
    for (uint32_t i = 0; i < agreement->approver_count; i++) {
        bool counts = role == NULL || strcmp(people[i].role, role) == 0;
        for (uint32_t j = 0; j < i && counts && agreement->one_per_organisation; j++)
            counts = !((role == NULL || strcmp(people[j].role, role) == 0) &&
                       strcmp(people[j].organisation, people[i].organisation) == 0);
        count += counts;
    }
    return count;
}

static cdn_status read_person(const cdn_shape *shape, const cdn_json *json, uint64_t line,
                              cdn_agreement *agreement, cdn_person *out)
{
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "approver", "name role organisation", line, &node));
    CDN_TRY(cdn_shape_text(shape, &node, "name", true, &out->name));
    CDN_TRY(cdn_shape_name(shape, &node, "role", true, &out->role));
    CDN_TRY(cdn_shape_text(shape, &node, "organisation", true, &out->organisation));
    node.name = out->name;
    if (has_text(agreement->authors, agreement->author_count, out->name))
        return cdn_shape_fail(shape, &node, "is an author, and may not approve");
    if (cdn_agreement_approver(agreement, out->name) != NULL)
        return cdn_shape_fail(shape, &node, "stands twice");
    return CDN_OK;
}

static cdn_status read_approvers(const cdn_shape *shape, const cdn_node *root,
                                 cdn_agreement *agreement)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(shape, root, "approvers", true, LIST_MAX, &array, &count));
    cdn_person *people = cdn_arena_alloc(shape->arena, count, sizeof *people);
    if (people == NULL)
        return cdn_shape_memory(shape);
    agreement->approvers = people;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(read_person(shape, cdn_json_at(array, i), root->line, agreement, &people[i]));
        agreement->approver_count = i + 1;
    }
    count = count_people(agreement, NULL);
    if (count < agreement->approvals_required)
        return cdn_shape_fail(shape, root, "needs %" PRIu32 " approvals and has %" PRIu32 " %s",
                              agreement->approvals_required, count,
                              agreement->one_per_organisation ? "organisations that approve"
                                                              : "approvers");
    return CDN_OK;
}

static cdn_status read_role(const cdn_shape *shape, const cdn_json *json, uint64_t line,
                            const cdn_agreement *agreement, cdn_needed_role *out)
{
    int64_t at_least = 0;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "role", "name* at_least", line, &node));
    CDN_TRY(cdn_shape_name(shape, &node, "name", true, &out->name));
    CDN_TRY(cdn_shape_integer(shape, &node, "at_least", true, 1, MOST_APPROVALS, &at_least));
    out->at_least = (uint32_t)at_least;
    for (uint32_t i = 0; i < agreement->role_count; i++) {
        if (strcmp(agreement->roles[i].name, out->name) == 0)
            return cdn_shape_fail(shape, &node, "stands twice");
    }
    uint32_t people = count_people(agreement, out->name);
    if (people < out->at_least)
        return cdn_shape_fail(shape, &node, "needs %" PRIu32 " approvals, and %" PRIu32
                              " can give one", out->at_least, people);
    return CDN_OK;
}

static cdn_status read_roles(const cdn_shape *shape, const cdn_node *root,
                             cdn_agreement *agreement)
{
    const cdn_json *array;
    uint32_t count, sum = 0;
    CDN_TRY(cdn_shape_array(shape, root, "roles", false, MOST_APPROVALS, &array, &count));
    cdn_needed_role *roles = cdn_arena_alloc(shape->arena, count, sizeof *roles);
    if (roles == NULL)
        return cdn_shape_memory(shape);
    agreement->roles = roles;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(read_role(shape, cdn_json_at(array, i), root->line, agreement, &roles[i]));
        agreement->role_count = i + 1;
        sum += roles[i].at_least;
    }
    if (sum > agreement->approvals_required)
        return cdn_shape_fail(shape, root,
                              "its roles need %" PRIu32 " approvals, and \"approvals\" "
                              "is %" PRIu32,
                              sum, agreement->approvals_required);
    return CDN_OK;
}

cdn_status cdn_roster_read(const cdn_shape *shape, const cdn_node *root, cdn_agreement *agreement)
{
    int64_t approvals = 0;
    CDN_TRY(cdn_shape_integer(shape, root, "approvals", true, LEAST_APPROVALS, MOST_APPROVALS,
                              &approvals));
    agreement->approvals_required = (uint32_t)approvals;
    CDN_TRY(cdn_shape_flag(shape, root, "one_per_organisation", false,
                           &agreement->one_per_organisation));
    CDN_TRY(cdn_shape_texts(shape, root, "authors", true, LIST_MAX, &agreement->authors,
                            &agreement->author_count));
    CDN_TRY(cdn_shape_texts(shape, root, "recipients", true, LIST_MAX, &agreement->recipients,
                            &agreement->recipient_count));
    if (agreement->author_count == 0 || agreement->recipient_count == 0)
        return cdn_shape_fail(shape, root, "needs at least one author and recipient");
    CDN_TRY(read_approvers(shape, root, agreement));
    return read_roles(shape, root, agreement);
}

void cdn_agreement_need(const cdn_agreement *agreement, const bool *approved, cdn_text *out)
{
    uint32_t given = 0;
    const char *sign = "";
    for (uint32_t i = 0; i < agreement->approver_count; i++)
        given += approved[i];
    if (given < agreement->approvals_required) {
        cdn_text_addf(out, "%" PRIu32 " more", agreement->approvals_required - given);
        sign = ": ";
    }
    for (uint32_t r = 0; r < agreement->role_count; r++) {
        const cdn_needed_role *role = &agreement->roles[r];
        uint32_t has = 0;
        for (uint32_t i = 0; i < agreement->approver_count; i++)
            has += approved[i] && strcmp(agreement->approvers[i].role, role->name) == 0;
        if (has >= role->at_least)
            continue;
        cdn_text_addf(out, "%s%" PRIu32 " as %s", sign, role->at_least - has, role->name);
        sign = ", ";
    }
}

/* --- cadence ------------------------------------------------------------------------------ */

cdn_status cdn_cadence_read(const cdn_shape *shape, const cdn_node *root, cdn_agreement *agreement)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(shape, root, "cadence", false, LIST_MAX, &array, &count));
    cdn_cadence *feeds = cdn_arena_alloc(shape->arena, count, sizeof *feeds);
    if (feeds == NULL)
        return cdn_shape_memory(shape);
    agreement->cadences = feeds;
    for (uint32_t i = 0; i < count; i++) {
        const char *every = NULL;
        cdn_node node;
        CDN_TRY(cdn_shape_open(shape, cdn_json_at(array, i), "cadence", "feed every", root->line,
                               &node));
        CDN_TRY(cdn_shape_name(shape, &node, "feed", true, &feeds[i].feed));
        CDN_TRY(cdn_shape_text(shape, &node, "every", true, &every));
        node.name = feeds[i].feed;
        feeds[i].weekly = strcmp(every, "week") == 0;
        if (!feeds[i].weekly && strcmp(every, "month") != 0)
            return cdn_shape_fail(shape, &node, "is made every week or month");
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(feeds[j].feed, feeds[i].feed) == 0)
                return cdn_shape_fail(shape, &node, "stands twice");
        }
        agreement->cadence_count = i + 1;
    }
    return CDN_OK;
}
