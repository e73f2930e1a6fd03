/*
 * Requests to services that are good, slow, wrong, huge, redirecting, gone, or cut the line: each
 * ends once, in time and within bounds, and the figures say so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "connect/private.h"
#include "connect/server_testing.h"

enum { PATIENCE_MS = 60000, SHORT_MS = 200 };

struct fixture {
    struct connect *connect;
    struct service *service;
    struct provider *provider;
    struct service_end outcome;
};

static struct fixture begin(void (*answer)(struct service *, int, const char *),
                            struct provider_options options)
{
    struct fixture f = {.connect = NULL};
    f.service = service_start(answer);
    options.name = "service";
    options.url = f.service->url;
    options.waiting_max = options.waiting_max == 0 ? 16 : options.waiting_max;
    options.in_flight_max = options.in_flight_max == 0 ? 4 : options.in_flight_max;
    assert_int_equal(connect_start(&f.connect), ERR_OK);
    assert_int_equal(connect_add(f.connect, &options, &f.provider), ERR_OK);
    return f;
}

static void end(struct fixture *f)
{
    connect_stop(f->connect);
    connect_free(f->connect);
    service_stop(f->service);
    g_free(f->outcome.body);
}

static enum err submit(struct fixture *f, struct connect_request request, int64_t timeout_ms)
{
    request.path = request.path == NULL ? "/x" : request.path;
    request.query = request.query == NULL ? "" : request.query;
    request.deadline_ms = clock_monotonic_ms() + timeout_ms;
    request.done = service_end_take;
    request.context = &f->outcome;
    return connect_submit(f->provider, &request);
}

static void ask(struct fixture *f, int64_t timeout_ms)
{
    service_end_init(&f->outcome);
    assert_int_equal(submit(f, (struct connect_request){.verb = CONNECT_GET}, timeout_ms), ERR_OK);
    service_end_await(&f->outcome, 1);
}

static void answer_fine(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    service_reply(fd, 200, "fine");
}

static void request_is_sent_as_it_was_said(void **state)
{
    (void)state;
    static const struct {
        enum connect_verb verb;
        const char *name;
        const char *body;
    } rows[] = {{CONNECT_GET, "GET", ""},
                {CONNECT_POST, "POST", "{\"a\": 1}"},
                {CONNECT_PUT, "PUT", "x"},
                {CONNECT_PATCH, "PATCH", ""}};
    const struct connect_header headers[] = {{"Content-Type", "application/json"},
                                             {"X-Key", "a b;c"}};
    struct fixture f = begin(answer_fine, (struct provider_options){.answer_max = 0});
    service_end_init(&f.outcome);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(submit(&f,
                                (struct connect_request){.verb = rows[i].verb,
                                                         .path = "/a/b",
                                                         .query = "q=1",
                                                         .headers = headers,
                                                         .header_count = 2,
                                                         .body = bytes_of_text(rows[i].body)},
                                PATIENCE_MS),
                         ERR_OK);
        service_end_await(&f.outcome, i + 1);
        assert_int_equal(f.outcome.e, ERR_OK);
        assert_int_equal(f.outcome.status, 200);
        assert_string_equal(f.outcome.body, "fine");
        char *first = g_strdup_printf("%s /a/b?q=1 HTTP/1.1\r\n", rows[i].name);
        assert_true(g_str_has_prefix(f.service->request, first));
        assert_true(g_str_has_suffix(f.service->request, rows[i].body));
        assert_non_null(strstr(f.service->request, "\r\nContent-Type: application/json\r\n"));
        assert_non_null(strstr(f.service->request, "\r\nX-Key: a b;c\r\n"));
        assert_non_null(strstr(f.service->request, "\r\nUser-Agent: odograph/"));
        g_free(first);
    }
    end(&f);
}

static void bad_requests_are_refused(void **state)
{
    (void)state;
    struct fixture f = begin(answer_fine, (struct provider_options){.answer_max = 0});
    static const char *const paths[] = {
        "x",   "@evil.example/", "/a b", "/a\n", "/a?b", "/#", "/\\", "/.",
        "/..", "/a/../b",        "/a/.", "/./a"};
    static const char *const queries[] = {"a b", "a\r\nb", "#"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(submit(&f, (struct connect_request){.path = paths[i]}, PATIENCE_MS),
                         ERR_INVALID);
    }
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        assert_int_equal(submit(&f, (struct connect_request){.query = queries[i]}, PATIENCE_MS),
                         ERR_INVALID);
    }
    static const struct connect_header headers[] = {
        {"", "a"}, {"A B", "a"}, {"A:", "a"}, {"A", "a\r\nB: c"}, {"A", "\x7f"}};
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        assert_int_equal(submit(&f,
                                (struct connect_request){.headers = &headers[i], .header_count = 1},
                                PATIENCE_MS),
                         ERR_INVALID);
    }
    char *path = g_strnfill(CONNECT_TARGET_MAX + 1, '/');
    assert_int_equal(submit(&f, (struct connect_request){.path = path}, PATIENCE_MS), ERR_TOO_LONG);
    g_free(path);
    assert_int_equal(atomic_load(&f.service->requests), 0);
    end(&f);
}

static void answer_never(struct service *s, int fd, const char *request)
{
    (void)request;
    service_hang(s, fd);
}

static void slow_one_ends_at_the_deadline(void **state)
{
    (void)state;
    struct fixture f = begin(answer_never, (struct provider_options){.answer_max = 0});
    int64_t began_ms = clock_monotonic_ms();
    ask(&f, SHORT_MS);
    assert_int_equal(f.outcome.e, ERR_TIMEOUT);
    assert_true(clock_monotonic_ms() - began_ms >= SHORT_MS);
    assert_true(connect_is_failing(f.connect));
    end(&f);
}

static void slow_one_delays_no_other_provider(void **state)
{
    (void)state;
    struct fixture f = begin(answer_never, (struct provider_options){.in_flight_max = 1});
    struct service *other = service_start(answer_fine);
    const struct provider_options options = {
        .name = "other", .url = other->url, .waiting_max = 4, .in_flight_max = 1};
    struct service_end stuck;
    struct provider *good = NULL;
    assert_int_equal(connect_add(f.connect, &options, &good), ERR_OK);
    service_end_init(&f.outcome);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(submit(&f, (struct connect_request){.path = "/x"}, PATIENCE_MS), ERR_OK);
    }
    service_end_init(&stuck);
    const struct connect_request request = {.path = "",
                                            .query = "",
                                            .deadline_ms = clock_monotonic_ms() + PATIENCE_MS,
                                            .done = service_end_take,
                                            .context = &stuck};
    assert_int_equal(connect_submit(good, &request), ERR_OK);
    service_end_await(&stuck, 1);
    assert_int_equal(stuck.e, ERR_OK);
    assert_int_equal(f.outcome.count, 0);
    g_free(stuck.body);
    connect_stop(f.connect);
    service_end_await(&f.outcome, 3);
    assert_int_equal(f.outcome.e, ERR_STOPPING);
    assert_int_equal(connect_submit(good, &request), ERR_STOPPING);
    connect_free(f.connect);
    service_stop(other);
    service_stop(f.service);
    g_free(f.outcome.body);
}

static void queue_is_bounded_and_waiting_ends_at_the_deadline(void **state)
{
    (void)state;
    struct fixture f =
        begin(answer_never, (struct provider_options){.in_flight_max = 1, .waiting_max = 3});
    service_end_init(&f.outcome);
    unsigned taken = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK) {
        e = submit(&f, (struct connect_request){.path = "/x"}, SHORT_MS);
        taken += e == ERR_OK;
    }
    assert_int_equal(e, ERR_BUSY);
    assert_in_range(taken, 3, 4);
    service_end_await(&f.outcome, taken);
    assert_int_equal(f.outcome.e, ERR_TIMEOUT);
    end(&f);
}

static void answer_long(struct service *s, int fd, const char *request)
{
    (void)s;
    char *body = g_strnfill(1000, 'x');
    bool is_announced = strstr(request, "announced") != NULL;
    static const char open_ended[] = "HTTP/1.1 200 OK\r\n\r\n";
    if (is_announced) {
        service_reply(fd, 200, body);
    } else {
        service_send(fd, open_ended, strlen(open_ended));
        service_send(fd, body, 1000);
    }
    g_free(body);
}

static void too_long_an_answer_is_cut(void **state)
{
    (void)state;
    struct fixture f = begin(answer_long, (struct provider_options){.answer_max = 999});
    ask(&f, PATIENCE_MS);
    assert_int_equal(f.outcome.e, ERR_TOO_LONG);
    assert_string_equal(f.outcome.body, "");
    assert_int_equal(submit(&f, (struct connect_request){.query = "announced"}, PATIENCE_MS),
                     ERR_OK);
    service_end_await(&f.outcome, 2);
    assert_int_equal(f.outcome.e, ERR_TOO_LONG);
    end(&f);
    f = begin(answer_long, (struct provider_options){.answer_max = 1000});
    ask(&f, PATIENCE_MS);
    assert_int_equal(f.outcome.e, ERR_OK);
    assert_int_equal(strlen(f.outcome.body), 1000);
    end(&f);
}

static void answer_headers(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    char *line = g_strnfill(30000, 'x');
    static const char begin_text[] = "HTTP/1.1 200 OK\r\n";
    service_send(fd, begin_text, strlen(begin_text));
    for (int i = 0; i < 4; i++) {
        service_send(fd, "A: ", 3);
        service_send(fd, line, 30000);
        service_send(fd, "\r\n", 2);
    }
    service_send(fd, "Content-Length: 0\r\n\r\n", 21);
    g_free(line);
}

static void too_many_headers_are_cut(void **state)
{
    (void)state;
    struct fixture f = begin(answer_headers, (struct provider_options){.answer_max = 0});
    ask(&f, PATIENCE_MS);
    assert_int_equal(f.outcome.e, ERR_TOO_LONG);
    end(&f);
}

static void answer_elsewhere(struct service *s, int fd, const char *request)
{
    (void)request;
    char *text = g_strdup_printf("HTTP/1.1 302 Found\r\nLocation: %s/other\r\n"
                                 "Content-Length: 0\r\n\r\n",
                                 s->url);
    service_send(fd, text, strlen(text));
    g_free(text);
}

static void redirect_is_not_followed(void **state)
{
    (void)state;
    struct fixture f = begin(answer_elsewhere, (struct provider_options){.answer_max = 0});
    ask(&f, PATIENCE_MS);
    assert_int_equal(f.outcome.e, ERR_OK);
    assert_int_equal(f.outcome.status, 302);
    assert_int_equal(atomic_load(&f.service->requests), 1);
    end(&f);
}

static void answer_half(struct service *s, int fd, const char *request)
{
    (void)s, (void)request;
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    service_send(fd, text, strlen(text));
}

static void cut_line_is_told(void **state)
{
    (void)state;
    struct fixture f = begin(answer_half, (struct provider_options){.answer_max = 0});
    ask(&f, PATIENCE_MS);
    assert_int_equal(f.outcome.e, ERR_IO);
    assert_string_equal(f.outcome.body, "");
    end(&f);
}

static void proxies_of_the_environment_are_not_asked(void **state)
{
    (void)state;
    struct service *proxy = service_start(answer_fine);
    assert_int_equal(setenv("http_proxy", proxy->url, 1), 0);
    assert_int_equal(setenv("ALL_PROXY", proxy->url, 1), 0);
    struct fixture f = begin(answer_fine, (struct provider_options){.answer_max = 0});
    ask(&f, PATIENCE_MS);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(unsetenv("ALL_PROXY"), 0);
    assert_int_equal(f.outcome.e, ERR_OK);
    assert_int_equal(atomic_load(&proxy->requests), 0);
    assert_int_equal(atomic_load(&f.service->requests), 1);
    end(&f);
    service_stop(proxy);
}

static void requests_keep_their_distance(void **state)
{
    (void)state;
    struct fixture f = begin(answer_fine, (struct provider_options){.interval_ms = 50});
    service_end_init(&f.outcome);
    int64_t began_ms = clock_monotonic_ms();
    for (int i = 0; i < 4; i++) {
        assert_int_equal(submit(&f, (struct connect_request){.path = "/x"}, PATIENCE_MS), ERR_OK);
    }
    service_end_await(&f.outcome, 4);
    assert_true(clock_monotonic_ms() - began_ms >= 150);
    end(&f);
}

/* Far more ask than may be sent: those whose turn does not come are no failures of the service. */
static void service_that_many_ask_does_not_fail(void **state)
{
    (void)state;
    enum { ASKED = 16 };
    struct fixture f = begin(answer_fine, (struct provider_options){.interval_ms = PATIENCE_MS});
    service_end_init(&f.outcome);
    for (int i = 0; i < ASKED; i++) {
        int64_t timeout_ms = i == 0 ? PATIENCE_MS : SHORT_MS;
        assert_int_equal(submit(&f, (struct connect_request){.path = "/x"}, timeout_ms), ERR_OK);
    }
    service_end_await(&f.outcome, ASKED);
    assert_int_equal(f.outcome.e, ERR_TIMEOUT);
    assert_int_equal(atomic_load(&f.service->requests), 1);
    assert_false(connect_is_failing(f.connect));
    struct json_out out = {0};
    connect_write(f.connect, &out);
    assert_non_null(g_strstr_len(out.at, (gssize)out.len,
                                 "\"requests\":1,\"answered\":1,\"failed\":0,\"timed_out\":0,"
                                 "\"refused\":15,"));
    assert_non_null(g_strstr_len(out.at, (gssize)out.len, "\"rests\":false"));
    json_free(&out);
    end(&f);
}

/* Its turn would come when nobody can answer in time any more. */
static void request_with_little_time_left_is_not_sent(void **state)
{
    (void)state;
    struct fixture f = begin(answer_fine, (struct provider_options){.interval_ms = 1800});
    service_end_init(&f.outcome);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(submit(&f, (struct connect_request){.path = "/x"}, 2000), ERR_OK);
    }
    service_end_await(&f.outcome, 2);
    assert_int_equal(f.outcome.e, ERR_TIMEOUT);
    assert_int_equal(atomic_load(&f.service->requests), 1);
    assert_false(connect_is_failing(f.connect));
    end(&f);
}

static void who_wants_to_be_named(void **state)
{
    (void)state;
    uint8_t room[64];
    struct writer w = writer_init(room, sizeof(room));
    struct fixture f = begin(answer_half, (struct provider_options){.answer_max = 0});
    connect_write_attributions(NULL, &w);
    connect_write_attributions(f.connect, &w);
    assert_int_equal(writer_bytes(&w).len, 0);
    provider_attribute(f.provider, bytes_of_text("Somebody"));
    connect_write_attributions(f.connect, &w);
    assert_true(bytes_eq(writer_bytes(&w), ", Somebody"));
    end(&f);
}

static void figures_tell_failures_and_the_rest(void **state)
{
    (void)state;
    struct fixture f = begin(answer_half, (struct provider_options){.answer_max = 0});
    assert_false(connect_is_failing(f.connect));
    for (int i = 0; i < 5; i++) {
        ask(&f, PATIENCE_MS);
        g_free(f.outcome.body);
    }
    assert_int_equal(submit(&f, (struct connect_request){.path = "/x"}, PATIENCE_MS), ERR_BUSY);
    struct json_out out = {0};
    connect_write(f.connect, &out);
    char *text = g_strndup(out.at, out.len);
    assert_string_equal(text,
                        "[{\"name\":\"service\",\"requests\":5,\"answered\":0,\"failed\":5,"
                        "\"timed_out\":0,\"refused\":1,\"in_flight\":0,\"waiting\":0,\"mean_ms\":0,"
                        "\"rests\":true,\"fault\":\"input or output failed\","
                        "\"attribution\":\"\"}]");
    g_free(text);
    json_free(&out);
    provider_judge(f.provider, NULL);
    assert_false(connect_is_failing(f.connect));
    provider_judge(f.provider, "no answer of a geocoder");
    assert_true(connect_is_failing(f.connect));
    f.outcome.body = NULL;
    end(&f);
}

/* ---- when to come again, and ticks ---- */

static void answer_too_many(struct service *s, int fd, const char *request)
{
    const char *const *retry_after = s->context;
    (void)request;
    char *text = g_strdup_printf("HTTP/1.1 429 Slow\r\n%s\r\nContent-Length: 0\r\n"
                                 "Connection: close\r\n\r\n",
                                 *retry_after);
    service_send(fd, text, strlen(text));
    g_free(text);
}

struct again {
    struct service_end end;
    atomic_uint retry_after_s;
};

static void take_again(void *context, const struct connect_answer *a)
{
    struct again *again = context;
    atomic_store(&again->retry_after_s, a->retry_after_s);
    service_end_take(&again->end, a);
}

static void an_answer_says_when_to_come_again(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        unsigned expected;
    } rows[] = {
        {"Retry-After: 7", 7},
        {"retry-after:\t120", 120},
        {"Retry-After: 99999999999999999999", 86400},
        {"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", 0},
        {"Retry-After: -1", 0},
        {"X-Retry-After: 7", 0},
    };
    struct fixture f = begin(answer_too_many, (struct provider_options){.answer_max = 0});
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct again again = {.retry_after_s = 1};
        service_end_init(&again.end);
        const char *header = rows[i].header;
        f.service->context = &header;
        const struct connect_request request = {.path = "/x",
                                                .query = "",
                                                .deadline_ms = clock_monotonic_ms() + PATIENCE_MS,
                                                .done = take_again,
                                                .context = &again};
        assert_int_equal(connect_submit(f.provider, &request), ERR_OK);
        service_end_await(&again.end, 1);
        assert_int_equal(again.end.status, 429);
        assert_int_equal(atomic_load(&again.retry_after_s), rows[i].expected);
        g_free(again.end.body);
    }
    end(&f);
}

struct ticks {
    struct service_end end; /* counts them */
    bool is_last;
};

static void tick(void *context, bool stopping)
{
    struct ticks *t = context;
    assert_false(t->is_last);
    t->is_last = stopping;
    service_end_take(&t->end, &(struct connect_answer){.e = ERR_OK});
}

static void who_wants_is_called_now_and_then(void **state)
{
    (void)state;
    struct fixture f = begin(answer_fine, (struct provider_options){.answer_max = 0});
    struct ticks t = {.is_last = false};
    service_end_init(&t.end);
    connect_every(f.connect, tick, &t);
    service_end_await(&t.end, 3); /* by itself */
    connect_wake(f.connect);
    service_end_await(&t.end, 4);
    connect_stop(f.connect);
    assert_true(t.is_last);
    g_free(t.end.body);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_is_sent_as_it_was_said),
        cmocka_unit_test(bad_requests_are_refused),
        cmocka_unit_test(slow_one_ends_at_the_deadline),
        cmocka_unit_test(slow_one_delays_no_other_provider),
        cmocka_unit_test(queue_is_bounded_and_waiting_ends_at_the_deadline),
        cmocka_unit_test(too_long_an_answer_is_cut),
        cmocka_unit_test(too_many_headers_are_cut),
        cmocka_unit_test(redirect_is_not_followed),
        cmocka_unit_test(cut_line_is_told),
        cmocka_unit_test(proxies_of_the_environment_are_not_asked),
        cmocka_unit_test(requests_keep_their_distance),
        cmocka_unit_test(request_with_little_time_left_is_not_sent),
        cmocka_unit_test(service_that_many_ask_does_not_fail),
        cmocka_unit_test(who_wants_to_be_named),
        cmocka_unit_test(figures_tell_failures_and_the_rest),
        cmocka_unit_test(an_answer_says_when_to_come_again),
        cmocka_unit_test(who_wants_is_called_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
