#ifndef API_SCHEDULES_PRIVATE_H
#define API_SCHEDULES_PRIVATE_H

#include <glib.h>
#include <pthread.h>

#include "api/schedule_steps.h"
#include "api/schedules.h"
#include "fleet/directory_owned.h"

/* The inside of schedules: schedules.c has the thread, schedule_work.c jobs and messages. */

/* What of a schedule is under way. */
enum schedule_errand {
    ERRAND_NONE,
    ERRAND_STEP,    /* a job does the step that is wanted */
    ERRAND_MESSAGE, /* a message is with the mailer */
    ERRAND_NOTE,    /* a job notes what came of it */
};

/* A schedule that is not at rest. */
struct errand {
    struct schedules *all;
    const struct shard *shard;
    struct owned_key key;
    /* Below of the thread, while nobody else has it in hand. */
    enum schedule_errand doing;
    bool is_out;             /* somebody else has it in hand, and hands it back */
    bool may_mail;           /* it is its turn to send a message */
    enum schedule_wish wish; /* of ERRAND_STEP, what the job did */
    enum err result;         /* of the job */
    enum mail_outcome outcome;
    char reason[MAIL_REASON_SIZE];
    bool is_taken_back; /* the message did not leave, since the server stops */
    int64_t again_ms;   /* monotonic: not looked at before */
    GList link;         /* of the inbox */
    /* Under the lock. */
    enum err fault;
};

struct schedules {
    struct schedules_options options;
    pthread_t thread;
    GHashTable *errands;    /* id -> struct errand; changed by the thread, under the lock */
    int64_t minute;         /* of the wall clock, in which all were looked at */
    struct errand *mailing; /* whose turn it is to send a message; NULL: nobody's */
    int64_t mailed_id;      /* whose it was last */
    pthread_mutex_t lock;
    pthread_cond_t told;
    GQueue inbox;  /* struct errand that are over, under the lock */
    bool stopping; /* as the next one */
    bool ending;
    int64_t end_by_ms; /* monotonic: what was not noted by then, while ending, is not waited for */
};

/* ---- schedule_work.c ---- */

/* Whether the schedule is still there; then it, its newest report and its zone are known. */
struct schedule_found {
    struct report_schedule schedule;
    struct report_job report;
    struct zone_clock clock;
    struct schedule_view view;
};
bool schedule_find(const struct schedules *s, const struct shard *shard, struct owned_key key,
                   struct arena *arena, struct schedule_found *out);

/* Begins the job of what it does; it is handed back. False: ingest does not take it now. */
bool errand_submit(struct errand *e);
/* Sends the next message; it is handed back. False: it did not leave, and why is in it. */
bool errand_send(struct errand *e);
/* ---- schedules.c ---- */

/* Any thread: it is over. */
void errand_hand_back(struct errand *e);
/* Any thread: whether nothing new is taken up. */
bool schedules_are_stopping(struct schedules *s);

/* ---- schedule_letter.c ---- */

/* The message to the address that is next; texts are in `arena`. */
struct mail schedule_letter(const struct schedules *s, const struct schedule_found *found,
                            struct directory *dir, struct arena *arena);

#endif
