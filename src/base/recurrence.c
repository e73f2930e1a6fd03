/*
 * Dates are counted as days since 1970 in the calendar of the zone, without regard to its offset;
 * zone_instant_s() makes an instant of a date and a minute. Each date has one instant, which is why
 * nothing is due twice or never where a clock is set:
 *
 *     date      ... D-1         D          D+1 ...
 *     instant   ──── ▲ ───────── ▲ ───────── ▲ ──►
 *                        time_s ┘ next: the first date behind it that the rule names
 */
#include "base/recurrence.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum {
    DAY_S = 86400,
    HOUR_MIN = 60,
    MINUTE_S = 60,
    HOURS = 24,
    WEEK_DAYS = 7,
    MONTH_DAYS_MAX = 31,
    MONTHS = 12,
    THURSDAY = 4, /* 1970-01-01 */
    LOOK_DAYS = 2 * MONTH_DAYS_MAX + 3,
    DECIMAL = 10,
    CLOCK_CHARS = 5, /* "07:00" */
};

/* ---- text ---- */

/* The number that is the whole text, of two digits at most; -1: it is none. */
static int number_of(struct bytes text)
{
    int number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!g_ascii_isdigit((char)text.at[i])) {
            return -1;
        }
        number = number * DECIMAL + (text.at[i] - '0');
    }
    return text.len == 0 || text.len > 2 ? -1 : number;
}

/* The minute of "07:00" or "7:00"; -1: it is none. */
static int minute_of(struct bytes text)
{
    size_t colon = bytes_find(text, ':');
    if (text.len > CLOCK_CHARS || colon >= text.len) {
        return -1;
    }
    struct bytes after = {text.at + colon + 1, text.len - colon - 1};
    int hour = number_of((struct bytes){text.at, colon});
    int minute = after.len == 2 ? number_of(after) : -1;
    bool is = hour >= 0 && hour < HOURS && minute >= 0 && minute < HOUR_MIN;
    return is ? hour * HOUR_MIN + minute : -1;
}

bool recurrence_read(enum recurrence_every every, struct bytes at, struct recurrence *out)
{
    static const int days_max[RECUR_EVERIES] = {0, WEEK_DAYS, MONTH_DAYS_MAX};
    int day = 0;
    if (every != RECUR_DAY) {
        size_t blank = bytes_find(at, ' ');
        if (blank >= at.len) {
            return false;
        }
        day = number_of((struct bytes){at.at, blank});
        at = (struct bytes){at.at + blank + 1, at.len - blank - 1};
    }
    int minute = minute_of(at);
    bool is = minute >= 0 && day <= days_max[every] && day >= (every == RECUR_DAY ? 0 : 1);
    if (is) {
        *out = (struct recurrence){every, minute, day};
    }
    return is;
}

void recurrence_write(const struct recurrence *r, char out[RECURRENCE_TEXT_SIZE])
{
    unsigned hour = (unsigned)(r->minute / HOUR_MIN) % HOURS;
    unsigned minute = (unsigned)(r->minute % HOUR_MIN);
    if (r->every == RECUR_DAY) {
        (void)snprintf(out, RECURRENCE_TEXT_SIZE, "%02u:%02u", hour, minute);
    } else {
        (void)snprintf(out, RECURRENCE_TEXT_SIZE, "%u %02u:%02u", (unsigned)r->day % 100, hour,
                       minute);
    }
}

/* ---- dates ---- */

static int64_t floor_days(int64_t seconds)
{
    return seconds / DAY_S - (seconds % DAY_S < 0 ? 1 : 0);
}

static int64_t date_at(struct zone_clock *clock, int64_t time_s)
{
    return floor_days(time_s + zone_offset_s(clock, time_s));
}

/* 1 (Monday) to 7. */
static int weekday_of(int64_t date)
{
    int64_t since_monday = (date + THURSDAY - 1) % WEEK_DAYS;
    return (int)((since_monday + WEEK_DAYS) % WEEK_DAYS) + 1;
}

static int64_t first_of_month(int64_t date, int months_on)
{
    struct civil c = civil_from_s(date * DAY_S);
    int month = c.year * MONTHS + c.month - 1 + months_on;
    const struct civil first = {.year = month / MONTHS, .month = month % MONTHS + 1, .day = 1};
    return floor_days(civil_to_s(&first));
}

static bool names_date(const struct recurrence *r, int64_t date)
{
    if (r->every == RECUR_DAY) {
        return true;
    }
    if (r->every == RECUR_WEEK) {
        return weekday_of(date) == r->day;
    }
    int64_t first = first_of_month(date, 0);
    int64_t last = first_of_month(date, 1) - 1;
    int64_t wanted = first + r->day - 1;
    return date == (wanted < last ? wanted : last);
}

static int64_t instant_of(const struct recurrence *r, struct zone_clock *clock, int64_t date)
{
    return zone_instant_s(clock, date * DAY_S + (int64_t)r->minute * MINUTE_S, ZONE_FIRST_PASS);
}

int64_t recurrence_next_s(const struct recurrence *r, struct zone_clock *clock, int64_t time_s)
{
    int64_t first = date_at(clock, time_s) - 2;
    for (int64_t date = first; date < first + LOOK_DAYS; date++) {
        if (names_date(r, date) && instant_of(r, clock, date) > time_s) {
            return instant_of(r, clock, date);
        }
    }
    return INT64_MAX; /* no zone has that: it would leave out two months */
}

int64_t recurrence_last_s(const struct recurrence *r, struct zone_clock *clock, int64_t time_s)
{
    int64_t first = date_at(clock, time_s) + 2;
    for (int64_t date = first; date > first - LOOK_DAYS; date--) {
        if (names_date(r, date) && instant_of(r, clock, date) <= time_s) {
            return instant_of(r, clock, date);
        }
    }
    return INT64_MIN;
}

/* ---- what is due ---- */

int64_t recurrence_believed_s(const struct recurrence *r, struct zone_clock *clock, int64_t done_s,
                              int64_t now_s)
{
    return done_s > recurrence_next_s(r, clock, now_s) ? recurrence_last_s(r, clock, now_s)
                                                       : done_s;
}

bool recurrence_is_due(const struct recurrence *r, struct zone_clock *clock, int64_t done_s,
                       int64_t now_s, int64_t *due_s)
{
    *due_s = recurrence_last_s(r, clock, now_s);
    return *due_s > recurrence_believed_s(r, clock, done_s, now_s);
}

int64_t recurrence_awaited_s(const struct recurrence *r, struct zone_clock *clock, int64_t done_s,
                             int64_t now_s)
{
    int64_t due_s = 0;
    if (recurrence_is_due(r, clock, done_s, now_s, &due_s)) {
        return due_s;
    }
    int64_t from_s = recurrence_believed_s(r, clock, done_s, now_s);
    return recurrence_next_s(r, clock, from_s > now_s ? from_s : now_s);
}

void recurrence_period(const struct recurrence *r, struct zone_clock *clock, int64_t due_s,
                       int64_t *from_s, int64_t *to_s)
{
    int64_t date = date_at(clock, due_s);
    int64_t first = date - 1;
    int64_t end = date;
    if (r->every == RECUR_WEEK) {
        end = date - weekday_of(date) + 1;
        first = end - WEEK_DAYS;
    } else if (r->every == RECUR_MONTH) {
        end = first_of_month(date, 0);
        first = first_of_month(date, -1);
    }
    *from_s = zone_instant_s(clock, first * DAY_S, ZONE_FIRST_PASS);
    *to_s = zone_instant_s(clock, end * DAY_S, ZONE_FIRST_PASS) - 1;
}
