#ifndef API_TURNS_H
#define API_TURNS_H

#include <stdbool.h>

#include "api/exchange.h"

/* How an answer comes about: what exchange.c calls when a request is there, and what pools run. */

/*
 * For a request that is in: checks a call and makes its answer at once where that is brief. True:
 * it can be sent. False: the connection is suspended until it can. HTTP thread, as the next ones.
 */
bool turns_begin(struct exchange *ex);
/*
 * For a job whose outcome is there: makes its answer. True: it can be sent. False: it is long, and
 * the connection is suspended once more until it can.
 */
bool turns_conclude(struct exchange *ex);
/* Makes the answer of what is written, which is no stream: all of it. */
void turns_make_whole(struct exchange *ex);
/* Makes the answer of a call that failed, as noted in it. */
void turns_fail(struct exchange *ex);
/*
 * All there is of a stream that goes on was taken. True: there is more, or it is at its end. False:
 * the connection is suspended until there is; `is_cut` where there are no pools any more.
 */
bool turns_next_piece(struct exchange *ex);
/* What the pools run; the item is an exchange. */
void turns_work(void *item, bool stopping);

#endif
