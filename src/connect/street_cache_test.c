/* Addresses in a file: kept, expired, pushed out, and a file that is damaged or deleted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connect/street_cache.h"

enum { NOW_S = 1770000000, LIFE_S = 1000, DAY_S = 86400 };

struct place {
    char *directory;
    char *path;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof(*p));
    p->directory = g_dir_make_tmp("streets-XXXXXX", NULL);
    p->path = g_build_filename(p->directory, "streets.cache", NULL);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    (void)g_unlink(p->path);
    (void)g_rmdir(p->directory);
    g_free(p->path);
    g_free(p->directory);
    free(p);
    return 0;
}

static struct street_cache *open_cache(void **state, uint64_t bytes)
{
    const struct place *p = *state;
    const struct street_cache_options options = {p->path, bytes, LIFE_S};
    return street_cache_open(&options);
}

static struct street street_named(const char *names)
{
    struct street s = {.at = {225400010, -1139000020}};
    (void)g_strlcpy(s.names, names, sizeof(s.names));
    return s;
}

static bool has(struct street_cache *c, const struct street_key *key, int64_t now_s,
                const char *names)
{
    struct street s;
    bool is_there = street_cache_find(c, key, now_s, &s);
    if (is_there) {
        assert_string_equal(s.names, names);
        assert_int_equal(s.at.lat_e7, 225400010);
        assert_int_equal(s.at.lon_e7, -1139000020);
    }
    return is_there;
}

static void put(struct street_cache *c, const struct street_key *key, int64_t now_s,
                const char *names)
{
    const struct street s = street_named(names);
    street_cache_put(c, key, now_s, &s);
}

static void address_is_kept_over_restarts_until_it_expires(void **state)
{
    struct street_key key = street_key_of((struct point){225400449, -1139000449}, "en");
    struct street_key near = street_key_of((struct point){225400000, -1139000000}, "en");
    struct street_key far = street_key_of((struct point){225400501, -1139000000}, "en");
    struct street_key other = street_key_of((struct point){225400000, -1139000000}, "zh");
    struct street_cache *c = open_cache(state, 1 << 20);
    assert_false(has(c, &key, NOW_S, ""));
    put(c, &key, NOW_S, "1, Street, Town");
    street_cache_close(c);
    c = open_cache(state, 1 << 20);
    assert_true(has(c, &key, NOW_S, "1, Street, Town"));
    assert_true(has(c, &near, NOW_S + LIFE_S - 1, "1, Street, Town"));
    assert_false(has(c, &far, NOW_S, ""));
    assert_false(has(c, &other, NOW_S, ""));
    assert_false(has(c, &key, NOW_S + LIFE_S, ""));
    assert_false(has(c, &key, NOW_S - 1, "")); /* the clock was set back */
    put(c, &key, NOW_S + LIFE_S, "2, Street, Town");
    assert_true(has(c, &key, NOW_S + LIFE_S, "2, Street, Town"));
    street_cache_close(c);
}

static void longest_names_fit(void **state)
{
    struct street_cache *c = open_cache(state, 1 << 20);
    struct street_key key = street_key_of((struct point){0, 0}, "en");
    char *names = g_strnfill(STREET_NAMES_SIZE - 1, 'x');
    put(c, &key, NOW_S, names);
    assert_true(has(c, &key, NOW_S, names));
    g_free(names);
    street_cache_close(c);
}

static void ends_of_the_earth_are_places(void **state)
{
    struct street_cache *c = open_cache(state, 1 << 20);
    static const struct point places[] = {
        {900000000, 1800000000}, {-900000000, -1800000000}, {0, 1800000000}, {0, 0}};
    for (size_t i = 0; i < 4; i++) {
        struct street_key key = street_key_of(places[i], "en");
        put(c, &key, NOW_S, "Here");
        assert_true(has(c, &key, NOW_S, "Here"));
    }
    struct street_key east = street_key_of((struct point){0, 1800000000}, "en");
    struct street_key west = street_key_of((struct point){0, -1800000000}, "en");
    assert_memory_equal(&east, &west, sizeof(east));
    street_cache_close(c);
}

static void nothing_is_kept_for_a_day(void **state)
{
    const char *path = ((const struct place *)*state)->path;
    struct street_key key = street_key_of((struct point){0, 0}, "en");
    const struct street_cache_options options = {path, 1 << 20, INT64_C(10) * DAY_S};
    struct street_cache *c = street_cache_open(&options);
    struct street s;
    put(c, &key, NOW_S, "");
    assert_true(street_cache_find(c, &key, NOW_S + DAY_S - 1, &s));
    assert_false(street_cache_find(c, &key, NOW_S + DAY_S, &s));
    street_cache_close(c);
}

/* One bucket alone: the ninth pushes the oldest out. */
static void file_has_a_bound(void **state)
{
    const char *path = ((const struct place *)*state)->path;
    struct street_cache *c = open_cache(state, 1);
    struct street_key keys[9];
    for (int32_t i = 0; i < 9; i++) {
        keys[i] = street_key_of((struct point){i * 10000, 0}, "en");
        put(c, &keys[i], NOW_S + (i == 3 ? -5 : i), "Here");
    }
    for (size_t i = 0; i < 9; i++) {
        assert_int_equal(has(c, &keys[i], NOW_S + 10, "Here"), i != 3);
    }
    struct stat told;
    assert_int_equal(stat(path, &told), 0);
    assert_int_equal(told.st_size, 8192);
    assert_int_equal(told.st_mode & 0777, 0600);
    street_cache_close(c);
}

/* Each byte of a slot, and a file cut anywhere: found as it was, or not at all. */
static void damage_is_nothing_found(void **state)
{
    const char *path = ((const struct place *)*state)->path;
    struct street_key key = street_key_of((struct point){0, 0}, "en");
    struct street_cache *c = open_cache(state, 1);
    put(c, &key, NOW_S, "1, Street");
    int fd = open(path, O_RDWR);
    for (off_t at = 4096; at < 4096 + 512; at++) {
        uint8_t byte = 0;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 0x40;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_false(has(c, &key, NOW_S, ""));
        byte ^= 0x40;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_true(has(c, &key, NOW_S, "1, Street"));
    }
    assert_int_equal(ftruncate(fd, 4096 + 45), 0);
    assert_false(has(c, &key, NOW_S, ""));
    put(c, &key, NOW_S, "2, Street");
    assert_true(has(c, &key, NOW_S, "2, Street"));
    assert_int_equal(ftruncate(fd, 0), 0);
    (void)close(fd);
    street_cache_close(c);
}

static void deleted_file_is_made_anew(void **state)
{
    const char *path = ((const struct place *)*state)->path;
    struct street_key key = street_key_of((struct point){0, 0}, "en");
    struct street_cache *c = open_cache(state, 1);
    put(c, &key, NOW_S, "1, Street");
    assert_int_equal(g_unlink(path), 0);
    put(c, &key, NOW_S, "2, Street");
    assert_true(has(c, &key, NOW_S, "2, Street"));
    assert_false(street_cache_is_failing(c));
    street_cache_close(c);
    c = open_cache(state, 1);
    assert_true(has(c, &key, NOW_S, "2, Street"));
    street_cache_close(c);
}

/* A directory in its place: nothing is kept, until it is gone and a minute is over. */
static void file_that_cannot_be_is_done_without(void **state)
{
    const char *path = ((const struct place *)*state)->path;
    struct street_key key = street_key_of((struct point){0, 0}, "en");
    assert_int_equal(g_mkdir(path, 0700), 0);
    struct street_cache *c = open_cache(state, 1);
    assert_true(street_cache_is_failing(c));
    put(c, &key, NOW_S, "1, Street");
    assert_false(has(c, &key, NOW_S, ""));
    assert_int_equal(g_rmdir(path), 0);
    put(c, &key, NOW_S + 59, "1, Street");
    assert_true(street_cache_is_failing(c));
    put(c, &key, NOW_S + 60, "1, Street");
    assert_false(street_cache_is_failing(c));
    assert_true(has(c, &key, NOW_S + 60, "1, Street"));
    street_cache_close(c);
}

/* As a full disk or one that is read-only does: a limit to the size of files. */
static void failing_writes_are_told_until_they_work(void **state)
{
    struct street_key key = street_key_of((struct point){0, 0}, "en");
    struct street_cache *c = open_cache(state, 1);
    struct rlimit most;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &most), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    const struct rlimit none = {.rlim_cur = 4096, .rlim_max = most.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    put(c, &key, NOW_S, "1, Street");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &most), 0);
    assert_true(street_cache_is_failing(c));
    assert_false(has(c, &key, NOW_S, ""));
    put(c, &key, NOW_S, "1, Street");
    assert_false(street_cache_is_failing(c));
    assert_true(has(c, &key, NOW_S, "1, Street"));
    street_cache_close(c);
}

static void other_files_are_begun_anew_and_no_link_is_followed(void **state)
{
    const char *path = ((const struct place *)*state)->path;
    struct street_key key = street_key_of((struct point){0, 0}, "en");
    assert_true(g_file_set_contents(path, "something else, and longer than a mark", -1, NULL));
    struct street_cache *c = open_cache(state, 1);
    assert_false(has(c, &key, NOW_S, ""));
    street_cache_close(c);
    char *link = g_strconcat(path, ".link", NULL);
    assert_int_equal(symlink(path, link), 0);
    const struct street_cache_options options = {link, 1, LIFE_S};
    c = street_cache_open(&options);
    assert_true(street_cache_is_failing(c));
    street_cache_close(c);
    (void)g_unlink(link);
    g_free(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        CASE(address_is_kept_over_restarts_until_it_expires),
        CASE(longest_names_fit),
        CASE(ends_of_the_earth_are_places),
        CASE(nothing_is_kept_for_a_day),
        CASE(file_has_a_bound),
        CASE(damage_is_nothing_found),
        CASE(deleted_file_is_made_anew),
        CASE(file_that_cannot_be_is_done_without),
        CASE(failing_writes_are_told_until_they_work),
        CASE(other_files_are_begun_anew_and_no_link_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
