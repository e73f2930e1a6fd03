#include "api/methods.h"

const struct method_group *const method_groups[] = {
    &login_methods, &status_methods, &history_methods, &plate_methods,   &enterprise_methods,
    &user_methods,  &group_methods,  &device_methods,  &tracker_methods,
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

const struct param_row hold_id_param = {
    .name = "HoldID",
    .type = PARAM_INT,
    .min = 1,
    .max = INT64_MAX,
    .doc =
        "Of the account root alone, which is in no enterprise and has to name the one it acts in"};

bool method_takes_hold_id(const struct api_method *m)
{
    return !m->is_open && !m->own_hold_id;
}
