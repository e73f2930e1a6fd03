/*
 * A name server that does not answer: the lookup of a name, which libcurl does on a thread of its
 * own, holds up neither other services nor the stop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <netdb.h>

#include "base/clock.h"
#include "connect/connect.h"
#include "connect/server_testing.h"

enum { PATIENCE_MS = 60000, SHORT_MS = 200 };

/* The lookups that hang, and whether they may end. */
struct names {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned hanging;
    bool is_released;
};

/* Of the one getaddrinfo() below, which gets no context. */
static struct names *names_of_test(void)
{
    static struct names n = {.lock = PTHREAD_MUTEX_INITIALIZER,
                             .changed = PTHREAD_COND_INITIALIZER};
    return &n;
}

/* In the place of the library's: no name is ever found, and none before the test says so. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    struct names *n = names_of_test();
    (void)node, (void)service, (void)hints, (void)out;
    (void)pthread_mutex_lock(&n->lock);
    n->hanging++;
    (void)pthread_cond_broadcast(&n->changed);
    while (!n->is_released) {
        (void)pthread_cond_wait(&n->changed, &n->lock);
    }
    n->hanging--;
    (void)pthread_cond_broadcast(&n->changed);
    (void)pthread_mutex_unlock(&n->lock);
    return EAI_AGAIN;
}

static void await_hanging(unsigned count)
{
    struct names *n = names_of_test();
    assert_int_equal(pthread_mutex_lock(&n->lock), 0);
    while (n->hanging != count) {
        assert_int_equal(pthread_cond_wait(&n->changed, &n->lock), 0);
    }
    assert_int_equal(pthread_mutex_unlock(&n->lock), 0);
}

static void release(void)
{
    struct names *n = names_of_test();
    assert_int_equal(pthread_mutex_lock(&n->lock), 0);
    n->is_released = true;
    assert_int_equal(pthread_cond_broadcast(&n->changed), 0);
    assert_int_equal(pthread_mutex_unlock(&n->lock), 0);
    await_hanging(0);
}

static void answer_fine(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    service_reply(fd, 200, "fine");
}

static struct provider *add(struct connect *c, const char *url)
{
    const struct provider_options options = {
        .name = "service", .url = url, .waiting_max = 4, .in_flight_max = 4};
    struct provider *p = NULL;
    assert_int_equal(connect_add(c, &options, &p), ERR_OK);
    return p;
}

static void submit(struct provider *p, int64_t timeout_ms, struct service_end *end)
{
    const struct connect_request request = {.path = "",
                                            .query = "",
                                            .deadline_ms = clock_monotonic_ms() + timeout_ms,
                                            .done = service_end_take,
                                            .context = end};
    service_end_init(end);
    assert_int_equal(connect_submit(p, &request), ERR_OK);
}

static void lookup_that_hangs_delays_neither_others_nor_the_stop(void **state)
{
    (void)state;
    struct service *service = service_start(answer_fine);
    struct connect *c = NULL;
    struct service_end late;
    struct service_end stopped;
    struct service_end good;
    assert_int_equal(connect_start(&c), ERR_OK);
    struct provider *nowhere = add(c, "http://nowhere.example/");
    struct provider *here = add(c, service->url);
    submit(nowhere, SHORT_MS, &late);
    submit(nowhere, PATIENCE_MS, &stopped);
    await_hanging(2);
    service_end_await(&late, 1);
    assert_int_equal(late.e, ERR_TIMEOUT);
    submit(here, PATIENCE_MS, &good);
    service_end_await(&good, 1);
    assert_int_equal(good.e, ERR_OK);
    connect_stop(c);
    service_end_await(&stopped, 1);
    assert_int_equal(stopped.e, ERR_STOPPING);
    connect_free(c);
    await_hanging(2); /* they hang still */
    release();
    service_stop(service);
    g_free(late.body);
    g_free(stopped.body);
    g_free(good.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookup_that_hangs_delays_neither_others_nor_the_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
