#ifndef API_SCHEDULE_VIEW_H
#define API_SCHEDULE_VIEW_H

#include "api/call.h"

/* Schedules of reports as clients read them. */

/* What Version is made of, version_members of version.h: all that people say of a schedule. */
void schedule_view_members(struct call *c, const void *schedule, struct json_out *out);
/* The row of a list: these, Version, and how it went. */
void schedule_view_row(struct call *c, const struct report_schedule *s);

enum { SCHEDULE_VIEW_MEMBERS = 30 };
extern const struct reply_member schedule_view_reply[SCHEDULE_VIEW_MEMBERS];

#endif
