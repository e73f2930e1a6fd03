/*
 * Suntech's universal layout: a mask of what follows, then an item for each bit that is set.
 *
 *     STT;6789012345;3FFFFF;52;1.0.9;1;20260102;03:04:05;0001F2C3;724;5;00A1;22;-23.550520;
 *     -46.633310;54.00;180.00;9;1;00000011;00000100;2;1;0007
 *
 *     bits 1 model, 2 software, 3 type (0 stored), 4 date, 5 time, 6 cell, 7 MCC, 8 MNC, 9 LAC, 10
 *     signal, 11 lat, 12 lon, 13 km/h, 14 degrees, 15 satellites, 16 fix, 17 inputs, 18 outputs,
 *     19 to 21 by type: ALT the alert, what it is about and data; STT mode, reason, number; UEX the
 *     length, the data and a sum. Bit 0 has none.
 *
 * Inputs and outputs are digits, the last of which is the first: the engine, and the relay. What
 * follows behind bit 21 is configured in the device, and so nobody can tell what it is.
 *
 * Source: the vectors' facts of Suntech, section 3.
 */
#include "protocols/suntech/suntech.h"

enum { STORED = 3, DATE, TIME, CELL, MCC, MNC, LAC, SIGNAL, LAT, LON, SPEED, COURSE, SATELLITES };
enum { VALID = SATELLITES + 1, INPUTS, OUTPUTS, WHAT, MORE, DATA, BITS };

/* The items by the number of their bit. */
static void by_bit(const struct words *w, struct words *out)
{
    enum { MASK = 2 };
    uint64_t mask = word_hex(word_at(w, MASK), 0);
    size_t at = MASK + 1;
    out->count = BITS;
    out->at[0] = word_at(w, SIZE_MAX);
    for (unsigned bit = 1; bit < BITS; bit++) {
        bool is_set = (mask >> bit & 1) != 0;
        out->at[bit] = word_at(w, is_set ? at : SIZE_MAX);
        at += is_set ? 1 : 0;
    }
}

/* The last of the binary digits. */
static bool is_on(struct bytes digits)
{
    return digits.len > 0 && digits.at[digits.len - 1] == '1';
}

static void set_state(struct fix *f, const struct words *item)
{
    if (item->at[INPUTS].len > 0) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, is_on(item->at[INPUTS]));
    }
    if (item->at[OUTPUTS].len > 0) {
        fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, is_on(item->at[OUTPUTS]));
    }
    f->flags |= bytes_eq(item->at[STORED], "0") ? (uint32_t)FIX_REUPLOAD : 0;
    fix_set_gsm(f, (unsigned)(word_number(item->at[SIGNAL], 99) & UINT8_MAX));
    uint64_t mcc = word_number(item->at[MCC], 0);
    uint64_t mnc = word_number(item->at[MNC], UINT64_MAX);
    uint64_t lac = word_hex(item->at[LAC], UINT64_MAX);
    uint64_t cid = word_hex(item->at[CELL], UINT64_MAX);
    if (mcc > 0 && mcc < 1000 && mnc < 1000 && lac <= UINT32_MAX && cid <= UINT32_MAX) {
        fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc, (uint32_t)lac, cid});
    }
}

enum err suntech_read_universal(const struct suntech_text *in, struct decoded *out)
{
    enum { ALERT_DRIVER = 59 };
    struct words item;
    struct fix fix = {0};
    struct extras x;
    size_t at = 0;
    size_t len = 0;
    by_bit(&in->words, &item);
    extras_init(&x, out->arena);
    suntech_set_time(&fix, item.at[DATE], item.at[TIME]);
    (void)word_set_degrees(&fix, item.at[LAT], item.at[LON], bytes_eq(item.at[VALID], "1"));
    word_set_kmh(&fix, item.at[SPEED]);
    word_set_course(&fix, item.at[COURSE]);
    word_set_satellites(&fix, item.at[SATELLITES]);
    set_state(&fix, &item);
    bool is_alert = bytes_eq(in->type, "ALT");
    uint64_t alert = is_alert ? word_number(item.at[WHAT], UINT64_MAX) : UINT64_MAX;
    suntech_set_alert(&fix, &x, alert);
    if (alert == ALERT_DRIVER) {
        extras_set_text(&x, EXTRA_DRIVER, 0, item.at[DATA]);
    }
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    if (suntech_find_data(in->all, &at, &len)) {
        suntech_add_data(bytes_slice(in->all, at, len), m, out);
    }
    return ERR_OK;
}
