/* Blocks: any fix comes back, and damage is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/chunk_testing.h"
#include "store/codes.h"

enum { SOME = 60, DRIVE = 200 };

static const int levels[] = {CHUNK_QUICK, CHUNK_THOROUGH};

/* A copy of a block, freed by the caller, with `more` bytes behind it. */
static uint8_t *copy_of(struct bytes block, size_t more)
{
    uint8_t *copy = mem_new(block.len + more);
    memcpy(copy, block.at, block.len);
    return copy;
}

/* Encodes and decodes at each level; answers the bytes at the highest. */
static size_t back_and_forth(const struct fix *fixes, size_t count)
{
    struct chunk_codec *c = chunk_codec_new();
    struct fix *got = mem_new_array(count, sizeof(*got));
    size_t len = 0;
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        struct bytes block = encode_plain(c, fixes, count, levels[i]);
        size_t n = 0;
        memset(got, 0xa5, count * sizeof(*got));
        assert_int_equal(chunk_unproven(c), 0); /* the columns themselves bring them back */
        assert_int_equal(chunk_count(block, &n), ERR_OK);
        assert_int_equal(n, count);
        assert_int_equal(decode_plain(c, block, got, count, &n), ERR_OK);
        assert_int_equal(n, count);
        assert_memory_equal(got, fixes, count * sizeof(*got));
        len = block.len;
    }
    free(got);
    chunk_codec_free(c);
    return len;
}

/* What a tracker sends on a drive: every member by its own rhythm. */
static void fix_of_drive(uint64_t *seed, size_t i, struct fix *f)
{
    memset(f, 0, sizeof(*f));
    fix_set_time(f, 1795396800 + 10 * (int64_t)i);
    f->rcv_time_s = f->gps_time_s + 1 + (int64_t)(random_next(seed) % 2);
    fix_set_position(f, 527245600 + 7000 * (int64_t)i + 10 * (int64_t)(random_next(seed) % 50),
                     134050000 - 90 * (int64_t)i, true);
    fix_set_speed_kmh_e2(f, 5000 + 10 * (random_next(seed) % 30));
    fix_set_course_cdeg(f, i / 20 * 9000);
    fix_set_altitude_dm(f, 400 + 10 * (int64_t)(i / 10));
    fix_set_satellites(f, 8 + (unsigned)(random_next(seed) % 4));
    fix_set_gsm(f, 20 + (unsigned)(random_next(seed) % 4));
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, i % 64 < 60);
    fix_set_odometer_m(f, 81234000 + 100 * (uint64_t)i);
    fix_set_power_mv(f, 13800 + 10 * (random_next(seed) % 20));
    fix_set_iccid(f, "89860117838012345678");
    fix_set_cell(f, (struct cell){262, 1, 4711, i % 7 < 4 ? 26241 : 107551});
}

static struct fix *drive_new(size_t count)
{
    struct fix *fixes = mem_new_array(count, sizeof(*fixes));
    uint64_t seed = 1;
    for (size_t i = 0; i < count; i++) {
        fix_of_drive(&seed, i, &fixes[i]);
    }
    return fixes;
}

/* The block that chunk.c draws. */
static void the_format_stays(void **state)
{
    (void)state;
    static const int32_t lats_e7[] = {527245600, 527248000, 527250500, 527250500};
    struct fix fixes[4];
    memset(fixes, 0, sizeof(fixes));
    for (int i = 0; i < 4; i++) {
        fixes[i].gps_time_s = 1795396800 + 10 * i;
        fixes[i].rcv_time_s = fixes[i].gps_time_s + 2;
        fixes[i].has = FIX_HAS_TIME | FIX_HAS_POSITION;
        fixes[i].flags = FIX_VALID;
        fixes[i].lat_e7 = lats_e7[i];
        fixes[i].lon_e7 = 134050000;
    }
    static const uint8_t want[] = {0x01, 0x04, 0x20, 0xc6, 0x20, 0x60, 0xca, 0x81, 0xf5, 0x82,
                                   0x06, 0x41, 0xe0, 0x03, 0x01, 0x00, 0x68, 0x70, 0x82, 0x7b,
                                   0x40, 0x42, 0xda, 0x7e, 0x04, 0x39, 0x00, 0x86, 0xfc, 0x3e,
                                   0xc4, 0x81, 0x86, 0xeb, 0x3f, 0xfd, 0x25, 0x87, 0x33};
    struct chunk_codec *c = chunk_codec_new();
    struct bytes block = encode_plain(c, fixes, 4, CHUNK_QUICK);
    assert_int_equal(block.len, sizeof(want));
    assert_memory_equal(block.at, want, sizeof(want));
    chunk_codec_free(c);
    (void)back_and_forth(fixes, 4);
}

static void any_fix_comes_back(void **state)
{
    (void)state;
    static struct fix fixes[SOME];
    uint64_t seed = 2;
    for (size_t round = 0; round < 200; round++) {
        size_t count = 1 + random_next(&seed) % SOME;
        for (size_t i = 0; i < count; i++) {
            fix_of_noise(&seed, &fixes[i]);
        }
        (void)back_and_forth(fixes, count);
    }
}

/* Fixes with one member at an end of its range. */
#define ENDS(name)                                                                                 \
    {                                                                                              \
        {.gps_time_s = INT64_##name}, {.rcv_time_s = INT64_##name},                                \
            {.original_time_s = INT64_##name}, {.lat_e7 = INT32_##name}, {.lon_e7 = INT32_##name}, \
            {.altitude_dm = INT32_##name}, {.temperature_c_e2 = {[7] = INT16_##name}},             \
            {.wifi = {[3] = {{0, 0, 0, 0, 0, 255}, INT8_##name}}}, {.odometer_m = UINT64_MAX},     \
            {.course_cdeg = UINT16_MAX}, {.has = UINT32_MAX}, {.flags = UINT32_MAX},               \
            {.cell = {UINT16_MAX, UINT16_MAX, UINT32_MAX, UINT64_MAX}},                            \
    }
static const struct fix highest[] = ENDS(MAX);
static const struct fix lowest[] = ENDS(MIN);
#undef ENDS

/* Also without their bits of `has`. */
static void the_ends_of_members_come_back(void **state)
{
    (void)state;
    static struct fix fixes[SOME];
    uint64_t seed = 3;
    for (size_t round = 0; round < 50; round++) {
        for (size_t i = 0; i < SOME; i++) {
            uint64_t any = random_next(&seed);
            const struct fix *ends = any % 2 == 0 ? highest : lowest;
            size_t member = (round < 25 ? round : any >> 8) % (sizeof(lowest) / sizeof(lowest[0]));
            memcpy(&fixes[i], &ends[member], sizeof(fixes[i]));
        }
        (void)back_and_forth(fixes, SOME);
    }
}

/* A member that only the last fix has. */
static void a_late_member_comes_back(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(SOME);
    for (size_t i = 0; i < sizeof(*fixes) / sizeof(uint64_t); i++) {
        uint64_t seed = i;
        fix_of_noise(&seed, &fixes[SOME - 1]);
        (void)back_and_forth(fixes, SOME);
    }
    free(fixes);
}

static void the_order_need_not_be_that_of_time(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(DRIVE);
    uint64_t seed = 4;
    for (size_t i = DRIVE - 1; i > 0; i--) {
        size_t other = random_next(&seed) % (i + 1);
        struct fix kept;
        memcpy(&kept, &fixes[i], sizeof(kept));
        memcpy(&fixes[i], &fixes[other], sizeof(kept));
        memcpy(&fixes[other], &kept, sizeof(kept));
    }
    (void)back_and_forth(fixes, DRIVE);
    free(fixes);
}

static void a_block_holds_from_one_to_all(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(CHUNK_FIXES_MAX);
    (void)back_and_forth(fixes, 1);
    (void)back_and_forth(fixes, 2);
    (void)back_and_forth(fixes, 3);
    assert_in_range(back_and_forth(fixes, CHUNK_FIXES_MAX), 1, CHUNK_FIXES_MAX * 4);
    uint64_t seed = 5;
    for (size_t i = 0; i < CHUNK_FIXES_MAX; i++) {
        fix_of_noise(&seed, &fixes[i]);
    }
    (void)back_and_forth(fixes, CHUNK_FIXES_MAX); /* what packs worst has room too */
    free(fixes);
}

/* Equal fixes cost nothing, nor do members that nobody sends. */
static void what_does_not_change_costs_nothing(void **state)
{
    (void)state;
    struct fix fixes[SOME];
    memset(fixes, 0, sizeof(fixes));
    assert_int_equal(back_and_forth(fixes, 1), 8);
    assert_int_equal(back_and_forth(fixes, SOME), 8);
    uint64_t seed = 6;
    fix_of_noise(&seed, &fixes[0]);
    for (size_t i = 1; i < SOME; i++) {
        memcpy(&fixes[i], &fixes[0], sizeof(fixes[0]));
    }
    assert_int_equal(back_and_forth(fixes, SOME), back_and_forth(fixes, 1));
}

/* What a device sent while it was out of reach arrives all at once. */
static void arrivals_are_told_in_their_own_way(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(DRIVE);
    size_t beside = back_and_forth(fixes, DRIVE);
    for (size_t i = 0; i < DRIVE; i++) {
        fixes[i].rcv_time_s = 1795400000 + (int64_t)(i / 100);
    }
    assert_in_range(back_and_forth(fixes, DRIVE), 1, beside - DRIVE / 8 + 20);
    free(fixes);
}

static void short_runs_stay_small(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(DRIVE);
    struct chunk_codec *c = chunk_codec_new();
    assert_in_range(encode_plain(c, fixes, 20, CHUNK_QUICK).len, 1, 20 * 12);
    assert_in_range(encode_plain(c, fixes, DRIVE, CHUNK_QUICK).len, 1, DRIVE * 5);
    assert_in_range(encode_plain(c, fixes, DRIVE, CHUNK_THOROUGH).len, 1, DRIVE * 5);
    chunk_codec_free(c);
    free(fixes);
}

/* ---- several blocks ---- */

static void blocks_follow_each_other(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(DRIVE);
    struct fix *got = mem_new_array(DRIVE, sizeof(*got));
    struct chunk_codec *c = chunk_codec_new();
    uint8_t *all = mem_new(DRIVE * sizeof(*fixes));
    size_t len = 0;
    for (size_t from = 0; from < DRIVE; from += 40) {
        struct bytes block = encode_plain(c, &fixes[from], 40, levels[from / 40 % 2]);
        memcpy(all + len, block.at, block.len);
        len += block.len;
    }
    size_t n = 0;
    struct bytes data = {all, len};
    assert_int_equal(chunk_count(data, &n), ERR_OK);
    assert_int_equal(n, DRIVE);
    assert_int_equal(decode_plain(c, data, got, DRIVE, &n), ERR_OK);
    assert_int_equal(n, DRIVE);
    assert_memory_equal(got, fixes, DRIVE * sizeof(*got));
    assert_int_equal(decode_plain(c, data, got, DRIVE - 1, &n), ERR_TOO_LONG);
    assert_int_equal(decode_plain(c, data, got, 0, &n), ERR_TOO_LONG);
    chunk_codec_free(c);
    free(all);
    free(got);
    free(fixes);
}

static void no_bytes_are_no_fixes(void **state)
{
    (void)state;
    struct chunk_codec *c = chunk_codec_new();
    size_t n = 7;
    assert_int_equal(chunk_count((struct bytes){0}, &n), ERR_OK);
    assert_int_equal(n, 0);
    n = 7;
    assert_int_equal(decode_plain(c, (struct bytes){0}, NULL, 0, &n), ERR_OK);
    assert_int_equal(n, 0);
    chunk_codec_free(c);
    chunk_codec_free(NULL);
}

/* ---- damage ---- */

static enum err decode(struct chunk_codec *c, const uint8_t *at, size_t len, struct fix *got)
{
    size_t n = 0;
    return decode_plain(c, (struct bytes){at, len}, got, DRIVE, &n);
}

static void a_part_of_a_block_is_corrupt(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(DRIVE);
    struct fix *got = mem_new_array(DRIVE, sizeof(*got));
    struct chunk_codec *c = chunk_codec_new();
    uint8_t *block = copy_of(encode_plain(c, fixes, DRIVE, CHUNK_THOROUGH), 0);
    size_t len = encode_plain(c, fixes, DRIVE, CHUNK_THOROUGH).len;
    for (size_t part = 1; part < len; part++) {
        size_t n = 0;
        assert_int_equal(decode(c, block, part, got), ERR_CORRUPT);
        assert_int_equal(chunk_count((struct bytes){block, part}, &n), ERR_CORRUPT);
    }
    assert_int_equal(decode(c, block, len, got), ERR_OK);
    free(block);
    chunk_codec_free(c);
    free(got);
    free(fixes);
}

/* Every bit and every whole byte; that of the version is no newer one then. */
static void a_changed_byte_is_seen(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(SOME);
    struct fix *got = mem_new_array(DRIVE, sizeof(*got));
    struct chunk_codec *c = chunk_codec_new();
    struct bytes made = encode_plain(c, fixes, SOME, CHUNK_THOROUGH);
    uint8_t *block = copy_of(made, 0);
    for (size_t i = 0; i < made.len * 9; i++) {
        uint8_t change = i % 9 == 8 ? 0xff : (uint8_t)(1U << i % 9);
        block[i / 9] ^= change;
        size_t n = 0;
        assert_int_equal(decode(c, block, made.len, got), ERR_CORRUPT);
        assert_int_equal(chunk_count((struct bytes){block, made.len}, &n), ERR_CORRUPT);
        block[i / 9] ^= change;
    }
    free(block);
    chunk_codec_free(c);
    free(got);
    free(fixes);
}

/* What does not decode to the fixes becomes a block that does. */
static void a_block_is_proven_or_replaced(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(SOME);
    struct fix *got = mem_new_array(DRIVE, sizeof(*got));
    struct chunk_codec *c = chunk_codec_new();
    struct bytes made = encode_plain(c, fixes, SOME, CHUNK_THOROUGH);
    assert_int_equal(made.at[0], 1);
    assert_ptr_equal(prove_plain(c, made, fixes, SOME).at, made.at);
    fixes[SOME / 2].rcv_time_s++; /* as if the columns had lost it */
    struct bytes records = prove_plain(c, made, fixes, SOME);
    assert_int_equal(records.at[0], 2);
    uint8_t *block = copy_of(records, 0);
    assert_int_equal(decode(c, block, records.len, got), ERR_OK);
    for (size_t i = 0; i < SOME; i++) {
        assert_memory_equal(&got[i], &fixes[i], sizeof(fixes[i]));
    }
    for (size_t i = 0; i < records.len; i++) {
        block[i] ^= 0x10;
        assert_int_not_equal(decode(c, block, records.len, got), ERR_OK);
        assert_int_not_equal(decode(c, block, i, got), i == 0 ? ERR_MORE : ERR_OK);
        block[i] ^= 0x10;
    }
    made = encode_plain(c, fixes, SOME, CHUNK_THOROUGH);
    assert_int_equal(prove_plain(c, (struct bytes){made.at, made.len - 1}, fixes, SOME).at[0], 2);
    free(block);
    chunk_codec_free(c);
    free(got);
    free(fixes);
}

static void what_stands_behind_a_block_is_seen(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(SOME);
    struct fix *got = mem_new_array(DRIVE, sizeof(*got));
    struct chunk_codec *c = chunk_codec_new();
    struct bytes made = encode_plain(c, fixes, SOME, CHUNK_QUICK);
    uint8_t *block = copy_of(made, 1);
    for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
        block[made.len] = (uint8_t)byte;
        assert_int_equal(decode(c, block, made.len + 1, got), ERR_CORRUPT);
    }
    free(block);
    chunk_codec_free(c);
    free(got);
    free(fixes);
}

/* A version is believed where the checksum is right. */
static void a_newer_version_is_told(void **state)
{
    (void)state;
    struct fix *fixes = drive_new(SOME);
    struct fix *got = mem_new_array(DRIVE, sizeof(*got));
    struct chunk_codec *c = chunk_codec_new();
    struct bytes made = encode_plain(c, fixes, SOME, CHUNK_QUICK);
    uint8_t *block = copy_of(made, 0);
    for (unsigned version = 0; version <= UINT8_MAX; version++) {
        size_t n = 0;
        enum err want = version > 4 ? ERR_VERSION : version == 1 ? ERR_OK : ERR_CORRUPT;
        block[0] = (uint8_t)version;
        uint32_t crc = (uint32_t)crc32_z(0, block, made.len - sizeof(crc));
        for (size_t i = 0; i < sizeof(crc); i++) {
            block[made.len - sizeof(crc) + i] = (uint8_t)(crc >> 8 * i);
        }
        assert_int_equal(decode(c, block, made.len, got), want);
        assert_int_equal(chunk_count((struct bytes){block, made.len}, &n),
                         version >= 2 && version <= 4 ? ERR_OK : want);
    }
    free(block);
    chunk_codec_free(c);
    free(got);
    free(fixes);
}

/* A block of these bits, with a checksum that is right. */
static enum err decode_forged(uint64_t count, const struct bit_writer *body, size_t len)
{
    uint8_t at[128];
    struct fix *got = mem_new_array(CHUNK_FIXES_MAX, sizeof(*got));
    size_t n = 0;
    size_t made = chunk_forge(at, sizeof(at), 1, count, (struct bytes){body->at, len});
    struct chunk_codec *c = chunk_codec_new();
    enum err e = decode_plain(c, (struct bytes){at, made}, got, CHUNK_FIXES_MAX, &n);
    chunk_codec_free(c);
    free(got);
    return e;
}

static void counts_out_of_range_are_corrupt(void **state)
{
    (void)state;
    struct bit_writer w = writer_of(64);
    bits_put(&w, 0, 6);
    size_t len = bits_align(&w);
    assert_int_equal(decode_forged(1, &w, len), ERR_OK);
    assert_int_equal(decode_forged(CHUNK_FIXES_MAX, &w, len), ERR_OK);
    assert_int_equal(decode_forged(0, &w, len), ERR_CORRUPT);
    assert_int_equal(decode_forged(CHUNK_FIXES_MAX + 1, &w, len), ERR_CORRUPT);
    assert_int_equal(decode_forged(UINT64_MAX, &w, len), ERR_CORRUPT);
    assert_int_equal(decode_forged(1, &w, 0), ERR_CORRUPT);
    assert_int_equal(decode_forged(1, &w, len + 1), ERR_CORRUPT); /* bytes that nothing reads */
    free(w.at);
}

/* A block of one fix, all members 0 but this one. */
static enum err decode_member(size_t place, int64_t value)
{
    struct bit_writer w = writer_of(64);
    bits_put(&w, place + 1, 6);
    for (size_t i = 0; i < place; i++) {
        bits_put(&w, 0, 1);
    }
    bits_put(&w, 1, 2);
    codes_write_number(&w, value);
    enum err e = decode_forged(1, &w, bits_align(&w));
    free(w.at);
    return e;
}

static void values_beyond_their_member_are_corrupt(void **state)
{
    (void)state;
    static const struct {
        size_t place; /* in the table of chunk.c */
        int64_t least;
        int64_t most;
    } members[] = {
        {0, INT64_MIN, INT64_MAX},  {2, 0, UINT32_MAX},         {4, INT32_MIN, INT32_MAX},
        {7, 0, UINT16_MAX},         {9, 0, UINT8_MAX},          {17, 0, FIX_TEMPERATURES_MAX},
        {18, INT16_MIN, INT16_MAX}, {20, 0, FIX_WIFI},          {26, 0, FIX_LOCK_COUNT - 1},
        {30, 0, INT64_MAX >> 7},    {31, 0, FIX_WIFI_MAX},      {32, 0, (INT64_C(1) << 48) - 1},
        {33, INT8_MIN, INT8_MAX},   {46, INT16_MIN, INT16_MAX}, {47, 0, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        assert_int_equal(decode_member(members[i].place, members[i].least), ERR_OK);
        assert_int_equal(decode_member(members[i].place, members[i].most), ERR_OK);
        if (members[i].most < INT64_MAX) {
            assert_int_equal(decode_member(members[i].place, members[i].least - 1), ERR_CORRUPT);
            assert_int_equal(decode_member(members[i].place, members[i].most + 1), ERR_CORRUPT);
        }
    }
    assert_int_equal(decode_member(48, 1), ERR_CORRUPT); /* there is none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_format_stays),
        cmocka_unit_test(any_fix_comes_back),
        cmocka_unit_test(the_ends_of_members_come_back),
        cmocka_unit_test(a_late_member_comes_back),
        cmocka_unit_test(the_order_need_not_be_that_of_time),
        cmocka_unit_test(a_block_holds_from_one_to_all),
        cmocka_unit_test(what_does_not_change_costs_nothing),
        cmocka_unit_test(arrivals_are_told_in_their_own_way),
        cmocka_unit_test(short_runs_stay_small),
        cmocka_unit_test(blocks_follow_each_other),
        cmocka_unit_test(no_bytes_are_no_fixes),
        cmocka_unit_test(a_part_of_a_block_is_corrupt),
        cmocka_unit_test(a_changed_byte_is_seen),
        cmocka_unit_test(a_block_is_proven_or_replaced),
        cmocka_unit_test(what_stands_behind_a_block_is_seen),
        cmocka_unit_test(a_newer_version_is_told),
        cmocka_unit_test(counts_out_of_range_are_corrupt),
        cmocka_unit_test(values_beyond_their_member_are_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
