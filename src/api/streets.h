#ifndef API_STREETS_H
#define API_STREETS_H

#include <stddef.h>

#include "api/call.h"
#include "connect/geocoder.h"
#include "geo/distance.h"

/*
 * Street addresses in the answers of sections 12, 13, 23 and 24, where an operator has a geocoder;
 * all others name places by the gazetteer alone.
 */

/* Writes Data; `street` NULL: the gazetteer is to say where it is. */
typedef void streets_write(struct call *c, const struct street *street, void *own);

/*
 * Answers the call with what `write` writes: at once where there is no geocoder, else when it said
 * what street the place is on, or had its time. `own` is handed on, and lies in the call's arena;
 * `language` is "en" or the like. The last thing that `run` of a method does.
 */
void streets_answer(struct call *c, struct point at, const char *language, streets_write *write,
                    void *own);

/* `weigh` of a method that calls streets_answer(): a geocoder's file is not for HTTP threads. */
size_t streets_weigh(struct call *c);

#endif
