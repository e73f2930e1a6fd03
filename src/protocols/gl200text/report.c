/*
 * Queclink reports. Their layout depends on the type and on the model, but a place looks alike in
 * all of them, and so it is looked for:
 *
 *     accuracy,speed,course,altitude,lon,lat,yyyymmddhhmmss,mcc,mnc,lac,cid,x
 *
 * lon and lat have six decimals. An accuracy of 0 is the last place that was known. Between time
 * and mcc the GT501 writes Wi-Fi: how many, and for each its MAC, its signal without the sign, and
 * three items more. What is empty is not known. lac and cid are hexadecimal. Where there is no
 * place at all, the cell is looked for, and the time is that of sending.
 */
#include "protocols/gl200text/gl200text.h"

#include <string.h>

#include "base/hex.h"
#include "base/reader.h"
#include "protocols/fields.h"

/* The parts of a place, from its first item on. */
enum { ACCURACY, SPEED, COURSE, ALTITUDE, LON, LAT, TIME, CELL, CELL_ITEMS = 4 };
enum { E7_PER_E2 = 100000, E7_PER_DECI = 1000000 };

static bool is_angle(struct bytes item)
{
    enum { DECIMALS = 6 };
    size_t dot = bytes_find(item, '.');
    int64_t value = 0;
    return dot + 1 + DECIMALS == item.len && parse_decimal_e7(item, &value);
}

static bool parse_time(struct bytes item, struct civil *c)
{
    enum { DATE_LEN = 8, TIME_LEN = 6 };
    struct bytes date = bytes_slice(item, 0, DATE_LEN);
    return item.len == DATE_LEN + TIME_LEN && bytes_begin(item, "20") &&
           field_civil_of_digits(bytes_slice(date, 2, SIZE_MAX),
                                 bytes_slice(item, DATE_LEN, TIME_LEN), DATE_YMD, c);
}

/* Looks for a place from item `from` on; `sent` where there is none. */
static size_t find_place(const struct gl200_line *l, size_t from)
{
    for (size_t i = from; i + TIME < l->sent; i++) {
        struct civil c;
        if (is_angle(l->at[i + LON]) && is_angle(l->at[i + LAT]) &&
            parse_time(l->at[i + TIME], &c)) {
            return i;
        }
    }
    return l->sent;
}

bool gl200_decimal(const struct gl200_line *l, size_t i, int64_t *value_e7)
{
    struct bytes item = gl200_item(l, i);
    item = bytes_begin(item, "+") ? bytes_slice(item, 1, SIZE_MAX) : item;
    return item.len > 0 && parse_decimal_e7(item, value_e7);
}

bool gl200_hex(struct bytes item, uint64_t *value)
{
    enum { DIGITS_MAX = 16, HEX_BITS = 4, LETTERS_FROM = 10, LOWER = 0x20 };
    *value = 0;
    for (size_t i = 0; i < item.len; i++) {
        uint8_t digit = item.at[i];
        uint8_t letter = digit | LOWER;
        bool is_digit = digit >= '0' && digit <= '9';
        if (!is_digit && (letter < 'a' || letter > 'f')) {
            return false;
        }
        *value = *value << HEX_BITS | (is_digit ? digit - '0' : letter - 'a' + LETTERS_FROM);
    }
    return item.len > 0 && item.len <= DIGITS_MAX;
}

bool gl200_read_cell(const struct gl200_line *l, size_t i, struct fix *f)
{
    enum { MCC_MIN = 200, MCC_MAX = 799, DIGITS_MIN = 2, DIGITS_MAX = 4, AREA_MAX = 8 };
    uint64_t mcc = 0;
    uint64_t mnc = 0;
    uint64_t lac = 0;
    uint64_t cid = 0;
    struct bytes area = gl200_item(l, i + 2);
    bool is_cell = parse_u64(gl200_item(l, i), &mcc) && mcc >= MCC_MIN && mcc <= MCC_MAX &&
                   gl200_item(l, i).len <= DIGITS_MAX && parse_u64(gl200_item(l, i + 1), &mnc) &&
                   gl200_item(l, i + 1).len >= DIGITS_MIN &&
                   gl200_item(l, i + 1).len <= DIGITS_MAX && area.len <= AREA_MAX &&
                   gl200_hex(area, &lac) && gl200_hex(gl200_item(l, i + 3), &cid);
    if (is_cell) {
        fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc, (uint32_t)lac, cid});
    }
    return is_cell;
}

/* Wi-Fi between time and cell. Answers how many items it takes. */
static size_t read_wifi(const struct gl200_line *l, size_t i, struct fix *f)
{
    enum { ITEMS = 5, MAC_DIGITS = 2 * FIELD_MAC_LEN, COUNT_MAX = 32 };
    uint64_t count = 0;
    if (gl200_item(l, i + 1).len != MAC_DIGITS || !parse_u64(gl200_item(l, i), &count) ||
        count > COUNT_MAX) {
        return 0;
    }
    for (size_t n = 0; n < count; n++) {
        uint8_t mac[FIELD_MAC_LEN];
        size_t len = 0;
        int64_t rssi_e7 = 0;
        const size_t at = i + 1 + n * ITEMS;
        if (hex_decode(gl200_item(l, at), mac, sizeof(mac), &len) == ERR_OK && len == sizeof(mac) &&
            gl200_decimal(l, at + 1, &rssi_e7)) {
            int64_t dbm = rssi_e7 / E7_PER_DECI / 10;
            fix_add_wifi(f, mac, (int)(dbm > 0 ? -dbm : dbm));
        }
    }
    return 1 + (size_t)count * ITEMS;
}

/* Reads the place at item `i`; answers where it ends. */
static size_t read_place(const struct gl200_line *l, size_t i, struct fix *f)
{
    int64_t lon_e7 = 0;
    int64_t lat_e7 = 0;
    int64_t value_e7 = 0;
    struct civil c;
    bool is_valid = gl200_decimal(l, i + ACCURACY, &value_e7) && value_e7 > 0;
    if (gl200_decimal(l, i + LON, &lon_e7) && gl200_decimal(l, i + LAT, &lat_e7)) {
        fix_set_position(f, lat_e7, lon_e7, is_valid);
    }
    if (parse_time(gl200_item(l, i + TIME), &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
    if (gl200_decimal(l, i + SPEED, &value_e7) && value_e7 >= 0) {
        fix_set_speed_kmh_e2(f, (uint64_t)value_e7 / E7_PER_E2);
    }
    if (gl200_decimal(l, i + COURSE, &value_e7) && value_e7 >= 0) {
        fix_set_course_cdeg(f, (uint64_t)value_e7 / E7_PER_E2);
    }
    if (gl200_decimal(l, i + ALTITUDE, &value_e7)) {
        fix_set_altitude_dm(f, value_e7 / E7_PER_DECI);
    }
    i += read_wifi(l, i + CELL, f);
    (void)gl200_read_cell(l, i + CELL, f);
    return i + GL200_PLACE_ITEMS;
}

/* A report without a place: its cell, and the time of sending. */
static void read_without_place(const struct session *s, const struct gl200_line *l, struct fix *f)
{
    struct civil c;
    bool has_cell = false;
    for (size_t i = l->name + 1; i + CELL_ITEMS <= l->sent && !has_cell; i++) {
        has_cell = gl200_read_cell(l, i, f);
    }
    if (l->sent < l->count && parse_time(l->at[l->sent], &c)) {
        field_set_local_time(f, s, &c);
    }
}

static void add(const struct gl200_line *l, const struct fix *f, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = *f;
    m->fix.flags |= bytes_eq(l->class, "BUFF") ? FIX_REUPLOAD : 0;
}

/* Types that say no more than that the device is there: linked, switched on, switched off. */
static bool is_sign_of_life(struct bytes type)
{
    return bytes_eq(type, "PDP") || bytes_eq(type, "PNA") || bytes_eq(type, "PFA");
}

/* What the device says of itself, as an answer to a query. */
static bool add_text(const struct gl200_line *l, struct decoded *out)
{
    if (!bytes_eq(l->type, "VER")) {
        return false;
    }
    struct bytes first = gl200_item(l, l->name + 1);
    struct bytes last = gl200_item(l, l->name + 3);
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    if (last.at != NULL) {
        m->text = (struct bytes){first.at, (size_t)(last.at - first.at) + last.len};
    }
    return true;
}

void gl200_read_report(const struct session *s, struct gl200_line *l, struct decoded *out)
{
    struct gl200_report r = {.first = find_place(l, l->name + 1), .end = l->sent};
    extras_init(&r.extras, out->arena);
    if (is_sign_of_life(l->type)) {
        decoded_add(out, MESSAGE_HEARTBEAT);
        return;
    }
    if (add_text(l, out)) {
        return;
    }
    for (size_t i = r.first; i < l->sent; i = find_place(l, r.end)) {
        if (r.end != l->sent) {
            fix_set_alarms_told(&r.fix, 0);
            add(l, &r.fix, out);
            r.fix = (struct fix){0};
        }
        r.end = read_place(l, i, &r.fix);
    }
    gl200_read_values(l, &r);
    if (r.first == l->sent) {
        read_without_place(s, l, &r.fix);
    }
    add(l, &r.fix, out);
    out->at[out->len - 1].extras = extras_pack(&r.extras);
}
