#ifndef API_ALARMS_TESTING_H
#define API_ALARMS_TESTING_H

/* Records of made events, for tests alone. Included after cmocka.h. */
#include "api/fleet_testing.h"

#define DAY_S INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */

/* A record of a device of the fleet by its internal id, from 1 on: 100, 200, 300, 900. */
struct made_events {
    const struct event *at;
    size_t count;
};

static inline enum err put_events(struct job_context *job, void *arg)
{
    const struct made_events *made = arg;
    for (size_t i = 0; i < made->count; i++) {
        struct event *e = &change_add(&job->changes, CHANGE_PUT_EVENT)->event;
        *e = made->at[i];
        e->id = ids_next(job->ids, ID_OF_EVENT);
        e->gps_time_s += DAY_S;
        e->rcv_time_s = e->gps_time_s + 2;
        e->decided_s = e->gps_time_s;
        e->ended_s += e->ended_s != 0 ? DAY_S : 0;
        e->end_decided_s = e->ended_s;
        e->count = 1;
        e->name = e->name == NULL ? "" : e->name;
        e->note = e->note == NULL ? "" : e->note;
    }
    return ERR_OK;
}

/* Stores them with the next ids; their times count from DAY_S, an end at 0 is none. */
static inline void make_events(struct fleet *f, const struct event *at, size_t count)
{
    struct made_events made = {at, count};
    assert_int_equal(ingest_call(f->p->shard.ingest, put_events, &made, NULL, FLEET_JOB_MS),
                     ERR_OK);
}

#endif
