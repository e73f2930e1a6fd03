#ifndef GATEWAY_BAD_FRAMES_H
#define GATEWAY_BAD_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * The fingerprints of frames that could not be read, by the device that sent them. They outlive its
 * connections, but not the server. One thread uses them.
 */
struct bad_frames;

enum {
    BAD_FRAMES_KEPT = 32,  /* fingerprints of a device, at most */
    BAD_FRAMES_HOURLY = 8, /* so many different ones an hour are put up with, no more */
    BAD_FRAMES_HOUR_S = 60 * 60,
};

/* An empty memory. */
struct bad_frames *bad_frames_new(void);
/* Frees it; NULL does nothing. */
void bad_frames_free(struct bad_frames *b);
/*
 * Notes `bytes`, which cannot be read, of `device_id` ("" before a login). True where these very
 * bytes were noted before, or where the device has sent BAD_FRAMES_HOURLY others within an hour:
 * then sending again does not help. `now_s` is of a clock that only goes forward.
 */
bool bad_frames_note(struct bad_frames *b, const char *device_id, struct bytes bytes,
                     int64_t now_s);

#endif
