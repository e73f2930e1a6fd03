/*
 * A histogram of latencies in fixed memory. Its buckets, by the latency in microseconds:
 *
 *     0 1 2 ... 63   64 66 ... 126   128 132 ... 252   256 ...
 *     one each       steps of 2      steps of 4        and so on, 32 steps for each doubling
 */
#include "simulate/stats.h"

#include <stdlib.h>

#include "base/mem.h"

enum { LINEAR = 64, STEPS = 32, DOUBLINGS = 27, BUCKETS = LINEAR + STEPS * DOUBLINGS };

static size_t bucket_of(uint64_t us)
{
    size_t doubling = 0;
    while (us >= LINEAR && doubling < DOUBLINGS) {
        us >>= 1;
        doubling++;
    }
    if (doubling == 0) {
        return (size_t)us;
    }
    us = us < LINEAR ? us : LINEAR - 1;
    return LINEAR + (doubling - 1) * STEPS + (size_t)(us - STEPS);
}

/* The largest value of a bucket. */
static int64_t bucket_top_us(size_t bucket)
{
    if (bucket < LINEAR) {
        return (int64_t)bucket;
    }
    size_t doubling = (bucket - LINEAR) / STEPS + 1;
    int64_t step = (int64_t)((bucket - LINEAR) % STEPS) + STEPS;
    return ((step + 1) << doubling) - 1;
}

void sim_stats_add(struct sim_stats *s, int64_t latency_us)
{
    if (s->buckets == NULL) {
        s->buckets = mem_new_array(BUCKETS, sizeof(*s->buckets));
    }
    int64_t us = latency_us < 0 ? 0 : latency_us;
    s->buckets[bucket_of((uint64_t)us)]++;
    s->count++;
    s->max_us = us > s->max_us ? us : s->max_us;
}

double sim_stats_ms(const struct sim_stats *s, double part)
{
    uint64_t wanted = (uint64_t)(part * (double)s->count + 0.999999);
    uint64_t seen = 0;
    for (size_t i = 0; i < BUCKETS && s->count > 0; i++) {
        seen += s->buckets[i];
        if (seen >= wanted) {
            int64_t top_us = bucket_top_us(i);
            return (double)(top_us < s->max_us ? top_us : s->max_us) / 1000.0;
        }
    }
    return 0;
}

void sim_stats_free(struct sim_stats *s)
{
    free(s->buckets);
    *s = (struct sim_stats){0};
}
