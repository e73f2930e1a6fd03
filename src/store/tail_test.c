#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/pack.h"
#include "store/store_testing.h"
#include "store/tail.h"

enum { MANY = 2000 };

static void stage(struct tails *t, int64_t device, const struct fix *fix)
{
    uint8_t room[PACK_FIX_MAX];
    struct writer w = writer_init(room, sizeof(room));
    struct bytes body = {0};
    int64_t time_s = 0;
    pack_fix(&w, fix);
    struct reader r = reader_init(writer_bytes(&w));
    assert_true(pack_next(&r, &body, &time_s));
    tails_stage(t, tails_find_or_add(t, device), body, time_s);
}

static void stage_at(struct tails *t, int64_t device, int64_t time_s)
{
    struct fix fix = kit_fix(time_s);
    stage(t, device, &fix);
}

/* Walks a segment: its records must be what its span says. Keeps their times. */
static void walk(const struct tail_piece *piece, int64_t *times_s)
{
    struct reader r = reader_init(piece->records);
    struct bytes body = {0};
    int64_t time_s = 0;
    size_t n = 0;
    for (; pack_next(&r, &body, &time_s); n++) {
        assert_in_range(time_s, piece->span.min_time_s, piece->span.max_time_s);
        times_s[n] = time_s;
    }
    assert_true(reader_ok(&r));
    assert_int_equal(n, piece->span.count);
}

/* Walks a view; answers how many records there are. `times_s` has room for MANY. */
static size_t count(const struct tail_view *v, int64_t *times_s)
{
    size_t n = tail_view_pieces(v);
    struct tail_piece *pieces = mem_new_array(n, sizeof(*pieces));
    size_t total = 0;
    tail_view_copy(v, pieces);
    for (size_t i = 0; i < n; i++) {
        assert_true(total + pieces[i].span.count <= MANY);
        walk(&pieces[i], times_s + total);
        total += pieces[i].span.count;
    }
    free(pieces);
    return total;
}

static size_t count_of(struct tails *t, int64_t device)
{
    int64_t times_s[MANY];
    struct tail_view v = tails_view(t, device);
    size_t n = count(&v, times_s);
    tail_view_release(&v);
    return n;
}

static void staged_is_unseen_until_published(void **state)
{
    struct tails *t = tails_new();
    struct fix fix = kit_fix(KIT_TIME_S);
    (void)state;
    stage(t, 1, &fix);
    assert_int_equal(count_of(t, 1), 0);
    tails_publish(t, NULL, NULL);
    assert_int_equal(count_of(t, 1), 1);
    assert_int_equal(count_of(t, 2), 0);
    tails_free(t);
}

/* Dropped at every number of staged records, so at every filling of a segment. */
static void dropped_leaves_no_trace(void **state)
{
    struct tails *t = tails_new();
    int64_t times_s[MANY];
    (void)state;
    for (int i = 0; i < 200; i++) {
        for (int k = 0; k < i; k++) {
            stage_at(t, 1, KIT_TIME_S + 5000 + k);
        }
        tails_drop(t);
        stage_at(t, 1, KIT_TIME_S + i);
        tails_publish(t, NULL, NULL);
    }
    struct tail_view v = tails_view(t, 1);
    assert_int_equal(count(&v, times_s), 200);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(times_s[i], KIT_TIME_S + i);
    }
    tail_view_release(&v);
    tails_free(t);
}

static void a_view_stays_as_it_was(void **state)
{
    struct tails *t = tails_new();
    (void)state;
    for (int i = 0; i < 10; i++) {
        stage_at(t, 1, KIT_TIME_S + i);
    }
    tails_publish(t, NULL, NULL);
    struct tail_view v = tails_view(t, 1);
    for (int i = 10; i < MANY; i++) {
        stage_at(t, 1, KIT_TIME_S + i);
        tails_publish(t, NULL, NULL);
    }
    int64_t times_s[MANY];
    assert_int_equal(count(&v, times_s), 10);
    assert_int_equal(count_of(t, 1), MANY);
    tail_view_release(&v);
    assert_null(v.newest);
    tails_free(t);
}

static void a_segment_knows_whether_it_is_in_order(void **state)
{
    struct tails *t = tails_new();
    (void)state;
    stage_at(t, 1, KIT_TIME_S);
    stage_at(t, 1, KIT_TIME_S);
    stage_at(t, 1, KIT_TIME_S + 1);
    tails_publish(t, NULL, NULL);
    struct tail_view v = tails_view(t, 1);
    assert_true(v.span.sorted);
    tail_view_release(&v);
    stage_at(t, 1, KIT_TIME_S - 1);
    tails_publish(t, NULL, NULL);
    v = tails_view(t, 1);
    assert_false(v.span.sorted);
    assert_int_equal(v.span.min_time_s, KIT_TIME_S - 1);
    assert_int_equal(v.span.max_time_s, KIT_TIME_S + 1);
    tail_view_release(&v);
    tails_free(t);
}

static void few_fixes_take_few_bytes(void **state)
{
    struct tails *t = tails_new();
    (void)state;
    for (int i = 0; i < MANY; i++) {
        stage_at(t, 1, KIT_TIME_S + i);
        if (i == 0 || i == 40 || i == MANY - 1) {
            tails_publish(t, NULL, NULL);
            struct tail_view v = tails_view(t, 1);
            /* Of 22 bytes each: 64, 128, 256 and 512 hold the first 41, later segments have 8 KB.
             */
            assert_int_equal(tail_view_pieces(&v), i == 0 ? 1 : i == 40 ? 4 : 12);
            tail_view_release(&v);
        }
    }
    tails_free(t);
}

static struct tail_note note_of(uint64_t seq, const char *state)
{
    return (struct tail_note){.seq = seq, .state = {(const uint8_t *)state, strlen(state)}};
}

static void stage_part(struct tails *t, int64_t device, int64_t time_s, uint64_t seq)
{
    struct tail_note note = note_of(seq, "state");
    stage_at(t, device, time_s);
    tails_stage_note(t, tails_find_or_add(t, device), &note);
}

static void sealing_empties_a_tail_but_no_view(void **state)
{
    struct tails *t = tails_new();
    int64_t times_s[MANY];
    (void)state;
    stage_part(t, 1, KIT_TIME_S, 4);
    tails_publish(t, NULL, NULL);
    stage_part(t, 1, KIT_TIME_S + 1, 5);
    tails_publish(t, NULL, NULL);
    const struct tail *tail = tails_find(t, 1);
    assert_int_equal(tail->first_seq, 4);
    assert_int_equal(tail->count, 2);
    assert_int_equal(tails_fixes(t), 2);
    assert_true(tails_bytes(t) >= tail->bytes);
    struct tail_view before = tails_view(t, 1);

    tails_stage_sealed(t, 1, 5, KIT_TIME_S + 1);
    tails_drop(t);
    assert_int_equal(tail->count, 2);
    tails_stage_sealed(t, 1, 5, KIT_TIME_S + 1);
    stage_part(t, 1, KIT_TIME_S + 2, 6); /* committed together with the sealing */
    tails_publish(t, NULL, NULL);
    assert_int_equal(tail->sealed_seq, 5);
    assert_int_equal(tail->sealed_last_s, KIT_TIME_S + 1);
    assert_int_equal(tail->first_seq, 6);
    assert_int_equal(tail->count, 1);
    assert_int_equal(tail->state_len, 5);
    assert_int_equal(count(&before, times_s), 2);
    assert_int_equal(before.sealed_seq, 0);
    tail_view_release(&before);

    tails_stage_sealed(t, 1, 6, KIT_TIME_S + 2);
    tails_publish(t, NULL, NULL);
    assert_int_equal(tails_fixes(t), 0);
    assert_int_equal(tails_bytes(t), 0);
    assert_null(tail->state);
    tails_free(t);
}

static void devices_come_by_id(void **state)
{
    struct tails *t = tails_new();
    size_t n = 0;
    (void)state;
    for (int64_t i = 0; i < 100; i++) {
        stage_at(t, 1 + i * 37 % 100, KIT_TIME_S);
    }
    tails_publish(t, NULL, NULL);
    tails_forget(t, 50);
    tails_forget(t, 1000);
    struct tail *const *all = tails_all(t, &n);
    assert_int_equal(n, 99);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(all[i]->device, i < 49 ? (int64_t)i + 1 : (int64_t)i + 2);
    }
    assert_int_equal(tails_fixes(t), 99);
    assert_int_equal(count_of(t, 50), 0);
    tails_free(t);
}

/* The largest records there are, each of which fills a first segment by itself. */
static void long_records(void **state)
{
    struct tails *t = tails_new();
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct fix fix = kit_fix(KIT_TIME_S + i);
        fix.temperature_count = FIX_TEMPERATURES_MAX;
        fix.wifi_count = FIX_WIFI_MAX;
        memset(fix.temperature_c_e2, 0x7f, sizeof(fix.temperature_c_e2));
        fix.cell = (struct cell){460, 1, UINT32_MAX, UINT64_MAX};
        fix.has |= FIX_HAS_ICCID;
        memset(fix.iccid, '9', FIX_ICCID_SIZE - 1);
        fix.original_time_s = INT64_MAX / 2;
        fix.odometer_m = UINT64_MAX;
        stage(t, 1, &fix);
        tails_publish(t, NULL, NULL);
    }
    assert_int_equal(count_of(t, 1), 100);
    tails_free(t);
}

static void many_devices_in_one_batch(void **state)
{
    struct tails *t = tails_new();
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int64_t device = 1; device <= MANY; device++) {
            stage_at(t, device, KIT_TIME_S + round);
        }
        tails_publish(t, NULL, NULL);
    }
    for (int64_t device = 1; device <= MANY; device++) {
        assert_int_equal(count_of(t, device), 2);
    }
    stage_at(t, 1, KIT_TIME_S + 9);
    tails_free(t); /* with something staged */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(staged_is_unseen_until_published),
        cmocka_unit_test(dropped_leaves_no_trace),
        cmocka_unit_test(a_view_stays_as_it_was),
        cmocka_unit_test(a_segment_knows_whether_it_is_in_order),
        cmocka_unit_test(few_fixes_take_few_bytes),
        cmocka_unit_test(sealing_empties_a_tail_but_no_view),
        cmocka_unit_test(devices_come_by_id),
        cmocka_unit_test(long_records),
        cmocka_unit_test(many_devices_in_one_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
