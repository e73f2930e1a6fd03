/*
 * Wialon IPS commands, to a device: a text to its driver or to it, which it answers with a text.
 *
 *     #M#TEXT          of a device that logged in with version 2: #M#TEXT;CRC
 *
 * The line names no device, and there are no queries. What a text does is up to the maker.
 *
 * Source: the vectors' facts of Wialon, section 5.
 */
#include <stdio.h>

#include "base/crc.h"
#include "protocols/wialon/wialon.h"
#include "protocols/words.h"

enum { TEXT_MAX = 512 };

enum command_fate wialon_command(struct session *s, const struct device_slot *slot,
                                 const struct command_request *what, struct command_note *note,
                                 struct writer *out)
{
    static const struct word_commands known = {.len_max = TEXT_MAX};
    uint8_t room[COMMAND_RAW_MAX];
    char crc[16];
    struct bytes text = {0};
    (void)s;
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    note->is_unaddressed = true;
    write_text(out, "#M#");
    size_t from = out->len;
    write_bytes(out, text);
    if (slot->at[0] >= 2 && writer_ok(out)) {
        write_u8(out, ';');
        (void)snprintf(crc, sizeof(crc), "%04X",
                       crc16_arc(bytes_slice(writer_bytes(out), from, SIZE_MAX)));
        write_text(out, crc);
    }
    write_text(out, "\r\n");
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}
