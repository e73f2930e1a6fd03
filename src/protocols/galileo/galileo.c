/*
 * Galileosky: 2.x, 5.x, 7, Base Block and 10, over TCP. Numbers are little-endian:
 *
 *     01    1780               01 9a 02 10 03 ...   e3c9
 *     head  length, bit 15:    tags (tags.c)        CRC-16/MODBUS of all before it
 *           more is kept
 *
 *     01  tags              -> 02 and the checksum of the frame
 *     07  a part of a photo -> 07 and the checksum; photos are not kept
 *     06  what a navigation device says: no answer
 *     08  packed tags: their time has no year, so that nothing of them is kept, and they are not
 *         answered; a tracker is to be set not to pack
 *
 * The first packet names the tracker by its IMEI, the others need not. A frame whose checksum is
 * wrong is dropped and comes again. The form for satellite modems is not read.
 *
 * A command is a packet 01 to the tracker, with its IMEI, a number and a text; the answer has the
 * number, too.
 *
 *     a text   as it is: "Out 1,1", "status"      status   "status"
 *
 * Source: the vectors' facts, section 2, from the maker's "Protocol of exchange with a server".
 */
#include "protocols/galileo/galileo.h"

#include <string.h>

#include "base/crc.h"
#include "protocols/framing.h"
#include "protocols/words.h"

enum {
    HEAD_MAIN = 1,
    HEAD_ANSWER = 2,
    HEAD_GARMIN = 6,
    HEAD_PHOTO = 7,
    HEAD_PACKED = 8,
    HEAD_LEN = 3,
    CRC_LEN = 2,
    EXTRA_LEN = HEAD_LEN + CRC_LEN,
    FRAME_MAX = 8192,
    TAG_IMEI = 3,
    TAG_NUMBER = 4,
    TAG_COMMAND_NUMBER = 0xe0,
    TAG_COMMAND = 0xe1
};

static const struct framing forms[] = {
    {.head = {{HEAD_MAIN, HEAD_GARMIN, HEAD_PHOTO, HEAD_PACKED}, 4},
     .is_head_choice = true,
     .length_at = 1,
     .length_width = 2,
     .length_mask = 0x7fff,
     .is_little = true,
     .uncounted = EXTRA_LEN,
     .sum = crc16_modbus,
     .len_min = EXTRA_LEN + 1,
     .len_max = FRAME_MAX}};
static const struct framing_rule rule = {.len_max = FRAME_MAX, FRAMING_FORMS(forms)};

/* Whether the first tag may be so: the hardware, or an IMEI as far as it is there, or another. */
static bool may_begin(struct bytes tags)
{
    enum { TAGS_FROM = 1, TIME = 0x20, PLACE = 0x30 };
    if (tags.len == 0) {
        return true;
    }
    struct bytes imei = bytes_slice(tags, 1, GALILEO_IMEI_LEN);
    for (size_t i = 0; tags.at[0] == TAG_IMEI && i < imei.len; i++) {
        if (imei.at[i] < '0' || imei.at[i] > '9') {
            return false;
        }
    }
    return (tags.at[0] >= TAGS_FROM && tags.at[0] <= TAG_NUMBER) || tags.at[0] == 0x10 ||
           tags.at[0] == TIME || tags.at[0] == PLACE;
}

/* It begins as a frame of Ruptela of the length 01xx may: sure by the checksum alone. */
static enum protocol_claim galileo_claims(struct bytes first)
{
    if (first.at[0] != HEAD_MAIN || !may_begin(bytes_slice(first, HEAD_LEN, SIZE_MAX))) {
        return CLAIM_NO;
    }
    enum protocol_claim claim = framing_rule_claim(&rule, first);
    return claim != CLAIM_NO && first.len <= HEAD_LEN ? CLAIM_MORE : claim;
}

/* What reply() needs to know; kept in struct reply_hint. */
struct hint {
    uint8_t head;
    bool is_data;
    uint16_t sum;
};

static bool has_data(const struct decoded *out)
{
    bool has = out->unreadable > 0;
    for (size_t i = 0; i < out->len; i++) {
        has = has || out->at[i].kind != MESSAGE_LOGIN;
    }
    return has;
}

static enum err galileo_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct hint hint = {.head = frame.at[0], .sum = framing_sum(forms, frame)};
    if (hint.head == HEAD_MAIN) {
        galileo_read_tags(bytes_slice(frame, HEAD_LEN, frame.len - EXTRA_LEN), out);
    } else {
        decoded_add(out, MESSAGE_OTHER);
    }
    out->unreadable += hint.head == HEAD_PACKED ? 1 : 0;
    hint.is_data = has_data(out);
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    memcpy(out->slot.at, out->device_id, GALILEO_IMEI_LEN);
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = hint.head == HEAD_MAIN || hint.head == HEAD_PHOTO;
    return ERR_OK;
}

static void galileo_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                          int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    bool is_login = outcome == OUTCOME_UNREGISTERED && !hint.is_data;
    if (outcome == OUTCOME_STORED || is_login) {
        write_u8(out, hint.head == HEAD_PHOTO ? HEAD_PHOTO : HEAD_ANSWER);
        write_u16le(out, hint.sum);
    }
}

/* ---- commands ---- */

static enum command_fate galileo_command(struct session *s, const struct device_slot *slot,
                                         const struct command_request *asked,
                                         struct command_note *note, struct writer *out)
{
    enum { TIE_BITS = 32 };
    static const struct word_commands known = {
        .len_max = UINT8_MAX, .status = "status", .refuses_bytes = true};
    uint8_t room[COMMAND_RAW_MAX];
    struct bytes text = {0};
    struct bytes imei = word_kept((const char *)slot->at, GALILEO_IMEI_LEN);
    imei = imei.len > 0 ? imei : bytes_slice(bytes_of_text(s->device_id), 0, GALILEO_IMEI_LEN);
    note->tie = command_tie(asked->id, TIE_BITS);
    enum command_fate fate = words_of_command(asked, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    size_t from = framing_begin(forms, out);
    write_u8(out, TAG_IMEI);
    for (size_t i = imei.len; i < GALILEO_IMEI_LEN; i++) {
        write_u8(out, '0');
    }
    write_bytes(out, imei);
    write_u8(out, TAG_NUMBER);
    write_u16le(out, 0);
    write_u8(out, TAG_COMMAND_NUMBER);
    write_u32le(out, note->tie);
    write_u8(out, TAG_COMMAND);
    write_u8(out, (uint8_t)text.len);
    write_bytes(out, text);
    framing_end(forms, out, from);
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

const struct protocol protocol_galileo = {
    .name = "galileo",
    .doc = "Galileosky trackers: main packets of tags",
    .port = 5034,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = galileo_claims,
    .rule = &rule,
    .decode = galileo_decode,
    .reply = galileo_reply,
    .command = galileo_command,
};
