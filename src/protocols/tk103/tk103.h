#ifndef PROTOCOLS_TK103_TK103_H
#define PROTOCOLS_TK103_TK103_H

#include "protocols/protocol.h"

/*
 * What the files of the TK103 protocol share. tk103.c finds the frame and answers it; plain.c and
 * comma.c decode its two kinds. Everything here is pure and may be called from any thread.
 */

enum { TK103_ID_MAX = 15, TK103_WORD_LEN = 4, TK103_FRAME_MAX = 2048 };

/* How a frame is answered. */
enum tk103_reply {
    TK103_REPLY_NONE,
    TK103_REPLY_HANDSHAKE, /* (IDAP01HSO) */
    TK103_REPLY_LOGIN,     /* (IDAP05) */
    TK103_REPLY_ALARM      /* (IDAS01N) */
};

/* Which of the two kinds a device speaks. */
enum tk103_kind { TK103_UNKNOWN, TK103_PLAIN, TK103_COMMA };

/* The head of a frame: its id, its word of four characters, and what is behind; borrowed. */
struct tk103_head {
    enum tk103_kind kind;
    struct bytes id;
    struct bytes word;
    struct bytes body; /* up to the bracket */
};

/* What reply() needs to know. */
struct tk103_hint {
    uint8_t reply; /* enum tk103_reply */
    char alarm;    /* the digit of BO01 */
    char id[TK103_ID_MAX];
};
_Static_assert(sizeof(struct tk103_hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

/* What a command needs to know. */
struct tk103_slot {
    uint8_t kind; /* enum tk103_kind */
    char id[TK103_ID_MAX];
};
_Static_assert(sizeof(struct tk103_slot) <= DEVICE_SLOT_BYTES, "the slot has room");

/* plain.c: fills *out, and *hint, from a frame without commas. */
MUST_USE enum err tk103_decode_plain(const struct tk103_head *in, struct decoded *out,
                                     struct tk103_hint *hint);
/* comma.c: fills *out from a frame with commas. */
MUST_USE enum err tk103_decode_comma(const struct tk103_head *in, struct decoded *out);

/*
 * A place as "5230.0000N" and its like. False where the text has no letter of `letters` at its end,
 * or no angle before it.
 */
bool tk103_angle(struct bytes text, const char *letters, int64_t *angle_e7);

/* command.c: writes a command, as command() of struct protocol. */
enum command_fate tk103_command(struct session *s, const struct device_slot *slot,
                                const struct command_request *what, struct command_note *note,
                                struct writer *out);

#endif
