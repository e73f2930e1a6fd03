#ifndef API_DEVICE_CHOICE_H
#define API_DEVICE_CHOICE_H

#include <stddef.h>

#include "api/call.h"

/*
 * The devices that a call is about: those of DeviceIDs? and those of GroupIDs?, together, or all
 * that the caller may see where it names neither. What the caller may not see is passed over, as
 * what does not exist is.
 */
struct device_choice {
    struct device_ref *refs; /* each once, in order of DeviceID; in the call's arena */
    size_t count;
};

/* The two fields, at the places `first_param` and the next of a method's rows. */
struct device_choice device_choice_make(struct call *c, size_t first_param);
/* The number of the first device whose DeviceID is `device_id` or behind it. */
size_t device_choice_from(const struct device_choice *choice, const char *device_id);
/* Lets go of those of whose DeviceID and name the key is no part, without case. */
void device_choice_keep_named(struct call *c, struct device_choice *choice, const char *key);
/* Gives all of them back. */
void device_choice_release(struct call *c, struct device_choice *choice);

enum { CHOICE_GROUPS_MAX = 1000 };
#define DEVICE_CHOICE_PARAMS                                                                       \
    {.name = "DeviceIDs",                                                                          \
     .type = PARAM_LIST,                                                                           \
     .doc = "Devices; with GroupIDs those of both, without either all that the caller may see"},   \
    {                                                                                              \
        .name = "GroupIDs", .type = PARAM_IDS, .max = CHOICE_GROUPS_MAX,                           \
        .doc = "Groups, of which all devices count"                                                \
    }

#endif
