#ifndef SIMULATE_DEMO_LOST_H
#define SIMULATE_DEMO_LOST_H

#include <stdatomic.h>
#include <stdbool.h>

#include "ingest/ingest.h"
#include "simulate/demo_reports.h"

/*
 * A vehicle that fell silent long ago cannot be shown by what arrives now: whoever reports is
 * online. So its past is handed to ingest as arrivals of their own time, as the gateway hands in
 * what it heard of a device before somebody registered it.
 */
struct demo_silence {
    const struct roads *roads;
    size_t vehicle;
    int64_t now_s;
    int64_t days_s;  /* reports from here on are fine, ... */
    int64_t month_s; /* ... from here on coarse */
    int64_t until_s; /* the last one is not behind this */
    const _Atomic bool *stop;
};

/* Hands all of it in, the last report first, then the oldest first. False: it was stopped. */
bool demo_push_silence(struct ingest *in, const struct demo_silence *s);

#endif
