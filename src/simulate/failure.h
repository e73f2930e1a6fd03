#ifndef SIMULATE_FAILURE_H
#define SIMULATE_FAILURE_H

#include "simulate/client.h"

/* Says on standard error why a connection to the device port failed: `number` is its errno. */
void sim_failure_tell(const struct sim_options *options, int number);
/* Keeps the first failure of a run, and tells it at once where somebody looks on (progress). */
void sim_failure_note(const struct sim_options *options, struct sim_result *result, int number);

#endif
