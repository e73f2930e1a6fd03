#ifndef API_DEVICE_VIEW_H
#define API_DEVICE_VIEW_H

#include "api/call.h"
#include "api/device_fields.h"

/* A device as management calls answer it. */

/* The fields of a device, then Version and ClockHint. */
enum { DEVICE_VIEW_MEMBERS = DEVICE_PARAMS + 2 };
extern const struct reply_member device_view_members[DEVICE_VIEW_MEMBERS];

/* What is set of it, of which its version is made; `object` is a struct device. */
void device_view_write_members(struct call *c, const void *object, struct json_out *out);
/* Writes it as an object to c->out. */
void device_view_write(struct call *c, const struct device_ref *ref);

/*
 * A device is changed from `old` to `changed`: where the zone of its clock is another one, fixes
 * that are sent again have to be known by the times before (fleet/clock_zone.h). Adds that to the
 * job.
 */
void device_view_note_zone(struct job_context *job, const struct device *old,
                           const struct device *changed);

#endif
