#ifndef PROTOCOLS_GL200TEXT_GL200TEXT_H
#define PROTOCOLS_GL200TEXT_GL200TEXT_H

#include "protocols/protocol.h"
#include "protocols/queclink.h"

/*
 * What the files of Queclink's text protocol share. gl200text.c finds the frame and answers it,
 * report.c makes messages of a report, values.c reads what depends on the model and the type of a
 * report. Everything here is pure and may be called from any thread.
 */

enum {
    GL200_FRAME_MAX = 8192,
    GL200_ITEMS_MAX = 400, /* items of a frame; what comes behind them is not read */
    GL200_PLACE_ITEMS = 12 /* of a place, without Wi-Fi */
};

/* A frame, split at its commas. */
struct gl200_line {
    struct bytes at[GL200_ITEMS_MAX];
    size_t count;
    size_t name;        /* the place of the device's name; the identity stands before it */
    size_t sent;        /* the place of the time of sending, behind everything else */
    struct bytes type;  /* "FRI" */
    struct bytes class; /* "RESP", "BUFF", "ACK" */
    const struct queclink_model *model;
};

/* The item at place `i`; empty where there is none, or it is behind the time of sending. */
struct bytes gl200_item(const struct gl200_line *l, size_t i);

/* Makes messages of a report. */
void gl200_read_report(const struct session *s, struct gl200_line *l, struct decoded *out);

/* A report while it is read: what it says goes to its last place. */
struct gl200_report {
    struct fix fix;
    struct extras extras;
    size_t first; /* the place of its first position; `sent` where it has none */
    size_t end;   /* behind its last position; `sent` where it has none */
};

/* Takes what the report says beside its positions; passes over a VIN before the name. */
void gl200_read_values(struct gl200_line *l, struct gl200_report *r);
/* Takes cells of "mcc,mnc,lac,cid" at place `i`. False: there are none. */
bool gl200_read_cell(const struct gl200_line *l, size_t i, struct fix *f);
/* A number of decimals, times 1e7. False where the item is none. */
bool gl200_decimal(const struct gl200_line *l, size_t i, int64_t *value_e7);
/* A number of hexadecimal digits. False where the item is none. */
bool gl200_hex(struct bytes item, uint64_t *value);

/* device.c: the device's side. */
extern const struct protocol_device gl200_device;

#endif
