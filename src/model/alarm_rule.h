#ifndef MODEL_ALARM_RULE_H
#define MODEL_ALARM_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * The alarm rules of an enterprise, a group or a device, as they were between two changes. A field
 * that is not set inherits: a device from its group, that from its enterprise.
 */
enum rule_scope { RULE_OF_ENTERPRISE, RULE_OF_GROUP, RULE_OF_DEVICE, RULE_SCOPES };

/* The fields that are numbers, and since which version of the schema; 0: since there are rules. */
#define RULE_FIELD_MAP(X)                                                                          \
    X(OVERSPEED_KMH_E2, overspeed_kmh_e2, 0)                                                       \
    X(OVERSPEED_S, overspeed_s, 0)                                                                 \
    X(LOW_BATTERY_PERCENT, low_battery_percent, 0)                                                 \
    X(TEMPERATURE_MIN_C_E2, temperature_min_c_e2, 0)                                               \
    X(TEMPERATURE_MAX_C_E2, temperature_max_c_e2, 0)                                               \
    X(OFFLINE_S, offline_s, 0)                                                                     \
    X(DISPLACEMENT_M, displacement_m, 0)                                                           \
    X(FATIGUE_S, fatigue_s, 0)                                                                     \
    X(LOW_DATA_PERCENT, low_data_percent, 8) /* of the device's SIM cards, as the next two */      \
    X(LOW_SMS, low_sms, 8)                                                                         \
    X(SIM_EXPIRY_DAYS, sim_expiry_days, 8)

enum rule_field {
#define X(NAME, name, since) RULE_##NAME,
    RULE_FIELD_MAP(X)
#undef X
        RULE_FIELDS
};

#define RULE_OFF INT32_MIN /* a field that is set to off */

struct alarm_rule {
    int64_t enterprise_id;
    enum rule_scope scope;
    int64_t subject_id; /* the group, or the device's internal id; of an enterprise 0 */
    int64_t from_s;     /* it is so from this time on ... */
    int64_t until_s;    /* ... and no longer at this one; INT64_MAX: it is so now */
    bool has[RULE_FIELDS];
    int32_t values[RULE_FIELDS];
    bool has_temperatures; /* ... of single sensors; none of them: off */
    const uint8_t *temperatures;
    size_t temperatures_len;
};

/* The bounds of one sensor, hundredths of degrees Celsius; INT16_MIN and INT16_MAX: none. */
struct rule_temperature {
    uint8_t sensor; /* from 1 */
    int16_t min_c_e2;
    int16_t max_c_e2;
};

enum { RULE_TEMPERATURE_BYTES = 5 };

/* Writes one sensor's bounds to `out`. */
void rule_temperature_pack(const struct rule_temperature *t, uint8_t out[RULE_TEMPERATURE_BYTES]);
/* Reads those at place `i`; false behind the last. */
bool rule_temperature_at(const struct alarm_rule *rule, size_t i, struct rule_temperature *out);

#endif
