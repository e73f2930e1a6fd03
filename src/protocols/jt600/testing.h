#ifndef PROTOCOLS_JT600_TESTING_H
#define PROTOCOLS_JT600_TESTING_H

/*
 * What the tests of JT600 share: a session, and what the last frame decoded to. Included after
 * <cmocka.h>.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "protocols/extras_testing.h"
#include "protocols/fix_testing.h"
#include "protocols/jt600/jt600.h"

/* 2026-11-23T01:12:00Z. */
#define KIT_TIME_S INT64_C(1795396320)
/* That time, 22 deg 30' N, 114 deg E, a fix, 18 knots, course 90. */
#define KIT_LOCATION "231126011200 22300000 114000000f 12 2d"

/* A session and what the last frame decoded to; kit_clear() at the end. */
struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t reply_at[PROTOCOL_REPLY_MAX];
    struct bytes reply; /* what reply() says of it */
};

static inline struct kit kit_new(void)
{
    return (struct kit){.session = protocol_session(&protocol_jt600)};
}

static inline void kit_clear(struct kit *kit)
{
    arena_free(&kit->arena);
}

/* What the device is told where the frame fares so. */
static inline struct bytes kit_reply(struct kit *kit, enum outcome outcome)
{
    struct writer w = writer_init(kit->reply_at, sizeof(kit->reply_at));
    protocol_jt600.reply(&kit->session, &kit->decoded.hint, outcome, KIT_TIME_S, &w);
    assert_true(writer_ok(&w));
    return writer_bytes(&w);
}

/* Decodes a copy of `frame` that is exactly as long as it is. */
static inline enum err kit_decode(struct kit *kit, struct bytes frame)
{
    uint8_t *copy = arena_new(&kit->arena, frame.len);
    memcpy(copy, frame.at, frame.len);
    kit->decoded = (struct decoded){.arena = &kit->arena};
    enum err e =
        protocol_jt600.decode(&kit->session, (struct bytes){copy, frame.len}, &kit->decoded);
    kit->reply = e == ERR_OK && kit->decoded.wants_reply ? kit_reply(kit, OUTCOME_STORED)
                                                         : (struct bytes){0};
    return e;
}

static inline enum err kit_text(struct kit *kit, const char *sentence)
{
    return kit_decode(kit, bytes_of_text(sentence));
}

static inline enum err kit_hex(struct kit *kit, const char *hex)
{
    uint8_t at[JT600_FRAME_MAX];
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), at, sizeof(at), &len), ERR_OK);
    return kit_decode(kit, (struct bytes){at, len});
}

/* The only message of the last frame. */
static inline const struct message *kit_one(const struct kit *kit)
{
    assert_int_equal(kit->decoded.len, 1);
    return &kit->decoded.at[0];
}

static inline void assert_reply(const struct kit *kit, const char *want)
{
    if (!bytes_eq(kit->reply, want)) {
        fail_msg("%.*s, wants %s", (int)kit->reply.len, (const char *)kit->reply.at, want);
    }
}

#endif
