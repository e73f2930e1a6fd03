#ifndef PROTOCOLS_TOTEM_TOTEM_H
#define PROTOCOLS_TOTEM_TOTEM_H

#include "protocols/alarm_table.h"
#include "protocols/protocol.h"
#include "protocols/words.h"

/*
 * What the files of the Totem protocol share. totem.c finds the frame, answers it and writes
 * commands; layouts.c reads the newer reports, old.c the three older layouts. Everything here is
 * pure.
 */

/* A frame taken apart; borrowed. */
struct totem_frame {
    bool is_old;
    unsigned type; /* of a new frame, and an alarm of both */
    struct bytes imei;
    struct bytes body; /* behind the IMEI and its bar, without the checksum of a new frame */
};

/* Characters of fixed columns, taken from the front. */
struct bytes totem_take(struct bytes *in, size_t len);
/* Sets the time of yymmddhhmmss, or with the day first. */
void totem_set_time(struct fix *f, struct bytes digits, bool day_first);

/*
 * Adds the report of a frame; false where it fits no layout. *is_answered: the device waits for an
 * answer.
 */
bool totem_read_new(const struct totem_frame *frame, struct decoded *out, bool *is_answered);
/* The same of an old frame. A report without a place is answered and tells nothing. */
bool totem_read_old(const struct totem_frame *frame, struct decoded *out);

#endif
