/*
 * JT600: Jointech's trackers (JT600, GP6000) and its container locks (JT701, JT701D). Two kinds of
 * frame share a connection.
 *
 *     24  80 00 01 23 45  13  11  00 34  ...  07        binary: binary.c draws it
 *     $   device, BCD                         serial
 *
 *     (8000012345,P45,261123,011200,...)                a sentence: sentence.c lists them
 *
 * A binary frame ends by its length, and has neither escape nor checksum; that its device, its time
 * and its angles are BCD is all that tells it from noise. A sentence ends at the first bracket that
 * closes: within it 3d 15, 3d 14, 3d 11 and 3d 00 stand for ( ) , and =. The device has ten digits,
 * and every frame names it.
 *
 * H02 has binary frames behind a '$', too: dollar.c tells which they are.
 *
 * JT/T 808 padlocks send sentences too. Their second field is 1, "(7941000001,1,001,...)"; here it
 * is a word, or the 2 of some firmware in front of it.
 *
 * The server answers once the frame is durable. What it does not answer is sent again for ever.
 *
 *     (P35)                   to a binary frame below version 19 whose status asks for it
 *     (P69,0,7)               to each one from version 19 on (JT701D); 7 is its serial, in decimal
 *     (P69,0,7), (P46)        to an event P45: of a JT701D the first, of an older lock the second;
 *                             both as long as no binary frame has told which it is
 *     (P69,0,7)               to the report of a sensor
 *     (P22,231126011200)      to "(ID,P22,2)", which asks for the time: UTC
 *     (P52,2,113355)          to "(ID,P52,2,113355)", a new dynamic password, which is told each
 *                             minute until it comes back. It is not kept
 *     (S39), (S20)            to U01, U02 and U03, and to U06
 *
 * A device that nobody has registered gets the time, and silence for its data, as has everybody
 * when nothing can be stored. No answer names its device.
 *
 * Not carried: the IMEI, battery voltages of sensors, fuel, whose unit is nowhere told.
 *
 * Source: the vectors' facts of locks, section 1, and of JT600, section 7.
 */
#include "protocols/jt600/jt600.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "protocols/dollar.h"

enum { NOISE_MAX = 64, CLAIM_MAX = 16 };

static enum protocol_claim jt600_claims(struct bytes first)
{
    if (first.at[0] == '(') {
        return claim_of(jt600_is_sentence(first));
    }
    size_t len = 0;
    enum err e = jt600_binary_len(first, &len);
    if (e == ERR_MALFORMED || e == ERR_TOO_LONG || first.at[0] != '$') {
        return CLAIM_NO;
    }
    if (first.len < CLAIM_MAX) {
        return CLAIM_MORE;
    }
    if (!jt600_is_binary(first)) {
        return CLAIM_NO;
    }
    enum protocol_claim other = dollar_is_h02(first, &len);
    return other == CLAIM_NO ? CLAIM_YES : other == CLAIM_YES ? CLAIM_NO : CLAIM_LIKELY;
}

/* The first frame of `in`, which begins with a bracket or a dollar. */
static enum err split_here(struct bytes in, size_t *len)
{
    if (in.at[0] == '$') {
        return jt600_binary_len(in, len);
    }
    struct bytes front = bytes_slice(in, 0, JT600_FRAME_MAX);
    size_t end = bytes_find(front, ')');
    if (end == front.len) {
        return front.len == JT600_FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
    }
    *len = end + 1;
    return ERR_OK;
}

static enum err jt600_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t noise = 0;
    size_t len = 0;
    while (noise < in.len && in.at[noise] != '(' && in.at[noise] != '$') {
        noise++;
    }
    if (noise > NOISE_MAX) {
        return ERR_MALFORMED;
    }
    if (noise == in.len) {
        return ERR_MORE;
    }
    struct bytes rest = bytes_slice(in, noise, SIZE_MAX);
    enum err e = split_here(rest, &len);
    if (e == ERR_OK) {
        *frame = bytes_slice(rest, 0, len);
        *used = noise + len;
    }
    return e;
}

/* Whether a whole frame begins here, and is like one inside, too. */
static bool begins_frame(struct bytes in)
{
    size_t len = 0;
    if (in.at[0] == '(') {
        return jt600_is_sentence(in) == ERR_OK && split_here(in, &len) == ERR_OK;
    }
    return in.at[0] == '$' && split_here(in, &len) == ERR_OK && jt600_is_binary(in);
}

static enum err jt600_resync(struct bytes in, size_t *skip)
{
    for (size_t n = 1; n < in.len && n < JT600_FRAME_MAX; n++) {
        if (begins_frame(bytes_slice(in, n, SIZE_MAX))) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

static enum err jt600_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    if (frame.len == 0) {
        return ERR_MALFORMED;
    }
    struct jt600_hint hint = {.version = jt600_version(s)};
    enum err e = frame.at[0] == '$' ? jt600_decode_binary(s, frame, out, &hint)
                                    : jt600_decode_sentence(s, frame, out, &hint);
    e = e == ERR_OK ? decoded_finish(out) : e;
    if (e != ERR_OK) {
        out->len = 0;
        return e;
    }
    s->own[0] = hint.version;
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = hint.reply != JT600_REPLY_NONE;
    return ERR_OK;
}

/* ---- replies ---- */

static void write_p69(struct writer *out, uint32_t serial)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "(P69,0,%u)", (unsigned)serial);
    write_text(out, text);
}

static void write_time(struct writer *out, int64_t now_s)
{
    struct civil c = civil_from_s(now_s);
    char text[64];
    (void)snprintf(text, sizeof(text), "(P22,%02d%02d%02d%02d%02d%02d)", c.day, c.month,
                   c.year % 100, c.hour, c.minute, c.second);
    write_text(out, text);
}

static void write_event(struct writer *out, const struct jt600_hint *hint)
{
    if (hint->version == 0 || hint->version >= JT600_P69_VERSION) {
        write_p69(out, hint->serial);
    }
    if (hint->version < JT600_P69_VERSION) {
        write_text(out, "(P46)");
    }
}

static void write_secret(struct writer *out, const struct jt600_hint *hint)
{
    check(hint->secret_len <= sizeof(hint->secret));
    write_text(out, "(P52,2,");
    write_bytes(out, (struct bytes){hint->secret, hint->secret_len});
    write_text(out, ")");
}

static void jt600_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                        int64_t now_s, struct writer *out)
{
    (void)s;
    struct jt600_hint hint;
    memcpy(&hint, from->at, sizeof(hint));
    bool is_time = hint.reply == JT600_REPLY_TIME;
    if (outcome == OUTCOME_REFUSED || (outcome == OUTCOME_UNREGISTERED && !is_time)) {
        return;
    }
    switch ((enum jt600_reply)hint.reply) {
    case JT600_REPLY_NONE:
        break;
    case JT600_REPLY_RECORD:
        if (hint.version >= JT600_P69_VERSION) {
            write_p69(out, hint.serial);
        } else {
            write_text(out, "(P35)");
        }
        break;
    case JT600_REPLY_EVENT:
        write_event(out, &hint);
        break;
    case JT600_REPLY_SENSOR:
        write_p69(out, hint.serial);
        break;
    case JT600_REPLY_TIME:
        write_time(out, now_s);
        break;
    case JT600_REPLY_SECRET:
        write_secret(out, &hint);
        break;
    case JT600_REPLY_S39:
        write_text(out, "(S39)");
        break;
    case JT600_REPLY_S20:
        write_text(out, "(S20)");
        break;
    }
}

const struct protocol protocol_jt600 = {
    .name = "jt600",
    .doc = "Jointech JT600 trackers and JT701 locks; answered, as they send again for ever",
    .port = 5014,
    .frame_max = JT600_FRAME_MAX,
    .utc_offset_min = 0,
    .datagram_end = ")",
    .claims = jt600_claims,
    .split = jt600_split,
    .resync = jt600_resync,
    .decode = jt600_decode,
    .reply = jt600_reply,
    .command = jt600_command,
    .device = &jt600_device,
};
