#ifndef SIMULATE_DEMO_MAKE_H
#define SIMULATE_DEMO_MAKE_H

#include "fleet/directory.h"
#include "ingest/ingest.h"
#include "simulate/demo_fleet.h"

/* How the demonstration fleet gets into the directory, and what is remembered of its past there. */

enum { DEMO_MONTH_S = 31 * 86400 };

/*
 * Makes the enterprise, its user demo/demo, and where they are missing its groups, vehicles, SIM
 * cards, geofences and alarm rules; geofences and rules hold for its past, too. *user_id is the
 * user's. What people changed or deleted since stays as they have it, but for vehicles.
 */
MUST_USE enum err demo_make(struct ingest *in, struct directory *dir, const struct roads *roads,
                            int64_t *user_id);
/*
 * Up to when the past of the fleet is stored, a time that demo_note_past() noted; 0: nothing of it
 * is, or not all.
 */
int64_t demo_past_until_s(struct directory *dir, int64_t user_id);
/* Notes that all of the past up to that time is stored. */
MUST_USE enum err demo_note_past(struct ingest *in, int64_t user_id, int64_t until_s);
/* When a vehicle was registered; 0: it is not. */
int64_t demo_registered_s(struct directory *dir, const char *device_id);

#endif
