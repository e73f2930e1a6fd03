#ifndef MODEL_SIM_H
#define MODEL_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * SIM cards, and the SMS to and from them, as values. A card is named by its ICCID: 18 to 20
 * characters, "89" first. Operators print and trackers send it in several ways: with the filler
 * "f" behind it, with or without its check digit (Luhn, ISO/IEC 7812-1). Its key is the same for
 * all of them.
 */
enum {
    ICCID_CHARS_MIN = 18,
    ICCID_CHARS_MAX = 20,
    ICCID_KEY_SIZE = ICCID_CHARS_MAX + 1,
    SIM_CARDS_OF_DEVICE_MAX = 2, /* some locks have two slots */
    SIM_NUMBER_MAX_CHARS = 32,   /* of a phone number, an IMSI */
    SMS_CHARS_MAX = 1530,        /* ten parts of 153 */
    SMS_WIDE_CHARS_MAX = 670,    /* ten of 67, where a character is beyond ASCII */
    SMS_KEPT_S = 400 * 86400,
    SMS_PARTS_MAX = 10,
    SMS_OPERATOR_ID_MAX = 128, /* bytes */
};

#define ICCID_RULE "18 to 20 digits or letters A to F, 89 first"

/* Whether it can name a card: ICCID_RULE, and any number of "f" or "F" behind. */
bool iccid_is_valid(const char *text);
/*
 * What cards are compared by: without fillers, in upper case, and without check digits. False, and
 * "", where iccid_is_valid() says no.
 */
bool iccid_key(const char *text, char out[ICCID_KEY_SIZE]);

struct sim_card {
    int64_t enterprise_id;
    int64_t id;
    const char *iccid; /* as it was entered, without fillers */
    const char *sim;   /* phone number */
    const char *imsi;
    const char *tag;
    const char *package_name;
    const char *remark;
    int64_t device_id;   /* internal; 0: in none. It may have been deleted since */
    bool is_active;      /* Activated, else Deactivated */
    int64_t status_s;    /* when that was set by a call; 0: never */
    int64_t status_by;   /* the user who did */
    int64_t actived_day; /* first activated, in days since 1970; 0: not known, as the next */
    int64_t end_day;     /* it is paid until then */
    int64_t created_s;
    uint32_t usage_amount_mb_e2; /* the quota of data; 0: unknown, as the next three */
    uint32_t usage_data_mb_e2;   /* what remains of it */
    uint32_t sms_amount;
    uint32_t sms_data;
    int64_t sms_day;    /* the last day on which an SMS to it was taken, in days since 1970, UTC */
    uint16_t sms_count; /* so many that day */
    int64_t bound_s; /* since when device_id is so, by a report or a call; 0: since it was added */
    const char *provider; /* the account of who runs it; "": nobody does, it is the inventory's */
    /* What the operator said last: */
    const char *imei;       /* of the device that holds it, 14 to 16 digits */
    const char *ip_address; /* in the operator's network */
    const char *network;    /* "Operator/Country" */
    const char *technology; /* "4G" */
    bool is_online;
    int64_t state_s;   /* when it said what is of the card, and ... */
    int64_t session_s; /* ... of its connection; 0: never */
};

/*
 * How it is with an SMS. Stored by number: only add at the end.
 *
 *   X(NAME, "as section 36 prints it", "MT" to the card or "MO" from it)
 */
#define SMS_STATUS_MAP(X)                                                                          \
    X(STORED, "Stored", "MT")       /* kept: there is no way to send it */                         \
    X(PENDING, "Pending", "MT")     /* on its way */                                               \
    X(DELIVERED, "Delivered", "MT") /* the card has it */                                          \
    X(FAILED, "Failed", "MT")       /* it never had, or expired */                                 \
    X(REPLY, "Reply", "MO")         /* it came from the card */                                    \
    X(PART, "Reply", "MO")          /* a part of one, which waits for the others */                \
    X(JOINED, "Reply", "MO")        /* a part whose text stands in another one */

enum sms_status {
#define X(NAME, status, type) SMS_##NAME,
    SMS_STATUS_MAP(X)
#undef X
        SMS_STATUSES
};

struct sim_sms {
    int64_t enterprise_id;
    int64_t sim_id;
    int64_t id; /* rises with every SMS of the shard */
    int64_t time_s;
    const char *content;
    const char *source_address;
    enum sms_status status;
    const char *operator_id; /* "ACCOUNT/NUMBER" of who carries it; "" where nobody does */
    int64_t over_s;          /* since when nothing is waited for; 0: its status may change */
    uint32_t reference;      /* what all parts of one have in common; 0 of a whole one */
    uint16_t part;           /* from 1; of a whole one 0, as the next */
    uint16_t parts;
    int64_t expiry_s; /* not to be delivered later; 0 of one from the card */
};

/* As section 36 prints it: "Stored". */
const char *sms_status_word(enum sms_status status);
/* "MT", to the card, or "MO", from it. */
const char *sms_type_word(enum sms_status status);
/* Takes one SMS off what remains of the card's quota, where one is known. */
void sim_count_sms(struct sim_card *card);

#endif
