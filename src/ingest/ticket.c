/*
 * A lock must not open behind the back of who asked: the caller who has gone, or was told that it
 * failed, must know that nothing is written any more; and where a byte may have left, that must be
 * told at once, even while the ingest thread hangs in a commit. So the gateway claims the ticket
 * right before it writes, and tells it itself.
 */
#include "ingest/ticket.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

struct ticket {
    pthread_mutex_t lock;
    unsigned holders;
    bool is_claimed;
    bool is_told;
    struct ticket_news news;
    void (*wake)(void *context); /* NULL: nobody waits */
    void *context;
    size_t len;
    uint8_t password[];
};

struct ticket *ticket_new(struct bytes password)
{
    struct ticket *t = mem_new(sizeof(*t) + password.len);
    check(pthread_mutex_init(&t->lock, NULL) == 0);
    t->holders = 1;
    t->len = password.len;
    if (password.len > 0) {
        memcpy(t->password, password.at, password.len);
    }
    return t;
}

struct ticket *ticket_hold(struct ticket *t)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    t->holders++;
    check(pthread_mutex_unlock(&t->lock) == 0);
    return t;
}

void ticket_release(struct ticket *t)
{
    if (t == NULL) {
        return;
    }
    check(pthread_mutex_lock(&t->lock) == 0);
    unsigned left = --t->holders;
    check(pthread_mutex_unlock(&t->lock) == 0);
    if (left == 0) {
        check(pthread_mutex_destroy(&t->lock) == 0);
        explicit_bzero(t->password, t->len);
        free(t);
    }
}

struct bytes ticket_password(const struct ticket *t)
{
    return (struct bytes){t->password, t->len};
}

bool ticket_claim(struct ticket *t)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    bool is_open = !t->is_told && !t->is_claimed;
    t->is_claimed = t->is_claimed || is_open;
    check(pthread_mutex_unlock(&t->lock) == 0);
    return is_open;
}

/* Under the lock, which it gives back: the waker may take the ticket. */
static void tell_and_unlock(struct ticket *t, const struct ticket_news *news)
{
    void (*wake)(void *context) = t->is_told ? NULL : t->wake;
    void *context = t->context;
    t->news = t->is_told ? t->news : *news;
    t->is_told = true;
    t->wake = NULL;
    check(pthread_mutex_unlock(&t->lock) == 0);
    if (wake != NULL) {
        wake(context);
    }
}

void ticket_tell(struct ticket *t, const struct ticket_news *news)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    tell_and_unlock(t, news);
}

void ticket_give_up(struct ticket *t, enum err why)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    if (t->is_claimed) {
        check(pthread_mutex_unlock(&t->lock) == 0);
        return;
    }
    tell_and_unlock(t, &(struct ticket_news){.e = why});
}

bool ticket_wait(struct ticket *t, void (*wake)(void *context), void *context)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    bool waits = !t->is_told;
    t->wake = waits ? wake : NULL;
    t->context = context;
    check(pthread_mutex_unlock(&t->lock) == 0);
    return waits;
}

bool ticket_news(struct ticket *t, struct ticket_news *out)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    bool is_told = t->is_told;
    *out = t->news;
    check(pthread_mutex_unlock(&t->lock) == 0);
    return is_told;
}
