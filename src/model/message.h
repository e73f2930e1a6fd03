#ifndef MODEL_MESSAGE_H
#define MODEL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "model/extra.h"
#include "model/fix.h"

enum {
    DEVICE_ID_MAX = 64,                /* characters; an IMEI, a UUID, a phone's name */
    DEVICE_ID_SIZE = DEVICE_ID_MAX + 1 /* with its NUL */
};

enum message_kind {
    MESSAGE_LOGIN,     /* the device named itself: login, registration, authentication */
    MESSAGE_HEARTBEAT, /* alive; `fix` holds what it carried (fix.has may be 0) */
    MESSAGE_FIX,       /* a report, with or without a position; alarms and lock events are in it */
    MESSAGE_RESPONSE,  /* an answer to a command or an SMS: `text`, UTF-8, and `answer` */
    MESSAGE_FRAGMENT,  /* one fragment of a divided message: `fragment` and its bytes in `text` */
    MESSAGE_OTHER,     /* known and harmless, nothing to keep */
};

/* Where a fragment belongs. */
struct message_fragment {
    uint32_t key;    /* same for all fragments of one message of one device */
    uint16_t number; /* from 1 */
    uint16_t total;  /* 2 .. MESSAGE_FRAGMENTS_MAX */
};

enum { MESSAGE_FRAGMENTS_MAX = 64, MESSAGE_TEXT_MAX = 4096 };

/* What an answer says of the command that it answers. */
enum answer_result {
    ANSWER_DONE,     /* it is done, or here is what it asked for */
    ANSWER_RECEIVED, /* it arrived; what comes of it may follow */
    ANSWER_REFUSED   /* it is not done */
};

/* What an answer says of the doors, where it was a command that turns them. */
enum answer_doors { ANSWER_DOORS_UNTOLD, ANSWER_DOORS_LOCKED, ANSWER_DOORS_UNLOCKED };

/* Which command an answer is to, as far as the device says so; ties of 0: it has no number. */
struct message_answer {
    uint32_t tie;        /* the serial or flag that we sent, as the device returns it; 0: none */
    uint16_t message_id; /* the message of ours that it answers, as command_note has it; 0: none */
    uint8_t result;      /* enum answer_result */
    bool is_told;        /* a report beside it says the same: without a text it leaves no record */
    uint8_t doors;       /* enum answer_doors: whether they obeyed, whatever `result` says */
};

/* One thing that a frame said. */
struct message {
    enum message_kind kind;
    bool is_local_time;               /* fix.gps_time_s was read in the zone of the session */
    struct fix fix;                   /* MESSAGE_FIX, MESSAGE_HEARTBEAT */
    struct bytes extras;              /* beside the fix, from extras_pack(); borrowed */
    struct message_fragment fragment; /* MESSAGE_FRAGMENT */
    struct message_answer answer;     /* MESSAGE_RESPONSE */
    struct bytes text; /* MESSAGE_RESPONSE, MESSAGE_FRAGMENT; borrowed, at most MESSAGE_TEXT_MAX */
};

#define DEVICE_ID_RULE "1 to 64 of 0-9 A-Z a-z _ - . : @, the first a letter or digit"

/* Whether a device may be registered as `text`: DEVICE_ID_RULE. */
bool device_id_is_valid(struct bytes text);
/*
 * Whether `text` has such characters and such a length, whatever it begins with. A tracker may call
 * itself so, and a store may hold it: schemas up to 2 took identities that begin with '_' or '-'.
 */
bool device_id_is_possible(struct bytes text);
/*
 * The form in which identities are compared. An identity of digits alone loses its leading zeros,
 * but for the last where all are zeros; any other stays as it is. A pointer into `device_id`.
 */
const char *device_id_key(const char *device_id);

#endif
