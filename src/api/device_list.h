#ifndef API_DEVICE_LIST_H
#define API_DEVICE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"

/*
 * A page of the devices that the caller may see and a search finds, {"total", "data": [rows]}. All
 * of them are looked at, in steps, since `total` comes first; those on the page are kept until they
 * are written. It is the first member of what a method adds to it, in the call's arena.
 */
struct device_list {
    struct call *call;
    const char *key; /* list_key_folded(); "": any */
    int64_t first;   /* rows of the page: from this number on, ... */
    int64_t end;     /* ... to before this one */
    /* Whether the search finds a device; it may note what write_row() shows of it. */
    bool (*finds)(struct device_list *list, const struct device_ref *ref);
    /* Writes the row of a device on the page, the `i`-th of them. */
    void (*write_row)(struct device_list *list, size_t i);

    struct device_ref *refs; /* those on the page, then those not looked at, from `looked` on */
    size_t count;
    size_t looked;
    size_t kept;   /* how many are on the page so far */
    int64_t found; /* how many are found so far */
};

/* Answers the call with the list; the members down to write_row are set. */
void device_list_begin(struct device_list *list);
/* Whether the key is part of the device's DeviceID or plate, without case. */
bool device_list_has_key(const struct device_list *list, const struct device *d);

#endif
