/*
 * The newer reports of Totem, in fixed columns:
 *
 *     40004000 260102030405 4112 0000 00A1F2C3 09 22 180 054 00.9 0000123 2333.0312S 04637.9986W
 * 0007 status   UTC          |    |    LAC CID  |  |  deg km/h HDOP km     lat        lon serial
 *                  volts  --'    '- adc        |  '- GSM, 0 to 31
 *                                              '- satellites
 *
 * What is there between the time and the satellites, and behind the longitude, hangs on the model,
 * and its length tells:
 *
 *     15  battery in 0.01 V, adc          16  battery in 0.1 V and volts of the supply, adc
 *     20  the same and a temperature      21  as 16, MNC 2 and MCC 3 behind the cell
 *     24  the same and two temperatures   36  four adcs and two temperatures
 *     behind the longitude: the serial number, with a temperature of 4 characters before it or not
 *
 * Scales of adc and temperatures are not documented: they are left out. The bits of the status are
 * counted from the top one, 1: 1 SOS, 2 ignition, 3 overspeed, 4 charging, 5 out of and 6 in a
 * geofence, 7 the antenna; 18, or with two temperatures 20, that the place is valid.
 *
 *     E2  yymmddhhmmss,lon,lat,card       E5  yymmddhhmmss,lon,lat,version,odometer,fuel used,
 *     consumption,mV,rpm,km/h,...: what an adapter says. Neither has a mark of validity.
 */
#include <string.h>

#include "protocols/fields.h"
#include "protocols/totem/totem.h"

enum { TYPE_CARD = 0xe2, TYPE_OBD = 0xe5 };

static const struct alarm_row type_rows[] = {
    {0x01, ALARM_BIT(SOS)},
    {0x02, ALARM_BIT(OVERSPEED)},
    {0x04, ALARM_BIT(GEOFENCE_LEAVE)},
    {0x05, ALARM_BIT(GEOFENCE_ENTER)},
    {0x06, ALARM_BIT(DISPLACEMENT)},
    {0x07, ALARM_BIT(GPS_ANTENNA)},
    {0x10, ALARM_BIT(POWER_OFF)},
    {0x12, ALARM_BIT(LOW_BATTERY)},
    {0x13, ALARM_BIT(LOW_BATTERY)},
    {0x40, ALARM_BIT(VIBRATION)},
    {0x42, ALARM_BIT(HARSH_ACCELERATION)},
    {0x43, ALARM_BIT(HARSH_BRAKING)},
};
static const struct alarm_table type_alarms = ALARM_TABLE(type_rows);

/* By the number of the bit from below. */
static const struct alarm_row status_rows[] = {
    {31, ALARM_BIT(SOS)},
    {29, ALARM_BIT(OVERSPEED)},
    {27, ALARM_BIT(GEOFENCE_LEAVE)},
    {26, ALARM_BIT(GEOFENCE_ENTER)},
    {25, ALARM_BIT(GPS_ANTENNA)},
};
static const struct alarm_table status_alarms = ALARM_TABLE(status_rows);

struct bytes totem_take(struct bytes *in, size_t len)
{
    struct bytes taken = bytes_slice(*in, 0, len);
    *in = bytes_slice(*in, len, SIZE_MAX);
    return taken;
}

void totem_set_time(struct fix *f, struct bytes digits, bool day_first)
{
    enum { DATE_LEN = 6 };
    field_set_time(f, bytes_slice(digits, 0, DATE_LEN), bytes_slice(digits, DATE_LEN, SIZE_MAX),
                   day_first ? DATE_DMY : DATE_YMD);
}

/* Where the columns of a report stand: found from its two letters. */
struct columns {
    struct bytes front; /* between the time and the satellites */
    struct bytes motion;
    struct bytes angles[4];
};

enum {
    STATUS_LEN = 8,
    TIME_LEN = 12,
    LAT_LEN = 9,
    LON_LEN = 10,
    MOTION_LEN = 21, /* from the satellites to the odometer */
    FRONT_AT = STATUS_LEN + TIME_LEN,
    BARE_FRONT_LEN = 16,
    NETWORK_FRONT_LEN = 21,
    TWO_FRONT_LEN = 24,
    ADC_FRONT_LEN = 36,
    SHORT_FRONT_LEN = 15,
    ONE_FRONT_LEN = 20
};

static bool is_front_len(size_t len)
{
    return len == SHORT_FRONT_LEN || len == BARE_FRONT_LEN || len == ONE_FRONT_LEN ||
           len == NETWORK_FRONT_LEN || len == TWO_FRONT_LEN || len == ADC_FRONT_LEN;
}

static bool find_columns(struct bytes body, struct columns *out)
{
    enum { TAIL_LEN = 4, LONG_TAIL_LEN = 8 };
    size_t north = FRONT_AT;
    while (north < body.len && body.at[north] != 'N' && body.at[north] != 'S') {
        north++;
    }
    if (north < FRONT_AT + MOTION_LEN + LAT_LEN) {
        return false;
    }
    size_t lat_at = north - LAT_LEN;
    struct bytes lon = bytes_slice(body, north + 1, LON_LEN);
    struct bytes east = bytes_slice(body, north + 1 + LON_LEN, 1);
    size_t tail_len = body.len > north + 2 + LON_LEN ? body.len - north - 2 - LON_LEN : 0;
    *out = (struct columns){
        .front = bytes_slice(body, FRONT_AT, lat_at - MOTION_LEN - FRONT_AT),
        .motion = bytes_slice(body, lat_at - MOTION_LEN, MOTION_LEN),
        .angles = {bytes_slice(body, lat_at, LAT_LEN), bytes_slice(body, north, 1), lon, east}};
    return word_is_one_of(east, "EW") && is_front_len(out->front.len) &&
           (tail_len == TAIL_LEN || tail_len == LONG_TAIL_LEN);
}

/* The battery, the supply and the cell. */
static void read_front(struct bytes front, struct fix *f)
{
    enum {
        LONG_BATTERY_LEN = 3,
        BATTERY_LEN = 2,
        CELL_LEN = 8,
        HALF = 4,
        MNC_LEN = 2,
        MCC_LEN = 3
    };
    enum { E2_TO_MILLI = 10, E1_TO_MILLI = 100, TO_MILLI = 1000 };
    if (front.len == NETWORK_FRONT_LEN) {
        struct bytes network = bytes_slice(front, BARE_FRONT_LEN, MNC_LEN + MCC_LEN);
        struct bytes cell = bytes_slice(front, BARE_FRONT_LEN - CELL_LEN, CELL_LEN);
        uint64_t mnc = word_number(totem_take(&network, MNC_LEN), 0);
        uint64_t mcc = word_number(network, 0);
        if (mcc > 0 && word_is_hex(cell)) {
            fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc,
                                          (uint32_t)word_hex(bytes_slice(cell, 0, HALF), 0),
                                          word_hex(bytes_slice(cell, HALF, HALF), 0)});
        }
    }
    bool is_long = front.len == SHORT_FRONT_LEN;
    struct bytes battery = totem_take(&front, is_long ? LONG_BATTERY_LEN : BATTERY_LEN);
    if (word_is_digits(battery)) {
        fix_set_battery_mv(f, word_number(battery, 0) * (is_long ? E2_TO_MILLI : E1_TO_MILLI));
    }
    struct bytes supply = totem_take(&front, BATTERY_LEN);
    if (!is_long && word_is_digits(supply)) {
        fix_set_power_mv(f, word_number(supply, 0) * TO_MILLI);
    }
}

static void read_motion(struct bytes in, struct fix *f)
{
    enum { SATELLITES_LEN = 2, GSM_LEN = 2, COURSE_LEN = 3, SPEED_LEN = 3, HDOP_LEN = 4 };
    word_set_satellites(f, totem_take(&in, SATELLITES_LEN));
    word_set_csq(f, totem_take(&in, GSM_LEN));
    word_set_course(f, totem_take(&in, COURSE_LEN));
    word_set_kmh(f, totem_take(&in, SPEED_LEN));
    word_set_hdop(f, totem_take(&in, HDOP_LEN));
    word_set_km(f, in);
}

static bool read_columns(const struct totem_frame *frame, struct fix *f)
{
    enum { IGNITION = 30, CHARGING = 28, VALID = 14, VALID_OF_TWO = 12 };
    struct columns at;
    struct bytes word = bytes_slice(frame->body, 0, STATUS_LEN);
    struct bytes time = bytes_slice(frame->body, STATUS_LEN, TIME_LEN);
    if (!word_is_hex(word) || !word_is_digits(time) || !find_columns(frame->body, &at)) {
        return false;
    }
    uint32_t status = (uint32_t)word_hex(word, 0);
    bool has_two = at.front.len == TWO_FRONT_LEN || at.front.len == ADC_FRONT_LEN;
    bool is_valid = (status >> (has_two ? VALID_OF_TWO : VALID) & 1) != 0;
    if (!word_set_angles(f, at.angles, is_valid)) {
        return false;
    }
    totem_set_time(f, time, false);
    read_front(at.front, f);
    read_motion(at.motion, f);
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (status >> IGNITION & 1) != 0);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, (status >> CHARGING & 1) != 0);
    f->alarms = alarm_table_of_bits(&status_alarms, status) |
                alarm_table_of_code(&type_alarms, frame->type);
    fix_set_alarms_told(f, alarm_table_all(&status_alarms) | alarm_table_all(&type_alarms));
    return true;
}

/* What cards and adapters say, with commas between it, and a bar at its end. */
static bool read_list(const struct totem_frame *frame, struct fix *f, struct extras *x)
{
    enum { TIME, LON, LAT, CARD, ODOMETER = 4, MILLIVOLTS = 7, RPM, SPEED };
    const uint64_t millivolts_max = 100000;
    struct words w;
    words_cut(bytes_slice(frame->body, 0, bytes_find(frame->body, '|')), ',', &w);
    if (!word_is_digits(word_at(&w, TIME)) ||
        !word_set_degrees(f, word_at(&w, LAT), word_at(&w, LON), true)) {
        return false;
    }
    totem_set_time(f, word_at(&w, TIME), false);
    fix_set_alarms_told(f, 0);
    if (frame->type == TYPE_CARD) {
        extras_set_text(x, EXTRA_CARD, 0, word_at(&w, CARD));
        return true;
    }
    uint64_t millivolts = word_number(word_at(&w, MILLIVOLTS), 0);
    if (millivolts > 0 && millivolts <= millivolts_max) {
        fix_set_power_mv(f, millivolts);
    }
    if (word_is_digits(word_at(&w, RPM))) {
        extras_set(x, EXTRA_RPM, 0, (int64_t)word_number(word_at(&w, RPM), 0));
    }
    word_set_kmh(f, word_at(&w, SPEED));
    return true;
}

bool totem_read_new(const struct totem_frame *frame, struct decoded *out, bool *is_answered)
{
    struct fix fix = {0};
    struct extras x;
    bool is_list = frame->type >= TYPE_CARD && frame->type <= TYPE_OBD;
    extras_init(&x, out->arena);
    bool is_read = is_list ? read_list(frame, &fix, &x) : read_columns(frame, &fix);
    if (!is_read) {
        return false;
    }
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    *is_answered = !is_list;
    return true;
}
