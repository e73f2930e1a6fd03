/*
 * The sections [protocol.NAME]: the zone and the unit of speeds of all devices of a protocol, and a
 * port of its own.
 */
#include "cli/protocol_sections.h"

#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "model/account.h"

enum { E7 = 10000000 };

/* utc_offset_min: the zone of the clocks of the protocol's devices. */
static const char *set_utc_offset(struct options *o, size_t protocol, const char *value)
{
    int64_t minutes_e7;
    bool is_number = parse_decimal_e7(bytes_of_text(value), &minutes_e7);
    int64_t minutes = is_number ? minutes_e7 / E7 : 0;
    if (!is_number || minutes_e7 % E7 != 0 || minutes < UTC_OFFSET_MIN_MIN ||
        minutes > UTC_OFFSET_MIN_MAX) {
        return arena_format(&o->texts, "wants minutes from %d to %d", UTC_OFFSET_MIN_MIN,
                            UTC_OFFSET_MIN_MAX);
    }
    o->gateway.utc_offset_min[protocol] = (int16_t)minutes;
    return NULL;
}

/* speed_unit = knots, mps or kmh: what their speeds are told in, where the protocol leaves it open.
 */
static const char *set_speed_unit(struct options *o, size_t protocol, const char *value)
{
    enum speed_unit unit = speed_unit_of(value);
    if (!protocol_at(protocol)->asks_speed_unit) {
        return "the protocol itself says the unit";
    }
    if (unit == SPEED_UNIT_UNSET) {
        return "wants knots, mps or kmh";
    }
    o->gateway.speed_unit[protocol] = (uint8_t)unit;
    return NULL;
}

/* port: where the protocol alone is spoken. */
static const char *set_own_port(struct options *o, size_t protocol, const char *value)
{
    uint64_t port = 0;
    if (!parse_u64(bytes_of_text(value), &port) || port == 0 || port > UINT16_MAX) {
        return "wants a port from 1 to 65535";
    }
    o->gateway.own_port[protocol] = (uint16_t)port;
    return NULL;
}

const char *protocol_sections_set(struct options *o, const char *name, const char *key,
                                  const char *value)
{
    static const struct {
        const char *key;
        const char *(*set)(struct options *o, size_t protocol, const char *value);
    } keys[] = {
        {"utc_offset_min", set_utc_offset}, {"speed_unit", set_speed_unit}, {"port", set_own_port}};
    size_t protocol = protocol_index_of(bytes_of_text(name));
    if (protocol == PROTOCOL_COUNT) {
        return "no such protocol";
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(key, keys[i].key) == 0) {
            return keys[i].set(o, protocol, value);
        }
    }
    return "no such option";
}

const char *protocol_sections_check(struct options *o)
{
    const struct gateway_options *g = &o->gateway;
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        bool is_spoken = g->protocols == 0 || (g->protocols >> i & 1) != 0;
        if (!is_spoken && g->own_port[i] != 0) {
            return arena_format(&o->texts, "protocol.%s", protocol_at(i)->name);
        }
    }
    return NULL;
}

void protocol_sections_print(void)
{
    (void)printf(
        "\n# The zone of the clocks of all devices of a protocol, in minutes east of UTC.\n"
        "#[protocol.jt808]\n#utc_offset_min = 480\n"
        "\n# A port where one protocol alone is spoken, beside the device port.\n"
        "#[protocol.h02]\n#port = 5013\n"
        "\n# What speeds in queries and forms are told in, whoever sends them: knots, mps or kmh.\n"
        "# Unless set, mps of OsmAnd where it can be told, knots of all others.\n"
        "#[protocol.osmand]\n#speed_unit = mps\n");
}
