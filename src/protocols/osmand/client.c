/*
 * What a report means by who sent it.
 *
 * The speed of a query or a form is in metres per second where OsmAnd itself sends it. All others
 * send knots, as Traccar Client did and those that followed it. A person may say so of a device
 * (SpeedUnit) or of all (speed_unit of [protocol.osmand]). JSON comes from the telephones' location
 * services, which tell m/s; there only the device's own setting counts.
 *
 * OsmAnd calls itself so in User-Agent on some telephones. Else it is known by its parameters (its
 * LiveSender): times and distances of the navigation (tta, ttf, dta, dtf, batproc), or an hdop with
 * a time in milliseconds and no accuracy, while Traccar Client counts seconds, tells an accuracy
 * and no hdop. OsmAnd writes the accuracy in metres where the hdop belongs: that is not kept.
 */
#include <string.h>

#include "base/units.h"
#include "model/account.h"
#include "protocols/osmand/osmand.h"

enum { LAT_MAX_E7 = 900000000, LON_MAX_E7 = 1800000000 };

static bool contains(struct bytes text, const char *word)
{
    return text.len > 0 && memmem(text.at, text.len, word, strlen(word)) != NULL;
}

static bool is_osmand(const struct osmand_report *r, struct bytes user_agent)
{
    const unsigned of_osmand = OSMAND_TELLS_HDOP | OSMAND_TELLS_MILLISECONDS;
    if (contains(user_agent, "OsmAnd")) {
        return true;
    }
    if (contains(user_agent, "Traccar")) {
        return false;
    }
    return (r->traits & OSMAND_TELLS_ROUTE) != 0 ||
           (r->traits & (of_osmand | OSMAND_TELLS_ACCURACY)) == of_osmand;
}

static enum speed_unit unit_of(const struct session *s, bool is_json, bool sent_by_osmand)
{
    if (s->device_speed_unit != SPEED_UNIT_UNSET) {
        return (enum speed_unit)s->device_speed_unit;
    }
    if (!is_json && s->speed_unit != SPEED_UNIT_UNSET) {
        return (enum speed_unit)s->speed_unit;
    }
    return is_json || sent_by_osmand ? SPEED_UNIT_MPS : SPEED_UNIT_KNOTS;
}

static uint32_t kmh_e2_of(uint64_t speed_e7, enum speed_unit unit)
{
    switch (unit) {
    case SPEED_UNIT_MPS:
        return units_kmh_e2_from_ms_e7(speed_e7);
    case SPEED_UNIT_KMH:
        return units_kmh_e2_from_kmh_e7(speed_e7);
    case SPEED_UNIT_KNOTS:
    case SPEED_UNIT_UNSET:
        break;
    }
    return units_kmh_e2_from_knots_e7(speed_e7);
}

/* Whether the position is sound, or there is none at all. */
static bool has_good_place(const struct osmand_report *r)
{
    return !r->is_bad && r->has_lat == r->has_lon && r->lat_e7 >= -LAT_MAX_E7 &&
           r->lat_e7 <= LAT_MAX_E7 && r->lon_e7 >= -LON_MAX_E7 && r->lon_e7 <= LON_MAX_E7;
}

/* Takes out all that belongs to the position. */
static void drop_place(struct osmand_report *r)
{
    const uint32_t of_place = FIX_HAS_ALTITUDE | FIX_HAS_COURSE | FIX_HAS_SATELLITES | FIX_HAS_HDOP;
    r->has_lat = false;
    r->has_lon = false;
    r->has_speed = false;
    r->fix.has &= ~of_place;
    r->fix.altitude_dm = 0;
    r->fix.course_cdeg = 0;
    r->fix.satellites = 0;
    r->fix.hdop_e2 = 0;
}

bool osmand_report_finish(struct osmand_report *r, const struct session *s,
                          const struct http_request *request, bool is_json)
{
    bool is_good = has_good_place(r);
    bool sent_by_osmand = !is_json && is_osmand(r, request->user_agent);
    if (!is_good) {
        drop_place(r);
    }
    if (sent_by_osmand) {
        r->fix.has &= ~(uint32_t)FIX_HAS_HDOP;
        r->fix.hdop_e2 = 0;
    }
    if (r->has_speed) {
        enum speed_unit unit = unit_of(s, is_json, sent_by_osmand);
        fix_set_speed_kmh_e2(&r->fix, kmh_e2_of(r->speed_e7, unit));
    }
    if (r->has_lat) {
        fix_set_position(&r->fix, r->lat_e7, r->lon_e7, !r->is_invalid);
    } else if (r->fix.wifi_count > 0) {
        r->fix.source = FIX_WIFI;
    } else if ((r->fix.has & FIX_HAS_CELL) != 0) {
        r->fix.source = FIX_LBS;
    }
    /* Most clients name an alarm once and never tell its end, so a name does not promise it. */
    fix_set_alarms_told(&r->fix, r->lists_alarms ? osmand_alarms_known() & ~r->fix.alarms : 0);
    return is_good;
}
