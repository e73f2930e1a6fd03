/*
 * The hub with clients that read by hand. Its turns fall between any two lines: a client that reads
 * waits until there is something, and what is asserted is what comes in the end, and what never
 * does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/live_hub.h"
#include "api/live_testing.h"
#include "base/check.h"

enum { PIECE = 700, PLACES = 64, EVERY_TURN = 0, NAMES = 10000 };

struct listener {
    struct live_client *client; /* NULL: it was refused */
    pthread_mutex_t lock;
    pthread_cond_t resumed;
    bool is_suspended;
    GString *heard;
};

static void suspend(void *owner)
{
    struct listener *l = owner;
    check(pthread_mutex_lock(&l->lock) == 0);
    check(!l->is_suspended);
    l->is_suspended = true;
    check(pthread_mutex_unlock(&l->lock) == 0);
}

static void resume(void *owner)
{
    struct listener *l = owner;
    check(pthread_mutex_lock(&l->lock) == 0);
    check(l->is_suspended);
    l->is_suspended = false;
    check(pthread_cond_signal(&l->resumed) == 0);
    check(pthread_mutex_unlock(&l->lock) == 0);
}

static struct live_hub *hub_of(struct fleet *f, size_t places, size_t per_address)
{
    return live_hub_start(&(struct live_options){
        .api = &f->p->api->api, .places = places, .per_address = per_address});
}

/* Comes with `wish`, of which the call, by `body`, and what follows from it are set here. */
static struct listener *come_asking(struct fleet *f, struct live_hub *hub, enum person who,
                                    struct live_wish wish, const char *body)
{
    struct listener *l = mem_new(sizeof(*l));
    struct call *c = live_call(f, who, body);
    check(pthread_mutex_init(&l->lock, NULL) == 0);
    check(pthread_cond_init(&l->resumed, NULL) == 0);
    l->heard = g_string_new(NULL);
    wish.call = c;
    wish.audience = live_audience_new(c);
    wish.every_s = EVERY_TURN;
    wish.owner = l;
    wish.suspend = suspend;
    wish.resume = resume;
    l->client = live_join(hub, &wish);
    call_free(c);
    return l;
}

static struct listener *come(struct fleet *f, struct live_hub *hub, enum person who,
                             struct live_wish wish)
{
    return come_asking(f, hub, who, wish, "{'cols':['y','plate']}");
}

static struct listener *listen_as(struct fleet *f, struct live_hub *hub, enum person who)
{
    struct listener *l = come(f, hub, who, (struct live_wish){0});
    assert_non_null(l->client);
    return l;
}

static void leave(struct listener *l)
{
    if (l->client != NULL) {
        live_leave(l->client);
    }
    check(pthread_mutex_destroy(&l->lock) == 0);
    check(pthread_cond_destroy(&l->resumed) == 0);
    (void)g_string_free(l->heard, TRUE);
    free(l);
}

static void wait_resumed(struct listener *l)
{
    check(pthread_mutex_lock(&l->lock) == 0);
    while (l->is_suspended) {
        check(pthread_cond_wait(&l->resumed, &l->lock) == 0);
    }
    check(pthread_mutex_unlock(&l->lock) == 0);
}

/* Takes what there is; as live_read(). */
static ssize_t take(struct listener *l)
{
    char piece[PIECE];
    ssize_t len = live_read(l->client, piece, sizeof(piece));
    if (len > 0) {
        g_string_append_len(l->heard, piece, len);
    }
    return len;
}

/* Until it hears `text` (' for "). */
static void hear(struct listener *l, const char *text)
{
    char *wanted = in_quotes(text);
    bool is_over = false;
    while (!is_over && strstr(l->heard->str, wanted) == NULL) {
        wait_resumed(l);
        is_over = take(l) < 0;
    }
    if (is_over) {
        fail_msg("%s\nlacks %s", l->heard->str, wanted);
    }
    g_free(wanted);
}

/* Until there is nothing more to read. */
static void hear_all(struct listener *l)
{
    wait_resumed(l);
    while (take(l) > 0) {
    }
}

static void hear_end(struct listener *l)
{
    do {
        wait_resumed(l);
    } while (take(l) >= 0);
}

static bool has_heard(const struct listener *l, const char *text)
{
    char *wanted = in_quotes(text);
    bool has = strstr(l->heard->str, wanted) != NULL;
    g_free(wanted);
    return has;
}

static void forget(struct listener *l)
{
    g_string_truncate(l->heard, 0);
}

/* A report of a device from 52.5 degrees and so many ten-thousandths north; later than the last. */
static void report(struct fleet *f, const char *device_id, int step)
{
    struct message m = fleet_fix(clock_wall_ms() / 1000 - 600 + step);
    fix_set_position(&m.fix, 525000000 + step * 1000, 134000000, true);
    fleet_report(f, device_id, &m, 1);
}

static void change(struct fleet *f, const char *method, const char *body)
{
    try_row(f, &(struct row){ANNA, method, body, DONE_ROW}, 0);
}

static void end(struct live_hub *hub)
{
    live_hub_stop(hub);
    live_hub_free(hub);
}

/* ---- frames ---- */

static void clients_that_hear_the_same_share_frames(void **state)
{
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, PLACES, 0);
    struct listener *anna = listen_as(f, hub, P_ANNA);
    struct listener *vera = listen_as(f, hub, P_VERA);
    struct listener *greta = listen_as(f, hub, P_GRETA);
    struct listener *berta = listen_as(f, hub, P_BERTA);
    hear(anna, "event: hello\ndata: {'now':");
    hear(vera, "'role':'viewer'");
    report(f, "200", 1);
    report(f, "100", 2);
    report(f, "900", 3);
    hear(anna, "52500200");
    hear(vera, "52500200");
    hear(greta, "52500200");
    hear(berta, "52500300");
    assert_true(has_heard(anna, "52500100"));
    assert_false(has_heard(anna, "52500300"));
    assert_false(has_heard(greta, "52500100"));
    assert_false(has_heard(berta, "52500200"));
    leave(anna);
    leave(vera);
    leave(greta);
    leave(berta);
    end(hub);
}

/* More frames than are kept: it gets the newest state, and not what was between. */
static void who_is_slow_hears_the_newest_at_once(void **state)
{
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, PLACES, 0);
    struct listener *quick = listen_as(f, hub, P_ANNA);
    struct listener *slow = listen_as(f, hub, P_ANNA);
    hear_all(quick);
    hear_all(slow);
    char text[16];
    for (int step = 1; step <= 8; step++) {
        report(f, "100", step);
        (void)snprintf(text, sizeof(text), "525%05d", step * 100);
        hear(quick, text);
    }
    hear(slow, "52500800");
    for (int step = 3; step < 8; step++) {
        (void)snprintf(text, sizeof(text), "525%05d", step * 100);
        assert_false(has_heard(slow, text));
    }
    report(f, "100", 9);
    hear(slow, "52500900"); /* and goes on with the others */
    hear(quick, "52500900");
    leave(quick);
    leave(slow);
    end(hub);
}

static void a_cursor_says_where_a_stream_goes_on(void **state)
{
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, PLACES, 0);
    struct listener *before = listen_as(f, hub, P_ANNA); /* its feed begins here */
    uint64_t number = feed_number(f->p->shard.directory);
    report(f, "100", 1);
    struct listener *l =
        come(f, hub, P_ANNA,
             (struct live_wish){.has_after = true, .after = number, .is_after_known = true});
    hear(l, "52500100");
    assert_false(has_heard(l, "event: reset"));
    leave(l);
    const struct live_wish bad[] = {
        {.has_after = true, .after = number, .is_after_known = false},
        {.has_after = true, .after = number + 1000000, .is_after_known = true},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        l = come(f, hub, P_ANNA, bad[i]);
        hear(l, "event: reset\nid: ");
        assert_false(has_heard(l, "52500100"));
        leave(l);
    }
    l = come(f, hub, P_ANNA,
             (struct live_wish){
                 .has_after = true, .after = number, .is_after_known = true, .once = true});
    hear_end(l);
    assert_true(has_heard(l, "52500100"));
    leave(l);
    leave(before);
    end(hub);
}

/* ---- who hears it ---- */

static void focus_marks_are_told_to_their_user_alone(void **state)
{
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, PLACES, 0);
    struct listener *anna = listen_as(f, hub, P_ANNA);
    struct listener *olga = listen_as(f, hub, P_OLGA);
    hear_all(anna);
    hear_all(olga);
    forget(olga);
    change(f, "manage/SetFocus", "{'DeviceID':'100','Focus':true}");
    hear(anna, "'focus':[1]");
    report(f, "100", 1);
    hear(olga, "52500100");
    assert_false(has_heard(olga, "focus"));
    leave(anna);
    leave(olga);
    end(hub);
}

/* The last that a client hears which waits is `reset`. */
static void other_groups_end_a_stream_with_reset(void **state)
{
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, PLACES, 0);
    struct listener *vera = listen_as(f, hub, P_VERA);
    hear_all(vera);
    forget(vera);
    change(f, "manage/ModifyUser", "{'UserID':4,'GroupIDs':[1]}");
    hear_end(vera);
    assert_true(g_str_has_prefix(vera->heard->str, "event: reset\nid: "));
    leave(vera);
    vera = listen_as(f, hub, P_VERA); /* as it may now */
    report(f, "200", 1);
    report(f, "100", 2);
    hear(vera, "52500200");
    assert_false(has_heard(vera, "52500100"));
    leave(vera);
    end(hub);
}

/* Whatever the hub is at: what happens once the change was answered is never told. */
static void nothing_is_told_behind_a_change_of_rights(void **state)
{
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, PLACES, 0);
    struct listener *anna = listen_as(f, hub, P_ANNA); /* who keeps the frames coming */
    struct listener *vera = listen_as(f, hub, P_VERA);
    struct listener *nils = listen_as(f, hub, P_NILS);
    struct listener *olga = listen_as(f, hub, P_OLGA);
    hear_all(vera);
    hear_all(nils);
    hear_all(olga);
    change(f, "manage/ModifyUser", "{'UserID':4,'GroupIDs':[1]}");
    change(f, "manage/ModifyUser", "{'UserID':6,'Role':'viewer'}");
    try_row(f, &(struct row){OLGA, "user/LogOut", "{}", DONE_ROW}, 0);
    report(f, "100", 1);
    report(f, "200", 2);
    hear(anna, "52500200");
    hear_end(vera);
    hear_end(nils);
    hear_end(olga);
    assert_false(has_heard(vera, "52500200") || has_heard(vera, "52500100"));
    assert_false(has_heard(nils, "52500100"));
    assert_false(has_heard(olga, "52500200") || has_heard(olga, "52500100"));
    assert_false(has_heard(olga, "reset")); /* there is nothing to begin anew */
    leave(anna);
    leave(vera);
    leave(nils);
    leave(olga);
    end(hub);
}

/* ---- places ---- */

static void places_are_shared_out(void **state)
{
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, 4, 0);
    struct listener *ones[] = {listen_as(f, hub, P_ANNA), listen_as(f, hub, P_OLGA)};
    struct listener *third = come(f, hub, P_VERA, (struct live_wish){0});
    assert_null(third->client); /* two of four are left, for others */
    struct listener *berta = listen_as(f, hub, P_BERTA);
    leave(ones[0]);
    leave(berta);
    leave(third);
    third = listen_as(f, hub, P_VERA);
    leave(third);
    leave(ones[1]);
    end(hub);
    hub = hub_of(f, PLACES, 1); /* and all come from one address */
    ones[0] = listen_as(f, hub, P_ANNA);
    berta = come(f, hub, P_BERTA, (struct live_wish){0});
    assert_null(berta->client);
    leave(berta);
    leave(ones[0]);
    end(hub);
}

/* One that is narrowed to as many names as a call may have. */
static struct listener *come_for_many(struct fleet *f, struct live_hub *hub, enum person who,
                                      int first)
{
    GString *body = g_string_new("{'ids':[");
    for (int i = 0; i < NAMES; i++) {
        g_string_append_printf(body, "%s'%020d'", i == 0 ? "" : ",", first * NAMES + i);
    }
    (void)g_string_append(body, "]}");
    struct listener *l = come_asking(f, hub, who, (struct live_wish){0}, body->str);
    (void)g_string_free(body, TRUE);
    return l;
}

/* What streams are narrowed to is bounded for an account, and for its enterprise. */
static void names_are_bounded(void **state)
{
    static const enum person people[] = {P_ANNA, P_OLGA, P_VERA, P_GRETA, P_NILS};
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, 1000, 0);
    struct listener *listeners[LIVE_PER_USER];
    size_t count = 0;
    size_t of_anna = 0;
    size_t of_all = 0;
    for (size_t who = 0; who < COUNT_OF(people); who++) {
        do {
            assert_true(count < LIVE_PER_USER);
            listeners[count] = come_for_many(f, hub, people[who], (int)count);
            of_all += listeners[count]->client != NULL;
        } while (listeners[count++]->client != NULL);
        of_anna = who == 0 ? of_all : of_anna;
    }
    assert_in_range(of_anna, 2, 10);
    assert_in_range(of_all, 3 * of_anna, 4 * of_anna);          /* not five times as many */
    struct listener *berta = come_for_many(f, hub, P_BERTA, 0); /* of another enterprise */
    struct listener *plain = listen_as(f, hub, P_BERTA);
    assert_non_null(berta->client);
    leave(berta);
    leave(plain);
    leave(listeners[0]);
    struct listener *again = come_for_many(f, hub, P_ANNA, 0);
    assert_non_null(again->client);
    leave(again);
    for (size_t i = 1; i < count; i++) {
        leave(listeners[i]);
    }
    end(hub);
}

static void a_stop_ends_every_stream(void **state)
{
    struct fleet *f = *state;
    struct live_hub *hub = hub_of(f, PLACES, 0);
    struct listener *waiting = listen_as(f, hub, P_ANNA);
    struct listener *silent = listen_as(f, hub, P_BERTA);
    hear_all(waiting);
    live_hub_stop(hub);
    hear_end(waiting);
    hear_end(silent);
    struct listener *late = come(f, hub, P_ANNA, (struct live_wish){0});
    assert_null(late->client);
    leave(late);
    leave(waiting);
    leave(silent);
    live_hub_free(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(clients_that_hear_the_same_share_frames),
        FLEET_TEST(who_is_slow_hears_the_newest_at_once),
        FLEET_TEST(a_cursor_says_where_a_stream_goes_on),
        FLEET_TEST(focus_marks_are_told_to_their_user_alone),
        FLEET_TEST(other_groups_end_a_stream_with_reset),
        FLEET_TEST(nothing_is_told_behind_a_change_of_rights),
        FLEET_TEST(places_are_shared_out),
        FLEET_TEST(names_are_bounded),
        FLEET_TEST(a_stop_ends_every_stream),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
