/*
 * Frames that came before the login of their connection, kept until it tells whose they are: the
 * length of each in two bytes, then the frame.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/gateway_private.h"

enum { LEN_BYTES = sizeof(uint16_t) };

bool held_add(struct held_frames **h, struct bytes frame)
{
    struct held_frames *held = *h;
    size_t len = held == NULL ? 0 : held->len;
    size_t count = held_count(held);
    if (count == HELD_FRAMES_MAX || frame.len > HELD_BYTES_MAX - (len - count * LEN_BYTES)) {
        return false;
    }
    uint16_t frame_len = (uint16_t)frame.len;
    held = mem_resize(held, sizeof(*held) + len + LEN_BYTES + frame.len);
    memcpy(held->at + len, &frame_len, LEN_BYTES);
    memcpy(held->at + len + LEN_BYTES, frame.at, frame.len);
    held->len = len + LEN_BYTES + frame.len;
    held->count = count + 1;
    *h = held;
    return true;
}

bool held_first(const struct held_frames *h, struct bytes *frame)
{
    if (h == NULL) {
        return false;
    }
    uint16_t len;
    memcpy(&len, h->at, LEN_BYTES);
    *frame = (struct bytes){h->at + LEN_BYTES, len};
    return true;
}

size_t held_count(const struct held_frames *h)
{
    return h == NULL ? 0 : h->count;
}

void held_drop(struct held_frames **h)
{
    struct held_frames *held = *h;
    struct bytes frame;
    if (!held_first(held, &frame)) {
        return;
    }
    size_t taken = LEN_BYTES + frame.len;
    memmove(held->at, held->at + taken, held->len - taken);
    held->len -= taken;
    held->count--;
    if (held->count == 0) {
        held_clear(h);
    }
}

void held_clear(struct held_frames **h)
{
    free(*h);
    *h = NULL;
}
