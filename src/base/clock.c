/*
 * Days are counted in eras of 400 years (146,097 days) that begin on 1 March, so that the leap day
 * is the last of its year: the algorithm of Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms". Day 0 is 1970-01-01, 719,468 days after 0000-03-01.
 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/check.h"
#include "base/reader.h"

enum { ERA_DAYS = 146097, EPOCH_DAYS = 719468, DAY_S = 86400 };

static int64_t clock_us(clockid_t id)
{
    struct timespec t;
    check(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
    return clock_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_monotonic_ms(void)
{
    return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_monotonic_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

bool clock_is_synchronised(void)
{
    struct timex asked = {0}; /* no modes: nothing is set */
    int state = adjtimex(&asked);
    return state >= 0 && state != TIME_ERROR && (asked.status & STA_UNSYNC) == 0;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool civil_is_valid(const struct civil *c)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12) {
        return false;
    }
    int last = days[c->month - 1] + (c->month == 2 && is_leap(c->year));
    return c->day >= 1 && c->day <= last && c->hour >= 0 && c->hour <= 23 && c->minute >= 0 &&
           c->minute <= 59 && c->second >= 0 && c->second <= 59;
}

int64_t civil_to_s(const struct civil *c)
{
    int64_t year = c->month <= 2 ? c->year - 1 : c->year;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month = c->month > 2 ? c->month - 3 : c->month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + c->day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    int64_t days = era * ERA_DAYS + day_of_era - EPOCH_DAYS;
    return days * DAY_S + INT64_C(3600) * c->hour + INT64_C(60) * c->minute + c->second;
}

struct civil civil_from_s(int64_t time_s)
{
    int64_t days = time_s / DAY_S;
    int64_t rest = time_s % DAY_S;
    if (rest < 0) {
        rest += DAY_S;
        days--;
    }
    days += EPOCH_DAYS;
    int64_t era = days / ERA_DAYS;
    int64_t doe = days - era * ERA_DAYS;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
    };
}

void clock_format_iso(int64_t time_s, char out[CLOCK_ISO_SIZE])
{
    struct civil c = civil_from_s(time_s);
    char text[80];
    (void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day,
                   c.hour, c.minute, c.second);
    memcpy(out, text, CLOCK_ISO_SIZE - 1);
    out[CLOCK_ISO_SIZE - 1] = '\0';
}

/* Takes `n` digits. */
static int take_digits(struct reader *r, size_t n)
{
    uint64_t value = 0;
    if (!parse_u64(read_bytes(r, n), &value)) {
        r->failed = true;
    }
    return (int)value;
}

static void take_char(struct reader *r, const char *allowed)
{
    uint8_t c = read_u8(r);
    if (c == 0 || strchr(allowed, c) == NULL) {
        r->failed = true;
    }
}

static uint8_t peek(const struct reader *r)
{
    return reader_left(r) == 0 ? 0 : r->in.at[r->pos];
}

static void skip_fraction(struct reader *r)
{
    if (peek(r) != '.' && peek(r) != ',') {
        return;
    }
    read_skip(r, 1);
    take_digits(r, 1);
    while (peek(r) >= '0' && peek(r) <= '9') {
        read_skip(r, 1);
    }
}

/* "Z", "+08:00", "+0800" or "+08", in seconds east of UTC. */
static int take_offset_s(struct reader *r)
{
    char sign = (char)read_u8(r);
    if (sign == 'Z' || sign == 'z') {
        return 0;
    }
    if (sign != '+' && sign != '-') {
        r->failed = true;
        return 0;
    }
    int hours = take_digits(r, 2);
    bool has_minutes = reader_left(r) > 0;
    if (peek(r) == ':') {
        read_skip(r, 1);
    }
    int minutes = has_minutes ? take_digits(r, 2) : 0;
    if (hours > 15 || minutes > 59) {
        r->failed = true;
    }
    int offset = hours * 3600 + minutes * 60;
    return sign == '-' ? -offset : offset;
}

bool clock_parse_iso(struct bytes text, int64_t *time_s)
{
    struct reader r = reader_init(text);
    struct civil c = {0};
    c.year = take_digits(&r, 4);
    take_char(&r, "-");
    c.month = take_digits(&r, 2);
    take_char(&r, "-");
    c.day = take_digits(&r, 2);
    take_char(&r, "Tt ");
    c.hour = take_digits(&r, 2);
    take_char(&r, ":");
    c.minute = take_digits(&r, 2);
    if (peek(&r) == ':') {
        read_skip(&r, 1);
        c.second = take_digits(&r, 2);
        skip_fraction(&r);
    }
    int offset = take_offset_s(&r);
    if (!reader_ok(&r) || reader_left(&r) > 0 || !civil_is_valid(&c)) {
        return false;
    }
    *time_s = civil_to_s(&c) - offset;
    return true;
}
