/*
 * Queclink's models, and their commands, which are texts whether a tracker reports in text or in
 * binary: AT+GT and three letters, the password, parameters, a serial of 4 hexadecimal
 * digits, '$'. The answer, +ACK:GT or +ACK in binary, returns the serial; what was asked
 * for follows as a report.
 *
 *     a text       as it is, "AT+GTRTO=gv300,3,,,,,,0001"; the '$' may be left out
 *     status       AT+GTRTO=password,1,,,,,,serial$     a report RTL: where it is
 *     parameters   AT+GTRTO=password,8,,,,,,serial$     a report VER: its firmware
 *
 * The password of the factory is the name of the model in small letters, which the version of its
 * frames tells; of a model that is not known it is left empty. Whoever changed it writes the text,
 * or a profile that has it.
 *
 * Source: the vectors' facts, section 1, of the maker's manuals of the GV300 and GL300.
 */
#include <stdio.h>
#include <string.h>

#include "protocols/fields.h"
#include "protocols/profile.h"
#include "protocols/queclink.h"
#include "protocols/words.h"

enum { TEXT_MAX = 1000, SERIAL_DIGITS = 4, SERIAL_BITS = 16 };

static const struct queclink_model models[] = {
    {"02", QUECLINK_HAND, "gl200"},
    {"21", QUECLINK_HAND, "gl200"},
    {"1A", QUECLINK_HAND, "gl300"},
    {"30", QUECLINK_HAND, "gl300"},
    {"28", QUECLINK_HAND, "gl300vc"},
    {"2C", QUECLINK_HAND, "gl300w"},
    {"42", QUECLINK_HAND, "gt501"},
    {"44", QUECLINK_HAND, "gl530"},
    {"52", QUECLINK_HAND, "gl50"},
    {"55", QUECLINK_HAND, "gl50b"},
    {"66", QUECLINK_HAND, "gl50b"},
    {"11", QUECLINK_HAND_500, "gl500"},
    {"40", QUECLINK_HAND_500, "gl500"},
    {"DE", QUECLINK_HAND_500, "gl500m"},
    {"C3", QUECLINK_HAND_320, "gl320m"},
    {"04", QUECLINK_VEHICLE, "gv200"},
    {"35", QUECLINK_VEHICLE, "gv200"},
    {"06", QUECLINK_VEHICLE, "gv300"},
    {"25", QUECLINK_VEHICLE, "gv300"},
    {"08", QUECLINK_VEHICLE, "gmt100"},
    {"3F", QUECLINK_VEHICLE, "gmt100"},
    {"0F", QUECLINK_VEHICLE, "gv55"},
    {"2F", QUECLINK_VEHICLE, "gv55"},
    {"10", QUECLINK_VEHICLE, "gv55"},
    {"1F", QUECLINK_VEHICLE, "gv500"},
    {"36", QUECLINK_VEHICLE, "gv500"},
    {"27", QUECLINK_VEHICLE, "gv300w"},
    {"31", QUECLINK_VEHICLE, "gv65"},
    {"41", QUECLINK_VEHICLE, "gv75w"},
    {"50", QUECLINK_VEHICLE, "gv55w"},
    {"45", QUECLINK_VEHICLE, "gb100"},
    {"6E", QUECLINK_VEHICLE, "gv310lau"},
    {"BD", QUECLINK_VEHICLE, "cv200"},
    {"DF", QUECLINK_VEHICLE, "cv100lg"},
    {"C2", QUECLINK_VEHICLE, "gv600m"},
    {"DC", QUECLINK_VEHICLE, "gv600mg"},
    {"F1", QUECLINK_VEHICLE, "gv350m"},
    {"802004", QUECLINK_VEHICLE, "gv58lau"},
    {"802005", QUECLINK_VEHICLE, "gv355ceu"},
    {"80201E", QUECLINK_VEHICLE, "gv30ceu"},
};

const struct queclink_model *queclink_model_of(struct bytes version)
{
    static const struct queclink_model unknown = {"", QUECLINK_VEHICLE, ""};
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        if (bytes_begin(version, models[i].type)) {
            return &models[i];
        }
    }
    return &unknown;
}

/* A text of a user, which is a command as all begin: its own serial, where it ends in one, ties the
 * answer. */
static enum command_fate write_text_command(struct bytes text, struct command_note *note,
                                            struct writer *out)
{
    if (text.len > 0 && text.at[text.len - 1] == '$') {
        text = bytes_slice(text, 0, text.len - 1);
    }
    if (!bytes_begin(text, "AT+") || !field_is_printable(text) ||
        bytes_find(text, '$') < text.len) {
        return COMMAND_IS_INVALID;
    }
    if (text.len > TEXT_MAX) {
        return COMMAND_IS_TOO_LONG;
    }
    struct bytes last =
        bytes_slice(text, text.len < SERIAL_DIGITS ? 0 : text.len - SERIAL_DIGITS, SERIAL_DIGITS);
    note->tie = (uint32_t)word_hex(last, 0);
    write_bytes(out, text);
    write_text(out, "$");
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

enum command_fate queclink_command(struct session *s, const struct device_slot *slot,
                                   const struct command_request *asked, struct command_note *note,
                                   struct writer *out)
{
    uint8_t room[COMMAND_RAW_MAX];
    char text[128];
    struct command_request what = *asked;
    struct bytes version = {slot->at, bytes_find((struct bytes){slot->at, DEVICE_SLOT_BYTES}, 0)};
    (void)s;
    note->is_unaddressed = true;
    if (!profile_apply(&what, room) || what.raw.len > 0) {
        return COMMAND_IS_INVALID;
    }
    if (what.kind == COMMAND_TEXT || what.kind == COMMAND_HIGH_LEVEL) {
        return write_text_command(what.text, note, out);
    }
    if (what.kind != COMMAND_QUERY_STATUS && what.kind != COMMAND_QUERY_PARAMETERS) {
        return COMMAND_IS_UNSUPPORTED;
    }
    char query = what.kind == COMMAND_QUERY_STATUS ? '1' : '8';
    note->tie = command_tie(what.id, SERIAL_BITS);
    (void)snprintf(note->shown, sizeof(note->shown), "AT+GTRTO %c", query);
    (void)snprintf(text, sizeof(text), "AT+GTRTO=%s,%c,,,,,,%04X$",
                   queclink_model_of(version)->password, query, (unsigned)note->tie);
    write_text(out, text);
    return COMMAND_IS_WRITTEN;
}
