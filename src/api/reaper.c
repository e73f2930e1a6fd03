/*
 * Once a second: connections past their deadline are ended, and memory is given back to the system
 * after a flood, when what is in use has fallen far (the ebb).
 */
#include "api/reaper.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"

enum {
    CONNECTION_BYTES = 32768, /* about what one takes: its buffer, its call, its first body */
    PAUSE_S = 1,
};

struct reaper {
    struct connections *connections;
    struct counters *counters;
    struct ebb ebb;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
};

bool ebb_is_low(struct ebb *e, uint64_t bytes, int64_t now_monotonic_ms)
{
    if (bytes > e->high_bytes) {
        e->high_bytes = bytes;
    }
    bool is_low = bytes <= e->high_bytes / 2 && e->high_bytes - bytes >= EBB_BYTES;
    if (!is_low || now_monotonic_ms - e->last_ms < EBB_PAUSE_MS) {
        return false;
    }
    *e = (struct ebb){.high_bytes = bytes, .last_ms = now_monotonic_ms};
    return true;
}

static void look_around(struct reaper *r)
{
    int64_t now_ms = clock_monotonic_ms();
    uint64_t bytes = counter_get(r->counters, http_connections) * CONNECTION_BYTES +
                     counter_get(r->counters, body_bytes);
    connections_reap(r->connections, now_ms);
    if (ebb_is_low(&r->ebb, bytes, now_ms)) {
        mem_give_back();
    }
}

/* Sleeps for a second, or until the end; answers whether it goes on. */
static bool wait(struct reaper *r)
{
    struct timespec end;
    int waited = 0;
    check(clock_gettime(CLOCK_MONOTONIC, &end) == 0);
    end.tv_sec += PAUSE_S;
    check(pthread_mutex_lock(&r->lock) == 0);
    while (!r->stopping && waited == 0) {
        waited = pthread_cond_timedwait(&r->stop, &r->lock, &end);
    }
    bool goes_on = !r->stopping;
    check(pthread_mutex_unlock(&r->lock) == 0);
    return goes_on;
}

static void *run(void *arg)
{
    struct reaper *r = arg;
    while (wait(r)) {
        look_around(r);
    }
    return NULL;
}

struct reaper *reaper_start(struct connections *connections, struct counters *counters)
{
    struct reaper *r = mem_new(sizeof(*r));
    pthread_condattr_t attributes;
    r->connections = connections;
    r->counters = counters;
    r->ebb.last_ms = clock_monotonic_ms();
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&r->stop, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    check(pthread_mutex_init(&r->lock, NULL) == 0);
    check(pthread_create(&r->thread, NULL, run, r) == 0);
    return r;
}

void reaper_stop(struct reaper *r)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    r->stopping = true;
    check(pthread_cond_signal(&r->stop) == 0);
    check(pthread_mutex_unlock(&r->lock) == 0);
    check(pthread_join(r->thread, NULL) == 0);
    check(pthread_cond_destroy(&r->stop) == 0);
    check(pthread_mutex_destroy(&r->lock) == 0);
    free(r);
}
