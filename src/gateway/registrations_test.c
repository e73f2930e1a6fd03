/* A tracker that is registered while it is connected is on its link before it says more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/gateway_testing.h"

enum { FIRST = 20, SECOND = 21 };
static const char first_id[] = "860000000000999";
static const char second_id[] = "013900000009";

static const struct protocol *gt06(void)
{
    return protocol_at(PROTOCOL_gt06);
}

static const struct protocol *jt808(void)
{
    return protocol_at(PROTOCOL_jt808);
}

static void add(struct site *s, int64_t device, const char *device_id)
{
    assert_int_equal(rig_put_device(s->rig, device, device_id, false), ERR_OK);
}

/* Waits until ListUnknownDevices has the tracker: its first frame was taken. */
static void wait_for_knock(struct site *s)
{
    size_t count = 0;
    while (count == 0) {
        struct arena arena = {0};
        (void)unknown_list(s->rig->unknown, &arena, &count);
        arena_free(&arena);
        (void)poll(NULL, 0, 1);
    }
}

static void a_waiting_connection_is_bound(void **state)
{
    struct site *s = *state;
    struct client c = client_open(s, SOCK_STREAM, gt06(), first_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    assert_int_equal(site_counter(s, devices_connected), 0);
    add(s, FIRST, first_id);
    wait_for(site_counter(s, devices_connected) == 1);
    client_send_fix(&c, 10); /* the link goes on */
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 2); /* the answer covers both */
    assert_int_equal(site_counter(s, devices_moved), 0);
    client_close(&c);
}

/* Its next reply would cover what was refused: it connects again at once, not at its next frame. */
static void a_link_that_owes_fixes_is_closed(void **state)
{
    struct site *s = *state;
    struct client c = client_open(s, SOCK_STREAM, gt06(), first_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    client_send_fix(&c, 10);
    wait_for(site_counter(s, fixes_refused) == 1);
    add(s, FIRST, first_id);
    client_expect_end(&c);
    client_close(&c);
}

static void a_datagram_binds_its_peer(void **state)
{
    struct site *s = *state;
    struct client c = client_open(s, SOCK_DGRAM, jt808(), second_id);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    wait_for_knock(s);
    add(s, SECOND, second_id);
    wait_for(site_counter(s, devices_connected) == 1);
    client_close(&c);
}

static void a_connection_that_is_gone_binds_nothing(void **state)
{
    struct site *s = *state;
    struct client c = client_open(s, SOCK_STREAM, gt06(), first_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    client_close(&c);
    wait_for(site_counter(s, connections) == 0);
    add(s, FIRST, first_id);
    struct client other = client_open(s, SOCK_STREAM, gt06(), gt06_id);
    client_say(&other, ENCODE_LOGIN, NULL, 0);
    client_await(&other, 1);
    assert_int_equal(site_counter(s, devices_connected), 1);
    client_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SITE(a_waiting_connection_is_bound),
        WITH_SITE(a_link_that_owes_fixes_is_closed),
        WITH_SITE(a_datagram_binds_its_peer),
        WITH_SITE(a_connection_that_is_gone_binds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
