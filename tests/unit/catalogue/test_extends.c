/* test_extends.c - which later catalogues may read what an earlier one made.
 *
 * Each case is an edit of the real catalogue, as somebody would make it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "unit/catalogue/load.h"

#include <string.h>

/* The catalogue with the first `from` after `anchor` replaced by `to`. */
static cdn_catalogue *edited(const char *anchor, const char *from, const char *to)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_catalogue *catalogue = NULL;
    cdn_text text = CDN_TEXT_INIT(1024u * 1024u);
    char *source = load_file(LOAD_ASCWDS);
    const char *place = strstr(source, anchor);
    assert_non_null(place);
    place = strstr(place, from);
    assert_non_null(place);
    cdn_text_add_bytes(&text, source, (size_t)(place - source));
    cdn_text_add(&text, to);
    cdn_text_add(&text, place + strlen(from));
    cdn_json *json = load_json(CDN_JAIL_CATALOGUE, LOAD_ASCWDS, text.bytes, NULL);
    if (cdn_catalogue_create(json, LOAD_ASCWDS, LOAD_CODES, &catalogue, &error) != CDN_OK) {
        load_print(&error);
        fail();
    }
    cdn_json_destroy(json);
    cdn_text_release(&text);
    cdn_free(source);
    return catalogue;
}

static bool extends(const cdn_catalogue *now, const char *earlier)
{
    bool out = false;
    assert_int_equal(cdn_catalogue_extends(now, earlier, &out, NULL), CDN_OK);
    return out;
}

static const char posts[] = "measure \"filled_posts\" {";

static void test_extends__what_is_added_or_only_shown_may_differ(void **state)
{
    (void)state;
    static const char one_more[] = "measure \"more_posts\" { title = \"More\", unit = \"posts\", "
                                   "places = 0, definition = \"D\", "
                                   "of = worker, count = \"records\" }\n"
                                   "measure \"filled_posts\" {";
    cdn_catalogue *first = edited(posts, posts, posts);
    cdn_catalogue *titled = edited(posts, "title = \"Filled posts\"", "title = \"Posts\"");
    cdn_catalogue *more = edited(posts, posts, one_more);
    assert_true(extends(first, first->canonical));
    assert_true(extends(titled, first->canonical) && extends(first, titled->canonical));
    assert_true(extends(more, first->canonical));
    assert_false(extends(first, more->canonical));
    assert_string_not_equal(titled->digest, first->digest);
    assert_string_not_equal(more->digest, first->digest);
    cdn_catalogue_destroy(more);
    cdn_catalogue_destroy(titled);
    cdn_catalogue_destroy(first);
}

static void test_extends__what_means_something_else_may_not(void **state)
{
    (void)state;
    static const char *const edits[][3] = {
        {"measure \"workplaces\" {", "of = workplace", "of = worker"},
        {"measure \"workplaces\" {", "24 months", "12 months"},
        {"record \"worker\"", "required = true", "required = false"},
    };
    cdn_catalogue *first = edited(posts, posts, posts);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        cdn_catalogue *other = edited(edits[i][0], edits[i][1], edits[i][2]);
        assert_string_not_equal(other->digest, first->digest);
        assert_false(extends(other, first->canonical));
        assert_false(extends(first, other->canonical));
        cdn_catalogue_destroy(other);
    }
    cdn_catalogue_destroy(first);
}

/* The last lines of the canonical text are the code lists' digests. */
static void test_extends__code_lists_stay_as_they_were(void **state)
{
    (void)state;
    cdn_catalogue *first = edited(posts, posts, posts);
    size_t length = strlen(first->canonical);
    char *changed = cdn_strdup(first->canonical);
    assert_non_null(changed);
    changed[length - 1] = changed[length - 1] == '0' ? '1' : '0';
    assert_false(extends(first, changed));
    changed[length - 1] = '\0'; /* a digest that is shorter is another */
    assert_false(extends(first, changed));
    changed[strcspn(changed, "\n")] = '\0'; /* no lists: today's came since */
    assert_true(extends(first, changed));
    cdn_free(changed);
    cdn_catalogue_destroy(first);
}

static void test_extends__a_text_that_is_none_fails(void **state)
{
    (void)state;
    bool out = true;
    cdn_catalogue *first = edited(posts, posts, posts);
    assert_int_equal(cdn_catalogue_extends(first, "{\"half", &out, NULL), CDN_E_INPUT);
    assert_false(out);
    cdn_catalogue_destroy(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extends__what_is_added_or_only_shown_may_differ),
        cmocka_unit_test(test_extends__what_means_something_else_may_not),
        cmocka_unit_test(test_extends__code_lists_stay_as_they_were),
        cmocka_unit_test(test_extends__a_text_that_is_none_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
