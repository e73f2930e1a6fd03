#ifndef FLEET_WATCH_TESTING_H
#define FLEET_WATCH_TESTING_H

/*
 * A device that is held to rules, and what is told of it, as text. Included after cmocka.h, by
 * tests alone. Times count from T0, places are metres north of the start (fold_fixture.h).
 *
 *     +OVERSPEED@10 -OVERSPEED@40     raised at 10 s, over at 40 s
 *     ~SOS@70                         continued
 *     +GEOFENCE_ENTER:7@12.           a crossing of geofence 7, no alarm (.)
 */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "fleet/fences.h"
#include "fleet/fold_fixture.h"
#include "fleet/pack.h"
#include "model/event.h"

enum { SCENE_FENCES_MAX = 40, SCENE_TERMS_MAX = 4, SCENE_TEXT_SIZE = 8192, SCENE_DEVICE = 5 };

struct scene {
    struct fold_state state;
    struct fold_limits limits;
    struct fold_term terms[SCENE_TERMS_MAX];
    struct fence_geometry *shapes[SCENE_FENCES_MAX];
    struct fence_term fences[SCENE_FENCES_MAX];
    size_t fence_count;
    struct fold_rules rules;
    struct watch_event last;
    uint64_t open[2 * WATCH_MAX]; /* kind and subject of what was raised and is not over */
    size_t open_count;
    char text[SCENE_TEXT_SIZE];
};

static const char *const scene_kinds[ALARM_COUNT] = {
#define X(name, text, momentary) [ALARM_##name] = #name,
    ALARM_MAP(X)
#undef X
};

/* Whatever is raised is over once, and not raised again before. */
static inline void scene_note(struct scene *s, const struct watch_event *e)
{
    uint64_t name = (uint64_t)e->kind << 32 | e->subject;
    size_t i = 0;
    while (i < s->open_count && s->open[i] != name) {
        i++;
    }
    if (e->news == WATCH_OVER) {
        assert_true(i < s->open_count);
        s->open[i] = s->open[--s->open_count];
    } else if (!e->is_brief) {
        assert_int_equal(i, s->open_count);
        assert_true(s->open_count < sizeof(s->open) / sizeof(s->open[0]));
        s->open[s->open_count++] = name;
    }
}

static inline void scene_take(void *context, const struct fold_state *state,
                              const struct watch_event *e)
{
    struct scene *s = context;
    size_t len = strlen(s->text);
    char subject[16] = "";
    (void)state;
    assert_true(e->kind < ALARM_COUNT || e->kind == EVENT_REFUEL);
    if (e->subject != 0) {
        (void)snprintf(subject, sizeof(subject), ":%u", e->subject);
    }
    int n = snprintf(s->text + len, sizeof(s->text) - len, "%s%c%s%s@%lld%s", len > 0 ? " " : "",
                     "+~-"[e->news], e -> kind < ALARM_COUNT ? scene_kinds[e->kind] : "REFUEL",
                     subject, (long long)(e->at_s - T0), e->is_alarm ? "" : ".");
    assert_in_range(n, 1, sizeof(s->text) - len - 1);
    s->last = *e;
    scene_note(s, e);
}

/* One term that begins before all, with limits that are all off. */
static inline struct scene *scene_new(void)
{
    struct scene *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    s->terms[0] = (struct fold_term){.from_s = INT64_MIN, .limits = &s->limits};
    for (size_t i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        s->limits.temperatures[i] = (struct fold_bounds){INT16_MIN, INT16_MAX};
    }
    s->rules = (struct fold_rules){
        .is_watched = true, .device = SCENE_DEVICE, .terms = s->terms, .term_count = 1};
    return s;
}

static inline void scene_free(struct scene *s)
{
    fences_free(s->rules.fences);
    for (size_t i = 0; i < s->fence_count; i++) {
        fence_geometry_free(s->shapes[i]);
    }
    free(s);
}

/* Adds a geofence of a shape that it owns from then on; its members may be set until the next. */
static inline struct fence_term *scene_add(struct scene *s, uint32_t id, const struct shape *shape)
{
    assert_true(s->fence_count < SCENE_FENCES_MAX);
    size_t i = s->fence_count++;
    struct shape_fault fault;
    assert_int_equal(shape_check(shape, &fault), ERR_OK);
    s->shapes[i] = fence_geometry_new(shape);
    s->fences[i] = (struct fence_term){.id = id,
                                       .from_s = INT64_MIN,
                                       .until_s = INT64_MAX,
                                       .alarm_on = FENCE_ALARM_ENTER | FENCE_ALARM_LEAVE,
                                       .geometry = s->shapes[i]};
    return &s->fences[i];
}

/* A geofence from `south_m` to `north_m`, a kilometre wide. */
static inline struct fence_term *scene_band(struct scene *s, uint32_t id, int64_t south_m,
                                            int64_t north_m)
{
    enum { HALF_WIDTH_E7 = 70000 };
    const struct point corners[] = {{metres_north(south_m), LON0_E7 - HALF_WIDTH_E7},
                                    {metres_north(south_m), LON0_E7 + HALF_WIDTH_E7},
                                    {metres_north(north_m), LON0_E7 + HALF_WIDTH_E7},
                                    {metres_north(north_m), LON0_E7 - HALF_WIDTH_E7}};
    struct shape_ring ring = {corners, 4};
    return scene_add(s, id, &(struct shape){SHAPE_POLYGON, &ring, 1, 0});
}

/* What was added applies from the next fix on. */
static inline void scene_draw(struct scene *s)
{
    fences_free(s->rules.fences);
    s->rules.fences = fences_new(s->fences, s->fence_count);
}

static inline void scene_step(struct scene *s, struct fix fix)
{
    fold_step(&s->state, &fix, &s->rules, &(struct watch_sink){s, scene_take});
    assert_int_equal(s->state.active_alarms, watch_open_alarms(&s->state.watch));
}

/* What was told since it was asked last. */
static inline void scene_told(struct scene *s, const char *want)
{
    assert_string_equal(s->text, want);
    s->text[0] = '\0';
}

static inline bool scene_is_inside(const struct scene *s, uint32_t id)
{
    const struct watch_entry *e = watch_look(&s->state.watch, WATCH_INSIDE, id);
    return e != NULL && e->phase == WATCH_OPEN;
}

/* What was raised and is not over is what the state holds. */
static inline void scene_check_open(const struct scene *s)
{
    size_t open = 0;
    for (size_t i = 0; i < s->state.watch.count; i++) {
        const struct watch_entry *e = &s->state.watch.at[i];
        open += e->kind < ALARM_COUNT && e->phase == WATCH_OPEN;
    }
    assert_int_equal(s->open_count, open);
}

/* Without a lock. */
static inline struct fix unlocked(struct fix f)
{
    f.flags &= ~(uint32_t)FIX_VALID;
    return f;
}

static inline struct fix lbs(struct fix f)
{
    f.source = FIX_LBS;
    return unlocked(f);
}

#endif
