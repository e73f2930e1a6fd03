/*
 * Ruptela: FM-Eco, FM-Pro, FM-Tco, FM-Plug, HCV, LCV and Plug5 trackers, over TCP. Numbers are
 * big-endian:
 *
 *     0032    00007048860ddf79  01    ...............  2d70
 *     length  IMEI, a number    type  what it says     CRC-16/KERMIT of IMEI to payload
 *     `- counts IMEI to payload
 *
 * Down the same without the IMEI. There is no login: every frame names its tracker. A frame whose
 * checksum is wrong is dropped, and comes again. What cannot be read but has a right one is
 * acknowledged and counted, as else it would come for ever.
 *
 *     01, 44   records, extended ones       -> 64, 01 taken, 00 send again
 *     09       trouble codes                -> 6d 01
 *     0f       who the tracker is           -> 73 01
 *     10       heartbeat                    -> 74 01
 *     25       parts of files; not kept, and no further part is asked for
 *     02 to 07, 11   answers to commands
 *
 * A record: time u32 | its number in that second u8 | 44: parts u8 | priority u8 | lon i32 | lat
 * i32, 1e-7 deg | altitude u16, 0.1 m, heights below 0 as i16 | course u16, 0.01 deg | satellites |
 * speed u16 km/h | HDOP u8, 0.1 | what caused it u8 or u16 | elements of 1, 2, 4 and 8 bytes, each
 * group with its count. An extended record comes in parts, whose elements belong together. A clock
 * that was never set shows the first days of 2000: such a record has no time.
 *
 * Source: the vectors' facts, section 1. That 00 asks to send again is not proven there.
 */
#include "protocols/ruptela/ruptela.h"

#include <stdio.h>

#include "base/crc.h"
#include "protocols/fields.h"
#include "protocols/figures.h"
#include "protocols/framing.h"

enum {
    LENGTH_LEN = 2,
    IMEI_LEN = 8,
    CRC_LEN = 2,
    TYPE_AT = LENGTH_LEN + IMEI_LEN,
    BODY_MIN = IMEI_LEN + 1,
    FRAME_EXTRA = LENGTH_LEN + CRC_LEN,
    TYPE_EXTENDED = 0x44
};

/* ---- records ---- */

static void set_time(uint32_t time_s, struct fix *f)
{
    const uint32_t set_from_s = 946684800 + 7 * 86400; /* 2000-01-08 */
    if (time_s >= set_from_s) {
        fix_set_time(f, time_s);
    }
}

static const struct figure angles[] = {{.len = 4, .none = FIGURE_LEAST, .part = FIGURE_LON_E7},
                                       {.len = 4, .none = FIGURE_LEAST, .part = FIGURE_LAT_E7}};
static const struct figures place_row = {FIGURES(angles)};
static const struct figure motion[] = {
    {.len = 2, .is_signed = true, .set = item_altitude_dm},
    {.len = 2, .none = FIGURE_ONES, .set = item_course_cdeg},
    {.len = 1, .none = FIGURE_ONES, .set = item_satellites},
    {.len = 2, .none = FIGURE_ONES, .times = 100, .set = item_speed_kmh_e2},
    {.len = 1, .none = FIGURE_ONES, .times = 10, .set = item_hdop_e2},
};
static const struct figures motion_row = {FIGURES(motion)};
enum { PLACE_LEN = 8, MOTION_LEN = 8 };

/* What a place without angles says does not count, and one without satellites is not valid. */
static void read_place(struct reader *r, struct report *out)
{
    if (!figures_read(&place_row, r, out)) {
        read_skip(r, MOTION_LEN);
        return;
    }
    (void)figures_read(&motion_row, r, out);
    if (out->fix.satellites == 0) {
        out->fix.flags &= ~(uint32_t)FIX_VALID;
    }
}

/* Groups of numbers of one, two, four and eight bytes. */
static void read_elements(struct reader *r, bool is_extended, struct ruptela_record *out)
{
    enum { WIDTH_MAX = 8 };
    for (size_t width = 1; width <= WIDTH_MAX; width *= 2) {
        unsigned count = read_u8(r);
        for (unsigned i = 0; i < count && reader_ok(r); i++) {
            unsigned id = is_extended ? read_u16be(r) : read_u8(r);
            ruptela_read_io(id, read_bytes(r, width), out);
        }
    }
}

/* Reads a record; what of it is a further part of the one before, adds to that. False: it is cut.
 */
static bool read_record(struct reader *r, bool is_extended, struct ruptela_record *record,
                        struct decoded *out)
{
    enum { PART_MASK = 0x0f };
    uint32_t time_s = read_u32be(r);
    read_skip(r, 1);
    unsigned part = is_extended ? read_u8(r) & PART_MASK : 0;
    read_skip(r, 1);
    bool is_new = part == 0 || out->len == 0;
    if (is_new) {
        *record = (struct ruptela_record){0};
        report_begin(&record->report, out);
        set_time(time_s, &record->report.fix);
        read_place(r, &record->report);
    } else {
        read_skip(r, PLACE_LEN + MOTION_LEN);
    }
    unsigned event = is_extended ? read_u16be(r) : read_u8(r);
    extras_set(&record->report.extras, EXTRA_EVENT, 0, event);
    read_elements(r, is_extended, record);
    if (reader_ok(r)) {
        ruptela_finish_io(record);
        out->len -= is_new ? 0 : 1;
        report_add(&record->report, MESSAGE_FIX, out);
    }
    return reader_ok(r);
}

static void read_records(struct reader *r, unsigned type, struct decoded *out)
{
    struct ruptela_record *record = arena_new(out->arena, sizeof(*record));
    read_skip(r, 1); /* how many wait */
    unsigned count = read_u8(r);
    unsigned done = 0;
    while (done < count && read_record(r, type == TYPE_EXTENDED, record, out)) {
        done++;
    }
    out->unreadable += count - done;
}

static void read_codes(struct reader *r, unsigned type, struct decoded *out)
{
    enum { CODE_LEN = 5 };
    (void)type;
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count && reader_ok(r); i++) {
        struct report report;
        report_begin(&report, out);
        read_skip(r, 1);
        set_time(read_u32be(r), &report.fix);
        (void)figures_read(&place_row, r, &report);
        report.fix.flags |= read_u8(r) == 2 ? FIX_REUPLOAD : 0;
        extras_set_text(&report.extras, EXTRA_TROUBLE_CODE, 0, read_bytes(r, CODE_LEN));
        if (reader_ok(r)) {
            report_add(&report, MESSAGE_FIX, out);
        }
    }
}

/* ---- the frame ---- */

static void add_answer(struct reader *r, unsigned type, struct decoded *out)
{
    report_add_answer(read_rest(r), out)->answer.message_id = (uint16_t)type;
}

/* The types of frames. */
static const struct type {
    void (*read)(struct reader *r, unsigned type, struct decoded *out);
    uint8_t first;
    uint8_t last;
    uint8_t kind; /* enum message_kind, where nothing is read */
    uint8_t down; /* the type of its acknowledgement; 0: it has none */
    bool is_data;
} types[] = {
    {read_records, 0x01, 0x01, 0, 0x64, true},
    {add_answer, 0x02, 0x07, 0, 0, false},
    {read_codes, 0x09, 0x09, 0, 0x6d, true},
    {NULL, 0x0f, 0x0f, MESSAGE_LOGIN, 0x73, false},
    {NULL, 0x10, 0x10, MESSAGE_HEARTBEAT, 0x74, false},
    {add_answer, 0x11, 0x11, 0, 0, false},
    {NULL, 0x25, 0x25, MESSAGE_OTHER, 0, false},
    {read_records, TYPE_EXTENDED, TYPE_EXTENDED, 0, 0x64, true},
};

static const struct type *type_of(unsigned type)
{
    static const struct type none = {.kind = MESSAGE_OTHER};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (type >= types[i].first && type <= types[i].last) {
            return &types[i];
        }
    }
    return &none;
}

const struct framing ruptela_form = {.length_width = LENGTH_LEN,
                                     .uncounted = FRAME_EXTRA,
                                     .sum_from = LENGTH_LEN,
                                     .sum = crc16_kermit,
                                     .len_min = FRAME_EXTRA + 1,
                                     .len_max = RUPTELA_FRAME_MAX};

/* Whether an IMEI and a type stand behind the length, as far as they are there. */
static enum err fits(struct bytes in)
{
    const uint64_t imei_max = 999999999999999;
    struct bytes imei = bytes_slice(in, LENGTH_LEN, IMEI_LEN);
    bool is_long = in.at[0] > (RUPTELA_FRAME_MAX >> 8);
    bool is_short = in.len > 1 && in.at[0] == 0 && in.at[1] < BODY_MIN;
    bool is_imei = imei.len == 0 || field_number(imei) <= imei_max >> 8 * (IMEI_LEN - imei.len);
    if (is_long || is_short || !is_imei) {
        return ERR_MALFORMED;
    }
    if (in.len <= TYPE_AT) {
        return ERR_MORE;
    }
    return type_of(in.at[TYPE_AT])->first != 0 ? ERR_OK : ERR_MALFORMED;
}

/* A length of 01xx begins as a frame of Galileosky may: sure by the checksum alone. */
static const struct framing_rule rule = {
    .len_max = RUPTELA_FRAME_MAX, .forms = &ruptela_form, .form_count = 1, .fits = fits};

static enum err ruptela_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    (void)s;
    struct reader r = reader_init(bytes_slice(frame, LENGTH_LEN, frame.len - FRAME_EXTRA));
    (void)snprintf(out->device_id, sizeof(out->device_id), "%015llu",
                   (unsigned long long)read_u64be(&r));
    unsigned type = read_u8(&r);
    const struct type *row = type_of(type);
    if (row->read != NULL) {
        row->read(&r, type, out);
    } else {
        decoded_add(out, row->kind);
    }
    out->hint.at[0] = (uint8_t)type;
    out->wants_reply = row->down != 0;
    return ERR_OK;
}

void ruptela_write(struct writer *out, unsigned type, struct bytes payload)
{
    size_t from = framing_begin(&ruptela_form, out);
    write_u8(out, (uint8_t)type);
    write_bytes(out, payload);
    framing_end(&ruptela_form, out, from);
}

static void ruptela_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                          int64_t now_s, struct writer *out)
{
    const struct type *row = type_of(hint->at[0]);
    uint8_t taken = outcome == OUTCOME_REFUSED && row->is_data ? 0 : 1;
    (void)s;
    (void)now_s;
    if (outcome != OUTCOME_UNREGISTERED || !row->is_data) {
        ruptela_write(out, row->down, (struct bytes){&taken, 1});
    }
}

const struct protocol protocol_ruptela = {
    .name = "ruptela",
    .doc = "Ruptela FM, HCV, LCV and Plug trackers: records and extended records",
    .port = 5046,
    .frame_max = RUPTELA_FRAME_MAX,
    .tcp_only = true,
    .rule = &rule,
    .decode = ruptela_decode,
    .reply = ruptela_reply,
    .command = ruptela_command,
};
