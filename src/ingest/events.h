#ifndef INGEST_EVENTS_H
#define INGEST_EVENTS_H

#include "ingest/ingest_private.h"

/*
 * Events of the live path: what the fold tells becomes changes of the batch, so that a fix and its
 * events are one transaction. All of it is the ingest thread's.
 */

/* The enterprise of the device; of a newcomer the one that takes newcomers. */
int64_t events_enterprise(const struct ingest *in, const struct stage *s);
/* What a device of the batch is held to; a newcomer is in no group yet. */
const struct fold_rules *events_rules(struct ingest *in, const struct stage *s);
/* Folds a fix onto the stage's state, and adds what it tells to the batch's changes. */
void events_fold(struct ingest *in, struct stage *s, const struct fix *f);
/* The device was heard: what the clock raised of its silence is over. */
void events_heard(struct ingest *in, const struct stage *s, int64_t rcv_time_s);
/* An alarm of a device that no fix makes, and no late fix revises. */
struct own_alarm {
    enum alarm_type kind;
    const char *name; /* the ICCID of the SIM card that it is about; "": it is about none */
    int64_t value;
    int64_t at_s;       /* it begins */
    int64_t rcv_time_s; /* when that was known */
};
/*
 * Adds such an alarm to the batch, open, of the device in that state. Answers the number of its
 * change, plus 1; 0: there are no ids left.
 */
size_t events_raise(struct ingest *in, int64_t device, const struct live *live,
                    const struct own_alarm *alarm);
/* The event is over. */
void event_end(struct event *e, int64_t now_s);
/* Adds to the batch that an open event is over. */
void events_end(struct ingest *in, const struct event *open, int64_t now_s);
/* Adds to the batch that what the clock raised of a device's silence is over. */
void events_end_silence(struct ingest *in, int64_t device, int64_t now_s);
/* Adds to the batch that a device fell silent, unless it is open already. */
void events_raise_silence(struct ingest *in, const struct device_ref *ref, int64_t now_s);

/* How the store folds late fixes, and who hears what that changes. */
struct store_fold events_store_fold(struct ingest *in);

#endif
