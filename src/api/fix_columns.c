/* The columns as functions, one each: from a state to a number that may be unknown. */
#include "api/fix_columns.h"

#include <string.h>

#include "api/snapshot.h"
#include "base/units.h"

enum {
    KMH_E2_PER_TENTH = 10,
    CDEG_PER_DEG = 100,
    DEG_ALL = 360,
    CM_PER_DECIKM = 10000,
    ML_PER_DECILITRE = 100,
    MV_PER_DECIVOLT = 100,
    CC_PER_DECIDEGREE = 10,
    FLAG_NO_GPS = 1,
    FLAG_IGNITION = 2,
};

/* A number in 10^decimals-th parts; zeroed: it is not known. */
struct number {
    int64_t v;
    unsigned decimals;
    bool is_known;
};

static struct number known_if(bool is_known, int64_t v)
{
    return is_known ? (struct number){v, 0, true} : (struct number){0};
}

static struct number tenths_if(bool is_known, int64_t v)
{
    return is_known ? (struct number){v, 1, true} : (struct number){0};
}

static struct number hundredths_if(bool is_known, int64_t v)
{
    return is_known ? (struct number){v, 2, true} : (struct number){0};
}

static bool has(const struct fold_state *state, uint32_t what)
{
    return (state->current.has & what) != 0;
}

static struct number number_t(const struct fold_state *state)
{
    return known_if(state->current.gps_time_s != 0, state->current.gps_time_s);
}

static struct number number_x(const struct fold_state *state)
{
    return known_if(fix_has_position(&state->current), snapshot_place(&state->current).lon_e6);
}

static struct number number_y(const struct fold_state *state)
{
    return known_if(fix_has_position(&state->current), snapshot_place(&state->current).lat_e6);
}

static struct number number_v(const struct fold_state *state)
{
    return known_if(has(state, FIX_HAS_SPEED),
                    units_rounded(state->current.speed_kmh_e2, KMH_E2_PER_TENTH));
}

static struct number number_d(const struct fold_state *state)
{
    return known_if(has(state, FIX_HAS_COURSE),
                    units_rounded(state->current.course_cdeg, CDEG_PER_DEG) % DEG_ALL);
}

static struct number number_s(const struct fold_state *state)
{
    static const int8_t numbers[] = {
        [MOTION_OFF] = 1, [MOTION_STILL] = 1, [MOTION_IDLE] = 2, [MOTION_MOVING] = 3};
    return known_if(state->motion != MOTION_UNKNOWN, numbers[state->motion]);
}

static struct number number_f(const struct fold_state *state)
{
    const struct fix *fix = &state->current;
    bool is_coarse = fix_has_position(fix) && fix->source != FIX_GPS;
    bool is_on = (fix->flags & (uint32_t)FIX_IGNITION_ON) != 0;
    return known_if(true, (is_coarse ? FLAG_NO_GPS : 0) + (is_on ? FLAG_IGNITION : 0));
}

static struct number number_n(const struct fold_state *state)
{
    return known_if(state->motion_since_s != 0, state->motion_since_s);
}

static struct number number_r(const struct fold_state *state)
{
    return known_if(state->current.rcv_time_s != 0, state->current.rcv_time_s);
}

static struct number number_p(const struct fold_state *state)
{
    unsigned interval_s = fold_upload_interval_s(state);
    return known_if(interval_s > 0, interval_s);
}

static struct number number_odo(const struct fold_state *state)
{
    return tenths_if(true, units_rounded((int64_t)state->odometer_m_e2, CM_PER_DECIKM));
}

static struct number number_fuel(const struct fold_state *state)
{
    return tenths_if(has(state, FIX_HAS_FUEL) && state->current.fuel_ml > 0,
                     units_rounded(state->current.fuel_ml, ML_PER_DECILITRE));
}

static struct number number_volt(const struct fold_state *state)
{
    return tenths_if(has(state, FIX_HAS_POWER),
                     units_rounded(state->current.power_mv, MV_PER_DECIVOLT));
}

static struct number number_bat(const struct fold_state *state)
{
    return known_if(has(state, FIX_HAS_BATTERY_PERCENT), state->current.battery_percent);
}

/* Bars are told on the scale of 0 to 31, as the status in words has them. */
static struct number number_gsm(const struct fold_state *state)
{
    bool is_known = has(state, FIX_HAS_GSM);
    return known_if(is_known, is_known ? fold_gsm_level(&state->current) : 0);
}

static struct number number_sat(const struct fold_state *state)
{
    return known_if(has(state, FIX_HAS_SATELLITES), state->current.satellites);
}

static struct number number_temp(const struct fold_state *state, unsigned index)
{
    int c_e2 = state->current.temperature_c_e2[index];
    bool is_told = index < state->current.temperature_count && c_e2 != FIX_TEMPERATURE_ABSENT;
    return tenths_if(is_told, units_rounded(c_e2, CC_PER_DECIDEGREE));
}

static struct number number_alt(const struct fold_state *state)
{
    return tenths_if(has(state, FIX_HAS_ALTITUDE), state->current.altitude_dm);
}

static struct number number_course(const struct fold_state *state)
{
    return hundredths_if(has(state, FIX_HAS_COURSE), state->current.course_cdeg);
}

static struct number number_hdop(const struct fold_state *state)
{
    return hundredths_if(has(state, FIX_HAS_HDOP), state->current.hdop_e2);
}

static struct number number_batv(const struct fold_state *state)
{
    return tenths_if(has(state, FIX_HAS_BATTERY),
                     units_rounded(state->current.battery_mv, MV_PER_DECIVOLT));
}

static struct number number_switch(const struct fold_state *state, uint32_t what, uint32_t flag)
{
    return known_if(has(state, what), (state->current.flags & flag) != 0);
}

static const char *const names[] = {
#define X(NAME, name, doc) [FIX_COLUMN_##NAME] = (name),
    FIX_COLUMN_MAP(X)
#undef X
};

/* Those that have a function of their own. */
static const struct {
    struct number (*of)(const struct fold_state *state);
} own[FIX_COLUMNS] = {
    [FIX_COLUMN_T] = {number_t},       [FIX_COLUMN_X] = {number_x},
    [FIX_COLUMN_Y] = {number_y},       [FIX_COLUMN_V] = {number_v},
    [FIX_COLUMN_D] = {number_d},       [FIX_COLUMN_S] = {number_s},
    [FIX_COLUMN_F] = {number_f},       [FIX_COLUMN_N] = {number_n},
    [FIX_COLUMN_R] = {number_r},       [FIX_COLUMN_P] = {number_p},
    [FIX_COLUMN_ODO] = {number_odo},   [FIX_COLUMN_FUEL] = {number_fuel},
    [FIX_COLUMN_VOLT] = {number_volt}, [FIX_COLUMN_BAT] = {number_bat},
    [FIX_COLUMN_GSM] = {number_gsm},   [FIX_COLUMN_SAT] = {number_sat},
    [FIX_COLUMN_ALT] = {number_alt},   [FIX_COLUMN_COURSE] = {number_course},
    [FIX_COLUMN_HDOP] = {number_hdop}, [FIX_COLUMN_BATV] = {number_batv},
};

static struct number number_of(enum fix_column column, const struct fold_state *state)
{
    switch (column) {
    case FIX_COLUMN_CHARGING:
        return number_switch(state, FIX_HAS_CHARGING, FIX_CHARGING);
    case FIX_COLUMN_DOOR:
        return number_switch(state, FIX_HAS_DOOR, FIX_DOOR_OPEN);
    case FIX_COLUMN_CUT_OFF:
        return number_switch(state, FIX_HAS_CUT_OFF, FIX_CUT_OFF);
    default:
        return own[column].of != NULL ? own[column].of(state)
                                      : number_temp(state, column - FIX_COLUMN_TEMP);
    }
}

bool fix_column_named(const char *name, enum fix_column *out)
{
    for (enum fix_column i = 0; i < FIX_COLUMNS; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *fix_column_name(enum fix_column column)
{
    return names[column];
}

void fix_column_write(enum fix_column column, const struct fold_state *state, struct json_out *out)
{
    const struct number number = number_of(column, state);
    if (!number.is_known) {
        json_write_null(out);
    } else if (number.decimals == 0) {
        json_int(out, number.v);
    } else {
        json_decimal(out, number.v, number.decimals);
    }
}
