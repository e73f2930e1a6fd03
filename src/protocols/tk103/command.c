/*
 * TK103 commands, to a device, by the kind of frames that it sends:
 *
 *     (056789012345AV010)           plain: a word that begins with A, and its digits
 *     [begin]sms2,*turnoff*,[end]   with commas: a text as of an SMS
 *
 * Where nothing of the device is known, a text that has the form of a plain one is written so. The
 * answer to a plain one has B in the place of the A, but AP00 is answered by BP04; that to a text
 * is ZC03, and has no number. A text names no device.
 *
 *     status AP04, parameters AP03, of plain ones; cut AV010 and restore AV011, by the profiles
 *
 * Source: the vectors' facts of TK103, section 2.
 */
#include <string.h>

#include "protocols/tk103/tk103.h"
#include "protocols/words.h"

enum { TEXT_MAX = 512 };

static bool is_plain(struct bytes text)
{
    return text.len >= TK103_WORD_LEN && text.at[0] == 'A' && text.at[1] >= 'A' &&
           text.at[1] <= 'Z' && word_is_hex(bytes_slice(text, 2, 2)) &&
           bytes_find(text, ' ') == text.len;
}

static enum command_fate write_plain(const struct session *s, const struct tk103_slot *to,
                                     struct bytes text, struct command_note *note,
                                     struct writer *out)
{
    char word[TK103_WORD_LEN + 1];
    struct bytes id = word_kept(to->id, TK103_ID_MAX);
    const struct bytes holes[] = {id.len > 0 ? id : bytes_of_text(s->device_id), text};
    bytes_to_text(bytes_slice(text, 0, TK103_WORD_LEN), word, sizeof(word));
    word[0] = 'B';
    note->message_id = word_command_id(bytes_of_text(strcmp(word, "BP00") == 0 ? "BP04" : word));
    word_write(out, "(%0%1)", holes);
    return word_command_fate(out);
}

enum command_fate tk103_command(struct session *s, const struct device_slot *slot,
                                const struct command_request *what, struct command_note *note,
                                struct writer *out)
{
    static const struct word_commands known = {
        .len_max = TEXT_MAX, .status = "AP04", .parameters = "AP03", .refused = "()[]"};
    uint8_t room[COMMAND_RAW_MAX];
    struct tk103_slot to;
    struct bytes text = {0};
    memcpy(&to, slot->at, sizeof(to));
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    if (to.kind == TK103_PLAIN && !is_plain(text)) {
        return COMMAND_IS_INVALID;
    }
    if (to.kind != TK103_COMMA && is_plain(text)) {
        return write_plain(s, &to, text, note, out);
    }
    note->is_unaddressed = true;
    word_write(out, "[begin]sms2,%0,[end]", &text);
    return word_command_fate(out);
}
