/*
 * Names and numbers of a fix. The rows come from FIX_MAP and FIX_SWITCH_MAP, so that a member that
 * is added there is in every file, and is read back, too. The event of a lock has a text.
 */
#include "files/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "base/units.h"
#include "files/text.h"

enum { DECIMALS_E7 = 7, TEMPERATURE_DECIMALS = 2, TEMPERATURE_NAME_SIZE = 16 };

struct number_row {
    const char *name; /* NULL: the event of a lock */
    uint32_t has;
    unsigned decimals;
    int64_t (*get)(const struct fix *f);
    void (*set)(struct fix *f, int64_t v);
};

#define CAST_GIVEN(type) FIX_WIDEST_##type
#define CAST_OWN(type)   unsigned
#define NUMBER(member, type, has, bit, kept, column, usual, setter, low, high, ...)                \
    static int64_t get_##member(const struct fix *f)                                               \
    {                                                                                              \
        return (int64_t)f->member;                                                                 \
    }                                                                                              \
    static void set_##member(struct fix *f, int64_t v)                                             \
    {                                                                                              \
        if (v >= (int64_t)(low) && v <= (int64_t)(high)) {                                         \
            fix_set_##member(f, (CAST_##setter(type))v);                                           \
        }                                                                                          \
    }
FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW)
#undef NUMBER

static const struct number_row numbers[] = {
#define NUMBER(member, type, has, bit, kept, column, usual, setter, low, high, name, decimals)     \
    {name, FIX_HAS_##has, decimals, get_##member, set_##member},
    FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW)
#undef NUMBER
};

static const struct {
    const char *name;
    enum fix_has has;
    enum fix_flag flag;
} switches[] = {
#define SWITCH(has, bit, flag, flag_bit, name) {name, FIX_HAS_##has, FIX_##flag},
    FIX_SWITCH_MAP(SWITCH)
#undef SWITCH
};

static const char temperature_names[][TEMPERATURE_NAME_SIZE] = {
    "temperature_1_c", "temperature_2_c", "temperature_3_c", "temperature_4_c",
    "temperature_5_c", "temperature_6_c", "temperature_7_c", "temperature_8_c",
};

enum {
    NUMBERS = sizeof(numbers) / sizeof(numbers[0]),
    SWITCHES_END = NUMBERS + sizeof(switches) / sizeof(switches[0]),
    VALUES = SWITCHES_END + FIX_TEMPERATURES_MAX,
};
_Static_assert(sizeof(temperature_names) / sizeof(temperature_names[0]) == FIX_TEMPERATURES_MAX,
               "each sensor has a name");

/* ---- names ---- */

size_t values_count(void)
{
    return VALUES;
}

const char *value_name(size_t i)
{
    if (i < NUMBERS) {
        return numbers[i].name == NULL ? "lock" : numbers[i].name;
    }
    return i < SWITCHES_END ? switches[i - NUMBERS].name : temperature_names[i - SWITCHES_END];
}

size_t value_find(struct bytes name)
{
    size_t i = 0;
    while (i < VALUES && !bytes_eq(name, value_name(i))) {
        i++;
    }
    return i;
}

/* ---- writing ---- */

bool value_is_told(const struct fix *f, size_t i)
{
    if (i < NUMBERS) {
        return (f->has & numbers[i].has) != 0;
    }
    if (i < SWITCHES_END) {
        return (f->has & (uint32_t)switches[i - NUMBERS].has) != 0;
    }
    i -= SWITCHES_END;
    return i < f->temperature_count && f->temperature_c_e2[i] != FIX_TEMPERATURE_ABSENT;
}

bool value_is_switch(size_t i)
{
    return i >= NUMBERS && i < SWITCHES_END;
}

bool value_is_text(size_t i)
{
    return i < NUMBERS && numbers[i].name == NULL;
}

void value_write(struct json_out *out, const struct fix *f, size_t i)
{
    if (i >= SWITCHES_END) {
        text_put_decimal(out, f->temperature_c_e2[i - SWITCHES_END], TEMPERATURE_DECIMALS);
    } else if (i >= NUMBERS) {
        text_put(out, (f->flags & (uint32_t)switches[i - NUMBERS].flag) != 0 ? "1" : "0");
    } else if (numbers[i].name == NULL) {
        text_put(out, fix_lock_text((enum fix_lock)f->lock));
    } else {
        text_put_decimal(out, numbers[i].get(f), numbers[i].decimals);
    }
}

/* ---- reading ---- */

static int64_t power_of_ten(unsigned exponent)
{
    int64_t v = 1;
    for (unsigned i = 0; i < exponent; i++) {
        v *= 10;
    }
    return v;
}

bool value_decimal(struct bytes text, unsigned decimals, int64_t *out)
{
    uint64_t whole = 0;
    int64_t value_e7 = 0;
    if (decimals == 0 && parse_u64(text, &whole) && whole <= INT64_MAX) {
        *out = (int64_t)whole;
        return true;
    }
    if (decimals > DECIMALS_E7 || !parse_decimal_e7(text, &value_e7)) {
        return false;
    }
    *out = units_rounded(value_e7, power_of_ten(DECIMALS_E7 - decimals));
    return true;
}

static bool read_switch(struct bytes text, bool *on)
{
    static const char *const words[][2] = {
        {"0", "1"}, {"false", "true"}, {"f", "t"}, {"no", "yes"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (bytes_eq_nocase(text, words[i][0]) || bytes_eq_nocase(text, words[i][1])) {
            *on = bytes_eq_nocase(text, words[i][1]);
            return true;
        }
    }
    return false;
}

static bool read_lock(struct fix *f, struct bytes text)
{
    for (enum fix_lock lock = FIX_LOCK_NONE + 1; lock < FIX_LOCK_COUNT; lock++) {
        if (bytes_eq(text, fix_lock_text(lock))) {
            fix_set_lock(f, lock);
            return true;
        }
    }
    return false;
}

bool value_read(struct fix *f, size_t i, struct bytes text)
{
    int64_t number = 0;
    bool on = false;
    if (i < NUMBERS && numbers[i].name == NULL) {
        return read_lock(f, text);
    }
    if (value_is_switch(i)) {
        bool is_good = read_switch(text, &on);
        if (is_good) {
            fix_set_switch(f, switches[i - NUMBERS].has, switches[i - NUMBERS].flag, on);
        }
        return is_good;
    }
    if (!value_decimal(text, i < NUMBERS ? numbers[i].decimals : TEMPERATURE_DECIMALS, &number)) {
        return false;
    }
    if (i < NUMBERS) {
        numbers[i].set(f, number);
    } else {
        fix_set_temperature(f, (unsigned)(i - SWITCHES_END), number);
    }
    return true;
}

/* ---- places ---- */

static const char *const place_words[PLACE_KINDS] = {
    [PLACE_GPS] = "gps",   [PLACE_NO_LOCK] = "no_lock", [PLACE_LBS] = "lbs",
    [PLACE_WIFI] = "wifi", [PLACE_LAST] = "last",
};

const char *place_word(enum place_kind kind)
{
    return place_words[kind];
}

enum place_kind place_of(const struct fix *report, const struct fix *shown)
{
    if (!fix_has_position(report) || report->lat_e7 != shown->lat_e7 ||
        report->lon_e7 != shown->lon_e7) { /* the fold keeps a better place than one without lock */
        return PLACE_LAST;
    }
    if (shown->source != FIX_GPS) {
        return shown->source == FIX_LBS ? PLACE_LBS : PLACE_WIFI;
    }
    return (shown->flags & FIX_VALID) != 0 ? PLACE_GPS : PLACE_NO_LOCK;
}

bool place_find(struct bytes word, enum place_kind *out)
{
    for (enum place_kind kind = 0; kind < PLACE_KINDS; kind++) {
        if (bytes_eq_nocase(word, place_words[kind])) {
            *out = kind;
            return true;
        }
    }
    return false;
}

void place_apply(struct fix *f, enum place_kind kind)
{
    if (kind != PLACE_GPS) {
        f->flags &= ~(uint32_t)FIX_VALID;
    }
    f->source = kind == PLACE_LBS ? FIX_LBS : kind == PLACE_WIFI ? FIX_WIFI : FIX_GPS;
}

/* ---- extra values ---- */

void extra_name(const struct extra *e, char out[EXTRA_NAME_SIZE])
{
    const struct extra_row *row = extra_row(extra_key_of(e));
    const char *name = row == NULL ? "unknown" : row->name;
    unsigned index = extra_index_of(e);
    (void)(index == 0 ? snprintf(out, EXTRA_NAME_SIZE, "%s", name)
                      : snprintf(out, EXTRA_NAME_SIZE, "%s[%u]", name, index));
}

void extra_write_value(struct json_out *out, const struct extra *e)
{
    const struct extra_row *row = extra_row(extra_key_of(e));
    if (e->is_text) {
        json_append(out, e->text);
    } else {
        text_put_decimal(out, e->number, row == NULL ? 0 : row->decimals);
    }
}

void extras_write(struct json_out *out, struct bytes packed)
{
    struct extras_reader r = extras_begin(packed);
    struct extra e;
    json_object_begin(out);
    while (extras_next(&r, &e)) {
        char name[EXTRA_NAME_SIZE];
        struct json_out value = {0};
        extra_name(&e, name);
        json_name(out, name);
        extra_write_value(&value, &e);
        if (e.is_text) {
            json_string_bytes(out, json_text(&value));
        } else {
            json_raw(out, json_text(&value));
        }
        json_free(&value);
    }
    json_object_end(out);
}

/* Finds the key of a name without its index. */
static const struct extra_row *find_extra(struct bytes name, enum extra_key *key)
{
    static const enum extra_key keys[] = {
#define X(KEY, ...) EXTRA_##KEY,
        EXTRA_MAP(X)
#undef X
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (bytes_eq(name, extra_row(keys[i])->name)) {
            *key = keys[i];
            return extra_row(keys[i]);
        }
    }
    return NULL;
}

bool extra_read(struct extras *x, struct bytes name, struct bytes text)
{
    size_t bracket = bytes_find(name, '[');
    uint64_t index = 0;
    int64_t number = 0;
    enum extra_key key = EXTRA_ANALOGUE;
    if (bracket < name.len &&
        (name.at[name.len - 1] != ']' ||
         !parse_u64(bytes_slice(name, bracket + 1, name.len - bracket - 2), &index))) {
        return false;
    }
    const struct extra_row *row = find_extra(bytes_slice(name, 0, bracket), &key);
    if (row == NULL || index > EXTRA_INDEX_MAX) {
        return false;
    }
    if (row->kind == EXTRA_IS_TEXT) {
        extras_set_text(x, key, (unsigned)index, text);
        return true;
    }
    if (!value_decimal(text, row->decimals, &number)) {
        return false;
    }
    extras_set(x, key, (unsigned)index, number);
    return true;
}
