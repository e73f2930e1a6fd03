/*
 * Simulated devices against a server that sends commands: one reads what is answered, the other
 * only asks.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocols/gt06/gt06.h"
#include "simulate/client.h"

enum { TYPE_LOGIN = 0x01, TYPE_ANSWER = 0x15, TYPE_COMMAND = 0x80, COMMAND_MAX = 64 };

/* A server of one connection, in a thread of its own. */
struct server {
    int listener;
    pthread_t thread;
    bool only_asks;
    _Atomic bool stop; /* ends the run of the devices */
    bool is_answered;  /* with the flag of the command and "OK" */
    bool is_dropped;   /* the device ended the connection */
};

static size_t write_command(uint8_t at[COMMAND_MAX], uint32_t flag)
{
    uint8_t content_at[COMMAND_MAX];
    struct writer content = writer_init(content_at, sizeof(content_at));
    struct writer w = writer_init(at, COMMAND_MAX);
    write_u8(&content, sizeof(flag) + 4);
    write_u32be(&content, flag);
    write_text(&content, "ABC#");
    gt06_write_frame(&w, false, TYPE_COMMAND, writer_bytes(&content), 1);
    return w.len;
}

static bool send_frames(int fd, const uint8_t *at, size_t len)
{
    return send(fd, at, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Takes what the device sends: its login is answered, and an answer ends it. False: that was it. */
static bool take_frame(struct server *s, int fd, struct bytes in, size_t *used)
{
    struct bytes bytes = {0};
    struct gt06_frame f = {0};
    uint8_t at[COMMAND_MAX];
    if (gt06_split(in, &bytes, used) != ERR_OK || gt06_frame_parse(bytes, &f) != ERR_OK) {
        *used = 0;
        return true;
    }
    if (f.type == TYPE_LOGIN) {
        struct writer w = writer_init(at, sizeof(at));
        gt06_write_frame(&w, false, TYPE_LOGIN, (struct bytes){0}, f.serial);
        (void)send_frames(fd, at, w.len);
        (void)send_frames(fd, at, write_command(at, 0x01020304));
    }
    static const uint8_t wanted[] = {6, 1, 2, 3, 4, 'O', 'K', 0, 2};
    s->is_answered = f.type == TYPE_ANSWER && f.content.len == sizeof(wanted) &&
                     memcmp(f.content.at, wanted, sizeof(wanted)) == 0;
    return f.type != TYPE_ANSWER;
}

/* Takes all whole frames from the front of the `*len` bytes. False: the answer was among them. */
static bool take_frames(struct server *s, int fd, uint8_t *at, size_t *len)
{
    size_t used = 0;
    do {
        if (!take_frame(s, fd, (struct bytes){at, *len}, &used)) {
            return false;
        }
        *len -= used;
        memmove(at, at + used, *len);
    } while (used > 0);
    return true;
}

static void listen_to(struct server *s, int fd)
{
    uint8_t at[4096];
    size_t len = 0;
    bool goes_on = true;
    while (goes_on) {
        ssize_t n = recv(fd, at + len, sizeof(at) - len, 0);
        len += n > 0 ? (size_t)n : 0;
        goes_on = n > 0 && take_frames(s, fd, at, &len);
    }
}

/* Sends commands until the device has enough of it: no buffer of the system holds all answers. */
static void ask_on(struct server *s, int fd)
{
    uint8_t at[COMMAND_MAX];
    struct writer w = writer_init(at, sizeof(at));
    gt06_write_frame(&w, false, TYPE_LOGIN, (struct bytes){0}, 1);
    (void)send_frames(fd, at, w.len);
    size_t len = write_command(at, 7);
    while (send_frames(fd, at, len)) {
    }
    s->is_dropped = true;
}

static void *serve(void *arg)
{
    struct server *s = arg;
    int fd = accept(s->listener, NULL, NULL);
    if (s->only_asks) {
        ask_on(s, fd);
    } else {
        listen_to(s, fd);
    }
    atomic_store(&s->stop, true);
    (void)close(fd);
    return NULL;
}

static bool next_fix(void *context, size_t device, struct fix *out)
{
    (void)context;
    (void)device;
    *out = (struct fix){0};
    fix_set_time(out, INT64_C(4000000000)); /* not due before this ends */
    return true;
}

/* Runs one device against the server until that has seen enough. */
static struct sim_result run_against(struct server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->listener >= 0);
    assert_int_equal(bind(s->listener, (const struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
    const struct sim_device device = {.protocol = &protocol_gt06, .device_id = "860000000000001"};
    const struct sim_options options = {
        .host = "127.0.0.1",
        .port = ntohs(at.sin_port),
        .devices = &device,
        .device_count = 1,
        .source = {.next = next_fix},
        .burst = 1,
        .window = 4,
        .give_up_s = 600,
        .stop = &s->stop,
    };
    struct sim_result result;
    assert_int_equal(sim_run(&options, &result), ERR_OK);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    (void)close(s->listener);
    return result;
}

static void a_device_answers_a_command(void **state)
{
    struct server s = {0};
    (void)state;
    struct sim_result result = run_against(&s);
    assert_true(s.is_answered);
    assert_int_equal(result.sent, 0);
    assert_int_equal(result.acknowledged, 0);
}

static void a_server_that_asks_and_does_not_read_is_left(void **state)
{
    struct server s = {.only_asks = true};
    (void)state;
    struct sim_result result = run_against(&s);
    assert_true(s.is_dropped);
    assert_true(result.errors > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_answers_a_command),
        cmocka_unit_test(a_server_that_asks_and_does_not_read_is_left),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
