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
#include "base/hex.h"
#include "protocols/profile.h"
#include "protocols/ruptela/ruptela.h"
#include "protocols/words.h"

enum { TEXT_MAX = 1000, DOWN_VERSION = 0x67, DOWN_TEXT = 0x6c, UP_VERSION = 3, UP_TEXT = 7 };

/* Whether a text is a whole frame in digits; then it is in `at`. */
static bool is_frame(struct bytes text, uint8_t at[TEXT_MAX], size_t *len)
{
    size_t told = 0;
    return hex_decode(text, at, TEXT_MAX, len) == ERR_OK &&
           framing_len(&ruptela_form, (struct bytes){at, *len}, &told) == ERR_OK && told == *len &&
           framing_is_sound(&ruptela_form, (struct bytes){at, *len});
}

enum command_fate ruptela_command(struct session *s, const struct device_slot *slot,
                                  const struct command_request *asked, struct command_note *note,
                                  struct writer *out)
{
    static const struct word_commands known = {.len_max = TEXT_MAX, .status = "coords"};
    static const uint8_t version = DOWN_VERSION;
    uint8_t room[COMMAND_RAW_MAX];
    uint8_t at[TEXT_MAX];
    size_t len = 0;
    struct command_request what = *asked;
    struct bytes text = {0};
    (void)s;
    (void)slot;
    note->is_unaddressed = true;
    if (!profile_apply(&what, room)) {
        return COMMAND_IS_INVALID;
    }
    if (what.kind == COMMAND_QUERY_PARAMETERS) {
        note->message_id = UP_VERSION;
        what.raw = (struct bytes){&version, 1};
    }
    if (what.raw.len > 0) {
        ruptela_write(out, what.raw.at[0], bytes_slice(what.raw, 1, SIZE_MAX));
        return COMMAND_IS_WRITTEN;
    }
    what.profile = NULL; /* it has been heard */
    enum command_fate fate = words_of_command(&what, &known, room, note, &text);
    text = what.kind == COMMAND_QUERY_STATUS ? bytes_of_text(" coords") : text;
    if (fate == COMMAND_IS_WRITTEN && is_frame(text, at, &len)) {
        write_bytes(out, (struct bytes){at, len});
    } else if (fate == COMMAND_IS_WRITTEN) {
        note->message_id = UP_TEXT;
        ruptela_write(out, DOWN_TEXT, text);
    }
    return fate;
}
