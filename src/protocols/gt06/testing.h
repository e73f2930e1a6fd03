#ifndef PROTOCOLS_GT06_TESTING_H
#define PROTOCOLS_GT06_TESTING_H

/*
 * What the tests of GT06 share: frames made from their content, and a session to decode them in.
 * Included after <cmocka.h>.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "protocols/fix_testing.h"
#include "protocols/gt06/gt06.h"

enum { KIT_FRAME_MAX = 1024 };

/* 2026-11-23T01:12:00Z and the blocks that say so. */
#define KIT_TIME_S INT64_C(1795396320)
#define KIT_TIME   "1a0b17010c00"
/* 9 satellites, 38.65 N, 117.7 E, 60 km/h, course 90, a GPS fix. */
#define KIT_GPS "c9 04258dd0 0ca0ba20 3c 145a"

/* A session and what the last frame decoded to; kit_clear() at the end. */
struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t frame[KIT_FRAME_MAX];
    struct bytes bytes; /* of `frame` */
};

/* Makes a whole frame in kit->frame. */
static inline void kit_frame(struct kit *kit, bool is_long, uint8_t type, const char *content_hex)
{
    uint8_t content[KIT_FRAME_MAX];
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(content_hex), content, sizeof(content), &len),
                     ERR_OK);
    struct writer w = writer_init(kit->frame, sizeof(kit->frame));
    gt06_write_frame(&w, is_long, type, (struct bytes){content, len}, 0x0102);
    assert_true(writer_ok(&w));
    kit->bytes = writer_bytes(&w);
}

/* Decodes a heap copy of `frame`, so that a read behind its end is seen. */
static inline enum err kit_decode(struct kit *kit, struct bytes frame)
{
    uint8_t *copy = malloc(frame.len + 1);
    assert_non_null(copy);
    if (frame.len > 0) {
        memcpy(copy, frame.at, frame.len);
    }
    copy = realloc(copy, frame.len > 0 ? frame.len : 1);
    assert_non_null(copy);
    struct bytes in = arena_copy(&kit->arena, (struct bytes){copy, frame.len});
    kit->decoded = (struct decoded){.arena = &kit->arena};
    enum err e =
        protocol_gt06.decode(&kit->session, (struct bytes){copy, frame.len}, &kit->decoded);
    for (size_t i = 0; i < kit->decoded.len; i++) {
        struct bytes *text = &kit->decoded.at[i].text;
        if (text->at >= copy && text->at < copy + frame.len) {
            text->at = in.at + (text->at - copy); /* the copy goes, its text stays */
        }
    }
    free(copy);
    return e;
}

/* Makes the frame, decodes it and answers its only message. */
static inline const struct message *kit_one(struct kit *kit, bool is_long, uint8_t type,
                                            const char *content_hex)
{
    kit_frame(kit, is_long, type, content_hex);
    assert_int_equal(kit_decode(kit, kit->bytes), ERR_OK);
    assert_int_equal(kit->decoded.len, 1);
    return &kit->decoded.at[0];
}

static inline void kit_clear(struct kit *kit)
{
    arena_free(&kit->arena);
}

static const struct cell plain_cell = {460, 1, 0x287d, 0x001f71};

#define CELL_2G "01cc 01 287d 001f71"
#define CELL_3G "01cc 01 287d 0540e88c"
#define CELL_4G "01cc 01 00009191 0906170300000001"
#define STATUS  "46 06 04 00 02"

/* KIT_TIME and KIT_GPS as a fix. */
static inline struct fix plain_fix(void)
{
    struct fix f = {0};
    fix_set_time(&f, KIT_TIME_S);
    fix_set_satellites(&f, 9);
    fix_set_position(&f, 386500000, 1177000000, true);
    fix_set_speed_kmh_e2(&f, 6000);
    fix_set_course_cdeg(&f, 9000);
    return f;
}

static inline void ignition(struct fix *f, bool on)
{
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, on);
}

/* STATUS: ACC on, charging, not cut off; battery level 6, four bars. */
static inline void status_bits(struct fix *f)
{
    ignition(f, true);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, true);
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, false);
}

static inline void status_all(struct fix *f)
{
    status_bits(f);
    fix_set_battery_percent(f, 100);
    fix_set_gsm_bars(f, 4);
}

#define GPS KIT_TIME KIT_GPS
/* Content that is there and means nothing to us. */
#define ZEROS_10 "00000000000000000000"
#define ZEROS_35 ZEROS_10 ZEROS_10 ZEROS_10 "0000000000"

#endif
