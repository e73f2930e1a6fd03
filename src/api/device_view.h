#ifndef API_DEVICE_VIEW_H
#define API_DEVICE_VIEW_H

#include "api/call.h"
#include "api/device_fields.h"
#include "api/today.h"
#include "api/version.h"

/* A device as management calls answer it. */

/* The fields of a device, then Version, KilometresToday and ClockHint. */
enum { DEVICE_VIEW_MEMBERS = DEVICE_PARAMS + 3 };
extern const struct reply_member device_view_members[DEVICE_VIEW_MEMBERS];

/* As a list, for answers that have more. */
#define DEVICE_VIEW_FIELD(key, sort, from, param, shown)                                           \
    [DEVICE_##key] = {DEVICE_FIELD_UNWRAP shown},
#define DEVICE_VIEW_ROWS                                                                           \
    DEVICE_FIELD_MAP(DEVICE_VIEW_FIELD, false)                                                     \
    [DEVICE_PARAMS] = VERSION_MEMBER,                                                              \
    [DEVICE_PARAMS + 1] =                                                                          \
        {                                                                                          \
            .name = "KilometresToday",                                                             \
            .type = REPLY_TEXT,                                                                    \
            .nullable = true,                                                                      \
            .example = "\"13.700\"",                                                               \
            .doc = "Travelled since midnight of the enterprise's zone, as GetDays tells it; null " \
                   "where the history cannot be read",                                             \
    },                                                                                             \
    [DEVICE_PARAMS + 2] = {                                                                        \
        .name = "ClockHint",                                                                       \
        .type = REPLY_HINT,                                                                        \
        .nullable = true,                                                                          \
        .example = "{\"UtcOffsetMinutes\":480,\"Why\":\"Learnt from when its fixes come, "         \
                   "and in use\"}",                                                                \
        .doc = "What the zone of its clock seems to be, where that is not what "                   \
               "UtcOffsetMinutes says: the value to set there, and why",                           \
    }

/*
 * Writes the fields that people set, without braces; its version is made of them. `object` is a
 * struct device.
 */
void device_view_write_members(struct call *c, const void *object, struct json_out *out);
/* Writes all members, without braces, to c->out. */
void device_view_write_all(struct call *c, const struct device_ref *ref, const struct today *today);
/* Writes it as an object to c->out, with what it travelled today. */
void device_view_write(struct call *c, const struct device_ref *ref, const struct today *today);

/*
 * A device is changed from `old` to `changed`: if that changes the zone of its clock, fixes that
 * are sent again must be recognised by their former times (fleet/clock_zone.h). Adds that to the
 * job.
 */
void device_view_note_zone(struct job_context *job, const struct device *old,
                           const struct device *changed);

#endif
