/*
 * A smoother of tracks: a Kalman filter that takes the vehicle for one of constant velocity but for
 * accelerations of chance, and goes forward, then back (Rauch, Tung and Striebel, "Maximum
 * likelihood estimates of linear dynamic systems", AIAA Journal 3, 1965).
 *
 *     state          x y      metres on a plane that touches the earth at the window's first fix
 *                    u v      metres a second
 *     its deviation  the same along both axes: var(x), cov(x, u), var(u)
 *     told           x y with the fix's accuracy; u v where it tells speed and course; u v = 0
 *                    where it is a standstill
 *
 * How much chance there is in the accelerations (`q`, m²/s³) differs between a motorway and a town.
 * Each window tries the rows of NOISES and takes the one under which its fixes are the likeliest.
 * Then single steps with a turn in them are given more: noise is shared out to where it was needed.
 *
 * A window is at most WINDOW fixes of a leg, that is between gaps and standstills, with BESIDE more
 * on either side; what is further away has no say any more.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "geo/track.h"

enum { WINDOW = 512, BESIDE = 32, ROOM = WINDOW + 2 * BESIDE, ROUNDS = 3 };

static const double NOISES[] = {0.02, 0.2, 1, 4, 16};
enum { NOISE_COUNT = sizeof(NOISES) / sizeof(NOISES[0]) };

static const double METRES_PER_E7 = 0.011131949; /* of latitude, about */
static const double RADIANS_PER_E7 = 1.7453292519943295e-9;
static const double RADIANS_PER_DEG = 0.017453292519943295;
static const double SPEED_UNKNOWN_MS = 30;
static const double STANDING_MS = 0.3;
static const double GATE = 4; /* deviations beyond which a fix counts for nothing */
static const double RAYLEIGH_MEDIAN = 1.1774;
static const double NEVER = 1e6;       /* times its variance */
static const double NOISE_FLOOR = 0.2; /* of a step in which no turn was seen */

struct state {
    double x;
    double y;
    double u;
    double v;
    double xx; /* deviations: var(x) = var(y), */
    double xu; /* cov(x, u) = cov(y, v), */
    double uu; /* var(u) = var(v) */
};

struct told {
    double x;
    double y;
    double u;
    double v;
    double xx;
    double uu;       /* negative: it tells no velocity */
    double before_s; /* since the fix before it */
    double q;        /* noise of the step to it, in parts of the window's */
};

/* A fix of a window. */
struct step {
    struct told told;
    struct state forecast; /* by those before it */
    struct state state;    /* by itself, too; in the end by those behind it as well */
};

struct window {
    struct point origin;
    double metres_per_lon_e7;
    double likelihood;
    size_t count;
    struct step steps[];
};

/* ---- the plane ---- */

/* With room for so many fixes. */
static struct window *window_new(struct point origin, size_t room)
{
    struct window *w = mem_new(sizeof(*w) + room * sizeof(w->steps[0]));
    w->origin = origin;
    w->metres_per_lon_e7 = METRES_PER_E7 * fmax(cos(origin.lat_e7 * RADIANS_PER_E7), 0.001);
    return w;
}

static struct point point_at(const struct window *w, const struct state *s)
{
    double lat_e7 = w->origin.lat_e7 + s->y / METRES_PER_E7;
    double lon_e7 = remainder(w->origin.lon_e7 + s->x / w->metres_per_lon_e7, 3600000000.0);
    return (struct point){(int32_t)lround(fmin(fmax(lat_e7, -900000000), 900000000)),
                          (int32_t)lround(lon_e7)};
}

static void tell(struct window *w, const struct track_fix *f, const struct track_fix *before)
{
    double lon_step_e7 = remainder((double)f->at.lon_e7 - w->origin.lon_e7, 3600000000.0);
    struct told t = {
        .x = lon_step_e7 * w->metres_per_lon_e7,
        .y = ((double)f->at.lat_e7 - w->origin.lat_e7) * METRES_PER_E7,
        .xx = f->accuracy_m * f->accuracy_m,
        .uu = -1,
        .before_s = before == NULL ? 0 : (double)(f->time_s - before->until_s),
        .q = 1,
    };
    if (f->until_s > f->time_s) {
        t.uu = STANDING_MS * STANDING_MS;
    } else if (f->speed_ms >= 0 && f->course_deg >= 0) {
        double off_ms = 0.7 + 0.1 * f->speed_ms;
        t.u = f->speed_ms * sin(f->course_deg * RADIANS_PER_DEG);
        t.v = f->speed_ms * cos(f->course_deg * RADIANS_PER_DEG);
        t.uu = off_ms * off_ms;
    }
    w->steps[w->count++].told = t;
}

/* ---- forward ---- */

static struct state predict(const struct state *s, double t_s, double q)
{
    return (struct state){
        .x = s->x + s->u * t_s,
        .y = s->y + s->v * t_s,
        .u = s->u,
        .v = s->v,
        .xx = s->xx + 2 * t_s * s->xu + t_s * t_s * s->uu + q * t_s * t_s * t_s / 3,
        .xu = s->xu + t_s * s->uu + q * t_s * t_s / 2,
        .uu = s->uu + q * t_s,
    };
}

/* What a difference between told and forecast is worth, as a logarithm. */
static double worth(double dx, double dy, double variance)
{
    return -log(variance) - (dx * dx + dy * dy) / (2 * variance);
}

static double take_place(struct state *s, const struct told *t)
{
    double variance = s->xx + t->xx;
    double dx = t->x - s->x;
    double dy = t->y - s->y;
    double gain_x = s->xx / variance;
    double gain_u = s->xu / variance;
    s->x += gain_x * dx;
    s->y += gain_x * dy;
    s->u += gain_u * dx;
    s->v += gain_u * dy;
    s->uu -= gain_u * s->xu;
    s->xu *= 1 - gain_x;
    s->xx *= 1 - gain_x;
    return worth(dx, dy, variance);
}

static double take_velocity(struct state *s, const struct told *t)
{
    double variance = s->uu + t->uu;
    double du = t->u - s->u;
    double dv = t->v - s->v;
    double gain_x = s->xu / variance;
    double gain_u = s->uu / variance;
    s->x += gain_x * du;
    s->y += gain_x * dv;
    s->u += gain_u * du;
    s->v += gain_u * dv;
    s->xx -= gain_x * s->xu;
    s->xu *= 1 - gain_u;
    s->uu *= 1 - gain_u;
    return worth(du, dv, variance);
}

static void go_forward(struct window *w, double q)
{
    struct state s = {.x = w->steps[0].told.x,
                      .y = w->steps[0].told.y,
                      .xx = w->steps[0].told.xx,
                      .uu = SPEED_UNKNOWN_MS * SPEED_UNKNOWN_MS};
    w->likelihood = 0;
    for (size_t i = 0; i < w->count; i++) {
        const struct told *t = &w->steps[i].told;
        if (i > 0) {
            s = predict(&s, t->before_s, q * t->q);
        }
        w->steps[i].forecast = s;
        w->likelihood += i > 0 ? take_place(&s, t) : 0;
        w->likelihood += t->uu >= 0 ? take_velocity(&s, t) : 0;
        w->steps[i].state = s;
    }
}

/* ---- back ---- */

/* Makes of a state the one that knows what comes after it, `next` being such a one already. */
static void look_back(struct state *s, const struct state *forecast, const struct state *next,
                      double t_s)
{
    double a = s->xx + t_s * s->xu;
    double b = s->xu + t_s * s->uu;
    double det = forecast->xx * forecast->uu - forecast->xu * forecast->xu;
    if (!(det > 0)) { /* two fixes of one second */
        return;
    }
    double c_xx = (a * forecast->uu - s->xu * forecast->xu) / det;
    double c_xu = (s->xu * forecast->xx - a * forecast->xu) / det;
    double c_ux = (b * forecast->uu - s->uu * forecast->xu) / det;
    double c_uu = (s->uu * forecast->xx - b * forecast->xu) / det;
    double dx = next->x - forecast->x;
    double dy = next->y - forecast->y;
    double du = next->u - forecast->u;
    double dv = next->v - forecast->v;
    s->x += c_xx * dx + c_xu * du;
    s->y += c_xx * dy + c_xu * dv;
    s->u += c_ux * dx + c_uu * du;
    s->v += c_ux * dy + c_uu * dv;
}

static void go_back(struct window *w)
{
    for (size_t i = w->count - 1; i-- > 0;) {
        look_back(&w->steps[i].state, &w->steps[i + 1].forecast, &w->steps[i + 1].state,
                  w->steps[i + 1].told.before_s);
    }
}

/* ---- a window ---- */

static double likeliest_noise(struct window *w)
{
    double best = NOISES[0];
    double likelihood = -INFINITY;
    for (size_t i = 0; i < NOISE_COUNT; i++) {
        go_forward(w, NOISES[i]);
        if (w->likelihood > likelihood) {
            likelihood = w->likelihood;
            best = NOISES[i];
        }
    }
    return best;
}

/* How far a fix is from where the smoother puts it, in its deviations. */
static double deviation(const struct window *w, size_t i)
{
    double dx = w->steps[i].told.x - w->steps[i].state.x;
    double dy = w->steps[i].told.y - w->steps[i].state.y;
    return sqrt((dx * dx + dy * dy) / w->steps[i].told.xx);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Takes the say from fixes that are far off what all others tell. */
static void silence_strays(struct window *w)
{
    double sorted[ROOM];
    for (size_t i = 0; i < w->count; i++) {
        sorted[i] = deviation(w, i);
    }
    qsort(sorted, w->count, sizeof(sorted[0]), by_size);
    double gate = GATE * fmax(1, sorted[w->count / 2] / RAYLEIGH_MEDIAN);
    for (size_t i = 0; i < w->count; i++) {
        if (deviation(w, i) > gate) {
            w->steps[i].told.xx *= NEVER;
        }
    }
}

/* Gives steps noise by the change of velocity that there was in them. */
static void share_noise(struct window *w, double q)
{
    for (size_t i = 1; i < w->count; i++) {
        double du = w->steps[i].state.u - w->steps[i - 1].state.u;
        double dv = w->steps[i].state.v - w->steps[i - 1].state.v;
        double t_s = fmax(w->steps[i].told.before_s, 1);
        double seen = (du * du + dv * dv) / (2 * t_s * q);
        w->steps[i].told.q = NOISE_FLOOR + seen;
    }
}

static void smooth_window(struct window *w)
{
    double q = likeliest_noise(w);
    for (int round = 0; round < ROUNDS; round++) {
        go_forward(w, q);
        go_back(w);
        if (round == 0) {
            silence_strays(w);
        }
        share_noise(w, q);
    }
}

/* ---- windows of a track ---- */

/* Whether fix `i` and the one before it belong to different legs. */
static bool is_leg_begin(const struct track_fix *fixes, size_t i)
{
    return i == 0 || track_is_gap(&fixes[i - 1], &fixes[i]);
}

static bool is_standstill(const struct track_fix *f)
{
    return f->until_s > f->time_s;
}

/* The first fix that a window which is to smooth from `from` on has a use for. */
static size_t look_before(const struct track_fix *fixes, size_t from)
{
    size_t first = from;
    while (from - first < BESIDE && !is_leg_begin(fixes, first) &&
           !(is_standstill(&fixes[first]) && first < from)) {
        first--;
    }
    return first;
}

/* The end of those behind `from` up to `most` of them; a standstill is the last of its leg. */
static size_t look_behind(const struct track_fix *fixes, size_t count, size_t from, size_t most)
{
    size_t end = from;
    while (end < count && end - from < most && (end == from || !is_leg_begin(fixes, end))) {
        end++;
        if (is_standstill(&fixes[end - 1]) && end - 1 > from) {
            break;
        }
    }
    return end;
}

size_t track_smooth(const struct track_fix *fixes, size_t count, size_t from, struct point *out)
{
    size_t first = look_before(fixes, from);
    size_t last = look_behind(fixes, count, from, WINDOW + BESIDE);
    size_t end = last - from > WINDOW ? from + WINDOW : last;
    struct window *w = window_new(fixes[first].at, last - first);
    for (size_t i = first; i < last; i++) {
        tell(w, &fixes[i], i == first ? NULL : &fixes[i - 1]);
    }
    smooth_window(w);
    for (size_t i = from; i < end; i++) {
        out[i] = point_at(w, &w->steps[i - first].state);
    }
    free(w);
    return end;
}
