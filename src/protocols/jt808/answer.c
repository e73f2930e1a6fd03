/*
 * What a simulated terminal of JT/T 808 makes of the server's frames: which of its own they
 * acknowledge, and what it answers to a command.
 *
 *     8103, 8105  0001: done
 *     8104        0104: of the registration the province, the city and the colour of the plate; the
 *                 odometer of the last fix
 *     8107        0107: the SIM card of the last fix
 *     8201        0201: the last fix
 *     8300        0001, then what it says to the text in 1300
 *     8500        0500: the last fix, its doors as they were wanted
 *
 * A terminal that has no fix yet says of 8201 and 8500 that they failed. All else is not answered.
 *
 * The server answers each frame by its serial, but not these. Answers of it may overtake each
 * other; one counts once all frames before are answered too, and `early` remembers those that came
 * before that.
 *
 * Source: as command.c and text.c.
 */
#include "protocols/jt808/side.h"

#include <string.h>

#include "base/charset.h"
#include "base/hex.h"

enum { ACCEPTED = 0, EARLY_MAX = 64 };

/* ---- acknowledgements ---- */

/* Reads the serial of an answer that accepts a frame; false where it accepts none. */
static bool accepts(const struct jt808_message *m, uint16_t *serial)
{
    struct reader r = reader_init(m->body);
    *serial = read_u16be(&r);
    if (m->id == JT808_GENERAL_REPLY) {
        read_skip(&r, 2);
    } else if (m->id != JT808_REGISTER_REPLY) {
        return false;
    }
    return read_u8(&r) == ACCEPTED && reader_ok(&r);
}

/* Moves `answered` on as far as there is no gap, and answers how many frames that acknowledges. */
static size_t settle(struct jt808_side *side)
{
    size_t n = 0;
    while (side->answered != side->sent) {
        bool is_quiet = device_quiet_take(&side->quiet, side->answered, 1) > 0;
        if (!is_quiet && (side->early & 1) == 0) {
            break;
        }
        n += is_quiet ? 0 : 1;
        side->early >>= 1;
        side->answered++;
    }
    return n;
}

/* Notes the answer to `serial` and answers how many frames are now acknowledged in order. */
static size_t take_answer(struct jt808_side *side, uint16_t serial)
{
    uint16_t behind = (uint16_t)(serial - side->answered);
    if (behind >= (uint16_t)(side->sent - side->answered) || behind >= EARLY_MAX) {
        return 0;
    }
    side->early |= UINT64_C(1) << behind;
    return settle(side);
}

enum err jt808_read_ack(struct session *s, struct bytes in, size_t *used, size_t *acknowledged)
{
    struct bytes frame = {0};
    struct arena arena = {0};
    struct jt808_message m = {0};
    *acknowledged = 0;
    enum err e = jt808_split(in, &frame, used);
    if (e != ERR_OK || frame.at[0] == '(') {
        return e;
    }
    e = jt808_parse(&arena, frame, &m);
    uint16_t serial = 0;
    if (e == ERR_OK && accepts(&m, &serial)) {
        struct jt808_side side;
        memcpy(&side, s->own, sizeof(side));
        *acknowledged = take_answer(&side, serial);
        memcpy(s->own, &side, sizeof(side));
    }
    arena_free(&arena);
    return e;
}

/* ---- commands ---- */

enum { RESULT = 0x0001, PARAMETERS = 0x0104, ATTRIBUTES = 0x0107 };
enum { POSITION = 0x0201, DOORS_ARE = 0x0500, TEXT_UTF16 = 0x1300 };
enum { RESULT_DONE, RESULT_FAILED, RESULT_MALFORMED, RESULT_UNSUPPORTED };

/* A command and what is known when it is answered. */
struct asked {
    const struct session *s;
    struct jt808_side side;
    struct jt808_message base; /* the header of the device's own frames */
    struct jt808_message m;
    const struct fix *last; /* NULL: none */
    struct arena arena;
    struct writer *out;
};

/* Sends a body; where too many answers are on their way, nothing of `out` counts. */
static void say(struct asked *a, uint16_t id, const struct writer *body)
{
    if (!device_quiet_add(&a->side.quiet, a->side.sent)) {
        a->out->failed = true;
        return;
    }
    jt808_side_send(&a->side, &a->base, id, body, a->out);
    (void)settle(&a->side);
}

static void say_result(struct asked *a, uint8_t result)
{
    uint8_t at[8];
    struct writer body = writer_init(at, sizeof(at));
    write_u16be(&body, a->m.serial);
    write_u16be(&body, a->m.id);
    write_u8(&body, result);
    say(a, RESULT, &body);
}

static void answer_set(struct asked *a)
{
    say_result(a, RESULT_DONE);
}

static void write_parameter(struct writer *w, uint32_t id, uint8_t width, uint32_t number)
{
    enum { BYTE_BITS = 8 };
    write_u32be(w, id);
    write_u8(w, width);
    for (unsigned i = width; i > 0; i--) {
        write_u8(w, (uint8_t)(number >> (i - 1) * BYTE_BITS));
    }
}

static void answer_parameters(struct asked *a)
{
    enum { ODOMETER_E1_KM = 0x0080, PROVINCE = 0x0081, CITY = 0x0082, PLATE_COLOR = 0x0084 };
    enum { COUNT = 4, UNIT_M = 100 };
    uint8_t at[64];
    uint64_t odometer_m = a->last == NULL ? 0 : a->last->odometer_m;
    struct writer body = writer_init(at, sizeof(at));
    write_u16be(&body, a->m.serial);
    write_u8(&body, COUNT);
    write_parameter(&body, ODOMETER_E1_KM, sizeof(uint32_t), (uint32_t)(odometer_m / UNIT_M));
    write_parameter(&body, PROVINCE, sizeof(uint16_t), 0);
    write_parameter(&body, CITY, sizeof(uint16_t), 0);
    write_parameter(&body, PLATE_COLOR, sizeof(uint8_t), 0);
    say(a, PARAMETERS, &body);
}

/* Ten bytes of BCD, f for each digit that is missing; of a card that is not known zeros. */
static void write_iccid(struct writer *w, const struct fix *last)
{
    enum { BCD_LEN = 10, DIGITS = 2 * BCD_LEN };
    static const uint8_t none[BCD_LEN] = {0};
    uint8_t bcd[BCD_LEN];
    char text[DIGITS];
    size_t len = 0;
    memset(text, 'f', sizeof(text));
    if (last != NULL) {
        memcpy(text, last->iccid, strnlen(last->iccid, sizeof(text)));
    }
    bool is_known =
        last != NULL && (last->has & FIX_HAS_ICCID) != 0 &&
        hex_decode((struct bytes){(const uint8_t *)text, DIGITS}, bcd, sizeof(bcd), &len) == ERR_OK;
    write_bytes(w, (struct bytes){is_known ? bcd : none, BCD_LEN});
}

static void answer_attributes(struct asked *a)
{
    enum { KIND_LEN = 2, MAKER_LEN = 5 + 20 + 7, MAKER_LEN_2019 = 11 + 30 + 30, TAIL_LEN = 4 };
    bool is_2019 = a->base.id_len == JT808_ID_2019;
    uint8_t at[128];
    struct writer body = writer_init(at, sizeof(at));
    size_t front = KIND_LEN + (size_t)(is_2019 ? MAKER_LEN_2019 : MAKER_LEN);
    for (size_t i = 0; i < front; i++) {
        write_u8(&body, 0);
    }
    write_iccid(&body, a->last);
    for (size_t i = 0; i < TAIL_LEN; i++) {
        write_u8(&body, 0); /* two versions without a text, what it can receive */
    }
    say(a, ATTRIBUTES, &body);
}

/* The serial of the command and the last fix, with bits of the status beside its own. */
static void say_place(struct asked *a, uint16_t id, uint32_t status_bits)
{
    uint8_t at[2 + JT808_LOCATION_MAX];
    struct writer body = writer_init(at, sizeof(at));
    if (a->last == NULL) {
        say_result(a, RESULT_FAILED);
        return;
    }
    write_u16be(&body, a->m.serial);
    jt808_side_location(&body, a->s, a->last, status_bits);
    say(a, id, &body);
}

static void answer_position(struct asked *a)
{
    say_place(a, POSITION, 0);
}

/* As command.c has it: the flag of 2013 is 1 to lock, the control of 2019 is 0 to lock. */
static void answer_doors(struct asked *a)
{
    enum { LOCKED = 1 << 12, CONTROLS = 1, CONTROL_DOORS = 1 };
    struct reader r = reader_init(a->m.body);
    bool is_2019 = (a->m.attributes & JT808_VERSION) != 0;
    bool is_known = !is_2019 || (read_u16be(&r) == CONTROLS && read_u16be(&r) == CONTROL_DOORS);
    bool is_one = (read_u8(&r) & 1) != 0;
    if (!reader_ok(&r) || !is_known) {
        say_result(a, reader_ok(&r) ? RESULT_UNSUPPORTED : RESULT_MALFORMED);
        return;
    }
    say_place(a, DOORS_ARE, is_one != is_2019 ? LOCKED : 0);
}

static void answer_text(struct asked *a)
{
    char said[DEVICE_SAID_SIZE];
    uint8_t at[2 + 2 * DEVICE_SAID_SIZE];
    struct writer body = writer_init(at, sizeof(at));
    struct reader r = reader_init(a->m.body);
    read_skip(&r, (a->m.attributes & JT808_VERSION) != 0 ? 2 : 1);
    struct bytes text = read_rest(&r);
    if (text.len == 0) {
        say_result(a, RESULT_MALFORMED);
        return;
    }
    say_result(a, RESULT_DONE);
    device_say(charset_to_utf8(&a->arena, CHARSET_GBK, text, MESSAGE_TEXT_MAX), a->s, a->last,
               said);
    write_u16be(&body, a->m.serial);
    for (size_t i = 0; said[i] != '\0'; i++) {
        write_u16be(&body, (uint8_t)said[i]); /* ASCII: UTF-16 has the same numbers */
    }
    say(a, TEXT_UTF16, &body);
}

static void answer_message(struct asked *a)
{
    static const struct {
        uint16_t id;
        void (*answer)(struct asked *a);
    } rows[] = {
        {0x8103, answer_set},        {0x8104, answer_parameters},
        {0x8105, answer_set},        {JT808_ATTRIBUTES_QUERY, answer_attributes},
        {0x8201, answer_position},   {JT808_TEXT, answer_text},
        {JT808_DOORS, answer_doors},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].id == a->m.id) {
            rows[i].answer(a);
        }
    }
}

void jt808_answer(struct session *s, struct bytes in, const struct fix *last, struct writer *out)
{
    struct bytes frame = {0};
    size_t used = 0;
    struct asked a = {.s = s, .last = last, .out = out};
    if (jt808_split(in, &frame, &used) != ERR_OK || frame.at[0] == '(') {
        return;
    }
    memcpy(&a.side, s->own, sizeof(a.side));
    bool is_its = jt808_parse(&a.arena, frame, &a.m) == ERR_OK &&
                  jt808_side_base(s, &a.base) == ERR_OK && a.m.id_len == a.base.id_len &&
                  memcmp(a.m.at, a.base.at, a.base.id_len) == 0;
    if (is_its && a.m.total == 0) {
        answer_message(&a);
    }
    if (writer_ok(out)) {
        memcpy(s->own, &a.side, sizeof(a.side));
    }
    arena_free(&a.arena);
}
