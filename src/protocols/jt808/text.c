/*
 * JT/T 808 texts: what a device answers to a command.
 *
 *     0001  serial u16, id u16, result u8: "8103 ok"
 *     0104  serial u16, count u8, {id u32, len u8, value}: "0010=cmnet, 0018=00001388", a value as
 *           text where it is printable
 *     0701  len u32, text         6006  encoding u8, text in GBK        1300  serial u16, UTF-16BE
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

static void add_response(struct decoded *out, struct bytes text)
{
    decoded_add(out, MESSAGE_RESPONSE)->text = field_trimmed(text);
}

enum err jt808_decode_result(const struct session *s, const struct jt808_message *m,
                             struct decoded *out)
{
    static const char *const results[] = {"ok", "failed", "malformed", "not supported"};
    enum { RESULTS = sizeof(results) / sizeof(results[0]) };
    (void)s;
    struct reader r = reader_init(m->body);
    read_skip(&r, 2);
    uint16_t id = read_u16be(&r);
    uint8_t result = read_u8(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    const char *text = result < RESULTS ? arena_format(out->arena, "%04x %s", id, results[result])
                                        : arena_format(out->arena, "%04x %u", id, result);
    add_response(out, bytes_of_text(text));
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
    read_skip(&r, 2);
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
    add_response(out, (struct bytes){at, len});
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
    add_response(out, charset_to_utf8(out->arena, CHARSET_GBK, text, MESSAGE_TEXT_MAX));
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
    add_response(out, charset_to_utf8(out->arena, CHARSET_GBK, text, MESSAGE_TEXT_MAX));
    return ERR_OK;
}

enum err jt808_decode_text_utf16(const struct session *s, const struct jt808_message *m,
                                 struct decoded *out)
{
    (void)s;
    struct reader r = reader_init(m->body);
    read_skip(&r, 2);
    struct bytes text = read_rest(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    add_response(out, charset_to_utf8(out->arena, CHARSET_UTF16BE, text, MESSAGE_TEXT_MAX));
    return ERR_OK;
}
