/*
 * GLib reads the compiled IANA data base (RFC 8536) and answers which interval of constant offset a
 * time lies in, by number. It does not say where an interval ends, so a clock that leaves the span
 * it knows bisects for both ends of the new one, at most SPAN_S away:
 *
 *        t - 62 days          t            t + 62 days
 *     ────────┬───────────────┼──────┬─────────┬────
 *             └─ from_s              └─ until_s, a change
 */
#include "base/zone.h"

#include <glib.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/reader.h"

enum {
    NAME_CHARS_MAX = 64,
    DAY_S = 86400,
    HOUR_S = 3600,
    MINUTE_S = 60,
    SPAN_S = 62 * DAY_S,
    PATH_SIZE = 512
};

/* 0001-01-01 00:00:00 and 9999-12-31 23:59:59, read as UTC. */
static const int64_t year_1_s = INT64_C(-62135596800);
static const int64_t year_9999_end_s = INT64_C(253402300799);

struct zone {
    GTimeZone *glib;
    char *name;
    atomic_uint holders;
};

/*
 * Each part of the path begins with a letter, so that "..", "/etc", "+08:00" and "" are no names.
 */
static bool is_name(const char *name)
{
    bool part_begins = true;
    size_t len = 0;
    for (; name[len] != '\0' && len < NAME_CHARS_MAX; len++) {
        char c = name[len];
        if (part_begins ? !g_ascii_isalpha(c) : !g_ascii_isalnum(c) && strchr("/_+-", c) == NULL) {
            return false;
        }
        part_begins = c == '/';
    }
    return name[len] == '\0' && !part_begins;
}

/*
 * Whether the data base has a file of that name. GLib would also take POSIX rules such as "ABC5"
 * for a name; right/ counts leap seconds, which no time here does.
 */
static bool is_on_file(const char *name)
{
    if (strncmp(name, "right/", strlen("right/")) == 0) {
        return false;
    }
    const char *dir = g_getenv("TZDIR");
    char path[PATH_SIZE];
    int len =
        snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "/usr/share/zoneinfo", name);
    FILE *f = len > 0 && len < PATH_SIZE ? fopen(path, "re") : NULL;
    if (f == NULL) {
        return false;
    }
    char magic[4] = {0};
    bool is = fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
              memcmp(magic, "TZif", sizeof(magic)) == 0;
    return fclose(f) == 0 && is;
}

enum err zone_find(const char *name, struct zone **out)
{
    *out = NULL;
    if (!is_name(name)) {
        return ERR_INVALID;
    }
    GTimeZone *glib = NULL;
    if (strcmp(name, "UTC") == 0) {
        glib = g_time_zone_new_utc();
    } else if (is_on_file(name)) {
        glib = g_time_zone_new_identifier(name);
    }
    if (glib == NULL) {
        return ERR_NOT_FOUND;
    }
    struct zone *z = mem_new(sizeof(*z));
    z->glib = glib;
    z->name = mem_copy_text(name);
    atomic_init(&z->holders, 1);
    *out = z;
    return ERR_OK;
}

struct zone *zone_hold(struct zone *z)
{
    atomic_fetch_add_explicit(&z->holders, 1, memory_order_relaxed);
    return z;
}

void zone_release(struct zone *z)
{
    if (z == NULL || atomic_fetch_sub_explicit(&z->holders, 1, memory_order_acq_rel) > 1) {
        return;
    }
    g_time_zone_unref(z->glib);
    free(z->name);
    free(z);
}

const char *zone_name(const struct zone *z)
{
    return z->name;
}

struct zone_clock zone_clock_init(const struct zone *z)
{
    return (struct zone_clock){.zone = z};
}

static int interval_at(const struct zone *z, int64_t time_s)
{
    return g_time_zone_find_interval(z->glib, G_TIME_TYPE_UNIVERSAL, time_s);
}

/* The last time on the way from `near_s` to `far_s` that still lies in `interval`. */
static int64_t end_of(const struct zone *z, int interval, int64_t near_s, int64_t far_s)
{
    if (interval_at(z, far_s) == interval) {
        return far_s;
    }
    while (near_s - far_s > 1 || far_s - near_s > 1) {
        int64_t middle_s = near_s + (far_s - near_s) / 2;
        if (interval_at(z, middle_s) == interval) {
            near_s = middle_s;
        } else {
            far_s = middle_s;
        }
    }
    return near_s;
}

static int64_t clamped(int64_t time_s)
{
    if (time_s < year_1_s) {
        return year_1_s;
    }
    return time_s > year_9999_end_s ? year_9999_end_s : time_s;
}

int32_t zone_offset_s(struct zone_clock *clock, int64_t time_s)
{
    if (time_s >= clock->from_s && time_s < clock->until_s) {
        return clock->offset_s;
    }
    time_s = clamped(time_s);
    int interval = interval_at(clock->zone, time_s);
    clock->from_s = end_of(clock->zone, interval, time_s, time_s - SPAN_S);
    clock->until_s = end_of(clock->zone, interval, time_s, time_s + SPAN_S) + 1;
    clock->offset_s = g_time_zone_get_offset(clock->zone->glib, interval);
    return clock->offset_s;
}

/* ---- text ---- */

static char *put_digits(char *at, int value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + width;
}

static char *put_char(char *at, char c)
{
    *at = c;
    return at + 1;
}

static char *put_date(char *at, const struct civil *c, bool slash)
{
    char between = slash ? '/' : '-';
    at = put_char(put_digits(at, c->year, 4), between);
    at = put_char(put_digits(at, c->month, slash && c->month < 10 ? 1 : 2), between);
    return put_digits(at, c->day, slash && c->day < 10 ? 1 : 2);
}

static char *put_two(char *at, int64_t value)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
    return at + 2;
}

/* Writes a time as ZONE_TIME. The date is kept, as successive times mostly share it. */
static void format_time(struct zone_clock *clock, int64_t local_s, char out[ZONE_TEXT_SIZE])
{
    int64_t day = (local_s - year_1_s) / DAY_S; /* neither is before the year 1 */
    int64_t second = (local_s - year_1_s) % DAY_S;
    if (clock->date[0] == '\0' || clock->local_day != day) {
        struct civil c = civil_from_s(local_s);
        *put_char(put_date(clock->date, &c, false), ' ') = '\0';
        clock->local_day = day;
    }
    char *at = memcpy(out, clock->date, sizeof(clock->date) - 1);
    at += sizeof(clock->date) - 1;
    at = put_char(put_two(at, second / HOUR_S), ':');
    at = put_char(put_two(at, second % HOUR_S / MINUTE_S), ':');
    *put_two(at, second % MINUTE_S) = '\0';
}

void zone_format(struct zone_clock *clock, enum zone_form form, int64_t time_s,
                 char out[ZONE_TEXT_SIZE])
{
    time_s = clamped(time_s);
    int64_t local_s = clamped(time_s + zone_offset_s(clock, time_s));
    if (form == ZONE_TIME) {
        format_time(clock, local_s, out);
        return;
    }
    struct civil c = civil_from_s(local_s);
    char *at = put_date(out, &c, form == ZONE_SLASH);
    if (form == ZONE_SLASH) {
        at = put_char(at, ' ');
        at = put_char(put_digits(at, c.hour, 2), ':');
        at = put_char(put_digits(at, c.minute, 2), ':');
        at = put_digits(at, c.second, 2);
    }
    *at = '\0';
}

/* Takes `min` to `max` digits. */
static int take_number(struct reader *r, size_t min, size_t max)
{
    int value = 0;
    size_t n = 0;
    while (n < max && reader_left(r) > 0 && g_ascii_isdigit((char)r->in.at[r->pos])) {
        value = value * 10 + (read_u8(r) - '0');
        n++;
    }
    if (n < min) {
        r->failed = true;
    }
    return value;
}

static void take_char(struct reader *r, char c)
{
    if (read_u8(r) != (uint8_t)c) {
        r->failed = true;
    }
}

/* The three local forms. */
static bool parse_civil(struct bytes text, struct civil *c)
{
    struct reader r = reader_init(text);
    *c = (struct civil){.year = take_number(&r, 4, 4)};
    bool slash = reader_left(&r) > 0 && r.in.at[r.pos] == '/';
    char between = slash ? '/' : '-';
    size_t min = slash ? 1 : 2;
    take_char(&r, between);
    c->month = take_number(&r, min, 2);
    take_char(&r, between);
    c->day = take_number(&r, min, 2);
    if (slash || reader_left(&r) > 0) {
        take_char(&r, ' ');
        c->hour = take_number(&r, min, 2);
        take_char(&r, ':');
        c->minute = take_number(&r, 2, 2);
        take_char(&r, ':');
        c->second = take_number(&r, 2, 2);
    }
    return reader_ok(&r) && reader_left(&r) == 0 && civil_is_valid(c);
}

int64_t zone_instant_s(struct zone_clock *clock, int64_t local_s, enum zone_pass pass)
{
    int64_t before_s = local_s - zone_offset_s(clock, local_s - DAY_S);
    int64_t after_s = local_s - zone_offset_s(clock, local_s + DAY_S);
    bool before_is = before_s + zone_offset_s(clock, before_s) == local_s;
    bool after_is = after_s + zone_offset_s(clock, after_s) == local_s;
    if (before_is && after_is) {
        return pass == ZONE_FIRST_PASS ? before_s : after_s;
    }
    return after_is ? after_s : before_s;
}

/* ISO 8601 without an offset, as .NET and Python write a time of no stated zone. */
static bool parse_iso_local(struct bytes text, int64_t *local_s)
{
    char with_zone[48];
    if (text.len + 2 > sizeof(with_zone) || bytes_find(text, 'T') != 10) {
        return false;
    }
    bytes_to_text(text, with_zone, sizeof(with_zone));
    with_zone[text.len] = 'Z';
    with_zone[text.len + 1] = '\0';
    return clock_parse_iso(bytes_of_text(with_zone), local_s);
}

/* False: it is an instant, with its offset. */
static enum err parse(struct bytes text, bool *is_local, int64_t *at_s)
{
    struct civil c;
    *is_local = !clock_parse_iso(text, at_s);
    if (*is_local && parse_civil(text, &c)) {
        *at_s = civil_to_s(&c);
        return ERR_OK;
    }
    return !*is_local || parse_iso_local(text, at_s) ? ERR_OK : ERR_INVALID;
}

enum err zone_parse(struct zone_clock *clock, struct bytes text, enum zone_pass pass,
                    int64_t *time_s)
{
    bool is_local = false;
    enum err e = parse(text, &is_local, time_s);
    if (e == ERR_OK && is_local) {
        *time_s = zone_instant_s(clock, *time_s, pass);
    }
    return e;
}

enum err zone_parse_ahead(struct zone_clock *clock, struct bytes text, int64_t now_s,
                          int64_t *time_s)
{
    bool is_local = false;
    int64_t local_s = 0;
    enum err e = parse(text, &is_local, &local_s);
    if (e != ERR_OK) {
        return e;
    }
    if (!is_local) {
        *time_s = local_s;
        return ERR_OK;
    }
    *time_s = zone_instant_s(clock, local_s, ZONE_FIRST_PASS);
    if (*time_s <= now_s) {
        *time_s = zone_instant_s(clock, local_s, ZONE_LAST_PASS);
    }
    return *time_s + zone_offset_s(clock, *time_s) == local_s ? ERR_OK : ERR_NOT_FOUND;
}
