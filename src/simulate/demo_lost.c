/*
 * Reports of a silent vehicle as arrivals: of each, the arrival is the report's own time, and the
 * device was heard that long ago.
 */
#include "simulate/demo_lost.h"

#include <time.h>

enum { MS = 1000, WAIT_NS = 2000000 };

static bool push(struct ingest *in, const struct demo_silence *s, const struct demo_vehicle *v,
                 const struct fix *fix)
{
    const struct message message = {.kind = MESSAGE_FIX, .fix = *fix};
    int64_t quiet_ms = (s->now_s - fix->gps_time_s) * MS;
    const struct arrival a = {
        .protocol = v->protocol,
        .rcv_time_ms = fix->gps_time_s * MS,
        .quiet_ms = (uint32_t)(quiet_ms < UINT32_MAX ? quiet_ms : UINT32_MAX),
        .device_id = v->device_id,
        .messages = &message,
        .count = 1,
    };
    const struct timespec wait = {.tv_nsec = WAIT_NS};
    uint32_t credit_bytes;
    enum err e = ingest_push(in, &a, &credit_bytes);
    while (e == ERR_BUSY && !atomic_load(s->stop)) {
        (void)nanosleep(&wait, NULL); /* the queue is full: ingest is at work */
        e = ingest_push(in, &a, &credit_bytes);
    }
    return e == ERR_OK;
}

static bool push_all(struct ingest *in, const struct demo_silence *s, struct demo_reporter *r,
                     enum demo_pace pace)
{
    int64_t at_s = pace == DEMO_FINE ? s->days_s : s->month_s;
    int64_t end_s = pace == DEMO_FINE ? s->until_s : s->days_s;
    while ((at_s = demo_reporter_next_s(r, at_s, pace)) <= end_s) {
        struct fix fix;
        demo_reporter_report(r, at_s, &fix);
        if (!push(in, s, &r->vehicle, &fix)) {
            return false;
        }
    }
    return true;
}

bool demo_push_silence(struct ingest *in, const struct demo_silence *s)
{
    struct demo_reporter r;
    struct fix last;
    demo_reporter_init(&r, s->roads, s->vehicle);
    demo_reporter_report(&r, demo_reporter_last_s(&r, s->until_s), &last);
    bool is_done = push(in, s, &r.vehicle, &last) && push_all(in, s, &r, DEMO_FINE) &&
                   push_all(in, s, &r, DEMO_COARSE);
    demo_reporter_clear(&r);
    return is_done;
}
