#ifndef SIMULATE_STATS_H
#define SIMULATE_STATS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A histogram of latencies from 1 µs to over an hour with a resolution of 1 in 64, in fixed memory:
 * values below 64 µs have a bucket each, every doubling above has 64 / 2 = 32 of them. A zeroed one
 * is empty.
 */
struct sim_stats {
    uint64_t *buckets;
    uint64_t count;
    int64_t max_us;
};

/* Counts one latency; below 0 counts as 0. */
void sim_stats_add(struct sim_stats *s, int64_t latency_us);
/* The latency in ms that the share `part` (0 to 1) of all values does not exceed; 0 while empty. */
double sim_stats_ms(const struct sim_stats *s, double part);
/* Empties it. */
void sim_stats_free(struct sim_stats *s);

#endif
