#ifndef FLEET_DIRECTORY_RULES_H
#define FLEET_DIRECTORY_RULES_H

#include "fleet/directory.h"
#include "fleet/fences.h"
#include "fleet/rules.h"

/*
 * What the directory knows of geofences, alarm rules and former terms of devices, as they are and
 * as they were: what a device is held to (struct fold_rules), and what the API lists.
 */

/* ---- for the ingest thread alone ---- */

/*
 * What a device is held to, whatever the time. A device that no directory has yet is fine. Valid
 * until the next call of it or of directory_apply().
 */
const struct fold_rules *directory_rules(struct directory *dir, const struct device *device);

/*
 * Takes over a geometry that was made of that geofence of that time, so that the ingest thread need
 * not make it; it is freed where there is no such geofence, or has one.
 */
void directory_give_geometry(struct directory *dir, const struct geofence *g,
                             struct fence_geometry *geometry);
/*
 * Whether fixes are judged otherwise by a geofence from a time on, at which a version of it ended
 * or began; false: it has another name from then on.
 */
bool directory_is_fence_changed(struct directory *dir, int64_t enterprise_id, int64_t id,
                                int64_t time_s);
/* Makes all geometries that are missing; at a start, before anybody asks. */
void directory_prepare_fences(struct directory *dir);

/*
 * Appends the device's former term, where `fresh` is about to take the place of `old` and differs
 * in what fixes are judged by.
 */
void directory_note_term(struct directory *dir, struct change_list *changes,
                         const struct device *old, const struct device *fresh, int64_t now_s);

/* Whether the device was in that enterprise before, as far as its terms tell. */
bool directory_was_in(struct directory *dir, int64_t device_id, int64_t enterprise_id);

/*
 * Appends the deletion of what no stored fix can be judged by any more, of at most `max` rows:
 * versions that ended before `keep_from_s()` of their enterprise, and rules of deleted devices and
 * groups.
 */
struct rules_retention {
    void *context;
    int64_t (*keep_from_s)(void *context, int64_t enterprise_id);
    size_t max;
};
void directory_expire_rules(struct directory *dir, struct change_list *changes,
                            const struct rules_retention *retention);
/* The same of open events that began before that; the store deletes the others by itself. */
void directory_expire_events(struct directory *dir, struct change_list *changes,
                             const struct rules_retention *retention);

/* When something of what devices are held to began or ended. */
struct rules_change {
    int64_t enterprise_id; /* whose devices it is for; 0: one device alone */
    int64_t device_id;
    int64_t at_s;
};
/* Tells every one since `since_s`, in no order, some more than once. */
void directory_visit_changes(struct directory *dir, int64_t since_s,
                             void (*found)(void *context, const struct rules_change *c),
                             void *context);

/* ---- any thread ---- */

/*
 * The shape of a geofence in WGS-84, whatever it was drawn in; in `arena`. Not judged by
 * shape_check(). ERR_CORRUPT: its bytes are none.
 */
MUST_USE enum err fence_shape_wgs(const struct geofence *g, struct arena *arena, struct shape *out);

/* A geofence as it is now, copied with what it borrows into `arena`. ERR_NOT_FOUND. */
MUST_USE enum err directory_geofence(struct directory *dir, int64_t enterprise_id, int64_t id,
                                     struct arena *arena, struct geofence *out);
/*
 * Those of the caller's enterprise as they are now, by id, in `arena`; where the caller includes
 * them, then those of each enterprise below.
 */
struct geofence *directory_list_geofences(struct directory *dir, const struct caller *caller,
                                          struct arena *arena, size_t *count);
/*
 * A geofence as it was at a time, copied as directory_geofence() does. ERR_NOT_FOUND: there was
 * none then, or nothing is known of it any more.
 */
MUST_USE enum err directory_geofence_at(struct directory *dir, const struct geofence *key,
                                        int64_t time_s, struct arena *arena, struct geofence *out);
/* A time at which people changed whether, or where, a geofence watches a device. */
struct fence_change {
    int64_t at_s;
    bool applies;  /* it watches the device from then on */
    bool is_drawn; /* ... and became as it is then; its shape may be another */
};
/*
 * The changes of a geofence for a device behind `after_s` and
 * up to `until_s`, by time, in `arena`.
 */
struct fence_change_query {
    int64_t enterprise_id;
    int64_t fence;
    int64_t device;
    int64_t after_s;
    int64_t until_s;
};
struct fence_change *directory_fence_changes(struct directory *dir,
                                             const struct fence_change_query *q,
                                             struct arena *arena, size_t *count);
/*
 * The geofences of which a version ended at `after_s` or later, in order, in `arena`; INT64_MIN:
 * all of which anything is known.
 */
int64_t *directory_changed_fences(struct directory *dir, int64_t enterprise_id, int64_t after_s,
                                  struct arena *arena, size_t *count);
/*
 * The terms of a device, now and formerly, with their limits, in `arena`: for readers, so that it
 * is not watched. A device that nobody has any more has none.
 */
struct fold_rules directory_terms(struct directory *dir, int64_t device_id, struct arena *arena);
/*
 * What a geofence was called at a time, or else later or before; "" where nothing is known of it
 * any more. In `arena`.
 */
const char *directory_fence_name(struct directory *dir, int64_t enterprise_id, int64_t id,
                                 int64_t time_s, struct arena *arena);
/* The events of a device that are open, copied into `arena`, in no order. */
struct event *directory_open_events(struct directory *dir, int64_t device_id, struct arena *arena,
                                    size_t *count);
/* The kinds of a device's open alarms that a clock raised. */
alarm_set directory_timer_alarms(struct directory *dir, int64_t device_id);
/* Whether there are any; for the ingest thread. */
bool directory_has_open_events(struct directory *dir, int64_t device_id);
/* The enterprises that have alarm rules, in `arena`. */
int64_t *directory_list_ruled(struct directory *dir, struct arena *arena, size_t *count);
/* How many points its geofences have: as they are now, and all that they formerly were. */
struct fence_points {
    size_t now;
    size_t formerly;
};
struct fence_points directory_fence_points(struct directory *dir, int64_t enterprise_id);
/*
 * The alarm rule of that enterprise, scope and subject as it is now, copied. ERR_NOT_FOUND: nothing
 * is set there.
 */
MUST_USE enum err directory_alarm_rule(struct directory *dir, const struct alarm_rule *key,
                                       struct arena *arena, struct alarm_rule *out);

#endif
