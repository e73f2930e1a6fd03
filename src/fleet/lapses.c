/*
 * Above a speed: from the first fix that is to the first that is not, or to the last before a
 * silence. Where the newest fix is above and more may come, the span is open and ends at that fix.
 *
 *     km/h   80   125   130   90          125   silence
 *     span        ├───────────┤           ├ (nothing: no second is known)
 *
 * The limit is the one of each fix: where it changes, it decides from the next fix on.
 *
 * Without fixes: a leg that is long enough is a span. Its distance belongs to the later fix.
 */
#include "fleet/lapses.h"

static bool is_too_fast(const struct speeding *s, uint32_t speed_kmh_e2)
{
    return s->limit_kmh_e2 > 0 && speed_kmh_e2 > s->limit_kmh_e2;
}

static void begin_span(struct speeding *s, struct spot start, uint32_t speed_kmh_e2)
{
    s->is_above = true;
    s->span = (struct span){.start = start};
    s->span.sums.top_speed_kmh_e2 = speed_kmh_e2;
}

/* The leg of a span that goes on; what was before the range leaves its last speed and place. */
static void go_on(struct speeding *s, const struct leg *leg)
{
    sums_add(&s->span.sums, leg, s->range);
    span_move_start(&s->span.start, leg, s->range);
    if (leg->has_fix && leg->to.time_s <= s->range.from_s) {
        s->span.sums.top_speed_kmh_e2 = leg->speed_kmh_e2;
    }
}

static void end_span(struct speeding *s, struct spot end, bool is_open)
{
    s->is_above = false;
    s->span.end = end;
    s->span.is_open = is_open;
    span_tell_clipped(&s->sink, &s->span, s->range);
}

void speeding_begin(struct speeding *s, const struct fold_state *start)
{
    uint32_t speed_kmh_e2 = span_speed_kmh_e2(start);
    if (is_too_fast(s, speed_kmh_e2)) {
        begin_span(s, span_spot(start), speed_kmh_e2);
    }
}

void speeding_take(struct speeding *s, const struct leg *leg)
{
    if (s->is_above && leg->is_silent) {
        end_span(s, leg->from, false);
    }
    bool is_above = is_too_fast(s, leg->speed_kmh_e2);
    if (s->is_above) {
        go_on(s, leg);
    }
    if (s->is_above && !is_above) {
        end_span(s, leg->to, false);
    } else if (!s->is_above && is_above) {
        begin_span(s, leg->to, leg->speed_kmh_e2);
    }
}

void speeding_end(struct speeding *s, const struct leg *pass)
{
    if (s->is_above) {
        end_span(s, pass->from, !pass->is_silent);
    }
}

void absence_take(const struct absence *a, const struct leg *leg)
{
    int64_t gap_s = leg->to.time_s - leg->from.time_s;
    bool is_long = a->limit_s > 0 ? gap_s > a->limit_s : leg->is_silent;
    if (leg->is_first || !is_long) {
        return;
    }
    struct span span = {.start = leg->from, .end = leg->to, .is_open = !leg->has_fix};
    sums_add(&span.sums, leg, a->range);
    span_tell_clipped(&a->sink, &span, a->range);
}
