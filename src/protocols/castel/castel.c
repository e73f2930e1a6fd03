/*
 * Castel: OBD adapters IDD-212, 213 and 233, trackers PT-690 and MPIP-620, over TCP and UDP.
 * Numbers are little-endian:
 *
 *     4040   1f00          04       5445535430303031 00..   1003  ....     d300                0d0a
 *     head   length of     version  20 characters,          type  content  CRC-16/X-25 of all
 *            the frame              NULs behind it                         before it
 *
 * Version 3 and 4 are adapters (obd.c), others are trackers; the same type means other things to
 * both. Old trackers begin with 2424 and have no version (report.c). The id is mostly no IMEI.
 *
 *     adapters   1001 login -> 9001, time     1003 heartbeat -> 9003     4007 alarm -> c007, number
 *     trackers   4001 login -> 8001           4206 reports   -> 8206
 *     2424       2001 login -> 1001 in a frame of 4040 without a version
 *
 * A frame whose checksum is wrong is dropped. Commands of trackers: type and content behind "hex:",
 * such as 458301, which cuts the engine. Nothing is known of an answer.
 *
 * Source: the vectors' facts, section 3. The answers to 2424 are not proven there.
 */
#include "protocols/castel/castel.h"

#include <string.h>

#include "base/crc.h"
#include "protocols/fields.h"
#include "protocols/framing.h"
#include "protocols/words.h"

enum {
    FRAME_MAX = 2048,
    HEAD_LEN = 4,
    ID_LEN = 20,
    TYPE_LEN = 2,
    TAIL_LEN = 4, /* checksum and end */
    LEN_MIN = HEAD_LEN + ID_LEN + TYPE_LEN + TAIL_LEN,
    HEAD = '@',
    OLD_HEAD = '$'
};

enum { FORM_NEW, FORM_OLD, FORMS };

static const struct framing forms[FORMS] = {
    [FORM_NEW] = {.head = {{HEAD, HEAD}, 2},
                  .end = {{'\r', '\n'}, 2},
                  .length_at = 2,
                  .length_width = 2,
                  .is_little = true,
                  .sum = crc16_x25,
                  .len_min = LEN_MIN + 1,
                  .len_max = FRAME_MAX},
    [FORM_OLD] = {.head = {{OLD_HEAD, OLD_HEAD}, 2},
                  .end = {{'\r', '\n'}, 2},
                  .length_at = 2,
                  .length_width = 2,
                  .is_little = true,
                  .sum = crc16_x25,
                  .len_min = LEN_MIN,
                  .len_max = FRAME_MAX},
};
static const struct framing_rule rule = {.len_max = FRAME_MAX, FRAMING_FORMS(forms)};

/* Meitrack, Totem and binary frames of H02 and JT600 may begin with $$, too. */
static enum protocol_claim castel_claims(struct bytes first)
{
    size_t len = 0;
    enum err e = framing_rule_len(&rule, first, &len);
    if (e != ERR_OK || first.at[0] == HEAD) {
        return claim_of(e);
    }
    if (len > first.len) {
        return CLAIM_MORE;
    }
    return framing_rule_check(&rule, bytes_slice(first, 0, len)) == ERR_OK ? CLAIM_YES : CLAIM_NO;
}

/* What reply() needs to know. */
struct hint {
    uint8_t id[ID_LEN];
    uint8_t version;
    uint8_t kind;
    struct castel_answer answer;
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

static enum err parse(struct bytes frame, struct castel_frame *out)
{
    enum { VERSION_ADAPTER = 3, VERSION_ADAPTER_NEW = 4 };
    struct reader r = reader_init(bytes_slice(frame, HEAD_LEN, frame.len - HEAD_LEN - TAIL_LEN));
    bool is_old = frame.at[0] == OLD_HEAD;
    out->version = is_old ? 0 : read_u8(&r);
    bool is_adapter = out->version == VERSION_ADAPTER || out->version == VERSION_ADAPTER_NEW;
    out->kind = is_old ? CASTEL_MPIP : is_adapter ? CASTEL_ADAPTER : CASTEL_TRACKER;
    struct bytes id = read_bytes(&r, ID_LEN);
    out->id = bytes_slice(id, 0, bytes_find(id, 0));
    out->type = read_u16be(&r);
    out->content = read_rest(&r);
    bool is_good = reader_ok(&r) && out->id.len > 0 && field_is_printable(out->id);
    return is_good ? ERR_OK : ERR_MALFORMED;
}

static enum err castel_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct castel_frame f;
    struct hint hint = {0};
    enum err e = parse(frame, &f);
    if (e != ERR_OK) {
        return e;
    }
    bytes_to_text(f.id, out->device_id, sizeof(out->device_id));
    e = f.kind == CASTEL_ADAPTER ? castel_read_adapter(&f, out, &hint.answer)
                                 : castel_read(&f, out, &hint.answer);
    if (e != ERR_OK) {
        return e;
    }
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    memcpy(hint.id, f.id.at, f.id.len);
    hint.version = f.version;
    hint.kind = (uint8_t)f.kind;
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->slot.at[0] = f.version;
    out->slot.at[1] = f.kind == CASTEL_TRACKER;
    out->wants_reply = hint.answer.type != 0;
    return ERR_OK;
}

/* ---- what the server says ---- */

/* Begins a frame, which framing_end() ends. */
static size_t begin_frame(struct writer *out, const uint8_t *version, struct bytes id)
{
    size_t from = framing_begin(&forms[FORM_NEW], out);
    if (version != NULL) {
        write_u8(out, *version);
    }
    write_bytes(out, bytes_slice(id, 0, ID_LEN));
    for (size_t i = id.len; i < ID_LEN; i++) {
        write_u8(out, 0);
    }
    return from;
}

static void write_answer(const struct castel_answer *answer, int64_t now_s, struct writer *out)
{
    enum { LOGIN = 0x9001, OLD_LOGIN = 0x1001, ALARM = 0xc007 };
    write_u16be(out, answer->type);
    if (answer->type == LOGIN) {
        write_u32le(out, UINT32_MAX);
        write_u16le(out, 0);
        write_u32le(out, (uint32_t)now_s);
    } else if (answer->type == OLD_LOGIN) {
        write_u32le(out, 0);
        write_u32le(out, UINT32_MAX);
        write_u32le(out, UINT32_MAX);
    } else if (answer->type == ALARM) {
        write_u32le(out, answer->number);
    }
}

/* Logins and heartbeats are answered for nobody's device, too; they may carry fixes. */
static bool is_alive(unsigned type)
{
    return type == 0x9001 || type == 0x9003 || type == 0x8001 || type == 0x1001;
}

static void castel_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    memcpy(&hint, from->at, sizeof(hint));
    bool is_nobodys = outcome == OUTCOME_UNREGISTERED && is_alive(hint.answer.type);
    if (outcome != OUTCOME_STORED && !is_nobodys) {
        return;
    }
    struct bytes id = {hint.id, ID_LEN};
    size_t begin = begin_frame(out, hint.kind == CASTEL_MPIP ? NULL : &hint.version, id);
    write_answer(&hint.answer, now_s, out);
    framing_end(&forms[FORM_NEW], out, begin);
}

static enum command_fate castel_command(struct session *s, const struct device_slot *slot,
                                        const struct command_request *asked,
                                        struct command_note *note, struct writer *out)
{
    enum { CONTENT_MAX = 1024, VERSION_OF_TRACKERS = 0x0c };
    uint8_t room[COMMAND_RAW_MAX];
    struct bytes raw = {0};
    bool is_known = slot->at[1] != 0;
    bool is_adapter = slot->at[0] != 0 && !is_known;
    uint8_t version = is_known ? slot->at[0] : VERSION_OF_TRACKERS;
    note->is_unanswered = true;
    enum command_fate fate = bytes_of_command(asked, CONTENT_MAX, room, &raw);
    if (fate != COMMAND_IS_INVALID && is_adapter) {
        return COMMAND_IS_UNSUPPORTED;
    }
    if (fate != COMMAND_IS_WRITTEN || raw.len < TYPE_LEN) {
        return fate == COMMAND_IS_WRITTEN ? COMMAND_IS_INVALID : fate;
    }
    size_t begin = begin_frame(out, &version, bytes_of_text(s->device_id));
    write_bytes(out, raw);
    framing_end(&forms[FORM_NEW], out, begin);
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

const struct protocol protocol_castel = {
    .name = "castel",
    .doc = "Castel OBD adapters IDD-212 and 213, trackers PT-690 and MPIP-620",
    .port = 5086,
    .frame_max = FRAME_MAX,
    .claims = castel_claims,
    .rule = &rule,
    .decode = castel_decode,
    .reply = castel_reply,
    .command = castel_command,
};
