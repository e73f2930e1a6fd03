/*
 * Setting the members of a fix: a value out of its range is left out, so that a decoder need not
 * ask. The plain numbers have their setters made of the rows of fix_map.h, at the end of this file.
 */
#include "model/fix.h"

#include <string.h>

enum { LAT_MAX_E7 = 900000000, LON_MAX_E7 = 1800000000, GSM_MAX = 31, GSM_BARS_MAX = 4 };
enum { ICCID_DIGITS_MAX = 20 };
static const int64_t TIME_MAX_S = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */
enum { TEMPERATURE_MIN_C_E2 = -27315, TEMPERATURE_MAX_C_E2 = INT16_MAX };

/* In the order of the members: neighbours are compared as one word. */
#define NUMBER(member, ...) &&a->member == b->member
bool fix_is_repeat(const struct fix *a, const struct fix *b)
{
    const uint32_t not_payload = FIX_REUPLOAD;
    const uint32_t not_said = FIX_HAS_ALARMS_TOLD;
    bool same_time = (a->flags & FIX_TIME_REPLACED) != 0 || a->gps_time_s == b->gps_time_s;
    return same_time && a->original_time_s == b->original_time_s &&
           (a->has & ~not_said) == (b->has & ~not_said) &&
           (a->flags & ~not_payload) == (b->flags & ~not_payload) && a->lat_e7 == b->lat_e7 &&
           a->lon_e7 == b->lon_e7 &&
           a->alarms == b->alarms FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW) &&
           a->source == b->source && a->temperature_count == b->temperature_count &&
           a->wifi_count == b->wifi_count && a->cell.mcc == b->cell.mcc &&
           a->cell.mnc == b->cell.mnc && a->cell.lac == b->cell.lac && a->cell.cid == b->cell.cid &&
           memcmp(a->temperature_c_e2, b->temperature_c_e2, sizeof(a->temperature_c_e2)) == 0 &&
           memcmp(a->iccid, b->iccid, sizeof(a->iccid)) == 0 &&
           memcmp(a->wifi, b->wifi, sizeof(a->wifi)) == 0;
}
#undef NUMBER

const char *fix_lock_text(enum fix_lock event)
{
    static const char *const texts[] = {
#define X(name, text) [FIX_LOCK_##name] = (text),
        FIX_LOCK_MAP(X)
#undef X
    };
    return texts[event];
}

static bool set_time(struct fix *f, int64_t time_s)
{
    if (time_s < 0 || time_s > TIME_MAX_S) {
        return false;
    }
    f->gps_time_s = time_s;
    f->has |= FIX_HAS_TIME;
    return true;
}

void fix_set_time(struct fix *f, int64_t time_s)
{
    if (set_time(f, time_s)) {
        f->flags &= ~(uint32_t)FIX_TIME_LOCAL;
    }
}

void fix_set_local_time(struct fix *f, int64_t time_s)
{
    if (set_time(f, time_s)) {
        f->flags |= FIX_TIME_LOCAL;
    }
}

void fix_set_position(struct fix *f, int64_t lat_e7, int64_t lon_e7, bool valid)
{
    if (lat_e7 < -LAT_MAX_E7 || lat_e7 > LAT_MAX_E7 || lon_e7 < -LON_MAX_E7 ||
        lon_e7 > LON_MAX_E7 || (lat_e7 == 0 && lon_e7 == 0)) {
        return;
    }
    f->lat_e7 = (int32_t)lat_e7;
    f->lon_e7 = (int32_t)lon_e7;
    f->has |= FIX_HAS_POSITION;
    f->flags |= valid ? FIX_VALID : 0;
}

void fix_set_course_cdeg(struct fix *f, uint64_t course_cdeg)
{
    f->course_cdeg = (uint16_t)(course_cdeg % 36000);
    f->has |= FIX_HAS_COURSE;
}

void fix_set_satellites(struct fix *f, unsigned satellites)
{
    f->satellites = satellites > UINT8_MAX ? UINT8_MAX : (uint8_t)satellites;
    f->has |= FIX_HAS_SATELLITES;
}

void fix_set_gsm(struct fix *f, unsigned csq)
{
    if (csq > GSM_MAX) {
        return;
    }
    f->gsm = (uint8_t)csq;
    f->flags &= ~(uint32_t)FIX_GSM_BARS;
    f->has |= FIX_HAS_GSM;
}

void fix_set_gsm_bars(struct fix *f, unsigned bars)
{
    if (bars > GSM_BARS_MAX) {
        return;
    }
    f->gsm = (uint8_t)bars;
    f->flags |= FIX_GSM_BARS;
    f->has |= FIX_HAS_GSM;
}

void fix_set_rest_days(struct fix *f, unsigned days)
{
    f->rest_days = days > UINT16_MAX ? UINT16_MAX : (uint16_t)days;
    f->has |= FIX_HAS_REST_DAYS;
}

void fix_set_switch(struct fix *f, enum fix_has has, enum fix_flag flag, bool on)
{
    f->has |= (uint32_t)has;
    f->flags = on ? f->flags | (uint32_t)flag : f->flags & ~(uint32_t)flag;
}

void fix_set_temperature(struct fix *f, unsigned index, int64_t temperature_c_e2)
{
    if (index >= FIX_TEMPERATURES_MAX || temperature_c_e2 < TEMPERATURE_MIN_C_E2 ||
        temperature_c_e2 > TEMPERATURE_MAX_C_E2) {
        return;
    }
    while (f->temperature_count <= index) {
        f->temperature_c_e2[f->temperature_count++] = FIX_TEMPERATURE_ABSENT;
    }
    f->temperature_c_e2[index] = (int16_t)temperature_c_e2;
}

void fix_set_iccid(struct fix *f, const char *text)
{
    size_t n = strspn(text, "0123456789abcdefABCDEF");
    if (text[n] != '\0') {
        return;
    }
    while (n > 0 && (text[n - 1] == 'f' || text[n - 1] == 'F')) {
        n--;
    }
    if (n == 0 || n > ICCID_DIGITS_MAX) {
        return;
    }
    memset(f->iccid, 0, sizeof(f->iccid));
    memcpy(f->iccid, text, n);
    f->has |= FIX_HAS_ICCID;
}

void fix_set_cell(struct fix *f, struct cell cell)
{
    if ((f->has & FIX_HAS_CELL) == 0 && cell.mcc != 0) {
        f->cell = cell;
        f->has |= FIX_HAS_CELL;
    }
}

void fix_add_wifi(struct fix *f, const uint8_t mac[6], int rssi_dbm)
{
    if (f->wifi_count == FIX_WIFI_MAX || rssi_dbm < INT8_MIN || rssi_dbm > INT8_MAX) {
        return;
    }
    struct wifi_ap *ap = &f->wifi[f->wifi_count++];
    memcpy(ap->mac, mac, sizeof(ap->mac));
    ap->rssi_dbm = (int8_t)rssi_dbm;
}

void fix_set_alarms_told(struct fix *f, alarm_set told)
{
    f->alarms_told |= told;
    f->has |= FIX_HAS_ALARMS_TOLD;
}

void fix_set_lock(struct fix *f, enum fix_lock event)
{
    f->lock = (uint8_t)event;
    f->has |= FIX_HAS_LOCK;
}

/* ---- the numbers whose setters are given by their rows ---- */

#define SETTER_OWN(member, type, has_bit, low, high)
#define SETTER_GIVEN(member, type, has_bit, low, high)                                             \
    void fix_set_##member(struct fix *f, FIX_WIDEST_##type value)                                  \
    {                                                                                              \
        if ((uint64_t)value - (uint64_t)(low) <= (uint64_t)(high) - (uint64_t)(low)) {             \
            f->member = (type)value;                                                               \
            f->has |= (has_bit);                                                                   \
        }                                                                                          \
    }
#define NUMBER(member, type, has, bit, kept, column, usual, setter, low, high, ...)                \
    SETTER_##setter(member, type, FIX_HAS_##has, low, high)
FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW)
#undef NUMBER
