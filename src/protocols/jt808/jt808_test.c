/*
 * JT/T 808 frames, the terminal's id, fragments and replies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt808/testing.h"

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim want;
    } cases[] = {
        {"~", CLAIM_YES},
        {"~~", CLAIM_YES},
        {"\xe7", CLAIM_YES},
        {"$", CLAIM_MORE},
        {"$$", CLAIM_MORE},
        {"$$~", CLAIM_YES},
        {"$~", CLAIM_NO},
        {"$$$", CLAIM_NO},
        {"$$\xe7", CLAIM_NO},
        {"(", CLAIM_MORE},
        {"(794100000001", CLAIM_MORE},
        {"(79410000000112", CLAIM_MORE},
        {"(794100000001123", CLAIM_NO}, /* 16 bytes and no comma yet */
        {"(794100000001,", CLAIM_MORE}, /* or a tracker of TK103 */
        {"(794100000001,1", CLAIM_YES},
        {"(7941000000,", CLAIM_MORE}, /* or a lock of JT600 */
        {"(7941000000,1", CLAIM_YES},
        {"(7941000000,P", CLAIM_NO},
        {"(794100000,", CLAIM_NO},
        {"(012345678901BP05", CLAIM_NO},
        {"x", CLAIM_NO},
        {"x~", CLAIM_NO},
        {"xx", CLAIM_NO},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(protocol_jt808.claims(bytes_of_text(cases[i].text)), cases[i].want);
    }
}

/* Every prefix of two joined frames splits into the whole frames that are in it. */
static void test_split_at_each_byte(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    uint8_t at[2 * KIT_FRAME_MAX];
    kit_frame(&kit, JT808_LOCATION, KIT_BODY);
    size_t first_len = kit.bytes.len;
    memcpy(at, kit.frame, first_len);
    kit_frame(&kit, JT808_HEARTBEAT, "");
    memcpy(at + first_len, kit.frame, kit.bytes.len);
    size_t all_len = first_len + kit.bytes.len;
    for (size_t n = 0; n <= all_len; n++) {
        struct bytes frame = {0};
        size_t used = 0;
        enum err e = protocol_jt808.split((struct bytes){at, n}, &frame, &used);
        assert_int_equal(e, n < first_len ? ERR_MORE : ERR_OK);
        if (e == ERR_OK) {
            assert_int_equal(used, first_len);
            assert_ptr_equal(frame.at, at);
            assert_int_equal(frame.len, first_len);
            e = protocol_jt808.split((struct bytes){at + used, n - used}, &frame, &used);
            assert_int_equal(e, n < all_len ? ERR_MORE : ERR_OK);
        }
    }
}

static void test_split_skips_noise(void **state)
{
    (void)state;
    enum { NOISE = 64 };
    struct kit kit = kit_new();
    uint8_t at[2 * KIT_FRAME_MAX] = {0};
    struct bytes frame = {0};
    size_t used = 0;
    kit_frame(&kit, JT808_HEARTBEAT, "");
    memcpy(at + NOISE, kit.frame, kit.bytes.len);
    assert_int_equal(protocol_jt808.split((struct bytes){at, NOISE + kit.bytes.len}, &frame, &used),
                     ERR_OK);
    assert_int_equal(used, NOISE + kit.bytes.len);
    assert_ptr_equal(frame.at, at + NOISE);
    memset(at, 0, sizeof(at));
    assert_int_equal(protocol_jt808.split((struct bytes){at, NOISE}, &frame, &used), ERR_MORE);
    assert_int_equal(protocol_jt808.split((struct bytes){at, NOISE + 1}, &frame, &used),
                     ERR_MALFORMED);
    memset(at, 0x7e, NOISE + 2);
    assert_int_equal(protocol_jt808.split((struct bytes){at, NOISE + 1}, &frame, &used), ERR_MORE);
    assert_int_equal(protocol_jt808.split((struct bytes){at, NOISE + 2}, &frame, &used),
                     ERR_MALFORMED);
}

/* The end mark of one frame that was lost but for it is no frame with the next one's beginning. */
static void test_split_between_frames(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    uint8_t at[KIT_FRAME_MAX + 1];
    struct bytes frame = {0};
    size_t used = 0;
    kit_frame(&kit, JT808_HEARTBEAT, "");
    at[0] = 0x7e;
    memcpy(at + 1, kit.frame, kit.bytes.len);
    assert_int_equal(protocol_jt808.split((struct bytes){at, 1}, &frame, &used), ERR_MORE);
    assert_int_equal(protocol_jt808.split((struct bytes){at, kit.bytes.len + 1}, &frame, &used),
                     ERR_OK);
    assert_int_equal(used, kit.bytes.len + 1);
    assert_ptr_equal(frame.at, at + 1);
}

static void test_split_refuses_what_is_too_long(void **state)
{
    (void)state;
    static const uint8_t first[] = {0x7e, 0xe7, '('};
    static uint8_t at[JT808_FRAME_MAX + 1];
    for (size_t i = 0; i < sizeof(first); i++) {
        struct bytes frame = {0};
        size_t used = 0;
        memset(at, 'x', sizeof(at));
        at[0] = first[i];
        at[JT808_FRAME_MAX] = first[i] == '(' ? ')' : first[i];
        assert_int_equal(
            protocol_jt808.split((struct bytes){at, JT808_FRAME_MAX - 1}, &frame, &used), ERR_MORE);
        assert_int_equal(protocol_jt808.split((struct bytes){at, JT808_FRAME_MAX}, &frame, &used),
                         ERR_TOO_LONG);
        at[JT808_FRAME_MAX - 1] = at[JT808_FRAME_MAX];
        assert_int_equal(protocol_jt808.split((struct bytes){at, JT808_FRAME_MAX}, &frame, &used),
                         ERR_OK);
        assert_int_equal(frame.len, JT808_FRAME_MAX);
    }
}

/* Every bit between the delimiters counts. */
static void test_checksum(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    uint8_t at[KIT_FRAME_MAX];
    kit_frame(&kit, JT808_HEARTBEAT, "");
    size_t len = kit.bytes.len;
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    for (size_t bit = 8; bit < (len - 1) * 8; bit++) {
        memcpy(at, kit.frame, len);
        at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum err e = kit_decode(&kit, (struct bytes){at, len});
        assert_true(e == ERR_CHECKSUM || e == ERR_MALFORMED);
        assert_int_equal(kit.decoded.len, 0);
    }
    kit_clear(&kit);
}

static void test_frame_cut_off(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    kit_frame(&kit, JT808_LOCATION, KIT_BODY);
    for (size_t n = 0; n < kit.bytes.len; n++) {
        assert_int_equal(kit_decode(&kit, (struct bytes){kit.frame, n}), ERR_MALFORMED);
    }
    kit_clear(&kit);
}

/* Every byte that a body can hold comes back, in both forms of escaping. */
static void test_escapes(void **state)
{
    (void)state;
    static const uint8_t delimiters[] = {0x7e, 0xe7};
    for (size_t d = 0; d < sizeof(delimiters); d++) {
        struct kit kit = kit_new();
        uint8_t body[256];
        struct jt808_message got = {0};
        for (size_t i = 0; i < sizeof(body); i++) {
            body[i] = (uint8_t)i;
        }
        struct jt808_message m = plain_message(0x0900);
        m.delimiter = delimiters[d];
        m.id_len = d == 0 ? 6 : 7;
        m.serial = 0x7d7e;
        m.body = (struct bytes){body, sizeof(body)};
        kit_write(&kit, &m);
        assert_null(memchr(kit.frame + 1, delimiters[d], kit.bytes.len - 2));
        assert_int_equal(jt808_parse(&kit.arena, kit.bytes, &got), ERR_OK);
        assert_int_equal(got.serial, m.serial);
        assert_int_equal(got.id_len, m.id_len);
        assert_int_equal(got.body.len, sizeof(body));
        assert_memory_equal(got.body.at, body, sizeof(body));
        kit_clear(&kit);
    }
}

static void test_escapes_that_are_none(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "7e 0002 0000 013912345678 0102 7d03 00 7e", "7e 0002 0000 013912345678 0102 7d7d 00 7e",
        "7e 0002 0000 013912345678 0102 00 7d 7e",   "e7 0002 0000 00013912345678 0102 e603 00 e7",
        "e7 0002 0000 00013912345678 0102 3e00 e7",  "e7 0002 0000 00013912345678 0102 00 e6 e7",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = kit_new();
        uint8_t at[64];
        assert_int_equal(kit_decode(&kit, bytes_of_hex(cases[i], at, sizeof(at))), ERR_MALFORMED);
        kit_clear(&kit);
    }
}

/* A body of the greatest length, every byte of it escaped, fits frame_max. */
static void test_longest_frame(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    static uint8_t body[JT808_BODY_MAX + 1];
    struct jt808_message got = {0};
    memset(body, 0x7e, sizeof(body));
    struct jt808_message m = plain_message(0x0900);
    m.body = (struct bytes){body, JT808_BODY_MAX};
    kit_write(&kit, &m);
    assert_int_equal(kit.bytes.len, 2 + 13 + 2 * JT808_BODY_MAX);
    assert_true(kit.bytes.len <= protocol_jt808.frame_max);
    assert_int_equal(jt808_parse(&kit.arena, kit.bytes, &got), ERR_OK);
    assert_int_equal(got.body.len, JT808_BODY_MAX);
    m.body.len = JT808_BODY_MAX + 1;
    struct writer w = writer_init(kit.frame, sizeof(kit.frame));
    jt808_write(&w, &m);
    assert_false(writer_ok(&w));
    kit_clear(&kit);
}

static void test_identity(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        const char *device_id;
    } cases[] = {
        {"013912345678", "013912345678"},
        {"000000000000", "000000000000"},
        {"0b3a73ce2ff2", "123456789012347"},
        {"00000000000a", "000000000000109"},
        {"00000000000f", "000000000000158"},
        {"ffffffffffff", "2814749767106556"},
        {"00139123456789", "00139123456789"},
        {"0013912345678a", "0013912345678A"},
        {"00000000013800138001", "00000000013800138001"},
        {"0000000001380013800f", "0000000001380013800F"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = kit_new();
        struct jt808_message m = {.id = JT808_HEARTBEAT, .delimiter = 0x7e, .version = 1};
        m.id_len = (uint8_t)bytes_of_hex(cases[i].hex, m.at, sizeof(m.at)).len;
        m.delimiter = m.id_len == 7 ? 0xe7 : 0x7e;
        m.attributes = m.id_len == JT808_ID_2019 ? JT808_VERSION : 0;
        kit_write(&kit, &m);
        assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
        assert_string_equal(kit.decoded.device_id, cases[i].device_id);
        assert_true(device_id_is_valid(bytes_of_text(kit.decoded.device_id)));
        kit_clear(&kit);
    }
}

/* The published example of the Luhn digit (ISO/IEC 7812-1): 7992739871 has 3. */
/* ---- fragments ---- */

/* Sends fragment `number` of `total` of a message; the message that comes of it. */
static const struct message *send_fragment(struct kit *kit, struct jt808_message m, uint16_t number,
                                           uint16_t total)
{
    m.attributes = JT808_FRAGMENT;
    m.number = number;
    m.total = total;
    m.serial = (uint16_t)(m.serial + number - 1);
    kit_write(kit, &m);
    assert_int_equal(kit_decode(kit, kit->bytes), ERR_OK);
    assert_int_equal(kit->decoded.len, 1);
    return &kit->decoded.at[0];
}

/* A batch of two locations, divided at every byte, says the same as the whole. */
static void test_fragments(void **state)
{
    (void)state;
    uint8_t body[128];
    struct jt808_message m = plain_message(JT808_LOCATION_BATCH);
    m.serial = 0xffff; /* the serial of the second fragment is 0 */
    m.body = bytes_of_hex("0002 00 001c" KIT_BODY "001c" KIT_BODY, body, sizeof(body));
    struct bytes whole = m.body;
    for (size_t n = 0; n <= whole.len; n++) {
        struct kit kit = kit_new();
        struct bytes texts[2];
        m.body = bytes_slice(whole, 0, n);
        const struct message *one = send_fragment(&kit, m, 1, 2);
        assert_int_equal(one->kind, MESSAGE_FRAGMENT);
        assert_int_equal(one->fragment.number, 1);
        assert_int_equal(one->fragment.total, 2);
        uint32_t key = one->fragment.key;
        texts[0] = one->text;
        assert_true(kit.decoded.wants_reply);
        assert_reply(&kit, OUTCOME_UNREGISTERED, "");
        m.body = bytes_slice(whole, n, SIZE_MAX);
        const struct message *two = send_fragment(&kit, m, 2, 2);
        assert_int_equal(two->fragment.number, 2);
        assert_int_equal(two->fragment.key, key);
        texts[1] = two->text;
        struct decoded joined = {.arena = &kit.arena, .device_id = "013912345678"};
        assert_int_equal(protocol_jt808.join(&kit.session, key, texts, 2, &joined), ERR_OK);
        assert_int_equal(joined.len, 2);
        struct fix want = plain_fix();
        assert_fix(&joined.at[1].fix, &want);
        bool is_end = n == whole.len || n == 33 || n == 3;
        joined = (struct decoded){.arena = &kit.arena};
        assert_int_equal(protocol_jt808.join(&kit.session, key, texts, 1, &joined),
                         is_end || n > 33 ? ERR_OK : ERR_MALFORMED);
        assert_int_equal(joined.len, n == whole.len ? 2 : n >= 33 ? 1 : 0);
        assert_int_equal(joined.unreadable, is_end || n < 3 ? 0 : 1);
        kit_clear(&kit);
    }
}

static void test_fragment_numbers(void **state)
{
    (void)state;
    static const struct {
        uint16_t number;
        uint16_t total;
        enum err want;
        enum message_kind kind;
    } cases[] = {
        {1, 0, ERR_MALFORMED, MESSAGE_OTHER},  {0, 2, ERR_MALFORMED, MESSAGE_OTHER},
        {3, 2, ERR_MALFORMED, MESSAGE_OTHER},  {0, 0, ERR_MALFORMED, MESSAGE_OTHER},
        {1, 1, ERR_OK, MESSAGE_FIX},           {1, 2, ERR_OK, MESSAGE_FRAGMENT},
        {64, 64, ERR_OK, MESSAGE_FRAGMENT},    {1, 65, ERR_OK, MESSAGE_OTHER},
        {65535, 65535, ERR_OK, MESSAGE_OTHER},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = kit_new();
        uint8_t body[64];
        struct jt808_message m = plain_message(JT808_LOCATION);
        m.attributes = JT808_FRAGMENT;
        m.number = cases[i].number;
        m.total = cases[i].total;
        m.body = bytes_of_hex(KIT_BODY, body, sizeof(body));
        kit_write(&kit, &m);
        assert_int_equal(kit_decode(&kit, kit.bytes), cases[i].want);
        if (cases[i].want == ERR_OK) {
            assert_int_equal(kit.decoded.at[0].kind, cases[i].kind);
        }
        kit_clear(&kit);
    }
}

/* Other messages, other keys; nothing of a picture is put together. */
static void test_fragment_keys(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    struct jt808_message m = plain_message(JT808_LOCATION_BATCH);
    uint32_t key = send_fragment(&kit, m, 1, 2)->fragment.key;
    m.serial++;
    assert_int_not_equal(send_fragment(&kit, m, 1, 2)->fragment.key, key);
    m.serial--;
    m.id = 0x6006;
    assert_int_not_equal(send_fragment(&kit, m, 1, 2)->fragment.key, key);
    m.id = 0x0801;
    assert_int_equal(send_fragment(&kit, m, 1, 2)->kind, MESSAGE_OTHER);
    assert_reply(&kit, OUTCOME_STORED, "7e 8001 0005 013912345678 0000 0102 0801 03 bd 7e");
    m.id = 0x0f00;
    assert_int_equal(send_fragment(&kit, m, 1, 2)->kind, MESSAGE_OTHER);
    m.id = 0x0701; /* the whole is not answered, a fragment is */
    assert_int_equal(send_fragment(&kit, m, 1, 2)->kind, MESSAGE_FRAGMENT);
    assert_true(kit.decoded.wants_reply);
    kit_clear(&kit);
}

/* ---- replies ---- */

#define GENERAL(id, result, sum) "7e 8001 0005 013912345678 0000 0102" id result sum "7e"
#define REGISTERED               "7e8100000f0139123456780000010200303133393132333435363738be7e"
#define TIME_ANSWER              "7e 8109 0008 013912345678 0000 07ea 0b 17 01 0c 00 00 4c 7e"

struct reply_case {
    uint16_t id;
    const char *body;
    const char *stored;
    const char *unregistered;
    const char *refused;
};

static const struct reply_case reply_cases[] = {
    {0x0001, "0001 8103 00", "", "", ""},
    {0x0002, "", GENERAL("0002", "00", "b5"), GENERAL("0002", "00", "b5"),
     GENERAL("0002", "00", "b5")},
    {0x0002, "5a1300", GENERAL("0002", "00", "b5"), GENERAL("0002", "00", "b5"),
     GENERAL("0002", "00", "b5")},
    {0x0003, "", GENERAL("0003", "00", "b4"), GENERAL("0003", "00", "b4"), ""},
    {0x0100, "", REGISTERED, REGISTERED, ""},
    {0x0102, "31", GENERAL("0102", "00", "b4"), GENERAL("0102", "00", "b4"), ""},
    {0x0104, "0001 00", "", "", ""},
    {0x0109, "", TIME_ANSWER, TIME_ANSWER, ""},
    {0x0200, KIT_BODY, GENERAL("0200", "00", "b5"), "", ""},
    {0x0201, "0001" KIT_BODY, "", "", ""},
    {0x0210, "1c" KIT_BODY, GENERAL("0210", "00", "a5"), "", ""},
    {0x0500, "0001" KIT_BODY, "", "", ""},
    {0x0506, "", GENERAL("0506", "00", "b4"), GENERAL("0506", "00", "b4"),
     GENERAL("0506", "00", "b4")},
    {0x0700, "0001 02", "", "", ""},
    {0x0701, "00000000", "", "", ""},
    {0x0702, "", "", "", ""},
    {0x0704, "0001 00 001c" KIT_BODY, GENERAL("0704", "00", "b4"), "", ""},
    {0x0800, "", GENERAL("0800", "03", "bc"), "", ""},
    {0x0801, "", GENERAL("0801", "03", "bd"), "", ""},
    {0x0900, "40", GENERAL("0900", "00", "be"), "", ""},
    {0x1007, "", GENERAL("1007", "00", "a0"), GENERAL("1007", "00", "a0"), ""},
    {0x1300, "0000", "", "", ""},
    {0x2070, "", "", "", ""},
    {0x6006, "00", GENERAL("6006", "00", "d1"), "", ""},
    {0x8888, "", GENERAL("8888", "00", "b7"), "", ""},
    {0x0f00, "", GENERAL("0f00", "03", "bb"), "", ""},
    {0xffff, "", GENERAL("ffff", "03", "b4"), "", ""},
};

static void test_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(reply_cases) / sizeof(reply_cases[0]); i++) {
        const struct reply_case *c = &reply_cases[i];
        struct kit kit = kit_new();
        kit_frame(&kit, c->id, c->body);
        print_message("# %04x\n", c->id);
        assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
        assert_int_equal(kit.decoded.wants_reply, c->stored[0] != '\0');
        assert_false(kit.decoded.wants_close);
        assert_reply(&kit, OUTCOME_STORED, c->stored);
        kit.session = protocol_session(&protocol_jt808);
        assert_reply(&kit, OUTCOME_UNREGISTERED, c->unregistered);
        kit.session = protocol_session(&protocol_jt808);
        assert_reply(&kit, OUTCOME_REFUSED, c->refused);
        kit_clear(&kit);
    }
}

/* The server counts its own frames; an answer that is not sent is not counted. */
static void test_reply_serials(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    (void)kit_one(&kit, JT808_LOCATION, KIT_BODY);
    assert_reply(&kit, OUTCOME_STORED, "7e 8001 0005 013912345678 0000 0102 0200 00 b5 7e");
    assert_reply(&kit, OUTCOME_REFUSED, "");
    assert_reply(&kit, OUTCOME_STORED, "7e 8001 0005 013912345678 0001 0102 0200 00 b4 7e");
    const uint16_t last = 0xffff;
    memcpy(kit.session.own, &last, sizeof(last));
    assert_reply(&kit, OUTCOME_STORED, "7e 8001 0005 013912345678 ffff 0102 0200 00 b5 7e");
    assert_reply(&kit, OUTCOME_STORED, "7e 8001 0005 013912345678 0000 0102 0200 00 b5 7e");
    kit_clear(&kit);
}

/* One connection may carry many terminals: each answer goes to its own. */
static void test_replies_name_their_terminal(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    struct jt808_message m = plain_message(JT808_HEARTBEAT);
    kit_write(&kit, &m);
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    struct reply_hint first = kit.decoded.hint;
    m.at[5] = 0x79;
    kit_write(&kit, &m);
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    assert_reply(&kit, OUTCOME_STORED, "7e 8001 0005 013912345679 0000 0102 0002 00 b4 7e");
    kit.decoded.hint = first;
    assert_reply(&kit, OUTCOME_STORED, "7e 8001 0005 013912345678 0001 0102 0002 00 b4 7e");
    kit_clear(&kit);
}

/* Bit 10 of the attributes: nobody can read the body. Of Jointech's it means something else. */
static void test_encrypted(void **state)
{
    (void)state;
    enum { RSA = 1 << 10 };
    struct kit kit = kit_new();
    uint8_t body[64];
    struct jt808_message m = plain_message(JT808_LOCATION);
    m.attributes = RSA;
    m.body = bytes_of_hex(KIT_BODY, body, sizeof(body));
    kit_write(&kit, &m);
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_OTHER);
    assert_reply(&kit, OUTCOME_STORED, GENERAL("0200", "03", "b6"));
    kit_clear(&kit);
}

static void test_sentences(void **state)
{
    (void)state;
    static const char command[] = "(794100000001,1,001,ELOCK,3,111111)";
    struct kit kit = kit_new();
    assert_int_equal(kit_decode(&kit, bytes_of_text(command)), ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_RESPONSE);
    assert_true(bytes_eq(kit.decoded.at[0].text, "(794100000001,1,001,ELOCK,3,******)"));
    assert_string_equal(kit.decoded.device_id, "794100000001");
    assert_false(kit.decoded.wants_reply);
    assert_int_equal(kit_decode(&kit, bytes_of_text("(794100000001,1,001,BASE,2,TIME)")), ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_OTHER);
    assert_true(kit.decoded.wants_reply);
    char want[128];
    hex_encode(bytes_of_text("(794100000001,1,001,BASE,2,20261123011200)"), want);
    assert_reply(&kit, OUTCOME_STORED, want);
    assert_reply(&kit, OUTCOME_UNREGISTERED, want);
    assert_reply(&kit, OUTCOME_REFUSED, "");
    /* more than the hint can hold: taken as text */
    assert_int_equal(kit_decode(&kit, bytes_of_text("(794100000001,1,001,00000000,BASE,2,TIME)")),
                     ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_RESPONSE);
    static const char *const refused[] = {"()", "(,1)", "(a b,1)", "(1234567890,\x01)", "(", ")"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(kit_decode(&kit, bytes_of_text(refused[i])), ERR_MALFORMED);
    }
    kit_clear(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_split_at_each_byte),
        cmocka_unit_test(test_split_skips_noise),
        cmocka_unit_test(test_split_between_frames),
        cmocka_unit_test(test_split_refuses_what_is_too_long),
        cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_frame_cut_off),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_escapes_that_are_none),
        cmocka_unit_test(test_longest_frame),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_fragment_numbers),
        cmocka_unit_test(test_fragment_keys),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_reply_serials),
        cmocka_unit_test(test_replies_name_their_terminal),
        cmocka_unit_test(test_encrypted),
        cmocka_unit_test(test_sentences),
    };
    return cmocka_run_group_tests_name("jt808", tests, NULL, NULL);
}
