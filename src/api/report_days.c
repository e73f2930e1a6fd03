/* Days of a device as one row. The page of reports adds them up in the same way. */
#include "api/report_days.h"

#include <glib.h>
#include <string.h>

#include "base/json_read.h"

/* The digits of a number are followed by what ends it; a text has a NUL. */
static int64_t whole(const struct json_value *row, const char *name)
{
    const struct json_value *v = json_read_member(row, name);
    return v == NULL ? 0 : g_ascii_strtoll((const char *)v->text.at, NULL, 10);
}

static bool has_text(const struct json_value *v)
{
    return v != NULL && v->kind == JSON_KIND_STRING && v->text.len > 0;
}

static struct bytes copy_of(const struct json_value *v, struct arena *arena)
{
    return has_text(v) ? arena_copy(arena, v->text) : bytes_of_text("");
}

static void add_day(struct report_days *days, const struct json_value *row, struct arena *arena)
{
    const struct json_value *speed = json_read_member(row, "MaxSpeed");
    const struct json_value *lon = json_read_member(row, "Lon");
    double top_kmh = speed == NULL ? 0 : g_ascii_strtod((const char *)speed->text.at, NULL);
    days->trips += whole(row, "Trips");
    days->driving_s += whole(row, "DrivingSeconds");
    days->idle_s += whole(row, "IdleSeconds");
    days->top_speed_kmh = top_kmh > days->top_speed_kmh ? top_kmh : days->top_speed_kmh;
    days->has_fuel = days->has_fuel || has_text(json_read_member(row, "FuelUsed"));
    if (has_text(lon)) {
        days->lon = copy_of(lon, arena);
        days->lat = copy_of(json_read_member(row, "Lat"), arena);
        days->place = copy_of(json_read_member(row, "Place"), arena);
    }
}

void report_days_add(struct report_days *days, const struct json_value *rows, struct arena *arena)
{
    for (const struct json_value *row = rows->first; row != NULL; row = row->next) {
        add_day(days, row, arena);
    }
}

static struct bytes number(int64_t n, struct arena *arena)
{
    return bytes_of_text(arena_format(arena, "%" G_GINT64_FORMAT, n));
}

struct bytes report_days_value(const struct report_days *days, const char *member,
                               struct arena *arena)
{
    if (strcmp(member, "Trips") == 0) {
        return number(days->trips, arena);
    }
    if (strcmp(member, "DrivingSeconds") == 0) {
        return number(days->driving_s, arena);
    }
    if (strcmp(member, "IdleSeconds") == 0) {
        return number(days->idle_s, arena);
    }
    if (strcmp(member, "MaxSpeed") == 0) {
        return bytes_of_text(arena_format(arena, "%.1f", days->top_speed_kmh));
    }
    return strcmp(member, "Place") == 0 ? days->place
           : strcmp(member, "Lon") == 0 ? days->lon
           : strcmp(member, "Lat") == 0 ? days->lat
                                        : bytes_of_text("");
}
