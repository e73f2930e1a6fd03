#ifndef API_LIVE_FRAME_H
#define API_LIVE_FRAME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/live_audience.h"
#include "fleet/feed.h"

/*
 * What a live stream sends at a time: events of text/event-stream, made once for all who hear the
 * same, and counted. It never changes. Any thread may hold one.
 */
struct live_frame {
    atomic_uint holders;
    uint64_t upto;       /* who has it is complete up to this number of the feed */
    struct bytes plain;  /* owned, as the next */
    struct bytes packed; /* the same as raw deflate, whole blocks that need nothing before them;
                            empty: nobody wanted it */
};

/* Another count; answers `f`. */
struct live_frame *live_frame_hold(struct live_frame *f);
/* Gives a count up; NULL is fine. */
void live_frame_release(struct live_frame *f);

/* What frames are made with; one thread at a time. */
struct live_writer {
    struct call *call; /* as somebody of the audience would make it; owned */
    const struct live_audience *audience;
    struct feed *feed;
    struct live_table state; /* kept from frame to frame */
    struct live_table people;
    struct json_out out;
};

/* For an audience that outlives it, of the shard and enterprise of `c`. */
void live_writer_init(struct live_writer *w, const struct call *c,
                      const struct live_audience *audience);
void live_writer_clear(struct live_writer *w);

/*
 * What changed since `since`, for all of the audience. Where nobody knows that any more it says
 * `reset`. `packs`: squeezed, too. `always`: with `d` even where nothing changed.
 */
struct live_frame_wish {
    uint64_t since;
    bool packs;
    bool always;
};
struct live_frame *live_frame_news(struct live_writer *w, const struct live_frame_wish *wish);
/* A comment that tells the time; who has it is complete up to `upto`, as before. */
struct live_frame *live_frame_heartbeat(struct live_writer *w, uint64_t upto, bool packs);
/* The focus marks of a user. */
struct live_frame *live_frame_focus(struct live_writer *w, int64_t user_id, uint64_t upto,
                                    bool packs);
/* Who watches begins anew: with the cursor from which its stream goes on. */
struct live_frame *live_frame_reset(struct live_writer *w, uint64_t upto, bool packs);
/* The first one: who watches, where, and the marks of `user_id`. */
struct live_hello {
    int64_t user_id;
    unsigned every_s;
    uint64_t upto;
    bool is_reset; /* its cursor said nothing: a reset follows */
    bool packs;    /* with the head of a gzip stream before it */
};
struct live_frame *live_frame_hello(struct live_writer *w, const struct live_hello *hello);

#endif
