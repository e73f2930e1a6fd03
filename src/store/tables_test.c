/* What tables.h promises, of the engine below a store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/engine_testing.h"

enum { BATCHES = 5 };

static struct bytes text(const char *s)
{
    return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static void assert_bytes(struct bytes b, const char *expected)
{
    assert_int_equal(b.len, strlen(expected));
    assert_memory_equal(b.at, expected, b.len);
}

/* ---- transactions and the journal ---- */

struct batches {
    uint64_t seq[BATCHES];
    size_t count;
    size_t most;
};

static enum err note_batch(void *context, uint64_t seq, struct bytes batch)
{
    struct batches *b = context;
    if (b->count == b->most) {
        return ERR_MORE;
    }
    assert_int_equal(batch.len, seq);
    b->seq[b->count++] = seq;
    return ERR_OK;
}

/* Of each the first so many letters, in an order of its own. */
static void add_batches(struct tables *t)
{
    static const uint64_t order[BATCHES] = {3, 1, 5, 2, 4};
    for (size_t i = 0; i < BATCHES; i++) {
        struct bytes batch = {(const uint8_t *)"abcde", order[i]};
        assert_int_equal(tables_add_batch(t, order[i], batch), ERR_OK);
    }
}

static void batches_come_by_their_numbers(void **state)
{
    struct kit *k = *state;
    struct tables *t = k->store->tables;
    struct batches all = {.most = BATCHES};
    struct batches few = {.most = 2};
    struct batches left = {.most = BATCHES};
    assert_int_equal(tables_begin(t), ERR_OK);
    add_batches(t);
    assert_int_equal(tables_walk_journal(t, note_batch, &all), ERR_OK);
    assert_int_equal(tables_walk_journal(t, note_batch, &few), ERR_MORE);
    assert_int_equal(tables_trim_journal(t, 3), ERR_OK);
    assert_int_equal(tables_walk_journal(t, note_batch, &left), ERR_OK);
    assert_int_equal(tables_rollback(t), ERR_OK);
    assert_int_equal(all.count, BATCHES);
    for (size_t i = 0; i < BATCHES; i++) {
        assert_int_equal(all.seq[i], i + 1);
    }
    assert_int_equal(few.count, 2);
    assert_int_equal(left.count, 2);
    assert_int_equal(left.seq[0], 4);
}

static void what_is_rolled_back_was_never_there(void **state)
{
    struct kit *k = *state;
    struct tables *t = k->store->tables;
    struct batches none = {.most = BATCHES};
    assert_int_equal(tables_begin(t), ERR_OK);
    add_batches(t);
    assert_int_equal(tables_rollback(t), ERR_OK);
    assert_int_equal(tables_walk_journal(t, note_batch, &none), ERR_OK);
    assert_int_equal(none.count, 0);
    assert_int_equal(tables_rollback(t), ERR_OK); /* there is none any more */
}

/* ---- tracks ---- */

static void put_state(struct tables *t, int64_t device, const char *s)
{
    const struct state_row row = {.numbers = {device, 7, 1, -5}, .state = text(s)};
    assert_int_equal(tables_put_state(t, &row), ERR_OK);
}

static void put_open(struct tables *t, int64_t device, const char *data)
{
    const struct track_row row = {
        .first_s = 10, .last_s = 20, .count = 3, .start_state = text("s"), .data = text(data)};
    assert_int_equal(tables_put_open(t, device, &row), ERR_OK);
}

static void ends_come_in_the_order_asked_for(void **state)
{
    struct kit *k = *state;
    struct tables *t = k->store->tables;
    struct arena arena = {0};
    const int64_t devices[] = {9, 2, 4, 3, 2};
    struct tables_end ends[5];
    memset(ends, 0xff, sizeof(ends));
    assert_int_equal(tables_begin(t), ERR_OK);
    put_state(t, 2, "two");
    put_open(t, 2, "open two");
    put_state(t, 3, "three");
    put_open(t, 4, "open four");
    assert_int_equal(tables_read_ends(t, devices, 5, &arena, ends), ERR_OK);
    assert_int_equal(tables_rollback(t), ERR_OK);
    assert_false(ends[0].has_state || ends[0].has_open);
    assert_true(ends[1].has_state && ends[1].has_open);
    assert_int_equal(ends[1].state.numbers.device, 2);
    assert_int_equal(ends[1].state.numbers.sealed_seq, 7);
    assert_int_equal(ends[1].state.numbers.dirty, 1);
    assert_int_equal(ends[1].state.numbers.dirty_from_s, -5);
    assert_bytes(ends[1].state.state, "two");
    assert_int_equal(ends[1].open.id, 0);
    assert_int_equal(ends[1].open.first_s, 10);
    assert_int_equal(ends[1].open.last_s, 20);
    assert_int_equal(ends[1].open.count, 3);
    assert_bytes(ends[1].open.start_state, "s");
    assert_bytes(ends[1].open.data, "open two");
    assert_true(!ends[2].has_state && ends[2].has_open);
    assert_bytes(ends[2].open.data, "open four");
    assert_true(ends[3].has_state && !ends[3].has_open);
    assert_bytes(ends[3].state.state, "three");
    assert_bytes(ends[4].open.data, "open two");
    arena_free(&arena);
}

static void assert_state(struct tables *t, int64_t device, const char *expected)
{
    struct arena arena = {0};
    struct state_row row;
    assert_int_equal(tables_read_state(t, device, &arena, &row), ERR_OK);
    assert_bytes(row.state, expected);
    arena_free(&arena);
}

static void commit_state(struct tables *t, int64_t device, const char *s)
{
    assert_int_equal(tables_begin(t), ERR_OK);
    put_state(t, device, s);
    assert_int_equal(tables_commit(t), ERR_OK);
}

static void a_reader_sees_one_moment(void **state)
{
    struct kit *k = *state;
    struct storage *storage = k->store->storage;
    struct tables *reader = NULL;
    commit_state(k->store->tables, 1, "old");
    assert_int_equal(storage->open_reader(storage, &reader), ERR_OK);
    assert_int_equal(tables_begin(reader), ERR_OK);
    assert_state(reader, 1, "old");
    commit_state(k->store->tables, 1, "new");
    commit_state(k->store->tables, 2, "another");
    assert_state(reader, 1, "old");
    struct tables_end end;
    struct arena arena = {0};
    assert_int_equal(tables_read_ends(reader, &(int64_t){2}, 1, &arena, &end), ERR_OK);
    assert_false(end.has_state);
    assert_int_equal(tables_rollback(reader), ERR_OK);
    assert_int_equal(tables_begin(reader), ERR_OK);
    assert_state(reader, 1, "new");
    assert_state(reader, 2, "another");
    tables_close(reader);
    arena_free(&arena);
}

static void add_chunk(struct tables *t, int64_t device, int64_t first_s, int64_t last_s)
{
    const struct track_row row = {
        .first_s = first_s, .last_s = last_s, .count = 2, .data = text("x")};
    assert_int_equal(tables_add_chunk(t, device, &row, 0), ERR_OK);
}

/* Chunks of 10 to 20, 30 to 40 and 40 to 50, among those of neighbours. */
static void a_time_has_its_place(void **state)
{
    static const struct {
        int64_t time_s;
        int64_t first_s; /* of the chunk; 0: none */
        int64_t end_s;
    } expected[] = {{9, 0, 10},   {10, 10, 30},        {25, 10, 30},
                    {30, 30, 40}, {40, 40, INT64_MAX}, {99, 40, INT64_MAX}};
    struct kit *k = *state;
    struct tables *t = k->store->tables;
    struct arena arena = {0};
    assert_int_equal(tables_begin(t), ERR_OK);
    for (int64_t device = 1; device <= 3; device++) {
        add_chunk(t, device, 40, 50);
        add_chunk(t, device, device == 2 ? 10 : 1, 20);
        add_chunk(t, device, 30, 40);
    }
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct track_place place;
        enum err e = tables_read_chunk_at(t, 2, expected[i].time_s, &arena, &place);
        assert_int_equal(e, expected[i].first_s == 0 ? ERR_NOT_FOUND : ERR_OK);
        assert_int_equal(place.end_s, expected[i].end_s);
        if (e == ERR_OK) {
            assert_int_equal(place.row.first_s, expected[i].first_s);
        }
    }
    assert_int_equal(tables_rollback(t), ERR_OK);
    arena_free(&arena);
}

/* A chunk that is replaced takes the place of its new times. */
static void a_chunk_is_replaced_whole(void **state)
{
    static const struct track_query all = {1, 0, INT64_MAX, 0, false};
    struct kit *k = *state;
    struct tables *t = k->store->tables;
    struct arena arena = {0};
    struct track_rows rows;
    assert_int_equal(tables_begin(t), ERR_OK);
    add_chunk(t, 1, 10, 20);
    add_chunk(t, 1, 30, 40);
    assert_int_equal(tables_read_rows(t, &all, &arena, &rows), ERR_OK);
    const struct track_row late = {.id = rows.at[0].id,
                                   .first_s = 50,
                                   .last_s = 60,
                                   .count = 7,
                                   .start_state = text("s"),
                                   .data = text("data")};
    assert_int_equal(tables_put_chunk(t, &late, 5), ERR_OK);
    assert_int_equal(tables_put_start(t, rows.at[1].id, text("start")), ERR_OK);
    assert_int_equal(tables_read_rows(t, &all, &arena, &rows), ERR_OK);
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.at[0].first_s, 30);
    assert_bytes(rows.at[0].start_state, "start");
    assert_bytes(rows.at[0].data, "x");
    assert_int_equal(rows.at[1].id, late.id);
    assert_int_equal(rows.at[1].count, 7);
    assert_bytes(rows.at[1].start_state, "s");
    assert_bytes(rows.at[1].data, "data");
    assert_int_equal(tables_rollback(t), ERR_OK);
    arena_free(&arena);
}

struct seen {
    int64_t devices[4];
    int64_t last_s[4];
    size_t count;
};

static enum err note_row(void *context, int64_t device, const struct track_row *row)
{
    struct seen *s = context;
    s->devices[s->count] = device;
    s->last_s[s->count++] = row->last_s;
    return s->count == 4 ? ERR_MORE : ERR_OK;
}

static void chunks_are_walked_by_device_and_time(void **state)
{
    static const int64_t rows[][2] = {{2, 40}, {1, 90}, {2, 30}, {1, 80}};
    struct kit *k = *state;
    struct tables *t = k->store->tables;
    struct seen seen = {.count = 0};
    const struct row_walk walk = {&seen, note_row};
    assert_int_equal(tables_begin(t), ERR_OK);
    for (size_t i = 0; i < 4; i++) {
        const struct track_row row = {
            .first_s = rows[i][1] - 5, .last_s = rows[i][1], .count = 1, .data = text("x")};
        assert_int_equal(tables_add_chunk(t, rows[i][0], &row, 0), ERR_OK);
    }
    assert_int_equal(tables_walk_chunks(t, &walk), ERR_MORE);
    assert_int_equal(tables_rollback(t), ERR_OK);
    static const int64_t expected[][2] = {{1, 80}, {1, 90}, {2, 30}, {2, 40}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(seen.devices[i], expected[i][0]);
        assert_int_equal(seen.last_s[i], expected[i][1]);
    }
}

static void spans_come_in_the_order_asked_for(void **state)
{
    static const struct track_query asked[] = {
        {2, 15, 35, 0, false}, {7, 0, 90, 0, false}, {1, 0, 90, 1, false}};
    struct kit *k = *state;
    struct tables *t = k->store->tables;
    struct arena arena = {0};
    struct track_rows out[3];
    memset(out, 0xff, sizeof(out));
    assert_int_equal(tables_begin(t), ERR_OK);
    for (int64_t last_s = 40; last_s >= 10; last_s -= 10) {
        const struct track_row row = {.first_s = last_s - 5, .last_s = last_s, .data = text("x")};
        assert_int_equal(tables_add_chunk(t, 1, &row, 0), ERR_OK);
        assert_int_equal(tables_add_chunk(t, 2, &row, 0), ERR_OK);
    }
    assert_int_equal(tables_read_spans(t, asked, 3, &arena, out), ERR_OK);
    assert_int_equal(tables_rollback(t), ERR_OK);
    assert_int_equal(out[0].count, 3);
    assert_int_equal(out[0].at[0].last_s, 20);
    assert_int_equal(out[0].start_last_s, 20);
    assert_false(out[0].is_cut);
    assert_int_equal(out[1].count, 0);
    assert_false(out[1].has_start);
    assert_int_equal(out[2].count, 1);
    assert_int_equal(out[2].at[0].last_s, 10);
    assert_true(out[2].is_cut);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KIT(batches_come_by_their_numbers),
        WITH_KIT(what_is_rolled_back_was_never_there),
        WITH_KIT(ends_come_in_the_order_asked_for),
        WITH_KIT(a_reader_sees_one_moment),
        WITH_KIT(a_time_has_its_place),
        WITH_KIT(a_chunk_is_replaced_whole),
        WITH_KIT(spans_come_in_the_order_asked_for),
        WITH_KIT(chunks_are_walked_by_device_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
