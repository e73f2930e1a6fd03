#ifndef PROTOCOLS_WATCH_WATCH_H
#define PROTOCOLS_WATCH_WATCH_H

#include "protocols/protocol.h"
#include "protocols/words.h"

/* What the files of the watch protocol share. Pure; any thread. */

/* report.c: adds what a position says: UD, AL, WT and their like. `w` begins with the type. */
void watch_read_position(const struct words *w, struct decoded *out);
/*
 * report.c: adds what a measure of the body says: PULSE, HEART, BLOOD, BPHRT, TEMP, BTEMP2, OXYGEN,
 * in any case. False: the type is none of them.
 */
bool watch_read_body(const struct words *w, struct decoded *out);

#endif
