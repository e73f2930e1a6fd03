#ifndef API_SCHEDULES_H
#define API_SCHEDULES_H

#include "api/zones.h"
#include "connect/mail.h"
#include "geo/gazetteer.h"
#include "ingest/shards.h"

/*
 * Has scheduled reports made, and mailed, at their time: a thread that looks at all schedules each
 * minute, and at those under way four times a second. What it decides is done by jobs of ingest
 * (schedule_steps.h).
 */
struct schedules;

struct schedules_options {
    const struct shards *shards;
    struct zones *zones;
    struct mailer *mailer;            /* NULL: no mail is sent */
    struct reports *reports;          /* who makes reports */
    enum gazetteer_language language; /* of mail, where the enterprise says none */
};

/* Begins. Nobody is told of a fault; it stands in the log. */
struct schedules *schedules_start(const struct schedules_options *options);
/* Takes up nothing new; before connect_stop(), which ends the messages that are under way. */
void schedules_quit(struct schedules *s);
/*
 * Waits until what is under way is noted, or the store took that not for ten seconds, and ends;
 * behind connect_stop(), before ingest takes no more jobs.
 */
void schedules_stop(struct schedules *s);
/* After schedules_stop(). */
void schedules_free(struct schedules *s);

/*
 * Any thread: why a step of the schedule cannot be stored, which is tried again; ERR_OK: nothing
 * hinders it. `s` may be NULL.
 */
enum err schedules_fault(struct schedules *s, int64_t id);
/* Any thread: whether mail can be sent at all. `s` may be NULL. */
bool schedules_can_mail(const struct schedules *s);

#endif
