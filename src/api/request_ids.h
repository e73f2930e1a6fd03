#ifndef API_REQUEST_IDS_H
#define API_REQUEST_IDS_H

#include <stdbool.h>

#include "api/call.h"

/*
 * What calls with a RequestID answered, for an hour: somebody who clicks twice, or whose first
 * answer was lost on its way, gets the first result and no second object. Kept in memory, so that a
 * restart forgets it. Any thread.
 */
struct request_ids;

enum {
    REQUEST_ID_MAX_CHARS = 64,
    REQUEST_IDS_KEPT_MS = 3600 * 1000,
    REQUEST_IDS_MAX = 4096,     /* answers in all ... */
    REQUEST_IDS_EACH_MAX = 256, /* ... and of one enterprise; its oldest goes */
    REQUEST_IDS_BYTES = 16 << 20,
    REQUEST_IDS_EACH_BYTES = 1 << 20,
};

/* None is kept yet. */
struct request_ids *request_ids_new(void);
/* Forgets all. */
void request_ids_free(struct request_ids *r);

/*
 * Whether the same user called the same method in the same enterprise with the call's RequestID and
 * was answered: then that is written as Data. False where the call has none.
 */
bool request_ids_answer(struct request_ids *r, struct call *c);
/* Keeps the Data that the call has written; nothing where it has no RequestID. */
void request_ids_keep(struct request_ids *r, const struct call *c);

#endif
