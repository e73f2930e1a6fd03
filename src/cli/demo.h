#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include <stdint.h>

#include "base/err.h"
#include "fleet/directory.h"
#include "ingest/ingest.h"

/*
 * The demonstration fleet of `serve --demo`: twenty vehicles of mixed protocols that drive through
 * the real device port, with a day of history behind them.
 */
struct demo;

/*
 * Makes the enterprise, its user demo/demo and the vehicles where they are missing, then starts a
 * thread that drives them against `device_address` ("ADDR:PORT").
 */
MUST_USE enum err demo_start(struct ingest *in, struct directory *dir, const char *device_address,
                             struct demo **out);
/* Ends the thread. `d` may be NULL. */
void demo_stop(struct demo *d);

#endif
