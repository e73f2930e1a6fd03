#ifndef API_TESTING_H
#define API_TESTING_H

/*
 * A whole platform in the process of a test: store, ingest and the API on a real socket, and a
 * small client. Included after cmocka.h, by tests alone.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/server.h"
#include "base/mem.h"
#include "base/vault_testing.h"
#include "gateway/gateway.h"

enum { ANSWER_MAX = 1 << 20, REQUEST_MAX = 1 << 16, TOKEN_SIZE = 33 };

struct platform {
    char *directory;
    struct counters counters;
    struct shard shard; /* the only one */
    struct shards shards;
    struct api_server *api;
    const struct site_files *site; /* NULL: it has no pages */
    char answer[ANSWER_MAX];       /* the last one, with its headers */
    char token[TOKEN_SIZE];        /* sent unless "" */
};

static inline void deliver_nothing(void *context, const struct verdict *verdicts, size_t count)
{
    (void)context, (void)verdicts, (void)count;
}

static inline void on_fatal(void *context, enum err e)
{
    (void)context;
    fail_msg("%s", err_text(e));
}

/*
 * Starts a shard, whose id and unknown trackers are set, in a directory of its own; answers that,
 * for shard_close(). The first one has the table of names, if p->shards has one. `gateway`: gets
 * its verdicts; NULL: nobody does.
 */
static inline char *shard_open(struct platform *p, struct shard *shard, struct gateway *gateway)
{
    char *directory = g_dir_make_tmp("api-XXXXXX", NULL);
    const struct store_options store = {.directory = directory, .cache_kib = 1024};
    shard->directory = directory_new();
    shard->vault = vault_testing();
    assert_int_equal(store_open(&store, &shard->store), ERR_OK);
    const struct ingest_options ingest = {
        .shard = shard->id,
        .store = shard->store,
        .directory = shard->directory,
        .unknown = shard->unknown,
        .unique = shard->id == 0 ? p->shards.unique : NULL,
        .counters = &p->counters,
        .vault = shard->vault,
        .queue_bytes = 1 << 22,
        .deliver = gateway != NULL ? gateway_deliver : deliver_nothing,
        .deliver_context = gateway,
        .order = gateway != NULL ? gateway_order : NULL,
        .order_context = gateway,
        .registered = gateway != NULL ? gateway_registered : NULL,
        .registered_context = gateway,
        .fatal = on_fatal,
    };
    assert_int_equal(ingest_start(&ingest, &shard->ingest), ERR_OK);
    return directory;
}

/* Once its ingest is stopped. */
static inline void shard_close(struct shard *shard, char *directory)
{
    store_close(shard->store);
    directory_free(shard->directory);
    vault_free(shard->vault);
    GDir *dir = g_dir_open(directory, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        char *path = g_build_filename(directory, name, NULL);
        (void)g_unlink(path);
        g_free(path);
    }
    g_dir_close(dir);
    (void)g_rmdir(directory);
    g_free(directory);
}

/* Starts the API over p->shards. */
static inline void api_open(struct platform *p)
{
    const struct api_options api = {
        .host = "127.0.0.1",
        .shards = &p->shards,
        .counters = &p->counters,
        .reports_directory = p->directory,
        .token_days = 180,
        .sms_per_day = 3,
        .http_threads = 2,
        .query_threads = 2,
        .connections_max = 1024,
        .trusted_proxy = "127.0.0.1",
        .cors_origins = "https://maps.example.com http://localhost:5173",
        .site = p->site,
        .frame_ancestors = "https://portal.example.com",
        .device_port = 9881,
    };
    assert_int_equal(api_server_start(&api, &p->api), ERR_OK);
}

static inline struct platform *platform_with(const struct site_files *site)
{
    struct platform *p = mem_new(sizeof(*p));
    p->site = site;
    p->shard.unknown = unknown_new();
    p->shard.traces = traces_new();
    p->shards = (struct shards){.at = &p->shard, .count = 1};
    p->directory = shard_open(p, &p->shard, NULL);
    assert_int_equal(api_make_root(p->shard.ingest, "root-password"), ERR_OK);
    assert_int_equal(api_make_root(p->shard.ingest, "other-password"), ERR_DUPLICATE);
    api_open(p);
    return p;
}

static inline struct platform *platform_new(void)
{
    return platform_with(NULL);
}

static inline void platform_free(struct platform *p)
{
    api_server_stop(p->api);
    ingest_stop(p->shard.ingest);
    api_server_free(p->api);
    shard_close(&p->shard, p->directory);
    unknown_free(p->shard.unknown);
    traces_free(p->shard.traces);
    free(p);
}

/* ---- a client ---- */

static inline int connect_to(const struct platform *p)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    const char *port = strrchr(api_server_address(p->api), ':') + 1;
    address.sin_port = htons((uint16_t)g_ascii_strtoull(port, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static inline void send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        assert_true(n > 0);
        data += n;
        len -= (size_t)n;
    }
}

/* Reads to the end of the connection; answers the HTTP status. */
static inline int read_answer(struct platform *p, int fd)
{
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && len + 1 < ANSWER_MAX) {
        n = recv(fd, p->answer + len, ANSWER_MAX - len - 1, 0);
        len += n > 0 ? (size_t)n : 0;
    }
    p->answer[len] = '\0';
    assert_int_equal(close(fd), 0);
    assert_true(g_str_has_prefix(p->answer, "HTTP/1.1 "));
    return (int)g_ascii_strtoll(p->answer + strlen("HTTP/1.1 "), NULL, 10);
}

static inline int request(struct platform *p, const char *verb, const char *path,
                          const char *headers, const char *body)
{
    char text[REQUEST_MAX];
    int fd = connect_to(p);
    int len = snprintf(text, sizeof(text),
                       "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s%s%s%s"
                       "Content-Length: %zu\r\n\r\n%s",
                       verb, path, p->token[0] == '\0' ? "" : "Authorization: ", p->token,
                       p->token[0] == '\0' ? "" : "\r\n", headers, strlen(body), body);
    assert_in_range(len, 1, sizeof(text) - 1);
    send_all(fd, text, (size_t)len);
    return read_answer(p, fd);
}

/* The body of a call that answers HTTP 200. */
static inline const char *call(struct platform *p, const char *method, const char *body)
{
    char path[128];
    assert_in_range(snprintf(path, sizeof(path), "/api/%s", method), 1, sizeof(path) - 1);
    assert_int_equal(request(p, "POST", path, "", body), 200);
    return strstr(p->answer, "\r\n\r\n") + 4;
}

static inline void expect(struct platform *p, const char *method, const char *body,
                          const char *answer)
{
    assert_string_equal(call(p, method, body), answer);
}

static inline void log_in(struct platform *p, const char *name, const char *password)
{
    static const char head[] = "{\"Code\":200,\"Data\":\"";
    char body[128];
    p->token[0] = '\0';
    assert_in_range(
        snprintf(body, sizeof(body), "{\"LoginName\":\"%s\",\"PassWord\":\"%s\"}", name, password),
        1, sizeof(body) - 1);
    const char *answer = call(p, "user/GetLoginToken", body);
    assert_true(g_str_has_prefix(answer, head));
    memcpy(p->token, answer + sizeof(head) - 1, TOKEN_SIZE - 1);
    p->token[TOKEN_SIZE - 1] = '\0';
}

static inline void make_fleet(struct platform *p)
{
    log_in(p, "root", "root-password");
    expect(p, "manage/AddEnterprise", "{\"HoldName\":\"One\",\"TimeZone\":\"Europe/Berlin\"}",
           "{\"Code\":200,\"Data\":{\"HoldID\":1},\"ErrMsg\":null}");
    expect(p, "manage/AddUser",
           "{\"HoldID\":1,\"LoginName\":\"Anna\",\"PassWord\":\"secret-1\",\"Role\":\"admin\"}",
           "{\"Code\":200,\"Data\":{\"UserID\":2},\"ErrMsg\":null}");
    log_in(p, "anna", "secret-1");
}

#define DONE     "{\"Code\":200,\"Data\":null,\"ErrMsg\":null}"
#define NO_TOKEN "{\"Code\":401,\"Data\":null,\"ErrMsg\":\"Token invalid\"}"

static inline int set_up(void **state)
{
    *state = platform_new();
    return 0;
}

static inline int tear_down(void **state)
{
    platform_free(*state);
    return 0;
}

#define SERVER_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
