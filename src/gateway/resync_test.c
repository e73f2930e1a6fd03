/*
 * How a link goes on behind what cannot be read, and from data that come before their login. A
 * GT06 tracker takes any answer for the receipt of all that it sent before, so that none may leave
 * that covers a lost fix.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/bad_frames.h"
#include "gateway/gateway_testing.h"
#include "protocols/gt06/gt06.h"

enum { CUT_LEN = 12, SAID_MAX = 64 * 1024 };

/* A time that makes the same frame again on the next connection. */
#define SAME_TIME_S INT64_C(1795396320)

/* What a device says, put together before it is sent. */
struct said {
    uint8_t at[SAID_MAX];
    struct writer out;
};

static void said_init(struct said *said)
{
    said->out = writer_init(said->at, sizeof(said->at));
}

static void say(struct said *said, struct client *c, enum encode_kind kind)
{
    client_encode(c, kind, NULL, 0, &said->out);
}

static void say_fix(struct said *said, struct client *c, int64_t ago_s)
{
    struct fix f = client_fix(ago_s);
    client_encode(c, ENCODE_FIXES, &f, 1, &said->out);
}

/* The first bytes of a fix; the rest never comes. */
static void say_cut(struct said *said, struct client *c, int64_t ago_s)
{
    size_t begin = said->out.len;
    say_fix(said, c, ago_s);
    said->out.len = begin + CUT_LEN;
}

/* A fix with a byte that came wrong. */
static void say_bad(struct said *said, struct client *c, int64_t ago_s)
{
    size_t begin = said->out.len;
    say_fix(said, c, ago_s);
    said->at[begin + CUT_LEN] ^= 0x01;
}

static void send_said(struct client *c, const struct said *said)
{
    client_write(c, said->at, said->out.len);
}

static struct client gt06(const struct site *s)
{
    return client_open(s, SOCK_STREAM, &protocol_gt06, gt06_id);
}

static struct client jt808(const struct site *s)
{
    return client_open(s, SOCK_STREAM, &protocol_jt808, rig_id);
}

/* Those with a position; heartbeats are reports too. */
static size_t fixes_of(const struct site *s, int64_t device)
{
    enum { FIXES_MAX = 64 };
    struct fix fixes[FIXES_MAX];
    size_t count = kit_read(s->rig->store, device, INT64_MAX, fixes, FIXES_MAX);
    size_t located = 0;
    assert_true(count <= FIXES_MAX);
    for (size_t i = 0; i < count; i++) {
        located += (fixes[i].has & FIX_HAS_POSITION) != 0 ? 1 : 0;
    }
    return located;
}

static void impatient(struct site *s)
{
    s->options.resync_ms = 1;
}

static void patient(struct site *s)
{
    s->options.resync_ms = 100 * CLIENT_WAIT_MS;
}

/* ---- answers that would cover a loss ---- */

/*
 * Login, a fix that is cut off, a whole one, a heartbeat: the whole fix is stored, the heartbeat
 * not answered. The tracker begins anew with the same bytes, and gets on.
 */
static void a_cut_off_fix_hides_no_other(void **state)
{
    struct site *s = *state;
    struct client c = gt06(s);
    struct said *said = mem_new(sizeof(*said));
    said_init(said);
    say(said, &c, ENCODE_LOGIN);
    struct session after_login = c.session;
    say_cut(said, &c, 20);
    say_fix(said, &c, 10);
    say(said, &c, ENCODE_HEARTBEAT);
    send_said(&c, said);
    c.session = after_login; /* the device's books: only the login is answered */
    client_await(&c, 1);
    client_expect_end(&c);
    assert_int_equal(fixes_of(s, GT06_DEVICE), 1);
    assert_int_equal(site_counter(s, frames_bad), 1);
    assert_int_equal(site_counter(s, frames_bad_again), 0);
    assert_int_equal(site_counter(s, connections_malformed), 1);
    client_close(&c);

    c = gt06(s);
    send_said(&c, said);
    struct said *books = mem_new(sizeof(*books));
    said_init(books); /* what the device believes to have sent */
    say(books, &c, ENCODE_LOGIN);
    say_fix(books, &c, 20);
    say_fix(books, &c, 10);
    say(books, &c, ENCODE_HEARTBEAT);
    client_await(&c, 4);
    assert_int_equal(fixes_of(s, GT06_DEVICE), 1);
    assert_int_equal(site_counter(s, fixes_repeated), 2); /* what the heartbeat tells as well */
    assert_int_equal(site_counter(s, frames_bad_again), 1);
    assert_int_equal(site_counter(s, connections_malformed), 1);
    client_send_fix(&c, 5);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 2);
    assert_int_equal(fixes_of(s, GT06_DEVICE), 2);
    client_close(&c);
    free(said);
    free(books);
}

/* A fix without its first bytes. What is left of one may be blanks, if it is the checksum alone. */
static void a_fix_without_its_head_is_not_covered(void **state)
{
    enum { SUM_AND_END_LEN = 4, FIX_LEN = 36, FIRST = 100 }; /* each of a device of its own */
    struct site *s = *state;
    struct said *said = mem_new(sizeof(*said));
    for (size_t lost = 1; lost < FIX_LEN - SUM_AND_END_LEN; lost++) {
        char id[DEVICE_ID_SIZE];
        (void)snprintf(id, sizeof(id), "860000000000%03zu", FIRST + lost);
        assert_int_equal(rig_put_device(s->rig, FIRST + (int64_t)lost, id, false), ERR_OK);
        struct client c = client_open(s, SOCK_STREAM, &protocol_gt06, id);
        said_init(said);
        say(said, &c, ENCODE_LOGIN);
        struct session after_login = c.session;
        size_t begin = said->out.len;
        say_fix(said, &c, 20);
        assert_int_equal(said->out.len - begin, FIX_LEN);
        said->out.len -= lost;
        memmove(said->at + begin, said->at + begin + lost, FIX_LEN - lost);
        say_fix(said, &c, 10);
        say(said, &c, ENCODE_HEARTBEAT);
        send_said(&c, said);
        c.session = after_login;
        client_await(&c, 1);
        client_expect_end(&c);
        client_close(&c);
        assert_int_equal(site_counter(s, frames_bad), lost);
        assert_int_equal(fixes_of(s, FIRST + (int64_t)lost), 1);
    }
    free(said);
}

/* Frames come one by one, and the answer to a heartbeat must not cover the bad fix before it. */
static void a_heartbeat_does_not_cover_a_bad_fix(void **state)
{
    struct site *s = site_open(patient);
    *state = s;
    struct said *said = mem_new(sizeof(*said));
    for (unsigned round = 0; round < 2; round++) {
        struct client c = gt06(s);
        client_say(&c, ENCODE_LOGIN, NULL, 0);
        client_await(&c, 1);
        client_send_fix(&c, 30);
        client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
        client_await(&c, 2);
        said_init(said);
        struct fix f = {0};
        fix_set_time(&f, SAME_TIME_S);
        client_encode(&c, ENCODE_FIXES, &f, 1, &said->out);
        said->at[CUT_LEN] ^= 0x01;
        send_said(&c, said);
        client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
        if (round == 0) {
            client_expect_end(&c);
        } else {
            client_await(&c, 2);
        }
        client_close(&c);
    }
    assert_int_equal(site_counter(s, frames_bad), 2);
    assert_int_equal(site_counter(s, frames_bad_again), 1);
    assert_int_equal(site_counter(s, connections_malformed), 1);
    free(said);
}

/* Another tracker may send those bytes too: it gets its own chance to send them right. */
static void a_bad_fix_is_known_of_its_device_alone(void **state)
{
    enum { SECOND = 3 };
    static const char *const ids[] = {gt06_id, "860000000000002"};
    struct site *s = *state;
    struct said *said = mem_new(sizeof(*said));
    assert_int_equal(rig_put_device(s->rig, SECOND, ids[1], false), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        struct client c = client_open(s, SOCK_STREAM, &protocol_gt06, ids[i]);
        said_init(said);
        say(said, &c, ENCODE_LOGIN);
        struct session after_login = c.session;
        struct fix f = {0};
        fix_set_time(&f, SAME_TIME_S);
        size_t begin = said->out.len;
        client_encode(&c, ENCODE_FIXES, &f, 1, &said->out);
        said->at[begin + CUT_LEN] ^= 0x01;
        say(said, &c, ENCODE_HEARTBEAT);
        send_said(&c, said);
        c.session = after_login;
        client_await(&c, 1);
        client_expect_end(&c);
        client_close(&c);
    }
    assert_int_equal(site_counter(s, frames_bad_again), 0);
    free(said);
}

/* Whether more than one answer comes before the end of the connection. */
static bool reads_two_answers(struct client *c)
{
    struct bytes frame;
    size_t used = 0;
    while (client_read(c) > 0) {
        enum err e = protocol_gt06.split((struct bytes){c->in, c->in_len}, &frame, &used);
        if (e == ERR_OK && c->in_len > used) {
            return true;
        }
    }
    return false;
}

/* Every frame bad in another way: in the end it is let through, else it could never be heard. */
static void a_tracker_that_is_always_bad_is_heard(void **state)
{
    struct site *s = *state;
    struct said *said = mem_new(sizeof(*said));
    for (unsigned closed = 0; closed <= BAD_FRAMES_HOURLY; closed++) {
        struct client c = gt06(s);
        said_init(said);
        say(said, &c, ENCODE_LOGIN);
        say_bad(said, &c, 1000 + closed);
        say(said, &c, ENCODE_HEARTBEAT);
        send_said(&c, said);
        bool is_answered = reads_two_answers(&c); /* the login and the heartbeat */
        assert_int_equal(is_answered, closed == BAD_FRAMES_HOURLY);
        client_close(&c);
    }
    assert_int_equal(site_counter(s, frames_bad_again), 1);
    free(said);
}

/* What was answered before the bad frames is still told; too many of them end any link. */
static void answers_leave_before_the_end(void **state)
{
    enum { BAD = 8 };
    struct site *s = *state;
    struct client c = jt808(s);
    struct said *said = mem_new(sizeof(*said));
    said_init(said);
    say_fix(said, &c, 100);
    struct session after_fix = c.session;
    for (unsigned i = 0; i < BAD; i++) {
        say_bad(said, &c, 90 - i);
    }
    say(said, &c, ENCODE_HEARTBEAT);
    send_said(&c, said);
    c.session = after_fix;
    client_await(&c, 1);
    client_expect_end(&c);
    assert_int_equal(fixes_of(s, RIG_DEVICE), 1);
    assert_int_equal(site_counter(s, frames_bad), BAD);
    assert_int_equal(site_counter(s, connections_malformed), 1);
    client_close(&c);
    free(said);
}

/* A datagram as `say_spoilt` makes it; once it has come again it holds nobody up. */
static void expect_not_covered(struct site *s, void (*say_spoilt)(struct said *said,
                                                                  struct client *c, int64_t ago_s))
{
    struct said *said = mem_new(sizeof(*said));
    struct client c = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    said_init(said);
    say_spoilt(said, &c, 20);
    send_said(&c, said);
    wait_for(site_counter(s, frames_bad) == 1);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0); /* of nobody now */
    wait_for(site_counter(s, frames_anonymous) == 1);
    assert_int_equal(site_counter(s, udp_peers), 1);
    client_close(&c);
    c = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    send_said(&c, said);
    wait_for(site_counter(s, frames_bad_again) == 1);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 1);
    client_close(&c);
    free(said);
}

static void bad_datagrams_are_not_covered(void **state)
{
    expect_not_covered(*state, say_bad);
}

static void cut_datagrams_are_not_covered(void **state)
{
    expect_not_covered(*state, say_cut);
}

/* ---- frames that do not end ---- */

/* A long head that came of nothing takes all that follows for its own, but not for ever. */
static void a_frame_that_never_ends_is_given_up(void **state)
{
    static const uint8_t head[] = {0x79, 0x79, 0x0e, 0x00, 0x94};
    struct site *s = site_open(impatient);
    *state = s;
    struct client c = gt06(s);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    client_write(&c, head, sizeof(head));
    client_send_fix(&c, 10);
    client_expect_end(&c);
    assert_int_equal(fixes_of(s, GT06_DEVICE), 1);
    assert_int_equal(site_counter(s, frames_bad), 1);
    client_close(&c);
}

/* While more may come it is awaited. */
static void a_frame_may_come_slowly(void **state)
{
    struct site *s = site_open(patient);
    *state = s;
    struct client c = gt06(s);
    struct client other = jt808(s);
    struct said *said = mem_new(sizeof(*said));
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    said_init(said);
    say_fix(said, &c, 10);
    say(said, &c, ENCODE_HEARTBEAT);
    for (size_t i = 0; i < said->out.len; i++) {
        client_write(&c, said->at + i, 1);
        client_say(&other, ENCODE_HEARTBEAT, NULL, 0);
        client_await(&other, 1); /* the loop has turned */
    }
    client_await(&c, 2);
    assert_int_equal(fixes_of(s, GT06_DEVICE), 1);
    assert_int_equal(site_counter(s, frames_bad), 0);
    client_close(&c);
    client_close(&other);
    free(said);
}

/* Even where it has been looked at as though no more came. */
static void a_slow_frame_is_not_given_up(void **state)
{
    struct site *s = site_open(impatient);
    *state = s;
    struct client c = gt06(s);
    struct client later = jt808(s);
    struct said *said = mem_new(sizeof(*said));
    struct said *spoilt = mem_new(sizeof(*spoilt));
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    said_init(said);
    say_fix(said, &c, 10);
    client_write(&c, said->at, CUT_LEN);
    /* Links are looked at in turn: once a bad frame of a later one is passed over, it was too. */
    client_say(&later, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&later, 1);
    said_init(spoilt);
    say_bad(spoilt, &later, 50);
    send_said(&later, spoilt);
    wait_for(site_counter(s, frames_bad) == 1);
    client_write(&c, said->at + CUT_LEN, said->out.len - CUT_LEN);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 2);
    assert_int_equal(fixes_of(s, GT06_DEVICE), 1);
    client_close(&c);
    client_close(&later);
    free(said);
    free(spoilt);
}

/* The end of the connection is the end of the frame. */
static void the_last_frames_are_found_at_the_end(void **state)
{
    struct site *s = site_open(patient);
    *state = s;
    struct client c = jt808(s);
    struct said *said = mem_new(sizeof(*said));
    said_init(said);
    struct session begin = c.session;
    say_cut(said, &c, 20);
    c.session = begin; /* not waited for */
    send_said(&c, said);
    said_init(said);
    say_fix(said, &c, 10);
    say_bad(said, &c, 5);
    send_said(&c, said);
    assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
    c.session = begin;
    said_init(said);
    say_fix(said, &c, 10);
    client_await(&c, 1);
    client_expect_end(&c);
    assert_int_equal(fixes_of(s, RIG_DEVICE), 1);
    assert_int_equal(site_counter(s, frames_bad), 2);
    client_close(&c);
    free(said);
}

/* JT/T 808 answers each frame, so that the link goes on behind one that was cut off. */
static void a_cut_off_location_costs_no_link(void **state)
{
    struct site *s = site_open(patient);
    *state = s;
    struct client c = jt808(s);
    struct said *said = mem_new(sizeof(*said));
    for (unsigned i = 0; i < 20; i++) {
        said_init(said);
        struct session before = c.session;
        say_cut(said, &c, 1000 - i);
        c.session = before;
        say_fix(said, &c, 100 - i);
        send_said(&c, said);
        client_await(&c, 1);
    }
    assert_int_equal(fixes_of(s, RIG_DEVICE), 20);
    assert_int_equal(site_counter(s, frames_bad), 20);
    assert_int_equal(site_counter(s, connections), 1);
    client_close(&c);
    free(said);
}

/* ---- before the login ---- */

static void data_before_a_login_are_held(void **state)
{
    struct site *s = *state;
    struct client c = gt06(s);
    struct said *said = mem_new(sizeof(*said));
    said_init(said);
    say_fix(said, &c, 30);
    say(said, &c, ENCODE_HEARTBEAT);
    say_fix(said, &c, 20);
    send_said(&c, said);
    struct client other = jt808(s);
    client_say(&other, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&other, 1);
    assert_int_equal(site_counter(s, fixes_stored), 0);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 4); /* in the order in which they were sent */
    assert_int_equal(fixes_of(s, GT06_DEVICE), 2);
    client_send_fix(&c, 10);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 2);
    assert_int_equal(fixes_of(s, GT06_DEVICE), 3);
    assert_int_equal(site_counter(s, frames_anonymous), 0);
    assert_int_equal(site_counter(s, connections), 2);
    client_close(&c);
    client_close(&other);
    free(said);
}

static void little_credit(struct site *s)
{
    s->options.credit_bytes = 1;
}

/* Each waits for the answer to the one before: nothing is lost, nor out of order. */
static void held_data_wait_for_room(void **state)
{
    enum { HELD = 16 };
    struct site *s = site_open(little_credit);
    *state = s;
    struct client c = gt06(s);
    struct said *said = mem_new(sizeof(*said));
    said_init(said);
    for (unsigned i = 0; i < HELD; i++) {
        say_fix(said, &c, 100 - i);
    }
    say(said, &c, ENCODE_LOGIN);
    say(said, &c, ENCODE_HEARTBEAT);
    send_said(&c, said);
    client_await(&c, HELD + 2);
    assert_int_equal(fixes_of(s, GT06_DEVICE), HELD);
    assert_int_equal(site_counter(s, fixes_late), 0);
    assert_int_equal(site_counter(s, frames), HELD + 2);
    client_close(&c);
    free(said);
}

static void too_many_before_a_login_end_the_connection(void **state)
{
    enum { HELD = 16 };
    struct site *s = *state;
    struct client c = gt06(s);
    for (unsigned i = 0; i <= HELD; i++) {
        client_send_fix(&c, 100 - i);
    }
    client_expect_end(&c);
    wait_for(site_counter(s, frames_anonymous) == HELD + 1);
    assert_int_equal(site_counter(s, fixes_stored), 0);
    client_close(&c);
}

/* Of long ones fewer are held. */
static void too_long_before_a_login_end_the_connection(void **state)
{
    enum { CONTENT = 2000 };
    static uint8_t content[CONTENT];
    struct site *s = *state;
    struct client c = gt06(s);
    struct said *said = mem_new(sizeof(*said));
    said_init(said);
    for (uint16_t i = 0; i < 3; i++) {
        gt06_write_frame(&said->out, true, 0x94, (struct bytes){content, CONTENT}, i);
    }
    assert_true(writer_ok(&said->out));
    send_said(&c, said);
    client_expect_end(&c);
    wait_for(site_counter(s, frames_anonymous) == 3);
    client_close(&c);
    free(said);
}

/* A login that never comes: the connection is closed like any that says nothing. */
static void short_login(struct site *s)
{
    s->options.login_timeout_s = 1;
}

static void held_data_do_not_keep_a_connection(void **state)
{
    struct site *s = site_open(short_login);
    *state = s;
    struct client c = gt06(s);
    client_send_fix(&c, 10);
    client_expect_end(&c);
    assert_int_equal(site_counter(s, connections_idle), 1);
    assert_int_equal(site_counter(s, frames_anonymous), 1);
    client_close(&c);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as the server does */
#define WITH_OWN_SITE(test) cmocka_unit_test_teardown(test, site_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_SITE(a_cut_off_fix_hides_no_other),
        WITH_SITE(a_fix_without_its_head_is_not_covered),
        WITH_OWN_SITE(a_heartbeat_does_not_cover_a_bad_fix),
        WITH_SITE(a_bad_fix_is_known_of_its_device_alone),
        WITH_SITE(a_tracker_that_is_always_bad_is_heard),
        WITH_SITE(answers_leave_before_the_end),
        WITH_SITE(bad_datagrams_are_not_covered),
        WITH_SITE(cut_datagrams_are_not_covered),
        WITH_OWN_SITE(a_frame_that_never_ends_is_given_up),
        WITH_OWN_SITE(a_frame_may_come_slowly),
        WITH_OWN_SITE(a_slow_frame_is_not_given_up),
        WITH_OWN_SITE(the_last_frames_are_found_at_the_end),
        WITH_OWN_SITE(a_cut_off_location_costs_no_link),
        WITH_SITE(data_before_a_login_are_held),
        WITH_OWN_SITE(held_data_wait_for_room),
        WITH_SITE(too_many_before_a_login_end_the_connection),
        WITH_SITE(too_long_before_a_login_end_the_connection),
        WITH_OWN_SITE(held_data_do_not_keep_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
