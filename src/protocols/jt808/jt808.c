/*
 * JT/T 808: the Chinese standard for vehicle terminals, its revisions of 2011, 2013 and 2019, and
 * the many makers who add items of their own to it.
 *
 *     7e  02 00  00 28  01 39 12 34 56 78  00 04  ...  1f  7e
 *         id     attr   terminal, BCD      serial body xor
 *
 *     attributes   bits 0-9   length of the body
 *                  bit 10     the body is encrypted (RSA)
 *                  bit 13     one of several fragments: total u16, number u16 follow the serial
 *                  bit 14     2019: a version u8 follows, and the terminal's id has 10 bytes
 *                  bit 15     5501 and 5502: wants an answer
 *
 * Between the delimiters 7d 01 stands for 7d and 7d 02 for 7e; xor is over everything before it,
 * unescaped. Some devices use e7 as the delimiter: ids of 7 bytes, escapes e6 01 = e6, e6 02 = e7,
 * 3e 01 = 3e, 3e 02 = 3d. A padlock may also send sentences of plain text, "(ID,1,001,...)". The
 * body is what is there: some trackers declare another length, and the xor vouches for it.
 *
 * The id of a terminal is its digits, or, where it is no BCD, a 48-bit number that makes an IMEI
 * with its Luhn digit behind. Numbers are big-endian; times are BCD in the zone of the session
 * (GMT+8).
 *
 * The server answers once the frame is durable, with the delimiter, version and id of the frame:
 *
 *     8001  serial u16, id u16, result u8: 0 stored, 3 not supported
 *     8100  to 0100: serial u16, result 0, the terminal's id as its authentication code
 *     8109  to 0109: year u16, month .. second u8, UTC, result 0
 *     4401  to 5501 and 5502 with bit 15: id u16, result 0; in a frame with a serial of one byte
 *     (ID,1,001,BASE,2,20261123011200) to "(ID,1,001,BASE,2,TIME)"
 *
 * Result 3 goes to what we cannot read: unknown messages, pictures and sound (0800, 0801) and
 * encrypted bodies, so that the device does not send them for ever. Answers to commands (0001,
 * 0104, 0201, 0500, 0700, 0701, 1300) and 0702, 2070 are not answered. A device that nobody has
 * registered gets its registration, authentication, time and heartbeat answered; its data is met
 * with silence, so that it keeps them, as is everything but a heartbeat when nothing can be stored.
 *
 * Not carried: values of an OBD adapter but for those that items.c names, Bluetooth tags, whose
 * form differs from tracker to tracker, air pressure in units that are nowhere told, the age of a
 * position, fuel in per cent, the IMEI inside an item, the passwords that open a lock.
 *
 * Source: JT/T 808-2011, -2013 and -2019, and the vectors' facts, section 1.
 */
#include "protocols/jt808/jt808.h"

#include <stdio.h>
#include <string.h>

#include "base/charset.h"
#include "base/check.h"
#include "base/clock.h"
#include "protocols/fields.h"
#include "protocols/secrets.h"

enum { ATTRIBUTE_RSA = 1 << 10, ATTRIBUTE_ANSWER = 1 << 15 };
enum { RESULT_OK = 0, RESULT_UNSUPPORTED = 3 };
enum { TIME_REPLY = 0x8109 };

static const char time_query[] = "BASE,2,TIME)";

/* How a frame is answered. */
enum reply_kind {
    REPLY_NONE,
    REPLY_GENERAL,
    REPLY_REGISTER,
    REPLY_TIME,
    REPLY_JOINTECH,
    REPLY_SENTENCE,
};

/* When it is answered. */
enum reply_when {
    WHEN_STORED,
    WHEN_KNOWN_OR_NOT, /* to an unregistered device too */
    WHEN_ALIVE,        /* whatever became of it */
};

/* What reply() needs to know; kept in struct reply_hint. */
struct hint {
    uint8_t kind; /* enum reply_kind */
    uint8_t when; /* enum reply_when */
    uint8_t result;
    uint8_t delimiter;
    bool has_version;
    uint8_t version;
    uint16_t id;
    uint16_t serial;
    uint8_t at_len;
    uint8_t at[PROTOCOL_HINT_BYTES - 12]; /* the terminal's id, or the sentence up to "BASE" */
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

static enum err decode_login(const struct session *s, const struct jt808_message *m,
                             struct decoded *out)
{
    (void)s;
    (void)m;
    decoded_add(out, MESSAGE_LOGIN);
    return ERR_OK;
}

static enum err decode_other(const struct session *s, const struct jt808_message *m,
                             struct decoded *out)
{
    (void)s;
    (void)m;
    decoded_add(out, MESSAGE_OTHER);
    return ERR_OK;
}

/*
 * 0702, a driver's card: status u8, time BCD 6, then of a card that could be read (result 0) the
 * name and, in 20 bytes, the code.
 */
static enum err decode_card(const struct session *s, const struct jt808_message *m,
                            struct decoded *out)
{
    enum { CODE_LEN = 20 };
    struct extras x;
    struct fix fix = {0};
    struct reader r = reader_init(m->body);
    read_skip(&r, 1);
    jt808_read_time(&r, s, &fix);
    uint8_t result = read_u8(&r);
    struct bytes name = read_bytes(&r, read_u8(&r));
    struct bytes code = read_bytes(&r, CODE_LEN);
    if (!reader_ok(&r) || result != 0) {
        return decode_other(s, m, out);
    }
    extras_init(&x, out->arena);
    name = charset_to_utf8(out->arena, CHARSET_GBK, name, MESSAGE_TEXT_MAX);
    extras_set_text(&x, EXTRA_DRIVER_NAME, 0, name);
    extras_set_text(&x, EXTRA_CARD, 0, field_trimmed(code));
    struct message *card = decoded_add(out, MESSAGE_FIX);
    card->fix = fix;
    card->extras = extras_pack(&x);
    return ERR_OK;
}

struct row {
    uint16_t id;
    uint8_t reply;  /* enum reply_kind */
    uint8_t when;   /* enum reply_when */
    uint8_t result; /* of REPLY_GENERAL */
    jt808_decoder *decode;
};

static const struct row rows[] = {
    {JT808_LOCATION, REPLY_GENERAL, WHEN_STORED, RESULT_OK, jt808_decode_location},
    {JT808_LOCATION_BATCH, REPLY_GENERAL, WHEN_STORED, RESULT_OK, jt808_decode_batch},
    {JT808_HEARTBEAT, REPLY_GENERAL, WHEN_ALIVE, RESULT_OK, jt808_decode_heartbeat},
    {0x0001, REPLY_NONE, WHEN_STORED, RESULT_OK, jt808_decode_result},
    {0x0003, REPLY_GENERAL, WHEN_KNOWN_OR_NOT, RESULT_OK, decode_other}, /* logout */
    {JT808_REGISTER, REPLY_REGISTER, WHEN_KNOWN_OR_NOT, RESULT_OK, decode_login},
    {JT808_AUTHENTICATE, REPLY_GENERAL, WHEN_KNOWN_OR_NOT, RESULT_OK, decode_login},
    {0x0104, REPLY_NONE, WHEN_STORED, RESULT_OK, jt808_decode_parameters},
    {0x0107, REPLY_GENERAL, WHEN_STORED, RESULT_OK, jt808_decode_attributes},
    {0x0109, REPLY_TIME, WHEN_KNOWN_OR_NOT, RESULT_OK, decode_other},
    {0x0201, REPLY_NONE, WHEN_STORED, RESULT_OK, jt808_decode_answer},
    {0x0210, REPLY_GENERAL, WHEN_STORED, RESULT_OK, jt808_decode_batch_short},
    {0x0500, REPLY_NONE, WHEN_STORED, RESULT_OK, jt808_decode_answer},
    {0x0506, REPLY_GENERAL, WHEN_ALIVE, RESULT_OK, jt808_decode_heartbeat},
    {0x0700, REPLY_NONE, WHEN_STORED, RESULT_OK, jt808_decode_recorder},
    {0x0701, REPLY_NONE, WHEN_STORED, RESULT_OK, jt808_decode_text},
    {0x0702, REPLY_NONE, WHEN_STORED, RESULT_OK, decode_card},
    {0x0800, REPLY_GENERAL, WHEN_STORED, RESULT_UNSUPPORTED, decode_other}, /* media event */
    {0x0801, REPLY_GENERAL, WHEN_STORED, RESULT_UNSUPPORTED, decode_other}, /* media data */
    {0x0900, REPLY_GENERAL, WHEN_STORED, RESULT_OK, jt808_decode_uplink},
    {0x1007, REPLY_GENERAL, WHEN_KNOWN_OR_NOT, RESULT_OK, decode_other}, /* time zone */
    {0x1300, REPLY_NONE, WHEN_STORED, RESULT_OK, jt808_decode_text_utf16},
    {0x2070, REPLY_NONE, WHEN_STORED, RESULT_OK, decode_other}, /* accelerations */
    {JT808_JOINTECH, REPLY_JOINTECH, WHEN_STORED, RESULT_OK, jt808_decode_jointech},
    {JT808_JOINTECH_BLIND, REPLY_JOINTECH, WHEN_STORED, RESULT_OK, jt808_decode_jointech},
    {0x6006, REPLY_GENERAL, WHEN_STORED, RESULT_OK, jt808_decode_text_gbk},
    {0x8888, REPLY_GENERAL, WHEN_STORED, RESULT_OK, decode_other}, /* a picture */
};

/* Messages without a row, and those that nobody can read. */
static const struct row other_row = {0, REPLY_GENERAL, WHEN_STORED, RESULT_UNSUPPORTED,
                                     decode_other};

static const struct row *row_find(uint16_t id)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].id == id) {
            return &rows[i];
        }
    }
    return &other_row;
}

/* ---- decoding ---- */

/*
 * A fragment of a divided message. Its key is the id of the message and the serial of its first
 * fragment; the fragments of a message have serials one after the other.
 */
static void add_fragment(const struct jt808_message *m, struct decoded *out)
{
    struct message *fragment = decoded_add(out, MESSAGE_FRAGMENT);
    uint16_t first = (uint16_t)(m->serial - (m->number - 1));
    fragment->fragment = (struct message_fragment){
        .key = (uint32_t)m->id << 16 | first, .number = m->number, .total = m->total};
    fragment->text = m->body;
}

static enum err decode_message(const struct session *s, const struct jt808_message *m,
                               struct decoded *out, const struct row **row)
{
    *row = row_find(m->id);
    bool is_encrypted = (m->attributes & ATTRIBUTE_RSA) != 0 && !jt808_is_jointech(m->id);
    if (is_encrypted || m->total > MESSAGE_FRAGMENTS_MAX) {
        *row = &other_row;
    }
    if (m->total > 1 && (*row)->result == RESULT_OK) {
        add_fragment(m, out);
        return ERR_OK;
    }
    return (*row)->decode(s, m, out);
}

static void set_hint(const struct jt808_message *m, const struct row *row, struct decoded *out)
{
    struct hint hint = {
        .kind = row->reply,
        .when = row->when,
        .result = row->result,
        .delimiter = m->delimiter,
        .has_version = m->id_len == JT808_ID_2019,
        .version = m->version,
        .id = m->id,
        .serial = m->serial,
        .at_len = m->id_len,
    };
    if (m->total > 1 && hint.kind == REPLY_NONE) {
        hint.kind = REPLY_GENERAL; /* a fragment is answered even where the whole is not */
    }
    if (hint.kind == REPLY_JOINTECH && (m->attributes & ATTRIBUTE_ANSWER) == 0) {
        hint.kind = REPLY_NONE;
    }
    memcpy(hint.at, m->at, m->id_len);
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = hint.kind != REPLY_NONE;
}

/* "(794100000001,1,001,ELOCK,3,111111)": the first field names the device. */
static enum err decode_sentence(struct bytes frame, struct decoded *out)
{
    struct reader r = reader_init(bytes_slice(frame, 1, frame.len - 2));
    struct bytes id = read_field(&r, ',');
    if (!device_id_is_possible(id) || !field_is_printable(frame)) {
        return ERR_MALFORMED;
    }
    bytes_to_text(id, out->device_id, sizeof(out->device_id));
    size_t query_len = sizeof(time_query) - 1;
    struct hint hint = {.kind = REPLY_SENTENCE, .when = WHEN_KNOWN_OR_NOT};
    size_t head_len = frame.len > query_len + 1 ? frame.len - query_len - 1 : SIZE_MAX;
    if (!bytes_eq(bytes_slice(frame, frame.len - query_len, query_len), time_query) ||
        head_len > sizeof(hint.at)) {
        decoded_add(out, MESSAGE_RESPONSE)->text = secrets_masked(out->arena, frame);
        return ERR_OK;
    }
    hint.at_len = (uint8_t)head_len;
    memcpy(hint.at, frame.at + 1, head_len);
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = true;
    decoded_add(out, MESSAGE_OTHER);
    return ERR_OK;
}

static enum err jt808_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct jt808_message m = {0};
    const struct row *row = NULL;
    if (frame.len >= 2 && frame.at[0] == '(' && frame.at[frame.len - 1] == ')') {
        return decode_sentence(frame, out);
    }
    enum err e = jt808_parse(out->arena, frame, &m);
    if (e != ERR_OK) {
        return e;
    }
    e = decode_message(s, &m, out, &row);
    e = e == ERR_OK ? decoded_finish(out) : e;
    if (e != ERR_OK) {
        out->len = 0;
        return e;
    }
    jt808_id_text(&m, out->device_id);
    jt808_set_slot(&m, &out->slot);
    set_hint(&m, row, out);
    return ERR_OK;
}

static enum err jt808_join(struct session *s, uint32_t key, const struct bytes *fragments,
                           size_t count, struct decoded *out)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += fragments[i].len;
    }
    uint8_t *at = arena_new(out->arena, len == 0 ? 1 : len);
    len = 0;
    for (size_t i = 0; i < count; i++) {
        if (fragments[i].len > 0) {
            memcpy(at + len, fragments[i].at, fragments[i].len);
        }
        len += fragments[i].len;
    }
    struct jt808_message m = {.id = (uint16_t)(key >> 16), .is_joined = true, .body = {at, len}};
    enum err e = row_find(m.id)->decode(s, &m, out);
    e = e == ERR_OK ? decoded_finish(out) : e;
    out->len = e == ERR_OK ? out->len : 0;
    return e;
}

/* ---- replies ---- */

static bool is_due(enum reply_when when, enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_STORED:
        return true;
    case OUTCOME_UNREGISTERED:
        return when != WHEN_STORED;
    case OUTCOME_REFUSED:
        break;
    }
    return when == WHEN_ALIVE;
}

static uint16_t next_serial(struct session *s)
{
    uint16_t serial = 0;
    memcpy(&serial, s->own, sizeof(serial));
    uint16_t next = (uint16_t)(serial + 1);
    memcpy(s->own, &next, sizeof(next));
    return serial;
}

static void write_civil(struct writer *w, int64_t now_s)
{
    struct civil c = civil_from_s(now_s);
    write_u16be(w, (uint16_t)c.year);
    write_u8(w, (uint8_t)c.month);
    write_u8(w, (uint8_t)c.day);
    write_u8(w, (uint8_t)c.hour);
    write_u8(w, (uint8_t)c.minute);
    write_u8(w, (uint8_t)c.second);
}

/* The body of an answer of `kind`, and its id. */
static uint16_t write_answer(struct writer *w, const struct hint *hint,
                             const struct jt808_message *to, int64_t now_s)
{
    char code[DEVICE_ID_SIZE];
    switch ((enum reply_kind)hint->kind) {
    case REPLY_REGISTER:
        jt808_id_text(to, code);
        write_u16be(w, hint->serial);
        write_u8(w, RESULT_OK);
        write_text(w, code);
        return JT808_REGISTER_REPLY;
    case REPLY_TIME:
        write_civil(w, now_s);
        write_u8(w, RESULT_OK);
        return TIME_REPLY;
    case REPLY_JOINTECH:
        write_u16be(w, hint->id);
        write_u8(w, RESULT_OK);
        return JT808_JOINTECH_REPLY;
    case REPLY_NONE:
    case REPLY_SENTENCE:
    case REPLY_GENERAL:
        break;
    }
    write_u16be(w, hint->serial);
    write_u16be(w, hint->id);
    write_u8(w, hint->result);
    return JT808_GENERAL_REPLY;
}

static void reply_sentence(const struct hint *hint, int64_t now_s, struct writer *out)
{
    struct civil c = civil_from_s(now_s);
    char time[48];
    (void)snprintf(time, sizeof(time), "BASE,2,%04d%02d%02d%02d%02d%02d)", c.year, c.month, c.day,
                   c.hour, c.minute, c.second);
    check(hint->at_len <= sizeof(hint->at));
    write_u8(out, '(');
    write_bytes(out, (struct bytes){hint->at, hint->at_len});
    write_text(out, time);
}

static void jt808_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                        int64_t now_s, struct writer *out)
{
    struct hint hint;
    memcpy(&hint, from->at, sizeof(hint));
    if (hint.kind == REPLY_NONE || !is_due((enum reply_when)hint.when, outcome)) {
        return;
    }
    if (hint.kind == REPLY_SENTENCE) {
        reply_sentence(&hint, now_s, out);
        return;
    }
    uint8_t at[64];
    struct writer body = writer_init(at, sizeof(at));
    struct jt808_message m = {
        .attributes = hint.has_version ? JT808_VERSION : 0,
        .delimiter = hint.delimiter,
        .version = hint.version,
        .id_len = hint.at_len,
    };
    check(hint.at_len <= sizeof(m.at));
    memcpy(m.at, hint.at, hint.at_len);
    m.id = write_answer(&body, &hint, &m, now_s);
    m.serial = hint.kind == REPLY_JOINTECH ? 1 : next_serial(s);
    m.body = writer_bytes(&body);
    jt808_write(out, &m);
}

const struct protocol protocol_jt808 = {
    .name = "jt808",
    .doc = "JT/T 808 of 2011, 2013 and 2019 and its makers' items; Jointech locks; answered",
    .port = 5015,
    .frame_max = JT808_FRAME_MAX,
    .utc_offset_min = 8 * 60,
    .claims = jt808_claims,
    .split = jt808_split,
    .resync = jt808_resync,
    .decode = jt808_decode,
    .reply = jt808_reply,
    .command = jt808_command,
    .join = jt808_join,
    .device = &jt808_device,
};
