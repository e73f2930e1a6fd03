/* What is asked of events is answered as by looking at every one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/pack.h"
#include "store/entities_testing.h"
#include "store/expire.h"
#include "store/store_private.h"

enum { EVENTS = 400, OWNERS = 12, SPAN_S = 1000, QUERIES = 300, TIMES = 40 };

struct chance {
    uint32_t seed;
};

static uint32_t rnd(struct chance *c, uint32_t below)
{
    c->seed = c->seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(c->seed >> 8) * below >> 24);
}

/* Many begin at one time, and many of these are of one device. */
static struct event event_at(struct chance *c, int64_t id)
{
    struct event e = {.device_id = 1 + rnd(c, OWNERS), .id = id};
    e.kind = (uint8_t)(rnd(c, 10) == 0 ? EVENT_REFUEL : rnd(c, ALARM_COUNT));
    e.is_alarm = rnd(c, 3) > 0;
    e.withdrawn = rnd(c, 8) == 0;
    e.gps_time_s = KIT_TIME_S + (int64_t)rnd(c, TIMES) * (SPAN_S / TIMES);
    e.ended_s = rnd(c, 3) == 0 ? 0 : e.gps_time_s + rnd(c, 300);
    e.acknowledged_s = rnd(c, 4) == 0 ? e.gps_time_s + 5 : 0;
    e.count = 1;
    entity_init(ENTITY_EVENT, &e);
    return e;
}

static void save(struct kit *k, const struct event *events, size_t count)
{
    struct change *c = mem_new_array(count, sizeof(*c));
    for (size_t i = 0; i < count; i++) {
        c[i] = (struct change){.kind = CHANGE_PUT_EVENT, .event = events[i]};
    }
    const struct store_batch batch = {.changes = c, .change_count = count};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    free(c);
}

/* ---- by looking at every one ---- */

static int compare(const void *a, const void *b)
{
    const struct event *x = a;
    const struct event *y = b;
    if (x->gps_time_s != y->gps_time_s) {
        return x->gps_time_s < y->gps_time_s ? -1 : 1;
    }
    if (x->device_id != y->device_id) {
        return x->device_id < y->device_id ? -1 : 1;
    }
    return x->id < y->id ? -1 : x->id > y->id;
}

static bool is_wanted(enum store_sort sort, bool is)
{
    return sort == STORE_BOTH || (sort == STORE_ONLY) == is;
}

static bool is_behind(const struct event *e, const struct store_event_place *p)
{
    const struct event like = {.gps_time_s = p->gps_time_s, .device_id = p->device, .id = p->id};
    return compare(e, &like) > 0;
}

static bool is_answer(const struct store_event_query *q, const struct event *e)
{
    bool is_asked = false;
    for (size_t i = 0; i < q->device_count; i++) {
        is_asked = is_asked || q->devices[i] == e->device_id;
    }
    bool overlaps =
        q->overlaps && e->gps_time_s <= q->to_s && (e->ended_s == 0 || e->ended_s >= q->from_s);
    bool begins = e->gps_time_s >= q->from_s && e->gps_time_s <= q->to_s;
    return is_asked && (overlaps || begins) && (q->kinds & UINT64_C(1) << e->kind) != 0 &&
           !(q->alarms_only && !e->is_alarm) && is_wanted(q->open, e->ended_s == 0) &&
           is_wanted(q->acknowledged, e->acknowledged_s != 0) &&
           (q->has_withdrawn || !e->withdrawn) && e->id > q->since_id &&
           (q->takes == NULL || q->takes(e)) && (q->after == NULL || is_behind(e, q->after));
}

/* A page holds the first answers among all that are there, which are sorted. */
static void assert_page(const struct event *all, const struct store_event_query *q,
                        const struct store_events *page)
{
    size_t at = 0;
    assert_true(page->is_cut ? page->count == q->limit : page->count <= q->limit);
    for (size_t i = 0; i < page->count; i++) {
        while (at < EVENTS && !is_answer(q, &all[at])) {
            at++;
        }
        assert_true(at < EVENTS);
        assert_int_equal(page->at[i].id, all[at].id);
        assert_int_equal(page->at[i].ended_s, all[at].ended_s);
        at++;
    }
}

/* Every third query asks for these alone. */
static bool has_odd_id(const struct event *e)
{
    return e->id % 2 == 1;
}

/* The places of a page are those of its events. */
static void assert_places(struct kit *k, const struct store_event_query *q, struct arena *arena,
                          const struct store_events *page)
{
    struct store_event_places places;
    assert_int_equal(store_find_events(k->store, q, arena, &places), ERR_OK);
    assert_int_equal(places.count, page->count);
    assert_int_equal(places.is_cut, page->is_cut);
    for (size_t i = 0; i < page->count; i++) {
        assert_int_equal(places.at[i].id, page->at[i].id);
        assert_int_equal(places.at[i].device, page->at[i].device_id);
        assert_int_equal(places.at[i].gps_time_s, page->at[i].gps_time_s);
    }
}

/* All that is asked, were there no limit, page by page. */
static void assert_answers(struct kit *k, const struct event *all, struct store_event_query q)
{
    struct arena arena = {0};
    struct store_event_place after;
    struct store_events page;
    size_t left = 0;
    for (size_t i = 0; i < EVENTS; i++) {
        left += is_answer(&q, &all[i]) ? 1 : 0;
    }
    do {
        assert_int_equal(store_read_events(k->store, &q, &arena, &page), ERR_OK);
        assert_page(all, &q, &page);
        assert_places(k, &q, &arena, &page);
        assert_true(page.count <= left);
        left -= page.count;
        if (page.count > 0) {
            const struct event *last = &page.at[page.count - 1];
            after = (struct store_event_place){last->gps_time_s, last->device_id, last->id};
            q.after = &after;
        }
    } while (page.is_cut);
    assert_int_equal(left, 0);
    arena_free(&arena);
}

static void queries_are_answered_page_by_page(void **state)
{
    struct kit *k = *state;
    struct chance c = {3};
    struct event all[EVENTS];
    int64_t devices[OWNERS + 1];
    bool (*const takes[])(const struct event *e) = {has_odd_id, NULL, NULL};
    for (size_t i = 0; i < EVENTS; i++) {
        all[i] = event_at(&c, (int64_t)i + 1);
    }
    save(k, all, EVENTS);
    qsort(all, EVENTS, sizeof(all[0]), compare);
    for (size_t i = 0; i <= OWNERS; i++) {
        devices[i] = (int64_t)(OWNERS + 1 - i); /* in no order that matters; one has none */
    }
    for (size_t i = 0; i < QUERIES; i++) {
        int64_t from_s = KIT_TIME_S - 50 + rnd(&c, SPAN_S);
        const struct store_event_query q = {
            .devices = devices,
            .device_count = i % 9 == 0 ? 1 : OWNERS + 1 - rnd(&c, 4),
            .from_s = i % 4 == 0 ? INT64_MIN : from_s,
            .to_s = i % 5 == 0 ? INT64_MAX : from_s + rnd(&c, 400),
            .overlaps = rnd(&c, 2) == 0,
            .kinds = rnd(&c, 2) == 0 ? UINT64_MAX : UINT64_C(0x1000fff00),
            .alarms_only = rnd(&c, 3) == 0,
            .open = (enum store_sort)rnd(&c, 3),
            .acknowledged = (enum store_sort)rnd(&c, 3),
            .has_withdrawn = rnd(&c, 2) == 0,
            .since_id = rnd(&c, 4) == 0 ? rnd(&c, EVENTS) : 0,
            .takes = takes[i % 3],
            .limit = 1 + rnd(&c, i % 2 == 0 ? 7 : 500),
        };
        assert_answers(k, all, q);
    }
}

static void a_limit_of_none_is_refused(void **state)
{
    struct kit *k = *state;
    struct arena arena = {0};
    struct store_events page;
    struct store_event_query q = {.kinds = UINT64_MAX, .to_s = INT64_MAX};
    struct store_event_places places;
    assert_int_equal(store_read_events(k->store, &q, &arena, &page), ERR_INVALID);
    assert_int_equal(store_find_events(k->store, &q, &arena, &places), ERR_INVALID);
    q.limit = STORE_EVENTS_MAX + 1;
    assert_int_equal(store_read_events(k->store, &q, &arena, &page), ERR_INVALID);
    q.limit = STORE_EVENTS_MAX;
    assert_int_equal(store_read_events(k->store, &q, &arena, &page), ERR_OK);
    assert_int_equal(page.count, 0);
    arena_free(&arena);
}

/* ---- one by one ---- */

static const uint8_t some_state[] = {1, 2, 3};

static struct event whole(void)
{
    return (struct event){
        .device_id = INT64_MAX,
        .id = (INT64_C(1) << 31) - 1,
        .kind = EVENT_KINDS_MAX - 1,
        .is_alarm = true,
        .origin = EVENT_BY_TIMER,
        .withdrawn = true,
        .subject = UINT32_MAX,
        .gps_time_s = 11,
        .rcv_time_s = 12,
        .decided_s = 13,
        .before_s = 14,
        .ended_s = 0,
        .end_decided_s = INT64_MIN,
        .count = UINT16_MAX,
        .lat_e7 = INT32_MIN,
        .lon_e7 = INT32_MAX,
        .value = -15,
        .name = "Größe \"x\"",
        .state = some_state,
        .state_len = sizeof(some_state),
        .acknowledged_by = 16,
        .acknowledged_s = 17,
        .note = "seen",
    };
}

static void assert_whole(const struct event *e)
{
    const struct event want = whole();
    const struct entity *row = &entity_rows[ENTITY_EVENT];
    for (size_t i = 0; i < row->column_count; i++) {
        const struct entity_column *c = &row->columns[i];
        if (c->type == ENTITY_COLUMN_INT) {
            assert_true(entity_number(c, e) == entity_number(c, &want));
        } else {
            assert_true(bytes_same(entity_bytes(c, e), entity_bytes(c, &want)));
        }
    }
}

/* A start loads those that are open; all are found by their id. */
static void open_ones_are_loaded(void **state)
{
    struct kit *k = *state;
    struct arena arena = {0};
    struct event e;
    struct change c[3] = {{.kind = CHANGE_PUT_EVENT, .event = whole()},
                          {.kind = CHANGE_PUT_EVENT, .event = whole()},
                          {.kind = CHANGE_PUT_EVENT, .event = whole()}};
    c[1].event.id = 5;
    c[2].event.id = 5;
    c[2].event.ended_s = 99;
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 1);
    assert_whole(&k->kept.at[0].event);
    assert_int_equal(store_read_event(k->store, whole().id, &arena, &e), ERR_OK);
    assert_whole(&e);
    assert_int_equal(store_read_event(k->store, 5, &arena, &e), ERR_OK);
    assert_int_equal(e.ended_s, 99);
    assert_int_equal(store_read_event(k->store, 6, &arena, &e), ERR_NOT_FOUND);
    c[0].kind = CHANGE_DELETE_EVENT;
    save_and_load(k, c, 1);
    assert_int_equal(k->kept.count, 0);
    assert_int_equal(store_read_event(k->store, whole().id, &arena, &e), ERR_NOT_FOUND);
    assert_int_equal(kit_rows(k->store, k->path, "event"), 1);
    arena_free(&arena);
}

/* ---- what goes ---- */

static int64_t keep_from(void *context, int64_t device)
{
    const int64_t *from_s = context;
    return device == 1 ? from_s[0] : from_s[1];
}

/* With the fixes of its device, and all of them with it. */
static void what_is_too_old_goes_and_what_has_no_device(void **state)
{
    struct kit *k = *state;
    struct chance c = {9};
    struct event all[20];
    int64_t from_s[] = {KIT_TIME_S + 10, INT64_MAX};
    const struct store_upkeep upkeep = {.context = from_s, .keep_from_s = keep_from};
    for (int64_t i = 0; i < 20; i++) {
        all[i] = event_at(&c, i + 1);
        all[i].device_id = 1 + i % 2;
        all[i].gps_time_s = KIT_TIME_S + i;
    }
    /* Told before the first fix: by the arrival one is old, and one is not. */
    all[0].gps_time_s = 0;
    all[0].rcv_time_s = KIT_TIME_S + 9;
    all[2].gps_time_s = 0;
    all[2].rcv_time_s = KIT_TIME_S + 10;
    save(k, all, 20);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    assert_int_equal(kit_commit_at(k->store, 2, KIT_TIME_S), ERR_OK);
    k->store->trickle.expire_due_ms = 0;
    while (expire_step(k->store, &upkeep) == ERR_MORE) {
    }
    struct arena arena = {0};
    struct store_events left;
    const int64_t devices[] = {1, 2};
    const struct store_event_query q = {.devices = devices,
                                        .device_count = 2,
                                        .to_s = INT64_MAX,
                                        .kinds = UINT64_MAX,
                                        .has_withdrawn = true,
                                        .limit = 100};
    assert_int_equal(store_read_events(k->store, &q, &arena, &left), ERR_OK);
    assert_int_equal(left.count, 6);
    assert_int_equal(left.at[0].id, all[2].id);
    assert_int_equal(left.at[1].gps_time_s, KIT_TIME_S + 10);
    assert_int_equal(left.at[5].device_id, 1);
    arena_free(&arena);
}

/* ---- damage ---- */

static void a_row_that_makes_no_sense_is_damage(void **state)
{
    static const char *const changes[] = {
        "UPDATE event SET kind=64",           "UPDATE event SET origin=2",
        "UPDATE event SET withdrawn=2",       "UPDATE event SET subject=-1",
        "UPDATE event SET count=65536",       "UPDATE event SET lat_e7=2147483648",
        "UPDATE event SET note=x'00'",        "UPDATE event SET state='text'",
        "UPDATE event SET gps_time_s='soon'",
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct arena arena = {0};
        struct event e = whole();
        save(k, &e, 1);
        sqlite3 *db = open_beside(k);
        assert_int_equal(database_run(db, changes[i]), ERR_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        const struct store_loader loader = {.context = &k->kept, .change = keep, .state = no_state};
        assert_int_equal(store_load(k->store, &loader), ERR_CORRUPT);
        assert_int_equal(store_read_event(k->store, whole().id, &arena, &e), ERR_CORRUPT);
        arena_free(&arena);
    }
}

static void note_line(void *context, const struct store_check_line *line)
{
    uint64_t *events = context;
    *events += line->events;
}

/* Checking counts them, and looks at the state in each. */
static void checking_reads_every_event(void **state)
{
    struct kit *k = *state;
    uint8_t room[PACK_STATE_MAX];
    const struct fix fix = kit_fix(KIT_TIME_S);
    const struct fold_state after = kit_state(&fix, 100);
    struct writer w = writer_init(room, sizeof(room));
    struct event e[2] = {whole(), whole()};
    uint64_t events = 0;
    pack_state(&w, &after);
    for (int64_t i = 0; i < 2; i++) {
        e[i].id = i + 1;
        e[i].ended_s = i;
        e[i].state = room;
        e[i].state_len = writer_bytes(&w).len;
    }
    save(k, e, 2);
    assert_int_equal(store_check(k->path, note_line, &events), ERR_OK);
    assert_int_equal(events, 2);
    e[1].state_len--;
    save(k, e, 2);
    assert_int_equal(store_check(k->path, note_line, &events), ERR_CORRUPT);
}

int main(void)
{
    enum { OF_ROWS = 4 };
    const struct CMUnitTest tests[] = {
        TEST(queries_are_answered_page_by_page),
        TEST(a_limit_of_none_is_refused),
        TEST(open_ones_are_loaded),
        TEST(what_is_too_old_goes_and_what_has_no_device),
        TEST(a_row_that_makes_no_sense_is_damage),
        TEST(checking_reads_every_event),
    };
    return KIT_RUN(tests, OF_ROWS);
}
