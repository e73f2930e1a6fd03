#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/database.h"
#include "store/journal.h"
#include "store/schema.h"
#include "store/store_testing.h"

/* Versions of a schema that never was. */
static const char *const steps[] = {
    "CREATE TABLE a(x); INSERT INTO a VALUES(1)",
    "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1",
    "CREATE TABLE b(z); INSERT INTO b SELECT x + y FROM a; DROP TABLE a",
};

/* A schema of the first steps of a list. */
#define FIRST(list, count) ((const struct schema){.written = (list), .written_count = (count)})

struct kit {
    char directory[KIT_PATH_SIZE];
    char path[KIT_PATH_SIZE + 16];
    sqlite3 *db;
};

static void open_again(struct kit *k)
{
    struct database_options o = {.path = k->path, .cache_kib = KIT_CACHE_KIB};
    assert_int_equal(sqlite3_close(k->db), SQLITE_OK);
    assert_int_equal(database_open(&o, &k->db), ERR_OK);
}

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_directory_new(k->directory);
    (void)snprintf(k->path, sizeof(k->path), "%s/odograph.db", k->directory);
    open_again(k);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    assert_int_equal(sqlite3_close(k->db), SQLITE_OK);
    kit_directory_remove(k->directory);
    free(k);
    return 0;
}

static int64_t number(struct kit *k, const char *sql)
{
    int64_t n = -1;
    assert_int_equal(database_number(k->db, sql, &n), ERR_OK);
    return n;
}

static void an_empty_file_gets_its_settings(void **state)
{
    struct kit *k = *state;
    assert_int_equal(schema_migrate(k->db, &store_schema), ERR_OK);
    open_again(k);
    assert_int_equal(number(k, "PRAGMA user_version"), schema_version(&store_schema));
    assert_int_equal(number(k, "PRAGMA application_id"), 0x4f444f47);
    assert_int_equal(number(k, "PRAGMA page_size"), 16384);
    assert_int_equal(number(k, "PRAGMA auto_vacuum"), 0);
    assert_int_equal(number(k, "PRAGMA synchronous"), 2);
    assert_int_equal(number(k, "PRAGMA wal_autocheckpoint"), 0);
    assert_int_equal(number(k, "PRAGMA mmap_size"), 0);
    assert_int_equal(number(k, "PRAGMA cache_size"), -KIT_CACHE_KIB);
    assert_int_equal(number(k, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    assert_int_equal(number(k, "SELECT count(*) FROM journal"), 0);
    assert_int_equal(schema_migrate(k->db, &store_schema), ERR_OK);
}

/* Makes a file of version `from`, takes it to `to`, and looks at what the steps did. */
static void assert_moves(struct kit *k, size_t from, size_t to)
{
    assert_int_equal(schema_migrate(k->db, &FIRST(steps, from)), ERR_OK);
    assert_int_equal(number(k, "PRAGMA user_version"), from);
    open_again(k);
    assert_int_equal(schema_migrate(k->db, &FIRST(steps, to)), ERR_OK);
    assert_int_equal(number(k, "PRAGMA user_version"), to);
    if (to == 3) {
        assert_int_equal(number(k, "SELECT z FROM b"), 3);
    } else if (to == 2) {
        assert_int_equal(number(k, "SELECT y FROM a"), 2);
    }
}

static void each_version_moves_to_each_later_one(void **state)
{
    struct kit *k = *state;
    for (size_t i = 0; i < 16; i++) {
        size_t from = i / 4;
        size_t to = i % 4;
        if (to < from) {
            continue;
        }
        assert_moves(k, from, to);
        assert_int_equal(sqlite3_close(k->db), SQLITE_OK);
        k->db = NULL;
        assert_int_equal(remove(k->path), 0);
        open_again(k);
    }
}

/* An entity that never was: it came with version 5, its last two columns with version 6. */
struct card {
    int64_t number;
    const char *name;
    bool has_slot;
    int64_t slot;
};

static const struct entity_column card_columns[] = {
    {.name = "number", .type = ENTITY_COLUMN_INT, .size = sizeof(int64_t), .max = INT64_MAX},
    {.name = "name", .type = ENTITY_COLUMN_TEXT, .offset = offsetof(struct card, name), .since = 6},
    {.name = "slot",
     .type = ENTITY_COLUMN_OPTIONAL,
     .offset = offsetof(struct card, slot),
     .size = sizeof(int64_t),
     .beside = offsetof(struct card, has_slot),
     .max = 9,
     .since = 6},
};

/* The schema of version `version`, 4 to 6: three written steps, then rows, and words for 6 too. */
static struct schema card_schema(int64_t version, struct entity *card)
{
    static const char *const words[] = {
        "CREATE TABLE a(x)", "", "", "", "", "INSERT INTO card(number) VALUES(2);"};
    *card = (struct entity){.table = "card",
                            .size = sizeof(struct card),
                            .columns = card_columns,
                            .column_count = version < 6 ? 1 : 3,
                            .key_count = 1,
                            .since = 5};
    return (struct schema){words, version < 6 ? 4 : 6, card, version < 5 ? 0 : 1, NULL};
}

/* From each version to each later one, the rows of before and what the new columns begin with. */
static void steps_are_made_of_rows(void **state)
{
    struct kit *k = *state;
    for (int64_t from = 4; from <= 6; from++) {
        struct entity card;
        struct schema schema = card_schema(from, &card);
        assert_int_equal(schema_version(&schema), from);
        assert_int_equal(schema_migrate(k->db, &schema), ERR_OK);
        assert_int_equal(number(k, "PRAGMA user_version"), from);
        assert_int_equal(schema_check(k->db, &schema), ERR_OK);
        if (from == 5) {
            assert_int_equal(database_run(k->db, "INSERT INTO card VALUES(1)"), ERR_OK);
        }
        schema = card_schema(6, &card);
        assert_int_equal(schema_check(k->db, &schema), ERR_OK);
        assert_int_equal(schema_migrate(k->db, &schema), ERR_OK);
        assert_int_equal(schema_check(k->db, &schema), ERR_OK);
        assert_int_equal(number(k, "SELECT count(*) FROM card WHERE name='' AND slot IS NULL"),
                         from == 5 ? 2 : 1);
        assert_int_equal(database_run(k->db, "INSERT INTO card VALUES(9, NULL, 1)"), ERR_IO);
        assert_int_equal(database_run(k->db, "INSERT INTO card VALUES(2, '', 1)"), ERR_IO);
        assert_int_equal(sqlite3_close(k->db), SQLITE_OK);
        k->db = NULL;
        assert_int_equal(remove(k->path), 0);
        open_again(k);
    }
}

static void a_step_that_fails_is_undone(void **state)
{
    static const char *const bad[] = {"CREATE TABLE a(x)", "CREATE TABLE c(x); CREATE TABLE a(x)"};
    struct kit *k = *state;
    assert_int_equal(schema_migrate(k->db, &FIRST(bad, 2)), ERR_IO);
    assert_int_equal(number(k, "PRAGMA user_version"), 1);
    assert_int_equal(number(k, "SELECT count(*) FROM sqlite_schema"), 1);
    assert_int_equal(schema_migrate(k->db, &FIRST(bad, 1)), ERR_OK);
}

static void a_newer_file_is_refused(void **state)
{
    struct kit *k = *state;
    assert_int_equal(schema_migrate(k->db, &FIRST(steps, 3)), ERR_OK);
    assert_int_equal(schema_migrate(k->db, &FIRST(steps, 2)), ERR_VERSION);
    assert_int_equal(schema_check(k->db, &FIRST(steps, 2)), ERR_VERSION);
    assert_int_equal(schema_check(k->db, &FIRST(steps, 3)), ERR_OK);
    assert_int_equal(schema_check(k->db, &FIRST(steps, 4)), ERR_OK);
    assert_int_equal(number(k, "SELECT z FROM b"), 3);
}

/* Each version is as its steps made it; more may stand beside that. */
static void words_that_changed_are_found(void **state)
{
    struct kit *k = *state;
    assert_int_equal(schema_check(k->db, &FIRST(steps, 3)), ERR_CORRUPT); /* empty */
    for (size_t version = 1; version <= 3; version++) {
        assert_int_equal(schema_migrate(k->db, &FIRST(steps, version)), ERR_OK);
        assert_int_equal(schema_check(k->db, &FIRST(steps, 3)), ERR_OK);
    }
    assert_int_equal(database_run(k->db, "CREATE TABLE theirs(x)"), ERR_OK);
    assert_int_equal(schema_check(k->db, &FIRST(steps, 3)), ERR_OK);
    assert_int_equal(database_run(k->db, "PRAGMA user_version=2"), ERR_OK);
    assert_int_equal(schema_check(k->db, &FIRST(steps, 3)), ERR_CORRUPT);
    assert_int_equal(database_run(k->db, "PRAGMA user_version=0"), ERR_OK);
    assert_int_equal(schema_check(k->db, &FIRST(steps, 3)), ERR_CORRUPT);
    assert_int_equal(database_run(k->db, "PRAGMA user_version=3; DROP TABLE b"), ERR_OK);
    assert_int_equal(schema_check(k->db, &FIRST(steps, 3)), ERR_CORRUPT);
}

static void somebody_elses_file_is_refused(void **state)
{
    struct kit *k = *state;
    assert_int_equal(database_run(k->db, "CREATE TABLE theirs(x)"), ERR_OK);
    assert_int_equal(schema_migrate(k->db, &FIRST(steps, 3)), ERR_CORRUPT);
    assert_int_equal(schema_check(k->db, &FIRST(steps, 3)), ERR_CORRUPT);
    assert_int_equal(database_run(k->db, "DROP TABLE theirs; PRAGMA user_version=-1;"
                                         "PRAGMA application_id=1329876807"),
                     ERR_OK);
    assert_int_equal(schema_migrate(k->db, &FIRST(steps, 3)), ERR_CORRUPT);
}

static void no_database_at_all(void **state)
{
    struct kit *k = *state;
    struct store_options o = {.directory = k->directory, .cache_kib = KIT_CACHE_KIB};
    struct store *s = NULL;
    FILE *f = fopen(k->path, "wb");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++) {
        assert_true(fputs("not a database. ", f) >= 0);
    }
    assert_int_equal(fclose(f), 0);
    assert_int_equal(store_open(&o, &s), ERR_CORRUPT);
    assert_null(s);
}

/* The store refuses a file that it opened once and that has a version of tomorrow. */
static void a_newer_store_is_refused(void **state)
{
    struct kit *k = *state;
    struct store_options o = {.directory = k->directory, .cache_kib = KIT_CACHE_KIB};
    struct store *s = kit_open(k->directory, NULL);
    store_close(s);
    assert_int_equal(database_run(k->db, "PRAGMA user_version=1000"), ERR_OK);
    s = NULL;
    assert_int_equal(store_open(&o, &s), ERR_VERSION);
    assert_null(s);
    assert_int_equal(store_check(k->directory, NULL, NULL), ERR_VERSION);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void keep_fixes(void *context, const struct store_check_line *line)
{
    *(uint64_t *)context = line->fixes;
}

static enum err check_and_note(struct kit *k, uint64_t *fixes)
{
    return store_check(k->directory, keep_fixes, fixes);
}

/* A store of before there were chunks: checked as it is, then opened, nothing lost. */
static void a_journal_of_version_1(void **state)
{
    struct kit *k = *state;
    struct journal_buffer buffer = {0};
    uint64_t fixes = 0;
    assert_int_equal(schema_migrate(k->db, &FIRST(store_schema.written, 1)), ERR_OK);
    for (int i = 0; i < 3; i++) {
        struct fix fix = kit_fix(KIT_TIME_S + i);
        struct fold_state s = kit_state(&fix, (uint64_t)i);
        const struct store_part part = {.device = 1, .fixes = &fix, .count = 1, .state = &s};
        struct bytes batch = journal_pack(&buffer, (uint64_t)i + 1, &part, 1);
        sqlite3_stmt *insert = NULL;
        assert_int_equal(database_prepare(k->db, "INSERT INTO journal(batch) VALUES(?)", &insert),
                         ERR_OK);
        assert_int_equal(sqlite3_bind_blob64(insert, 1, batch.at, batch.len, SQLITE_STATIC),
                         SQLITE_OK);
        assert_int_equal(database_step(k->db, insert), ERR_OK);
        (void)sqlite3_finalize(insert);
    }
    journal_buffer_clear(&buffer);
    assert_int_equal(check_and_note(k, &fixes), ERR_OK);
    assert_int_equal(fixes, 3);
    struct store *s = kit_open(k->directory, NULL);
    assert_int_equal(kit_load(s, 1).state.odometer_m_e2, 2);
    assert_int_equal(kit_count(s, 1), 3);
    assert_int_equal(kit_commit_at(s, 1, KIT_TIME_S + 3), ERR_OK);
    store_close(s);
    assert_int_equal(check_and_note(k, &fixes), ERR_OK);
    assert_int_equal(fixes, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_file_gets_its_settings), TEST(each_version_moves_to_each_later_one),
        TEST(steps_are_made_of_rows),          TEST(a_step_that_fails_is_undone),
        TEST(a_newer_file_is_refused),         TEST(words_that_changed_are_found),
        TEST(somebody_elses_file_is_refused),  TEST(no_database_at_all),
        TEST(a_newer_store_is_refused),        TEST(a_journal_of_version_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
