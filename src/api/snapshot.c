/*
 * A device at one time as the API shows it, from the state that the fold made. Sections 7 to 10
 * answer the same members.
 */
#include "api/snapshot.h"

enum {
    CM_PER_DECIKM = 10000, /* a tenth of a kilometre */
    ML_PER_DECILITRE = 100,
    CDEG_PER_DEG = 100,
    DEG_ALL = 360,
};

/* v / unit rounded to the nearest, halves away from zero. */
static int64_t rounded(int64_t v, int64_t unit)
{
    return (v < 0 ? v - unit / 2 : v + unit / 2) / unit;
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

static void write_movement(const struct fix *f, struct json_out *out)
{
    json_name(out, "Lon");
    json_decimal(out, rounded(f->lon_e7, 10), 6);
    json_name(out, "Lat");
    json_decimal(out, rounded(f->lat_e7, 10), 6);
    json_name(out, "Speed");
    json_decimal(out, rounded(f->speed_kmh_e2, 10), 1);
    json_name(out, "Direct");
    json_int(out, rounded(f->course_cdeg, CDEG_PER_DEG) % DEG_ALL);
}

void snapshot_write(const struct snapshot *shown, struct json_out *out)
{
    const struct fix *current = &shown->state->current;
    char status[FOLD_STATUS_SIZE];
    fold_status_text(shown->state, shown->fix, status, sizeof(status));
    json_name(out, "ObjectCode");
    json_write_string(out, shown->device->object_code);
    json_name(out, "VehicleNum");
    json_write_string(out, shown->device->plate);
    write_time(shown->clock, out, "GPSTime", shown->fix->gps_time_s);
    write_time(shown->rcv_clock, out, "RcvTime", shown->fix->rcv_time_s);
    write_movement(current, out);
    json_name(out, "Mileage");
    json_decimal_string(out, rounded((int64_t)shown->state->odometer_m_e2, CM_PER_DECIKM), 1);
    json_name(out, "StatusDes");
    json_write_string(out, status);
    json_name(out, "OilNum");
    json_decimal_string(out, rounded(current->fuel_ml, ML_PER_DECILITRE), 1);
}
