/*
 * JT/T 808 items that tell what a tracker hears: cells and Wi-Fi access points. Of several cells
 * the first is the serving one; entries of zeros fill a list up and are passed over.
 *
 *     53      a count u8, entries of 8 bytes: MCC u16, MNC u8, LAC u16, CID u16, signal u8
 *     53, 5D  ... of 10 bytes: the same with CID u32
 *     E1      MCC u16, MNC u16, entries of 8 bytes: LAC u24, CID u32, signal u8
 *     EB (a)  MCC u16, MNC u8, entries of 5 bytes: LAC u16, CID u16, signal u8
 *     EB 00D8 MCC u16, MNC u8, LAC u16, CID u32
 *     FD      9 or 10 bytes: MCC u16, MNC u8 or u16, CID u32, LAC u16
 *     F0      entries of 13 bytes: MCC u16, MNC u16, CID u32, LAC u32, signal u8
 *     FF      12 bytes: MCC u16, MNC u16, LAC u32, CID u32
 *     EC, F4  entries of 7 bytes: MAC 6, signal i8 in dBm
 *     EB 00B9 a count u8, then text "02:00:00:00:00:01,-50,..."
 *
 * Source: the vectors' facts, section 1; 53, 5D and FF from the frames.
 */
#include "protocols/jt808/jt808.h"

#include <string.h>

#include "protocols/fields.h"

enum { MAC_LEN = FIELD_MAC_LEN };

static void set_cell(struct fix *f, struct cell cell)
{
    if (cell.lac != 0 || cell.cid != 0) {
        fix_set_cell(f, cell);
    }
}

void jt808_item_cells_counted(struct reader *r, struct fix *f)
{
    enum { SHORT_LEN = 8, LONG_LEN = 10 };
    size_t count = read_u8(r);
    size_t len = count == 0 ? 0 : reader_left(r) / count;
    if (len * count != reader_left(r) || (len != SHORT_LEN && len != LONG_LEN)) {
        return;
    }
    while (reader_left(r) > 0) {
        struct cell cell = {.mcc = read_u16be(r)};
        cell.mnc = read_u8(r);
        cell.lac = read_u16be(r);
        cell.cid = len == LONG_LEN ? read_u32be(r) : read_u16be(r);
        read_skip(r, 1);
        set_cell(f, cell);
    }
}

void jt808_item_cells_e1(struct reader *r, struct fix *f)
{
    enum { ENTRY_LEN = 8 };
    uint16_t mcc = read_u16be(r);
    uint16_t mnc = read_u16be(r);
    while (reader_left(r) >= ENTRY_LEN) {
        uint32_t lac = read_u24be(r);
        uint32_t cid = read_u32be(r);
        read_skip(r, 1);
        set_cell(f, (struct cell){mcc, mnc, lac, cid});
    }
}

void jt808_item_cells_eb(struct reader *r, struct fix *f)
{
    enum { ENTRY_LEN = 5 };
    uint16_t mcc = read_u16be(r);
    uint16_t mnc = read_u8(r);
    while (reader_left(r) >= ENTRY_LEN) {
        uint32_t lac = read_u16be(r);
        uint32_t cid = read_u16be(r);
        read_skip(r, 1);
        set_cell(f, (struct cell){mcc, mnc, lac, cid});
    }
}

void jt808_item_cell_d8(struct reader *r, struct fix *f)
{
    struct cell cell = {.mcc = read_u16be(r)};
    cell.mnc = read_u8(r);
    cell.lac = read_u16be(r);
    cell.cid = read_u32be(r);
    if (reader_ok(r)) {
        set_cell(f, cell);
    }
}

void jt808_item_cell_fd(struct reader *r, struct fix *f)
{
    enum { SHORT_LEN = 9, LONG_LEN = 10 };
    if (r->in.len != SHORT_LEN && r->in.len != LONG_LEN) {
        return;
    }
    struct cell cell = {.mcc = read_u16be(r)};
    cell.mnc = r->in.len == LONG_LEN ? read_u16be(r) : read_u8(r);
    cell.cid = read_u32be(r);
    cell.lac = read_u16be(r);
    set_cell(f, cell);
}

void jt808_item_cells_f0(struct reader *r, struct fix *f)
{
    enum { ENTRY_LEN = 13 };
    while (reader_left(r) >= ENTRY_LEN) {
        struct cell cell = {.mcc = read_u16be(r)};
        cell.mnc = read_u16be(r);
        cell.cid = read_u32be(r);
        cell.lac = read_u32be(r);
        read_skip(r, 1);
        set_cell(f, cell);
    }
}

void jt808_item_cell_ff(struct reader *r, struct fix *f)
{
    enum { LEN = 12 };
    if (r->in.len == LEN) {
        struct cell cell = {.mcc = read_u16be(r)};
        cell.mnc = read_u16be(r);
        cell.lac = read_u32be(r);
        cell.cid = read_u32be(r);
        set_cell(f, cell);
    }
}

static void add_wifi(struct fix *f, const uint8_t mac[MAC_LEN], int rssi_dbm)
{
    static const uint8_t none[MAC_LEN];
    if (memcmp(mac, none, MAC_LEN) != 0) {
        fix_add_wifi(f, mac, rssi_dbm);
    }
}

void jt808_item_wifi(struct reader *r, struct fix *f)
{
    enum { ENTRY_LEN = MAC_LEN + 1 };
    if (r->in.len % ENTRY_LEN != 0) {
        return;
    }
    while (reader_left(r) > 0) {
        struct bytes mac = read_bytes(r, MAC_LEN);
        int8_t rssi_dbm = (int8_t)read_u8(r);
        add_wifi(f, mac.at, rssi_dbm);
    }
}

void jt808_item_wifi_text(struct reader *r, struct fix *f)
{
    read_skip(r, 1);
    while (reader_left(r) > 0) {
        const int64_t scale = 10000000;
        uint8_t mac[MAC_LEN];
        int64_t rssi_e7 = 0;
        bool has_mac = field_mac_of_text(read_field(r, ','), ":", mac);
        bool has_rssi = parse_decimal_e7(read_field(r, ','), &rssi_e7);
        if (has_mac && has_rssi && rssi_e7 >= INT8_MIN * scale && rssi_e7 <= INT8_MAX * scale) {
            add_wifi(f, mac, (int)(rssi_e7 / scale));
        }
    }
}
