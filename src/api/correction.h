#ifndef API_CORRECTION_H
#define API_CORRECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "api/call.h"
#include "model/fix.h"

/*
 * The corrected path of a trace: by an operator's map matcher where there is one, and by the track
 * itself where there is none, or where that one has no answer. One thread at a time.
 */
struct correction;

enum { CORRECTION_FIXES_MAX = 100000 };

/* Of a call, which outlives it. */
struct correction *correction_new(const struct call *call);
/*
 * The next fix of the trace, in order of time; `stands`: it was taken in a standstill. Those that
 * are no place by GPS are passed over, and so is what comes after CORRECTION_FIXES_MAX.
 */
void correction_add(struct correction *c, const struct fix *fix, bool stands);
/*
 * Behind the last fix, where the answer is on its way already: the deadline that the call had for
 * its beginning bounds nothing any more.
 */
void correction_forget_deadline(struct correction *c);
/*
 * Behind the last fix: writes the path, an array of {"x", "y"} in GCJ-02 or null where fewer than
 * two fixes can be believed, as `next` of a stream does. STEP_END: it is written.
 */
enum call_step correction_next(struct correction *c, struct json_out *out);
/* `wait` of the stream, where correction_next() said STEP_WAIT. */
bool correction_wait(struct correction *c, struct call_waker waker);
/* NULL is let pass. */
void correction_free(struct correction *c);

#endif
