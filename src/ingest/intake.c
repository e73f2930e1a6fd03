/*
 * A record of an arrival; a mark is its first number:
 *
 *     head | address, frame, up to 8 | item | fix | text, extras, up to 8 | item | …
 *
 * An outcome follows its kind at once. An item says what follows it: a fix of MESSAGE_FIX and
 * MESSAGE_HEARTBEAT, the text and the extra values where there are any. Nothing here comes from
 * outside as bytes: both ends are this file.
 */
#include "ingest/intake.h"

#include <string.h>

#include "base/check.h"
#include "model/extra.h"

struct item {
    uint16_t kind; /* enum message_kind */
    bool is_local_time;
    uint8_t extras_len;
    uint32_t text_len;
    struct message_fragment fragment;
    struct message_answer answer;
};

enum { STEP = 8 };

static size_t round_up(size_t n)
{
    return (n + STEP - 1) / STEP * STEP;
}

static bool holds_fix(enum message_kind kind)
{
    return kind == MESSAGE_FIX || kind == MESSAGE_HEARTBEAT;
}

static size_t address_length(const struct arrival *a)
{
    size_t len = a->address == NULL ? 0 : strlen(a->address);
    return len < UNKNOWN_ADDRESS_SIZE ? len : UNKNOWN_ADDRESS_SIZE - 1;
}

static size_t frame_length(const struct arrival *a)
{
    return a->frame.len < UNKNOWN_FRAME_MAX ? a->frame.len : UNKNOWN_FRAME_MAX;
}

static size_t message_size(const struct message *m)
{
    return round_up(sizeof(struct item)) + (holds_fix(m->kind) ? sizeof(struct fix) : 0) +
           round_up(m->text.len + m->extras.len);
}

size_t intake_size(const struct arrival *a)
{
    size_t size =
        round_up(sizeof(struct intake_head)) + round_up(address_length(a) + frame_length(a));
    for (size_t i = 0; i < a->count; i++) {
        size += message_size(&a->messages[i]);
    }
    return size;
}

static uint8_t *put(uint8_t *out, const void *from, size_t len)
{
    if (len > 0) {
        memcpy(out, from, len);
    }
    return out + len;
}

static uint8_t *put_message(uint8_t *out, const struct message *m)
{
    check(m->extras.len <= EXTRAS_BYTES_MAX);
    struct item item = {.kind = (uint16_t)m->kind,
                        .is_local_time = m->is_local_time,
                        .extras_len = (uint8_t)m->extras.len,
                        .text_len = (uint32_t)m->text.len,
                        .fragment = m->fragment,
                        .answer = m->answer};
    put(out, &item, sizeof(item));
    out += round_up(sizeof(item));
    if (holds_fix(m->kind)) {
        out = put(out, &m->fix, sizeof(m->fix));
    }
    put(put(out, m->text.at, m->text.len), m->extras.at, m->extras.len);
    return out + round_up(m->text.len + m->extras.len);
}

void intake_encode(const struct arrival *a, uint8_t *out)
{
    struct intake_head head = {
        .kind = INTAKE_ARRIVAL,
        .count = (uint32_t)a->count,
        .rcv_time_ms = a->rcv_time_ms,
        .connection = a->connection,
        .hint = a->hint,
        .slot = a->slot,
        .quiet_ms = a->quiet_ms,
        .utc_offset_min = a->utc_offset_min,
        .configured_min = a->configured_min,
        .is_offset_told = a->is_offset_told,
        .is_offset_configured = a->is_offset_configured,
        .frame_len = (uint16_t)frame_length(a),
        .address_len = (uint8_t)address_length(a),
        .protocol = a->protocol,
        .wants_reply = a->wants_reply,
        .wants_close = a->wants_close,
    };
    bytes_to_text(bytes_of_text(a->device_id), head.device_id, sizeof(head.device_id));
    put(out, &head, sizeof(head));
    out += round_up(sizeof(head));
    uint8_t *texts = put(out, a->address, head.address_len);
    put(texts, a->frame.at, head.frame_len);
    out += round_up((size_t)head.address_len + head.frame_len);
    for (size_t i = 0; i < a->count; i++) {
        out = put_message(out, &a->messages[i]);
    }
}

void intake_encode_mark(uint8_t *out)
{
    *(uint32_t *)(void *)out = INTAKE_MARK;
}

/* An outcome behind its kind. */
struct outcome_record {
    uint32_t kind; /* enum intake_kind */
    struct order_outcome outcome;
};

size_t intake_outcome_size(void)
{
    return sizeof(struct outcome_record);
}

void intake_encode_outcome(const struct order_outcome *o, uint8_t *out)
{
    const struct outcome_record record = {INTAKE_OUTCOME, *o};
    put(out, &record, sizeof(record));
}

enum intake_kind intake_kind_of(struct bytes record)
{
    return (enum intake_kind) * (const uint32_t *)(const void *)record.at;
}

const struct order_outcome *intake_outcome(struct bytes record)
{
    check(record.len >= sizeof(struct outcome_record));
    return &((const struct outcome_record *)(const void *)record.at)->outcome;
}

static const struct intake_head *intake_open(struct bytes record)
{
    check(record.len >= sizeof(struct intake_head));
    return (const struct intake_head *)(const void *)record.at;
}

struct intake_cursor intake_begin(struct bytes record)
{
    const struct intake_head *head = intake_open(record);
    size_t at = round_up(sizeof(*head));
    size_t texts = (size_t)head->address_len + head->frame_len;
    return (struct intake_cursor){
        .head = head,
        .address = bytes_slice(record, at, head->address_len),
        .frame = bytes_slice(record, at + head->address_len, head->frame_len),
        .left = bytes_slice(record, at + round_up(texts), record.len),
        .count_left = head->count,
    };
}

bool intake_next(struct intake_cursor *c, struct intake_message *out)
{
    if (c->count_left == 0) {
        return false;
    }
    c->count_left--;
    struct item item;
    check(c->left.len >= sizeof(item));
    memcpy(&item, c->left.at, sizeof(item));
    *out = (struct intake_message){.kind = (enum message_kind)item.kind,
                                   .is_local_time = item.is_local_time,
                                   .fragment = item.fragment,
                                   .answer = item.answer};
    size_t at = round_up(sizeof(item));
    if (holds_fix(out->kind)) {
        out->fix = (const struct fix *)(const void *)(c->left.at + at);
        at += sizeof(struct fix);
    }
    out->text = bytes_slice(c->left, at, item.text_len);
    out->extras = bytes_slice(c->left, at + item.text_len, item.extras_len);
    at += round_up((size_t)item.text_len + item.extras_len);
    c->left = bytes_slice(c->left, at, c->left.len);
    return true;
}
