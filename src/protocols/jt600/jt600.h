#ifndef PROTOCOLS_JT600_JT600_H
#define PROTOCOLS_JT600_JT600_H

#include "base/reader.h"
#include "protocols/protocol.h"

/*
 * What the files of the JT600 protocol share. jt600.c finds the frame and answers it; binary.c and
 * sentence.c decode its two kinds. Everything here is pure and may be called from any thread.
 */

enum {
    JT600_ID_LEN = 5,     /* bytes of BCD */
    JT600_ID_DIGITS = 10, /* as text */
    JT600_LOCATION_LEN = 17,
    JT600_LOCK_VERSION = 17, /* from here on a lock: JT701 */
    JT600_P69_VERSION = 19,  /* from here on a JT701D, which hears P69 alone */
    JT600_FRAME_MAX = 2048,
    JT600_SECRET_MAX = 8 /* characters of a dynamic password */
};

/* How a frame is answered. */
enum jt600_reply {
    JT600_REPLY_NONE,
    JT600_REPLY_RECORD, /* (P35), or from version 19 on (P69,0,SERIAL) */
    JT600_REPLY_EVENT,  /* (P69,0,SERIAL), or (P46) below version 19; both where it is not known */
    JT600_REPLY_SENSOR, /* (P69,0,SERIAL) */
    JT600_REPLY_TIME,   /* (P22,DDMMYYhhmmss) */
    JT600_REPLY_SECRET, /* (P52,2,SECRET) */
    JT600_REPLY_S39,
    JT600_REPLY_S20
};

/* What reply() needs to know; kept in struct reply_hint. */
struct jt600_hint {
    uint8_t reply;   /* enum jt600_reply */
    uint8_t version; /* of the newest binary frame of the connection; 0: none yet */
    uint32_t serial;
    uint8_t secret_len;
    uint8_t secret[JT600_SECRET_MAX];
};
_Static_assert(sizeof(struct jt600_hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

/* binary.c */

/*
 * The length of the binary frame that `in` begins with: ERR_MORE: it is not all there;
 * ERR_MALFORMED: it is none; ERR_TOO_LONG.
 */
MUST_USE enum err jt600_binary_len(struct bytes in, size_t *len);
/* Whether `in`, at least 16 bytes, can be the front of a binary frame. */
bool jt600_is_binary(struct bytes in);
/* Fills *out, and *hint, from a whole binary frame. */
MUST_USE enum err jt600_decode_binary(const struct session *s, struct bytes frame,
                                      struct decoded *out, struct jt600_hint *hint);
/*
 * Reads the 17 bytes of a location. `s` gives the zone of its time; NULL: it is UTC. Sets nothing
 * where a digit is none, and answers false.
 */
bool jt600_read_location(struct reader *r, const struct session *s, struct fix *f);

/* sentence.c */

/* Whether `in`, from its bracket on, begins a sentence; ERR_MORE: that cannot be told yet. */
MUST_USE enum err jt600_is_sentence(struct bytes in);
/* Fills *out, and *hint, from a whole sentence, brackets and all. */
MUST_USE enum err jt600_decode_sentence(const struct session *s, struct bytes frame,
                                        struct decoded *out, struct jt600_hint *hint);

/* The number of a word such as P43, which is how answers are told apart; 0: it has none. */
uint16_t jt600_word_number(struct bytes word);

/* command.c */

/* Writes a command, as command() of struct protocol. */
enum command_fate jt600_command(struct session *s, const struct device_slot *slot,
                                const struct command_request *what, struct command_note *note,
                                struct writer *out);

/* device.c: the device's side. */
extern const struct protocol_device jt600_device;

/* The version that the connection's newest binary frame told; 0: none yet. */
static inline uint8_t jt600_version(const struct session *s)
{
    return s->own[0];
}

#endif
