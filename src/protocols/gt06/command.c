/*
 * GT06 commands, to a device:
 *
 *     78 78 | len | 80 | n u8 = 4 + text | flag u32 | text, ASCII | serial u16 | crc | 0d 0a
 *
 * The device returns the flag with its answer (15, 21: text.c). The frame names no device: whoever
 * is at the end of the link obeys.
 *
 * Source: the Concox and Jimi protocol documents.
 */
#include "protocols/gt06/gt06.h"

#include <stdio.h>

#include "protocols/fields.h"
#include "protocols/profile.h"

enum {
    TYPE_COMMAND = 0x80,
    TEXT_MAX = 240, /* length bytes count it with 4 and 10 more */
    FLAG_LEN = 4,
    CONTENT_MAX = 250,
    FLAG_BITS = 32,
    SERIAL_BITS = 16,
};

/* The text that a query is sent as; NULL: there is none. */
static const char *text_of(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_QUERY_STATUS:
        return "STATUS#";
    case COMMAND_QUERY_PARAMETERS:
        return "PARAM#";
    case COMMAND_QUERY_ICCID:
        return "ICCID#";
    default:
        return NULL;
    }
}

static enum command_fate write_text_command(const struct command_request *what, struct bytes text,
                                            struct command_note *note, struct writer *out)
{
    uint8_t at[CONTENT_MAX];
    struct writer content = writer_init(at, sizeof(at));
    if (text.len > TEXT_MAX) {
        return COMMAND_IS_TOO_LONG;
    }
    if (text.len == 0 || !field_is_printable(text)) {
        return COMMAND_IS_INVALID; /* ASCII is all that it carries */
    }
    note->tie = command_tie(what->id, FLAG_BITS);
    write_u8(&content, (uint8_t)(FLAG_LEN + text.len));
    write_u32be(&content, note->tie);
    write_bytes(&content, text);
    gt06_write_frame(out, false, TYPE_COMMAND, writer_bytes(&content),
                     (uint16_t)command_tie(what->id, SERIAL_BITS));
    return COMMAND_IS_WRITTEN;
}

/* A type and its content, as they are. */
static enum command_fate write_raw(const struct command_request *what, struct writer *out)
{
    struct bytes content = bytes_slice(what->raw, 1, SIZE_MAX);
    if (content.len > CONTENT_MAX) {
        return COMMAND_IS_TOO_LONG;
    }
    gt06_write_frame(out, false, what->raw.at[0], content,
                     (uint16_t)command_tie(what->id, SERIAL_BITS));
    return COMMAND_IS_WRITTEN;
}

/* What a query was sent as; of what unlocks nothing is shown, since its password may stand in it.
 */
static void note_shown(enum command_kind kind, struct bytes text, struct command_note *note)
{
    if (text_of(kind) != NULL) {
        bytes_to_text(text, note->shown, sizeof(note->shown));
    }
}

enum command_fate gt06_command(struct session *s, const struct device_slot *slot,
                               const struct command_request *asked, struct command_note *note,
                               struct writer *out)
{
    uint8_t room[COMMAND_RAW_MAX];
    struct command_request applied = *asked;
    const struct command_request *what = &applied;
    (void)s;
    (void)slot;
    note->is_unaddressed = true;
    if (!profile_apply(&applied, room)) {
        return COMMAND_IS_INVALID;
    }
    if (what->raw.len > 0) {
        return write_raw(what, out);
    }
    if (what->kind == COMMAND_TEXT || what->kind == COMMAND_HIGH_LEVEL) {
        note_shown(asked->kind, what->text, note);
        return write_text_command(what, what->text, note, out);
    }
    const char *text = text_of(what->kind);
    if (text == NULL) {
        return COMMAND_IS_UNSUPPORTED;
    }
    (void)snprintf(note->shown, sizeof(note->shown), "%s", text);
    return write_text_command(what, bytes_of_text(text), note, out);
}
