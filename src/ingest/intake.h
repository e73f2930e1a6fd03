#ifndef INGEST_INTAKE_H
#define INGEST_INTAKE_H

#include "ingest/commands.h"
#include "ingest/ingest.h"

/*
 * Arrivals as records of the queue, the marks that jobs leave between them, and what became of
 * orders (ingest/commands.h).
 */

enum intake_kind { INTAKE_ARRIVAL, INTAKE_MARK, INTAKE_OUTCOME };
enum { INTAKE_MARK_BYTES = 8 };

/* What a record begins with; a mark is `kind` alone. */
struct intake_head {
    uint32_t kind; /* enum intake_kind */
    uint32_t count;
    int64_t rcv_time_ms;
    struct connection_ref connection;
    struct reply_hint hint;
    struct device_slot slot;
    uint32_t quiet_ms;
    int16_t utc_offset_min;
    int16_t configured_min;
    uint16_t frame_len;
    uint8_t address_len;
    uint8_t protocol;
    bool is_offset_told;
    bool is_offset_configured;
    bool wants_reply;
    bool wants_close;
    char device_id[DEVICE_ID_SIZE];
};

/* An arrival being read: everything borrows the record. */
struct intake_cursor {
    const struct intake_head *head;
    struct bytes address;
    struct bytes frame;
    struct bytes left; /* the messages not read yet */
    uint32_t count_left;
};

/* One message, as it lies in the record or as a protocol joined it. */
struct intake_message {
    enum message_kind kind;
    bool is_local_time;
    const struct fix *fix; /* MESSAGE_FIX, MESSAGE_HEARTBEAT */
    struct bytes extras;
    struct message_fragment fragment;
    struct message_answer answer;
    struct bytes text;
};

/* Bytes of the record of `a`. */
size_t intake_size(const struct arrival *a);
/* Writes it to `out`, which has intake_size() bytes and is aligned to 8. */
void intake_encode(const struct arrival *a, uint8_t *out);
/* Writes a mark to `out`, which has INTAKE_MARK_BYTES and is aligned to 8. */
void intake_encode_mark(uint8_t *out);
/* An outcome as a record: its bytes, and writing it to `out`, which is aligned to 8. */
size_t intake_outcome_size(void);
void intake_encode_outcome(const struct order_outcome *o, uint8_t *out);
/* What a record is. */
enum intake_kind intake_kind_of(struct bytes record);
/* The outcome that a record of INTAKE_OUTCOME holds. */
const struct order_outcome *intake_outcome(struct bytes record);
/* Begins to read an arrival's record: its head, then its messages. */
struct intake_cursor intake_begin(struct bytes record);
/* The next message; false after the last. */
bool intake_next(struct intake_cursor *c, struct intake_message *out);

#endif
