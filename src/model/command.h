#ifndef MODEL_COMMAND_H
#define MODEL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * A command to a device: asked for by a user, sent at most once, its outcome known.
 *
 *     queued ──► sending ──► sent ──► answered
 *       │  ▲        │  │      │
 *       │  └────────┘  │      └─────► refused
 *       │ nothing left │
 *       ├─► expired    └─► unknown
 *       └─► cancelled
 *
 * `sending` is committed before a byte is written, so a command of which a byte may have left is
 * never `queued` again: what a start finds in `sending` becomes `unknown`. `sent` stays where no
 * answer comes.
 */

/* What is asked for. Stored by number: only add at the end. Word: what ListCommands calls it. */
#define COMMAND_KIND_MAP(X)                                                                        \
    X(TEXT, "text", "")                                                                            \
    X(HIGH_LEVEL, "highlevel", "")                                                                 \
    X(QUERY_STATUS, "query", "Query status")                                                       \
    X(QUERY_PARAMETERS, "query", "Query parameters")                                               \
    X(QUERY_ICCID, "query", "Query ICCID")                                                         \
    X(LOCK, "lock", "Lock")                                                                        \
    X(UNLOCK, "unlock", "Unlock")                                                                  \
    X(TIMED_UNLOCK, "timed", "Timed unlock")

enum command_kind {
#define X(NAME, word, shown) COMMAND_##NAME,
    COMMAND_KIND_MAP(X)
#undef X
        COMMAND_KINDS
};

/* Stored by number: only add at the end. Word: what ListCommands calls it. */
#define COMMAND_STATE_MAP(X)                                                                       \
    X(QUEUED, "queued")                                                                            \
    X(SENDING, "sending")                                                                          \
    X(SENT, "sent")                                                                                \
    X(ANSWERED, "answered")                                                                        \
    X(REFUSED, "refused")                                                                          \
    X(UNKNOWN, "unknown")                                                                          \
    X(EXPIRED, "expired")                                                                          \
    X(CANCELLED, "cancelled")

enum command_state {
#define X(NAME, word) COMMAND_##NAME,
    COMMAND_STATE_MAP(X)
#undef X
        COMMAND_STATES
};

/*
 * What harm a command does where it arrives late, by what it says and not by its kind. Stored by
 * number: only add at the end.
 */
enum command_hazard {
    COMMAND_HARMLESS,
    COMMAND_CUTS,   /* an engine: only while the vehicle stands, or nearly */
    COMMAND_UNLOCKS /* and whatever gets at what unlocks: never kept */
};

enum {
    COMMAND_TEXT_MAX = 1024,   /* bytes of a text, in UTF-8; protocols allow less */
    COMMAND_RAW_MAX = 512,     /* bytes of a raw message */
    COMMAND_ANSWER_MAX = 1024, /* bytes of an answer that are kept with its command */
    COMMAND_WAITING_MAX = 32,  /* queued, of a device; a timed one aside */
    COMMAND_TIMED_LATE_S = 60, /* behind its time a timed one is not sent any more */
};

/* Begins a high-level command whose text is a message's type and body in hexadecimal digits. */
#define COMMAND_RAW_MARK "hex:"

/* One command, as it is stored. Texts are never NULL. Whoever keeps it copies what it borrows. */
struct command {
    int64_t device_id;  /* internal */
    int64_t id;         /* CommandID; never given again */
    uint8_t kind;       /* enum command_kind */
    uint8_t state;      /* enum command_state */
    int64_t created_by; /* user id */
    int64_t created_s;
    int64_t due_s;         /* not written before; 0: at once. Of COMMAND_TIMED_UNLOCK */
    int64_t deadline_s;    /* not written any more from then on */
    int64_t sent_s;        /* 0: not yet */
    int64_t answered_s;    /* 0: not yet; of the answer that ended it */
    int64_t over_s;        /* since when nothing is waited for; 0: something is */
    uint32_t tie;          /* what the device returns with its answer; 0: nothing */
    uint8_t hazard;        /* enum command_hazard */
    uint16_t message_id;   /* what the device calls the message that it answers; 0: nothing */
    const char *text;      /* as it is shown: passwords are masked */
    const char *answer;    /* so, too; "" where there is none */
    const uint8_t *secret; /* the text to be sent where that is another, sealed (base/vault.h); */
    size_t secret_len;     /* of a timed unlock the password. While queued or on its way */
};

/* "text", "query", ...; several kinds share a word. */
const char *command_kind_word(enum command_kind kind);
/* What a record shows of a command that has no text: "Query status"; "" where it has one. */
const char *command_kind_text(enum command_kind kind);
/* "queued", "sending", ... */
const char *command_state_word(enum command_state state);
/* Whether nothing is sent or waited for any more, whatever comes. */
bool command_state_is_over(enum command_state state);

/* Whether a high-level text begins with COMMAND_RAW_MARK, without case. */
bool command_is_raw(struct bytes text);
/*
 * The bytes behind that mark, into `out` of COMMAND_RAW_MAX; blanks between digits are passed over.
 * 0: no digits, an odd number of them, too many, or what is none.
 */
size_t command_raw(struct bytes text, uint8_t out[COMMAND_RAW_MAX]);

struct profile;

/* What a row of PROTOCOL_MAP is asked to write. Borrowed. */
struct command_request {
    enum command_kind kind;
    int64_t id;            /* CommandID, of which command_tie() makes serials and flags */
    struct bytes text;     /* COMMAND_TEXT, _HIGH_LEVEL: UTF-8, no control characters */
    struct bytes raw;      /* COMMAND_HIGH_LEVEL: a message's type and body, in place of a text */
    struct bytes password; /* of COMMAND_UNLOCK, as the caller gave it; never to be kept */
    const struct profile *profile; /* of the device's model (protocols/profile.h); NULL: none */
};

/* The low `bits` (8 to 32) of a CommandID, never 0. */
uint32_t command_tie(int64_t id, unsigned bits);

#endif
