/*
 * A device at one time as the API shows it, from the state that the fold made. Sections 7 to 10
 * answer the same members, section 27 most of them.
 */
#include "api/snapshot.h"

#include <math.h>

#include "base/units.h"
#include "geo/gcj.h"

enum {
    CM_PER_DECIKM = 10000, /* a tenth of a kilometre */
    ML_PER_DECILITRE = 100,
    CDEG_PER_DEG = 100,
    DEG_ALL = 360,
    E7_PER_E6 = 10,
    E6_PER_DEG = 1000000,
    PLACE_DECIMALS = 6,
};

void snapshot_write_km(uint64_t distance_m_e2, struct json_out *out)
{
    json_decimal_string(out, units_rounded((int64_t)distance_m_e2, CM_PER_DECIKM), 1);
}

void snapshot_write_litres(uint64_t volume_ml, struct json_out *out)
{
    json_decimal_string(out, units_rounded((int64_t)volume_ml, ML_PER_DECILITRE), 1);
}

bool snapshot_has_position(const struct fold_state *state)
{
    return fix_has_position(&state->current);
}

static void write_time(struct zone_clock *clock, struct json_out *out, const char *name,
                       int64_t time_s)
{
    char text[ZONE_TEXT_SIZE];
    zone_format(clock, ZONE_TIME, time_s, text);
    json_name(out, name);
    json_string_bytes(out, (struct bytes){(const uint8_t *)text, ZONE_TEXT_SIZE - 1});
}

struct shown_place snapshot_place(const struct fix *fix)
{
    return (struct shown_place){
        .lat_e6 = (int32_t)units_rounded(fix->lat_e7, E7_PER_E6),
        .lon_e6 = (int32_t)units_rounded(fix->lon_e7, E7_PER_E6),
    };
}

struct shown_place snapshot_gcj_place(const struct fix *fix)
{
    struct degrees wgs = degrees_of((struct point){fix->lat_e7, fix->lon_e7});
    struct degrees gcj = gcj_of_wgs(wgs);
    return (struct shown_place){
        .lat_e6 = (int32_t)lround(gcj.lat_deg * E6_PER_DEG),
        .lon_e6 = (int32_t)lround(gcj.lon_deg * E6_PER_DEG),
    };
}

static void write_movement(const struct fix *f, struct json_out *out)
{
    struct shown_place place = snapshot_place(f);
    json_name(out, "Lon");
    json_decimal(out, place.lon_e6, PLACE_DECIMALS);
    json_name(out, "Lat");
    json_decimal(out, place.lat_e6, PLACE_DECIMALS);
    json_name(out, "Speed");
    json_decimal(out, units_rounded(f->speed_kmh_e2, 10), 1);
    json_name(out, "Direct");
    json_int(out, units_rounded(f->course_cdeg, CDEG_PER_DEG) % DEG_ALL);
}

void snapshot_write_times(const struct snapshot *shown, struct json_out *out)
{
    write_time(shown->rcv_clock, out, "RcvTime", shown->fix->rcv_time_s);
    write_time(shown->clock, out, "GPSTime", shown->fix->gps_time_s);
}

void snapshot_write_words(const struct snapshot *shown, struct json_out *out)
{
    char status[FOLD_STATUS_SIZE];
    fold_status_text(shown->state, shown->fix, shown->alarms, status, sizeof(status));
    json_name(out, "StatusDes");
    json_write_string(out, status);
}

void snapshot_write_report(const struct snapshot *shown, struct json_out *out)
{
    json_name(out, "VehicleNum");
    json_write_string(out, shown->device->plate);
    write_time(shown->clock, out, "GPSTime", shown->fix->gps_time_s);
    write_time(shown->rcv_clock, out, "RcvTime", shown->fix->rcv_time_s);
    write_movement(&shown->state->current, out);
    json_name(out, "Mileage");
    snapshot_write_km(shown->state->odometer_m_e2, out);
    snapshot_write_words(shown, out);
}

void snapshot_write(const struct snapshot *shown, struct json_out *out)
{
    json_name(out, "ObjectCode");
    json_write_string(out, shown->device->object_code);
    snapshot_write_report(shown, out);
    json_name(out, "OilNum");
    snapshot_write_litres(shown->state->current.fuel_ml, out);
}

void snapshot_write_flags(const struct call *c, const struct live *live, alarm_set alarms,
                          struct json_out *out)
{
    const uint32_t ignition_on = FIX_IGNITION_ON;
    json_name(out, "IsOnline");
    json_int(out, live_is_online(live, c->now_monotonic_ms, c->now_ms));
    json_name(out, "IsAlarm");
    json_int(out, alarms != 0);
    json_name(out, "Status");
    json_int(out, (live->state.current.flags & ignition_on) != 0);
    json_name(out, "IsReversal");
    json_int(out, 0);
}
