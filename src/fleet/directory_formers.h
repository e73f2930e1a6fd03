#ifndef FLEET_DIRECTORY_FORMERS_H
#define FLEET_DIRECTORY_FORMERS_H

#include "fleet/directory.h"

/*
 * Former devices: what is left of a device in an enterprise that it left without its history. They
 * are in no list, and are found by the functions here alone, and by directory_find(). Any thread.
 */

/*
 * As directory_find_by_device_id() and directory_find_by_plate(), and where there is no such device
 * the former one of the caller's enterprise, of several the last; not for callers who are limited
 * to groups, since a former device is in none.
 */
MUST_USE enum err directory_find_history_by_device_id(struct directory *dir,
                                                      const struct caller *caller,
                                                      const char *device_id,
                                                      struct device_ref *out);
MUST_USE enum err directory_find_history_by_plate(struct directory *dir,
                                                  const struct caller *caller, const char *plate,
                                                  struct device_ref *out);
/* The former device of that DeviceID in an enterprise, of several the last. ERR_NOT_FOUND. */
MUST_USE enum err directory_find_former(struct directory *dir, int64_t enterprise_id,
                                        const char *device_id, struct device_ref *out);
/* Whether any device moved without its history; for the ingest thread. */
bool directory_has_pasts(const struct directory *dir);
/* The internal id of the device whose a report of that time is: the device's own, or a former's. */
int64_t directory_owner_at(struct directory *dir, int64_t device_id, int64_t time_s);
/*
 * Appends that reports of before `now_s` are not those of device_id, which goes on then in place of
 * former_id, but of whose they were until then.
 */
void directory_note_past(struct directory *dir, struct change_list *changes, int64_t device_id,
                         int64_t former_id, int64_t now_s);

#endif
