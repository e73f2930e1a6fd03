#ifndef API_MANAGE_H
#define API_MANAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"

/* What the management calls have in common: rules of names, roles in words. */

/* NULL, or why `plate` (trimmed) cannot be a display name: empty, over-long or with a comma. */
const char *manage_plate_fault(const char *plate);

/*
 * The device of that DeviceID in an enterprise, for changing: its texts are copied into the arena
 * of the job's changes. ERR_NOT_FOUND.
 */
MUST_USE enum err manage_find_device(struct job_context *job, int64_t enterprise_id,
                                     const char *device_id, struct device *out);

/* Appends the tombstone of a device; what it owns goes with it. */
void manage_delete_device(struct job_context *job, const struct device *d);

/*
 * Ends the version of a geofence, or of an alarm rule, that is valid now; one that never was is
 * deleted. Answers when it ended.
 */
int64_t manage_end_fence(struct job_context *job, const struct geofence *g);
int64_t manage_end_rule(struct job_context *job, const struct alarm_rule *rule);

/* "viewer", "operator", "admin" without case; false for anything else, "root" too. */
bool manage_role(const char *text, enum role *out);
const char *manage_role_text(enum role role);

/* Refuses a job with 403 since a limit is reached, which the text names. */
MUST_USE enum err manage_refuse_limit(struct call *c, enum limit limit);
/* The text of that. */
const char *manage_limit_text(enum limit limit);

/* Writes {"name": the id of what the job made}. */
void manage_write_made(struct call *c, const char *name);

#endif
