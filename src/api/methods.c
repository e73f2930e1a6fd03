#include "api/methods.h"

const struct method_group *const method_groups[] = {
    &login_methods, &status_methods, &history_methods, &plate_methods,   &enterprise_methods,
    &user_methods,  &group_methods,  &device_methods,  &tracker_methods,
};
const size_t method_group_count = COUNT_OF(method_groups);
