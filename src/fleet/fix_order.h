#ifndef FLEET_FIX_ORDER_H
#define FLEET_FIX_ORDER_H

#include "base/bytes.h"
#include "model/fix.h"

/*
 * The one order in which the fixes of a device are folded, stored and read, with their packed extra
 * values: negative where `a` comes first, positive where `b` does, 0 where one repeats the other
 * (fix_is_repeat()). It asks what a tracker sent and never when that arrived, so that any order of
 * arrival comes to the same. Only reports without a time of their own, or without one that can be
 * right, are ordered by arrival: 0 of two that came in one second, which therefore stay in the
 * order in which they are.
 */
int fix_order(const struct fix *a, struct bytes a_extras, const struct fix *b,
              struct bytes b_extras);
/* The same of the bodies of two packed records (pack.h) of one time, which were checked before. */
int fix_order_packed(struct bytes a, struct bytes b);

#endif
