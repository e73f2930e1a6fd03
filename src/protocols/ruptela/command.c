/*
 * Ruptela commands:
 *
 *     a text       6c, as an SMS without a card: "password command", without a password " command";
 *                  a whole frame in hexadecimal digits goes as it is
 *     hex:         the first byte is the type, the others the payload
 *     status       6c " coords"     parameters  67, which firmware it has
 *
 * An answer tells its type alone. The frame names no device: whoever is at the end of the link
 * obeys.
 *
 * Source: the vectors' facts, section 1.
 */
#include <stdio.h>

#include "base/crc.h"
#include "base/hex.h"
#include "protocols/fields.h"
#include "protocols/profile.h"
#include "protocols/ruptela/ruptela.h"

enum { TEXT_MAX = 1000, DOWN_VERSION = 0x67, DOWN_TEXT = 0x6c, UP_VERSION = 3, UP_TEXT = 7 };

/* Whether a text is a whole frame in digits; then it is in `at`. */
static bool is_frame(struct bytes text, uint8_t at[TEXT_MAX], size_t *len)
{
    enum { LEN_MIN = 5, EDGES = 4 };
    if (hex_decode(text, at, TEXT_MAX, len) != ERR_OK || *len < LEN_MIN) {
        return false;
    }
    struct reader r = reader_init((struct bytes){at, *len});
    size_t length = read_u16be(&r);
    struct bytes covered = read_bytes(&r, length);
    return length + EDGES == *len && read_u16be(&r) == crc16_kermit(covered);
}

static enum command_fate write_text_command(struct bytes text, struct command_note *note,
                                            struct writer *out)
{
    uint8_t at[TEXT_MAX];
    size_t len = 0;
    if (text.len == 0 || !field_is_printable(text)) {
        return COMMAND_IS_INVALID;
    }
    if (text.len > TEXT_MAX) {
        return COMMAND_IS_TOO_LONG;
    }
    if (is_frame(text, at, &len)) {
        write_bytes(out, (struct bytes){at, len});
    } else {
        note->message_id = UP_TEXT;
        ruptela_write(out, DOWN_TEXT, text);
    }
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

enum command_fate ruptela_command(struct session *s, const struct device_slot *slot,
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
        ruptela_write(out, what.raw.at[0], bytes_slice(what.raw, 1, SIZE_MAX));
        return COMMAND_IS_WRITTEN;
    }
    switch (what.kind) {
    case COMMAND_TEXT:
    case COMMAND_HIGH_LEVEL:
        return write_text_command(what.text, note, out);
    case COMMAND_QUERY_STATUS:
        (void)snprintf(note->shown, sizeof(note->shown), "coords");
        return write_text_command(bytes_of_text(" coords"), note, out);
    case COMMAND_QUERY_PARAMETERS:
        note->message_id = UP_VERSION;
        ruptela_write(out, DOWN_VERSION, (struct bytes){0});
        return COMMAND_IS_WRITTEN;
    default:
        return COMMAND_IS_UNSUPPORTED;
    }
}
