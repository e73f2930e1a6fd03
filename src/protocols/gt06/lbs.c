/*
 * GT06 cells and Wi-Fi access points: reports without a GPS fix.
 *
 *     a cell        MCC u16, MNC u8 (u16 where bit 15 of the MCC is set), LAC, CID
 *     18 28 2C 2E   time, MCC, MNC, 7 x (LAC u16, CID u24, signal u8), timing advance u8;
 *     24            18 and 2C go on with Wi-Fi: count u8, n x (MAC 6, signal u8)
 *     24, 44 bytes  time, timing advance, MCC, MNC, count u8, count x (LAC u16, CID u24, signal)
 *     33            as 18 with 6 x (LAC u16, CID u32, signal)
 *     34, 50 bytes  time, timing advance, MCC, MNC u16, n x (LAC u16, CID u32, signal)
 *     A1 A2         as 28 and 18 with LAC u32, CID u64; some devices write a length u8 before the
 *                   MCC, which counts up to the Wi-Fi, with or without itself
 *     A9            time, MCC, MNC, 4G u8, count u8, count x cell (4G: as A1, else as 28), timing
 *                   advance, Wi-Fi, alarm u8, language u8
 *     19, 18 bytes  time and one cell of a list; 19 else, A5, A7: a cell; 19 and A5 then a status
 *     11            time if there is one, a cell
 *     17, 31 bytes  a cell, a telephone number 21, language u16: an address request
 *     F3            time in BCD, count u8, count x (2 bytes, MAC 6)
 *     17 69         time in BCD, Wi-Fi, count u8, MCC u16, MNC u8, count x (LAC u16, CID u16,
 *                   signal u8); the frame has no serial and no CRC:
 *
 *     78 78 02 17  time in BCD x 6  (MAC x 6, signal) x 2  02 MCC MNC (LAC CID signal) x 2  0d 0a
 *           `- how many access points                      `- how many cells
 *
 * Some devices put a 00 before its 0d 0a.
 *
 * A fix keeps the first cell, the serving one, and up to FIX_WIFI_MAX access points. An access
 * point without a MAC is an empty place in the list. Signals of access points are dBm; many devices
 * leave out the sign.
 *
 * Source: the Concox and Jimi protocol documents, and real frames.
 */
#include "protocols/gt06/gt06.h"

#include <string.h>

enum {
    TYPE_WIFI = 0x17,
    TYPE_WIFI_2 = 0x69,
    TYPE_WIFI_COUNTED = 0xf3,
    TYPE_CELLS_18 = 0x18,
    TYPE_LBS_STATUS = 0x19,
    TYPE_CELLS_24 = 0x24,
    TYPE_CELLS_WIFI_2C = 0x2c,
    TYPE_CELLS_WIFI_33 = 0x33,
    TYPE_CELLS_34 = 0x34,
    TYPE_CELLS_4G = 0xa1,
    TYPE_CELLS_WIFI_4G = 0xa2,
    TYPE_LBS_ALARM = 0xa5,
    TYPE_WIFI_ALARM = 0xa9,
};
enum {
    TIME_LEN = 6,
    AP_LEN = 7,
    BARE_CELL_LEN = 5,
    BARE_HEAD_LEN = 10,
    BARE_CELLS_HEAD_LEN = 4,
    END_LEN = 2
};

bool gt06_is_network(struct bytes in, size_t at)
{
    enum { MCC_FIRST = 200, MCC_LAST = 799 };
    struct reader r = reader_init(bytes_slice(in, at, 2));
    unsigned mcc = read_u16be(&r) & 0x7fffU;
    return mcc >= MCC_FIRST && mcc <= MCC_LAST;
}

/* The LAC and CID of `form`. */
static void read_lac_cid(struct reader *r, enum gt06_cell form, struct cell *cell)
{
    cell->lac = form == GT06_CELL_4G ? read_u32be(r) : read_u16be(r);
    if (form == GT06_CELL_4G) {
        cell->cid = read_u64be(r);
    } else {
        cell->cid = form == GT06_CELL_2G ? read_u24be(r) : read_u32be(r);
    }
}

static void read_network(struct reader *r, bool is_wide, struct cell *cell)
{
    uint16_t mcc = read_u16be(r);
    cell->mnc = is_wide || (mcc & 0x8000U) != 0 ? read_u16be(r) : read_u8(r);
    cell->mcc = mcc & 0x7fffU;
}

void gt06_read_cell(struct reader *r, struct fix *f, enum gt06_cell form)
{
    struct cell cell = {0};
    if (form == GT06_CELL_NONE) {
        return;
    }
    read_network(r, form == GT06_CELL_3G_WIDE, &cell);
    read_lac_cid(r, form, &cell);
    if (reader_ok(r)) {
        fix_set_cell(f, cell);
    }
}

void gt06_read_wifi(struct reader *r, struct fix *f, unsigned count)
{
    static const uint8_t no_mac[6];
    for (unsigned i = 0; i < count; i++) {
        struct bytes mac = read_bytes(r, sizeof(no_mac));
        int signal = read_u8(r);
        if (!reader_ok(r)) {
            return;
        }
        if (memcmp(mac.at, no_mac, sizeof(no_mac)) != 0) {
            fix_add_wifi(f, mac.at, signal > INT8_MAX ? signal - UINT8_MAX - 1 : -signal);
        }
    }
}

/* How the cells of a frame are laid out. */
struct cells_form {
    bool begins_with_advance;
    bool has_wifi;
    bool has_alarm;
    unsigned count;
    enum gt06_cell cell;
};

static struct cells_form cells_form_of(const struct gt06_frame *f)
{
    enum { COUNTED_LEN = 44 };
    struct cells_form form = {.count = 7, .cell = GT06_CELL_2G};
    form.has_wifi = f->type == TYPE_CELLS_18 || f->type == TYPE_CELLS_WIFI_2C ||
                    f->type == TYPE_CELLS_WIFI_33 || f->type == TYPE_CELLS_WIFI_4G ||
                    f->type == TYPE_WIFI_ALARM;
    form.has_alarm = f->type == TYPE_WIFI_ALARM;
    if (f->type == TYPE_CELLS_4G || f->type == TYPE_CELLS_WIFI_4G) {
        form.cell = GT06_CELL_4G;
    } else if (f->type == TYPE_CELLS_WIFI_33) {
        form.cell = GT06_CELL_3G;
        form.count = 6;
    } else if (f->type == TYPE_CELLS_34) {
        form.cell = GT06_CELL_3G_WIDE;
        form.begins_with_advance = true;
    } else if (f->type == TYPE_CELLS_24 && f->content.len == COUNTED_LEN) {
        form.begins_with_advance = true;
        form.count = 0; /* told by the frame */
    }
    return form;
}

/* Reads the cells of a frame. There may be fewer, where the frame ends. */
static void read_cells(struct reader *r, struct cells_form *form, struct fix *f)
{
    struct cell network = {0};
    read_skip(r, form->begins_with_advance ? 1 : 0);
    read_network(r, form->cell == GT06_CELL_3G_WIDE, &network);
    if (form->has_alarm) {
        form->cell = read_u8(r) > 0 ? GT06_CELL_4G : GT06_CELL_2G;
    }
    if (form->has_alarm || form->count == 0) {
        form->count = read_u8(r);
    }
    for (unsigned i = 0; i < form->count && reader_ok(r); i++) {
        struct cell cell = network;
        read_lac_cid(r, form->cell, &cell);
        read_skip(r, 1); /* its signal */
        if (reader_ok(r) && cell.lac != 0) {
            fix_set_cell(f, cell);
        }
    }
}

/* The access points of a frame that has them, behind the timing advance. */
static void read_wifi_behind(struct reader *r, const struct cells_form *form, struct fix *f)
{
    if (form->has_wifi) {
        read_skip(r, 1);
        gt06_read_wifi(r, f, read_u8(r));
    }
}

/* Whether `r` stands before a count of access points and exactly as many access points. */
static bool is_wifi_list(struct reader r)
{
    size_t count = read_u8(&r);
    return reader_ok(&r) && reader_left(&r) == count * AP_LEN;
}

/*
 * The cells of A2 behind a length byte. The list of access points fills the rest exactly, so where
 * it begins shows whether the length counts itself and the timing advance.
 */
static void read_sized_cells(struct reader *r, struct cells_form *form, struct fix *f)
{
    enum { NETWORK_LEN = 3, CELL_LEN = 13, PLACES = 3 };
    size_t len = read_u8(r);
    struct reader cells = *r;
    form->count = len > NETWORK_LEN ? (unsigned)((len - NETWORK_LEN) / CELL_LEN) : 0;
    read_cells(&cells, form, f);
    read_skip(r, len > 0 ? len - 1 : 0);
    for (int i = 1; i < PLACES && !is_wifi_list(*r); i++) {
        read_skip(r, 1);
    }
    if (is_wifi_list(*r)) {
        gt06_read_wifi(r, f, read_u8(r));
    }
}

enum err gt06_decode_cells(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { LEN_MIN = 10 }; /* time, MCC, MNC */
    if (f->content.len < LEN_MIN) {
        return ERR_MALFORMED;
    }
    struct reader r = reader_init(f->content);
    struct cells_form form = cells_form_of(f);
    struct fix *fix = &decoded_add(out, MESSAGE_FIX)->fix;
    fix->source = FIX_LBS;
    gt06_read_time(&r, s, fix);
    if (f->type == TYPE_CELLS_WIFI_4G && !gt06_is_network(f->content, TIME_LEN) &&
        gt06_is_network(f->content, TIME_LEN + 1)) {
        read_sized_cells(&r, &form, fix);
    } else {
        read_cells(&r, &form, fix);
        read_wifi_behind(&r, &form, fix);
    }
    fix->source = fix->wifi_count > 0 ? FIX_WIFI : FIX_LBS;
    if (form.has_alarm && reader_left(&r) >= 2) {
        unsigned alarm = read_u8(&r);
        gt06_set_alarm(fix, alarm | (read_u8(&r) & 0xf0U) << 4);
    }
    return ERR_OK;
}

enum err gt06_decode_lbs(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { CELL_LEN = 8 };
    struct reader r = reader_init(f->content);
    struct fix fix = {.source = FIX_LBS};
    bool is_untimed = f->content.len < TIME_LEN + CELL_LEN || f->type == TYPE_WIFI ||
                      (gt06_is_network(f->content, 0) && !gt06_is_network(f->content, TIME_LEN));
    if (f->content.len < CELL_LEN) {
        return ERR_MALFORMED;
    }
    if (!is_untimed) {
        gt06_read_time(&r, s, &fix);
    }
    if (gt06_is_network(f->content, r.pos)) {
        gt06_read_cell(&r, &fix, GT06_CELL_2G);
    }
    if (fix.has == 0) {
        decoded_add(out, MESSAGE_OTHER);
    } else {
        decoded_add(out, MESSAGE_FIX)->fix = fix;
    }
    return ERR_OK;
}

enum err gt06_decode_lbs_status(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { LIST_LEN = 18, STATUS_LEN = 3 };
    bool is_2g = f->type == TYPE_LBS_STATUS;
    bool is_list = is_2g && f->content.len >= LIST_LEN;
    struct reader r = reader_init(f->content);
    struct fix fix = {.source = FIX_LBS};
    if (is_list) {
        gt06_read_time(&r, s, &fix);
    }
    gt06_read_cell(&r, &fix, is_2g ? GT06_CELL_2G : GT06_CELL_4G);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    bool has_status = (is_2g && !is_list) || f->type == TYPE_LBS_ALARM;
    if (has_status && reader_left(&r) >= STATUS_LEN) {
        gt06_set_status(&fix, read_u8(&r));
        gt06_set_battery(&fix, read_u8(&r));
        gt06_set_signal(&fix, read_u8(&r));
        if (reader_left(&r) > 0) {
            gt06_set_alarm(&fix, read_u8(&r));
        }
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

/* A time of six BCD bytes as the six binary ones that gt06_read_time() takes. */
static void read_bcd_time(struct reader *r, const struct session *s, struct fix *f)
{
    uint8_t binary[6];
    for (size_t i = 0; i < sizeof(binary); i++) {
        uint8_t bcd = read_u8(r);
        binary[i] = (uint8_t)((bcd >> 4) * 10 + (bcd & 0x0fU));
    }
    struct reader time = reader_init((struct bytes){binary, sizeof(binary)});
    gt06_read_time(&time, s, f);
}

/* The access points of F3, which tell no signal; kept as -127 dBm. */
static void read_counted_wifi(struct reader *r, struct fix *f)
{
    enum { UNKNOWN_DBM = -127 };
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count; i++) {
        read_skip(r, 2);
        struct bytes mac = read_bytes(r, 6);
        if (!reader_ok(r)) {
            return;
        }
        fix_add_wifi(f, mac.at, UNKNOWN_DBM);
    }
}

/* The cells of 17 and 69. */
static void read_bare_cells(struct reader *r, struct fix *f)
{
    unsigned count = read_u8(r);
    struct cell cell = {.mcc = read_u16be(r)};
    cell.mnc = read_u8(r);
    cell.lac = read_u16be(r);
    cell.cid = read_u16be(r);
    if (reader_ok(r) && count > 0) {
        fix_set_cell(f, cell);
    }
}

enum err gt06_decode_wifi(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { LEN_MIN = 7 };
    if (f->content.len < LEN_MIN) {
        return ERR_MALFORMED;
    }
    struct reader r = reader_init(f->content);
    struct fix *fix = &decoded_add(out, MESSAGE_FIX)->fix;
    read_bcd_time(&r, s, fix);
    if (f->type == TYPE_WIFI_COUNTED) {
        read_counted_wifi(&r, fix);
    } else {
        gt06_read_wifi(&r, fix, f->wifi_count);
        read_bare_cells(&r, fix);
    }
    fix->source = fix->wifi_count > 0 ? FIX_WIFI : FIX_LBS;
    return ERR_OK;
}

size_t gt06_bare_len(struct bytes in)
{
    enum { COUNT_AT = 2, TYPE_AT = 3 };
    if (in.len <= TYPE_AT || in.at[0] != 0x78 ||
        (in.at[TYPE_AT] != TYPE_WIFI && in.at[TYPE_AT] != TYPE_WIFI_2)) {
        return 0;
    }
    size_t cells_at = BARE_HEAD_LEN + (size_t)in.at[COUNT_AT] * AP_LEN;
    if (in.len <= cells_at) {
        return cells_at + BARE_CELLS_HEAD_LEN + END_LEN;
    }
    size_t end_at = cells_at + BARE_CELLS_HEAD_LEN + (size_t)in.at[cells_at] * BARE_CELL_LEN;
    if (end_at < in.len && in.at[end_at] == 0) {
        end_at++;
    }
    if (in.len < end_at + END_LEN) {
        return end_at + END_LEN;
    }
    return in.at[end_at] == '\r' && in.at[end_at + 1] == '\n' ? end_at + END_LEN : 0;
}
