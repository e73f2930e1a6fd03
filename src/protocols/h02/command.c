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
    const struct bytes holes[] = {
        has_maker ? (struct bytes){(const uint8_t *)to->maker, H02_MAKER_LEN} : bytes_of_text("HQ"),
        bytes_of_text(to->digits > 0 ? digits : s->device_id)};
    word_write(out, "*%0,%1,", holes);
}

enum command_fate h02_command(struct session *s, const struct device_slot *slot,
                              const struct command_request *what, struct command_note *note,
                              struct writer *out)
{
    enum { TIE_BITS = 16, HOUR_S = 3600, MINUTE_S = 60 };
    static const struct word_commands known = {.len_max = TEXT_MAX, .refused = "#*", .id_end = ','};
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
    if (word_len == 0) {
        return COMMAND_IS_INVALID;
    }
    note->tie = command_tie(what->id, TIE_BITS);
    (void)snprintf(time, sizeof(time), ",%02u%02u%02u", note->tie / HOUR_S,
                   note->tie / MINUTE_S % MINUTE_S, note->tie % MINUTE_S);
    const struct bytes holes[] = {bytes_slice(text, 0, word_len), bytes_of_text(time),
                                  bytes_slice(text, word_len, SIZE_MAX)};
    h02_write_head(s, &to, out);
    word_write(out, "%0%1%2#", holes);
    return word_command_fate(out);
}
