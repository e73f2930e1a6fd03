/* Datagrams between many devices and one socket that answers each. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/address.h"
#include "simulate/datagrams.h"

enum { DEVICES = 300, WAIT_MS = 120000, FURTHEST = 199999 };

struct seen {
    uint8_t answers[FURTHEST + 1];
    size_t count;
};

static struct sockaddr_storage socket_address(const char *host, uint16_t port)
{
    struct sockaddr_storage out;
    socklen_t len;
    assert_true(address_to_socket(host, port, &out, &len));
    return out;
}

static int server_open(struct sockaddr_storage *at)
{
    socklen_t len = sizeof(*at);
    *at = socket_address("127.0.0.1", 0);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)at, sizeof(struct sockaddr_in)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
    return fd;
}

/* Answers one datagram with its own bytes, and answers whom it came from. */
static uint32_t echo(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    struct sockaddr_in from = {0};
    socklen_t len = sizeof(from);
    uint8_t at[64];
    assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
    ssize_t n = recvfrom(fd, at, sizeof(at), 0, (struct sockaddr *)&from, &len);
    assert_true(n > 0);
    assert_int_equal(sendto(fd, at, (size_t)n, 0, (const struct sockaddr *)&from, len), n);
    return ntohl(from.sin_addr.s_addr);
}

static void take(void *context, size_t device, struct bytes in)
{
    struct seen *seen = context;
    uint32_t number;
    assert_int_equal(in.len, sizeof(number));
    memcpy(&number, in.at, sizeof(number));
    assert_int_equal(device, number);
    seen->answers[device]++;
    seen->count++;
}

static void send_number(struct sim_datagrams *d, uint32_t number)
{
    assert_true(sim_datagrams_send(d, number, (struct bytes){(uint8_t *)&number, sizeof(number)}));
}

static void receive_all(struct sim_datagrams *d, struct seen *seen, size_t count)
{
    while (seen->count < count) {
        struct pollfd wait = {.fd = sim_datagrams_fd(d), .events = POLLIN};
        assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
        sim_datagrams_receive(d, take, seen);
    }
}

static void each_device_has_an_address_and_its_answer(void **state)
{
    static struct seen seen;
    struct sockaddr_storage at;
    struct sim_datagrams *d = NULL;
    (void)state;
    int fd = server_open(&at);
    assert_int_equal(sim_datagrams_new(&at, &d), ERR_OK);
    for (uint32_t i = 0; i < DEVICES; i++) {
        send_number(d, i);
        sim_datagrams_flush(d);
        assert_int_equal(echo(fd), 0x7f010000 + i);
    }
    receive_all(d, &seen, DEVICES);
    for (size_t i = 0; i < DEVICES; i++) {
        assert_int_equal(seen.answers[i], 1);
    }
    send_number(d, FURTHEST);
    sim_datagrams_flush(d);
    assert_int_equal(echo(fd), 0x7f010000 + FURTHEST);
    receive_all(d, &seen, DEVICES + 1);
    assert_int_equal(seen.answers[FURTHEST], 1);
    sim_datagrams_free(d);
    (void)close(fd);
}

static void a_full_batch_leaves_by_itself(void **state)
{
    enum { BATCH = 64 };
    struct sockaddr_storage at;
    struct sim_datagrams *d = NULL;
    (void)state;
    int fd = server_open(&at);
    assert_int_equal(sim_datagrams_new(&at, &d), ERR_OK);
    for (uint32_t i = 0; i < BATCH; i++) {
        send_number(d, i);
    }
    for (uint32_t i = 0; i < BATCH; i++) {
        assert_int_equal(echo(fd), 0x7f010000 + i);
    }
    sim_datagrams_free(d);
    (void)close(fd);
}

static void what_fits_no_datagram_is_refused(void **state)
{
    static uint8_t large[8193];
    struct sockaddr_storage at = socket_address("127.0.0.1", 9);
    struct sim_datagrams *d = NULL;
    (void)state;
    assert_int_equal(sim_datagrams_new(&at, &d), ERR_OK);
    assert_true(sim_datagrams_send(d, 0, (struct bytes){large, sizeof(large) - 1}));
    assert_false(sim_datagrams_send(d, 0, (struct bytes){large, sizeof(large)}));
    sim_datagrams_free(d);
}

static void only_the_loopback_is_reached_so(void **state)
{
    (void)state;
    struct sockaddr_storage at = socket_address("127.0.0.1", 9);
    assert_true(sim_datagrams_can_reach(&at));
    at = socket_address("127.255.0.1", 9);
    assert_true(sim_datagrams_can_reach(&at));
    at = socket_address("128.0.0.1", 9);
    assert_false(sim_datagrams_can_reach(&at));
    at = socket_address("126.255.255.255", 9);
    assert_false(sim_datagrams_can_reach(&at));
    at = socket_address("::1", 9);
    assert_false(sim_datagrams_can_reach(&at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_device_has_an_address_and_its_answer),
        cmocka_unit_test(a_full_batch_leaves_by_itself),
        cmocka_unit_test(what_fits_no_datagram_is_refused),
        cmocka_unit_test(only_the_loopback_is_reached_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
