/*
 * The list of messages that a decoder fills. It is bounded: what a frame says beyond that goes to a
 * spare message, which nobody reads, and decoded_finish() refuses the frame.
 */
#include <string.h>

#include "protocols/protocol.h"

static void grow(struct decoded *out, size_t capacity)
{
    struct message *at = arena_new_array(out->arena, capacity, sizeof(*at));
    if (out->len > 0) {
        memcpy(at, out->at, out->len * sizeof(*at));
    }
    out->at = at;
    out->capacity = capacity;
}

void decoded_reserve(struct decoded *out, size_t count)
{
    size_t most = PROTOCOL_MESSAGES_MAX - out->len;
    size_t wanted = out->len + (count < most ? count : most);
    if (wanted > out->capacity) {
        grow(out, wanted);
    }
}

enum err decoded_finish(struct decoded *out)
{
    if (out->spare != NULL) {
        out->len = 0;
        return ERR_TOO_LONG;
    }
    for (size_t i = 0; i < out->len; i++) {
        struct message *m = &out->at[i];
        m->is_local_time = m->is_local_time || (m->fix.flags & FIX_TIME_LOCAL) != 0;
        m->fix.flags &= ~(uint32_t)FIX_TIME_LOCAL;
        if (m->kind == MESSAGE_FIX || m->kind == MESSAGE_HEARTBEAT) {
            fix_set_alarms_told(&m->fix, 0);
        }
    }
    return ERR_OK;
}

/* A message that nobody reads. A decoder that adds more than a frame may hold gets this one. */
static struct message *add_spare(struct decoded *out)
{
    if (out->spare == NULL) {
        out->spare = arena_new(out->arena, sizeof(*out->spare));
    }
    return out->spare;
}

struct message *decoded_add(struct decoded *out, enum message_kind kind)
{
    bool is_full = out->len >= PROTOCOL_MESSAGES_MAX;
    if (!is_full && out->len == out->capacity) {
        grow(out, out->capacity == 0 ? 1 : out->capacity * 4);
    }
    struct message *m = is_full ? add_spare(out) : &out->at[out->len++];
    *m = (struct message){.kind = kind}; /* the place may hold a message that was taken back */
    return m;
}
