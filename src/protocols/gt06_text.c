/*
 * GT06 texts: answers to commands and what a device on a serial line said.
 *
 *     15  length u8 (4 + text), flag u32, text, language u16; length 0: the text goes to the first
 *         NUL. "<ICCID:" and 20 digits tell the SIM card
 *     21  flag u32, encoding u8 (1 ASCII, else UTF-16BE), text to the end;
 *         "Current position!Lat:N1.5,Lon:E2.5,Course:0.00,Speed:0.00,DateTime:2026-11-23 01:12:00"
 *         is a location, its speed in knots
 *     9B  kind u8, what the serial device said: text as it is, other bytes in hexadecimal
 *
 * Source: the Concox and Jimi protocol documents, and real frames.
 */
#include "protocols/gt06.h"

#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/units.h"

void gt06_set_iccid(struct bytes text, struct fix *f)
{
    enum { DIGITS_MAX = 20 };
    char iccid[DIGITS_MAX + 1];
    bytes_to_text(bytes_slice(text, 0, DIGITS_MAX), iccid, sizeof(iccid));
    fix_set_iccid(f, iccid);
}

/* `text` without the NULs, blanks and line ends at its end. */
static struct bytes trimmed(struct bytes text)
{
    while (text.len > 0 && text.at[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

static void add_response(struct decoded *out, struct bytes text)
{
    decoded_add(out, MESSAGE_RESPONSE)->text = bytes_slice(text, 0, MESSAGE_TEXT_MAX);
}

enum err gt06_decode_string(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { FLAG_LEN = 4 };
    static const char iccid_mark[] = "<ICCID:";
    (void)s;
    struct reader r = reader_init(f->content);
    size_t len = read_u8(&r);
    read_skip(&r, FLAG_LEN);
    bool to_end = len < FLAG_LEN || len - FLAG_LEN > reader_left(&r);
    struct bytes text = read_bytes(&r, to_end ? reader_left(&r) : len - FLAG_LEN);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    if (to_end) {
        text = bytes_slice(text, 0, bytes_find(text, '\0'));
    }
    if (bytes_begin(text, iccid_mark)) {
        struct fix *fix = &decoded_add(out, MESSAGE_FIX)->fix;
        gt06_set_iccid(bytes_slice(text, sizeof(iccid_mark) - 1, SIZE_MAX), fix);
        return ERR_OK;
    }
    add_response(out, trimmed(text));
    return ERR_OK;
}

/* Writes a code point of the 16-bit plane as UTF-8. */
static void write_utf8(struct writer *w, unsigned c)
{
    if (c < 0x80) {
        write_u8(w, (uint8_t)c);
    } else if (c < 0x800) {
        write_u8(w, (uint8_t)(0xc0 | c >> 6));
        write_u8(w, (uint8_t)(0x80 | (c & 0x3fU)));
    } else {
        write_u8(w, (uint8_t)(0xe0 | c >> 12));
        write_u8(w, (uint8_t)(0x80 | (c >> 6 & 0x3fU)));
        write_u8(w, (uint8_t)(0x80 | (c & 0x3fU)));
    }
}

/* UTF-16BE as UTF-8 in `arena`; surrogates, which no tracker needs, become U+FFFD. */
static struct bytes utf8_of_utf16(struct arena *arena, struct bytes in)
{
    enum { UTF8_MAX = 3, REPLACEMENT = 0xfffd };
    size_t capacity = in.len / 2 * UTF8_MAX;
    struct writer w = writer_init(arena_new(arena, capacity + 1), capacity);
    struct reader r = reader_init(in);
    while (reader_left(&r) >= 2) {
        unsigned c = read_u16be(&r);
        write_utf8(&w, c >= 0xd800 && c < 0xe000 ? REPLACEMENT : c);
    }
    return writer_bytes(&w);
}

/* A field "NAME:value" up to a comma; false where the name is another. */
static bool read_named(struct reader *r, const char *name, struct bytes *value)
{
    struct bytes field = read_field(r, ',');
    if (!bytes_begin(field, name)) {
        return false;
    }
    *value = bytes_slice(field, strlen(name), SIZE_MAX);
    return true;
}

/* A letter for the sign, then degrees. */
static bool parse_angle(struct bytes text, uint8_t positive, uint8_t negative, int64_t *angle_e7)
{
    if (text.len < 2 || (text.at[0] != positive && text.at[0] != negative) ||
        !parse_decimal_e7(bytes_slice(text, 1, SIZE_MAX), angle_e7)) {
        return false;
    }
    *angle_e7 = text.at[0] == negative ? -*angle_e7 : *angle_e7;
    return true;
}

/* "2026-11-23 01:12:00" in the zone of the session. */
static bool parse_time(struct bytes text, const struct session *s, int64_t *time_s)
{
    char iso[CLOCK_ISO_SIZE + 4];
    enum { LEN = 19 };
    if (text.len < LEN) {
        return false;
    }
    bytes_to_text(bytes_slice(text, 0, LEN), iso, sizeof(iso));
    iso[LEN] = 'Z';
    iso[LEN + 1] = '\0';
    if (!clock_parse_iso(bytes_of_text(iso), time_s)) {
        return false;
    }
    *time_s -= s->utc_offset_min * INT64_C(60);
    return true;
}

/* Whether `text` is the location that devices send on "where"; then it is in *fix. */
static bool parse_position(struct bytes text, const struct session *s, struct fix *fix)
{
    static const char mark[] = "Current position!";
    struct bytes lat = {0};
    struct bytes lon = {0};
    struct bytes course = {0};
    struct bytes speed = {0};
    struct bytes time = {0};
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    int64_t course_e7 = 0;
    int64_t speed_e7 = 0;
    int64_t time_s = 0;
    if (!bytes_begin(text, mark)) {
        return false;
    }
    struct reader r = reader_init(bytes_slice(text, sizeof(mark) - 1, SIZE_MAX));
    bool is_one = read_named(&r, "Lat:", &lat) && parse_angle(lat, 'N', 'S', &lat_e7) &&
                  read_named(&r, "Lon:", &lon) && parse_angle(lon, 'E', 'W', &lon_e7) &&
                  read_named(&r, "Course:", &course) && parse_decimal_e7(course, &course_e7) &&
                  read_named(&r, "Speed:", &speed) && parse_decimal_e7(speed, &speed_e7) &&
                  read_named(&r, "DateTime:", &time) && parse_time(time, s, &time_s);
    if (!is_one || course_e7 < 0 || speed_e7 < 0) {
        return false;
    }
    fix_set_local_time(fix, time_s);
    fix_set_position(fix, lat_e7, lon_e7, true);
    fix_set_course_cdeg(fix, (uint64_t)course_e7 / 100000);
    fix_set_speed_kmh_e2(fix, units_kmh_e2_from_knots_e7((uint64_t)speed_e7));
    return true;
}

enum err gt06_decode_string_long(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { FLAG_LEN = 4, ENCODING_ASCII = 1 };
    struct reader r = reader_init(f->content);
    read_skip(&r, FLAG_LEN);
    uint8_t encoding = read_u8(&r);
    struct bytes text = read_rest(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    text = encoding == ENCODING_ASCII ? text : utf8_of_utf16(out->arena, text);
    text = trimmed(text);
    struct fix fix = {0};
    if (parse_position(text, s, &fix)) {
        decoded_add(out, MESSAGE_FIX)->fix = fix;
    } else {
        add_response(out, text);
    }
    return ERR_OK;
}

static bool is_printable(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < ' ' || text.at[i] > '~') {
            return false;
        }
    }
    return true;
}

enum err gt06_decode_serial(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    (void)s;
    struct bytes said = bytes_slice(f->content, 1, MESSAGE_TEXT_MAX / 2);
    if (!is_printable(trimmed(said))) {
        char *hex = arena_new(out->arena, 2 * said.len + 1);
        hex_encode(said, hex);
        add_response(out, bytes_of_text(hex));
        return ERR_OK;
    }
    add_response(out, trimmed(said));
    return ERR_OK;
}
