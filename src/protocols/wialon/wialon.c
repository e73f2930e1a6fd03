/*
 * Wialon IPS 1.1 and 2.0: an open protocol of many makers and telephones, in lines of UTF-8.
 *
 *     #L#123456789012345;NA            login -> #AL#1, or #AL#0 where nobody has registered it
 *     #L#2.0;123456789012345;NA;15CD   the same of version 2, with a checksum
 *     #P#                              alive -> #AP#
 *     #SD#body, #D#body                a report -> #ASD#1, #AD#1, or what is wrong with it
 *     #B#body|body|..                  stored reports -> #AB#n, how many were taken
 *     #M#text                          a text of the driver, or an answer -> #AM#1
 *     #I#size;index;count;..           size bytes follow: a picture -> #AI#index;1
 *     #T#code;size;index               size bytes follow: a tachograph -> #AT#index;1
 *     #IT#..                           -> #AIT#1
 *
 * body.c draws the bodies. Version 2 ends each with ";CRC" ("|CRC" in #B#), CRC-16/ARC of all
 * behind the type up to the last divider. It is verified on connections that logged in with version
 * 2; a wrong one is answered so, and nothing of it counts. Elsewhere a checksum that comes is
 * passed over, as some firmware of version 1 sends one.
 *
 * Over UDP the device stands before the first '#', "123456789012345#SD#..", or "2.0;ID#SD#.."; the
 * line end is there, too. Only ids of digits are taken for such. Its answer is as over TCP.
 *
 * A report that is wrong would come again for ever, so it is answered with its fault and counted as
 * unreadable. Pictures and tachographs are not kept; they are answered so that they come once. How
 * their head is divided, and their answers, no text at hand tells surely.
 *
 * A command is "#M#TEXT", to a device that logged in with version 2 "#M#TEXT;CRC": a text to its
 * driver or to it, which it answers with a text. The line names no device, and there are no
 * queries. What a text does is up to the maker.
 *
 * Source: the vectors' facts of Wialon, section 5.
 */
#include "protocols/wialon/wialon.h"

#include <stdio.h>
#include <string.h>

#include "base/crc.h"
#include "base/reader.h"
#include "protocols/heads.h"
#include "protocols/words.h"

enum { VERSION_2 = 2, TEXT_MAX = 512 };

enum type { TYPE_L, TYPE_P, TYPE_SD, TYPE_D, TYPE_B, TYPE_M, TYPE_I, TYPE_IT, TYPE_T, TYPES };

/* A line taken apart; borrowed. */
struct line {
    struct bytes id; /* of UDP; empty over TCP */
    bool is_v2;      /* the id says so */
    enum type type;
    struct bytes message;
};

/* Reads the head of a line. ERR_MORE: it may become one. */
static enum err read_head(struct bytes in, struct line *line)
{
    static const char *const forms[] = {"#%A{1,3}#", "%9{1,20}#%A{1,3}#", "2.0;%9{1,20}#%A{1,3}#",
                                        NULL};
    static const char *const types[TYPES] = {"L", "P", "SD", "D", "B", "M", "I", "IT", "T"};
    struct head head;
    enum err e = head_read_one(in, forms, &head);
    if (e != ERR_OK) {
        return e;
    }
    bool has_id = head.form > 0;
    struct bytes type = head.part[has_id ? 1 : 0];
    size_t n = 0;
    while (n < TYPES && (type.at[0] != (uint8_t)types[n][0] || !bytes_eq(type, types[n]))) {
        n++;
    }
    if (n == TYPES) {
        return ERR_MALFORMED;
    }
    line->id = has_id ? head.part[0] : (struct bytes){0};
    line->is_v2 = head.form == 2;
    line->type = (enum type)n;
    line->message = bytes_slice(in, head.len, SIZE_MAX);
    return ERR_OK;
}

static enum protocol_claim wialon_claims(struct bytes first)
{
    struct line line;
    return claim_of(read_head(first, &line));
}

/* How many bytes follow the line. */
static size_t binary_len(struct bytes text)
{
    struct line line;
    struct words w;
    if (read_head(text, &line) != ERR_OK) {
        return 0;
    }
    words_cut(line.message, ';', &w);
    uint64_t len = line.type == TYPE_I   ? word_number(word_at(&w, 0), 0)
                   : line.type == TYPE_T ? word_number(word_at(&w, 1), 0)
                                         : 0;
    return len > WIALON_FRAME_MAX ? WIALON_FRAME_MAX : (size_t)len;
}

static enum err wialon_split(struct bytes in, struct bytes *frame, size_t *used)
{
    struct bytes line = {0};
    size_t len = 0;
    enum err e = words_line(in, WIALON_LINE_MAX, &line, &len);
    if (e != ERR_OK) {
        return e;
    }
    size_t more = binary_len(line);
    if (len + more > WIALON_FRAME_MAX) {
        return ERR_TOO_LONG;
    }
    if (len + more > in.len) {
        return ERR_MORE;
    }
    size_t from = (size_t)(line.at - in.at);
    *frame = more > 0 ? bytes_slice(in, from, len - from + more) : line;
    *used = len + more;
    return ERR_OK;
}

static enum err begins(struct bytes in)
{
    struct line line;
    return in.at[0] == '#' ? read_head(in, &line) : ERR_MALFORMED;
}

static enum err wialon_resync(struct bytes in, size_t *skip)
{
    return words_next_line(in, WIALON_LINE_MAX, begins, wialon_split, skip);
}

/* ---- decoding ---- */

/* What reply() needs to know. */
struct hint {
    uint8_t type; /* enum type */
    bool is_last; /* of a picture */
    int64_t told; /* enum wialon_fault, how many were taken, or which piece */
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

/* How much of a message stands before what is behind its last divider; 0: it has none. */
static size_t covered_len(struct bytes message, char divider)
{
    size_t at = message.len;
    while (at > 0 && message.at[at - 1] != (uint8_t)divider) {
        at--;
    }
    return at;
}

/* Whether the checksum behind the last divider of a message is right. */
static bool is_sound(struct bytes message, char divider)
{
    enum { DIGITS_MAX = 6 };
    size_t at = covered_len(message, divider);
    struct bytes text = bytes_slice(message, at, SIZE_MAX);
    bool is_marked = bytes_begin(text, "0x") || bytes_begin(text, "0X");
    uint64_t told = word_hex(bytes_slice(text, is_marked ? 2 : 0, DIGITS_MAX), UINT64_MAX);
    return told == crc16_arc(bytes_slice(message, 0, at));
}

/* Whether a body was read; else it is counted, and *fault says why. */
static bool read_body(const struct line *line, struct bytes body, struct decoded *out,
                      int64_t *fault)
{
    *fault = wialon_read_body(body, line->type == TYPE_SD, line->type == TYPE_B, out);
    out->unreadable += *fault != WIALON_FINE;
    return *fault == WIALON_FINE;
}

/* A body, or several; what is answered. */
static int64_t decode_bodies(const struct line *line, bool is_v2, struct decoded *out)
{
    enum { CRC_MAX = 6 };
    bool is_list = line->type == TYPE_B;
    int64_t count = 0;
    int64_t fault = line->type == TYPE_SD ? WIALON_SHORT_CHECKSUM : WIALON_CHECKSUM;
    struct reader r = reader_init(line->message);
    if (is_v2 && !is_sound(line->message, is_list ? '|' : ';')) {
        out->unreadable++;
        return is_list ? 0 : fault;
    }
    if (!is_list) {
        (void)read_body(line, line->message, out, &fault);
        return fault;
    }
    while (reader_left(&r) > 0) {
        struct bytes body = read_field(&r, '|');
        count += body.len > CRC_MAX && read_body(line, body, out, &fault) ? 1 : 0;
    }
    return count;
}

/* Login: "ID;PASSWORD", or "2.0;ID;PASSWORD;CRC". */
static enum err decode_login(const struct line *line, struct decoded *out, uint8_t *version,
                             struct hint *hint)
{
    enum { BAD_CHECKSUM = 10 };
    struct words w;
    words_cut(line->message, ';', &w);
    struct bytes first = word_at(&w, 0);
    bool is_v2 = bytes_find(first, '.') < first.len;
    struct bytes id = is_v2 ? word_at(&w, 1) : first;
    if (!device_id_is_possible(id)) {
        return ERR_MALFORMED;
    }
    if (is_v2 && !is_sound(line->message, ';')) {
        hint->told = BAD_CHECKSUM;
        return ERR_OK;
    }
    *version = is_v2 ? VERSION_2 : 1;
    bytes_to_text(id, out->device_id, sizeof(out->device_id));
    decoded_add(out, MESSAGE_LOGIN);
    return ERR_OK;
}

static void decode_text(const struct line *line, bool is_v2, struct decoded *out)
{
    size_t covered = is_v2 ? covered_len(line->message, ';') : 0;
    size_t len = covered > 0 ? covered - 1 : line->message.len;
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = bytes_slice(line->message, 0, len < MESSAGE_TEXT_MAX ? len : MESSAGE_TEXT_MAX);
}

/* A piece of a picture or of a tachograph, of which the first tells how many there are. */
static void decode_piece(const struct line *line, struct decoded *out, struct hint *hint)
{
    enum { INDEX = 1, COUNT = 2 };
    struct words w;
    words_cut(bytes_slice(line->message, 0, bytes_find(line->message, '\r')), ';', &w);
    bool is_picture = line->type == TYPE_I;
    uint64_t index = word_number(word_at(&w, is_picture ? INDEX : INDEX + 1), 0);
    hint->told = (int64_t)(index & UINT32_MAX);
    hint->is_last = is_picture && index + 1 >= word_number(word_at(&w, COUNT), 0);
    decoded_add(out, MESSAGE_OTHER);
}

static enum err decode_type(const struct line *line, uint8_t *version, struct decoded *out,
                            struct hint *hint)
{
    bool is_v2 = *version >= VERSION_2;
    switch (line->type) {
    case TYPE_L:
        return decode_login(line, out, version, hint);
    case TYPE_P:
        decoded_add(out, MESSAGE_HEARTBEAT);
        break;
    case TYPE_SD:
    case TYPE_D:
    case TYPE_B:
        hint->told = decode_bodies(line, is_v2, out);
        break;
    case TYPE_M:
        decode_text(line, is_v2, out);
        break;
    case TYPE_I:
    case TYPE_T:
        decode_piece(line, out, hint);
        break;
    default:
        decoded_add(out, MESSAGE_OTHER);
    }
    return ERR_OK;
}

static enum err wialon_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct line line = {0};
    struct hint hint = {.told = WIALON_FINE};
    if (frame.len == 0 || read_head(frame, &line) != ERR_OK) {
        return ERR_MALFORMED;
    }
    bool is_datagram = line.id.len > 0;
    uint8_t version = is_datagram ? 0 : s->own[0]; /* of a datagram no checksum is verified */
    hint.type = (uint8_t)line.type;
    if (is_datagram) {
        bytes_to_text(line.id, out->device_id, sizeof(out->device_id));
    }
    enum err e = decode_type(&line, &version, out, &hint);
    if (e != ERR_OK) {
        return e;
    }
    if (!is_datagram) {
        memcpy(s->device_id, out->device_id, sizeof(s->device_id));
        s->own[0] = version;
    }
    out->slot.at[0] = line.is_v2 ? VERSION_2 : version;
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = true;
    return ERR_OK;
}

static void wialon_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    static const char *const forms[TYPES] = {
        [TYPE_L] = "#AL#%0\r\n",   [TYPE_P] = "#AP#\r\n",     [TYPE_SD] = "#ASD#%0\r\n",
        [TYPE_D] = "#AD#%0\r\n",   [TYPE_B] = "#AB#%0\r\n",   [TYPE_M] = "#AM#%0\r\n",
        [TYPE_I] = "#AI#%0;1\r\n", [TYPE_IT] = "#AIT#%0\r\n", [TYPE_T] = "#AT#%0;1\r\n"};
    struct hint hint;
    char number[32];
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    bool is_nobody = hint.type == TYPE_L && outcome == OUTCOME_UNREGISTERED;
    (void)snprintf(number, sizeof(number), "%lld", is_nobody ? 0 : (long long)hint.told);
    struct bytes told = bytes_of_text(number);
    if (hint.type == TYPE_L || hint.type == TYPE_P || outcome == OUTCOME_STORED) {
        word_write(out, forms[hint.type], &told);
        write_text(out, hint.is_last ? "#AI#1\r\n" : "");
    }
}

static enum command_fate wialon_command(struct session *s, const struct device_slot *slot,
                                        const struct command_request *what,
                                        struct command_note *note, struct writer *out)
{
    static const struct word_commands known = {
        .len_max = TEXT_MAX, .form = "#M#%1", .is_unaddressed = true};
    char crc[16];
    (void)s;
    size_t from = out->len + strlen("#M#");
    enum command_fate fate = word_command_write(what, &known, (struct bytes){0}, note, out);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    if (slot->at[0] >= VERSION_2) {
        write_u8(out, ';');
        (void)snprintf(crc, sizeof(crc), "%04X",
                       crc16_arc(bytes_slice(writer_bytes(out), from, SIZE_MAX)));
        write_text(out, crc);
    }
    write_text(out, "\r\n");
    return word_command_fate(out);
}

const struct protocol protocol_wialon = {
    .name = "wialon",
    .doc = "Wialon IPS 1.1 and 2.0: an open protocol of many makers, in lines",
    .port = 5039,
    .frame_max = WIALON_FRAME_MAX,
    .datagram_end = "\n",
    .claims = wialon_claims,
    .split = wialon_split,
    .resync = wialon_resync,
    .decode = wialon_decode,
    .reply = wialon_reply,
    .command = wialon_command,
    .device = &wialon_device,
};
