/* What readers of a feed hear: each change after their number, and nothing twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"
#include "fleet/feed.h"

static void put(struct fixture *f, int64_t id, int64_t enterprise_id, bool is_deleted)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%lld", (long long)id);
    put_device(f->dir, (struct device){.id = id,
                                       .enterprise_id = enterprise_id,
                                       .device_id = text,
                                       .deleted = is_deleted});
}

static void publish(struct fixture *f, int64_t id)
{
    struct device_ref ref;
    struct live live;
    live_init(&live);
    assert_int_equal(directory_find(f->dir, id, &ref), ERR_OK);
    tracked_publish(f->dir, ref.tracked, &live);
    device_ref_release(f->dir, &ref);
}

static struct feed_news read_from(struct fixture *f, int64_t enterprise_id, uint64_t since)
{
    return feed_read(f->dir, feed_of(f->dir, enterprise_id), since, &f->arena);
}

static void the_newest_change_is_first(void **state)
{
    struct fixture *f = *state;
    for (int64_t id = 1; id <= 3; id++) {
        put(f, id, ACME, false);
    }
    struct feed *feed = feed_of(f->dir, ACME);
    uint64_t begin = feed_number(f->dir);
    assert_false(feed_has(feed, begin));
    publish(f, 1);
    publish(f, 2);
    uint64_t middle = feed_number(f->dir);
    publish(f, 3);
    publish(f, 1);
    struct feed_news news = read_from(f, ACME, begin);
    assert_false(news.is_lost);
    assert_int_equal(news.device_count, 3);
    assert_int_equal(news.devices[0].id, 1);
    assert_int_equal(news.devices[1].id, 3);
    assert_int_equal(news.devices[2].id, 2);
    assert_false(news.devices[0].is_renamed || news.devices[0].is_gone);
    news = read_from(f, ACME, middle);
    assert_int_equal(news.device_count, 2);
    assert_true(feed_has(feed, middle));
    assert_int_equal(read_from(f, ACME, news.upto).device_count, 0);
    assert_false(feed_has(feed, news.upto));
}

static void each_enterprise_has_its_own(void **state)
{
    struct fixture *f = *state;
    put(f, 1, ACME, false);
    (void)feed_of(f->dir, ACME);
    (void)feed_of(f->dir, OTHER);
    uint64_t begin = feed_number(f->dir);
    publish(f, 1);
    assert_int_equal(read_from(f, ACME, begin).device_count, 1);
    assert_int_equal(read_from(f, OTHER, begin).device_count, 0);
    put(f, 1, OTHER, false); /* it moves */
    struct feed_news news = read_from(f, ACME, begin);
    assert_int_equal(news.device_count, 1);
    assert_true(news.devices[0].is_gone);
    publish(f, 1);
    assert_true(read_from(f, ACME, begin).devices[0].is_gone);
    news = read_from(f, OTHER, begin);
    assert_int_equal(news.device_count, 1);
    assert_true(news.devices[0].is_renamed && !news.devices[0].is_gone);
    put(f, 1, ACME, false); /* and comes back */
    news = read_from(f, ACME, begin);
    assert_int_equal(news.device_count, 1);
    assert_false(news.devices[0].is_gone);
}

static void a_number_that_says_nothing_is_lost(void **state)
{
    struct fixture *f = *state;
    put(f, 1, ACME, false);
    struct feed *feed = feed_of(f->dir, ACME);
    uint64_t begin = feed_number(f->dir);
    assert_true(read_from(f, ACME, begin - 1).is_lost);
    assert_true(read_from(f, ACME, begin + 1).is_lost);
    for (int64_t id = 10; id < 10 + FEED_GONE_KEPT; id++) {
        put(f, id, ACME, false);
        put(f, id, ACME, true);
    }
    struct feed_news news = feed_read(f->dir, feed, begin, &f->arena);
    assert_false(news.is_lost);
    assert_int_equal(news.device_count, FEED_GONE_KEPT);
    assert_true(news.devices[0].is_gone);
    put(f, 9, ACME, false);
    put(f, 9, ACME, true);
    assert_true(read_from(f, ACME, begin).is_lost);
    assert_int_equal(read_from(f, ACME, begin + 2).device_count, FEED_GONE_KEPT);
}

static struct event alarm(int64_t id, uint16_t count)
{
    struct event e = {.device_id = 1,
                      .id = id,
                      .kind = ALARM_SOS,
                      .is_alarm = true,
                      .gps_time_s = NOW_S,
                      .count = count};
    entity_init(ENTITY_EVENT, &e);
    return e;
}

static void put_event(struct fixture *f, struct event e)
{
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_EVENT, .event = e});
}

static void alarms_are_told_as_they_begin_and_end(void **state)
{
    struct fixture *f = *state;
    put(f, 1, ACME, false);
    (void)feed_of(f->dir, ACME);
    uint64_t begin = feed_number(f->dir);
    struct event e = alarm(7, 1);
    put_event(f, e);
    e.count = 2; /* which nobody watches */
    put_event(f, e);
    e.acknowledged_by = 3;
    put_event(f, e);
    e.ended_s = NOW_S + 5;
    put_event(f, e);
    struct feed_news news = read_from(f, ACME, begin);
    assert_int_equal(news.alarm_count, 3);
    assert_int_equal(news.alarms[0].id, 7);
    assert_int_equal(news.alarms[0].kind, ALARM_SOS);
    assert_int_equal(news.alarms[0].on_s, NOW_S);
    assert_int_equal(news.alarms[0].off_s, 0);
    assert_false(news.alarms[0].is_acknowledged);
    assert_true(news.alarms[1].is_acknowledged);
    assert_int_equal(news.alarms[2].off_s, NOW_S + 5);
    assert_int_equal(read_from(f, ACME, news.alarms[1].number).alarm_count, 1);
    e = alarm(8, 1);
    e.is_alarm = false; /* a crossing alone */
    put_event(f, e);
    assert_int_equal(read_from(f, ACME, begin).alarm_count, 3);
    for (int64_t id = 100; id < 100 + FEED_ALARMS_KEPT; id++) {
        put_event(f, alarm(id, 1));
    }
    news = read_from(f, ACME, begin);
    assert_true(news.alarms_are_lost);
    assert_int_equal(news.alarm_count, FEED_ALARMS_KEPT);
    assert_int_equal(news.alarms[0].id, 100);
    assert_false(read_from(f, ACME, news.alarms[0].number).alarms_are_lost);
}

static void focus_has_numbers_of_its_own(void **state)
{
    struct fixture *f = *state;
    size_t count = 0;
    struct change mark = {.kind = CHANGE_PUT_FOCUS, .focus = {1, 5}};
    directory_apply(f->dir, &mark);
    (void)feed_of(f->dir, ACME);
    assert_int_equal(feed_marks(f->dir, 1).focus, 0);
    mark.focus.device_id = 6;
    directory_apply(f->dir, &mark);
    uint64_t first = feed_marks(f->dir, 1).focus;
    assert_true(first > 0);
    assert_int_equal(feed_marks(f->dir, 2).focus, 0);
    const int64_t *ids = directory_list_focus(f->dir, 1, &f->arena, &count);
    assert_int_equal(count, 2);
    assert_int_equal(ids[0] + ids[1], 11);
    mark.kind = CHANGE_DELETE_FOCUS;
    directory_apply(f->dir, &mark);
    assert_true(feed_marks(f->dir, 1).focus > first);
    (void)directory_list_focus(f->dir, 1, &f->arena, &count);
    assert_int_equal(count, 1);
}

static void a_change_of_rights_is_noted(void **state)
{
    struct fixture *f = *state;
    static const int64_t groups[] = {1, 2};
    struct user u = {.id = 4, .enterprise_id = ACME, .login_name = "u"};
    put_user(f->dir, u);
    (void)feed_of(f->dir, ACME);
    u.login_name = "v";
    put_user(f->dir, u);
    assert_int_equal(feed_marks(f->dir, 4).rights, 0);
    u.group_ids = groups;
    u.group_count = 2;
    put_user(f->dir, u);
    uint64_t first = feed_marks(f->dir, 4).rights;
    assert_true(first > 0);
    put_user(f->dir, u);
    assert_int_equal(feed_marks(f->dir, 4).rights, first);
    u.group_ids = groups + 1;
    u.group_count = 1;
    put_user(f->dir, u);
    assert_true(feed_marks(f->dir, 4).rights > first);
}

static void groups_and_fences_are_told(void **state)
{
    struct fixture *f = *state;
    (void)feed_of(f->dir, ACME);
    uint64_t begin = feed_number(f->dir);
    uint64_t fences = feed_fences(feed_of(f->dir, ACME));
    directory_apply(f->dir,
                    &(struct change){.kind = CHANGE_PUT_GROUP, .group = {1, ACME, "north", false}});
    struct feed_news news = read_from(f, ACME, begin);
    assert_true(news.has_groups && !news.has_fences);
    assert_int_equal(news.fences, fences);
    struct change fence = {.kind = CHANGE_DELETE_GEOFENCE,
                           .geofence = {.enterprise_id = ACME, .id = 1, .until_s = INT64_MAX}};
    entity_init(ENTITY_GEOFENCE, &fence.geofence);
    directory_apply(f->dir, &fence);
    news = read_from(f, ACME, news.upto);
    assert_true(!news.has_groups && news.has_fences);
    assert_true(news.fences > fences);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(the_newest_change_is_first),
        WITH_DIRECTORY(each_enterprise_has_its_own),
        WITH_DIRECTORY(a_number_that_says_nothing_is_lost),
        WITH_DIRECTORY(alarms_are_told_as_they_begin_and_end),
        WITH_DIRECTORY(focus_has_numbers_of_its_own),
        WITH_DIRECTORY(a_change_of_rights_is_noted),
        WITH_DIRECTORY(groups_and_fences_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
