#ifndef API_DEVICE_LIST_H
#define API_DEVICE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"

/*
 * A page of the devices that the caller may see and a search finds, {"total", "data": [rows]}.
 * Since `total` comes first, it looks at all of them, in steps, and keeps those on the page until
 * they are written. A method that adds to it has it as its first member. It lives in the call's
 * arena.
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

    /*
     * NULL, or what is done before the first row is written, for each on the page: it may read the
     * store, some rows a step.
     */
    void (*prepare_row)(struct device_list *list, size_t i);

    struct device_ref *refs; /* those on the page, then those not looked at, from `looked` on */
    size_t count;
    size_t looked;
    size_t prepared;
    size_t kept;   /* how many are on the page so far */
    int64_t found; /* how many are found so far */
};

/* Answers the call with the list; the members down to prepare_row are set. */
void device_list_begin(struct device_list *list);
/* Whether the key is part of the device's DeviceID or plate, without case. */
bool device_list_has_key(const struct device_list *list, const struct device *d);

/* Looks up a device that the caller may see, by plate or by DeviceID. */
typedef enum err device_finder(struct directory *, const struct caller *, const char *,
                               struct device_ref *);
/*
 * The devices that a list parameter names, in the order asked, each once; what cannot be seen is
 * passed over. Of an empty list all that the caller may see, by DeviceID. The array is in the
 * call's arena; each is given back by device_ref_release().
 */
struct device_ref *device_list_asked(struct call *c, size_t param, device_finder *find,
                                     size_t *count);
/*
 * The devices with one of the plates that a list parameter names, in the caller's enterprise and
 * below it, where several may have the same: in the order asked, then by DeviceID. It looks at all
 * that the caller may see.
 */
struct device_ref *device_list_by_plates(struct call *c, size_t param, size_t *count);

#endif
