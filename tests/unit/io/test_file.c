/* test_file.c - whole files in, atomic files out, trees.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/file.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "support/unit.h"

static void expect_content(const char *path, const char *content)
{
    cdn_text text = CDN_TEXT_INIT(1u << 22);
    assert_int_equal(cdn_file_read(path, &text, NULL), CDN_OK);
    cdn_text_add(&text, "");
    assert_string_equal(text.bytes, content);
    cdn_text_release(&text);
}

/* "name name " of all regular files below the directory, in the order of the walk. */
static cdn_status list_one(void *context, const char *path, cdn_error *error)
{
    (void)error;
    cdn_text_addf(context, "%s ", path);
    return CDN_OK;
}

static void expect_files(const char *directory, const char *expected)
{
    cdn_text text = CDN_TEXT_INIT(10000);
    cdn_text_add(&text, "");
    assert_int_equal(cdn_dir_walk(directory, list_one, &text, NULL), CDN_OK);
    assert_string_equal(text.bytes, expected);
    cdn_text_release(&text);
}

static const char *fresh(const char *name)
{
    const char *path = unit_path(name);
    assert_int_equal(mkdir(path, 0700), 0);
    return path;
}

static void test_file__reads_whole_regular_files_only(void **state)
{
    (void)state;
    const char *path = unit_path("read.txt");
    unit_write(path, "hello", 5);
    expect_content(path, "hello");
    cdn_text text = CDN_TEXT_INIT(4);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_file_read(path, &text, &error), CDN_E_LIMIT);
    assert_string_equal(error.source, path);
    text.max = 100;
    cdn_error missing = CDN_ERROR_INIT;
    assert_int_equal(cdn_file_read(unit_path("none"), &text, &missing), CDN_E_INPUT);
    assert_string_equal(missing.message, "no such file");
    assert_int_equal(cdn_file_read("/dev/null", &text, NULL), CDN_E_INPUT);
    assert_int_equal(cdn_file_read("/", &text, NULL), CDN_E_INPUT);
    cdn_text_release(&text);
}

static void test_file__maps(void **state)
{
    (void)state;
    const char *path = unit_path("map.txt");
    cdn_mapping map;
    unit_write(path, "hello", 5);
    assert_int_equal(cdn_file_map(path, &map, NULL), CDN_OK);
    assert_int_equal(map.size, 5);
    assert_memory_equal(map.bytes, "hello", 5);
    cdn_file_unmap(&map);
    assert_null(map.bytes);
    unit_write(path, "", 0);
    assert_int_equal(cdn_file_map(path, &map, NULL), CDN_OK);
    assert_null(map.bytes);
    assert_int_equal(map.size, 0);
    cdn_file_unmap(&map);
    assert_int_equal(cdn_file_map("/dev", &map, NULL), CDN_E_INPUT);
}

static void test_writer__replaces_only_on_commit(void **state)
{
    (void)state;
    const char *directory = fresh("w1");
    const char *path = unit_path("w1/out.txt");
    unit_write(path, "old", 3);
    cdn_writer *writer = NULL;
    assert_int_equal(cdn_writer_create(path, &writer, NULL), CDN_OK);
    cdn_writer_add(writer, "new content", 11);
    expect_content(path, "old");
    assert_int_equal(cdn_writer_offset(writer), 11);
    cdn_writer_patch(writer, 0, "NEW", 3);
    assert_int_equal(cdn_writer_commit(writer, NULL), CDN_OK);
    expect_content(path, "NEW content");
    expect_files(directory, "out.txt ");
}

static void test_writer__leaves_nothing_when_abandoned(void **state)
{
    (void)state;
    const char *directory = fresh("w2");
    cdn_writer *writer = NULL;
    assert_int_equal(cdn_writer_create(unit_path("w2/a"), &writer, NULL), CDN_OK);
    cdn_writer_add(writer, "x", 1);
    cdn_writer_abandon(writer);
    cdn_writer_abandon(NULL);
    expect_files(directory, "");
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_writer_create(unit_path("w2/no/such"), &writer, &error), CDN_E_IO);
}

static void test_writer__writes_across_its_buffer(void **state)
{
    (void)state;
    enum { SIZE = 700 * 1024 };
    const char *path = unit_path("large");
    unsigned char *bytes = cdn_alloc(SIZE, 1);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)(i * 31 % 251);
    static const size_t steps[] = {1, 1000, 4096, 262144, 262145, 600000};
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        cdn_writer *writer = NULL;
        assert_int_equal(cdn_writer_create(path, &writer, NULL), CDN_OK);
        for (size_t at = 0; at < SIZE; at += steps[s])
            cdn_writer_add(writer, bytes + at, SIZE - at < steps[s] ? SIZE - at : steps[s]);
        cdn_writer_patch(writer, 262140, "12345678", 8); /* over the first buffer's end */
        assert_int_equal(cdn_writer_commit(writer, NULL), CDN_OK);
        cdn_mapping map;
        assert_int_equal(cdn_file_map(path, &map, NULL), CDN_OK);
        assert_int_equal(map.size, SIZE);
        assert_memory_equal(map.bytes, bytes, 262140);
        assert_memory_equal(map.bytes + 262140, "12345678", 8);
        assert_memory_equal(map.bytes + 262148, bytes + 262148, SIZE - 262148);
        cdn_file_unmap(&map);
    }
    cdn_free(bytes);
}

static void test_writer__reports_a_failure_on_commit_and_keeps_the_old_file(void **state)
{
    (void)state;
    const char *directory = fresh("w3");
    const char *path = unit_path("w3/out");
    unit_write(path, "old", 3);
    cdn_writer *writer = NULL;
    assert_int_equal(cdn_writer_create(path, &writer, NULL), CDN_OK);
    cdn_writer_add(writer, "abc", 3);
    cdn_writer_patch(writer, 2, "toolong", 7); /* past the end */
    cdn_writer_add(writer, "def", 3);
    assert_int_equal(cdn_writer_commit(writer, NULL), CDN_E_IO);
    expect_content(path, "old");
    expect_files(directory, "out ");
    assert_int_equal(mkdir(unit_path("w3/dir"), 0700), 0);
    assert_int_equal(cdn_file_write(unit_path("w3/dir"), "x", 1, NULL), CDN_E_IO);
    expect_files(directory, "out ");
}

static void test_writer__lacks_memory_before_the_rename_or_not_at_all(void **state)
{
    (void)state;
    const char *directory = fresh("w4");
    const char *path = unit_path("w4/out");
    cdn_status status = CDN_E_NOMEM;
    long fault = 0;
    for (; status != CDN_OK; fault++) {
        cdn_alloc_fail_after(fault);
        status = cdn_file_write(path, "x", 1, NULL);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
        expect_files(directory, status == CDN_OK ? "out " : "");
        assert_true(fault < 20);
    }
    assert_true(fault > 3);
}

static void test_dir__makes_paths(void **state)
{
    (void)state;
    assert_int_equal(cdn_dir_make(unit_path("m/a/b/c"), NULL), CDN_OK);
    assert_int_equal(cdn_dir_make(unit_path("m/a/b/c/"), NULL), CDN_OK);
    assert_true(cdn_file_exists(unit_path("m/a/b/c")));
    unit_write(unit_path("m/file"), "", 0);
    assert_int_equal(cdn_dir_make(unit_path("m/file"), NULL), CDN_E_IO);
    assert_int_equal(cdn_dir_make(unit_path("m/file/x"), NULL), CDN_E_IO);
    assert_false(cdn_file_exists(unit_path("m/none")));
}

static void make_tree(const char *name)
{
    cdn_text path = CDN_TEXT_INIT(1000);
    static const char *const files[] = {"b.txt", "a/z", "a/b/c", "a-b", "Z"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cdn_text_clear(&path);
        cdn_text_addf(&path, "%s/a/b", name);
        assert_int_equal(cdn_dir_make(unit_path(path.bytes), NULL), CDN_OK);
        cdn_text_clear(&path);
        cdn_text_addf(&path, "%s/%s", name, files[i]);
        unit_write(unit_path(path.bytes), files[i], strlen(files[i]));
    }
    cdn_text_release(&path);
}

static void test_dir__walks_in_byte_order_and_refuses_links(void **state)
{
    (void)state;
    make_tree("walk");
    expect_files(unit_path("walk"), "Z a-b a/b/c a/z b.txt ");
    assert_int_equal(symlink("/etc/passwd", unit_path("walk/a/link")), 0);
    cdn_text text = CDN_TEXT_INIT(1000);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_dir_walk(unit_path("walk"), list_one, &text, &error), CDN_E_REFUSED);
    assert_int_equal(text.length, 0);
    assert_int_equal(cdn_dir_walk(unit_path("none"), list_one, &text, NULL), CDN_E_INPUT);
    cdn_text_release(&text);
}

static void test_dir__names_are_those_of_one_directory(void **state)
{
    (void)state;
    cdn_text text = CDN_TEXT_INIT(1000);
    make_tree("names");
    assert_int_equal(symlink("/nowhere", unit_path("names/x")), 0);
    assert_int_equal(cdn_dir_names(unit_path("names"), list_one, &text, NULL), CDN_OK);
    assert_int_equal(text.length, strlen("Z a a-b b.txt x "));
    assert_non_null(strstr(text.bytes, "x "));
    cdn_text_clear(&text);
    assert_int_equal(cdn_dir_names(unit_path("none"), list_one, &text, NULL), CDN_OK);
    assert_int_equal(text.length, 0);
    assert_int_equal(cdn_dir_names(unit_path("names/Z"), list_one, &text, NULL), CDN_E_IO);
    cdn_text_release(&text);
}

static void test_dir__removes_without_following_links(void **state)
{
    (void)state;
    make_tree("keep");
    make_tree("gone");
    assert_int_equal(symlink(unit_path("keep"), unit_path("gone/a/out")), 0);
    assert_int_equal(cdn_dir_remove(unit_path("gone"), NULL), CDN_OK);
    assert_false(cdn_file_exists(unit_path("gone")));
    expect_files(unit_path("keep"), "Z a-b a/b/c a/z b.txt ");
    assert_int_equal(cdn_dir_remove(unit_path("gone"), NULL), CDN_OK);
    assert_int_equal(symlink(unit_path("keep"), unit_path("link")), 0);
    assert_int_equal(cdn_dir_remove(unit_path("link"), NULL), CDN_OK);
    assert_false(cdn_file_exists(unit_path("link")));
    assert_true(cdn_file_exists(unit_path("keep/b.txt")));
}

static void test_dir__copies_and_publishes_once(void **state)
{
    (void)state;
    make_tree("from");
    assert_int_equal(chmod(unit_path("from/b.txt"), 0755), 0);
    assert_int_equal(mkdir(unit_path("from/empty"), 0700), 0);
    assert_int_equal(cdn_dir_copy(unit_path("from"), unit_path("copy"), NULL), CDN_OK);
    expect_files(unit_path("copy"), "Z a-b a/b/c a/z b.txt ");
    expect_content(unit_path("copy/a/b/c"), "a/b/c");
    assert_true(cdn_file_exists(unit_path("copy/empty")));
    assert_int_equal(access(unit_path("copy/b.txt"), X_OK), 0);
    assert_int_equal(cdn_dir_publish(unit_path("copy"), unit_path("final"), NULL), CDN_OK);
    assert_false(cdn_file_exists(unit_path("copy")));
    expect_files(unit_path("final"), "Z a-b a/b/c a/z b.txt ");
    assert_int_equal(cdn_dir_publish(unit_path("from"), unit_path("final"), NULL), CDN_E_IO);
    assert_true(cdn_file_exists(unit_path("from/b.txt")));
    assert_int_equal(mkdir(unit_path("target"), 0700), 0); /* even an empty one is in the way */
    assert_int_equal(cdn_dir_publish(unit_path("from"), unit_path("target"), NULL), CDN_E_IO);
}

static void test_path__joins(void **state)
{
    (void)state;
    char *path = cdn_path_join("a/b", "c");
    assert_string_equal(path, "a/b/c");
    cdn_free(path);
}

static void test_file__sweeps_what_writers_left(void **state)
{
    (void)state;
    const char *root = fresh("swept");
    static const char *const left[] = {".a.csv.0123.tmp", "pack/signatures/.b.p7s.0123.tmp",
                                       "..pack.tmp.AbCdEf/package/c.csv"};
    static const char *const kept[] = {".hidden", "a.tmp", ".tmp", "pack/.a.tmpx", "pack/a.csv",
                                       "pack/signatures/deep/.d.0123.tmp"};
    const char *folders[] = {"pack", "pack/signatures", "pack/signatures/deep", "..pack.tmp.AbCdEf",
                             "..pack.tmp.AbCdEf/package"};
    char path[1024];
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    for (size_t i = 0; i < 3 + 6; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", root, i < 3 ? left[i] : kept[i - 3]);
        unit_write(path, "x", 1);
    }
    (void)snprintf(path, sizeof path, "%s/.link.tmp", root);
    assert_int_equal(symlink(root, path), 0);
    assert_int_equal(cdn_dir_sweep(root, 2, NULL), CDN_OK);
    expect_files(root, ".hidden .tmp a.tmp pack/.a.tmpx pack/a.csv "
                       "pack/signatures/deep/.d.0123.tmp ");
    (void)snprintf(path, sizeof path, "%s/..pack.tmp.AbCdEf", root);
    assert_false(cdn_file_exists(path));
    assert_int_equal(cdn_dir_sweep(unit_path("nowhere"), 2, NULL), CDN_OK);
}

static void test_file__moves_and_removes_files(void **state)
{
    (void)state;
    const char *root = fresh("moved");
    char from[1024], to[1024];
    (void)snprintf(from, sizeof from, "%s/a", root);
    (void)snprintf(to, sizeof to, "%s/b", root);
    unit_write(from, "new", 3);
    unit_write(to, "old", 3);
    assert_int_equal(cdn_file_move(from, to, NULL), CDN_OK);
    expect_files(root, "b ");
    expect_content(to, "new");
    assert_int_equal(cdn_file_move(from, to, NULL), CDN_E_IO);
    assert_int_equal(cdn_file_remove(to, NULL), CDN_OK);
    assert_int_equal(cdn_file_remove(to, NULL), CDN_OK);
    assert_int_equal(cdn_file_remove(root, NULL), CDN_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file__reads_whole_regular_files_only),
        cmocka_unit_test(test_file__maps),
        cmocka_unit_test(test_writer__replaces_only_on_commit),
        cmocka_unit_test(test_writer__leaves_nothing_when_abandoned),
        cmocka_unit_test(test_writer__writes_across_its_buffer),
        cmocka_unit_test(test_writer__reports_a_failure_on_commit_and_keeps_the_old_file),
        cmocka_unit_test(test_writer__lacks_memory_before_the_rename_or_not_at_all),
        cmocka_unit_test(test_dir__makes_paths),
        cmocka_unit_test(test_dir__walks_in_byte_order_and_refuses_links),
        cmocka_unit_test(test_dir__names_are_those_of_one_directory),
        cmocka_unit_test(test_dir__removes_without_following_links),
        cmocka_unit_test(test_dir__copies_and_publishes_once),
        cmocka_unit_test(test_file__sweeps_what_writers_left),
        cmocka_unit_test(test_file__moves_and_removes_files),
        cmocka_unit_test(test_path__joins),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
