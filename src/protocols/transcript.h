#ifndef PROTOCOLS_TRANSCRIPT_H
#define PROTOCOLS_TRANSCRIPT_H

#include "base/json.h"
#include "protocols/protocol.h"

struct transcript_fragment;

/*
 * One session of a device, played through a protocol as the server would, and written down: a JSON
 * object a message, as protocol_describe() gives it, or {"error": …, "frame": hex} for bytes that
 * are no message. `odograph decode`, the vectors and the fuzzers run the same code. One thread.
 *
 * Every frame is answered as though it had been stored, and the answer stands at its last message.
 * A frame without messages is written as one of type "other". The fragments of a divided message
 * are written as they come, and behind the last one what they say together.
 */
struct transcript {
    const struct protocol *protocol; /* NULL: chosen by the first bytes */
    int64_t now_s;                   /* the time that replies tell, UTC */
    /* Takes one object; `json` is borrowed for the call. */
    void (*print)(void *context, struct bytes json);
    void *context;

    struct session session; /* transcript_begin() sets these */
    size_t errors;          /* objects with "error" */
    bool is_broken;         /* a stream could not be split: the server would have closed */
    struct arena frame_arena;
    struct arena fragment_arena;
    struct transcript_fragment *fragments;
    struct json_out json;
};

/* Begins a session of `t`, whose first four members are set and the others zero. */
void transcript_begin(struct transcript *t);
/*
 * Plays the frames at the beginning of `in` and answers how many bytes they took. The rest may
 * become a frame when more follows, or it is a bad frame whose end the next whole frame will tell.
 */
size_t transcript_feed(struct transcript *t, struct bytes in);
/*
 * Plays `rest`, which transcript_feed() left and which nothing follows: whole frames behind one
 * that is cut off, and the others as errors.
 */
void transcript_end(struct transcript *t, struct bytes rest);
void transcript_free(struct transcript *t);

#endif
