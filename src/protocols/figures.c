/*
 * Figures by rows: a number is cut out of its value, scaled, and set. What does not fit its row
 * says nothing.
 */
#include "protocols/figures.h"

#include <math.h>

#include "base/check.h"
#include "protocols/fields.h"

enum { BYTE_BITS = 8, NUMBER_MAX = 8 };

/* The parts of a place and a cell while they come. */
struct parts {
    int64_t at[FIGURE_PARTS];
    uint32_t seen; /* a bit each */
};

static bool has_part(const struct parts *p, enum figure_part part)
{
    return (p->seen >> part & 1) != 0;
}

static uint64_t number_of(struct bytes value, bool is_little)
{
    uint64_t number = 0;
    for (size_t i = 0; i < value.len; i++) {
        number = number << BYTE_BITS | value.at[is_little ? value.len - 1 - i : i];
    }
    return number;
}

/* The number in two's complement, of `len` bytes. */
static int64_t signed_of(uint64_t number, size_t len)
{
    uint64_t sign = UINT64_C(1) << (BYTE_BITS * len - 1);
    return (int64_t)((number ^ sign) - sign);
}

static bool is_none(const struct figure *row, uint64_t number, size_t len)
{
    uint64_t sign = UINT64_C(1) << (BYTE_BITS * len - 1);
    return (row->none == FIGURE_ONES && number == (sign | (sign - 1))) ||
           (row->none == FIGURE_LEAST && number == sign);
}

/* `number` in the unit of what it sets. A larger one than anything has is clipped. */
static int64_t scaled(const struct figure *row, int64_t number)
{
    int64_t times = row->times == 0 || row->is_real ? 1 : row->times;
    const int64_t room = 1000;
    int64_t most = INT64_MAX / (times > room ? times : room);
    number = number > most ? most : number < -most ? -most : number;
    return number * times / (row->per == 0 ? 1 : row->per);
}

/* The real number in `in`, scaled; false where it is none, or larger than what is meant can be. */
static bool take_real(const struct figure *row, struct bytes in, int64_t *meant)
{
    const double most = 1e15;
    const double ddmm_max = 18000;
    const double e7 = 1e7;
    struct reader r = reader_init(in);
    double number = in.len == sizeof(float) ? field_read_f32(&r) : field_read_f64(&r);
    double times = row->times == 0 ? 1 : row->times;
    if (row->is_ddmm && fabs(number) <= ddmm_max) {
        int64_t size_e7 = field_angle_of_ddmm((uint64_t)llround(fabs(number) * e7));
        *meant = number < 0 ? -size_e7 : size_e7;
        return true;
    }
    if (row->is_ddmm || !(fabs(number) * times < most)) {
        return false;
    }
    *meant = llround(number * times);
    return true;
}

/* What the number in `in` means; false where it says that there is none. */
static bool take(const struct figure *row, struct bytes in, bool is_little, int64_t *meant)
{
    if (row->is_real) {
        return take_real(row, in, meant);
    }
    uint64_t number = number_of(in, is_little);
    if (is_none(row, number, in.len)) {
        return false;
    }
    if (row->bits > 0) {
        number = number >> row->bit & ((UINT64_C(1) << row->bits) - 1);
    }
    uint64_t clipped = number > INT64_MAX ? INT64_MAX : number;
    *meant =
        row->is_signed || row->none == FIGURE_LEAST ? signed_of(number, in.len) : (int64_t)clipped;
    return true;
}

/* Sets an extra value that is made of bytes. */
static void set_bytes(const struct figure *row, unsigned index, struct bytes value, bool is_little,
                      struct extras *x)
{
    if (row->form == FIGURE_TEXT) {
        extras_set_text(x, row->extra, index, value);
        return;
    }
    uint8_t *turned = arena_new(x->arena, value.len + 1);
    for (size_t i = 0; i < value.len; i++) {
        turned[i] = value.at[is_little ? value.len - 1 - i : i];
    }
    extras_set_hex(x, row->extra, index, (struct bytes){turned, value.len});
}

/* Sets what the number `meant` says. */
static void set(const struct figure *row, unsigned index, int64_t meant, struct report *out)
{
    int64_t number = scaled(row, meant);
    if (row->set != NULL) {
        row->set(&out->fix, number);
    } else if (row->set_at != NULL) {
        row->set_at(&out->fix, index, number);
    } else if (row->table != NULL) {
        out->fix.alarms |= alarm_table_of_bits(row->table, (uint32_t)meant);
        fix_set_alarms_told(&out->fix, alarm_table_all(row->table));
    } else if (row->alarms != 0) {
        out->fix.alarms |= (meant == 0) == row->is_alarm_at_0 ? row->alarms : 0;
        fix_set_alarms_told(&out->fix, row->alarms);
    } else if (row->extra != 0 && row->form == FIGURE_DIGITS) {
        extras_set_digits(&out->extras, row->extra, index, (uint64_t)meant);
    } else if (row->extra != 0) {
        extras_set(&out->extras, row->extra, index, number + row->plus);
    }
}

/* The first row whose ids do not end before `id`. */
static size_t find_row(const struct figures *list, unsigned id)
{
    size_t from = 0;
    size_t to = list->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const struct figure *row = &list->rows[middle];
        bool is_before = id > row->id && id > row->last;
        from = is_before ? middle + 1 : from;
        to = is_before ? to : middle;
    }
    check(from == 0 || from == list->count || list->rows[from - 1].id < list->rows[from].id);
    return from;
}

void figure_read(const struct figures *list, unsigned id, struct bytes value, struct report *out)
{
    for (size_t i = find_row(list, id); i < list->count && list->rows[i].id <= id; i++) {
        const struct figure *row = &list->rows[i];
        int64_t meant = 0;
        unsigned index = row->index + (id - row->id);
        struct bytes in = bytes_slice(value, row->at, row->len == 0 ? SIZE_MAX : row->len);
        bool is_number = in.len > 0 && in.len <= NUMBER_MAX && in.len >= row->len;
        if (row->form == FIGURE_TEXT || row->form == FIGURE_HEX) {
            set_bytes(row, index, value, list->is_little, &out->extras);
        } else if (is_number && take(row, in, list->is_little, &meant)) {
            set(row, index, meant, out);
        }
    }
}

/* Sets what parts have come of. */
static void set_parts(const struct parts *p, struct fix *f)
{
    if (has_part(p, FIGURE_LAT_E7) && has_part(p, FIGURE_LON_E7)) {
        bool is_valid = !has_part(p, FIGURE_VALID) || p->at[FIGURE_VALID] == 1;
        fix_set_position(f, p->at[FIGURE_LAT_E7], p->at[FIGURE_LON_E7], is_valid);
    }
    if (has_part(p, FIGURE_MCC)) {
        fix_set_cell(f, (struct cell){.mcc = (uint16_t)p->at[FIGURE_MCC],
                                      .mnc = (uint16_t)p->at[FIGURE_MNC],
                                      .lac = (uint32_t)p->at[FIGURE_LAC],
                                      .cid = (uint64_t)p->at[FIGURE_CID]});
    }
}

bool figures_read(const struct figures *row, struct reader *r, struct report *out)
{
    struct parts parts = {.seen = 0};
    size_t all = 0;
    for (size_t i = 0; i < row->count; i++) {
        all += row->rows[i].is_shared ? 0 : row->rows[i].len;
    }
    struct bytes in = read_bytes(r, all);
    bool is_full = reader_ok(r);
    for (size_t i = 0, at = 0; i < row->count && in.len > 0; i++) {
        const struct figure *e = &row->rows[i];
        int64_t meant = 0;
        bool is_told = take(e, (struct bytes){in.at + at, e->len}, row->is_little, &meant);
        at += e->is_shared ? 0 : e->len;
        is_full = is_full && is_told;
        if (is_told && e->part != FIGURE_WHOLE) {
            parts.at[e->part] = scaled(e, meant);
            parts.seen |= UINT32_C(1) << e->part;
        } else if (is_told) {
            set(e, e->index, meant, out);
        }
    }
    set_parts(&parts, &out->fix);
    return is_full;
}

/* ---- setters ---- */

/* In hundredths, of a number that may be anything. */
static int64_t hundredths(int64_t value, int64_t times)
{
    const int64_t most = INT16_MAX; /* beyond what a sensor can tell */
    return (value > most ? most : value < -most ? -most : value) * times;
}

void figure_celsius(struct fix *f, unsigned index, int64_t value)
{
    fix_set_temperature(f, index, hundredths(value, 100));
}

void figure_celsius_e1(struct fix *f, unsigned index, int64_t value)
{
    fix_set_temperature(f, index, hundredths(value, 10));
}
