#ifndef API_ENVELOPE_H
#define API_ENVELOPE_H

#include "api/call.h"

/* {"Code": 200, "Data": as far as the name, so that the handler writes Data itself. */
void envelope_begin(struct call *c);
/*
 * Ends the envelope: what was begun where the call succeeded (null where no Data was written, and
 * the success text of its method), otherwise a new one with its code, data_text and message.
 */
void envelope_end(struct call *c);

/* The Data of a success as far as it is written, borrowed; empty where none is. */
struct bytes envelope_data(const struct call *c);
/* Writes what envelope_data() was of another call; none of it is borrowed. */
void envelope_put_data(struct call *c, struct bytes data);

#endif
