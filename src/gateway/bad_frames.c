/*
 * A frame that cannot be read closes the link of a tracker whose fixes are not answered one by one,
 * since the next answer would cover it: the tracker connects anew and sends again. If it was
 * damaged on its way it comes whole then. If the tracker keeps it so, the same bytes come again,
 * and a link that was closed each time would never get beyond them. So we keep a fingerprint of
 * them:
 *
 *     sets   [0]    [1]    ...   [1023]          a device hashes to one of them
 *     ways    | 0 .. 31 |                        {fingerprint, device, time}, the oldest goes
 *
 * A tracker that writes a new time into each frame that we cannot read never sends the same bytes:
 * after eight different ones in an hour it is let through too.
 *
 * The memory is of one size. A device that floods it with frames displaces only what is in its own
 * set; the hash is keyed, so that nobody can choose whose set that is. Frames from before a login
 * come from many trackers: they are spread by their bytes, and nobody counts them by the hour.
 *
 * A fingerprint is SipHash-2-4 (libsodium's crypto_shorthash), keyed anew by every start.
 */
#include "gateway/bad_frames.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

enum { SETS = 1024 };

struct bad_frame {
    uint64_t print;
    uint64_t device; /* hash of its id; 0: before a login */
    int64_t time_s;
};

struct bad_set {
    struct bad_frame at[BAD_FRAMES_KEPT];
    uint32_t count; /* how many were ever noted; the next one goes to its remainder */
};

struct bad_frames {
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct bad_set sets[SETS];
};

struct bad_frames *bad_frames_new(void)
{
    struct bad_frames *b = mem_new(sizeof(*b));
    check(sodium_init() >= 0);
    crypto_shorthash_keygen(b->key);
    return b;
}

void bad_frames_free(struct bad_frames *b)
{
    free(b);
}

static uint64_t hash(const struct bad_frames *b, const void *at, size_t len)
{
    uint64_t out = 0;
    _Static_assert(sizeof(out) == crypto_shorthash_BYTES, "a fingerprint is a number");
    (void)crypto_shorthash((unsigned char *)&out, at, len, b->key);
    return out;
}

bool bad_frames_note(struct bad_frames *b, const char *device_id, struct bytes bytes, int64_t now_s)
{
    uint64_t parts[2] = {0, hash(b, bytes.at, bytes.len)};
    bool is_anonymous = device_id[0] == '\0';
    if (!is_anonymous) {
        parts[0] = hash(b, device_id, strlen(device_id));
    }
    const struct bad_frame frame = {
        .print = hash(b, parts, sizeof(parts)), .device = parts[0], .time_s = now_s};
    struct bad_set *set = &b->sets[parts[is_anonymous ? 1 : 0] % SETS];
    uint32_t kept = set->count < BAD_FRAMES_KEPT ? set->count : BAD_FRAMES_KEPT;
    unsigned hourly = 0;
    for (uint32_t i = 0; i < kept; i++) {
        const struct bad_frame *old = &set->at[i];
        if (old->print == frame.print) {
            return true;
        }
        bool is_recent = now_s - old->time_s < BAD_FRAMES_HOUR_S;
        hourly += old->device == frame.device && is_recent ? 1 : 0;
    }
    set->at[set->count++ % BAD_FRAMES_KEPT] = frame;
    return !is_anonymous && hourly >= BAD_FRAMES_HOURLY;
}
