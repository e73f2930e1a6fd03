/*
 * JT/T 808 texts: what a device answers to a command.
 *
 *     0001  serial u16, id u16, result u8: "8103 ok"
 *     0104  serial u16, count u8, {id u32, len u8, value}: "0010=cmnet, 0018=00001388", a value as
 *           text where it is printable
 *     0700  serial u16, word u8, what the recorder holds: "0700 02 00112233"
 *     0701  len u32, text         6006  encoding u8, text in GBK        1300  serial u16, UTF-16BE
 *
 * The serial is that of our message; 0701 and 6006 have none, and answer the oldest text that
 * waits. A text (8300) and the doors (8500) are only received where 0001 says ok.
 *
 * Texts of 0701 are ASCII. GBK is an extension of that, so they are read as GBK.
 *
 * Source: JT/T 808-2019 sections 8.1 and 8.8; the vectors' facts, section 1.
 */
#include "protocols/jt808/jt808.h"

#include <stdio.h>
#include <string.h>

#include "base/charset.h"
#include "base/hex.h"
#include "protocols/fields.h"
#include "protocols/secrets.h"

enum { RECORDER_SHOWN_MAX = 2000 }; /* bytes, of which each is two digits */

static struct message *add_response(struct decoded *out, struct bytes text)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = secrets_masked(out->arena, field_trimmed(text));
    return m;
}

/* The answer to a text, which mostly does not say to which. */
static void add_text(struct decoded *out, enum charset from, struct bytes text, uint16_t serial)
{
    struct bytes utf8 = charset_to_utf8(out->arena, from, text, MESSAGE_TEXT_MAX);
    add_response(out, utf8)->answer =
        (struct message_answer){.tie = serial, .message_id = JT808_TEXT};
}

enum err jt808_decode_result(const struct session *s, const struct jt808_message *m,
                             struct decoded *out)
{
    static const char *const results[] = {"ok", "failed", "malformed", "not supported"};
    enum { RESULTS = sizeof(results) / sizeof(results[0]) };
    (void)s;
    struct reader r = reader_init(m->body);
    uint16_t serial = read_u16be(&r);
    uint16_t id = read_u16be(&r);
    uint8_t result = read_u8(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    bool is_receipt = id == JT808_TEXT || id == JT808_DOORS; /* what comes of it follows */
    enum answer_result done = is_receipt ? ANSWER_RECEIVED : ANSWER_DONE;
    const char *text = result < RESULTS ? arena_format(out->arena, "%04x %s", id, results[result])
                                        : arena_format(out->arena, "%04x %u", id, result);
    add_response(out, bytes_of_text(text))->answer = (struct message_answer){
        .tie = serial,
        .message_id = id,
        .result = (uint8_t)(result == 0 ? done : ANSWER_REFUSED),
    };
    return ERR_OK;
}

/* "0010=cmnet"; `value` has at most 255 bytes. */
static void write_parameter(struct writer *w, uint32_t id, struct bytes value)
{
    char name[16];
    char hex[2 * UINT8_MAX + 1];
    (void)snprintf(name, sizeof(name), "%s%04x=", w->len > 0 ? ", " : "", (unsigned)id);
    write_text(w, name);
    if (value.len > 0 && field_is_printable(value)) {
        write_bytes(w, value);
    } else {
        hex_encode(value, hex);
        write_text(w, hex);
    }
}

enum err jt808_decode_parameters(const struct session *s, const struct jt808_message *m,
                                 struct decoded *out)
{
    (void)s;
    uint8_t *at = arena_new(out->arena, MESSAGE_TEXT_MAX);
    struct writer w = writer_init(at, MESSAGE_TEXT_MAX);
    struct reader r = reader_init(m->body);
    uint16_t serial = read_u16be(&r);
    size_t count = read_u8(&r);
    size_t len = 0;
    for (size_t i = 0; i < count && reader_ok(&r); i++) {
        uint32_t id = read_u32be(&r);
        struct bytes value = read_bytes(&r, read_u8(&r));
        write_parameter(&w, id, value);
        len = writer_ok(&w) ? w.len : len; /* what no longer fits is left out */
    }
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    add_response(out, (struct bytes){at, len})->answer.tie = serial; /* to 8104 or 8106 */
    return ERR_OK;
}

enum err jt808_decode_recorder(const struct session *s, const struct jt808_message *m,
                               struct decoded *out)
{
    (void)s;
    struct reader r = reader_init(m->body);
    uint16_t serial = read_u16be(&r);
    uint8_t word = read_u8(&r);
    struct bytes data = bytes_slice(read_rest(&r), 0, RECORDER_SHOWN_MAX);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    char *hex = arena_new(out->arena, 2 * data.len + 1);
    hex_encode(data, hex);
    const char *text = arena_format(out->arena, "0700 %02x %s", word, hex);
    add_response(out, bytes_of_text(text))->answer =
        (struct message_answer){.tie = serial, .message_id = JT808_RECORDER};
    return ERR_OK;
}

enum err jt808_decode_text(const struct session *s, const struct jt808_message *m,
                           struct decoded *out)
{
    (void)s;
    struct reader r = reader_init(m->body);
    struct bytes text = read_bytes(&r, read_u32be(&r));
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    add_text(out, CHARSET_GBK, text, 0);
    return ERR_OK;
}

enum err jt808_decode_text_gbk(const struct session *s, const struct jt808_message *m,
                               struct decoded *out)
{
    (void)s;
    struct reader r = reader_init(m->body);
    read_skip(&r, 1);
    struct bytes text = read_rest(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    add_text(out, CHARSET_GBK, text, 0);
    return ERR_OK;
}

enum err jt808_decode_text_utf16(const struct session *s, const struct jt808_message *m,
                                 struct decoded *out)
{
    (void)s;
    struct reader r = reader_init(m->body);
    uint16_t serial = read_u16be(&r);
    struct bytes text = read_rest(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    add_text(out, CHARSET_UTF16BE, text, serial);
    return ERR_OK;
}
