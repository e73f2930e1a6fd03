/*
 * Teltonika commands, to a device, by codec 12, which all models know:
 *
 *     00 00 00 00 | length u32 | 0c | 01 | 05 | text length u32 | text, ASCII | 01 | CRC u32
 *
 * The answer has no number, so it goes to the oldest command that waits for one. The frame names no
 * device: whoever is at the end of the link obeys. Over UDP a device takes none.
 *
 *     a text       as it is: "setdigout 1", "getinfo"
 *     hex:         the bytes of the text
 *     status       getstatus      parameters  getver      SIM card  getimeiccid
 *
 * Source: the maker's "Teltonika Data Sending Protocols" and its list of commands; the vectors'
 * facts of commands, section 9.
 */
#include <stdio.h>

#include "base/crc.h"
#include "protocols/fields.h"
#include "protocols/profile.h"
#include "protocols/teltonika/teltonika.h"

enum { TEXT_MAX = 512, TYPE_COMMAND = 5 };

size_t teltonika_begin(struct writer *out)
{
    size_t from = out->len;
    write_u64be(out, 0);
    return from;
}

void teltonika_end(struct writer *out, size_t from)
{
    if (!writer_ok(out)) {
        return;
    }
    struct bytes body = {out->at + from + TELTONIKA_PREAMBLE_LEN,
                         out->len - from - TELTONIKA_PREAMBLE_LEN};
    struct writer length = writer_init(out->at + from + 4, 4);
    write_u32be(&length, (uint32_t)body.len);
    write_u32be(out, crc16_arc(body));
}

static enum command_fate write_command(struct bytes text, struct writer *out)
{
    if (text.len > TEXT_MAX) {
        return COMMAND_IS_TOO_LONG;
    }
    size_t from = teltonika_begin(out);
    write_u8(out, TELTONIKA_12);
    write_u8(out, 1);
    write_u8(out, TYPE_COMMAND);
    write_u32be(out, (uint32_t)text.len);
    write_bytes(out, text);
    write_u8(out, 1);
    teltonika_end(out, from);
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

static const char *query_of(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_QUERY_STATUS:
        return "getstatus";
    case COMMAND_QUERY_PARAMETERS:
        return "getver";
    case COMMAND_QUERY_ICCID:
        return "getimeiccid";
    default:
        return NULL;
    }
}

enum command_fate teltonika_command(struct session *s, const struct device_slot *slot,
                                    const struct command_request *asked, struct command_note *note,
                                    struct writer *out)
{
    uint8_t room[COMMAND_RAW_MAX];
    struct command_request what = *asked;
    (void)s;
    (void)slot;
    note->is_unaddressed = true;
    if (!profile_apply(&what, room)) {
        return COMMAND_IS_INVALID;
    }
    if (what.raw.len > 0) {
        return write_command(what.raw, out);
    }
    if (what.kind == COMMAND_TEXT || what.kind == COMMAND_HIGH_LEVEL) {
        bool is_ascii = what.text.len > 0 && field_is_printable(what.text);
        return is_ascii ? write_command(what.text, out) : COMMAND_IS_INVALID;
    }
    const char *query = query_of(what.kind);
    if (query == NULL) {
        return COMMAND_IS_UNSUPPORTED;
    }
    (void)snprintf(note->shown, sizeof(note->shown), "%s", query);
    return write_command(bytes_of_text(query), out);
}
