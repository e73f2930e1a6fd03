/*
 * GT06 texts: answers to commands and what a device on a serial line said.
 *
 *     15  length u8 (4 + text), flag u32, text, language u16; length 0: the text goes to the first
 *         NUL. "<ICCID:" and 20 digits tell the SIM card
 *     21  flag u32, encoding u8 (1 ASCII, else UTF-16BE), text to the end
 *     9B  kind u8, what the serial device said: text as it is, other bytes in hexadecimal
 *
 * "Current position!Lat:N1.5,Lon:E2.5,Course:0.00,Speed:0.00,DateTime:2026-11-23 01:12:00" is a
 * location, with other words before it or none; its speed in knots unless "km/h" stands behind it.
 * The flag is that of the command (command.c), or 0 where the device forgets it.
 *
 * Source: the Concox and Jimi protocol documents, and real frames.
 */
#include "protocols/gt06/gt06.h"

#include <string.h>

#include "base/charset.h"
#include "base/hex.h"
#include "base/units.h"
#include "protocols/fields.h"

static void add_response(struct decoded *out, struct bytes text, uint32_t flag)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = text;
    m->answer.tie = flag; /* some devices return 0 */
}

/* The value of "NAME:value" up to a comma or the end; none where the name is not there. */
static struct bytes value_of(struct bytes text, const char *name)
{
    size_t name_len = strlen(name);
    for (size_t i = 0; i + name_len <= text.len; i++) {
        struct bytes from = bytes_slice(text, i, SIZE_MAX);
        if (bytes_begin(from, name)) {
            from = bytes_slice(from, name_len, SIZE_MAX);
            return field_trimmed(bytes_slice(from, 0, bytes_find(from, ',')));
        }
    }
    return (struct bytes){0};
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

/* A speed in knots, or in km/h where the text says so behind the number. */
static void set_speed(struct fix *f, struct bytes text)
{
    enum { KMH_LEN = 4 };
    int64_t speed_e7 = 0;
    bool is_kmh = text.len > KMH_LEN &&
                  bytes_eq_nocase(bytes_slice(text, text.len - KMH_LEN, KMH_LEN), "km/h");
    text.len -= is_kmh ? KMH_LEN : 0;
    if (!parse_decimal_e7(field_trimmed(text), &speed_e7) || speed_e7 < 0) {
        return;
    }
    if (is_kmh) {
        fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh_e7((uint64_t)speed_e7));
    } else {
        fix_set_speed_kmh_e2(f, units_kmh_e2_from_knots_e7((uint64_t)speed_e7));
    }
}

/*
 * Whether `text` is the location that devices answer to "where"; then it is in *fix. It must have a
 * place and a time. A course or a speed that cannot be read is left out.
 */
static bool parse_position(struct bytes text, const struct session *s, struct fix *fix)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    int64_t course_e7 = 0;
    struct civil time;
    if (!parse_angle(value_of(text, "Lat:"), 'N', 'S', &lat_e7) ||
        !parse_angle(value_of(text, "Lon:"), 'E', 'W', &lon_e7) ||
        !field_civil_of_text(value_of(text, "DateTime:"), &time)) {
        return false;
    }
    field_set_local_time(fix, s, &time);
    fix_set_position(fix, lat_e7, lon_e7, true);
    if (parse_decimal_e7(value_of(text, "Course:"), &course_e7) && course_e7 >= 0) {
        fix_set_course_cdeg(fix, (uint64_t)course_e7 / 100000);
    }
    set_speed(fix, value_of(text, "Speed:"));
    return true;
}

/* A report that is an answer, too; a `text` is kept as what was answered. */
static void add_report(struct decoded *out, const struct fix *fix, uint32_t flag, struct bytes text)
{
    decoded_add(out, MESSAGE_FIX)->fix = *fix;
    add_response(out, text, flag);
    out->at[out->len - 1].answer.is_told = true;
}

/* An answer to a command, or the location that it is; `in` is written in `from`. */
static void add_answer(struct decoded *out, const struct session *s, uint32_t flag,
                       enum charset from, struct bytes in)
{
    struct fix fix = {0};
    struct bytes text = field_trimmed(charset_convert(out->arena, from, in, MESSAGE_TEXT_MAX));
    if (parse_position(text, s, &fix)) {
        add_report(out, &fix, flag, (struct bytes){0});
    } else {
        add_response(out, text, flag);
    }
}

enum err gt06_decode_string(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { FLAG_LEN = 4 };
    static const char iccid_mark[] = "<ICCID:";
    struct reader r = reader_init(f->content);
    size_t len = read_u8(&r);
    uint32_t flag = read_u32be(&r);
    bool to_end = len < FLAG_LEN || len - FLAG_LEN > reader_left(&r);
    struct bytes text = read_bytes(&r, to_end ? reader_left(&r) : len - FLAG_LEN);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    if (to_end) {
        text = bytes_slice(text, 0, bytes_find(text, '\0'));
    }
    if (bytes_begin(text, iccid_mark)) {
        struct fix fix = {0};
        field_set_iccid_text(&fix, bytes_slice(text, sizeof(iccid_mark) - 1, SIZE_MAX));
        text = charset_convert(out->arena, CHARSET_ASCII, text, MESSAGE_TEXT_MAX);
        add_report(out, &fix, flag, field_trimmed(text));
        return ERR_OK;
    }
    add_answer(out, s, flag, CHARSET_ASCII, text);
    return ERR_OK;
}

enum err gt06_decode_string_long(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { ENCODING_ASCII = 1, UNIT = 2 };
    struct reader r = reader_init(f->content);
    uint32_t flag = read_u32be(&r);
    uint8_t encoding = read_u8(&r);
    struct bytes text = read_rest(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    if (encoding == ENCODING_ASCII) {
        add_answer(out, s, flag, CHARSET_ASCII, text);
    } else {
        text.len -= text.len % UNIT; /* a NUL of one byte ends some texts */
        add_answer(out, s, flag, CHARSET_UTF16BE, text);
    }
    return ERR_OK;
}

enum err gt06_decode_serial(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    (void)s;
    struct bytes said = bytes_slice(f->content, 1, MESSAGE_TEXT_MAX / 2);
    if (!field_is_printable(field_trimmed(said))) {
        char *hex = arena_new(out->arena, 2 * said.len + 1);
        hex_encode(said, hex);
        add_response(out, bytes_of_text(hex), 0);
        return ERR_OK;
    }
    add_response(out, field_trimmed(said), 0);
    return ERR_OK;
}
