#ifndef PROTOCOLS_H02_H02_H
#define PROTOCOLS_H02_H02_H

#include "protocols/protocol.h"

/*
 * What the files of the H02 protocol share. h02.c finds the frame and answers it; sentence.c and
 * binary.c decode its two kinds. Everything here is pure and may be called from any thread.
 */

enum { H02_MAKER_LEN = 2, H02_FRAME_MAX = 2048 };

/* How a frame is answered. */
enum h02_reply {
    H02_REPLY_NONE,
    H02_REPLY_V1,  /* *HQ,ID,V4,V1,yyyyMMddHHmmss# */
    H02_REPLY_NBR, /* *HQ,ID,V4,NBR,yyyyMMddHHmmss# */
    H02_REPLY_HTBT /* *HQ,ID,HTBT# */
};

/* What reply() needs to know, and a command: the words that address a device. */
struct h02_address {
    uint8_t reply;             /* enum h02_reply */
    uint8_t digits;            /* of the id; 0: it has none */
    char maker[H02_MAKER_LEN]; /* as the device writes them; NUL: not known */
    uint64_t id;
};
_Static_assert(sizeof(struct h02_address) <= PROTOCOL_HINT_BYTES, "the hint has room");
_Static_assert(sizeof(struct h02_address) <= DEVICE_SLOT_BYTES, "the slot has room");

/* sentence.c: fills *out, and *to, from a whole sentence, star and hash and all. */
MUST_USE enum err h02_decode_sentence(const struct session *s, struct bytes frame,
                                      struct decoded *out, struct h02_address *to);
/* Sets what the status says: the alarms, and whether the engine is on. */
void h02_set_status(struct fix *f, uint32_t status);

/* binary.c: fills *out from a binary frame, whatever stands behind its status. */
MUST_USE enum err h02_decode_binary(struct bytes frame, struct decoded *out);

/* command.c */

/* Writes "*HQ,ID," to the device. */
void h02_write_head(const struct session *s, const struct h02_address *to, struct writer *out);
/* Writes a command, as command() of struct protocol. */
enum command_fate h02_command(struct session *s, const struct device_slot *slot,
                              const struct command_request *what, struct command_note *note,
                              struct writer *out);

/* device.c: the device's side. */
extern const struct protocol_device h02_device;

#endif
