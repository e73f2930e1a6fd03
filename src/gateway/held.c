/*
 * Frames that came before the login of their connection, kept until it tells whose they are: the
 * length of each in two bytes, then the frame.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/gateway_private.h"

enum { LEN_BYTES = sizeof(uint16_t) };

bool held_add(struct held_frames *h, struct bytes frame)
{
    size_t held_bytes = h->len - (size_t)h->count * LEN_BYTES;
    if (h->count == HELD_FRAMES_MAX || frame.len > HELD_BYTES_MAX - held_bytes) {
        return false;
    }
    uint16_t len = (uint16_t)frame.len;
    h->at = mem_resize(h->at, h->len + LEN_BYTES + frame.len);
    memcpy(h->at + h->len, &len, LEN_BYTES);
    memcpy(h->at + h->len + LEN_BYTES, frame.at, frame.len);
    h->len += LEN_BYTES + frame.len;
    h->count++;
    return true;
}

bool held_first(const struct held_frames *h, struct bytes *frame)
{
    if (h->count == 0) {
        return false;
    }
    uint16_t len;
    memcpy(&len, h->at, LEN_BYTES);
    *frame = (struct bytes){h->at + LEN_BYTES, len};
    return true;
}

void held_drop(struct held_frames *h)
{
    struct bytes frame;
    if (!held_first(h, &frame)) {
        return;
    }
    size_t taken = LEN_BYTES + frame.len;
    memmove(h->at, h->at + taken, h->len - taken);
    h->len -= taken;
    h->count--;
    if (h->count == 0) {
        held_clear(h);
    }
}

void held_clear(struct held_frames *h)
{
    free(h->at);
    *h = (struct held_frames){0};
}
