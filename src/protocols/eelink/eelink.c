/*
 * Eelink: TK115, TK116, TK119, TK319, TK418, K9, GOT and GPT trackers. Numbers are big-endian.
 *
 *     6767 | type u8 | size u16 | sequence u16 | content       a package; size counts from sequence
 *     "EL" | length u16 | sum u16 | IMEI, BCD 8 | packages     a datagram of UDP; length counts
 *                                                              from the sum on
 *
 * Over TCP the first package, 01, names the tracker; a datagram names it itself. No checksum over
 * TCP; the sum of a datagram is checked. Every package is answered with its type and sequence but
 * 02 and 81; the answer to a login tells the time. A data package is answered once it is stored.
 *
 * A command is a package 80 with a number and a text; the answer, 80 too, returns the number.
 *
 *     a text   as it is: "RELAY,1#"      status   "WHERE#"
 *
 * Source: the vectors' facts, section 7.
 */
#include "protocols/eelink/eelink.h"

#include <string.h>

#include "protocols/fields.h"
#include "protocols/framing.h"
#include "protocols/words.h"

enum {
    HEAD_LEN = 5,
    PACKAGE_MIN = 7,
    FRAME_MAX = 8192,
    DATAGRAM_HEAD_LEN = 14,
    IMEI_LEN = 8,
    PACKAGES_MAX = 6 /* of a datagram, that are answered */
};

static bool is_known(unsigned type)
{
    enum { LAST = 0x1f };
    return (type >= EELINK_LOGIN && type <= EELINK_OLD_OBD) ||
           (type >= EELINK_LOCATION && type <= LAST) || type == EELINK_ANSWER ||
           type == EELINK_BROADCAST;
}

static const struct framing forms[] = {
    {.head = {{'g', 'g'}, 2},
     .length_at = 3,
     .length_width = 2,
     .uncounted = HEAD_LEN,
     .len_min = PACKAGE_MIN,
     .len_max = FRAME_MAX},
    {.head = {{'E', 'L'}, 2},
     .length_at = 2,
     .length_width = 2,
     .uncounted = 4,
     .len_min = DATAGRAM_HEAD_LEN,
     .len_max = FRAME_MAX},
};

static bool is_datagram(struct bytes in)
{
    return in.at[0] == 'E';
}

/* A package has a type that is known. */
static enum err fits(struct bytes in)
{
    enum { TYPE_AT = 2 };
    bool is_other = in.len > TYPE_AT && !is_datagram(in) && !is_known(in.at[TYPE_AT]);
    return is_other ? ERR_MALFORMED : ERR_OK;
}

static uint16_t sum_of(struct bytes in)
{
    enum { TOP = 15 };
    unsigned sum = 0;
    for (size_t i = 0; i < in.len; i++) {
        sum = (sum << 1 | sum >> TOP) & UINT16_MAX;
        sum = (sum + in.at[i]) & UINT16_MAX;
    }
    return (uint16_t)sum;
}

/* Only a datagram has a sum. */
static bool is_sound(struct bytes frame)
{
    enum { SUM_AT = 4, IMEI_AT = 6 };
    struct reader r = reader_init(bytes_slice(frame, SUM_AT, 2));
    return !is_datagram(frame) || read_u16be(&r) == sum_of(bytes_slice(frame, IMEI_AT, SIZE_MAX));
}

static enum err begins_package(struct bytes in)
{
    return framing_claims(forms, in) == ERR_MALFORMED ? ERR_MALFORMED : ERR_OK;
}

static const struct framing_rule rule = {.len_max = FRAME_MAX,
                                         FRAMING_FORMS(forms),
                                         .fits = fits,
                                         .begins_behind = begins_package,
                                         .is_sound = is_sound};

static enum protocol_claim eelink_claims(struct bytes first)
{
    size_t len = 0;
    enum err e = framing_rule_len(&rule, first, &len);
    if (e == ERR_OK && is_datagram(first)) {
        struct bytes inner = bytes_slice(first, DATAGRAM_HEAD_LEN, SIZE_MAX);
        return claim_of(framing_claims(forms, inner));
    }
    return claim_of(e);
}

/* What reply() needs to know; kept in struct reply_hint. */
struct hint {
    uint8_t imei[IMEI_LEN]; /* of a datagram */
    bool is_datagram;
    uint8_t count;
    uint8_t types[PACKAGES_MAX];
    uint16_t sequences[PACKAGES_MAX];
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

static bool is_answered(unsigned type)
{
    return type != EELINK_OLD_GPS && type != EELINK_BROADCAST;
}

static enum err read_package(struct bytes package, struct hint *hint, struct decoded *out)
{
    enum { TYPE_AT = 2 };
    struct reader r = reader_init(bytes_slice(package, HEAD_LEN, SIZE_MAX));
    unsigned type = package.at[TYPE_AT];
    uint16_t sequence = read_u16be(&r);
    if (type == EELINK_LOGIN) {
        decoded_add(out, MESSAGE_LOGIN);
        if (!field_imei_of_bcd(read_bytes(&r, IMEI_LEN), out->device_id)) {
            return ERR_MALFORMED;
        }
    } else if (eelink_read(type, &r, out) != ERR_OK) {
        out->unreadable++;
        out->len--;
    }
    if (is_answered(type) && hint->count < PACKAGES_MAX) {
        hint->types[hint->count] = (uint8_t)type;
        hint->sequences[hint->count++] = sequence;
    }
    return ERR_OK;
}

static enum err read_datagram(struct bytes frame, struct hint *hint, struct decoded *out)
{
    enum { IMEI_AT = 6 };
    struct bytes rest = bytes_slice(frame, DATAGRAM_HEAD_LEN, SIZE_MAX);
    enum err e = ERR_OK;
    hint->is_datagram = true;
    memcpy(hint->imei, frame.at + IMEI_AT, IMEI_LEN);
    if (!field_imei_of_bcd(bytes_slice(frame, IMEI_AT, IMEI_LEN), out->device_id)) {
        return ERR_MALFORMED;
    }
    while (e == ERR_OK && rest.len > 0) {
        size_t len = 0;
        bool is_whole =
            !is_datagram(rest) && framing_rule_len(&rule, rest, &len) == ERR_OK && len <= rest.len;
        e = is_whole ? read_package(bytes_slice(rest, 0, len), hint, out) : ERR_MALFORMED;
        rest = bytes_slice(rest, len, SIZE_MAX);
    }
    return e;
}

static enum err eelink_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct hint hint = {0};
    enum err e =
        is_datagram(frame) ? read_datagram(frame, &hint, out) : read_package(frame, &hint, out);
    if (e != ERR_OK) {
        return e;
    }
    if (!hint.is_datagram) {
        memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    } else {
        memcpy(out->slot.at, hint.imei, IMEI_LEN);
    }
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = hint.count > 0;
    return ERR_OK;
}

/* ---- what a device is told ---- */

static size_t begin_datagram(const uint8_t imei[IMEI_LEN], struct writer *out)
{
    size_t from = out->len;
    write_text(out, "EL");
    write_u32be(out, 0); /* length and sum */
    write_bytes(out, (struct bytes){imei, IMEI_LEN});
    return from;
}

static void end_datagram(struct writer *out, size_t from)
{
    enum { LENGTH_AT = 2, SUM_AT = 4, IMEI_AT = 6 };
    if (writer_ok(out)) {
        struct bytes covered = {out->at + from + IMEI_AT, out->len - from - IMEI_AT};
        struct writer w = writer_init(out->at + from + LENGTH_AT, SUM_AT);
        write_u16be(&w, (uint16_t)(covered.len + 2));
        write_u16be(&w, sum_of(covered));
    }
}

static void write_package(struct writer *out, unsigned type, uint16_t sequence, size_t content)
{
    write_text(out, "gg");
    write_u8(out, (uint8_t)type);
    write_u16be(out, (uint16_t)(content + 2));
    write_u16be(out, sequence);
}

static void write_answer(struct writer *out, unsigned type, uint16_t sequence, int64_t now_s)
{
    enum { LOGIN_LEN = 7, VERSION = 1 };
    write_package(out, type, sequence, type == EELINK_LOGIN ? LOGIN_LEN : 0);
    if (type == EELINK_LOGIN) {
        write_u32be(out, (uint32_t)now_s);
        write_u16be(out, VERSION);
        write_u8(out, 0);
    }
}

static void eelink_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    memcpy(&hint, from->at, sizeof(hint));
    size_t begin = hint.is_datagram ? begin_datagram(hint.imei, out) : out->len;
    size_t empty = out->len;
    for (size_t i = 0; i < hint.count; i++) {
        bool is_data = hint.types[i] != EELINK_LOGIN && hint.types[i] != EELINK_HEARTBEAT;
        if (outcome == OUTCOME_STORED || !is_data) {
            write_answer(out, hint.types[i], hint.sequences[i], now_s);
        }
    }
    if (out->len == empty) {
        out->len = begin;
    } else if (hint.is_datagram) {
        end_datagram(out, begin);
    }
}

static enum command_fate eelink_command(struct session *s, const struct device_slot *slot,
                                        const struct command_request *asked,
                                        struct command_note *note, struct writer *out)
{
    enum { TIE_BITS = 32, TEXT_MAX = 1000, KIND = 1, FIXED_LEN = 5 };
    static const struct word_commands known = {
        .len_max = TEXT_MAX, .status = "WHERE#", .refuses_bytes = true};
    uint8_t room[COMMAND_RAW_MAX];
    struct bytes text = {0};
    bool is_by_datagram = slot->at[0] != 0 || slot->at[1] != 0;
    (void)s;
    note->tie = command_tie(asked->id, TIE_BITS);
    note->is_unaddressed = !is_by_datagram;
    enum command_fate fate = words_of_command(asked, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    size_t begin = is_by_datagram ? begin_datagram(slot->at, out) : 0;
    write_package(out, EELINK_ANSWER, 0, FIXED_LEN + text.len);
    write_u8(out, KIND);
    write_u32be(out, note->tie);
    write_bytes(out, text);
    if (is_by_datagram) {
        end_datagram(out, begin);
    }
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

const struct protocol protocol_eelink = {
    .name = "eelink",
    .doc = "Eelink TK, K9, GOT and GPT trackers, over TCP and UDP",
    .port = 5064,
    .frame_max = FRAME_MAX,
    .claims = eelink_claims,
    .rule = &rule,
    .decode = eelink_decode,
    .reply = eelink_reply,
    .command = eelink_command,
};
