/* What becomes of a link whose first bytes are of one protocol, and the next ones of another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crc.h"
#include "gateway/gateway_testing.h"

/* A watch of MiniFinder, whose protocol answers nothing. */
#define WATCH_SAYS "!1,860000000000001,V07S.5701.1621,100;!5,17,A,50;"

static const uint64_t unknown_imei = 860000000000077;
static const uint64_t gt06_imei = 860000000000001;

/*
 * A heartbeat of a Ruptela tracker, which wants an answer, and is so long that its protocol is
 * chosen before its checksum has come; then a watch, in the same bytes.
 */
static struct client say_both(const struct site *s, uint64_t imei)
{
    enum { REST_LEN = PROTOCOL_FIRST_MAX + 1, BODY_LEN = 8 + 1 + REST_LEN, HEARTBEAT = 16 };
    uint8_t at[BODY_LEN + 64];
    struct writer w = writer_init(at, sizeof(at));
    write_u16be(&w, BODY_LEN);
    write_u64be(&w, imei);
    write_u8(&w, HEARTBEAT);
    for (size_t i = 0; i < REST_LEN; i++) {
        write_u8(&w, 'A');
    }
    write_u16be(&w, crc16_kermit((struct bytes){at + 2, BODY_LEN}));
    write_text(&w, WATCH_SAYS);
    struct client c = client_open(s, SOCK_STREAM, &protocol_ruptela, "");
    client_write(&c, at, w.len);
    return c;
}

/* The answer of the former protocol leaves before the link speaks the next one. */
static void what_is_in_flight_is_answered_before_another_protocol(void **state)
{
    struct site *s = *state;
    struct client c = say_both(s, unknown_imei);
    wait_for(site_counter(s, devices_connected) == 1);
    assert_int_equal(site_counter(s, frames), 3);
    assert_int_equal(site_counter(s, frames_bad), 0);
    assert_true(client_read(&c) > 0);
    client_close(&c);
}

/* A device that is known by then has said what it speaks. */
static void a_known_device_keeps_its_protocol(void **state)
{
    struct site *s = *state;
    struct client c = say_both(s, gt06_imei);
    wait_for(site_counter(s, connections_malformed) == 1);
    assert_int_equal(site_counter(s, frames), 1);
    assert_true(client_read(&c) > 0);
    client_close(&c);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as the server does */
    const struct CMUnitTest tests[] = {
        WITH_SITE(what_is_in_flight_is_answered_before_another_protocol),
        WITH_SITE(a_known_device_keeps_its_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
