/*
 * libFuzzer's driver of packed fixes and states, and of the stamps before states in rows. The first
 * byte of an input says how the others are taken:
 *
 *     0    the body of a record
 *     1    records behind one another
 *     2    a state
 *     3    a state as it stands in a row, its stamp made right
 *     4    numbers that the members and the extra values of a fix are made of, eight bytes for each
 *          fix
 *     5    what a device's row tells of its states (folded.h)
 *
 * Whatever could be unpacked, and every fix of way 4, must come back as it was.
 */
#include "fuzzing.h"
#include "store/chunk_testing.h"
#include "store/stamp.h"
#include "store/track.h"

enum { INPUT_MAX = 1 << 12 };

static void expect_back(const struct fix *fix, struct bytes extras)
{
    uint8_t at[PACK_REPORT_MAX];
    struct writer w = writer_init(at, sizeof(at));
    struct bytes body = {0};
    int64_t time_s = 0;
    struct fix again;
    struct bytes extras_again = {0};
    pack_report(&w, fix, extras);
    check(writer_ok(&w) && (extras.len > 0 || w.len <= PACK_FIX_MAX));
    struct reader r = reader_init(writer_bytes(&w));
    check(pack_next(&r, &body, &time_s) && time_s == fix->gps_time_s && reader_left(&r) == 0);
    check(unpack_report(body, &again, &extras_again) == ERR_OK);
    check(memcmp(&again, fix, sizeof(again)) == 0 && bytes_same(extras_again, extras));
    check((unpack_fix(body, &again) == ERR_OK) == (extras.len == 0));
}

static void read_body(struct bytes in)
{
    struct fix fix;
    struct bytes extras;
    if (unpack_report(in, &fix, &extras) == ERR_OK) {
        expect_back(&fix, extras);
    }
}

static void read_records(struct bytes in)
{
    struct reader r = reader_init(in);
    struct bytes body = {0};
    int64_t time_s = 0;
    while (pack_next(&r, &body, &time_s)) {
        read_body(body);
    }
    check(!reader_ok(&r) || reader_left(&r) == 0);
}

static void expect_state_back(const struct fold_state *state)
{
    uint8_t at[PACK_STATE_MAX];
    struct writer w = writer_init(at, sizeof(at));
    struct fold_state again;
    pack_state(&w, state);
    check(writer_ok(&w));
    check(unpack_state(writer_bytes(&w), &again) == ERR_OK);
    uint8_t at_again[PACK_STATE_MAX];
    struct writer w_again = writer_init(at_again, sizeof(at_again));
    pack_state(&w_again, &again);
    check(w_again.len == w.len && memcmp(at, at_again, w.len) == 0);
}

static void read_state(struct bytes in)
{
    struct fold_state state;
    if (unpack_state(in, &state) == ERR_OK) {
        expect_state_back(&state);
    }
}

static void read_stamped(struct bytes in)
{
    uint8_t room[STAMP_ROW_MAX];
    const struct stamp_numbers numbers = {1, 2, 0, 3};
    const struct stamp_numbers others = {1, 2, 1, 3};
    struct fold_state state;
    (void)!track_unpack_state(in, &state);
    if (in.len == 0 || in.len > PACK_STATE_MAX) {
        return;
    }
    const struct stamp_content content = {.note = in, .state = in};
    struct bytes row = stamp_row(&numbers, &content, room);
    struct bytes packed = stamp_peel(&numbers, row).state;
    if (stamp_take(&packed) == ERR_OK) {
        read_state(packed);
    }
    (void)!track_unpack_state(stamp_peel(&others, row).state, &state);
}

/* The list of shifts, and what becomes of it. */
static void read_folded(struct bytes in)
{
    struct folded f;
    struct arena arena = {0};
    if (folded_unpack(in, &f) == ERR_OK) {
        uint64_t all_m_e2 = folded_shift_m_e2(&f, INT64_MAX);
        folded_join(&f, f.from_s, &arena);
        check(folded_shift_m_e2(&f, INT64_MAX) == all_m_e2);
    }
    arena_free(&arena);
}

static void make_fixes(struct bytes in)
{
    struct arena arena = {0};
    for (size_t i = 0; i + sizeof(uint64_t) <= in.len; i += sizeof(uint64_t)) {
        uint64_t seed = 0;
        struct fix fix;
        memcpy(&seed, in.at + i, sizeof(seed));
        fix_of_noise(&seed, &fix);
        for (size_t k = fix.temperature_count; k < FIX_TEMPERATURES_MAX; k++) {
            fix.temperature_c_e2[k] = 0;
        }
        for (size_t k = fix.wifi_count; k < FIX_WIFI_MAX; k++) {
            fix.wifi[k] = (struct wifi_ap){0};
        }
        expect_back(&fix, extras_of_noise(&seed, &arena));
        arena_clear(&arena);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const ways[])(struct bytes in) = {
        read_body, read_records, read_state, read_stamped, make_fixes, read_folded,
    };
    if (size > 0 && size <= INPUT_MAX) {
        ways[data[0] % (sizeof(ways) / sizeof(ways[0]))]((struct bytes){data + 1, size - 1});
    }
    return 0;
}
