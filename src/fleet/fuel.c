/*
 * Fuel. A level is told by a float in a tank that shakes, so neither a single reading nor the sum
 * of falls says anything: 10 l used over 8 hours, read every 10 s with a deviation of half a litre,
 * fall by 800 l in all. What counts is the settled level, the median of the last three minutes:
 *
 *      level   ·                                 ┌─ rising until it has not risen for 3 minutes
 *        │  ·  · ·                          · ·  ·
 *        │ ────────── settled ·            ──────────
 *        │    ·      ──────── · ──        /  · ·
 *        │         ·   ·    ·     ──     /        each rise from here on is put in
 *        │                   ·      ────      ▲ 5 % of the tank above `turn`: a refuel
 *        │                        ·    ▲ turn, the lowest so far
 *
 * Used is the settled level before, less that after, plus what was put in. So it adds up over
 * spans that follow one another, and noise of the level moves it by itself alone, never by a sum.
 *
 * Of each slot of 20 s, counted from 1970, the newest reading is kept. So a tracker that reports
 * every second needs no more room than one that reports thrice a minute, and what is kept hangs on
 * nothing older than three minutes: a late reading changes nothing for longer.
 *
 * A level of 0 is none: sensors that lose their power with the ignition send it.
 */
#include "fleet/fuel.h"

#include <string.h>

enum { REFUEL_TANK_PARTS = 20 /* a rise of 5 % of the tank is a refuel */ };

static int64_t slot_of(int64_t time_s)
{
    return time_s / FUEL_SLOT_S;
}

/* Forgets what is older than three minutes, and what stands in the slot of the new reading. */
static void make_room(struct fuel *f, int64_t time_s)
{
    unsigned old = 0;
    while (old < f->count && f->readings[old].time_s <= time_s - FUEL_SETTLES_S) {
        old++;
    }
    if (old > 0) {
        f->count = (uint8_t)(f->count - old);
        memmove(f->readings, f->readings + old, f->count * sizeof(f->readings[0]));
        memset(f->readings + f->count, 0, old * sizeof(f->readings[0]));
    }
    if (f->count > 0 && slot_of(f->readings[f->count - 1].time_s) == slot_of(time_s)) {
        f->count--;
    }
}

void fuel_settle(struct fuel *f)
{
    uint32_t sorted[FUEL_READINGS_MAX] = {0};
    unsigned n = f->count;
    for (unsigned i = 0; i < n; i++) { /* the newest first: mostly they are in order then */
        uint32_t level_ml = f->readings[n - 1 - i].level_ml;
        unsigned at = i;
        while (at > 0 && sorted[at - 1] > level_ml) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = level_ml;
    }
    f->settled_ml = n == 0 ? 0 : (uint32_t)(((uint64_t)sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
}

/* The settled level became another one. */
static void turn(struct fuel *f, uint32_t settled_ml, int64_t time_s, uint32_t refuel_ml)
{
    if (f->is_rising && time_s - f->risen_s > FUEL_SETTLES_S) {
        f->is_rising = false;
        f->risen_s = 0;
    }
    bool is_refuel = settled_ml > f->turn_ml && settled_ml - f->turn_ml >= refuel_ml;
    if (f->is_rising ? settled_ml > f->turn_ml : is_refuel) {
        f->refuelled_ml += settled_ml - f->turn_ml;
        f->turn_ml = settled_ml;
        f->is_rising = true;
        f->risen_s = time_s;
    } else if (!f->is_rising && settled_ml < f->turn_ml) {
        f->turn_ml = settled_ml;
    }
}

uint32_t fuel_refuel_ml(uint32_t tank_ml)
{
    return (tank_ml != 0 ? tank_ml : FUEL_TANK_UNKNOWN_ML) / REFUEL_TANK_PARTS;
}

void fuel_read(struct fuel *f, const struct fuel_reading *reading, uint32_t tank_ml)
{
    if (reading->level_ml == 0) {
        return;
    }
    bool is_first = f->count == 0;
    make_room(f, reading->time_s);
    f->readings[f->count++] = *reading;
    fuel_settle(f);
    if (is_first) {
        f->turn_ml = f->settled_ml;
        return;
    }
    turn(f, f->settled_ml, reading->time_s, fuel_refuel_ml(tank_ml));
}
