#ifndef API_REPORTS_PRIVATE_H
#define API_REPORTS_PRIVATE_H

#include <pthread.h>

#include "api/reports.h"

enum { REPORT_THREADS = 2, REPORT_COMMIT_MS = 10000 };

/* One thread, and what it makes. */
struct report_slot {
    struct reports *reports;
    pthread_t thread;
    bool is_taken;
    struct owned_key key;
    struct report_made made; /* how far it is */
};

struct reports {
    const struct api *api;
    char *directory;
    char *data_directory; /* which it is in, and whose owner has what root makes */
    pthread_mutex_t lock; /* over the rest */
    pthread_cond_t changed;
    bool stopping;
    uint64_t wakes;
    bool has_left;           /* files that may belong to no report any more */
    int64_t last_enterprise; /* whose was begun last */
    struct report_slot slots[REPORT_THREADS];
    pthread_t sweeper;
};

/* Over the members behind `lock`. */
void reports_lock(struct reports *r);
void reports_unlock(struct reports *r);
/* Takes the next report for the slot's thread, alone in `arena`; false: none waits. */
bool reports_take(struct report_slot *slot, struct arena *arena, struct report_job *out);
/*
 * Puts away what is over, on a thread of its own: rows that have expired, or whose account is gone,
 * and files that belong to no report that is done.
 */
void reports_sweep(struct reports *r);
/* Commits a change of a report on a thread that may wait. Errors of ingest_call(). */
MUST_USE enum err reports_commit(struct reports *r, enum change_kind kind,
                                 const struct report_job *job);

#endif
