/*
 * The list of all groups of methods, and the fields that many methods take without naming them in
 * their rows.
 */
#include "api/methods.h"

#include <stdio.h>
#include <string.h>

#include "api/request_ids.h"
#include "base/check.h"

const struct method_group *const method_groups[] = {
    &login_methods,
    &status_methods,
    &history_methods,
    &trace_methods,
    &mileage_methods,
    &area_methods,
    &address_methods,
    &plate_methods,
    &enterprise_methods,
    &user_methods,
    &group_methods,
    &device_methods,
    &tracker_methods,
    &trip_methods,
    &track_methods,
    &geofence_methods,
    &rule_methods,
    &region_methods,
    &current_alarm_methods,
    &alarm_methods,
    &fence_record_methods,
    &manage_alarm_methods,
    &fence_visit_methods,
    &place_methods,
    &device_message_methods,
    &command_methods,
    &manage_command_methods,
    &lock_event_methods,
    &audit_methods,
    &device_trace_methods,
    &own_methods,
    &one_device_methods,
    &live_methods,
    &sim_methods,
    &manage_sim_methods,
    &lock_switch_methods,
    &resume_methods,
    &token_methods,
    &move_methods,
    &export_methods,
    &download_methods,
    &report_methods,
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

const char *method_prefix_path(enum method_prefix prefix)
{
    static const char *const paths[] = {[PREFIX_USER] = "/api/user/",
                                        [PREFIX_VEHICLE] = "/api/vehicle/",
                                        [PREFIX_MANAGE] = "/api/manage/",
                                        [PREFIX_NONE] = "/api/"};
    return paths[prefix];
}

void method_path(const struct api_method *m, char out[METHOD_PATH_SIZE])
{
    int len = snprintf(out, METHOD_PATH_SIZE, "%s%s", method_prefix_path(m->prefix), m->name);
    check(len > 0 && len < METHOD_PATH_SIZE);
}

const struct param_row common_params[COMMON_PARAMS] = {
    [COMMON_HOLD_ID] = {.name = "HoldID",
                        .type = PARAM_INT,
                        .min = 1,
                        .max = INT64_MAX,
                        .doc = "The enterprise that the call acts in: root, which is in none, has "
                               "to name one; an admin may name one below the own"},
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
    [COMMON_INCLUDE_BELOW] = {.name = "IncludeBelow",
                              .type = PARAM_BOOL,
                              .doc =
                                  "For root and admins who are not limited to groups: what is in "
                                  "the enterprises below, too; rows then tell whose they are"},
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
        return is_managing(m, "Add") && m->change != NULL; /* which adds nothing twice */
    case COMMON_INCLUDE_BELOW:
        return m->reply.lists_below;
    default:
        return false;
    }
}
