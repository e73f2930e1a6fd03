#ifndef CONNECT_SIM_REPORT_H
#define CONNECT_SIM_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "model/account.h"

/* What an operator says of one card, as a value of its own. */

enum {
    SIM_IMEI_SIZE = 17, /* 14 to 16 digits */
    SIM_ADDRESS_SIZE = 46,
    SIM_TECHNOLOGY_SIZE = 17,
    SIM_NAME_SIZE = 4 * NAME_MAX_CHARS + 1,
    SIM_LABEL_SIZE = 4 * 256 + 1, /* it goes back as it came */
};

/* Texts are "" where it does not say. */
struct sim_report {
    char iccid[ICCID_KEY_SIZE];
    bool has_state; /* the next two are told */
    bool is_active;
    bool imei_lock;
    bool has_label;
    char imsi[SIM_NUMBER_MAX_CHARS + 1];
    char number[SIM_NUMBER_MAX_CHARS + 1]; /* MSISDN */
    char label[SIM_LABEL_SIZE];
    char imei[SIM_IMEI_SIZE];
    char ip_address[SIM_ADDRESS_SIZE];
    int64_t actived_day; /* days since 1970; 0: not told, as the next three */
    int64_t end_day;     /* of its data */
    uint32_t data_mb_e2; /* quota */
    uint32_t sms;        /* quota */
    bool says_low;       /* little or nothing is left of a quota */
    bool has_data_left;  /* the next one is told */
    uint32_t data_left_mb_e2;
    bool has_sms_left;
    uint32_t sms_left;
    bool has_session; /* the next three are told */
    bool is_online;
    char network[SIM_NAME_SIZE]; /* "Operator/Country" */
    char technology[SIM_TECHNOLOGY_SIZE];
};

/* Copies a text to be shown: whole characters as far as there is room, blanks for what is none. */
void sim_report_text(struct bytes from, char *out, size_t size);
/* Copies a number, an address: letters, digits, "." and ":" alone; "" for anything else. */
void sim_report_word(struct bytes from, char *out, size_t size);
/* "GERAN" is "2G"; a name that is not known stays as it is. */
void sim_report_technology(struct bytes from, char *out);

/* Adds what `more` says to `r`, over what was said before. */
void sim_report_join(struct sim_report *r, const struct sim_report *more);
/*
 * Puts what the operator said into a card, which may then borrow from `r`. `now_s` is when it was
 * said.
 */
void sim_report_apply(const struct sim_report *r, int64_t now_s, struct sim_card *card);

#endif
