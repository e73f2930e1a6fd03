#ifndef API_VERSION_H
#define API_VERSION_H

#include "api/call.h"

/*
 * The version of an object, as List... shows it: a number made of what List... says of the object,
 * so that it needs no place in the store and is the same after a restart. A Modify... that names
 * one is refused where the object was changed meanwhile.
 */

/* Writes the members of an object, without braces: what its version is made of. */
typedef void version_members(struct call *c, const void *object, struct json_out *out);

/* Writes the members to c->out, and Version behind them; within an object that was just begun. */
void version_write(struct call *c, version_members *write, const void *object);
/* The version alone. */
int64_t version_of(struct call *c, version_members *write, const void *object);
/*
 * Writes an object of the members and Version, braces too; the other one the row of an object of an
 * enterprise, with call_write_hold().
 */
void version_write_object(struct call *c, version_members *write, const void *object);
void version_write_row(struct call *c, version_members *write, const void *object,
                       int64_t enterprise_id);
/*
 * For a job, before it changes the object: ERR_OK where the request names no version or the one
 * that the object has; else ERR_INVALID after call_refuse() with 409.
 */
MUST_USE enum err version_check(struct call *c, version_members *write, const void *object);

/* The OpenAPI member that version_write() adds. */
#define VERSION_MEMBER                                                                             \
    {                                                                                              \
        .name = "Version", .type = REPLY_INT, .example = "2814749767106561",                       \
        .doc = "Another one once any of the fields before it has changed; for Modify"              \
    }

#endif
