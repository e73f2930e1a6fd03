/*
 * GT06 frames, the login, the replies and the device's side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/gt06/testing.h"

static struct bytes bytes_of_hex(const char *text, uint8_t *buffer, size_t capacity)
{
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(text), buffer, capacity, &len), ERR_OK);
    return (struct bytes){buffer, len};
}

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        enum protocol_claim want;
    } cases[] = {
        {"78", CLAIM_MORE},  {"79", CLAIM_MORE},       {"7878", CLAIM_LIKELY},
        {"7979", CLAIM_YES}, {"787811", CLAIM_LIKELY}, {"78781101", CLAIM_YES},
        {"7879", CLAIM_NO},  {"7978", CLAIM_NO},       {"77", CLAIM_NO},
        {"7e", CLAIM_NO},    {"2a48", CLAIM_NO},       {"0078", CLAIM_NO},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[8];
        assert_int_equal(protocol_gt06.claims(bytes_of_hex(cases[i].hex, at, sizeof(at))),
                         cases[i].want);
    }
}

/* Every prefix of two joined frames splits into the whole frames that are in it. */
static void test_split_at_each_byte(void **state)
{
    (void)state;
    struct kit kit = {0};
    uint8_t at[2 * KIT_FRAME_MAX];
    kit_frame(&kit, false, 0x13, STATUS);
    size_t first_len = kit.bytes.len;
    memcpy(at, kit.frame, first_len);
    kit_frame(&kit, true, 0x94, "00 04eb");
    memcpy(at + first_len, kit.frame, kit.bytes.len);
    size_t all_len = first_len + kit.bytes.len;
    for (size_t n = 0; n <= all_len; n++) {
        struct bytes frame = {0};
        size_t used = 0;
        enum err e = protocol_gt06.split((struct bytes){at, n}, &frame, &used);
        assert_int_equal(e, n < first_len ? ERR_MORE : ERR_OK);
        if (e == ERR_OK) {
            assert_int_equal(used, first_len);
            assert_ptr_equal(frame.at, at);
            assert_int_equal(frame.len, first_len);
            e = protocol_gt06.split((struct bytes){at + used, n - used}, &frame, &used);
            assert_int_equal(e, n < all_len ? ERR_MORE : ERR_OK);
        }
    }
}

static void test_split_skips_blanks(void **state)
{
    (void)state;
    enum { BLANKS = 64 };
    struct kit kit = {0};
    uint8_t at[2 * KIT_FRAME_MAX] = {0};
    struct bytes frame = {0};
    size_t used = 0;
    memcpy(at, (const uint8_t[]){'\r', '\n', ' ', '\0', '\n'}, 5);
    kit_frame(&kit, false, 0x13, STATUS);
    memcpy(at + BLANKS, kit.frame, kit.bytes.len);
    struct bytes in = {at, BLANKS + kit.bytes.len};
    assert_int_equal(protocol_gt06.split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, in.len);
    assert_ptr_equal(frame.at, at + BLANKS);
    for (size_t n = 0; n < in.len; n++) {
        assert_int_equal(protocol_gt06.split((struct bytes){at, n}, &frame, &used), ERR_MORE);
    }
    memset(at, 0, sizeof(at));
    assert_int_equal(protocol_gt06.split((struct bytes){at, BLANKS + 1}, &frame, &used),
                     ERR_MALFORMED);
}

/* A length that misses the end mark: the frame goes to the first one and is refused. */
static void test_split_falls_back_to_the_end_mark(void **state)
{
    (void)state;
    struct kit kit = {0};
    struct bytes frame = {0};
    size_t used = 0;
    uint8_t at[64];
    struct bytes in = bytes_of_hex("7878051306040400020001aaaa0d0a 78780a13", at, sizeof(at));
    assert_int_equal(protocol_gt06.split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, 15);
    assert_int_equal(kit_decode(&kit, frame), ERR_MALFORMED);
    in = bytes_of_hex("78780513060404000200017878787878", at, sizeof(at));
    assert_int_equal(protocol_gt06.split(in, &frame, &used), ERR_MORE);
    kit_clear(&kit);
}

static void test_split_refuses_what_is_too_long(void **state)
{
    (void)state;
    static uint8_t at[4200];
    struct bytes frame = {0};
    size_t used = 0;
    memcpy(at, (const uint8_t[]){0x79, 0x79, 0x0f, 0xfa}, 4); /* 4090 + 6 bytes */
    assert_int_equal(protocol_gt06.split((struct bytes){at, 4}, &frame, &used), ERR_MORE);
    assert_int_equal(protocol_gt06.split((struct bytes){at, 4096}, &frame, &used), ERR_TOO_LONG);
    at[3] = 0xfb;
    assert_int_equal(protocol_gt06.split((struct bytes){at, 4}, &frame, &used), ERR_TOO_LONG);
}

/* Joins `parts` frames of `hex` and answers them. */
static struct bytes joined(uint8_t *at, size_t capacity, const char *const *hex, size_t parts)
{
    size_t len = 0;
    for (size_t i = 0; i < parts; i++) {
        len += bytes_of_hex(hex[i], at + len, capacity - len).len;
    }
    return (struct bytes){at, len};
}

#define HEARTBEAT "78780a134406040002009b86070d0a"
#define LOCATION  "78781f121a0b17010c00c904258dd00ca0ba203c145a01cc01287d001f710003219c0d0a"

/* A location cut off anywhere does not take the next one with it. */
static void test_a_cut_off_frame_ends_at_the_next(void **state)
{
    (void)state;
    uint8_t location[64];
    size_t location_len = bytes_of_hex(LOCATION, location, sizeof(location)).len;
    for (size_t cut = 3; cut < location_len; cut++) {
        uint8_t at[128];
        struct kit kit = {0};
        struct bytes frame = {0};
        size_t used = 0;
        memcpy(at, location, cut);
        memcpy(at + cut, location, location_len);
        struct bytes in = {at, cut + location_len};
        assert_int_equal(protocol_gt06.split(in, &frame, &used), ERR_OK);
        assert_int_not_equal(kit_decode(&kit, frame), ERR_OK);
        assert_int_equal(protocol_pass_over(&protocol_gt06, in, ERR_OK, false, &used), ERR_OK);
        assert_int_equal(used, cut);
        kit_clear(&kit);
    }
}

/*
 * A location that lost its first bytes is none that may be passed over in silence, up to the next
 * frame. Of its end mark alone nobody can tell that it was one.
 */
static void test_what_lost_its_head_is_seen(void **state)
{
    (void)state;
    enum { END = 2 };
    uint8_t location[64];
    size_t location_len = bytes_of_hex(LOCATION, location, sizeof(location)).len;
    for (size_t lost = 1; lost < location_len - END; lost++) {
        uint8_t at[128];
        size_t used = 0;
        struct bytes frame = {0};
        size_t left = location_len - lost;
        memcpy(at, location + lost, left);
        memcpy(at + left, location, location_len);
        struct bytes in = {at, left + location_len};
        assert_int_equal(protocol_gt06.split(in, &frame, &used), ERR_MALFORMED);
        assert_int_equal(protocol_pass_over(&protocol_gt06, in, ERR_MALFORMED, false, &used),
                         ERR_OK);
        assert_int_equal(used, left);
        in.len--; /* the next one is not whole yet */
        assert_int_equal(protocol_pass_over(&protocol_gt06, in, ERR_MALFORMED, false, &used),
                         ERR_MORE);
    }
}

static void test_resync(void **state)
{
    (void)state;
    static const struct {
        const char *before; /* the next whole frame is a heartbeat */
        size_t skip;
    } cases[] = {
        {"78781f121a0b17", 7},            /* a frame that does not come any further */
        {"78", 1},                        /* the first byte does not begin one itself */
        {HEARTBEAT, 15},                  /* nor does a whole one there */
        {"00787878780a134406040002", 12}, /* heads that lead to none */
        {"7878057878130001d9dd0d0a", 12}, /* a CRC that is wrong */
        {"78780a134406040002009b8607"
         "0d",
         14}, /* no end mark */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[128];
        size_t skip = 0;
        const char *const hex[] = {cases[i].before, HEARTBEAT};
        struct bytes in = joined(at, sizeof(at), hex, 2);
        assert_int_equal(protocol_gt06.resync(in, &skip), ERR_OK);
        assert_int_equal(skip, cases[i].skip);
        in.len--;
        assert_int_equal(protocol_gt06.resync(in, &skip), ERR_MORE);
    }
    size_t skip = 0;
    assert_int_equal(protocol_gt06.resync((struct bytes){0}, &skip), ERR_MORE);
}

/* The search goes as far as a frame may be long, and no further. */
static void test_resync_is_bounded(void **state)
{
    (void)state;
    static uint8_t at[8192];
    size_t skip = 0;
    size_t frame_max = protocol_gt06.frame_max;
    size_t len = bytes_of_hex(HEARTBEAT, at + frame_max - 1, sizeof(at) - frame_max).len;
    struct bytes in = {at, frame_max - 1 + len};
    assert_int_equal(protocol_gt06.resync(in, &skip), ERR_OK);
    assert_int_equal(skip, frame_max - 1);
    memmove(at + frame_max, at + frame_max - 1, len);
    in.len++;
    assert_int_equal(protocol_gt06.resync(in, &skip), ERR_MORE);
}

/* Heads that all lead to an end mark, which only intent makes, do not cost a CRC each. */
static void test_resync_gives_up_on_many_wrong_frames(void **state)
{
    (void)state;
    enum { WRONG_LEN = 255 + 5, STEP = 20, WRONG_MAX = 4 * 4096 / WRONG_LEN };
    static uint8_t at[4096];
    for (size_t count = WRONG_MAX - 1; count <= WRONG_MAX; count++) {
        size_t skip = 0;
        memset(at, 0, sizeof(at));
        for (size_t i = 0; i < count; i++) {
            memcpy(at + 1 + i * STEP, (const uint8_t[]){0x78, 0x78, 0xff}, 3);
            memcpy(at + 1 + i * STEP + WRONG_LEN - 2, (const uint8_t[]){'\r', '\n'}, 2);
        }
        size_t end = 1 + (count - 1) * STEP + WRONG_LEN;
        struct bytes in = {at, end + bytes_of_hex(HEARTBEAT, at + end, sizeof(at) - end).len};
        assert_int_equal(protocol_gt06.resync(in, &skip), count < WRONG_MAX ? ERR_OK : ERR_MORE);
    }
}

/* Every bit of a frame counts: a flipped one is refused or, in its length, not taken for whole. */
static void test_crc(void **state)
{
    (void)state;
    struct kit kit = {0};
    uint8_t at[64];
    kit_frame(&kit, false, 0x13, STATUS);
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    for (size_t bit = 0; bit < kit.bytes.len * 8; bit++) {
        memcpy(at, kit.frame, kit.bytes.len);
        at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum err e = kit_decode(&kit, (struct bytes){at, kit.bytes.len});
        bool is_covered = bit / 8 > 2 && bit / 8 < kit.bytes.len - 2;
        assert_int_equal(e, is_covered ? ERR_CHECKSUM : ERR_MALFORMED);
        assert_int_equal(kit.decoded.len, 0);
    }
    kit_clear(&kit);
}

static void test_frame_cut_off(void **state)
{
    (void)state;
    struct kit kit = {0};
    kit_frame(&kit, true, 0x94, "00 04eb");
    for (size_t n = 0; n < kit.bytes.len; n++) {
        assert_int_equal(kit_decode(&kit, (struct bytes){kit.frame, n}), ERR_MALFORMED);
    }
    kit_clear(&kit);
}

static void test_login(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        const char *device_id;
        int utc_offset_min;
    } cases[] = {
        {"0123456789012345", "123456789012345", 60},
        {"0123456789012345 0000", "123456789012345", 60},
        {"0000000000000001 0000", "000000000000001", 60},
        {"9999999999999999 0000", "999999999999999", 60},
        {"0123456789012345 0000 0000", "123456789012345", 0},
        {"0123456789012345 0000 3200", "123456789012345", 480},
        {"0123456789012345 0000 14a8", "123456789012345", -210},
        {"0123456789012345 0000 5780", "123456789012345", 840},
        {"0123456789012345 0000 5dc0", "123456789012345", 60}, /* 15 hours: no zone */
        {"0123456789012345 0000 03c0", "123456789012345", 60}, /* 60 minutes: no zone */
        {"0123456789012345 0000 03b0", "123456789012345", 59},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = {.session = {.utc_offset_min = 60}};
        assert_int_equal(kit_one(&kit, false, 0x01, cases[i].content)->kind, MESSAGE_LOGIN);
        assert_string_equal(kit.session.device_id, cases[i].device_id);
        assert_string_equal(kit.decoded.device_id, cases[i].device_id);
        assert_int_equal(kit.session.utc_offset_min, cases[i].utc_offset_min);
        kit_clear(&kit);
    }
}

/* A frame before the login is nobody's; one behind it is the device's. */
static void test_identity(void **state)
{
    (void)state;
    struct kit kit = {0};
    (void)kit_one(&kit, false, 0x13, STATUS);
    assert_string_equal(kit.decoded.device_id, "");
    (void)kit_one(&kit, false, 0x01, "0123456789012345");
    (void)kit_one(&kit, false, 0x13, STATUS);
    assert_string_equal(kit.decoded.device_id, "123456789012345");
    kit_clear(&kit);
}

/* The answer to the frame decoded last. */
static struct bytes reply_to(struct kit *kit, enum outcome outcome, uint8_t *at, size_t capacity)
{
    struct writer w = writer_init(at, capacity);
    protocol_gt06.reply(&kit->session, &kit->decoded.hint, outcome, KIT_TIME_S, &w);
    assert_true(writer_ok(&w));
    return writer_bytes(&w);
}

static void assert_reply(struct kit *kit, enum outcome outcome, const char *want_hex)
{
    uint8_t got[PROTOCOL_REPLY_MAX];
    uint8_t want[PROTOCOL_REPLY_MAX];
    char got_hex[2 * PROTOCOL_REPLY_MAX + 1];
    char expected_hex[2 * PROTOCOL_REPLY_MAX + 1];
    hex_encode(reply_to(kit, outcome, got, sizeof(got)), got_hex);
    hex_encode(bytes_of_hex(want_hex, want, sizeof(want)), expected_hex);
    assert_string_equal(got_hex, expected_hex);
}

struct reply_case {
    bool is_long;
    uint8_t type;
    const char *content;
    const char *stored;
    const char *unregistered;
};

static const struct reply_case reply_cases[] = {
    {false, 0x01, "0123456789012345", "787805010102f29f0d0a", "787805010102f29f0d0a"},
    {false, 0x13, STATUS, "787805130102c2b20d0a", "787805130102c2b20d0a"},
    {false, 0x23, "c0 0122 04 0001", "787805230102441c0d0a", "787805230102441c0d0a"},
    {false, 0x36, STATUS, "787805360102f8340d0a", "787805360102f8340d0a"},
    {false, 0x36, GPS CELL_3G "01 00 00 00000064 0514 28 000006 c3000001453f9201",
     "787805360102f8340d0a", ""},
    {false, 0xa3, "00", "787805a3010248f00d0a", "787805a3010248f00d0a"},
    {false, 0x8a, "", "78780b8a1a0b17010c00000097e70d0a", "78780b8a1a0b17010c00000097e70d0a"},
    {false, 0x2a, "", "79790015970b000000004e4126264e4126263023230000e61e0d0a", ""},
    {false, 0xa7, CELL_4G, "79790015970b000000004e4126264e4126263023230000e61e0d0a", ""},
    {false, 0x10, GPS, "", ""},
    {false, 0x11, GPS, "", ""},
    {false, 0x12, GPS, "", ""},
    {false, 0x1a, GPS, "", ""},
    {false, 0x1e, GPS, "", ""},
    {false, 0x22, GPS, "", ""},
    {false, 0x25, GPS, "", ""},
    {false, 0x2d, GPS, "", ""},
    {false, 0x31, GPS, "", ""},
    {false, 0x37, GPS, "", ""},
    {false, 0x38, GPS, "", ""},
    {false, 0xa0, GPS, "", ""},
    {false, 0x16, GPS, "787805160102fb0f0d0a", ""},
    {false, 0x17, GPS, "787805170102a1d30d0a", ""},
    {false, 0x26, GPS, "7878052601027da10d0a", ""},
    {false, 0x27, GPS, "787805270102277d0d0a", ""},
    {false, 0x32, GPS, "7878053201029b550d0a", ""},
    {false, 0x39, GPS, "787805390102b2f30d0a", ""},
    {false, 0xa4, GPS, "787805a40102c4f50d0a", ""},
    {false, 0x18, KIT_TIME CELL_2G, "787805180102eb140d0a", ""},
    {false, 0x24, KIT_TIME CELL_2G, "787805240102c8190d0a", ""},
    {false, 0x28, KIT_TIME CELL_2G, "7878052801026dba0d0a", ""},
    {false, 0x2c, KIT_TIME CELL_2G, "7878052c01020edb0d0a", ""},
    {false, 0x2e, KIT_TIME CELL_2G, "7878052e0102bb630d0a", ""},
    {false, 0x33, KIT_TIME CELL_2G, "787805330102c1890d0a", ""},
    {false, 0xa1, KIT_TIME CELL_2G, "787805a10102fd480d0a", ""},
    {false, 0xa2, KIT_TIME CELL_2G, "787805a20102122c0d0a", ""},
    {false, 0xa9, KIT_TIME CELL_2G, "787805a901023b8a0d0a", ""},
    {false, 0x15, "05000000004f0002", "787805150102146b0d0a", ""},
    {false, 0x19, CELL_2G, "787805190102b1c80d0a", ""},
    {false, 0xa5, CELL_4G, "787805a501029e290d0a", ""},
    {false, 0x95, KIT_TIME "91", "78780595010218870d0a", ""},
    {false, 0x61, "0123456789012345" GPS, "787805610102f7d20d0a", ""},
    {false, 0xcc, "", "787805cc0102077a0d0a", ""},
    {true, 0x13, STATUS, "787805130102c2b20d0a", "787805130102c2b20d0a"},
    {true, 0x16, GPS, "787805160102fb0f0d0a", ""},
    {true, 0x12, GPS, "", ""},
    {true, 0x36, "00", "", ""},
    {false, 0x11, CELL_2G, "", ""},
    {false, 0x17, CELL_2G "3535353030313030" ZEROS_10 "000000 0002",
     "79790015970b000000004e4126264e4126263023230000e61e0d0a", ""},
    {false, 0xa3, "46 0001 06 64 0c 01", "787805a3010248f00d0a", "787805a3010248f00d0a"},
    {true, 0x70, "", "787805700102289b0d0a", ""},
    {true, 0x32, KIT_TIME "00 00 00 00 00", "79790005320102a8fc0d0a", ""},
    {true, 0x33, KIT_TIME "00 00 00 00 00", "79790005330102f2200d0a", ""},
    {true, 0x41, "00", "79790005410102c7400d0a", ""},
    {false, 0x80, "", "", ""},
    {false, 0x81, "", "", ""},
    {false, 0x82, "", "", ""},
    {false, 0x35, "", "", ""},
    {false, 0x34, "00000000" GPS, "", ""},
    {false, 0x94, "04eb", "", ""},
    {false, 0xf3, "261123011200 00", "", ""},
    {true, 0x21, "00000000 01 4f4b", "", ""},
    {true, 0x9b, "03 4f4b", "", ""},
    {true, 0x94, "00 04eb", "", ""},
    {true, 0x8c, KIT_TIME "01", "", ""},
    {true, 0xf1, "6b030db0", "", ""},
    {true, 0xcc, "", "", ""},
};

static void test_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(reply_cases) / sizeof(reply_cases[0]); i++) {
        const struct reply_case *c = &reply_cases[i];
        struct kit kit = {0};
        kit_frame(&kit, c->is_long, c->type, c->content);
        assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
        assert_int_equal(kit.decoded.wants_reply, c->stored[0] != '\0');
        assert_false(kit.decoded.wants_close);
        assert_reply(&kit, OUTCOME_STORED, c->stored);
        assert_reply(&kit, OUTCOME_UNREGISTERED, c->unregistered);
        assert_reply(&kit, OUTCOME_REFUSED, "");
        kit_clear(&kit);
    }
}

/* A Wi-Fi frame has neither serial nor CRC; its answer repeats its time. */
static void test_bare_wifi(void **state)
{
    (void)state;
    struct kit kit = {0};
    uint8_t at[128];
    struct bytes in = bytes_of_hex("787802 17 261123011200 02000d0a0001 38 020000000002 5b"
                                   "02 01cc01 287d001f 20 287d0020 21 0d0a",
                                   at, sizeof(at));
    struct bytes frame = {0};
    size_t used = 0;
    for (size_t n = 1; n < in.len; n++) {
        assert_int_equal(protocol_gt06.split((struct bytes){at, n}, &frame, &used), ERR_MORE);
        assert_int_equal(kit_decode(&kit, (struct bytes){at, n}), ERR_MALFORMED);
    }
    assert_int_equal(protocol_gt06.split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, in.len);
    assert_int_equal(kit_decode(&kit, frame), ERR_OK);
    assert_int_equal(kit.decoded.len, 1);
    const struct fix *f = &kit.decoded.at[0].fix;
    assert_int_equal(f->gps_time_s, KIT_TIME_S);
    assert_int_equal(f->source, FIX_WIFI);
    assert_int_equal(f->wifi_count, 2);
    assert_int_equal(f->wifi[1].rssi_dbm, -91);
    assert_int_equal(f->cell.mcc, 460);
    assert_int_equal(f->cell.cid, 0x1f);
    assert_true(kit.decoded.wants_reply);
    assert_reply(&kit, OUTCOME_STORED, "787800 17 261123011200 0d0a");
    assert_reply(&kit, OUTCOME_UNREGISTERED, "");
    kit_clear(&kit);
}

/* Some devices put a 00 before the end mark. */
static void test_bare_wifi_with_a_zero(void **state)
{
    (void)state;
    struct kit kit = {0};
    uint8_t at[64];
    struct bytes in =
        bytes_of_hex("787800 17 261123011200 01 01cc01 287d001f 20 00 0d0a", at, sizeof(at));
    struct bytes frame = {0};
    size_t used = 0;
    for (size_t n = 1; n < in.len; n++) {
        assert_int_equal(protocol_gt06.split((struct bytes){at, n}, &frame, &used), ERR_MORE);
    }
    assert_int_equal(protocol_gt06.split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, in.len);
    assert_int_equal(kit_decode(&kit, frame), ERR_OK);
    assert_int_equal(kit.decoded.at[0].fix.cell.cid, 0x1f);
    assert_reply(&kit, OUTCOME_STORED, "787800 17 261123011200 0d0a");
    kit_clear(&kit);
}

/* Neither access point nor cell, and the other type. */
static void test_bare_wifi_empty(void **state)
{
    (void)state;
    struct kit kit = {0};
    uint8_t at[64];
    struct bytes in = bytes_of_hex("787800 69 261123011200 00 01cc01 0d0a", at, sizeof(at));
    struct bytes frame = {0};
    size_t used = 0;
    assert_int_equal(protocol_gt06.split(in, &frame, &used), ERR_OK);
    assert_int_equal(kit_decode(&kit, frame), ERR_OK);
    assert_int_equal(kit.decoded.at[0].fix.source, FIX_LBS);
    assert_int_equal(has_of(&kit.decoded.at[0].fix), FIX_HAS_TIME);
    assert_reply(&kit, OUTCOME_STORED, "787800 69 261123011200 0d0a");
    kit_clear(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_split_at_each_byte),
        cmocka_unit_test(test_split_skips_blanks),
        cmocka_unit_test(test_what_lost_its_head_is_seen),
        cmocka_unit_test(test_split_falls_back_to_the_end_mark),
        cmocka_unit_test(test_split_refuses_what_is_too_long),
        cmocka_unit_test(test_a_cut_off_frame_ends_at_the_next),
        cmocka_unit_test(test_resync),
        cmocka_unit_test(test_resync_is_bounded),
        cmocka_unit_test(test_resync_gives_up_on_many_wrong_frames),
        cmocka_unit_test(test_crc),
        cmocka_unit_test(test_frame_cut_off),
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_bare_wifi),
        cmocka_unit_test(test_bare_wifi_with_a_zero),
        cmocka_unit_test(test_bare_wifi_empty),
    };
    return cmocka_run_group_tests_name("gt06", tests, NULL, NULL);
}
