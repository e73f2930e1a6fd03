#ifndef API_DEVICE_FIELDS_H
#define API_DEVICE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "api/call.h"
#include "api/methods.h"
#include "api/params.h"
#include "base/json.h"
#include "model/entity.h"
#include "model/message.h"

/*
 * The fields of a device in the API, one row each: AddDevice, AddDevices and ModifyDevice take
 * them, ListDevices shows them. A row is X(its name, how it is taken and shown, its member of
 * `struct device`, its parameter, its member of the reply). ModifyDevice takes the same parameters
 * with one difference: where `is_change` makes a field may_be_empty, "" is a fault there, and does
 * not mean "none given".
 */
#define DEVICE_FIELD_MAP(X, is_change)                                                             \
    X(ID, IDENTITY, device_id,                                                                     \
      (.name = "DeviceID", .type = PARAM_TEXT, .required = true,                                   \
       .doc = "Identity that the tracker reports: " DEVICE_ID_RULE                                 \
              "; digits alone are compared without leading zeros"),                                \
      (.name = "DeviceID", .type = REPLY_TEXT, .example = "\"862306128008106\"",                   \
       .doc = "Identity that the tracker reports"))                                                \
    X(PLATE, PLATE, plate,                                                                         \
      (.name = "VehiclePlate", .type = PARAM_TEXT, .is_name = true, .may_be_empty = (is_change),   \
       .max = NAME_MAX_CHARS,                                                                      \
       .doc = "Display name, unique in the enterprise; the DeviceID unless given"),                \
      (.name = "VehiclePlate", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"))  \
    X(CODE, TEXT, object_code,                                                                     \
      (.name = "ObjectCode", .type = PARAM_TEXT, .is_name = true, .may_be_empty = (is_change),     \
       .max = DEVICE_SHORT_TEXT_MAX,                                                               \
       .doc = "Number of the vehicle, unique in the enterprise; made unless given"),               \
      (.name = "ObjectCode", .type = REPLY_TEXT, .example = "\"2004130036\"",                      \
       .doc = "Number of the vehicle or asset"))                                                   \
    X(SIM, TEXT, sim,                                                                              \
      (.name = "SIM", .type = PARAM_TEXT, .is_name = true, .may_be_empty = true,                   \
       .max = DEVICE_SHORT_TEXT_MAX, .doc = "Phone number"),                                       \
      (.name = "SIM", .type = REPLY_TEXT, .example = "\"1064755708\"", .doc = "Phone number"))     \
    X(ICCID, TEXT, iccid,                                                                          \
      (.name = "ICCID", .type = PARAM_TEXT, .is_name = true, .may_be_empty = true,                 \
       .max = DEVICE_SHORT_TEXT_MAX, .doc = "Of the SIM card"),                                    \
      (.name = "ICCID", .type = REPLY_TEXT, .example = "\"\"", .doc = "Of the SIM card"))          \
    X(TYPE, NUMBER, type,                                                                          \
      (.name = "DeviceType", .type = PARAM_INT, .max = DEVICE_ASSET,                               \
       .doc = "0 vehicle, 1 person, 2 asset"),                                                     \
      (.name = "DeviceType", .type = REPLY_INT, .example = "0",                                    \
       .doc = "0 vehicle, 1 person, 2 asset"))                                                     \
    X(PASSWORD, SECRET, password_hash,                                                             \
      (.name = "Password", .type = PARAM_SECRET, .may_be_empty = true, .max = NAME_MAX_CHARS,      \
       .doc = "For lock commands; without one they are refused"),                                  \
      (.name = "HasPassword", .type = REPLY_BOOL, .example = "false",                              \
       .doc = "Lock commands have a password; never told"))                                        \
    X(TANK, LITRES, tank_ml,                                                                       \
      (.name = "TankLitres", .type = PARAM_DECIMAL, .max = DEVICE_TANK_MAX_L,                      \
       .doc = "0: unknown"),                                                                       \
      (.name = "TankLitres", .type = REPLY_NUMBER, .example = "60.000", .doc = "0: unknown"))      \
    X(MODEL, TEXT, model,                                                                          \
      (.name = "Model", .type = PARAM_TEXT, .is_name = true, .may_be_empty = true,                 \
       .max = NAME_MAX_CHARS, .doc = "Of the tracker"),                                            \
      (.name = "Model", .type = REPLY_TEXT, .example = "\"GT06\"", .doc = "Of the tracker"))       \
    X(GROUP, NUMBER, group_id,                                                                     \
      (.name = "GroupID", .type = PARAM_INT, .max = INT64_MAX, .doc = "0: in no group"),           \
      (.name = "GroupID", .type = REPLY_INT, .example = "0", .doc = "0: in no group"))             \
    X(UTC_OFFSET, OFFSET, utc_offset_min,                                                          \
      (.name = "UtcOffsetMinutes", .type = PARAM_INT, .may_be_null = true,                         \
       .min = UTC_OFFSET_MIN_MIN, .max = UTC_OFFSET_MIN_MAX,                                       \
       .doc = "Zone of the tracker's clock, east of UTC; null: as its protocol says"),             \
      (.name = "UtcOffsetMinutes", .type = REPLY_INT, .nullable = true, .example = "null",         \
       .doc = "Zone of its clock; null: not set"))                                                 \
    X(SPEED_UNIT, UNIT, speed_unit,                                                                \
      (.name = "SpeedUnit", .type = PARAM_TEXT, .may_be_null = true,                               \
       .doc = "knots, mps or kmh: of a phone's speeds (OsmAnd protocol); null: as configured"),    \
      (.name = "SpeedUnit", .type = REPLY_TEXT, .nullable = true, .example = "null",               \
       .doc = "Of its speeds; null: as its protocol says"))                                        \
    X(NOTE, TEXT, note,                                                                            \
      (.name = "Note", .type = PARAM_TEXT, .may_be_empty = true, .max = NOTE_MAX_CHARS,            \
       .doc = "Free text, at most 200 characters"),                                                \
      (.name = "Note", .type = REPLY_TEXT, .example = "\"Spare key in the office\"",               \
       .doc = "Free text"))

#define DEVICE_FIELD_UNWRAP(...) __VA_ARGS__

enum { DEVICE_SHORT_TEXT_MAX = 32, DEVICE_TANK_MAX_L = 100000 };

/* The places of the parameters in both tables, and of their members in a reply. */
enum device_param {
#define X(key, sort, from, param, shown) DEVICE_##key,
    DEVICE_FIELD_MAP(X, false)
#undef X
        DEVICE_PARAMS
};

extern const struct param_row device_add_params[DEVICE_PARAMS];
extern const struct param_row device_change_params[DEVICE_PARAMS];

/*
 * Whether a value is at fault beyond what its parameter says; it fills *fault. The identity of a
 * device that is not new may follow an older rule: it is found, or it is not.
 */
bool device_fields_fault(const struct value *values, bool is_new, struct param_fault *fault);
/*
 * Puts what `values` has into `d`, which borrows their texts and, of the password, its hash in the
 * arena of the call. The identity stays as it is.
 */
void device_fields_take(struct call *c, struct device *d, const struct value *values);
/* Writes the value of one field as ListDevices shows it. */
void device_field_write(struct json_out *out, enum device_param field, const struct device *d);

#endif
