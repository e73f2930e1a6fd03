/*
 * A provider with a thread of its own, because libcurl gives the thread of the others back only
 * when its server has answered: that of mail waits so for the reply to each message, and to QUIT.
 * Its requests are done one after the other; a stop or the deadline breaks off what is under way.
 */
#include "base/check.h"
#include "base/clock.h"
#include "connect/private.h"

static void lock(struct connect *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
}

static void unlock(struct connect *c)
{
    check(pthread_mutex_unlock(&c->lock) == 0);
}

/* The next one to do, taken; NULL: connect stops, and ends what waits. */
static struct transfer *await(struct provider *p)
{
    struct connect *c = p->connect;
    lock(c);
    while (p->waiting.length == 0 && !c->stopping) {
        check(pthread_cond_wait(&p->arrived, &c->lock) == 0);
    }
    struct transfer *t = c->stopping ? NULL : g_queue_pop_head_link(&p->waiting)->data;
    if (t != NULL) {
        p->in_flight++;
    }
    unlock(c);
    return t;
}

/* The signature is libcurl's; anything but 0 breaks the transfer off. */
static int goes_on(void *context, curl_off_t down, curl_off_t down_now, curl_off_t up,
                   curl_off_t up_now)
{
    const struct transfer *t = context;
    struct connect *c = t->provider->connect;
    (void)down, (void)down_now, (void)up, (void)up_now;
    lock(c);
    bool stopping = c->stopping;
    unlock(c);
    return stopping || clock_monotonic_ms() > t->deadline_ms ? 1 : 0;
}

static bool watch(struct transfer *t)
{
    return curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, goes_on) == CURLE_OK &&
           curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t) == CURLE_OK;
}

static void leave(struct provider *p)
{
    lock(p->connect);
    p->in_flight--;
    unlock(p->connect);
}

static void perform(struct transfer *t)
{
    struct provider *p = t->provider;
    int64_t now_ms = clock_monotonic_ms();
    if (t->begin_by_ms <= now_ms) {
        leave(p);
        transfer_finish_late(t);
        return;
    }
    lock(p->connect);
    p->figures.requests++;
    unlock(p->connect);
    bool runs = transfer_prepare(t, now_ms) && watch(t);
    struct connect_answer a = runs ? transfer_answer(t, curl_easy_perform(t->easy))
                                   : (struct connect_answer){.e = ERR_IO};
    leave(p);
    transfer_finish(t, &a);
}

static void *run(void *arg)
{
    struct provider *p = arg;
    for (struct transfer *t = await(p); t != NULL; t = await(p)) {
        perform(t);
    }
    return NULL;
}

void provider_begin_apart(struct provider *p)
{
    check(pthread_cond_init(&p->arrived, NULL) == 0);
    check(pthread_create(&p->thread, NULL, run, p) == 0);
}

void provider_end_apart(struct provider *p)
{
    check(pthread_cond_signal(&p->arrived) == 0);
    check(pthread_join(p->thread, NULL) == 0);
    check(pthread_cond_destroy(&p->arrived) == 0);
}
