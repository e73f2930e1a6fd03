#ifndef API_NAMING_H
#define API_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "base/json.h"

/* What the management calls have in common: rules of names, pages of lists, roles in words. */

/* NULL, or why `plate` (trimmed) cannot be a display name: empty, over-long or with a comma. */
const char *naming_plate_fault(const char *plate);

/*
 * The device of that DeviceID in an enterprise, for changing: its texts are copied into the arena
 * of the job's changes. ERR_NOT_FOUND.
 */
MUST_USE enum err naming_find_device(struct job_context *job, int64_t enterprise_id,
                                     const char *device_id, struct device *out);

/* Appends the tombstone of a device; what it owns goes with it. */
void naming_delete_device(struct job_context *job, const struct device *d);

/* "viewer", "operator", "admin" without case; false for anything else, "root" too. */
bool naming_role(const char *text, enum role *out);
const char *naming_role_text(enum role role);

/* `text` without case, for searching; in the call's arena. */
const char *naming_folded(struct call *c, const char *text);

/*
 * The page of a list that PageIndex? and PageSize? (places `first_param` and the next) choose, and
 * how many items match. Counts each item that matches; writes those on the page:
 *
 *     struct naming_page page = naming_page_begin(c, 0, matching);
 *     for (...) if (matches(item) && naming_page_takes(&page)) write(item);
 *     naming_page_end(c);
 */
struct naming_page {
    int64_t first;
    int64_t end;
    int64_t at;
};

/* What the page takes, by the same parameters. */
struct naming_page naming_page_of(const struct call *c, size_t first_param);
/* Writes {"total", "data": [ and answers what the page takes. */
struct naming_page naming_page_begin(struct call *c, size_t first_param, size_t total);
/* Whether the next matching item is on the page. */
bool naming_page_takes(struct naming_page *page);
/* Ends both. */
void naming_page_end(struct call *c);

/* Writes {"name": the id of what the job made}. */
void naming_write_made(struct call *c, const char *name);

/* The rows of PageIndex?, PageSize? and Key? that every list has, in this order. */
#define NAMING_PAGE_PARAMS                                                                         \
    {.name = "PageIndex",                                                                          \
     .type = PARAM_INT,                                                                            \
     .min = 1,                                                                                     \
     .max = NAMING_INDEX_MAX,                                                                      \
     .doc = "Page, from 1"},                                                                       \
        {.name = "PageSize",                                                                       \
         .type = PARAM_INT,                                                                        \
         .min = 1,                                                                                 \
         .max = NAMING_INDEX_MAX,                                                                  \
         .doc = "Rows of a page, at most 1000; all 1000 unless given"},                            \
    {                                                                                              \
        .name = "Key", .type = PARAM_TEXT, .doc = "Part of a name, without case"                   \
    }
enum { NAMING_INDEX_MAX = 1000000000, NAMING_PAGE_SIZE = 1000 };
enum { PAGE_PARAM_INDEX, PAGE_PARAM_SIZE, PAGE_PARAM_KEY };

#endif
