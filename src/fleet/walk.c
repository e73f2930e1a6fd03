/* A walk hands the legs that it makes of the fixes to the one that looks for its kind of span. */
#include "fleet/walk.h"

/* The overspeed limit of the rules at a time, which is not before that of the last call; 0: none.
 */
static uint32_t limit_at_kmh_e2(struct walk *w, int64_t time_s)
{
    const struct fold_rules *rules = &w->legs.rules;
    while (w->term < rules->term_count && rules->terms[w->term].from_s <= time_s) {
        w->term++;
    }
    const struct fold_limits *limits = w->term == 0 ? NULL : rules->terms[w->term - 1].limits;
    return limits == NULL ? 0 : limits->overspeed_kmh_e2;
}

void walk_begin(struct walk *w, const struct walk_options *options, const struct fold_state *start)
{
    const struct span_sink nobody = {0};
    *w = (struct walk){.kind = options->kind, .legs = {.state = *start, .rules = options->rules}};
    w->trips = (struct trips){
        .range = options->range,
        .stop_s = options->stop_s,
        .trips = options->kind == WALK_TRIPS ? options->sink : nobody,
        .stops = options->kind == WALK_STOPS ? options->sink : nobody,
    };
    w->absence = (struct absence){options->range, options->limit_s, options->sink};
    switch (options->kind) {
    case WALK_DAYS:
        w->days = (struct days){.trips = w->trips,
                                .midnights = options->midnights,
                                .count = options->day_count,
                                .sink = options->sink};
        days_begin(&w->days, start);
        break;
    case WALK_SPEEDING:
        w->speeding = (struct speeding){
            .range = options->range, .limit_kmh_e2 = options->limit_kmh_e2, .sink = options->sink};
        w->is_held_to_rule = options->limit_kmh_e2 == 0;
        if (w->is_held_to_rule) {
            w->speeding.limit_kmh_e2 = limit_at_kmh_e2(w, start->current.gps_time_s);
        }
        speeding_begin(&w->speeding, start);
        break;
    default:
        trips_begin(&w->trips, start);
    }
}

void walk_take(struct walk *w, const struct fix *fix)
{
    const struct leg leg = legs_take(&w->legs, fix);
    switch (w->kind) {
    case WALK_DAYS:
        days_take(&w->days, &leg);
        break;
    case WALK_SPEEDING:
        if (w->is_held_to_rule) {
            w->speeding.limit_kmh_e2 = limit_at_kmh_e2(w, leg.to.time_s);
        }
        speeding_take(&w->speeding, &leg);
        break;
    case WALK_ABSENCE:
        absence_take(&w->absence, &leg);
        break;
    default:
        (void)trips_take(&w->trips, &leg);
    }
}

bool walk_is_done(const struct walk *w)
{
    if (!legs_have_begun(&w->legs)) {
        return false;
    }
    int64_t time_s = w->legs.state.current.gps_time_s;
    bool has_trips = w->kind == WALK_TRIPS || w->kind == WALK_STOPS;
    return has_trips ? trips_are_done(&w->trips, time_s) : time_s > w->absence.range.to_s;
}

void walk_end(struct walk *w, int64_t now_s)
{
    if (!legs_have_begun(&w->legs)) {
        return;
    }
    const struct leg pass = legs_pass(&w->legs, now_s);
    switch (w->kind) {
    case WALK_DAYS:
        days_end(&w->days, &pass);
        break;
    case WALK_SPEEDING:
        speeding_end(&w->speeding, &pass);
        break;
    case WALK_ABSENCE:
        absence_take(&w->absence, &pass);
        break;
    default:
        trips_end(&w->trips, &pass);
    }
}
