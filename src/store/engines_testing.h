#ifndef STORE_ENGINES_TESTING_H
#define STORE_ENGINES_TESTING_H

/*
 * A place for a store of a test that runs over either engine: a directory or, where the environment
 * says STORE_ENGINE=memory, the engine in memory (memory_testing.h). What a test opens is named by
 * a text, here "memory:" and an address. Included after <cmocka.h>.
 */
#include "store/database.h"
#include "store/file_testing.h"
#include "store/memory_testing.h"
#include "store/store_testing.h"

static inline bool kit_over_memory(void)
{
    const char *engine = getenv("STORE_ENGINE");
    return engine != NULL && strcmp(engine, "memory") == 0;
}

/* NULL: it is a directory. */
static inline struct memory *kit_memory(const char *place)
{
    void *at = NULL;
    return sscanf(place, "memory:%p", &at) == 1 ? at : NULL;
}

static inline void kit_place_new(char place[KIT_PATH_SIZE])
{
    if (kit_over_memory()) {
        (void)snprintf(place, KIT_PATH_SIZE, "memory:%p", (void *)memory_new());
    } else {
        kit_directory_new(place);
    }
}

static inline void kit_place_remove(const char *place)
{
    struct memory *m = kit_memory(place);
    if (m != NULL) {
        memory_free(m);
    } else {
        kit_directory_remove(place);
    }
}

/* store_open() at options->directory, which is a place. */
static inline enum err kit_place_open(const struct store_options *options, struct store **out)
{
    struct memory *m = kit_memory(options->directory);
    return m == NULL ? store_open(options, out)
                     : store_open_over(memory_storage_new(m), options, out);
}

/* kit_open() of a place. */
static inline struct store *kit_open_at(const char *place)
{
    const struct store_options o = {.directory = place, .cache_kib = KIT_CACHE_KIB};
    struct store *s = NULL;
    assert_int_equal(kit_place_open(&o, &s), ERR_OK);
    return s;
}

/* Committed rows of a table. */
static inline int64_t kit_rows(const struct store *s, const char *place, const char *table)
{
    char sql[64];
    int64_t n = 0;
    if (kit_memory(place) != NULL) {
        return memory_rows(kit_memory(place), table);
    }
    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
    assert_int_equal(database_number(kit_db(s), sql, &n), ERR_OK);
    return n;
}

/* How many rows were written so far, by whatever. */
static inline int64_t kit_changes(const struct store *s, const char *place)
{
    const struct memory *m = kit_memory(place);
    return m != NULL ? memory_changes(m) : sqlite3_total_changes64(kit_db(s));
}

/*
 * Runs a group of tests of which the first `count` are about rows, over either engine, and the
 * others about files.
 */
#define KIT_RUN(tests, count)                                                                      \
    _cmocka_run_group_tests("tests", tests,                                                        \
                            kit_over_memory() ? (count) : sizeof(tests) / sizeof((tests)[0]),      \
                            NULL, NULL)

#endif
