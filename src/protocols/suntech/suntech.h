#ifndef PROTOCOLS_SUNTECH_SUNTECH_H
#define PROTOCOLS_SUNTECH_SUNTECH_H

#include "protocols/layouts.h"

/* What the files of the Suntech protocol share. Pure; any thread. */

enum { SUNTECH_PREFIX_LEN = 5, SUNTECH_TYPE_LEN = 3, SUNTECH_ID_MAX = 10 };

/* A text taken apart; borrowed. */
struct suntech_text {
    struct words words;  /* from the header on */
    struct bytes prefix; /* "ST300"; empty: of the universal layout */
    struct bytes type;   /* "STT" */
    struct bytes all;
};

/* report.c: the older layouts. Adds what a text says beside its header. */
void suntech_read_report(const struct suntech_text *in, struct decoded *out);
/* report.c: "20260102" and "03:04:05". */
void suntech_set_time(struct fix *f, struct bytes date, struct bytes time);
/*
 * report.c: of UEX, where its data begins and how long it says that it is. False: the text is none,
 * or its length has not come.
 */
bool suntech_find_data(struct bytes text, size_t *at, size_t *len);
/* report.c: what an ALT means, of all layouts. */
void suntech_set_alert(struct report *r, uint64_t alert);
/* report.c: the item that is 0 in a report which was stored. */
void suntech_set_stored(struct fix *f, struct bytes word);
/* report.c: adds a report of `text`, and what a serial port of the tracker heard. */
void suntech_add_report(const struct report *r, struct bytes text, struct decoded *out);

/* universal.c: STT, ALT and UEX of the universal layout, by the mask of what they hold. */
MUST_USE enum err suntech_read_universal(const struct suntech_text *in, struct decoded *out);

/* binary.c: frames that begin with 02, 81 and 82; sets the device, too. */
MUST_USE enum err suntech_read_binary(struct bytes frame, struct decoded *out);

#endif
