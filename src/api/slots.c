/*
 * A fixed number of places, and how many of them each group holds. A taken place is its group's
 * number in an array; places are few, so counting walks it.
 */
#include "api/slots.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

struct slots {
    pthread_mutex_t lock;
    size_t taken;
    int64_t groups[SLOTS_MAX]; /* of the taken ones, in any order */
};

struct slots *slots_new(void)
{
    struct slots *s = mem_new(sizeof(*s));
    check(pthread_mutex_init(&s->lock, NULL) == 0);
    return s;
}

void slots_free(struct slots *s)
{
    check(s->taken == 0);
    check(pthread_mutex_destroy(&s->lock) == 0);
    free(s);
}

bool slots_take(struct slots *s, int64_t group)
{
    check(pthread_mutex_lock(&s->lock) == 0);
    size_t own = 0;
    for (size_t i = 0; i < s->taken; i++) {
        own += s->groups[i] == group;
    }
    bool may = own < SLOTS_MAX - s->taken;
    if (may) {
        s->groups[s->taken++] = group;
    }
    check(pthread_mutex_unlock(&s->lock) == 0);
    return may;
}

size_t slots_taken(struct slots *s)
{
    check(pthread_mutex_lock(&s->lock) == 0);
    size_t taken = s->taken;
    check(pthread_mutex_unlock(&s->lock) == 0);
    return taken;
}

void slots_give(struct slots *s, int64_t group)
{
    check(pthread_mutex_lock(&s->lock) == 0);
    size_t at = 0;
    while (at < s->taken && s->groups[at] != group) {
        at++;
    }
    check(at < s->taken);
    s->groups[at] = s->groups[--s->taken];
    check(pthread_mutex_unlock(&s->lock) == 0);
}
