/*
 * JT/T 808 commands, to a terminal. They go out with the delimiter, version and id of its own
 * frames, which the device slot keeps, and with a serial that the terminal returns.
 *
 *     8104  everything that is set                        answered by 0104
 *     8107  attributes, with the SIM card                 0107, which has no serial
 *     8201  position                                      0201
 *     8300  flag u8 (2019: and kind u8), text in GBK      0001: received; then 6006, 1300, 0701
 *     8500  doors. 2011, 2013: flag u8, bit 0             0500
 *                  2019: 0001 u16 controls: id 0001 u16, u8
 *
 * The doors turned round: bit 0 of 2013 is 1 to lock, the value of 2019 is 0 to lock. Only the
 * status in the 0500 tells what they are then (location.c). 8103, 8105, 8106, 8203 and all else are
 * sent raw: a type and a body, which get their head here. 8001 and 8100 are no commands: they would
 * acknowledge what is not stored.
 *
 * What the profile of the model says goes before all of that.
 *
 * Source: JT/T 808-2013 and -2019, sections 8; the vectors' facts of locks, section 3.
 */
#include "protocols/jt808/jt808.h"

#include <string.h>

#include "base/charset.h"

enum { TEXT_FLAG = 1, TEXT_KIND_NOTICE = 1, SERIAL_BITS = 16 };
enum { QUERY_ALL = 0x8104, QUERY_POSITION = 0x8201 };
enum { PLATFORM_FIRST = 0x8000, ID_LEN_2013 = 6 };

/* What the slot keeps of a terminal. */
struct terminal {
    uint8_t delimiter;
    bool has_version;
    uint8_t version;
    uint8_t id_len;
    uint8_t at[JT808_ID_2019];
};
_Static_assert(sizeof(struct terminal) <= DEVICE_SLOT_BYTES, "the slot has room");

void jt808_set_slot(const struct jt808_message *m, struct device_slot *slot)
{
    struct terminal t = {
        .delimiter = m->delimiter,
        .has_version = m->id_len == JT808_ID_2019,
        .version = m->version,
        .id_len = m->id_len,
    };
    memcpy(t.at, m->at, m->id_len);
    memcpy(slot->at, &t, sizeof(t));
}

/* Of a slot that knows nothing: a terminal of 2013. */
static struct terminal terminal_of(const struct device_slot *slot)
{
    struct terminal t;
    memcpy(&t, slot->at, sizeof(t));
    if (t.delimiter == 0 || t.id_len > JT808_ID_2019) {
        t = (struct terminal){.delimiter = JT808_DELIMITER, .id_len = ID_LEN_2013};
    }
    return t;
}

static enum command_fate write_text_body(const struct terminal *t, struct bytes text,
                                         struct writer *body)
{
    uint8_t gbk[JT808_BODY_MAX];
    size_t len = 0;
    enum err e = charset_of_utf8(CHARSET_GBK, text, gbk, sizeof(gbk), &len);
    if (e == ERR_TOO_LONG) {
        return COMMAND_IS_TOO_LONG;
    }
    if (e != ERR_OK || len == 0) {
        return COMMAND_IS_INVALID;
    }
    write_u8(body, TEXT_FLAG);
    if (t->has_version) {
        write_u8(body, TEXT_KIND_NOTICE);
    }
    write_bytes(body, (struct bytes){gbk, len});
    return COMMAND_IS_WRITTEN;
}

static enum command_fate write_doors(const struct terminal *t, bool locks, struct writer *body)
{
    enum { CONTROLS = 1, CONTROL_DOORS = 1 };
    if (t->has_version) {
        write_u16be(body, CONTROLS);
        write_u16be(body, CONTROL_DOORS);
        write_u8(body, locks ? 0 : 1);
    } else {
        write_u8(body, locks ? 1 : 0);
    }
    return COMMAND_IS_WRITTEN;
}

static enum command_fate write_raw(struct bytes raw, struct writer *body, uint16_t *id)
{
    struct reader r = reader_init(raw);
    *id = read_u16be(&r);
    bool is_answer = *id == JT808_GENERAL_REPLY || *id == JT808_REGISTER_REPLY;
    if (!reader_ok(&r) || *id < PLATFORM_FIRST || is_answer) {
        return COMMAND_IS_INVALID;
    }
    write_bytes(body, read_rest(&r));
    return COMMAND_IS_WRITTEN;
}

/* The body of a command, and its message. */
static enum command_fate write_body(const struct command_request *what, const struct terminal *t,
                                    struct writer *body, uint16_t *id)
{
    if (what->raw.len > 0) {
        return write_raw(what->raw, body, id);
    }
    switch (what->kind) {
    case COMMAND_TEXT:
    case COMMAND_HIGH_LEVEL:
        *id = JT808_TEXT;
        return write_text_body(t, what->text, body);
    case COMMAND_QUERY_STATUS:
        *id = QUERY_POSITION;
        return COMMAND_IS_WRITTEN;
    case COMMAND_QUERY_PARAMETERS:
        *id = QUERY_ALL;
        return COMMAND_IS_WRITTEN;
    case COMMAND_QUERY_ICCID:
        *id = JT808_ATTRIBUTES_QUERY;
        return COMMAND_IS_WRITTEN;
    case COMMAND_LOCK:
    case COMMAND_UNLOCK:
        *id = JT808_DOORS;
        return write_doors(t, what->kind == COMMAND_LOCK, body);
    case COMMAND_TIMED_UNLOCK:
    case COMMAND_KINDS:
        break;
    }
    return COMMAND_IS_UNSUPPORTED;
}

enum command_fate jt808_command(struct session *s, const struct device_slot *slot,
                                const struct command_request *what, struct command_note *note,
                                struct writer *out)
{
    (void)s;
    uint8_t at[JT808_BODY_MAX];
    uint8_t room[COMMAND_RAW_MAX];
    uint16_t id = 0;
    struct command_request said = *what;
    if (!profile_apply(&said, room)) {
        return COMMAND_IS_INVALID;
    }
    struct writer body = writer_init(at, sizeof(at));
    struct terminal t = terminal_of(slot);
    enum command_fate fate = write_body(&said, &t, &body, &id);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    if (!writer_ok(&body)) {
        return COMMAND_IS_TOO_LONG;
    }
    struct jt808_message m = {
        .id = id,
        .attributes = t.has_version ? JT808_VERSION : 0,
        .serial = (uint16_t)command_tie(what->id, SERIAL_BITS),
        .delimiter = t.delimiter,
        .version = t.version,
        .id_len = t.id_len,
        .body = writer_bytes(&body),
    };
    memcpy(m.at, t.at, t.id_len);
    jt808_write(out, &m);
    note->tie = m.serial;
    note->message_id = id;
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}
