/*
 * The columns, one function each: 50,000 devices are one array of numbers a column, which a page
 * reads ten times as fast as an object a device, from a fifth of the bytes. null is what is not
 * known.
 */
#include "api/live_columns.h"

#include <string.h>

#include "api/fix_columns.h"
#include "api/share.h"
#include "api/shown_alarms.h"
#include "api/snapshot.h"
#include "base/units.h"

enum {
    MS_PER_S = 1000,
    CM_PER_M = 100,
    FLAG_NO_GPS = 1,
    FLAG_IGNITION = 2,
    FLAG_CONNECTED = 4,
};

/* What the functions below write from. */
struct column_cell {
    struct call *c;
    const struct live_table *table;
    const struct live_row *row;
    const struct fix *fix; /* the newest one, with what was known before */
};

static void write_known(struct json_out *out, bool is_known, int64_t number)
{
    if (is_known) {
        json_int(out, number);
    } else {
        json_write_null(out);
    }
}

/* What history tells of a fix, too. */
static void write_told(const struct column_cell *at, enum fix_column column, struct json_out *out)
{
    if (at->row->live.reported) {
        fix_column_write(column, &at->row->live.state, out);
    } else {
        json_write_null(out);
    }
}

/* Those columns: X(NAME of fix_columns.h, name here). */
#define TOLD_MAP(X)                                                                                \
    X(X, x)                                                                                        \
    X(Y, y)                                                                                        \
    X(V, v)                                                                                        \
    X(D, d)                                                                                        \
    X(N, n)                                                                                        \
    X(P, p)                                                                                        \
    X(ODO, odo)                                                                                    \
    X(FUEL, fuel)                                                                                  \
    X(VOLT, volt)                                                                                  \
    X(BAT, bat)                                                                                    \
    X(GSM, gsm)                                                                                    \
    X(SAT, sat)                                                                                    \
    X(TEMP, temp)

#define X(NAME, name)                                                                              \
    static void write_##name(const struct column_cell *at, struct json_out *out)                   \
    {                                                                                              \
        write_told(at, FIX_COLUMN_##NAME, out);                                                    \
    }
TOLD_MAP(X)
#undef X

/* ---- what people set ---- */

static void write_i(const struct column_cell *at, struct json_out *out)
{
    json_int(out, at->row->ref.info->id);
}

static void write_id(const struct column_cell *at, struct json_out *out)
{
    json_write_string(out, at->row->ref.info->device_id);
}

static void write_plate(const struct column_cell *at, struct json_out *out)
{
    json_write_string(out, at->row->ref.info->plate);
}

/* The device as the caller is shown it. */
static struct device shown(const struct column_cell *at)
{
    return share_device(at->c, at->row->ref.info);
}

static void write_g(const struct column_cell *at, struct json_out *out)
{
    json_int(out, share_tells_all(at->c) ? at->row->ref.group_id : 0);
}

static void write_oc(const struct column_cell *at, struct json_out *out)
{
    json_write_string(out, shown(at).object_code);
}

static void write_sim(const struct column_cell *at, struct json_out *out)
{
    json_write_string(out, shown(at).sim);
}

static void write_model(const struct column_cell *at, struct json_out *out)
{
    json_write_string(out, shown(at).model);
}

static void write_type(const struct column_cell *at, struct json_out *out)
{
    json_int(out, at->row->ref.info->type);
}

static void write_hold(const struct column_cell *at, struct json_out *out)
{
    json_int(out, share_tells_all(at->c) ? at->row->ref.info->enterprise_id : 0);
}

/* ---- what trackers report ---- */

static bool has_place(const struct column_cell *at)
{
    return at->row->live.reported && fix_has_position(at->fix);
}

static void write_s(const struct column_cell *at, struct json_out *out)
{
    if (at->row->live.reported) {
        fix_column_write(FIX_COLUMN_S, &at->row->live.state, out);
    } else {
        json_int(out, 0);
    }
}

static void write_t(const struct column_cell *at, struct json_out *out)
{
    write_known(out, at->row->live.reported, at->fix->gps_time_s);
}

/* Since the start, or by what was stored; 0: never. */
static int64_t heard_ms(const struct column_cell *at)
{
    const struct live *live = &at->row->live;
    if (live->heard_monotonic_ms != 0) {
        return live->heard_wall_ms;
    }
    return live->reported ? at->fix->rcv_time_s * MS_PER_S : 0;
}

static void write_r(const struct column_cell *at, struct json_out *out)
{
    int64_t ms = heard_ms(at);
    write_known(out, ms != 0, ms / MS_PER_S);
}

static void write_u(const struct column_cell *at, struct json_out *out)
{
    int64_t ms = heard_ms(at);
    write_known(out, ms != 0, (ms + live_online_limit_ms(&at->row->live.state)) / MS_PER_S);
}

static void write_f(const struct column_cell *at, struct json_out *out)
{
    const struct live_row *row = at->row;
    bool is_coarse = has_place(at) && at->fix->source != FIX_GPS;
    bool is_on = row->live.reported && (at->fix->flags & (uint32_t)FIX_IGNITION_ON) != 0;
    bool is_up = device_link_is_up(&row->link, &row->live, at->c->now_monotonic_ms);
    json_int(out, (is_coarse ? FLAG_NO_GPS : 0) + (is_on ? FLAG_IGNITION : 0) +
                      (is_up ? FLAG_CONNECTED : 0));
}

static void write_a(const struct column_cell *at, struct json_out *out)
{
    const struct live_row *row = at->row;
    alarm_set alarms = alarm_kinds_of_live(at->c, row->ref.info->id, &row->live.state);
    json_array_begin(out);
    for (int kind = 0; alarms != 0; kind++, alarms >>= 1) {
        if ((alarms & 1U) != 0) {
            json_int(out, kind);
        }
    }
    json_array_end(out);
}

static void write_km(const struct column_cell *at, struct json_out *out)
{
    uint64_t distance_m_e2 = 0;
    if (at->row->live.reported && share_tells_past(at->c) &&
        live_day_tells(&at->row->live, &at->table->today, &distance_m_e2)) {
        json_decimal(out, units_rounded((int64_t)distance_m_e2, CM_PER_M), 3);
    } else {
        json_write_null(out);
    }
}

/* ---- the table of them ---- */

enum column_of { OF_BOTH, OF_DEVICE, OF_STATE, ASKED };

static const struct {
    const char *name;
    enum column_of of;
    void (*write)(const struct column_cell *at, struct json_out *out);
} columns[LIVE_COLUMNS] = {
#define X(NAME, column, what, doc) [LIVE_##NAME] = {#column, what, write_##column},
    LIVE_COLUMN_MAP(X)
#undef X
};

static live_column_set columns_of(enum column_of of)
{
    live_column_set set = UINT32_C(1) << LIVE_I;
    for (enum live_column i = 0; i < LIVE_COLUMNS; i++) {
        set |= columns[i].of == of ? UINT32_C(1) << i : 0;
    }
    return set;
}

live_column_set live_columns_usual(void)
{
    return columns_of(OF_DEVICE) | columns_of(OF_STATE);
}

live_column_set live_columns_of_state(live_column_set wanted)
{
    return wanted & (columns_of(OF_STATE) | columns_of(ASKED));
}

live_column_set live_columns_of_device(void)
{
    return columns_of(OF_DEVICE);
}

static bool find_column(const char *name, live_column_set *set)
{
    for (enum live_column i = 0; i < LIVE_COLUMNS; i++) {
        if (strcmp(columns[i].name, name) == 0) {
            *set |= UINT32_C(1) << i;
            return true;
        }
    }
    return false;
}

bool live_columns_named(const struct value *names, live_column_set *out, const char **unknown)
{
    *out = names->count == 0 ? live_columns_usual() : UINT32_C(1) << LIVE_I;
    for (size_t i = 0; i < names->count; i++) {
        if (!find_column(names->items[i], out)) {
            *unknown = names->items[i];
            return false;
        }
    }
    return true;
}

void live_table_begin(struct live_table *t, struct call *c, live_column_set set)
{
    t->columns = set;
    t->rows = 0;
    t->look_ups = 0;
    t->today = today_of(c);
    for (enum live_column i = 0; i < LIVE_COLUMNS; i++) {
        struct json_out *out = &t->out[i];
        *out = (struct json_out){.at = out->at, .capacity = out->capacity};
        if ((set >> i & 1U) != 0) {
            json_array_begin(out);
        }
    }
}

/* After a start the store alone knows how far a device went today. */
static void look_up_today(struct live_table *t, struct call *c, struct live_row *row)
{
    uint64_t distance_m_e2 = 0;
    bool is_wanted = (t->columns >> LIVE_KM & 1U) != 0 && row->live.reported;
    if (t->look_ups > 0 && is_wanted && !live_day_tells(&row->live, &t->today, &distance_m_e2)) {
        t->look_ups--;
        (void)today_look(c, &row->ref, &t->today);
        tracked_live(c->shard->directory, row->ref.tracked, &row->live);
    }
}

void live_table_add(struct live_table *t, struct call *c, const struct device_ref *ref)
{
    struct live_row row;
    row.ref = *ref;
    tracked_live(c->shard->directory, ref->tracked, &row.live);
    look_up_today(t, c, &row);
    row.link = tracked_link(c->shard->directory, ref->tracked);
    const struct column_cell at = {c, t, &row, &row.live.state.current};
    for (enum live_column i = 0; i < LIVE_COLUMNS; i++) {
        if ((t->columns >> i & 1U) != 0) {
            columns[i].write(&at, &t->out[i]);
        }
    }
    t->rows++;
}

void live_table_end(struct live_table *t, struct json_out *out)
{
    for (enum live_column i = 0; i < LIVE_COLUMNS; i++) {
        if ((t->columns >> i & 1U) != 0) {
            json_array_end(&t->out[i]);
            json_name(out, columns[i].name);
            json_raw(out, json_text(&t->out[i]));
        }
    }
}

void live_table_free(struct live_table *t)
{
    for (enum live_column i = 0; i < LIVE_COLUMNS; i++) {
        json_free(&t->out[i]);
    }
}
