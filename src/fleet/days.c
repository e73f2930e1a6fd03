/*
 * Days: what the legs add up to between two midnights.
 *
 *     midnights    |                    |                    |
 *     legs      ────────┬───┬──┬────────────────┬──┬─────────────
 *     seconds           each leg is cut at the midnights
 *     way, fixes        where its later fix lies
 *
 * The zone of the midnights is the caller's affair, and so a day may have 23 or 25 hours. A day
 * behind the newest fix of a parked device is parked; a day before its first fix is none.
 */
#include "fleet/days.h"

#include "base/check.h"

/* What of the day at hand is in the range. */
static struct range range_of_day(const struct days *d)
{
    struct range range = {d->midnights[d->day.day], d->midnights[d->day.day + 1] - 1};
    if (range.from_s < d->trips.range.from_s) {
        range.from_s = d->trips.range.from_s;
    }
    if (range.to_s > d->trips.range.to_s) {
        range.to_s = d->trips.range.to_s;
    }
    return range;
}

/* A day's last second reaches to the midnight, at which fixes are the next day's. */
static struct range seconds_of_day(const struct days *d)
{
    struct range range = range_of_day(d);
    int64_t midnight_s = d->midnights[d->day.day + 1];
    range.to_s += midnight_s <= d->trips.range.to_s ? 1 : 0;
    return range;
}

static void tell(struct days *d)
{
    struct span *day = &d->day;
    const struct sums *sums = &day->sums;
    if (day->fixes == 0 && sums->driving_s + sums->idle_s + sums->other_s == 0) {
        return;
    }
    struct range range = seconds_of_day(d);
    day->start.time_s = range.from_s;
    day->end.time_s = range.to_s;
    day->is_clipped = range.from_s > d->midnights[day->day] ||
                      range_of_day(d).to_s < d->midnights[day->day + 1] - 1;
    d->sink.tell(d->sink.context, day);
}

/* Goes on to the next day; false on the last one. */
static bool next_day(struct days *d)
{
    if (d->day.day + 1 == d->count) {
        return false;
    }
    tell(d);
    d->day = (struct span){.day = d->day.day + 1};
    return true;
}

static void note_place(struct days *d, const struct spot *spot)
{
    if (spot->has_place) {
        d->day.end = *spot;
    }
}

static void note_fix(struct days *d, const struct spot *at)
{
    if (d->day.fixes == 0) {
        d->day.first_time_s = at->time_s;
    }
    d->day.last_time_s = at->time_s;
    d->day.fixes++;
    note_place(d, at);
}

/* The seconds of a leg in the day at hand, and way and speed if its later fix is in it. */
static void add(struct days *d, const struct leg *leg)
{
    struct range range = range_of_day(d);
    struct leg timed = *leg;
    if (!d->day.end.has_place && leg->to.time_s >= range.from_s) {
        note_place(d, &leg->from);
    }
    timed.has_fix = false;
    sums_add(&d->day.sums, &timed, seconds_of_day(d));
    if (range_holds(range, leg->to.time_s)) {
        struct leg placed = *leg;
        placed.from.time_s = placed.to.time_s;
        sums_add(&d->day.sums, &placed, range);
    }
}

void days_begin(struct days *d, const struct fold_state *start)
{
    check(d->count > 0);
    trips_begin(&d->trips, start);
}

void days_take(struct days *d, const struct leg *leg)
{
    d->day.trips += trips_take(&d->trips, leg); /* the day at hand is that of the earlier fix */
    add(d, leg);
    while (leg->to.time_s >= d->midnights[d->day.day + 1] && next_day(d)) {
        add(d, leg);
    }
    if (leg->has_fix && range_holds(range_of_day(d), leg->to.time_s)) {
        note_fix(d, &leg->to);
    }
}

void days_end(struct days *d, const struct leg *pass)
{
    days_take(d, pass);
    tell(d);
}
