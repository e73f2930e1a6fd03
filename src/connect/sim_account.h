#ifndef CONNECT_SIM_ACCOUNT_H
#define CONNECT_SIM_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connect/connect.h"

/*
 * An account with somebody who runs SIM cards, or carries SMS to them, as the configuration says
 * it: a section [sim.NAME]. Texts are borrowed, for as long as anybody uses the account.
 */

enum sim_kind {
    SIM_KIND_1NCE,    /* the management API of 1NCE */
    SIM_KIND_HTTP,    /* an operator by templates */
    SIM_KIND_GATEWAY, /* SMS to the cards of our own inventory, by a template */
    SIM_KINDS
};

enum {
    SIM_ACCOUNTS_MAX = 16,
    SIM_ACCOUNT_NAME_MAX = 32,
    SIM_HEADERS_MAX = 8,
    SIM_TEMPLATE_MAX = 8192, /* bytes of a template */
    SIM_PER_S_MAX = 10,
    SIM_SECRET_CHARS = 32, /* 128 bits in hexadecimal digits */
};

/* What a template can ask for. */
enum sim_action {
    SIM_ACTION_DETAIL,
    SIM_ACTION_ACTIVATE,
    SIM_ACTION_DEACTIVATE,
    SIM_ACTION_SEND,
    SIM_ACTION_MESSAGES,
    SIM_ACTIONS
};

/* How the values in a body are escaped, and what its Content-Type is. */
enum sim_body_type { SIM_BODY_JSON, SIM_BODY_FORM };

/*
 * One request with places for values: {iccid}, {sim}, {imsi}, {text}, {source}, {expiry} (when an
 * SMS is no longer wanted, in seconds since 1970), {user}, {password}. Braces around anything else
 * stand for themselves.
 */
struct sim_template {
    enum connect_verb verb;
    const char *target; /* path and query behind the account's URL; NULL: there is none */
    const char *body;   /* "" none */
    enum sim_body_type type;
    const char *good;     /* statuses of HTTP between blanks; "": all from 200 to 299 */
    const char *good_has; /* a text that a good answer has in it; "": any */
};

/* Which members of an answer mean what: names between dots, "data.status". "": it has none. */
struct sim_reads {
    const char *status; /* of the card, and ... */
    const char *active; /* ... the word of it that means Activated */
    const char *session;
    const char *online; /* the word that means Online */
    const char *imei;
    const char *ip_address;
    const char *data_total_mb;
    const char *data_left_mb;
    const char *sms_total;
    const char *sms_left;
    const char *sent_id;      /* of an SMS that was taken */
    const char *messages;     /* the array of SMS; "": it is the whole answer */
    const char *message_id;   /* of one of them, as the next ones */
    const char *message_text; /* of one that came from the card */
    const char *message_time; /* ISO 8601 with a zone, or seconds since 1970 */
    const char *message_type;
    const char *message_mo;     /* the word of its type: from the card */
    const char *message_status; /* of one to the card */
    const char *message_delivered;
    const char *message_failed;
};

struct sim_account_options {
    const char *name;
    enum sim_kind kind;
    const char *url;
    const char *user;
    const char *password;
    const char *source;      /* the sender's number of an SMS; "": the card's own */
    const char *version;     /* of the operator's API: "v2" */
    const char *hook_secret; /* SIM_SECRET_CHARS digits; "": no hook */
    int64_t enterprise_id;   /* whose it is; 0: shared, its cards are assigned by root */
    unsigned per_s;          /* requests a second, at most */
    unsigned poll_s;         /* between two readings of the list of its cards */
    struct sim_template templates[SIM_ACTIONS];
    struct sim_reads reads;
    struct connect_header headers[SIM_HEADERS_MAX]; /* of every request of a template */
    size_t header_count;
};

/* What is at fault, and in which key. */
struct sim_account_fault {
    const char *key; /* NULL: nothing */
    const char *why; /* static */
};
/* Judges an account as a whole. Any thread. */
struct sim_account_fault sim_account_check(const struct sim_account_options *o);
/* NULL; or why no password may be sent there: it wants https, or this machine itself. Static. */
const char *sim_url_fault(const char *url);
/* NULL; or what is wrong with a template of a target or a body, static. */
const char *sim_template_fault(const char *text);

#endif
