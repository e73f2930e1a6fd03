#include <string.h>

#include "base/check.h"
#include "protocols/protocol.h"

struct message *decoded_add(struct decoded *out, enum message_kind kind)
{
    check(out->len < PROTOCOL_MESSAGES_MAX);
    if (out->len == out->capacity) {
        size_t capacity = out->capacity == 0 ? 1 : out->capacity * 4;
        struct message *at = arena_new_array(out->arena, capacity, sizeof(*at));
        if (out->len > 0) {
            memcpy(at, out->at, out->len * sizeof(*at));
        }
        out->at = at;
        out->capacity = capacity;
    }
    struct message *m = &out->at[out->len++];
    m->kind = kind;
    return m;
}
