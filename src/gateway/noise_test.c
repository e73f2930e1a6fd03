/* What the search for a frame behind bad bytes may cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/gateway_testing.h"

/* What a device says, put together before it is sent. */
struct said {
    uint8_t at[64 * 1024];
    struct writer out;
};

/* Bytes that look like long frames to every search, and are a short bad one. */
static void say_noise(struct said *said, unsigned count)
{
    static const uint8_t noise[] = {0x78, 0x78, 0x05, 0x79, 0x79, 0x0d, 0x0a, 0x00, 0x0d, 0x0a};
    for (unsigned i = 0; i < count; i++) {
        write_bytes(&said->out, (struct bytes){noise, sizeof(noise)});
    }
}

enum { NOISE = 1000, ROW_MAX = 8, KNOWN_ROW_MAX = 64, TURN_MAX = 64 };

/* They come again and again, but each costs a search. */
static void noise_before_a_login_is_bounded(void **state)
{
    struct site *s = *state;
    struct said *said = mem_new(sizeof(*said));
    for (unsigned round = 1; round <= 2; round++) {
        struct client c = client_open(s, SOCK_STREAM, &protocol_gt06, gt06_id);
        said->out = writer_init(said->at, sizeof(said->at));
        say_noise(said, NOISE);
        client_write(&c, said->at, said->out.len);
        assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
        client_expect_end(&c);
        assert_int_equal(site_counter(s, frames_bad), round * ROW_MAX);
        assert_int_equal(site_counter(s, connections_malformed), round);
        client_close(&c);
    }
    free(said);
}

static void noise_of_a_known_device_is_bounded(void **state)
{
    struct site *s = *state;
    struct said *said = mem_new(sizeof(*said));
    struct client c = client_open(s, SOCK_STREAM, &protocol_gt06, gt06_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    said->out = writer_init(said->at, sizeof(said->at));
    say_noise(said, NOISE);
    client_write(&c, said->at, said->out.len);
    assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
    client_expect_end(&c);
    assert_int_equal(site_counter(s, frames_bad), KNOWN_ROW_MAX);
    client_close(&c);
    free(said);
}

/* Whole frames between them end the row, not the turn. */
static void noise_between_frames_is_bounded(void **state)
{
    enum { FRAMES = 100, BETWEEN = NOISE / FRAMES };
    struct site *s = *state;
    struct said *said = mem_new(sizeof(*said));
    struct client c = client_open(s, SOCK_STREAM, &protocol_gt06, gt06_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    said->out = writer_init(said->at, sizeof(said->at));
    for (unsigned i = 0; i < FRAMES; i++) {
        say_noise(said, BETWEEN);
        client_encode(&c, ENCODE_HEARTBEAT, NULL, 0, &said->out);
    }
    client_write(&c, said->at, said->out.len);
    assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
    client_expect_end(&c);
    assert_true(site_counter(s, frames_bad) >= TURN_MAX);
    assert_true(site_counter(s, frames_bad) < NOISE);
    client_close(&c);
    free(said);
}

static void noise_in_a_datagram_is_bounded(void **state)
{
    struct site *s = *state;
    struct said *said = mem_new(sizeof(*said));
    struct client c = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    said->out = writer_init(said->at, sizeof(said->at));
    say_noise(said, NOISE);
    client_write(&c, said->at, said->out.len);
    wait_for(site_counter(s, connections_malformed) == 1);
    assert_int_equal(site_counter(s, frames_bad), TURN_MAX);
    assert_int_equal(site_counter(s, udp_peers), 0);
    client_close(&c);
    free(said);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as the server does */
    const struct CMUnitTest tests[] = {
        WITH_SITE(noise_before_a_login_is_bounded),
        WITH_SITE(noise_of_a_known_device_is_bounded),
        WITH_SITE(noise_between_frames_is_bounded),
        WITH_SITE(noise_in_a_datagram_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
