/*
 * H02: SinoTrack ST-901, 902, 905, 906 and relatives, over TCP and UDP. Sentences and binary frames
 * share a connection, and each names its device; there is no login and no checksum.
 *
 *     *HQ,1234567890,V1,...#               a sentence: sentence.c lists them
 *     24 12 34 56 78 90 07 08 09 ...       binary: binary.c draws it
 *
 * A binary frame tells no length, and firmware differs: 32 bytes, or up to 16 more behind the
 * status. It ends where the next one begins, or where what has come ends; what then follows of it
 * is passed over as noise. So what stands behind the status is not read. JT600 begins with '$',
 * too: dollar.c tells them apart.
 *
 * A sentence without a device is of the device before it on the connection. Some firmware has an
 * 'X' in the place of the '$'.
 *
 *     V1, NBR, HTBT, V0     *HQ,ID,V4,V1,yyyyMMddHHmmss#, the same with NBR, and *HQ,ID,HTBT#, in
 *                           the letters of the device, which checks them
 *
 * A device that nobody has registered is told nothing. Nothing is sent again, so what cannot be
 * stored is lost where the device has no memory; it is not answered.
 *
 * Source: the vectors' facts of H02, section 1.
 */
#include "protocols/h02/h02.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "protocols/dollar.h"
#include "protocols/heads.h"
#include "protocols/words.h"

enum { NOISE_MAX = 64, BINARY_MAX = 48, BINARY_HEAD = 6 };

/* "*HQ,", but not what other makers begin so. */
static enum err is_sentence(struct bytes in)
{
    bool is_other = bytes_begin(in, "*ET,") || bytes_begin(in, "*GS,");
    return is_other ? ERR_MALFORMED : head_begins(in, 0, "*%a{2},");
}

static enum protocol_claim h02_claims(struct bytes first)
{
    size_t id_len = 0;
    if (first.at[0] == '*') {
        return claim_of(is_sentence(first));
    }
    return first.at[0] == '$' || first.at[0] == 'X' ? dollar_is_h02(first, &id_len) : CLAIM_NO;
}

/* Whether another frame begins at `at`, as far as can be seen: of the same device, or a sentence.
 */
static bool is_mark(struct bytes in, size_t at)
{
    struct bytes rest = bytes_slice(in, at, BINARY_HEAD);
    if (rest.at[0] == '*') {
        return is_sentence(rest) != ERR_MALFORMED;
    }
    return bytes_same(rest, bytes_slice(in, 0, rest.len));
}

/* The length of the binary frame of `len_min` bytes or more that `in` begins with. */
static size_t binary_len(struct bytes in, size_t len_min)
{
    for (size_t at = len_min; at < in.len && at <= BINARY_MAX; at++) {
        if (is_mark(in, at)) {
            return at;
        }
    }
    return in.len <= BINARY_MAX ? in.len : len_min;
}

/* The first frame of `in`, which begins with a star, a dollar or an X. */
static enum err split_here(struct bytes in, size_t *len)
{
    size_t id_len = 0;
    if (in.at[0] != '*') {
        enum protocol_claim claim = dollar_is_h02(in, &id_len);
        if (claim == CLAIM_NO || claim == CLAIM_MORE) {
            return claim == CLAIM_NO ? ERR_MALFORMED : ERR_MORE;
        }
        *len = binary_len(in, DOLLAR_H02_LEN - DOLLAR_H02_SHORT_ID + id_len);
        return ERR_OK;
    }
    enum err e = is_sentence(in);
    struct bytes front = bytes_slice(in, 0, H02_FRAME_MAX);
    size_t end = bytes_find(front, '#');
    if (e == ERR_OK && end == front.len) {
        return front.len == H02_FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
    }
    *len = end + 1;
    return e;
}

static bool may_begin(uint8_t c)
{
    return c == '*' || c == '$' || c == 'X';
}

/* Some firmware ends its sentences with a line end, too. */
static enum err h02_split(struct bytes in, struct bytes *frame, size_t *used)
{
    for (size_t noise = 0; noise < in.len && noise <= NOISE_MAX; noise++) {
        struct bytes rest = bytes_slice(in, noise, SIZE_MAX);
        size_t len = 0;
        enum err e = may_begin(rest.at[0]) ? split_here(rest, &len) : ERR_MALFORMED;
        if (e == ERR_MALFORMED) {
            continue;
        }
        if (e == ERR_OK) {
            *frame = bytes_slice(rest, 0, len);
            *used = noise + len + head_span(bytes_slice(rest, len, SIZE_MAX), "\r\n", 2);
        }
        return e;
    }
    return in.len > NOISE_MAX ? ERR_MALFORMED : ERR_MORE;
}

static enum err h02_resync(struct bytes in, size_t *skip)
{
    for (size_t n = 1; n < in.len && n < H02_FRAME_MAX; n++) {
        size_t len = 0;
        if (may_begin(in.at[n]) && split_here(bytes_slice(in, n, SIZE_MAX), &len) == ERR_OK) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

static enum err h02_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct h02_address to;
    memset(&to, 0, sizeof(to));
    if (frame.len == 0) {
        return ERR_MALFORMED;
    }
    bool is_text = frame.at[0] == '*';
    enum err e = is_text ? h02_decode_sentence(s, frame, out, &to) : h02_decode_binary(frame, out);
    if (e != ERR_OK) {
        return e;
    }
    struct bytes id = bytes_of_text(out->device_id);
    to.id = word_number(id, 0);
    to.digits = (uint8_t)(word_is_digits(id) ? id.len : 0);
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    if (is_text) {
        memcpy(s->own, to.maker, sizeof(to.maker));
    } else {
        memcpy(to.maker, s->own, sizeof(to.maker));
    }
    memcpy(out->hint.at, &to, sizeof(to));
    memcpy(out->slot.at, &to, sizeof(to));
    out->wants_reply = to.reply != H02_REPLY_NONE;
    return ERR_OK;
}

static void h02_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                      int64_t now_s, struct writer *out)
{
    struct h02_address to;
    char text[64];
    memcpy(&to, from->at, sizeof(to));
    if (outcome != OUTCOME_STORED || to.reply == H02_REPLY_NONE) {
        return;
    }
    struct civil c = civil_from_s(now_s);
    h02_write_head(s, &to, out);
    if (to.reply == H02_REPLY_HTBT) {
        write_text(out, "HTBT#");
        return;
    }
    (void)snprintf(text, sizeof(text), "V4,%s,%04d%02d%02d%02d%02d%02d#",
                   to.reply == H02_REPLY_V1 ? "V1" : "NBR", c.year, c.month, c.day, c.hour,
                   c.minute, c.second);
    write_text(out, text);
}

const struct protocol protocol_h02 = {
    .name = "h02",
    .doc = "H02: SinoTrack and relatives, in sentences and in binary",
    .port = 5013,
    .frame_max = H02_FRAME_MAX,
    .datagram_end = "#",
    .claims = h02_claims,
    .split = h02_split,
    .resync = h02_resync,
    .decode = h02_decode,
    .reply = h02_reply,
    .command = h02_command,
    .device = &h02_device,
};
