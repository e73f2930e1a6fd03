/*
 * Queclink commands: AT+GT and three letters, the password, parameters, a serial of 4 hexadecimal
 * digits, '$'. The answer, +ACK:GT, returns the serial; what was asked for follows as a report.
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

#include "base/reader.h"
#include "protocols/fields.h"
#include "protocols/gl200text/gl200text.h"
#include "protocols/profile.h"

enum { TEXT_MAX = 1000, SERIAL_DIGITS = 4, SERIAL_BITS = 16 };

static const struct gl200_model models[] = {
    {"02", GL200_HAND, "gl200"},
    {"21", GL200_HAND, "gl200"},
    {"1A", GL200_HAND, "gl300"},
    {"30", GL200_HAND, "gl300"},
    {"28", GL200_HAND, "gl300vc"},
    {"2C", GL200_HAND, "gl300w"},
    {"42", GL200_HAND, "gt501"},
    {"44", GL200_HAND, "gl530"},
    {"52", GL200_HAND, "gl50"},
    {"55", GL200_HAND, "gl50b"},
    {"66", GL200_HAND, "gl50b"},
    {"11", GL200_HAND_500, "gl500"},
    {"40", GL200_HAND_500, "gl500"},
    {"DE", GL200_HAND_500, "gl500m"},
    {"C3", GL200_HAND_320, "gl320m"},
    {"04", GL200_VEHICLE, "gv200"},
    {"35", GL200_VEHICLE, "gv200"},
    {"06", GL200_VEHICLE, "gv300"},
    {"25", GL200_VEHICLE, "gv300"},
    {"08", GL200_VEHICLE, "gmt100"},
    {"3F", GL200_VEHICLE, "gmt100"},
    {"0F", GL200_VEHICLE, "gv55"},
    {"2F", GL200_VEHICLE, "gv55"},
    {"10", GL200_VEHICLE, "gv55"},
    {"1F", GL200_VEHICLE, "gv500"},
    {"36", GL200_VEHICLE, "gv500"},
    {"27", GL200_VEHICLE, "gv300w"},
    {"31", GL200_VEHICLE, "gv65"},
    {"41", GL200_VEHICLE, "gv75w"},
    {"50", GL200_VEHICLE, "gv55w"},
    {"45", GL200_VEHICLE, "gb100"},
    {"6E", GL200_VEHICLE, "gv310lau"},
    {"BD", GL200_VEHICLE, "cv200"},
    {"DF", GL200_VEHICLE, "cv100lg"},
    {"C2", GL200_VEHICLE, "gv600m"},
    {"DC", GL200_VEHICLE, "gv600mg"},
    {"F1", GL200_VEHICLE, "gv350m"},
    {"802004", GL200_VEHICLE, "gv58lau"},
    {"802005", GL200_VEHICLE, "gv355ceu"},
    {"80201E", GL200_VEHICLE, "gv30ceu"},
};

const struct gl200_model *gl200_model_of(struct bytes version)
{
    static const struct gl200_model unknown = {"", GL200_VEHICLE, ""};
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        if (bytes_begin(version, models[i].type)) {
            return &models[i];
        }
    }
    return &unknown;
}

/* A text of a user: its own serial, where it ends in one, ties the answer. */
static enum command_fate write_text_command(struct bytes text, struct command_note *note,
                                            struct writer *out)
{
    uint64_t serial = 0;
    if (text.len > 0 && text.at[text.len - 1] == '$') {
        text = bytes_slice(text, 0, text.len - 1);
    }
    if (text.len == 0 || !field_is_printable(text) || bytes_find(text, '$') < text.len) {
        return COMMAND_IS_INVALID;
    }
    if (text.len > TEXT_MAX) {
        return COMMAND_IS_TOO_LONG;
    }
    struct bytes last =
        bytes_slice(text, text.len < SERIAL_DIGITS ? 0 : text.len - SERIAL_DIGITS, SERIAL_DIGITS);
    if (gl200_hex(last, &serial)) {
        note->tie = (uint32_t)serial;
    }
    write_bytes(out, text);
    write_text(out, "$");
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

enum command_fate gl200_command(struct session *s, const struct device_slot *slot,
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
                   gl200_model_of(version)->password, query, (unsigned)note->tie);
    write_text(out, text);
    return COMMAND_IS_WRITTEN;
}
