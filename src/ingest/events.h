#ifndef INGEST_EVENTS_H
#define INGEST_EVENTS_H

#include "ingest/ingest_private.h"

/*
 * Events of the live path: what the fold tells becomes changes of the batch, so that a fix and its
 * events are one transaction. All of it is the ingest thread's.
 */

/* What a device of the batch is held to; a newcomer is in no group yet. */
const struct fold_rules *events_rules(struct ingest *in, const struct stage *s);
/* Folds a fix onto the stage's state, and adds what it tells to the batch's changes. */
void events_fold(struct ingest *in, struct stage *s, const struct fix *f);
/* The device was heard: what the clock raised of its silence is over. */
void events_heard(struct ingest *in, const struct stage *s, int64_t rcv_time_s);
/* Adds to the batch that what the clock raised of a device's silence is over. */
void events_end_silence(struct ingest *in, int64_t device, int64_t now_s);
/* Adds to the batch that a device fell silent, unless it is open already. */
void events_raise_silence(struct ingest *in, const struct device_ref *ref, int64_t now_s);

/* How the store folds late fixes, and who hears what that changes. */
struct store_fold events_store_fold(struct ingest *in);

#endif
