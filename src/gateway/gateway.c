/*
 * The loop and its stages:
 *
 *     READING    listeners and links are read; verdicts are answered
 *     DRAINING   nothing is read any more; verdicts of what was pushed are still answered
 *     ENDING     what the kernel did not take gets flush_ms, then everything is closed
 *
 * Another thread asks for a stage and waits until the loop has reached it.
 */
#include "gateway/gateway.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/gateway_private.h"

/* ---- stages ---- */

static void reach(struct gateway *g, enum gateway_stage stage)
{
    pthread_mutex_lock(&g->stage_mutex);
    g->reached = stage;
    pthread_cond_broadcast(&g->stage_changed);
    pthread_mutex_unlock(&g->stage_mutex);
}

/* Stops every read; what was read already has been pushed or stays with its tracker. */
static void stop_reading(struct gateway *g)
{
    g->reading = false;
    guards_drop(g);
    orders_try_again(g);
    registrations_try_again(g);
    if (traces_run(shards_first(g->shards)->traces)) {
        traces_expire(shards_first(g->shards)->traces, clock_monotonic_ms());
    }
    listeners_stop(g);
    for (uint32_t i = 0; i < g->slot_count; i++) {
        struct link *link = g->slots[i].link;
        if (link != NULL && !link->is_udp) {
            tcp_stop_reading(link);
        }
    }
}

static bool has_unsent(const struct gateway *g)
{
    for (uint32_t i = 0; i < g->slot_count; i++) {
        const struct link *link = g->slots[i].link;
        if (link != NULL && !link->is_udp && link->unsent_bytes > 0) {
            return true;
        }
    }
    return listeners_have_unsent(g);
}

/* Closes everything, so that uv_run() comes back. */
static void close_loop(struct gateway *g)
{
    links_close_all(g);
    listeners_close(g);
    uv_close((uv_handle_t *)&g->wakeup, NULL);
    uv_close((uv_handle_t *)&g->timer, NULL);
}

/* Takes the loop one stage on where another thread asked for it. */
static void change_stage(struct gateway *g)
{
    pthread_mutex_lock(&g->stage_mutex);
    enum gateway_stage wanted = g->wanted;
    enum gateway_stage reached = g->reached;
    unsigned flush_ms = g->flush_ms;
    pthread_mutex_unlock(&g->stage_mutex);
    if (wanted >= GATEWAY_DRAINING && reached == GATEWAY_READING) {
        stop_reading(g);
        reach(g, GATEWAY_DRAINING);
    }
    if (wanted == GATEWAY_ENDING && g->flush_until_ms == 0) {
        g->flush_until_ms = (int64_t)uv_now(&g->loop) + flush_ms;
    }
}

static void end_when_flushed(struct gateway *g)
{
    bool ends = g->flush_until_ms != 0 && !uv_is_closing((uv_handle_t *)&g->timer);
    if (ends && (!has_unsent(g) || (int64_t)uv_now(&g->loop) >= g->flush_until_ms)) {
        close_loop(g);
    }
}

static void on_wakeup(uv_async_t *wakeup)
{
    struct gateway *g = wakeup->data;
    replies_deliver(g);
    change_stage(g);
    end_when_flushed(g);
}

static void on_tick(uv_timer_t *timer)
{
    struct gateway *g = timer->data;
    links_expire(g);
    guards_check(g);
    orders_try_again(g);
    if (g->reading) {
        awaits_expire(g);
    }
    replies_resume_waiters(g);
    end_when_flushed(g);
}

static void *run_loop(void *arg)
{
    struct gateway *g = arg;
    (void)uv_run(&g->loop, UV_RUN_DEFAULT);
    return NULL;
}

/* ---- opening ---- */

enum err gateway_new(const struct gateway_options *options, struct gateway **out)
{
    struct gateway *g = mem_new(sizeof(*g));
    g->options = *options;
    g->options.kept_bytes = options->kept_bytes > 0 ? options->kept_bytes : LONG_FRAMES_MAX_BYTES;
    g->options.resync_ms = options->resync_ms > 0 ? options->resync_ms : RESYNC_MS;
    g->bad_frames = bad_frames_new();
    memset(g->past_protocols, PROTOCOL_UNKNOWN, sizeof(g->past_protocols));
    g->counters = options->counters;
    g->first_free = UINT32_MAX;
    g->reading = true;
    check(pthread_mutex_init(&g->stage_mutex, NULL) == 0);
    check(pthread_cond_init(&g->stage_changed, NULL) == 0);
    check(pthread_mutex_init(&g->inbox.mutex, NULL) == 0);
    g_queue_init(&g->inbox.orders);
    g_queue_init(&g->inbox.registrations);
    g_queue_init(&g->registrations);
    g_queue_init(&g->guards);
    g_queue_init(&g->held_orders);
    g_queue_init(&g->doubts);
    g->udp_peers = udp_peers_new();
    g->owners = g_hash_table_new(g_direct_hash, g_direct_equal);
    check(uv_random(NULL, NULL, &g->secret, sizeof(g->secret), 0, NULL) == 0);
    check(uv_loop_init(&g->loop) == 0);
    check(uv_async_init(&g->loop, &g->wakeup, on_wakeup) == 0);
    g->wakeup.data = g;
    check(uv_timer_init(&g->loop, &g->timer) == 0);
    g->timer.data = g;
    enum err e = listeners_open(g);
    if (e != ERR_OK) {
        gateway_free(g, 0);
        return e;
    }
    *out = g;
    return ERR_OK;
}

const char *gateway_address(const struct gateway *g)
{
    return g->listeners[0].address;
}

void gateway_run(struct gateway *g, const struct shards *shards)
{
    g->shards = shards;
    g->waiters = mem_new_array(shards->count, sizeof(*g->waiters));
    check(uv_timer_start(&g->timer, on_tick, TICK_MS, TICK_MS) == 0);
    check(pthread_create(&g->thread, NULL, run_loop, g) == 0);
    g->running = true;
}

static void want(struct gateway *g, enum gateway_stage stage, unsigned flush_ms)
{
    pthread_mutex_lock(&g->stage_mutex);
    g->wanted = stage;
    g->flush_ms = flush_ms;
    pthread_mutex_unlock(&g->stage_mutex);
    (void)uv_async_send(&g->wakeup);
}

void gateway_stop_reading(struct gateway *g)
{
    if (!g->running) {
        return;
    }
    want(g, GATEWAY_DRAINING, 0);
    pthread_mutex_lock(&g->stage_mutex);
    while (g->reached < GATEWAY_DRAINING) {
        pthread_cond_wait(&g->stage_changed, &g->stage_mutex);
    }
    pthread_mutex_unlock(&g->stage_mutex);
}

void gateway_free(struct gateway *g, unsigned flush_ms)
{
    if (g->running) {
        want(g, GATEWAY_ENDING, flush_ms);
        check(pthread_join(g->thread, NULL) == 0);
    } else {
        close_loop(g);
        (void)uv_run(&g->loop, UV_RUN_DEFAULT);
    }
    check(uv_loop_close(&g->loop) == 0);
    g_hash_table_destroy(g->udp_peers);
    g_hash_table_destroy(g->owners);
    bad_frames_free(g->bad_frames);
    arena_free(&g->arena);
    (void)pthread_mutex_destroy(&g->stage_mutex);
    (void)pthread_cond_destroy(&g->stage_changed);
    (void)pthread_mutex_destroy(&g->inbox.mutex);
    g_queue_clear_full(&g->inbox.orders, order_free);
    g_queue_clear_full(&g->inbox.registrations, free);
    g_queue_clear_full(&g->registrations, free);
    g_queue_clear_full(&g->doubts, free);
    g_queue_clear_full(&g->held_orders, order_free);
    free(g->listeners);
    free(g->inbox.at);
    free(g->batch);
    free(g->waiters);
    free(g->slots);
    free(g);
}
