/*
 * The list of all groups of methods, and the fields that many methods take without naming them in
 * their rows.
 */
#include "api/methods.h"

#include <string.h>

#include "api/request_ids.h"

const struct method_group *const method_groups[] = {
    &login_methods,    &status_methods,       &history_methods,      &mileage_methods,
    &area_methods,     &plate_methods,        &enterprise_methods,   &user_methods,
    &group_methods,    &device_methods,       &tracker_methods,      &trip_methods,
    &geofence_methods, &rule_methods,         &region_methods,       &current_alarm_methods,
    &alarm_methods,    &fence_record_methods, &manage_alarm_methods, &fence_visit_methods,
};
const size_t method_group_count = COUNT_OF(method_groups);

const struct api_method *methods_at(size_t index)
{
    for (size_t g = 0; g < method_group_count; g++) {
        if (index < method_groups[g]->count) {
            return &method_groups[g]->rows[index];
        }
        index -= method_groups[g]->count;
    }
    return NULL;
}

const struct param_row common_params[COMMON_PARAMS] = {
    [COMMON_HOLD_ID] = {.name = "HoldID",
                        .type = PARAM_INT,
                        .min = 1,
                        .max = INT64_MAX,
                        .doc = "Of the account root alone, which is in no enterprise and has to "
                               "name the one it acts in"},
    [COMMON_VERSION] = {.name = "Version",
                        .type = PARAM_INT,
                        .min = 1,
                        .max = (INT64_C(1) << 53) - 1, /* what a double holds */
                        .doc = "As List answered it: 409 where the object was changed meanwhile"},
    [COMMON_REQUEST_ID] = {.name = "RequestID",
                           .type = PARAM_TEXT,
                           .max = REQUEST_ID_MAX_CHARS,
                           .doc = "Made up by the client: who repeats one within an hour is "
                                  "answered the first result, and nothing is added again"},
};

/* Whether it is a management call whose name begins so. */
static bool is_managing(const struct api_method *m, const char *verb)
{
    return m->prefix == PREFIX_MANAGE && strncmp(m->name, verb, strlen(verb)) == 0;
}

bool method_takes(const struct api_method *m, enum common_param which)
{
    switch (which) {
    case COMMON_HOLD_ID:
        return !m->is_open && !m->own_hold_id;
    case COMMON_VERSION:
        return is_managing(m, "Modify");
    case COMMON_REQUEST_ID:
        return is_managing(m, "Add");
    default:
        return false;
    }
}
