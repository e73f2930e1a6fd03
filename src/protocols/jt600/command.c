/*
 * JT600 commands, to a device: "(P01)". They name no device, so whoever is at the end of the link
 * obeys; and answers have no number, but begin with the word of their command.
 *
 *     a text       P04,1,60,30 or (P04,1,60,30)
 *     unlock       (P43,PASSWORD): the static password, in the clear
 *     parameters   (P04,0): its intervals       status (P01): firmware and battery
 *     SIM card     (P68,2,0)
 *
 * What the profile of the model says goes before all of that. Nothing closes a lock but its rope,
 * and no lock of these opens at a time.
 *
 * Source: the vectors' facts of locks, section 1.2, and of JT600, section 7.
 */
#include "protocols/jt600/jt600.h"

#include <stdio.h>

#include "protocols/fields.h"
#include "protocols/profile.h"

enum { PASSWORD_LEN = 6, TEXT_MAX = 512 };

static struct bytes without_brackets(struct bytes text)
{
    bool has_both = text.len >= 2 && text.at[0] == '(' && text.at[text.len - 1] == ')';
    return has_both ? bytes_slice(text, 1, text.len - 2) : text;
}

/* Whether all of it stands within one sentence. */
static bool is_inside(struct bytes text)
{
    return text.len > 0 && field_is_printable(text) && bytes_find(text, '(') == text.len &&
           bytes_find(text, ')') == text.len;
}

static enum command_fate write_sentence(struct bytes text, struct command_note *note,
                                        struct writer *out)
{
    if (text.len > TEXT_MAX) {
        return COMMAND_IS_TOO_LONG;
    }
    if (!is_inside(text)) {
        return COMMAND_IS_INVALID;
    }
    note->message_id = jt600_word_number(bytes_slice(text, 0, bytes_find(text, ',')));
    write_u8(out, '(');
    write_bytes(out, text);
    write_u8(out, ')');
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

static enum command_fate write_unlock(struct bytes password, struct command_note *note,
                                      struct writer *out)
{
    if (password.len != PASSWORD_LEN || !is_inside(password) ||
        bytes_find(password, ',') != password.len) {
        return COMMAND_IS_INVALID;
    }
    enum { UNLOCK = 43 };
    note->message_id = UNLOCK;
    write_text(out, "(P43,");
    write_bytes(out, password);
    write_u8(out, ')');
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

static const char *query_of(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_QUERY_STATUS:
        return "P01";
    case COMMAND_QUERY_PARAMETERS:
        return "P04,0";
    case COMMAND_QUERY_ICCID:
        return "P68,2,0";
    default:
        return NULL;
    }
}

enum command_fate jt600_command(struct session *s, const struct device_slot *slot,
                                const struct command_request *what, struct command_note *note,
                                struct writer *out)
{
    (void)s;
    (void)slot;
    uint8_t room[COMMAND_RAW_MAX];
    struct command_request said = *what;
    note->is_unaddressed = true;
    if (!profile_apply(&said, room)) {
        return COMMAND_IS_INVALID;
    }
    if (said.raw.len > 0) {
        return write_sentence(without_brackets(said.raw), note, out);
    }
    if (said.kind == COMMAND_TEXT || said.kind == COMMAND_HIGH_LEVEL) {
        return write_sentence(without_brackets(said.text), note, out);
    }
    if (said.kind == COMMAND_UNLOCK) {
        return write_unlock(said.password, note, out);
    }
    const char *query = query_of(said.kind);
    if (query == NULL) {
        return COMMAND_IS_UNSUPPORTED;
    }
    (void)snprintf(note->shown, sizeof(note->shown), "%s", query);
    return write_sentence(bytes_of_text(query), note, out);
}
