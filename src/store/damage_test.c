#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "base/rounds_testing.h"
#include "store/check.h"
#include "store/engine_testing.h"

/*
 * What of the tracks a check has to answer for: all but a distance, which follows from the rest.
 * Numbers are as the program reads them: a 0 that became a text without a letter is still one.
 */
static const char *const contents[] = {
    "SELECT quote(seq) || hex(batch) FROM journal",
    "SELECT device || ' ' || CAST(sealed_seq AS INTEGER) || ' ' || CAST(dirty AS INTEGER) || ' '"
    " || CAST(dirty_from_s AS INTEGER) || hex(state) FROM device_state",
    "SELECT quote(device) || quote(first_s) || quote(last_s) || quote(count)"
    " || hex(start_state) || hex(data) FROM track_open",
    "SELECT quote(id) || quote(device) || quote(first_s) || quote(last_s) || quote(count)"
    " || hex(start_state) || hex(data) FROM track_chunk NOT INDEXED",
    "SELECT quote(device) || quote(last_s) || quote(first_s) || quote(id)"
    " FROM track_chunk INDEXED BY track_chunk_by_device WHERE device > -9",
};

enum { STATEMENTS = sizeof(contents) / sizeof(contents[0]) };

struct image {
    char path[KIT_PATH_SIZE + 16];
    uint8_t *at;
    size_t size;
    int fd;
};

/* Chunks, open rows, states and a journal of three devices, and the store closed. */
static void make_tracks(struct kit *k)
{
    drive(k, 1, 0, 1100);
    drive(k, 2, 0, 40);
    drive(k, 3, 0, 5);
    seal_all(k);
    commit_at(k, 3, KIT_TIME_S + 60);
    commit_at(k, 3, KIT_TIME_S + 70);
    store_close(k->store);
    k->store = NULL;
}

static void image_open(struct image *m, const struct kit *k)
{
    (void)snprintf(m->path, sizeof(m->path), "%s/odograph.db", k->path);
    m->fd = open(m->path, O_RDWR | O_CLOEXEC);
    assert_true(m->fd >= 0);
    m->size = (size_t)lseek(m->fd, 0, SEEK_END);
    m->at = mem_new(m->size);
    assert_int_equal(pread(m->fd, m->at, m->size, 0), m->size);
}

static void image_close(struct image *m)
{
    (void)close(m->fd);
    free(m->at);
}

/* What a check told of each device. */
struct told {
    uint64_t fixes[DEVICES];
    uint64_t odometers_m_e2[DEVICES];
    bool has_name[DEVICES];
};

static void note_line(void *context, const struct store_check_line *line)
{
    struct told *told = context;
    size_t at = (size_t)line->device % DEVICES;
    told->fixes[at] = line->fixes;
    told->odometers_m_e2[at] = line->odometer_m_e2;
    told->has_name[at] = line->device_id[0] != '\0';
}

static enum err check_store(const struct kit *k, struct told *told)
{
    char path[KIT_PATH_SIZE + 16];
    (void)snprintf(path, sizeof(path), "%s/odograph.db", k->path);
    *told = (struct told){0};
    return store_check_file(path, note_line, told);
}

/* All that a statement gives, as one number; an error is one too. */
static uint64_t digest(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;
    uint64_t sum = UINT64_C(14695981039346656037);
    int result = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    while (result == SQLITE_OK && (result = sqlite3_step(s)) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(s, 0);
        for (; text != NULL && *text != '\0'; text++) {
            sum = (sum ^ *text) * UINT64_C(1099511628211);
        }
        sum = (sum ^ '\n') * UINT64_C(1099511628211);
        result = SQLITE_OK;
    }
    (void)sqlite3_finalize(s);
    return result == SQLITE_DONE ? sum : 0;
}

static void digest_all(const char *path, uint64_t out[STATEMENTS])
{
    struct database_options o = {.path = path, .cache_kib = KIT_CACHE_KIB, .read_only = true};
    sqlite3 *db = NULL;
    assert_int_equal(database_open(&o, &db), ERR_OK);
    for (size_t i = 0; i < STATEMENTS; i++) {
        out[i] = digest(db, contents[i]);
    }
    (void)sqlite3_close(db);
}

/* ---- the places ---- */

/*
 * Which bytes are tried. Those of a kind are alike, so that some of each are enough: of the file's
 * header, of the header of every page, of its pointers, of where a cell begins (its length, its id
 * and the types of its columns), and of what a cell holds. (SQLite, "Database File Format".)
 */
enum {
    FILE_HEADER = 100,
    PAGE = 16384,
    CELL_HEAD = 8,
    ALIKE = 2, /* of so many cells of a page all kinds are tried, of the others little */
};

struct places {
    size_t *at;
    size_t count;
};

static void add_every(struct places *p, size_t from, size_t to, size_t step)
{
    for (size_t at = from; at < to; at += step) {
        p->at[p->count++] = at;
    }
}

static size_t short_at(const struct image *m, size_t at)
{
    return (size_t)m->at[at] << 8 | m->at[at + 1];
}

/* Where the cell at `from` in a page ends: where the next one begins, in its place. */
static size_t end_of_cell(const struct image *m, size_t page, size_t pointers, size_t cells,
                          size_t from)
{
    size_t end = page + PAGE;
    for (size_t i = 0; i < cells; i++) {
        size_t other = page + short_at(m, pointers + 2 * i);
        end = other > from && other < end ? other : end;
    }
    return end;
}

static void add_page(struct places *p, const struct image *m, size_t page)
{
    size_t header = page == 0 ? FILE_HEADER : page;
    uint8_t kind = m->at[header];
    if (kind != 2 && kind != 5 && kind != 10 && kind != 13) { /* no B-tree: what overflowed */
        add_every(p, page, page + 4, 1);
        add_every(p, page + 4, page + PAGE, rounds_step(997));
        return;
    }
    size_t pointers = header + (kind < 10 ? 12 : 8);
    size_t cells = short_at(m, header + 3);
    if (cells == 0) {
        add_every(p, header + page / PAGE % 8, header + 8, rounds_step(8)); /* empty ones: alike */
        return;
    }
    add_every(p, header, pointers, 1);
    for (size_t i = 0; i < cells; i++) {
        size_t from = page + short_at(m, pointers + 2 * i);
        size_t end = end_of_cell(m, page, pointers, cells, from);
        size_t head = end - from < CELL_HEAD ? end - from : CELL_HEAD;
        if (i < ALIKE || i + 1 == cells) {
            add_every(p, pointers + 2 * i, pointers + 2 * i + 2, 1);
            add_every(p, from, from + head, 1);
            add_every(p, from + head, end, rounds_step(797));
        } else if (i % rounds_step(8) == 0) {
            add_every(p, pointers + 2 * i + i % 2, pointers + 2 * i + 2, 1);
            add_every(p, from + i % head, end, rounds_step(1999));
        }
    }
}

static struct places places_of(const struct image *m)
{
    struct places p = {.at = mem_new_array(m->size, sizeof(size_t))};
    add_every(&p, 0, FILE_HEADER, rounds_step(4));
    for (size_t page = 0; page < m->size; page += PAGE) {
        add_page(&p, m, page);
    }
    return p;
}

/* One bit of a byte is another: the check says so, or nothing of the tracks is. */
static void no_byte_changes_unseen(void **state)
{
    struct kit *k = *state;
    struct image m;
    struct told told;
    uint64_t before[STATEMENTS];
    uint64_t now[STATEMENTS];
    size_t found = 0;
    make_tracks(k);
    image_open(&m, k);
    digest_all(m.path, before);
    for (size_t i = 0; i < STATEMENTS; i++) {
        assert_int_not_equal(before[i], 0);
    }
    struct places places = places_of(&m);
    for (size_t n = 0; n < places.count; n++) {
        size_t at = places.at[n];
        uint8_t changed = m.at[at] ^ (uint8_t)(1U << n % 8);
        assert_int_equal(pwrite(m.fd, &changed, 1, (off_t)at), 1);
        bool is_found = check_store(k, &told) != ERR_OK;
        if (!is_found) {
            digest_all(m.path, now);
            assert_memory_equal(now, before, sizeof(now));
        }
        found += is_found;
        assert_int_equal(pwrite(m.fd, &m.at[at], 1, (off_t)at), 1);
    }
    assert_in_range(found, places.count / 3, places.count);
    assert_int_equal(check_store(k, &told), ERR_OK);
    free(places.at);
    image_close(&m);
}

static void run(const struct kit *k, const char *sql)
{
    char path[KIT_PATH_SIZE + 16];
    (void)snprintf(path, sizeof(path), "%s/odograph.db", k->path);
    struct database_options o = {.path = path, .cache_kib = KIT_CACHE_KIB};
    sqlite3 *db = NULL;
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(database_run(db, sql), ERR_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* What is behind the first damage is counted as it is. */
static void the_rest_is_looked_at(void **state)
{
    struct kit *k = *state;
    struct told told;
    make_tracks(k);
    assert_true(k->models[3].live.odometer_m_e2 > 0);
    run(k,
        "INSERT INTO enterprise(id, name, zone, service_end_s, retention_days, created_s, deleted)"
        " VALUES(7, 'Seven', x'00', 0, 0, 0, 0);"
        "INSERT INTO device VALUES(3, 1, 0, '000123', '', '', '', '', '', 0, 0, 0, 0, NULL, "
        "0, '', '', 0);"
        "UPDATE device_state SET state = substr(state, 1, length(state) - 1) || x'ff'"
        " WHERE device < 3;");
    assert_int_equal(check_store(k, &told), ERR_CORRUPT);
    assert_int_equal(told.fixes[1], 1100);
    assert_int_equal(told.fixes[2], 40);
    assert_int_equal(told.fixes[3], 7);
    assert_int_equal(told.odometers_m_e2[3], k->models[3].live.odometer_m_e2);
    assert_true(told.has_name[3]);
}

/* A row that lost its device's state is not taken for another's. */
static void a_row_of_nobody(void **state)
{
    struct kit *k = *state;
    struct told told;
    make_tracks(k);
    run(k, "DELETE FROM device_state WHERE device = 3");
    assert_int_equal(check_store(k, &told), ERR_CORRUPT);
    run(k, "DELETE FROM track_open WHERE device = 3");
    assert_int_equal(check_store(k, &told), ERR_OK);
}

static int tear_down_closed(void **state)
{
    struct kit *k = *state;
    kit_directory_remove(k->path);
    free(k->models);
    free(k);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down_closed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_byte_changes_unseen),
        TEST(the_rest_is_looked_at),
        TEST(a_row_of_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
