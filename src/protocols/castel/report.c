/*
 * What the trackers of Castel report. A position has 19 bytes:
 *
 *     DD MM YY hh mm ss | lat u32, lon u32, 1/3600000 deg | cm/s u16 | course u16, 0.1 deg |
 *     flags u8: 0 east, 1 north, 2 and 3 valid, the upper half satellites
 *
 * Trackers: 4001 is a login with a position, 4206 count u8 times 35 bytes: position, status u32,
 * battery u8, odometer u32 m, 3 bytes, LAC u16, CID u16; without any it is a heartbeat. What the
 * status and the battery mean is not known, and a cell without a country is none.
 *
 * Old trackers: 2001 is a login, number u32, time u32, a byte and a position; 4001, 4201, 4202 and
 * 4206 a position, 4204 eight of them with 31 bytes behind each.
 */
#include "protocols/castel/castel.h"
#include "protocols/fields.h"

enum { POSITION_LEN = 19 };

void castel_read_position(struct reader *r, struct fix *f)
{
    enum { EAST = 1, NORTH = 2, VALID = 0x0c, SATELLITES_AT = 4, E1_TO_E2 = 10 };
    struct bytes at = read_bytes(r, FIELD_CIVIL_LEN);
    int64_t lat_e7 = (int64_t)read_u32le(r) * 25 / 9;
    int64_t lon_e7 = (int64_t)read_u32le(r) * 25 / 9;
    uint64_t speed_cms = read_u16le(r);
    uint64_t course_e1 = read_u16le(r);
    unsigned flags = read_u8(r);
    if (!reader_ok(r)) {
        return;
    }
    const uint8_t year_first[FIELD_CIVIL_LEN] = {at.at[2], at.at[1], at.at[0],
                                                 at.at[3], at.at[4], at.at[5]};
    struct civil c;
    if (field_civil_of_bytes((struct bytes){year_first, sizeof(year_first)}, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
    fix_set_position(f, (flags & NORTH) != 0 ? lat_e7 : -lat_e7,
                     (flags & EAST) != 0 ? lon_e7 : -lon_e7, (flags & VALID) != 0);
    fix_set_speed_kmh_e2(f, (speed_cms * 36 + 5) / 10);
    fix_set_course_cdeg(f, course_e1 * E1_TO_E2);
    fix_set_satellites(f, flags >> SATELLITES_AT);
}

static enum err add_position(struct reader *r, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_FIX);
    castel_read_position(r, &m->fix);
    fix_set_alarms_told(&m->fix, 0);
    return reader_ok(r) ? ERR_OK : ERR_MALFORMED;
}

/* The status, the battery, the odometer, three bytes and a cell. */
static void read_state(struct reader *r, struct fix *f)
{
    enum { STATUS_LEN = 5, TAIL_LEN = 7 };
    read_skip(r, STATUS_LEN);
    uint32_t odometer_m = read_u32le(r);
    read_skip(r, TAIL_LEN);
    if (reader_ok(r) && odometer_m > 0) {
        fix_set_odometer_m(f, odometer_m);
    }
}

static enum err read_reports(struct reader *r, struct decoded *out)
{
    enum { KEPT = 1 };
    bool is_kept = read_u8(r) == KEPT;
    unsigned count = read_u8(r);
    if (!reader_ok(r)) {
        return ERR_MALFORMED;
    }
    for (unsigned i = 0; i < count; i++) {
        if (add_position(r, out) != ERR_OK) {
            out->len--;
            out->unreadable += count - i;
            return ERR_OK;
        }
        struct fix *f = &out->at[out->len - 1].fix;
        read_state(r, f);
        f->flags |= is_kept ? (uint32_t)FIX_REUPLOAD : 0;
    }
    if (count == 0) {
        decoded_add(out, MESSAGE_HEARTBEAT);
    }
    return ERR_OK;
}

static enum err read_tracker(unsigned type, struct reader *r, struct decoded *out,
                             struct castel_answer *answer)
{
    enum { LOGIN = 0x4001, REPORTS = 0x4206, TO_LOGIN = 0x8001, TO_REPORTS = 0x8206 };
    if (type == LOGIN) {
        answer->type = TO_LOGIN;
        decoded_add(out, MESSAGE_LOGIN);
        enum err e = add_position(r, out);
        read_state(r, &out->at[out->len - 1].fix);
        return e;
    }
    if (type == REPORTS) {
        answer->type = TO_REPORTS;
        return read_reports(r, out);
    }
    decoded_add(out, MESSAGE_OTHER);
    return ERR_OK;
}

static enum err read_old(unsigned type, struct reader *r, struct decoded *out,
                         struct castel_answer *answer)
{
    enum { LOGIN = 0x2001, TO_LOGIN = 0x1001, LOGIN_FRONT_LEN = 9, LIST = 0x4204, LIST_COUNT = 8 };
    enum { LIST_EXTRA_LEN = 31 };
    if (type == LOGIN) {
        answer->type = TO_LOGIN;
        decoded_add(out, MESSAGE_LOGIN);
        read_skip(r, LOGIN_FRONT_LEN);
        return add_position(r, out);
    }
    if (type == LIST) {
        enum err e = ERR_OK;
        for (int i = 0; i < LIST_COUNT && e == ERR_OK; i++) {
            e = add_position(r, out);
            read_skip(r, LIST_EXTRA_LEN);
        }
        return e;
    }
    if (type == 0x4001 || type == 0x4201 || type == 0x4202 || type == 0x4206) {
        return add_position(r, out);
    }
    decoded_add(out, MESSAGE_OTHER);
    return ERR_OK;
}

enum err castel_read(const struct castel_frame *f, struct decoded *out,
                     struct castel_answer *answer)
{
    struct reader r = reader_init(f->content);
    return f->kind == CASTEL_MPIP ? read_old(f->type, &r, out, answer)
                                  : read_tracker(f->type, &r, out, answer);
}
