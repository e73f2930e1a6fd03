/*
 * The thread that calls others.
 *
 *     connect_submit ──► waiting, a queue a provider ──► running, in libcurl's multi handle ──►
 * done any thread      │ as many at a time, and as fast    │ │ one after the other, as it takes  │
 *                        └── deadline, stop ─────────────────┴───────────────────────────────► done
 *
 * `done` is called without the lock, so that it may submit the next request.
 */
#include "connect/connect.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "connect/private.h"

enum { POLL_MAX_MS = 60000, IDLE_CONNECTIONS = 16 };

static void lock(struct connect *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
}

static void unlock(struct connect *c)
{
    check(pthread_mutex_unlock(&c->lock) == 0);
}

/* ---- the end of a request ---- */

static void note(struct transfer *t, const struct connect_answer *a)
{
    struct provider *p = t->provider;
    int64_t now_ms = clock_monotonic_ms();
    lock(p->connect);
    if (a->e == ERR_OK) {
        p->figures.answered++;
        p->figures.answer_ms += (uint64_t)(now_ms - t->began_ms);
    }
    p->figures.timed_out += a->e == ERR_TIMEOUT;
    if (a->e != ERR_OK && a->e != ERR_STOPPING) {
        provider_note(p, a->fault != NULL ? a->fault : err_text(a->e), now_ms);
    }
    unlock(p->connect);
}

void transfer_finish_late(struct transfer *t)
{
    lock(t->provider->connect);
    t->provider->figures.refused++;
    unlock(t->provider->connect);
    t->done(t->context, &(struct connect_answer){.e = ERR_TIMEOUT});
    transfer_free(t);
}

void transfer_finish(struct transfer *t, const struct connect_answer *a)
{
    note(t, a);
    t->done(t->context, a);
    transfer_free(t);
}

static void finish_running(struct connect *c, struct transfer *t, const struct connect_answer *a)
{
    g_queue_unlink(&c->running, &t->link);
    check(curl_multi_remove_handle(c->multi, t->easy) == CURLM_OK);
    lock(c);
    t->provider->in_flight--;
    unlock(c);
    transfer_finish(t, a);
}

static void finish_all_done(struct connect *c)
{
    int left = 0;
    for (CURLMsg *m = curl_multi_info_read(c->multi, &left); m != NULL;
         m = curl_multi_info_read(c->multi, &left)) {
        struct transfer *t = NULL;
        check(m->msg == CURLMSG_DONE);
        check(curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t) == CURLE_OK);
        struct connect_answer a = transfer_answer(t, m->data.result);
        finish_running(c, t, &a);
    }
}

/* ---- the beginning ---- */

static void begin(struct connect *c, struct transfer *t, int64_t now_ms)
{
    bool runs = transfer_prepare(t, now_ms) && curl_multi_add_handle(c->multi, t->easy) == CURLM_OK;
    if (runs) {
        g_queue_push_tail_link(&c->running, &t->link);
        return;
    }
    lock(c);
    t->provider->in_flight--;
    unlock(c);
    transfer_finish(t, &(struct connect_answer){.e = ERR_IO});
}

/* Under the lock: the first that waits, where it may begin now; NULL: none. */
static struct transfer *take_ready(struct provider *p, int64_t now_ms)
{
    if (p->in_flight >= p->in_flight_max || now_ms < p->next_ms) {
        return NULL;
    }
    GList *first = g_queue_pop_head_link(&p->waiting);
    if (first == NULL) {
        return NULL;
    }
    p->in_flight++;
    p->figures.requests++;
    p->next_ms = now_ms + p->interval_ms;
    return first->data;
}

/* Under the lock: one that it is too late to begin; NULL: none. */
static struct transfer *take_late(struct provider *p, int64_t now_ms)
{
    for (GList *l = p->waiting.head; l != NULL; l = l->next) {
        struct transfer *t = l->data;
        if (t->begin_by_ms <= now_ms) {
            g_queue_unlink(&p->waiting, l);
            return t;
        }
    }
    return NULL;
}

/* Has the requests of a provider begin, or end, that it is time for; not of one apart. */
static void serve(struct connect *c, struct provider *p, int64_t now_ms)
{
    while (!p->is_apart) {
        lock(c);
        struct transfer *late = take_late(p, now_ms);
        struct transfer *ready = late == NULL ? take_ready(p, now_ms) : NULL;
        unlock(c);
        if (late != NULL) {
            transfer_finish_late(late);
        } else if (ready != NULL) {
            begin(c, ready, now_ms);
        } else {
            return;
        }
    }
}

/* Under the lock: when the provider has to be looked at next. */
static int64_t next_look_ms(const struct provider *p)
{
    int64_t next_ms = INT64_MAX;
    bool has_room = p->in_flight < p->in_flight_max;
    if (p->waiting.length > 0 && has_room) {
        next_ms = p->next_ms;
    }
    for (const GList *l = p->waiting.head; l != NULL; l = l->next) {
        const struct transfer *t = l->data;
        next_ms = t->begin_by_ms < next_ms ? t->begin_by_ms : next_ms;
    }
    return next_ms;
}

static int poll_ms(struct connect *c)
{
    int64_t now_ms = clock_monotonic_ms();
    lock(c);
    int64_t wait_ms = c->tick == NULL ? POLL_MAX_MS : CONNECT_TICK_MS;
    for (size_t i = 0; i < c->provider_count; i++) {
        int64_t next_ms = c->providers[i]->is_apart ? INT64_MAX : next_look_ms(c->providers[i]);
        wait_ms = next_ms - now_ms < wait_ms ? next_ms - now_ms : wait_ms;
    }
    unlock(c);
    return wait_ms < 0 ? 0 : (int)wait_ms;
}

/* ---- the thread ---- */

static bool is_stopping(struct connect *c)
{
    lock(c);
    bool stopping = c->stopping;
    unlock(c);
    return stopping;
}

static size_t providers_of(struct connect *c)
{
    lock(c);
    size_t count = c->provider_count;
    unlock(c);
    return count;
}

static struct transfer *take_any(struct provider *p)
{
    lock(p->connect);
    GList *first = g_queue_pop_head_link(&p->waiting);
    unlock(p->connect);
    return first == NULL ? NULL : first->data;
}

static void end_all(struct connect *c)
{
    const struct connect_answer stopping = {.e = ERR_STOPPING};
    while (c->running.head != NULL) {
        finish_running(c, c->running.head->data, &stopping);
    }
    for (size_t i = 0; i < c->provider_count; i++) {
        struct transfer *t = take_any(c->providers[i]);
        while (t != NULL) {
            transfer_finish(t, &stopping);
            t = take_any(c->providers[i]);
        }
    }
}

static void tick(struct connect *c, bool stopping)
{
    lock(c);
    connect_tick *function = c->tick;
    void *context = c->tick_context;
    unlock(c);
    if (function != NULL) {
        function(context, stopping);
    }
}

static void *run(void *arg)
{
    struct connect *c = arg;
    while (!is_stopping(c)) {
        int running = 0;
        tick(c, false);
        int64_t now_ms = clock_monotonic_ms();
        for (size_t i = 0; i < providers_of(c); i++) {
            serve(c, c->providers[i], now_ms);
        }
        check(curl_multi_perform(c->multi, &running) == CURLM_OK);
        finish_all_done(c);
        check(curl_multi_poll(c->multi, NULL, 0, poll_ms(c), NULL) == CURLM_OK);
    }
    end_all(c);
    tick(c, true);
    return NULL;
}

/* ---- from outside ---- */

enum err connect_start(struct connect **out)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return ERR_UNSUPPORTED;
    }
    struct connect *c = mem_new(sizeof(*c));
    c->multi = curl_multi_init();
    check(c->multi != NULL);
    check(curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS) == CURLM_OK);
    check(pthread_mutex_init(&c->lock, NULL) == 0);
    check(pthread_create(&c->thread, NULL, run, c) == 0);
    *out = c;
    return ERR_OK;
}

void connect_every(struct connect *c, connect_tick *every, void *context)
{
    lock(c);
    check(c->tick == NULL);
    c->tick = every;
    c->tick_context = context;
    unlock(c);
    connect_wake(c);
}

void connect_wake(struct connect *c)
{
    check(curl_multi_wakeup(c->multi) == CURLM_OK);
}

enum err connect_add(struct connect *c, const struct provider_options *options,
                     struct provider **out)
{
    if (!options->is_mail && provider_url_fault(options->url) != NULL) {
        return ERR_INVALID;
    }
    if (providers_of(c) == CONNECT_PROVIDERS_MAX) {
        return ERR_FULL;
    }
    struct provider *p = mem_new(sizeof(*p));
    *p = (struct provider){
        .connect = c,
        .name = mem_copy_text(options->name),
        .target = target_of(options->url),
        .waiting_max = options->waiting_max,
        .in_flight_max = options->in_flight_max,
        .interval_ms = options->interval_ms,
        .answer_max = options->answer_max == 0 ? CONNECT_ANSWER_MAX : options->answer_max,
    };
    p->is_apart = options->is_mail;
    if (p->is_apart) {
        provider_begin_apart(p);
    }
    lock(c);
    c->providers[c->provider_count++] = p;
    unlock(c);
    *out = p;
    return ERR_OK;
}

/* Under the lock. */
static enum err enter(struct provider *p, struct transfer *t)
{
    if (p->connect->stopping) {
        return ERR_STOPPING;
    }
    if (p->waiting.length >= p->waiting_max || provider_rests(p, clock_monotonic_ms())) {
        p->figures.refused++;
        return ERR_BUSY;
    }
    g_queue_push_tail_link(&p->waiting, &t->link);
    return ERR_OK;
}

enum err connect_enter(struct transfer *t)
{
    struct provider *p = t->provider;
    lock(p->connect);
    enum err e = enter(p, t);
    unlock(p->connect);
    if (e != ERR_OK) {
        transfer_free(t);
        return e;
    }
    if (p->is_apart) {
        check(pthread_cond_signal(&p->arrived) == 0);
    } else {
        connect_wake(p->connect);
    }
    return ERR_OK;
}

enum err connect_submit(struct provider *p, const struct connect_request *request)
{
    struct transfer *t = NULL;
    enum err e = transfer_new(p, request, &t);
    return e != ERR_OK ? e : connect_enter(t);
}

void provider_judge(struct provider *p, const char *why)
{
    lock(p->connect);
    provider_note(p, why, clock_monotonic_ms());
    unlock(p->connect);
}

bool connect_rests(const struct provider *p)
{
    lock(p->connect);
    bool rests = provider_rests(p, clock_monotonic_ms());
    unlock(p->connect);
    return rests;
}

void provider_attribute(struct provider *p, struct bytes text)
{
    if (text.len == 0 || text.len >= ATTRIBUTION_SIZE) { /* half of it would name nobody */
        return;
    }
    lock(p->connect);
    bytes_to_text(text, p->attribution, sizeof(p->attribution));
    unlock(p->connect);
}

bool connect_is_failing(struct connect *c)
{
    bool is = false;
    for (size_t i = 0; c != NULL && i < providers_of(c); i++) {
        lock(c);
        is = is || c->providers[i]->figures.fault != NULL;
        unlock(c);
    }
    return is;
}

void connect_write(struct connect *c, struct json_out *out)
{
    json_array_begin(out);
    for (size_t i = 0; c != NULL && i < providers_of(c); i++) {
        lock(c);
        provider_write(c->providers[i], out);
        unlock(c);
    }
    json_array_end(out);
}

void connect_write_attributions(struct connect *c, struct writer *w)
{
    for (size_t i = 0; c != NULL && i < providers_of(c); i++) {
        lock(c);
        const char *text = c->providers[i]->attribution;
        if (text[0] != '\0') {
            write_text(w, ", ");
            write_text(w, text);
        }
        unlock(c);
    }
}

void connect_stop(struct connect *c)
{
    lock(c);
    bool is_stopped = c->stopping;
    c->stopping = true;
    unlock(c);
    if (is_stopped) {
        return;
    }
    connect_wake(c);
    for (size_t i = 0; i < providers_of(c); i++) {
        if (c->providers[i]->is_apart) {
            provider_end_apart(c->providers[i]);
        }
    }
    check(pthread_join(c->thread, NULL) == 0);
}

void connect_free(struct connect *c)
{
    for (size_t i = 0; i < c->provider_count; i++) {
        free(c->providers[i]->name);
        target_clear(&c->providers[i]->target);
        free(c->providers[i]);
    }
    check(curl_multi_cleanup(c->multi) == CURLM_OK);
    check(pthread_mutex_destroy(&c->lock) == 0);
    free(c);
    curl_global_cleanup();
}
