#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/engine_testing.h"

/*
 * Mileage of spans, held to a fold over all fixes of the model from the first on, to the
 * centimetre and the millilitre, whatever is sealed, late, merged or revised yet.
 */

enum {
    STEP_S = 10,
    DRIVEN = 3000, /* fixes */
    LEG = 120,     /* fixes: the vehicle stands for the last of them, and drifts */
    STOP = 30,
    COUNTED = 2, /* the device with a counter of its own */
    FUELLED = 3, /* the device that tells its fuel */
    SPANS = 32,
};

/* What the fixes of a device say at a time: a road of legs with stops between. */
static struct fix on_the_way(struct kit *k, int64_t device, int64_t time_s)
{
    struct fix f = {.rcv_time_s = time_s + 2};
    int64_t i = (time_s - KIT_TIME_S) / STEP_S;
    bool stands = i % LEG >= LEG - STOP;
    int64_t at = stands ? i - i % LEG + LEG - STOP : i;
    fix_set_time(&f, time_s);
    fix_set_position(&f, (int32_t)(100000000 + at * 1500 + rnd(k, 400)), 1177000000, true);
    fix_set_speed_kmh_e2(&f, stands ? 0 : 4000 + rnd(k, 2000));
    fix_set_satellites(&f, 5 + rnd(k, 8));
    if (device == COUNTED && i % 3 != 0) { /* it is reset once in a while */
        fix_set_odometer_m(&f, (uint64_t)(i < 1000 ? 200000000 + at * 15 : 50 + at * 15));
    }
    if (device == FUELLED && i % 2 == 0) {
        int64_t level_ml = 50000 - i % 1100 * 30; /* filled up every three hours */
        fix_set_fuel_ml(&f, (uint64_t)level_ml + rnd(k, 600));
    }
    return f;
}

static void drive_on(struct kit *k, int64_t device, int64_t from, int64_t count)
{
    struct fix fixes[40];
    size_t n = 0;
    for (int64_t i = 0; i < count; i++) {
        fixes[n++] = on_the_way(k, device, KIT_TIME_S + (from + i) * STEP_S);
        if (n == 40 || i + 1 == count) {
            commit(k, device, fixes, n);
            n = 0;
        }
    }
}

/* A few fixes from anywhere in the past, each beside the way. */
static void send_late(struct kit *k, int64_t device, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t newest_s = k->models[device].live.current.gps_time_s;
        int64_t time_s = KIT_TIME_S + rnd(k, (uint32_t)(newest_s - KIT_TIME_S));
        struct fix f = on_the_way(k, device, time_s);
        fix_set_position(&f, f.lat_e7, f.lon_e7 + 3000 + (int32_t)rnd(k, 9000), true);
        fix_set_speed_kmh_e2(&f, 3000);
        commit(k, device, &f, 1);
    }
}

/* ---- comparing ---- */

/* What each way added, to the fix of its place in the model: one fold answers for many spans. */
struct scan {
    const struct model *model;
    struct store_mileage ways[FIXES_MAX];
};

static struct scan *scan_new(const struct model *m)
{
    struct scan *scan = mem_new(sizeof(*scan));
    struct fold_state s = {0};
    scan->model = m;
    for (size_t i = 0; i < m->count; i++) {
        struct fold_state before = s;
        fold_step(&s, &m->fixes[i], &fold_default_rules, NULL);
        scan->ways[i].distance_m_e2 = fold_travelled_m_e2(&s) - fold_travelled_m_e2(&before);
        const struct fuel_mark fuel = fuel_mark(&before.fuel);
        scan->ways[i].fuel_used_ml = fuel_used_ml(&fuel, &s.fuel);
    }
    return scan;
}

static struct store_mileage scanned(const struct scan *scan, int64_t from_s, int64_t to_s)
{
    struct store_mileage sum = {0};
    for (size_t i = 0; i < scan->model->count; i++) {
        int64_t time_s = scan->model->fixes[i].gps_time_s;
        if (time_s >= from_s && time_s <= to_s) {
            sum.distance_m_e2 += scan->ways[i].distance_m_e2;
            sum.fuel_used_ml += scan->ways[i].fuel_used_ml;
        }
    }
    return sum;
}

static struct store_mileage mileage(struct kit *k, int64_t device, int64_t from_s, int64_t to_s)
{
    struct store_mileage is;
    const struct store_span span = {device, from_s, to_s};
    assert_int_equal(store_read_mileage(k->store, span, &fold_default_rules, &is), ERR_OK);
    return is;
}

static void assert_span_of(struct kit *k, const struct scan *scan, int64_t device, int64_t from_s,
                           int64_t to_s)
{
    struct store_mileage is = mileage(k, device, from_s, to_s);
    struct store_mileage want = scanned(scan, from_s, to_s);
    assert_int_equal(is.distance_m_e2, want.distance_m_e2);
    assert_int_equal(is.fuel_used_ml, want.fuel_used_ml);
}

/* Spans of every length, those that end at rows and at fixes among them. */
static void assert_spans(struct kit *k, int64_t device)
{
    const struct model *m = &k->models[device];
    struct scan *scan = scan_new(m);
    int64_t end_s = m->fixes[m->count - 1].gps_time_s;
    for (int i = 0; i < SPANS; i++) {
        int64_t from_s = KIT_TIME_S - 50 + rnd(k, (uint32_t)(end_s - KIT_TIME_S + 100));
        int64_t most = i % 2 == 0 ? end_s - from_s + 100 : 600;
        int64_t to_s = from_s + rnd(k, (uint32_t)(most < 1 ? 1 : most));
        assert_span_of(k, scan, device, from_s, to_s);
    }
    for (int i = 0; i < SPANS / 4; i++) {
        int64_t from_s = m->fixes[rnd(k, (uint32_t)m->count)].gps_time_s;
        int64_t to_s = from_s + rnd(k, (uint32_t)(end_s - from_s + 1));
        assert_span_of(k, scan, device, from_s, to_s);
        assert_span_of(k, scan, device, from_s, from_s);
        assert_span_of(k, scan, device, 0, from_s);
        assert_span_of(k, scan, device, from_s, INT64_MAX);
    }
    free(scan);
}

static void assert_devices(struct kit *k)
{
    for (int64_t d = 1; d < DEVICES; d++) {
        assert_spans(k, d);
    }
}

static void settle_once(struct kit *k)
{
    if (k->store->late.head != NULL) {
        ((struct tail *)k->store->late.head->data)->due_ms = 0;
    }
    maintain(k);
}

/* ---- tests ---- */

static void spans_over_rows_and_tail(void **state)
{
    struct kit *k = *state;
    for (int64_t d = 1; d < DEVICES; d++) {
        drive_on(k, d, 0, DRIVEN);
        seal_all(k);
        drive_on(k, d, DRIVEN, 200);
        seal_all(k);
        drive_on(k, d, DRIVEN + 200, 100);
    }
    assert_true(rows_of(k, "track_chunk") > 10);
    assert_true(rows_of(k, "track_open") > 0);
    assert_devices(k);
    assert_true(mileage(k, 1, 0, INT64_MAX).distance_m_e2 > 0);
    assert_true(mileage(k, FUELLED, 0, INT64_MAX).fuel_used_ml > 60000);
    reopen(k, 1 << 20);
    assert_devices(k);
}

/* A device that never reported, a span before all, one that ends before it begins. */
static void spans_without_fixes(void **state)
{
    struct kit *k = *state;
    drive_on(k, 1, 0, 600);
    seal_all(k);
    assert_int_equal(mileage(k, 3, 0, INT64_MAX).distance_m_e2, 0);
    assert_int_equal(mileage(k, 1, 0, KIT_TIME_S - 1).distance_m_e2, 0);
    assert_int_equal(mileage(k, 1, KIT_TIME_S + 90000, INT64_MAX).distance_m_e2, 0);
    assert_int_equal(mileage(k, 1, KIT_TIME_S + 3000, KIT_TIME_S + 1000).distance_m_e2, 0);
}

/* Late ones in the tail, merged and not revised, and settled; after each transaction. */
static void late_fixes_count_at_once(void **state)
{
    struct kit *k = *state;
    unsigned dirty = 0;
    for (int64_t d = 1; d < DEVICES; d++) {
        drive_on(k, d, 0, DRIVEN);
        seal_all(k);
    }
    for (int round = 0; round < 6; round++) {
        for (int64_t d = 1; d < DEVICES; d++) {
            drive_on(k, d, DRIVEN + round * 40, 40);
            send_late(k, d, round < 3 ? 1 : 12);
            assert_spans(k, d);
        }
        while (k->store->late.head != NULL) {
            int64_t marked = 0;
            settle_once(k);
            assert_int_equal(database_number(kit_db(k->store),
                                             "SELECT count(*) FROM device_state WHERE dirty",
                                             &marked),
                             ERR_OK);
            dirty += marked > 0;
            assert_devices(k);
        }
        if (round == 2) {
            seal_all(k);
            reopen(k, 1 << 20);
        }
    }
    assert_true(dirty > 5);
    seal_all(k);
    assert_devices(k);
    assert_all(k, 97);
}

/* What follows one another adds up, wherever it is cut: within stops, between two fixes. */
static void spans_add_up(void **state)
{
    struct kit *k = *state;
    for (int64_t d = 1; d < DEVICES; d++) {
        drive_on(k, d, 0, DRIVEN);
    }
    seal_all(k);
    for (int64_t d = 1; d < DEVICES; d++) {
        struct store_mileage all = mileage(k, d, 0, INT64_MAX);
        struct store_mileage sum = {0};
        int64_t from_s = 0;
        for (int64_t i = 1; i <= 20; i++) {
            int64_t to_s = i == 20 ? INT64_MAX : KIT_TIME_S + i * DRIVEN / 20 * STEP_S + i % 7;
            struct store_mileage one = mileage(k, d, from_s, to_s);
            sum.distance_m_e2 += one.distance_m_e2;
            sum.fuel_used_ml += one.fuel_used_ml;
            from_s = to_s == INT64_MAX ? to_s : to_s + 1;
        }
        assert_int_equal(sum.distance_m_e2, all.distance_m_e2);
        assert_int_equal(sum.fuel_used_ml, all.fuel_used_ml);
    }
}

/* Of the whole drive a counter's first value is no part, however it was stored before. */
static void a_counter_s_first_value_is_no_distance(void **state)
{
    struct kit *k = *state;
    drive_on(k, COUNTED, 0, DRIVEN);
    seal_all(k);
    uint64_t travelled_m_e2 = mileage(k, COUNTED, 0, INT64_MAX).distance_m_e2;
    assert_true(travelled_m_e2 > 0 && travelled_m_e2 < 10000000);
    assert_int_equal(fold_travelled_m_e2(&k->models[COUNTED].live), travelled_m_e2);
    /* As programs before rules 2 wrote it. */
    assert_int_equal(database_run(kit_db(k->store),
                                  "UPDATE track_chunk SET distance_m_e2=distance_m_e2+20000000000"
                                  " WHERE start_state=x''"),
                     ERR_OK);
    struct track_state sealed;
    assert_int_equal(track_read_state(k->store->tables, COUNTED, &k->store->scratch, &sealed),
                     ERR_OK);
    sealed.folded.rules = 1;
    assert_int_equal(track_put_state(k->store->tables, COUNTED, &sealed), ERR_OK);
    assert_int_equal(mileage(k, COUNTED, 0, INT64_MAX).distance_m_e2, travelled_m_e2);
    assert_spans(k, COUNTED);
}

/* A span decodes no more than the rows that it cuts. */
static void what_lies_between_is_not_read(void **state)
{
    struct kit *k = *state;
    drive_on(k, 1, 0, DRIVEN);
    seal_all(k);
    uint64_t all_m_e2 = mileage(k, 1, 0, INT64_MAX).distance_m_e2;
    assert_int_equal(database_run(kit_db(k->store),
                                  "UPDATE track_chunk SET data=x'00' WHERE id NOT IN"
                                  " (SELECT min(id) FROM track_chunk UNION"
                                  "  SELECT max(id) FROM track_chunk)"),
                     ERR_OK);
    assert_int_equal(mileage(k, 1, 0, INT64_MAX).distance_m_e2, all_m_e2);
    struct store_mileage is;
    const struct store_span within = {1, KIT_TIME_S + 9000, KIT_TIME_S + 12000};
    assert_int_equal(store_read_mileage(k->store, within, &fold_default_rules, &is), ERR_CORRUPT);
    assert_true(counter_get(&k->counters, chunks_damaged) > 0);
}

/* States of before fuel was part of them do not hide what was used. */
static void states_without_fuel_are_folded_again(void **state)
{
    struct kit *k = *state;
    struct fold_state s = {0};
    drive_on(k, FUELLED, 0, DRIVEN);
    seal_all(k);
    int64_t rows = rows_of(k, "track_chunk");
    for (int64_t id = 1; id <= rows; id++) {
        char sql[128];
        int64_t from_s = 0;
        (void)snprintf(sql, sizeof(sql), "SELECT first_s FROM track_chunk WHERE id=%lld",
                       (long long)id);
        assert_int_equal(database_number(kit_db(k->store), sql, &from_s), ERR_OK);
        s = folded(&k->models[FUELLED], from_s - 1);
        s.fuel = (struct fuel){0};
        arena_clear(&k->store->scratch);
        assert_int_equal(
            track_put_start(k->store->tables, id, track_pack_state(&s, &k->store->scratch)),
            ERR_OK);
    }
    struct scan *scan = scan_new(&k->models[FUELLED]);
    assert_span_of(k, scan, FUELLED, 0, INT64_MAX);
    int64_t used_ml = mileage(k, FUELLED, KIT_TIME_S + 5000, INT64_MAX).fuel_used_ml;
    int64_t want_ml = scanned(scan, KIT_TIME_S + 5000, INT64_MAX).fuel_used_ml;
    free(scan);
    assert_in_range(used_ml, want_ml - 1000, want_ml + 1000); /* no level is settled before it */
}

static void keep_row(void *context, const struct store_check_line *line)
{
    struct store_check_line *rows = context;
    assert_in_range(line->device, 1, DEVICES - 1);
    rows[line->device] = *line;
}

/* Checking tells of each device what the fold made of its fixes, sealed or not. */
static void checking_counts_the_ways(void **state)
{
    struct kit *k = *state;
    struct store_check_line rows[DEVICES] = {0};
    for (int64_t d = 1; d < DEVICES; d++) {
        drive_on(k, d, 0, DRIVEN);
        seal_all(k);
        struct fix jump = on_the_way(k, d, KIT_TIME_S + (int64_t)DRIVEN * STEP_S);
        fix_set_position(&jump, jump.lat_e7 + 90000000, jump.lon_e7, true);
        commit(k, d, &jump, 1);
        drive_on(k, d, DRIVEN + 1, 100);
    }
    assert_int_equal(store_check(k->path, keep_row, rows), ERR_OK);
    for (int64_t d = 1; d < DEVICES; d++) {
        const struct model *m = &k->models[d];
        uint64_t want[WAY_COUNT] = {0};
        struct fold_state s = {0};
        for (size_t i = 0; i < m->count; i++) {
            want[fold_way(&s, &m->fixes[i])]++;
            fold_step(&s, &m->fixes[i], &fold_default_rules, NULL);
        }
        assert_memory_equal(rows[d].ways, want, sizeof(want));
        assert_int_equal(want[WAY_FIRST], 1);
        assert_true(d == COUNTED || (want[WAY_JUMP] == 2 && want[WAY_STANDSTILL] > 100));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KIT(spans_over_rows_and_tail),
        WITH_KIT(spans_without_fixes),
        WITH_KIT(late_fixes_count_at_once),
        WITH_KIT(spans_add_up),
        WITH_KIT(a_counter_s_first_value_is_no_distance),
        WITH_KIT(what_lies_between_is_not_read),
        WITH_KIT(states_without_fuel_are_folded_again),
        WITH_KIT(checking_counts_the_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
