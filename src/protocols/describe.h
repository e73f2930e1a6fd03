#ifndef PROTOCOLS_DESCRIBE_H
#define PROTOCOLS_DESCRIBE_H

#include "base/json.h"
#include "protocols/protocol.h"

/*
 * Writes one message as the JSON object that `odograph decode` prints and the vectors hold:
 * "protocol", "type" (login, heartbeat, fix, alarm, response, lock, other), "device_id", then of a
 * fix "gps_time", "valid", "lat", "lon", "altitude_m", "speed_kmh", "course_deg", "satellites",
 * "gsm", "ignition", "odometer_km", "fuel_l", "power_v", "battery_v", "battery_percent",
 * "temperatures_c", "iccid", "alarms", "source", "reupload" and further members of struct fix, of a
 * response "text", and "ack" (hex), each only where the frame says it. `ack` may be empty.
 */
void protocol_describe(struct json_out *j, const struct protocol *p, const struct decoded *d,
                       const struct message *m, struct bytes ack);

#endif
