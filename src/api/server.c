/*
 * Starting and stopping the HTTP side: libmicrohttpd with its threads, the pools, the reaper. It is
 * stopped in an order in which nobody is left waiting for somebody who is gone.
 */
#include "api/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/downloads.h"
#include "api/exchange.h"
#include "api/live_hub.h"
#include "api/live_snapshot.h"
#include "api/map_files.h"
#include "api/pages.h"
#include "api/reports.h"
#include "api/request_ids.h"
#include "api/schedules.h"
#include "api/share_guard.h"
#include "api/throttle.h"
#include "api/turns.h"
#include "api/zones.h"
#include "base/address.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    QUEUE_ITEMS = 1024,
    LOGIN_ITEMS = 256,        /* in each lane */
    IDLE_TIMEOUT_S = 60,      /* without any byte; deadlines of our own: connections.h */
    CONNECTION_BYTES = 16384, /* of a request's headers; the library clears it for each request */
    BACKLOG = 511,
    LINGER_S = 3, /* for answers under way when the server stops */
};

static struct MHD_Daemon *start_daemon(struct api_server *s, const struct api_options *o,
                                       struct sockaddr_storage *address)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    if (address->ss_family == AF_INET6) {
        flags |= MHD_USE_IPv6;
    }
    return MHD_start_daemon(
        flags, o->port, exchange_admit, s, exchange_access, s, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)address, MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, exchange_connection, s, MHD_OPTION_THREAD_POOL_SIZE,
        o->http_threads > 1 ? o->http_threads : 0U, MHD_OPTION_CONNECTION_LIMIT, o->connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_LISTEN_BACKLOG_SIZE,
        (unsigned)BACKLOG, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_END);
}

static enum err listen_on(struct api_server *s, const struct api_options *o)
{
    struct sockaddr_storage address;
    socklen_t len;
    if (!address_to_socket(o->host, o->port, &address, &len)) {
        log_line(LOG_ERROR, "http_address_invalid", "host=\"%s\"", o->host);
        return ERR_INVALID;
    }
    s->daemon = start_daemon(s, o, &address);
    if (s->daemon == NULL) {
        log_line(LOG_ERROR, "http_listen_failed", "address=%s:%u why=\"%s\"", o->host, o->port,
                 strerror(errno));
        return ERR_IO;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    (void)snprintf(s->address, sizeof(s->address),
                   address.ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", o->host,
                   (unsigned)info->port);
    return ERR_OK;
}

/* No enterprise keeps all of the threads: there is one more than each may have. */
static struct work_pool *start_pool(size_t threads)
{
    return work_start(&(struct work_options){
        .run = turns_work,
        .threads = threads + 1,
        .fair = {.group_running = threads, .capacity = QUEUE_ITEMS, .shares = {1}}});
}

/* Hashing waits behind logins, but not for ever behind those of somebody who does nothing else. */
static struct work_pool *start_passwords(void)
{
    return work_start(&(struct work_options){
        .run = turns_work,
        .threads = 1,
        .fair = {.group_running = 1,
                 .capacity = LOGIN_ITEMS,
                 .shares = {[LANE_KNOWN] = 4, [LANE_NEW] = 4, [LANE_MANAGEMENT] = 1}}});
}

static struct api_server *server_new(const struct api_options *o)
{
    struct api_server *s = mem_new(sizeof(*s));
    s->api = (struct api){
        .shards = o->shards,
        .counters = o->counters,
        .zones = zones_new(),
        .throttle = throttle_new(),
        .request_ids = request_ids_new(),
        .share_guard = share_guard_new(),
        .downloads = downloads_new(),
        .connect = o->connect,
        .matcher = o->matcher,
        .geocoder = o->geocoder,
        .sims = o->sims,
        .snapshots = live_snapshots_new(),
        .token_days = o->token_days,
        .service_warning_days = o->service_warning_days,
        .sms_per_day = o->sms_per_day,
        .gazetteer_language = o->gazetteer_language,
        .place_names = o->place_names,
        .map = o->map,
        .is_demo = o->demo,
        .started_monotonic_ms = clock_monotonic_ms(),
    };
    randombytes_buf(&s->api.boot, sizeof(s->api.boot));
    pthread_condattr_t attributes;
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&s->idle, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    check(pthread_mutex_init(&s->idle_lock, NULL) == 0);
    s->streams = slots_new();
    s->trusted_proxy = mem_copy_text(o->trusted_proxy == NULL ? "" : o->trusted_proxy);
    s->connections = connections_new(&(struct connections_options){
        .places = o->connections_max,
        .per_address = o->connections_per_address,
        .proxy = s->trusted_proxy,
        .counters = o->counters,
    });
    s->bodies = bodies_new(BODIES_BYTES, o->counters);
    s->cors_origins = mem_copy_text(o->cors_origins == NULL ? "" : o->cors_origins);
    char *map_origins = map_source_origins(&o->map);
    s->site = site_new(&(struct site_options){
        .files = o->site,
        .map_origins = map_origins,
        .frame_ancestors = o->frame_ancestors,
        .device_port = o->device_port,
        .demo = o->demo,
    });
    free(map_origins);
    s->map_styles = map_styles_new(o->map.raster);
    openapi_write(&s->openapi);
    s->openapi_gzip = answer_squeezed(json_text(&s->openapi), &s->openapi_gzip_len);
    return s;
}

void api_server_free(struct api_server *s)
{
    if (s->routes != NULL) {
        routes_free(s->routes);
    }
    if (s->hub != NULL) {
        live_hub_free(s->hub);
    }
    if (s->api.schedules != NULL) {
        schedules_free(s->api.schedules);
    }
    reports_free(s->api.reports);
    zones_free(s->api.zones);
    throttle_free(s->api.throttle);
    request_ids_free(s->api.request_ids);
    share_guard_free(s->api.share_guard);
    downloads_free(s->api.downloads);
    live_snapshots_free(s->api.snapshots);
    slots_free(s->streams);
    connections_free(s->connections);
    bodies_free(s->bodies);
    site_free(s->site);
    map_styles_free(s->map_styles);
    json_free(&s->openapi);
    free(s->openapi_gzip);
    check(pthread_cond_destroy(&s->idle) == 0);
    check(pthread_mutex_destroy(&s->idle_lock) == 0);
    free(s->trusted_proxy);
    free(s->cors_origins);
    free(s);
}

static void stop_pools(struct api_server *s)
{
    work_stop(s->queries);
    work_stop(s->passwords);
}

static void free_pools(struct api_server *s)
{
    work_free(s->queries);
    work_free(s->passwords);
}

static void start_schedules(struct api_server *s, const struct api_options *options)
{
    if (s->api.reports != NULL) {
        s->api.schedules = schedules_start(&(struct schedules_options){
            .shards = options->shards,
            .zones = s->api.zones,
            .mailer = options->mailer,
            .reports = s->api.reports,
            .language = s->api.gazetteer_language,
        });
    }
}

static void stop_schedules(struct api_server *s)
{
    if (s->api.schedules != NULL) {
        schedules_stop(s->api.schedules);
    }
}

enum err api_server_start(const struct api_options *options, struct api_server **out)
{
    struct api_server *s = server_new(options);
    enum err e = routes_new(options->aliases, options->alias_count, &s->routes);
    if (e != ERR_OK) {
        api_server_free(s);
        return e;
    }
    s->queries = start_pool(options->query_threads);
    s->passwords = start_passwords();
    if (options->reports_directory != NULL) {
        s->api.reports = reports_start(&s->api, options->reports_directory);
    }
    start_schedules(s, options);
    s->hub =
        live_hub_start(&(struct live_options){.api = &s->api,
                                              .places = options->connections_max / 2,
                                              .per_address = options->connections_per_address});
    e = listen_on(s, options);
    if (e != ERR_OK) {
        live_hub_stop(s->hub);
        stop_schedules(s);
        reports_stop(s->api.reports);
        stop_pools(s);
        free_pools(s);
        api_server_free(s);
        return e;
    }
    s->reaper = reaper_start(s->connections, options->counters);
    *out = s;
    return ERR_OK;
}

const char *api_server_address(const struct api_server *s)
{
    return s->address;
}

void api_server_drain(struct api_server *s)
{
    atomic_store(&s->draining, true);
}

/* Waits until no request is under way, at most `seconds`. */
static void wait_idle(struct api_server *s, time_t seconds)
{
    struct timespec end;
    check(clock_gettime(CLOCK_MONOTONIC, &end) == 0);
    end.tv_sec += seconds;
    int waited = 0;
    check(pthread_mutex_lock(&s->idle_lock) == 0);
    while (atomic_load(&s->active) > 0 && waited == 0) {
        waited = pthread_cond_timedwait(&s->idle, &s->idle_lock, &end);
    }
    check(pthread_mutex_unlock(&s->idle_lock) == 0);
}

void api_server_stop(struct api_server *s)
{
    api_server_drain(s);
    live_hub_stop(s->hub);
    wait_idle(s, LINGER_S);
    if (s->api.schedules != NULL) {
        schedules_quit(s->api.schedules);
    }
    if (s->api.connect != NULL) {
        connect_stop(s->api.connect); /* wakes all that wait for it, ... */
        wait_idle(s, 1);              /* ... and they end without it */
    }
    stop_schedules(s);
    reports_stop(s->api.reports);
    for (size_t i = 0; i < s->api.shards->count; i++) {
        ingest_end_jobs(s->api.shards->at[i].ingest); /* resumes all, as the daemon wants it */
    }
    stop_pools(s);
    wait_idle(s, 1);
    reaper_stop(s->reaper);
    connections_break_streams(s->connections); /* what nobody took in time looks whole to nobody */
    MHD_stop_daemon(s->daemon);
    free_pools(s);
}
