/* The words of the SQL that is made of rows; schema_test.c and entities_test.c run it. */
#include "store/tables_sqlite_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

/* An entity that never was: came with version 5, got columns with 6 and 7. */
struct card {
    int64_t device_id;
    const char *number;
    int64_t seen_s;
    const char *name;
    bool has_slot;
    int16_t slot;
};

#define AT(member)                                                                                 \
    .name = #member, .offset = offsetof(struct card, member),                                      \
    .size = sizeof(((struct card *)0)->member)

static const struct entity_column card_columns[] = {
    {AT(device_id), .type = ENTITY_COLUMN_INT, .min = 1, .max = INT64_MAX},
    {AT(number), .type = ENTITY_COLUMN_TEXT},
    {AT(seen_s), .type = ENTITY_COLUMN_INT, .max = INT64_MAX},
    {AT(name), .type = ENTITY_COLUMN_TEXT, .since = 6},
    {AT(slot), .type = ENTITY_COLUMN_OPTIONAL, .beside = offsetof(struct card, has_slot), .max = 9,
     .since = 7},
};

static const struct entity card = {
    .table = "card",
    .size = sizeof(struct card),
    .columns = card_columns,
    .column_count = sizeof(card_columns) / sizeof(card_columns[0]),
    .key_count = 2,
    .delete_count = 1,
    .since = 5,
    .owner = ENTITY_DEVICE,
    .expires = "seen_s",
};

static void assert_words(char *sql, const char *want)
{
    if (want == NULL) {
        assert_null(sql);
    } else {
        assert_non_null(sql);
        assert_string_equal(sql, want);
    }
    g_free(sql);
}

static void statements_have_every_column(void **state)
{
    (void)state;
    assert_words(entity_sql(&card, ENTITY_SQL_PUT),
                 "REPLACE INTO card(device_id,number,seen_s,name,slot) VALUES(?,?,?,?,?)");
    assert_words(entity_sql(&card, ENTITY_SQL_DELETE), "DELETE FROM card WHERE device_id=?");
    assert_words(entity_sql(&card, ENTITY_SQL_EXPIRE), "DELETE FROM card WHERE seen_s<?");
    assert_words(entity_sql(&card, ENTITY_SQL_DISOWN), "DELETE FROM card WHERE device_id=?");
    assert_words(entity_sql(&card, ENTITY_SQL_RETAIN), NULL);
    assert_words(entity_sql_load(&card, 7, ENTITY_ROWS_OF_START),
                 "SELECT device_id,number,seen_s,name,slot FROM card ORDER BY device_id,number");
}

/* A log is appended to, and goes by retention instead of at once. */
static void what_is_appended_has_other_statements(void **state)
{
    (void)state;
    const struct entity *text = &entity_rows[ENTITY_TEXT];
    assert_words(entity_sql(text, ENTITY_SQL_PUT),
                 "INSERT INTO device_text(device_id,id,time_s,text,kind) VALUES(?,?,?,?,?)");
    assert_words(entity_sql(text, ENTITY_SQL_DELETE), NULL);
    assert_words(entity_sql(text, ENTITY_SQL_EXPIRE), NULL);
    assert_words(entity_sql(text, ENTITY_SQL_DISOWN), NULL);
    assert_words(entity_sql(text, ENTITY_SQL_RETAIN),
                 "DELETE FROM device_text WHERE device_id=?1 AND time_s<?2");
    assert_words(entity_sql(&entity_rows[ENTITY_EVENT], ENTITY_SQL_RETAIN),
                 "DELETE FROM event WHERE device_id=?1 AND gps_time_s<?2 AND "
                 "(gps_time_s<>0 OR rcv_time_s<?2)");
    assert_words(entity_sql_load(text, 1, ENTITY_ROWS_OF_START),
                 "SELECT device_id,id,time_s,text FROM device_text ORDER BY device_id,id");
}

/* A start reads what is open. */
static void what_is_loaded_at_0_is_read_by_that(void **state)
{
    (void)state;
    struct entity open = card;
    open.loaded_at_0 = "seen_s";
    assert_words(entity_sql_load(&open, 5, ENTITY_ROWS_OF_START),
                 "SELECT device_id,number,seen_s FROM card WHERE seen_s=0"
                 " ORDER BY device_id,number");
    assert_words(entity_sql_load(&open, 5, ENTITY_ROWS_ALL),
                 "SELECT device_id,number,seen_s FROM card ORDER BY device_id,number");
    assert_words(entity_sql_select(&open), "SELECT device_id,number,seen_s,name,slot FROM card");
}

static void an_older_store_is_read_without_later_columns(void **state)
{
    (void)state;
    assert_words(entity_sql_load(&card, 5, ENTITY_ROWS_OF_START),
                 "SELECT device_id,number,seen_s FROM card ORDER BY device_id,number");
    assert_words(entity_sql_load(&card, 6, ENTITY_ROWS_OF_START),
                 "SELECT device_id,number,seen_s,name FROM card ORDER BY device_id,number");
}

static void steps_are_made_of_what_is_new(void **state)
{
    (void)state;
    assert_words(entity_sql_step(&card, 1, 4), "");
    assert_words(entity_sql_step(&card, 1, 5),
                 "CREATE TABLE card(device_id INTEGER NOT NULL, number TEXT NOT NULL,"
                 " seen_s INTEGER NOT NULL, PRIMARY KEY(device_id,number)) WITHOUT ROWID;");
    assert_words(entity_sql_step(&card, 1, 6),
                 "ALTER TABLE card ADD COLUMN name TEXT NOT NULL DEFAULT '';");
    assert_words(entity_sql_step(&card, 1, 7),
                 "ALTER TABLE card ADD COLUMN slot INTEGER DEFAULT NULL;");
    struct entity numbered = card;
    numbered.key_count = 1;
    numbered.column_count = 1;
    assert_words(entity_sql_step(&numbered, 1, 5),
                 "CREATE TABLE card(device_id INTEGER NOT NULL, PRIMARY KEY(device_id));");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_have_every_column),
        cmocka_unit_test(what_is_appended_has_other_statements),
        cmocka_unit_test(what_is_loaded_at_0_is_read_by_that),
        cmocka_unit_test(an_older_store_is_read_without_later_columns),
        cmocka_unit_test(steps_are_made_of_what_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
