#ifndef CONNECT_SIM_ROWS_H
#define CONNECT_SIM_ROWS_H

#include "base/arena.h"
#include "connect/connect.h"
#include "connect/sim_account.h"
#include "connect/sim_report.h"

/*
 * What a kind of operator is asked, and how its answers are read; a row each. Pure functions.
 * Another kind of operator is another row here.
 */

/* One request. */
enum sim_step {
    SIM_STEP_TOKEN,
    SIM_STEP_CARDS, /* a page of all cards */
    SIM_STEP_CARD,
    SIM_STEP_DATA_QUOTA,
    SIM_STEP_SMS_QUOTA,
    SIM_STEP_SESSION,
    SIM_STEP_SET, /* activates a card, or deactivates it */
    SIM_STEP_SEND,
    SIM_STEP_MESSAGES, /* the SMS of a card */
};

enum {
    SIM_PAGE_CARDS = 100,
    SIM_MESSAGES_MAX = 100, /* the newest of a card that are read */
    SIM_SENT_ID_MAX = 64,
    SIM_PART_CHARS = 153, /* of an SMS that is longer than one, ... */
    SIM_ONE_CHARS = 160,
    SIM_PART_WIDE_CHARS = 67, /* ... and where a character of it is beyond ASCII */
    SIM_ONE_WIDE_CHARS = 70,
};

/* What a request is about; what its step does not need is "" or 0. */
struct sim_wish {
    enum sim_step step;
    const char *token;
    const char *iccid; /* as the operator writes it: 19 digits of 1NCE */
    const char *number;
    const char *imsi;
    unsigned page;                  /* from 1 */
    bool wants_active;              /* of SIM_STEP_SET, ... */
    const struct sim_report *fresh; /* ... and how the card is */
    const char *text;               /* of SIM_STEP_SEND: UTF-8, of one part, ... */
    bool is_wide;                   /* ... some of all its parts beyond ASCII, ... */
    unsigned part;                  /* ... from 1, ... */
    unsigned parts;
    unsigned reference; /* ... 0 to 255, what the parts have in common, ... */
    int64_t expiry_s;   /* ... and not to be delivered later */
};

/* An SMS as the operator lists it. Texts live in the arena of the answer. */
struct sim_message {
    const char *id;
    bool is_from_card;
    bool is_delivered; /* to the card; else ... */
    bool is_failed;    /* ... it never will be, or neither yet */
    int64_t time_s;
    const char *text;
    unsigned reference;
    unsigned part; /* 0: it is whole, as the next one */
    unsigned parts;
};

/* What was answered; which members counts on the step. In the arena of the answer. */
struct sim_told {
    const char *token;
    int64_t token_s; /* its life in seconds */
    struct sim_report *reports;
    size_t report_count;
    struct sim_message *messages;
    size_t message_count;
    const char *sent_id;
};

struct sim_row {
    const char *name;
    bool has_token; /* its requests want one of SIM_STEP_TOKEN */
    /* Says what to send, in `arena`. False: such accounts have no such request. */
    bool (*ask)(const struct sim_account_options *o, const struct sim_wish *w, struct arena *arena,
                struct connect_request *out);
    /* Reads what came, with `status` of HTTP; NULL, or why it is no answer, static. */
    const char *(*read)(const struct sim_account_options *o, enum sim_step step,
                        const struct connect_answer *a, struct arena *arena, struct sim_told *out);
};

/* The row of a kind. */
const struct sim_row *sim_row_of(enum sim_kind kind);

/* How many parts a text of an SMS makes, and whether it has what is beyond ASCII. */
unsigned sim_parts_of(const char *text, bool *is_wide);
/* The part of that number, from 1; in the arena. */
const char *sim_part(struct arena *arena, const char *text, unsigned part);

extern const struct sim_row sim_row_1nce;
extern const struct sim_row sim_row_template;

#endif
