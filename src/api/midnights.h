#ifndef API_MIDNIGHTS_H
#define API_MIDNIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/zone.h"

/*
 * The days of a range in the clock's zone: the instants at which they begin, and that at which the
 * last one ends, which is behind to_s. from_s is not above to_s. The array of *day_count + 1 is in
 * `arena`; it grows with the range, which the caller bounds.
 */
int64_t *midnights_make(struct zone_clock *clock, int64_t from_s, int64_t to_s, struct arena *arena,
                        size_t *day_count);

#endif
