#ifndef SIMULATE_DEMO_H
#define SIMULATE_DEMO_H

#include <stdbool.h>

#include "base/err.h"
#include "fleet/directory.h"
#include "ingest/ingest.h"

/*
 * The demonstration fleet of `serve --demo`: sixty vehicles of mixed protocols that drive on real
 * roads and report through the real device port, with a month of history behind them.
 */
struct demo;

/* Whether the demonstration's user and enterprise are kept in this directory. Any thread. */
bool demo_is_kept(struct directory *dir);
/*
 * Whether a demonstration may be put here: its well-known login would open the data of others. So
 * only where no enterprise is yet, or where demo_is_kept(). Any thread.
 */
bool demo_may_be_kept(struct directory *dir);
/*
 * Makes the enterprise, its user demo/demo and the vehicles where they are missing, then starts
 * a thread that drives them against `device_address` ("ADDR:PORT"), and sends their past there.
 */
MUST_USE enum err demo_start(struct ingest *in, struct directory *dir, const char *device_address,
                             struct demo **out);
/* Ends the thread. `d` may be NULL. */
void demo_stop(struct demo *d);

#endif
