#ifndef API_TODAY_H
#define API_TODAY_H

#include "api/call.h"
#include "base/json.h"
#include "fleet/live.h"

/* What a device travelled since midnight of its enterprise's zone. */
struct today {
    bool is_known;
    uint64_t distance_m_e2;
};

/* The day that it is now in the enterprise's zone; its base is 0. */
struct live_day today_of(struct call *c);
/*
 * Looks it up. The live state mostly knows it; else the store is read, so this is for query threads
 * alone. What cannot be read is not known, and logged.
 */
struct today today_look(struct call *c, const struct device_ref *ref, const struct live_day *day);
/* As text of kilometres with three decimals, or null. */
void today_write(const struct today *today, struct json_out *out);

#endif
