/*
 * Queclink text ("@Track"): GL, GV, GB, GMT and CV trackers, over TCP and UDP.
 *
 *     +RESP:GTFRI,060228,IMEI,name,...,time of sending,0007$
 *      |    | |   |      |                             `- count, 4 hexadecimal digits
 *      |    | |   |      `- 15 digits, or an MEID of 14 hexadecimal digits
 *      |    | |   `- type of the device and its protocol, 6 or 10 hexadecimal digits
 *      |    | `- what it reports
 *      |    `- always
 *      `- RESP; BUFF: kept while there was no network; ACK: answer to a command, heartbeat
 *
 * No length, no checksum. It ends with '$', of old devices with a NUL; some old ones leave the
 * version out. Every frame is answered "+SACK:count$": a tracker that is set to wait for it sends a
 * frame again until it comes, and one that is not passes over it. A heartbeat has an answer of its
 * own. Times of positions are UTC; that of sending is in the zone of the tracker.
 *
 * Source: the vectors' facts, section 1, from the maker's "@Track Air Interface Protocol".
 */
#include "protocols/gl200text/gl200text.h"

#include <string.h>

#include "base/reader.h"
#include "protocols/fields.h"

static const char *const heads[] = {"+RESP:GT", "+BUFF:GT", "+ACK:GT"};
enum { HEADS = sizeof(heads) / sizeof(heads[0]), HEAD_MAX = 8, TYPE_LEN = 3 };

/* Whether `in` begins with a head: ERR_OK, ERR_MORE where it may, ERR_MALFORMED. */
static enum err head_of(struct bytes in, size_t *len)
{
    enum err e = ERR_MALFORMED;
    for (size_t i = 0; i < HEADS; i++) {
        size_t whole = strlen(heads[i]);
        size_t there = in.len < whole ? in.len : whole;
        if (memcmp(in.at, heads[i], there) == 0) {
            *len = whole;
            e = there == whole ? ERR_OK : ERR_MORE;
        }
    }
    return e;
}

static enum protocol_claim gl200_claims(struct bytes first)
{
    size_t len = 0;
    return claim_of(head_of(first, &len));
}

static size_t noise_of(struct bytes in)
{
    size_t n = 0;
    while (n < in.len && n < PROTOCOL_NOISE_MAX && strchr("\r\n$", in.at[n]) != NULL) {
        n++;
    }
    return n;
}

static enum err gl200_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t noise = noise_of(in);
    struct bytes rest = bytes_slice(in, noise, SIZE_MAX);
    size_t len = 0;
    if (rest.len == 0) {
        return ERR_MORE;
    }
    enum err e = head_of(rest, &len);
    if (e != ERR_OK) {
        return e;
    }
    while (len < rest.len && rest.at[len] != '$' && rest.at[len] != '\0') {
        len++;
    }
    if (len > GL200_FRAME_MAX) {
        return ERR_TOO_LONG;
    }
    *frame = bytes_slice(rest, 0, len);
    *used = noise + len + 1;
    return len < rest.len ? ERR_OK : ERR_MORE;
}

/* Where one has no end yet, none behind it has. */
static enum err gl200_resync(struct bytes in, size_t *skip)
{
    for (size_t n = 1; n < in.len; n++) {
        struct bytes rest = bytes_slice(in, n, SIZE_MAX);
        struct bytes frame = {0};
        size_t len = 0;
        if (rest.at[0] != '+' || head_of(rest, &len) != ERR_OK) {
            continue;
        }
        enum err e = gl200_split(rest, &frame, &len);
        if (e == ERR_OK || e == ERR_MORE) {
            *skip = e == ERR_OK ? n : *skip;
            return e;
        }
    }
    return ERR_MORE;
}

struct bytes gl200_item(const struct gl200_line *l, size_t i)
{
    return i < l->sent ? l->at[i] : (struct bytes){0};
}

/* ---- the parts of a frame ---- */

static bool is_time(struct bytes item)
{
    enum { TIME_LEN = 14 };
    uint64_t number = 0;
    return item.len == TIME_LEN && parse_u64(item, &number);
}

/* Some old devices write their version behind the count, and some leave out the time. */
static size_t find_sent(const struct gl200_line *l)
{
    enum { BEHIND_MAX = 3 };
    for (size_t n = 1; n <= BEHIND_MAX && n < l->count; n++) {
        if (is_time(l->at[l->count - n])) {
            return l->count - n;
        }
    }
    return l->count > 2 ? l->count - 2 : l->count;
}

static bool is_identity(struct bytes item)
{
    enum { IMEI_LEN = 15, MEID_LEN = 14 };
    uint64_t number = 0;
    return (item.len == IMEI_LEN && parse_u64(item, &number)) ||
           (item.len == MEID_LEN && gl200_hex(item, &number));
}

static bool split_line(struct bytes frame, struct gl200_line *l)
{
    size_t head_len = 0;
    if (frame.len == 0 || head_of(frame, &head_len) != ERR_OK) {
        return false;
    }
    struct reader r = reader_init(frame);
    while (reader_left(&r) > 0 && l->count < GL200_ITEMS_MAX) {
        l->at[l->count++] = read_field(&r, ',');
    }
    l->class = bytes_slice(frame, 1, head_len - sizeof(":GT"));
    l->type = bytes_slice(l->at[0], head_len, SIZE_MAX);
    bool has_version = l->count > 2 && is_identity(l->at[2]);
    bool has_identity = has_version || (l->count > 1 && is_identity(l->at[1]));
    l->name = has_version ? 3 : 2;
    l->model = queclink_model_of(has_version ? l->at[1] : (struct bytes){0});
    l->sent = find_sent(l);
    return has_identity && l->type.len == TYPE_LEN && field_is_printable(frame) &&
           l->sent >= l->name - 1;
}

/* ---- decoding ---- */

/* What reply() needs to know; kept in struct reply_hint. */
struct hint {
    bool is_heartbeat;
    char version[12];
    char count[8];
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

/* An answer to a command: the serial that it was sent with stands before the time. */
static void read_answer(const struct gl200_line *l, struct bytes frame, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    uint64_t tie = 0;
    if (gl200_hex(gl200_item(l, l->sent - 1), &tie) && tie <= UINT16_MAX) {
        m->answer.tie = (uint32_t)tie;
    }
    m->answer.result = ANSWER_RECEIVED;
    m->text = bytes_slice(frame, 0, MESSAGE_TEXT_MAX);
}

static void keep(const struct gl200_line *l, struct hint *hint, struct decoded *out)
{
    bool has_version = l->name == 3;
    bytes_to_text(l->at[l->name - 1], out->device_id, sizeof(out->device_id));
    bytes_to_text(has_version ? l->at[1] : (struct bytes){0}, hint->version, sizeof(hint->version));
    bytes_to_text(l->sent + 1 < l->count ? l->at[l->sent + 1] : (struct bytes){0}, hint->count,
                  sizeof(hint->count));
    memcpy(out->slot.at, hint->version, sizeof(hint->version));
    memcpy(out->hint.at, hint, sizeof(*hint));
    out->wants_reply = true;
}

static enum err gl200_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct gl200_line l = {0};
    struct hint hint = {0};
    if (!split_line(frame, &l)) {
        return ERR_MALFORMED;
    }
    bool is_answer = bytes_eq(l.class, "ACK");
    hint.is_heartbeat = is_answer && bytes_eq(l.type, "HBD");
    keep(&l, &hint, out);
    if (hint.is_heartbeat) {
        decoded_add(out, MESSAGE_HEARTBEAT);
    } else if (is_answer) {
        read_answer(&l, frame, out);
    } else {
        gl200_read_report(s, &l, out);
    }
    return decoded_finish(out);
}

static void gl200_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                        int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    if (outcome != OUTCOME_STORED && !hint.is_heartbeat) {
        return;
    }
    write_text(out, "+SACK:");
    if (hint.is_heartbeat) {
        write_text(out, "GTHBD,");
        write_text(out, hint.version);
        write_text(out, ",");
    }
    write_text(out, hint.count);
    write_text(out, "$");
}

const struct protocol protocol_gl200text = {
    .name = "gl200text",
    .doc = "Queclink GL, GV, GB, GMT and CV trackers, as text (@Track)",
    .port = 5004,
    .frame_max = GL200_FRAME_MAX,
    .datagram_end = "$",
    .claims = gl200_claims,
    .split = gl200_split,
    .resync = gl200_resync,
    .decode = gl200_decode,
    .reply = gl200_reply,
    .command = queclink_command,
    .device = &gl200_device,
};
