#ifndef PROTOCOLS_JT808_TESTING_H
#define PROTOCOLS_JT808_TESTING_H

/*
 * What the tests of JT/T 808 share: frames made from their body, and a session to decode them in.
 * Included after <cmocka.h>.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "protocols/fix_testing.h"
#include "protocols/jt808/jt808.h"

enum { KIT_FRAME_MAX = JT808_FRAME_MAX };

/* 2026-11-23T01:12:00Z, which is 09:12 in the zone of the row. */
#define KIT_TIME_S INT64_C(1795396320)
#define KIT_TIME   "261123091200"
/* Ignition on, a GPS fix, 28.5 N, 39.2 E, 37 m, 45.5 km/h, course 135. */
#define KIT_STATUS "00000003"
#define KIT_PLACE  "01b2e020 02562500"
#define KIT_MOTION "0025 01c7 0087"
#define KIT_BODY   "00000000" KIT_STATUS KIT_PLACE KIT_MOTION KIT_TIME

/* A session and what the last frame decoded to; kit_clear() at the end. */
struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t frame[KIT_FRAME_MAX];
    struct bytes bytes; /* of `frame` */
};

static inline struct kit kit_new(void)
{
    return (struct kit){.session = protocol_session(&protocol_jt808)};
}

static inline void kit_clear(struct kit *kit)
{
    arena_free(&kit->arena);
}

static inline struct bytes bytes_of_hex(const char *text, uint8_t *buffer, size_t capacity)
{
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(text), buffer, capacity, &len), ERR_OK);
    return (struct bytes){buffer, len};
}

/* `a`, `b` and `c`, one behind the other. */
static inline void join_text(char *out, size_t size, const char *a, const char *b, const char *c)
{
    int len = snprintf(out, size, "%s%s%s", a, b, c);
    assert_in_range(len, 0, size - 1);
}

/* A message of the terminal 013912345678, serial 0102, without its body. */
static inline struct jt808_message plain_message(uint16_t id)
{
    return (struct jt808_message){.id = id,
                                  .serial = 0x0102,
                                  .delimiter = 0x7e,
                                  .id_len = 6,
                                  .at = {0x01, 0x39, 0x12, 0x34, 0x56, 0x78}};
}

/* Makes the frame of `m` in kit->frame. */
static inline void kit_write(struct kit *kit, const struct jt808_message *m)
{
    struct writer w = writer_init(kit->frame, sizeof(kit->frame));
    jt808_write(&w, m);
    assert_true(writer_ok(&w));
    kit->bytes = writer_bytes(&w);
}

static inline void kit_frame(struct kit *kit, uint16_t id, const char *body_hex)
{
    uint8_t body[JT808_BODY_MAX];
    struct jt808_message m = plain_message(id);
    m.body = bytes_of_hex(body_hex, body, sizeof(body));
    kit_write(kit, &m);
}

/* Decodes a heap copy of `frame`, so that a read behind its end is seen. */
static inline enum err kit_decode(struct kit *kit, struct bytes frame)
{
    uint8_t *copy = malloc(frame.len > 0 ? frame.len : 1);
    assert_non_null(copy);
    if (frame.len > 0) {
        memcpy(copy, frame.at, frame.len);
    }
    kit->decoded = (struct decoded){.arena = &kit->arena};
    enum err e =
        protocol_jt808.decode(&kit->session, (struct bytes){copy, frame.len}, &kit->decoded);
    for (size_t i = 0; i < kit->decoded.len; i++) {
        struct bytes *text = &kit->decoded.at[i].text;
        *text = arena_copy(&kit->arena, *text); /* the frame goes, its text stays */
    }
    free(copy);
    return e;
}

/* How many messages the last frame had, without an answer that a report beside it tells. */
static inline size_t kit_count(const struct kit *kit)
{
    size_t count = kit->decoded.len;
    return count > 1 && kit->decoded.at[count - 1].answer.is_told ? count - 1 : count;
}

/* Makes the frame, decodes it and answers its only message. */
static inline const struct message *kit_one(struct kit *kit, uint16_t id, const char *body_hex)
{
    kit_frame(kit, id, body_hex);
    assert_int_equal(kit_decode(kit, kit->bytes), ERR_OK);
    assert_int_equal(kit_count(kit), 1);
    return &kit->decoded.at[0];
}

/* Whether the answer to the frame decoded last is `want_hex`. */
static inline void assert_reply(struct kit *kit, enum outcome outcome, const char *want_hex)
{
    uint8_t got[PROTOCOL_REPLY_MAX];
    uint8_t want[PROTOCOL_REPLY_MAX];
    char got_hex[2 * PROTOCOL_REPLY_MAX + 1];
    char want_text[2 * PROTOCOL_REPLY_MAX + 1];
    struct writer w = writer_init(got, sizeof(got));
    protocol_jt808.reply(&kit->session, &kit->decoded.hint, outcome, KIT_TIME_S, &w);
    assert_true(writer_ok(&w));
    hex_encode(writer_bytes(&w), got_hex);
    hex_encode(bytes_of_hex(want_hex, want, sizeof(want)), want_text);
    assert_string_equal(got_hex, want_text);
}

/* KIT_BODY as a fix. */
static inline struct fix plain_fix(void)
{
    struct fix f = {0};
    fix_set_time(&f, KIT_TIME_S);
    fix_set_position(&f, 285000000, 392000000, true);
    fix_set_altitude_dm(&f, 370);
    fix_set_speed_kmh_e2(&f, 4550);
    fix_set_course_cdeg(&f, 13500);
    fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    fix_set_switch(&f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, false);
    fix_set_switch(&f, FIX_HAS_DOOR, FIX_DOOR_OPEN, false);
    return f;
}

#endif
