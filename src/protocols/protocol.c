/*
 * The table of protocols, made of PROTOCOL_MAP; which of them a connection speaks, and how to get
 * past bytes that are no frame of it.
 */
#include "protocols/protocol.h"

#include <string.h>

#include "base/check.h"

static const struct protocol *const table[PROTOCOL_COUNT] = {
#define X(name) [PROTOCOL_##name] = &protocol_##name,
    PROTOCOL_MAP(X)
#undef X
};

const struct protocol *protocol_at(size_t index)
{
    check(index < PROTOCOL_COUNT);
    return table[index];
}

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (strcmp(table[i]->name, name) == 0) {
            return table[i];
        }
    }
    return NULL;
}

enum err protocol_detect(struct bytes first, bool is_udp, size_t *index)
{
    bool undecided = false;
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (is_udp && table[i]->tcp_only) {
            continue;
        }
        enum err e = table[i]->claims(first);
        if (e == ERR_OK) {
            *index = i;
            return ERR_OK;
        }
        undecided = undecided || e == ERR_MORE;
    }
    return undecided ? ERR_MORE : ERR_MALFORMED;
}

struct session protocol_session(const struct protocol *p)
{
    return (struct session){.utc_offset_min = p->utc_offset_min};
}

/* Looks for a frame that begins within the longest one, whole. */
static bool next_frame(const struct protocol *p, struct bytes in, size_t *next)
{
    struct bytes front = bytes_slice(in, 0, 2 * (size_t)p->frame_max);
    return p->resync != NULL && p->resync(front, next) == ERR_OK;
}

enum err protocol_pass_over(const struct protocol *p, struct bytes in, enum err found, bool is_all,
                            size_t *used)
{
    bool may_grow = in.len <= p->frame_max;
    bool waits = p->resync != NULL && !is_all;
    size_t next = 0;
    if (found == ERR_MORE && may_grow && !is_all) {
        return ERR_MORE;
    }
    if (next_frame(p, in, &next)) {
        *used = found == ERR_OK && *used < next ? *used : next;
        return ERR_OK;
    }
    if (found == ERR_OK) {
        return waits ? ERR_MORE : ERR_OK;
    }
    if (may_grow && (found == ERR_MORE || waits)) {
        return ERR_MORE;
    }
    return found == ERR_MORE ? ERR_TOO_LONG : found;
}

size_t protocol_count_frames(const struct protocol *p, struct bytes in)
{
    size_t frames = 0;
    size_t used = 0;
    struct bytes frame;
    while (in.len > 0 && p->split(in, &frame, &used) == ERR_OK && used > 0) {
        in = bytes_slice(in, used, in.len - used);
        frames++;
    }
    return frames;
}
