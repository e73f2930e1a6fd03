/*
 * StatusDes, the contract's part 3: English parts in a fixed order, joined by commas, each only
 * where the value is known.
 *
 *     ACC idle [8 mins 14 seconds],Upload interval [14 seconds],GSM network strong 27,
 *     Satellite weak 0,Main voltage 12.1V,Communication interrupted alarm,LBS      (on one line)
 *
 * An answer holds up to 50,000 of these, so they are put together by hand, without snprintf().
 */
#include <stddef.h>
#include <string.h>

#include "base/units.h"
#include "fleet/fold.h"

enum { GSM_MIDDLE = 16, GSM_STRONG = 25 };
enum { SATELLITES_MIDDLE = 4, SATELLITES_STRONG = 10 };

/* The text so far. A piece that does not fit is taken back, and nothing follows it. */
struct text {
    char *begin;
    char *next;
    char *end;     /* before the NUL; where the text is full it ends at `next` */
    char *part_at; /* where the open part began, its comma included */
    bool full;
};

static void add_sized(struct text *t, const char *words, size_t n)
{
    if ((size_t)(t->end - t->next) < n) {
        t->full = true;
        t->end = t->next;
        return;
    }
    memcpy(t->next, words, n);
    t->next += n;
}

/* Inline, as part_begin() and part_end(), so that the compiler counts the letters of a literal. */
static inline void add(struct text *t, const char *words)
{
    add_sized(t, words, strlen(words));
}

static void add_number(struct text *t, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    add_sized(t, digits + at, sizeof(digits) - at);
}

/* Tenths, "12.1"; a minus only before what is not "0.0". */
static void add_tenths(struct text *t, int64_t tenths)
{
    uint64_t size = tenths < 0 ? (uint64_t)-tenths : (uint64_t)tenths;
    add(t, tenths < 0 ? "-" : "");
    add_number(t, size / 10);
    add(t, ".");
    add_number(t, size % 10);
}

static void open_part(struct text *t)
{
    t->part_at = t->next;
    if (t->next > t->begin) {
        add(t, ",");
    }
}

static void close_part(struct text *t)
{
    if (t->full) {
        t->next = t->part_at;
        t->end = t->part_at;
    }
}

static inline void part_begin(struct text *t, const char *words)
{
    open_part(t);
    add(t, words);
}

static inline void part_end(struct text *t, const char *words)
{
    add(t, words);
    close_part(t);
}

static void part(struct text *t, const char *words)
{
    part_begin(t, words);
    part_end(t, "");
}

/* "1 days 2 hours 8 mins 14 seconds" without leading zero parts. */
static void add_duration(struct text *t, int64_t duration_s)
{
    static const struct {
        uint32_t unit_s;
        const char *words;
    } units[] = {{86400, " days "}, {3600, " hours "}, {60, " mins "}};
    uint64_t left_s = duration_s > 0 ? (uint64_t)duration_s : 0;
    bool begun = false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        uint64_t count = left_s / units[i].unit_s;
        left_s %= units[i].unit_s;
        begun = begun || count > 0;
        if (begun) {
            add_number(t, count);
            add(t, units[i].words);
        }
    }
    add_number(t, left_s);
    add(t, " seconds");
}

static void add_motion(struct text *t, const struct fold_state *state, const struct fix *fix)
{
    static const char *const words[] = {
        [MOTION_UNKNOWN] = NULL,      [MOTION_OFF] = "ACC off [", [MOTION_IDLE] = "ACC idle [",
        [MOTION_MOVING] = "Moving [", [MOTION_STILL] = NULL,
    };
    if (words[state->motion] != NULL) {
        part_begin(t, words[state->motion]);
        add_duration(t, fold_told_at_s(fix) - state->motion_since_s);
        part_end(t, "]");
    }
}

static const char *strength(unsigned value, unsigned middle, unsigned strong)
{
    if (value >= strong) {
        return "strong ";
    }
    return value >= middle ? "middle " : "weak ";
}

/* The signal on the scale of 0 to 31; bars are placed in the middle of what they stand for. */
unsigned fold_gsm_level(const struct fix *f)
{
    static const unsigned of_bars[] = {0, 6, 12, 20, 28};
    bool in_bars = (f->flags & FIX_GSM_BARS) != 0 && f->gsm < sizeof(of_bars) / sizeof(of_bars[0]);
    return in_bars ? of_bars[f->gsm] : f->gsm;
}

static void add_signals(struct text *t, const struct fix *current)
{
    if ((current->has & FIX_HAS_GSM) != 0) {
        unsigned gsm = fold_gsm_level(current);
        part_begin(t, "GSM network ");
        add(t, strength(gsm, GSM_MIDDLE, GSM_STRONG));
        add_number(t, gsm);
        part_end(t, "");
    }
    if ((current->has & FIX_HAS_SATELLITES) != 0) {
        part_begin(t, "Satellite ");
        add(t, strength(current->satellites, SATELLITES_MIDDLE, SATELLITES_STRONG));
        add_number(t, current->satellites);
        part_end(t, "");
    }
}

static void add_temperatures(struct text *t, const struct fix *current)
{
    for (unsigned i = 0; i < current->temperature_count; i++) {
        if (current->temperature_c_e2[i] == FIX_TEMPERATURE_ABSENT) {
            continue;
        }
        part_begin(t, "");
        add_number(t, i + 1);
        add(t, "# temperature ");
        add_tenths(t, units_rounded(current->temperature_c_e2[i], 10));
        part_end(t, "℃");
    }
}

static void add_supply(struct text *t, const struct fix *current)
{
    if ((current->has & FIX_HAS_POWER) != 0) {
        part_begin(t, "Main voltage ");
        add_tenths(t, units_rounded(current->power_mv, 100));
        part_end(t, "V");
    }
    if ((current->has & FIX_HAS_BATTERY_PERCENT) != 0) {
        part_begin(t, "Battery level ");
        add_number(t, current->battery_percent);
        part_end(t, "%");
    }
    if ((current->has & FIX_HAS_REST_DAYS) != 0) {
        part_begin(t, "rest work time ");
        add_number(t, current->rest_days);
        part_end(t, " days");
    }
}

static bool is_named(const struct shown_alarms *shown, enum alarm_type type, const char *name)
{
    for (size_t i = 0; i < shown->named_count; i++) {
        if (shown->named[i].type == type && strcmp(shown->named[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

void shown_alarms_add(struct shown_alarms *shown, enum alarm_type type, const char *name)
{
    shown->active |= UINT32_C(1) << type;
    if (*name != '\0' && shown->named_count < SHOWN_NAMED_MAX && !is_named(shown, type, name)) {
        shown->named[shown->named_count].type = (uint8_t)type;
        shown->named[shown->named_count].name = name;
        shown->named_count++;
    }
}

/* Each that has a name; whether there was one. */
static bool add_named(struct text *t, const struct shown_alarms *shown, enum alarm_type type)
{
    bool any = false;
    for (size_t i = 0; i < shown->named_count; i++) {
        if (shown->named[i].type == type) {
            part_begin(t, alarm_text(type));
            add(t, "[");
            add(t, shown->named[i].name);
            part_end(t, "]");
            any = true;
        }
    }
    return any;
}

static void add_alarms(struct text *t, const struct shown_alarms *shown)
{
    for (unsigned i = 0; i < ALARM_COUNT; i++) {
        enum alarm_type type = (enum alarm_type)i;
        if ((shown->active >> i & 1) != 0 && !add_named(t, shown, type)) {
            part(t, alarm_text(type));
        }
    }
}

static void add_interval(struct text *t, unsigned interval_s)
{
    if (interval_s > 0) {
        part_begin(t, "Upload interval [");
        add_number(t, interval_s);
        part_end(t, " seconds]");
    }
}

static void add_altitude(struct text *t, const struct fix *current)
{
    if ((current->has & FIX_HAS_ALTITUDE) != 0) {
        int64_t metres = units_rounded(current->altitude_dm, 10);
        part_begin(t, metres < 0 ? "Altitude -" : "Altitude ");
        add_number(t, (uint64_t)(metres < 0 ? -metres : metres));
        part_end(t, " Meters");
    }
}

void fold_status_text(const struct fold_state *state, const struct fix *fix,
                      const struct shown_alarms *alarms, char *out, unsigned size)
{
    const struct shown_alarms plain = {.active = state->active_alarms};
    if (size == 0) {
        return;
    }
    const struct fix *current = &state->current;
    struct text t = {.begin = out, .next = out, .end = out + size - 1};
    add_motion(&t, state, fix);
    if ((fix->flags & FIX_HEARTBEAT) != 0) {
        part(&t, "heartbeat");
    }
    add_interval(&t, fold_upload_interval_s(state));
    add_altitude(&t, current);
    add_signals(&t, current);
    add_temperatures(&t, current);
    if ((fix->flags & FIX_REUPLOAD) != 0) {
        part(&t, "Reupload");
    }
    add_supply(&t, current);
    if ((fix->flags & FIX_POWER_SAVE) != 0) {
        part(&t, "power save mode");
    }
    if ((current->has & FIX_HAS_ICCID) != 0) {
        part_begin(&t, "SIM card ICCID");
        part_end(&t, current->iccid);
    }
    add_alarms(&t, alarms != NULL ? alarms : &plain);
    if (current->source != FIX_GPS) {
        part(&t, current->source == FIX_LBS ? "LBS" : "WiFi");
    }
    out[t.next - t.begin] = '\0';
}
