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
    MESSAGE_RESPONSE,  /* a textual answer to a command or an SMS: `text`, UTF-8 */
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

/* One thing that a frame said. */
struct message {
    enum message_kind kind;
    bool is_local_time;               /* fix.gps_time_s was read in the zone of the session */
    struct fix fix;                   /* MESSAGE_FIX, MESSAGE_HEARTBEAT */
    struct bytes extras;              /* beside the fix, from extras_pack(); borrowed */
    struct message_fragment fragment; /* MESSAGE_FRAGMENT */
    struct bytes text; /* MESSAGE_RESPONSE, MESSAGE_FRAGMENT; borrowed, at most MESSAGE_TEXT_MAX */
};

#define DEVICE_ID_RULE "1 to 64 of 0-9 A-Z a-z _ - . : @, the first a letter or digit"

/* Whether a device may be registered as `text`: DEVICE_ID_RULE. */
bool device_id_is_valid(struct bytes text);
/*
 * Whether `text` has such characters and such a length, whatever its first character is. A tracker
 * may call itself so, and a store may hold it: schemas up to 2 took identities that begin with '_'
 * or '-'.
 */
bool device_id_is_possible(struct bytes text);
/*
 * The form in which identities are compared: one of digits alone loses its leading zeros (of zeros
 * alone one stays), any other stays as it is. A pointer into `device_id`.
 */
const char *device_id_key(const char *device_id);

#endif
