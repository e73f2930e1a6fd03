/*
 * Sentences by their layouts; see layouts.h. All of it is pure.
 */
#include "protocols/layouts.h"

#include "base/clock.h"

/* ---- time and place ---- */

static void set_time(const struct layout *l, const struct words *w, size_t from, struct fix *f)
{
    enum { YEARS = 100 };
    struct civil c;
    struct bytes date = word_at(w, from + l->when.date);
    struct bytes time = word_at(w, from + l->when.time);
    if (l->when.date == l->when.time) {
        size_t len = field_date_len(l->when.order);
        time = bytes_slice(date, len, SIZE_MAX);
        date = bytes_slice(date, 0, len);
    }
    if (field_civil_of_digits(date, field_clock(time), l->when.order, &c) &&
        (l->years_max == 0 || c.year % YEARS <= l->years_max)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

bool layout_is_one(struct bytes word)
{
    return bytes_eq(word, "1");
}

bool layout_place_angles(struct fix *f, const struct words *w, size_t at, bool is_valid)
{
    const struct bytes angles[4] = {word_at(w, at), word_at(w, at + 1), word_at(w, at + 2),
                                    word_at(w, at + 3)};
    return word_set_angles(f, angles, is_valid);
}

bool layout_place_degrees(struct fix *f, const struct words *w, size_t at, bool is_valid)
{
    return word_set_degrees(f, word_at(w, at), word_at(w, at + 1), is_valid);
}

static bool read_sided(const struct words *w, size_t at, const char *negative, int64_t *angle_e7)
{
    if (!parse_decimal_e7(word_at(w, at), angle_e7)) {
        return false;
    }
    bool is_turned = bytes_eq(word_at(w, at + 1), negative) && *angle_e7 > 0;
    *angle_e7 = is_turned ? -*angle_e7 : *angle_e7;
    return true;
}

bool layout_place_sided(struct fix *f, const struct words *w, size_t at, bool is_valid)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (!read_sided(w, at, "S", &lat_e7) || !read_sided(w, at + 2, "W", &lon_e7)) {
        return false;
    }
    fix_set_position(f, lat_e7, lon_e7, is_valid);
    return true;
}

static bool set_place(const struct layout *l, const struct words *w, size_t from, struct fix *f)
{
    struct bytes valid = word_at(w, from + l->where.valid);
    bool is_valid = l->is_valid != NULL ? l->is_valid(valid) : bytes_eq(valid, "A");
    return l->where.read(f, w, from + l->where.lat, is_valid);
}

/* ---- values ---- */

static void set_extra(const struct layout_extra *row, unsigned more, struct bytes word,
                      struct extras *x)
{
    enum { BASE10 = 10 };
    const struct extra_row *extra = extra_row(row->key);
    int64_t scale = 1;
    if (extra->kind == EXTRA_IS_TEXT) {
        extras_set_text(x, row->key, row->index + more, word);
        return;
    }
    for (unsigned i = 0; i < extra->decimals; i++) {
        scale *= BASE10;
    }
    int64_t number = row->is_decimal ? word_decimal(word, scale, 0) : (int64_t)word_number(word, 0);
    bool is_one = row->is_decimal ? word_is_decimal(word) : word_is_digits(word);
    bool has_bounds = row->low != 0 || row->high != 0;
    if (is_one && (!has_bounds || (number >= row->low && number <= row->high))) {
        extras_set(x, row->key, row->index + more, number);
    }
}

bool layout_read(const struct layout *l, const struct words *w, size_t from, struct report *r)
{
    if (l->when.date != 0 || l->when.time != 0) {
        set_time(l, w, from, &r->fix);
    }
    bool has_place = l->where.read == NULL || set_place(l, w, from, &r->fix);
    for (size_t i = 0; i < LAYOUT_ROWS_MAX && l->rows[i].set != NULL; i++) {
        l->rows[i].set(&r->fix, word_at(w, from + l->rows[i].at));
    }
    for (size_t i = 0; i < LAYOUT_EXTRAS_MAX && l->extras[i].key != 0; i++) {
        for (unsigned n = 0; n <= l->extras[i].more; n++) {
            set_extra(&l->extras[i], n, word_at(w, from + l->extras[i].at + n), &r->extras);
        }
    }
    return has_place;
}

/* ---- keywords ---- */

void keywords_read(const struct keywords *k, struct bytes word, struct fix *f)
{
    for (size_t i = 0; i < k->count; i++) {
        const struct keyword *row = &k->rows[i];
        bool is_it = row->goes_on      ? bytes_begin(word, row->word)
                     : k->ignores_case ? bytes_eq_nocase(word, row->word)
                                       : bytes_eq(word, row->word);
        if (is_it) {
            f->alarms |= row->alarms;
            f->has |= (uint32_t)row->has;
            f->flags = (f->flags | (uint32_t)row->on) & ~(uint32_t)row->off;
        }
    }
}

alarm_set keywords_alarms(const struct keywords *k)
{
    alarm_set all = 0;
    for (size_t i = 0; i < k->count; i++) {
        all |= k->rows[i].alarms;
    }
    return all;
}
