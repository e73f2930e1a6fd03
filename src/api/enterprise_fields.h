#ifndef API_ENTERPRISE_FIELDS_H
#define API_ENTERPRISE_FIELDS_H

#include "api/call.h"

/* The fields of an enterprise: AddEnterprise and ModifyEnterprise take them, ListEnterprises shows
   them. */
enum enterprise_param {
    ENTERPRISE_NAME,
    ENTERPRISE_ZONE,
    ENTERPRISE_END,
    ENTERPRISE_RETENTION,
    ENTERPRISE_PARENT,
    ENTERPRISE_SUBDIVIDE,
    ENTERPRISE_LANGUAGE,
    ENTERPRISE_UNITS,
    ENTERPRISE_LIMITS, /* one for each limit */
    ENTERPRISE_PARAMS = ENTERPRISE_LIMITS + LIMITS,
    ENTERPRISE_ID = ENTERPRISE_PARAMS, /* of ModifyEnterprise alone */
};

extern const struct param_row enterprise_add_params[ENTERPRISE_PARAMS];
extern const struct param_row enterprise_modify_params[ENTERPRISE_ID + 1];

enum { ENTERPRISE_MEMBERS = ENTERPRISE_PARAMS + 2 /* HoldID, Version */ };
extern const struct reply_member enterprise_members[ENTERPRISE_MEMBERS];

#define HOLD_ID_PARAM                                                                              \
    {                                                                                              \
        .name = "HoldID", .type = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX,         \
        .doc = "The enterprise"                                                                    \
    }

/* Of its texts: as it says, else as the server does. */
enum language enterprise_language(const struct enterprise *e, enum gazetteer_language of_server);
/* For `check` of a method: whether the values can be taken; else it called call_fault(). */
bool enterprise_fields_check(struct call *c);
/*
 * Puts what the call has into `e`, which borrows the texts; times are local to the zone that it
 * then has. Parent and limits are not judged. ERR_INVALID: it called call_refuse_value().
 */
MUST_USE enum err enterprise_fields_take(struct call *c, struct enterprise *e);
/*
 * Writes the members, without braces and Version; `object` is a struct enterprise. What is above
 * the caller's own enterprise is not shown.
 */
void enterprise_fields_write(struct call *c, const void *object, struct json_out *out);

#endif
