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

static void set_inputs(struct fix *f, struct bytes digits)
{
    if (digits.len > 0) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, is_on(digits));
    }
}

static void set_outputs(struct fix *f, struct bytes digits)
{
    if (digits.len > 0) {
        fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, is_on(digits));
    }
}

enum err suntech_read_universal(const struct suntech_text *in, struct decoded *out)
{
    enum { ALERT_DRIVER = 59 };
    static const struct layout universal = {.where = {LAT, VALID, layout_place_degrees},
                                            .is_valid = layout_is_one,
                                            .rows = {{SPEED, word_set_kmh},
                                                     {COURSE, word_set_course},
                                                     {SATELLITES, word_set_satellites},
                                                     {INPUTS, set_inputs},
                                                     {OUTPUTS, set_outputs},
                                                     {STORED, suntech_set_stored},
                                                     {SIGNAL, word_set_csq}}};
    struct words item;
    struct report r;
    by_bit(&in->words, &item);
    report_begin(&r, out);
    (void)layout_read(&universal, &item, 0, &r);
    suntech_set_time(&r.fix, item.at[DATE], item.at[TIME]);
    field_set_cell(&r.fix, word_number(item.at[MCC], 0), word_number(item.at[MNC], UINT64_MAX),
                   word_hex(item.at[LAC], UINT64_MAX), word_hex(item.at[CELL], UINT64_MAX));
    bool is_alert = bytes_eq(in->type, "ALT");
    uint64_t alert = is_alert ? word_number(item.at[WHAT], UINT64_MAX) : UINT64_MAX;
    suntech_set_alert(&r, alert);
    if (alert == ALERT_DRIVER) {
        extras_set_text(&r.extras, EXTRA_DRIVER, 0, item.at[DATA]);
    }
    suntech_add_report(&r, in->all, out);
    return ERR_OK;
}
