#ifndef PROTOCOLS_JT808_SIDE_H
#define PROTOCOLS_JT808_SIDE_H

#include "protocols/device_side.h"
#include "protocols/jt808/jt808.h"

/*
 * What the two files of the device's side of JT/T 808 share: device.c, which sends, and answer.c,
 * which takes what the server sends.
 */

enum { JT808_LOCATION_MAX = 320 }; /* bytes of the longest location */

/* What a simulated device remembers; kept in struct session. */
struct jt808_side {
    uint64_t early;            /* bit n: the frame n behind `answered` is acknowledged */
    uint16_t sent;             /* frames encoded; the serial of the next */
    uint16_t answered;         /* frames acknowledged without a gap, quiet ones among them */
    struct device_quiet quiet; /* the others that nothing acknowledges: answers to commands */
};
_Static_assert(sizeof(struct jt808_side) <= PROTOCOL_SESSION_BYTES, "the session has room");

/* device.c */

/* The header of everything that the device of `s` sends. ERR_INVALID: its id does not fit one. */
MUST_USE enum err jt808_side_base(const struct session *s, struct jt808_message *m);
/* Writes a frame with the next serial. */
void jt808_side_send(struct jt808_side *side, const struct jt808_message *base, uint16_t id,
                     const struct writer *body, struct writer *out);
/* Writes a location with `status_bits` beside those that the fix sets. */
void jt808_side_location(struct writer *w, const struct session *s, const struct fix *f,
                         uint32_t status_bits);

/* answer.c */

/* As read_ack() of struct protocol_device. */
enum err jt808_read_ack(struct session *s, struct bytes in, size_t *used, size_t *acknowledged);
/* As answer() of it. */
void jt808_answer(struct session *s, struct bytes in, const struct fix *last, struct writer *out);

#endif
