/*
 * Teltonika records. Codecs 8, 8 Extended and 16; numbers are big-endian:
 *
 *     time u64 ms | priority u8 | lon i32 | lat i32, 1e-7 deg | altitude i16 m | angle u16 deg
 *     | satellites u8 | speed u16 km/h
 *     | event id | 16: generation u8 | elements, all | then for 1, 2, 4 and 8 bytes: elements, of
 *       so many bytes, each an id and a number
 *     | 8 Extended: elements, each an id, a length u16 and bytes
 *
 * Counts are u8, in 8 Extended u16; ids are u8, in 8 Extended and 16 u16. Some devices are set to
 * have a group of 16 bytes, too: that is seen where the records end elsewhere without it. Without a
 * fix (no satellites) the tracker repeats its last place, at a speed of 0.
 *
 * Codec 7 (GH3000):
 *
 *     time u32, its low 30 bits seconds since 2007 | which u8: 1 place, 2, 4, 8 elements of 1, 2, 4
 *     place: which u8: 1 lat and lon f32, 2 altitude i16, 4 course u8 / 256 turns, 8 speed u8 km/h,
 *            10 satellites u8, 20 LAC u16 and CID u16, 40 signal u8, 80 operator u32
 *
 * Source: the maker's "Teltonika Data Sending Protocols"; the vectors' facts, section 3.
 */
#include <math.h>
#include <string.h>

#include "protocols/teltonika/teltonika.h"

enum { GROUPS = 4, WIDTH_EXTRA = 16, E7_PER_DEGREE = 10000000 };

/* How the records of a codec are written. */
struct layout {
    bool has_wide_counts;
    bool has_wide_ids;
    bool has_generation;
    bool has_lengths; /* elements with a length of their own */
    bool has_extra_group;
};

bool teltonika_has_records(unsigned codec)
{
    return codec == TELTONIKA_8 || codec == TELTONIKA_8_EXTENDED || codec == TELTONIKA_16 ||
           codec == TELTONIKA_GH3000;
}

static struct layout layout_of(unsigned codec)
{
    bool is_extended = codec == TELTONIKA_8_EXTENDED;
    return (struct layout){.has_wide_counts = is_extended,
                           .has_wide_ids = is_extended || codec == TELTONIKA_16,
                           .has_generation = codec == TELTONIKA_16,
                           .has_lengths = is_extended};
}

static unsigned read_narrow_or_wide(struct reader *r, bool is_wide)
{
    return is_wide ? read_u16be(r) : read_u8(r);
}

static void read_group(struct reader *r, const struct layout *l, size_t width,
                       struct teltonika_record *out)
{
    unsigned count = read_narrow_or_wide(r, l->has_wide_counts);
    for (unsigned i = 0; i < count && reader_ok(r); i++) {
        unsigned id = read_narrow_or_wide(r, l->has_wide_ids);
        size_t len = width > 0 ? width : read_u16be(r);
        struct bytes value = read_bytes(r, len);
        if (reader_ok(r)) {
            teltonika_read_io(id, value, out);
        }
    }
}

static void read_elements(struct reader *r, const struct layout *l, struct teltonika_record *out)
{
    unsigned event = read_narrow_or_wide(r, l->has_wide_ids);
    if (l->has_generation) {
        read_skip(r, 1);
    }
    (void)read_narrow_or_wide(r, l->has_wide_counts); /* of them all */
    if (event != 0) {
        extras_set(&out->extras, EXTRA_EVENT, 0, event);
    }
    fix_set_alarms_told(&out->fix, 0);
    for (unsigned group = 0; group < GROUPS; group++) {
        read_group(r, l, (size_t)1 << group, out);
    }
    if (l->has_extra_group) {
        read_group(r, l, WIDTH_EXTRA, out);
    }
    if (l->has_lengths) {
        read_group(r, l, 0, out);
    }
}

static void read_record(struct reader *r, const struct layout *l, struct teltonika_record *out)
{
    const uint64_t ms = 1000;
    const int64_t m_dm = 10;
    struct fix *f = &out->fix;
    uint64_t time_ms = read_u64be(r);
    read_skip(r, 1); /* priority */
    int32_t lon_e7 = (int32_t)read_u32be(r);
    int32_t lat_e7 = (int32_t)read_u32be(r);
    int16_t altitude_m = (int16_t)read_u16be(r);
    uint64_t angle_deg = read_u16be(r);
    uint8_t satellites = read_u8(r);
    uint64_t speed_kmh = read_u16be(r);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_time(f, (int64_t)(time_ms / ms));
    fix_set_position(f, lat_e7, lon_e7, satellites > 0);
    fix_set_satellites(f, satellites);
    if (satellites > 0) {
        fix_set_altitude_dm(f, altitude_m * m_dm);
        fix_set_course_cdeg(f, angle_deg * 100);
    }
    fix_set_speed_kmh_e2(f, speed_kmh * 100);
    read_elements(r, l, out);
}

/* ---- codec 7 ---- */

static bool read_degrees(struct reader *r, int64_t *angle_e7)
{
    uint32_t bits = read_u32be(r);
    float degrees = 0;
    memcpy(&degrees, &bits, sizeof(degrees));
    if (!isfinite(degrees) || fabsf(degrees) > 180) {
        return false;
    }
    *angle_e7 = llroundf(degrees * (float)E7_PER_DEGREE);
    return true;
}

static void read_place(struct reader *r, struct teltonika_record *out)
{
    enum { HAS_PLACE = 1, ALTITUDE = 2, COURSE = 4, SPEED = 8, SATELLITES = 0x10 };
    enum { CELL = 0x20, SIGNAL = 0x40, OPERATOR = 0x80, OPERATOR_ID = 241, TURN_CDEG = 36000 };
    struct fix *f = &out->fix;
    unsigned which = read_u8(r);
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    bool is_place =
        (which & HAS_PLACE) != 0 && read_degrees(r, &lat_e7) && read_degrees(r, &lon_e7);
    if ((which & ALTITUDE) != 0) {
        fix_set_altitude_dm(f, (int16_t)read_u16be(r) * INT64_C(10));
    }
    if ((which & COURSE) != 0) {
        fix_set_course_cdeg(f, read_u8(r) * (uint64_t)TURN_CDEG / (UINT8_MAX + 1));
    }
    if ((which & SPEED) != 0) {
        fix_set_speed_kmh_e2(f, read_u8(r) * UINT64_C(100));
    }
    unsigned satellites = (which & SATELLITES) != 0 ? read_u8(r) : 0;
    if ((which & SATELLITES) != 0) {
        fix_set_satellites(f, satellites);
    }
    if ((which & CELL) != 0) {
        out->cell.lac = read_u16be(r);
        out->cell.cid = read_u16be(r);
    }
    if ((which & SIGNAL) != 0) {
        fix_set_gsm(f, read_u8(r));
    }
    if ((which & OPERATOR) != 0) {
        teltonika_read_io(OPERATOR_ID, read_bytes(r, 4), out);
    }
    if (is_place && reader_ok(r)) {
        fix_set_position(f, lat_e7, lon_e7, satellites > 0 || (which & SATELLITES) == 0);
    }
}

static void read_gh3000(struct reader *r, struct teltonika_record *out)
{
    enum { TIME_MASK = 0x3fffffff, PLACE = 1, GROUP_FIRST = 2, GROUPS_OF_IT = 3 };
    const int64_t epoch_s = 1167609600; /* 2007-01-01T00:00:00Z */
    static const struct layout narrow = {0};
    uint32_t time = read_u32be(r) & TIME_MASK;
    unsigned which = read_u8(r);
    fix_set_time(&out->fix, epoch_s + time);
    fix_set_alarms_told(&out->fix, 0);
    if ((which & PLACE) != 0) {
        read_place(r, out);
    }
    for (unsigned group = 0; group < GROUPS_OF_IT; group++) {
        if ((which & (unsigned)GROUP_FIRST << group) != 0) {
            read_group(r, &narrow, (size_t)1 << group, out);
        }
    }
}

/* ---- all of them ---- */

static void add(const struct teltonika_record *from, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = from->fix;
    if (from->cell.cid != 0) {
        fix_set_cell(&m->fix, from->cell);
    }
    m->extras = extras_pack(&from->extras);
}

static enum err read_all(struct reader *r, unsigned codec, const struct layout *l, size_t count,
                         struct decoded *out)
{
    for (size_t i = 0; i < count && reader_ok(r); i++) {
        struct teltonika_record record = {0};
        extras_init(&record.extras, out->arena);
        if (codec == TELTONIKA_GH3000) {
            read_gh3000(r, &record);
        } else {
            read_record(r, l, &record);
        }
        if (reader_ok(r)) {
            add(&record, out);
        }
    }
    bool is_whole = read_u8(r) == count && reader_ok(r) && reader_left(r) == 0;
    return is_whole ? ERR_OK : ERR_MALFORMED;
}

enum err teltonika_read_records(struct reader *r, unsigned codec, size_t count, struct decoded *out)
{
    struct layout l = layout_of(codec);
    struct reader again = *r;
    enum err e = read_all(r, codec, &l, count, out);
    if (e != ERR_OK && codec != TELTONIKA_GH3000) {
        out->len = 0;
        l.has_extra_group = true;
        *r = again;
        e = read_all(r, codec, &l, count, out);
    }
    return e;
}
