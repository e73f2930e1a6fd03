#ifndef API_LIVE_AUDIENCE_H
#define API_LIVE_AUDIENCE_H

#include "api/call.h"
#include "api/live_columns.h"
#include "fleet/feed.h"

/*
 * Which devices, and which columns of them, somebody is shown: what the snapshot and the live
 * stream are asked for. Immutable. Two that are alike have the same key.
 */
struct live_audience;

enum { LIVE_KEY_SIZE = 80, LIVE_GROUPS_MAX = 1000 };

/*
 * What a call asks for by LIVE_AUDIENCE_PARAMS, its first parameters. NULL: it called
 * call_fault(). Freed by live_audience_free().
 */
struct live_audience *live_audience_new(struct call *c);
void live_audience_free(struct live_audience *a);
const char *live_audience_key(const struct live_audience *a);
live_column_set live_audience_columns(const struct live_audience *a);
/* Makes a call that of somebody with the same sight: its caller, as far as devices go. */
void live_audience_lend(const struct live_audience *a, struct caller *caller);
/* How much memory the names and groups take that it is narrowed to, about. */
size_t live_audience_bytes(const struct live_audience *a);
/* Whether it is less than the whole enterprise. */
bool live_audience_is_narrow(const struct live_audience *a);
/* What changes of it, and of more: the feed of its enterprise, or of the tree below that. */
struct feed *live_audience_feed(const struct live_audience *a);
/* Whether a device is shown. */
bool live_audience_takes(const struct live_audience *a, const struct device_ref *ref);
/* Whether a group is shown: the caller's own, where it is limited; to a share none is. */
bool live_audience_has_group(const struct live_audience *a, int64_t group_id);
/* All devices that are shown, in the call's arena; each is released by who asks. */
struct device_ref *live_audience_list(const struct live_audience *a, struct call *c, size_t *count);

enum { LIVE_IDS, LIVE_TYPE_OF_IDS, LIVE_GROUP_IDS, LIVE_COLS, LIVE_AUDIENCE_PARAM_COUNT };
#define LIVE_AUDIENCE_PARAMS                                                                       \
    [LIVE_IDS] = {.name = "ids",                                                                   \
                  .type = PARAM_LIST,                                                              \
                  .doc = "Devices; with groups those of both, without either all that the caller " \
                         "may see"},                                                               \
    [LIVE_TYPE_OF_IDS] = {.name = "type",                                                          \
                          .type = PARAM_INT,                                                       \
                          .max = 1,                                                                \
                          .doc = "What ids are: 0 DeviceIDs, 1 plates"},                           \
    [LIVE_GROUP_IDS] = {.name = "groups",                                                          \
                        .type = PARAM_LIST,                                                        \
                        .doc = "GroupIDs, of which all devices are shown"},                        \
    [LIVE_COLS] = {.name = "cols",                                                                 \
                   .type = PARAM_LIST,                                                             \
                   .doc = "Columns, by name; without it those that pages mostly need"}

#endif
