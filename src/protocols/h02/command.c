/*
 * H02 commands, to a device: the letters of its maker, its id, a word, a time and its fields.
 *
 *     *HQ,1234567890,S20,070809,1,1#
 *
 * The device writes the time back with its answer (V4). As it does nothing else with it, the time
 * here is a number of the command in the form of one, by which the answer finds it.
 *
 *     a text       S20,1,1: what goes behind the id but for the time
 *     cut, restore S20,1,1 and S20,1,0, by the profiles
 *
 * There are no queries that the models share.
 *
 * Source: the vectors' facts of H02, section 1.
 */
#include <stdio.h>
#include <string.h>

#include "protocols/h02/h02.h"
#include "protocols/words.h"

enum { TEXT_MAX = 512 };

void h02_write_head(const struct session *s, const struct h02_address *to, struct writer *out)
{
    char digits[32];
    bool has_maker = to->maker[0] != '\0' && to->maker[1] != '\0';
    (void)snprintf(digits, sizeof(digits), "%0*llu", (int)to->digits, (unsigned long long)to->id);
    write_u8(out, '*');
    write_u8(out, (uint8_t)(has_maker ? to->maker[0] : 'H'));
    write_u8(out, (uint8_t)(has_maker ? to->maker[1] : 'Q'));
    write_u8(out, ',');
    write_text(out, to->digits > 0 ? digits : s->device_id);
    write_u8(out, ',');
}

enum command_fate h02_command(struct session *s, const struct device_slot *slot,
                              const struct command_request *what, struct command_note *note,
                              struct writer *out)
{
    enum { TIE_BITS = 16, HOUR_S = 3600, MINUTE_S = 60 };
    static const struct word_commands known = {.len_max = TEXT_MAX};
    uint8_t room[COMMAND_RAW_MAX];
    char time[32];
    struct h02_address to;
    struct bytes text = {0};
    memcpy(&to, slot->at, sizeof(to));
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    size_t word_len = bytes_find(text, ',');
    if (word_len == 0 || bytes_find(text, '#') < text.len || bytes_find(text, '*') < text.len) {
        return COMMAND_IS_INVALID;
    }
    note->tie = command_tie(what->id, TIE_BITS);
    note->message_id = word_command_id(bytes_slice(text, 0, word_len));
    (void)snprintf(time, sizeof(time), ",%02u%02u%02u", note->tie / HOUR_S,
                   note->tie / MINUTE_S % MINUTE_S, note->tie % MINUTE_S);
    h02_write_head(s, &to, out);
    write_bytes(out, bytes_slice(text, 0, word_len));
    write_text(out, time);
    write_bytes(out, bytes_slice(text, word_len, SIZE_MAX));
    write_u8(out, '#');
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}
