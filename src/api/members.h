#ifndef API_MEMBERS_H
#define API_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"

/* What the rows of several lists have in common: members of the object that is being answered. */
void member_text(struct call *c, const char *name, const char *text);
void member_int(struct call *c, const char *name, int64_t v);
/* A time of the caller's zone, as call_write_time() writes it. */
void member_time(struct call *c, const char *name, int64_t time_s);

/* Whether a range that both ends may be missing of is one; else the call fails. */
bool members_check_range(struct call *c, size_t start_param, size_t end_param);

#endif
