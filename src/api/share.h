#ifndef API_SHARE_H
#define API_SHARE_H

#include "api/call.h"

/*
 * What the caller of a share may do and see (c->caller.share, directory.h): a viewer narrowed to
 * its devices and its time. The directory narrows the devices; here is the rest.
 */

enum { SHARES_MAX = 1000 /* of an enterprise, that are not over */ };

#define SHARE_PATH      "/s/" /* and its token: the page of it */
#define SHARE_BUSY_TEXT "Too many calls by this link"

/*
 * The shard of whom a token stands for, and who that is: an account's, else a share's. NULL: it is
 * nobody's, or its address tried too many.
 */
const struct shard *share_caller(struct call *c, const uint8_t hash[TOKEN_HASH_BYTES],
                                 struct caller *out);
/* As share_caller(), for who does not guess: a stream that goes on. */
const struct shard *share_caller_again(const struct api *api, const uint8_t hash[TOKEN_HASH_BYTES],
                                       int64_t now_s, struct caller *out);
/* Whether c->caller may call c->method at all; false: answered, with 403 or 429. */
bool share_admits(struct call *c);

/* Seconds until the client of the call may try a link again, as it tried too many; 0: now. */
unsigned share_link_wait_s(const struct call *c);

/* Narrows the times of the call's fields to the share's, where one calls. */
void share_clip_times(struct call *c);

/*
 * The device as the caller is shown it: to a share without what is its enterprise's own business,
 * such as SIM card, group and note. Borrows the texts.
 */
struct device share_device(const struct call *c, const struct device *d);
/* Whether the caller is told of alarms, commands, cards and the like. */
bool share_tells_all(const struct call *c);
/* Whether the caller is told what was before its share was made. */
bool share_tells_past(const struct call *c);

/* GetMe of a share: the member Share, and what else is told of one in place of an account. */
void share_write(struct call *c);

/*
 * Takes the device out of the shares of its enterprise: they go on with their other devices, and
 * one that had no other ends. For a job.
 */
void share_drop_device(struct job_context *job, const struct device *d);

#endif
