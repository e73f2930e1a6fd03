/*
 * The versions of geofences and alarm rules of one enterprise, in order of what they are of and,
 * within it, of time; the last one is as it is now, unless it ended.
 *
 * A geofence that got another name has a version more, which fixes are judged alike by. The fold
 * knows nothing of it: such a version goes on with the term, and the geometry, of the one before.
 *
 *     versions   ├─── Yard ───┼─── Depot ───┼─ Depot, wider ─►
 *     terms      ├──────────────────────────┼────────────────►
 */
#include "fleet/rulebook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/order.h"
#include "geo/gcj.h"
#include "model/entity.h"

/* So many geofences may change before all are made anew: every search goes through them. */
enum { CHANGED_MAX = 64 };

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_fences(const void *a, const void *b, void *unused)
{
    (void)unused;
    const struct geofence *x = a;
    const struct geofence *y = b;
    int order = by_number(x->id, y->id);
    return order != 0 ? order : by_number(x->from_s, y->from_s);
}

static int compare_rules(const void *a, const void *b, void *unused)
{
    (void)unused;
    const struct alarm_rule *x = a;
    const struct alarm_rule *y = b;
    int order = by_number((int64_t)x->scope, (int64_t)y->scope);
    order = order != 0 ? order : by_number(x->subject_id, y->subject_id);
    return order != 0 ? order : by_number(x->from_s, y->from_s);
}

static void free_version(void *version)
{
    struct fence_version *v = version;
    fence_geometry_free(v->geometry);
    free(v->device_ids);
    free(v->group_ids);
    free(v);
}

struct rulebook *rulebook_new(int64_t enterprise_id)
{
    struct rulebook *book = mem_new(sizeof(*book));
    book->enterprise_id = enterprise_id;
    book->fences = g_tree_new_full(compare_fences, NULL, NULL, free_version);
    book->rules = g_tree_new_full(compare_rules, NULL, NULL, free);
    book->changed = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return book;
}

void rulebook_free(void *rulebook)
{
    struct rulebook *book = rulebook;
    fences_free(book->made);
    (void)g_array_free(book->changed, TRUE);
    g_tree_destroy(book->fences);
    g_tree_destroy(book->rules);
    free(book);
}

/* ---- geofences ---- */

/* A copy on the heap of packed ids, which were checked when they came in. */
static int64_t *ids_of(const uint8_t *at, size_t len, size_t *count)
{
    struct arena arena = {0};
    int64_t *ids = NULL;
    check(geofence_unpack_ids((struct bytes){at, len}, &arena, &ids, count) == ERR_OK);
    int64_t *copy = mem_new(*count * sizeof(*copy) + 1);
    for (size_t i = 0; i < *count; i++) {
        copy[i] = ids[i];
    }
    qsort(copy, *count, sizeof(*copy), order_int64);
    arena_free(&arena);
    return copy;
}

static size_t points_of(const struct geofence *g)
{
    struct arena arena = {0};
    struct shape shape;
    size_t points = 0;
    check(geofence_shape(g, &arena, &shape) == ERR_OK);
    for (size_t i = 0; i < shape.ring_count; i++) {
        points += shape.rings[i].count;
    }
    arena_free(&arena);
    return points;
}

static bool same_shape(const struct geofence *a, const struct geofence *b)
{
    return a->shape == b->shape && a->drawn_in == b->drawn_in && a->radius_m_e2 == b->radius_m_e2 &&
           bytes_same((struct bytes){a->rings, a->rings_len},
                      (struct bytes){b->rings, b->rings_len});
}

static bool same_ids(const int64_t *a, size_t a_count, const int64_t *b, size_t b_count)
{
    return a_count == b_count && memcmp(a, b, a_count * sizeof(*a)) == 0;
}

/* Whether `next`, the version behind `v` in the tree, is the same with another name. */
static bool goes_on(const struct fence_version *v, const struct fence_version *next)
{
    const struct geofence *a = &v->fence;
    const struct geofence *b = &next->fence;
    return a->id == b->id && a->until_s == b->from_s && a->alarm_on == b->alarm_on &&
           a->dwell_s == b->dwell_s && a->hysteresis_m == b->hysteresis_m && same_shape(a, b) &&
           same_ids(v->device_ids, v->device_count, next->device_ids, next->device_count) &&
           same_ids(v->group_ids, v->group_count, next->group_ids, next->group_count);
}

static struct fence_version *beside(const struct rulebook *book, const struct fence_version *v,
                                    bool is_next)
{
    GTreeNode *node = g_tree_lookup_node(book->fences, v);
    node = is_next ? g_tree_node_next(node) : g_tree_node_previous(node);
    return node == NULL ? NULL : g_tree_node_value(node);
}

bool rulebook_has_term(const struct rulebook *book, const struct fence_version *v)
{
    const struct fence_version *before = beside(book, v, false);
    return before == NULL || !goes_on(before, v);
}

bool rulebook_fence_changes(const struct rulebook *book, int64_t id, int64_t time_s)
{
    const struct geofence at = {.id = id, .from_s = time_s};
    const struct fence_version *v = rulebook_version(book, &at);
    return v == NULL || rulebook_has_term(book, v);
}

static void count_in(struct rulebook *book, const struct fence_version *v)
{
    bool is_now = v->fence.until_s == INT64_MAX;
    *(is_now ? &book->points.now : &book->points.formerly) += v->points;
    book->fences_now += is_now;
}

static void count_out(struct rulebook *book, const struct fence_version *v)
{
    bool is_now = v->fence.until_s == INT64_MAX;
    *(is_now ? &book->points.now : &book->points.formerly) -= v->points;
    book->fences_now -= is_now;
}

static void forget_made(struct rulebook *book)
{
    fences_free(book->made);
    book->made = NULL;
    (void)g_array_set_size(book->changed, 0);
}

/* What was made of that geofence is not looked at any more: see rulebook_fences(). */
static void note_change(struct rulebook *book, int64_t id)
{
    guint count = book->changed->len;
    if (book->made == NULL ||
        (count > 0 && g_array_index(book->changed, int64_t, count - 1) == id)) {
        return;
    }
    if (count + fences_renewed(book->made) >= CHANGED_MAX) {
        forget_made(book);
    } else {
        g_array_append_val(book->changed, id);
    }
}

void rulebook_forget_fence(struct rulebook *book, const struct geofence *g)
{
    struct fence_version *old = rulebook_version(book, g);
    if (old != NULL) {
        struct fence_version *next = beside(book, old, true);
        note_change(book, g->id);
        if (next != NULL && next->geometry == NULL && goes_on(old, next)) {
            next->geometry = old->geometry;
            old->geometry = NULL;
        }
        count_out(book, old);
        g_tree_remove(book->fences, old);
    }
}

void rulebook_put_fence(struct rulebook *book, const struct geofence *g)
{
    struct fence_version *v = mem_new(sizeof(*v) + entity_borrowed(ENTITY_GEOFENCE, g));
    struct fence_version *old = rulebook_version(book, g);
    entity_copy(ENTITY_GEOFENCE, g, &v->fence, v + 1);
    v->device_ids = ids_of(g->devices, g->devices_len, &v->device_count);
    v->group_ids = ids_of(g->groups, g->groups_len, &v->group_count);
    v->points = points_of(g);
    note_change(book, g->id);
    if (old != NULL && same_shape(&old->fence, g)) { /* it ended, or has another name */
        v->geometry = old->geometry;
        old->geometry = NULL;
    }
    rulebook_forget_fence(book, g);
    count_in(book, v);
    g_tree_insert(book->fences, v, v);
}

struct fence_version *rulebook_version(const struct rulebook *book, const struct geofence *g)
{
    return g_tree_lookup(book->fences, g);
}

const struct fence_version *rulebook_fence(const struct rulebook *book, int64_t id)
{
    const struct geofence behind = {.id = id + 1, .from_s = INT64_MIN};
    GTreeNode *node = g_tree_lower_bound(book->fences, &behind);
    node = node == NULL ? g_tree_node_last(book->fences) : g_tree_node_previous(node);
    const struct fence_version *v = node == NULL ? NULL : g_tree_node_value(node);
    return v != NULL && v->fence.id == id && v->fence.until_s == INT64_MAX ? v : NULL;
}

const struct fence_version *rulebook_fence_at(const struct rulebook *book, int64_t id,
                                              int64_t time_s)
{
    const struct geofence at = {.id = id, .from_s = time_s};
    GTreeNode *behind = g_tree_upper_bound(book->fences, &at);
    GTreeNode *node =
        behind == NULL ? g_tree_node_last(book->fences) : g_tree_node_previous(behind);
    const struct fence_version *before = node == NULL ? NULL : g_tree_node_value(node);
    const struct fence_version *after = behind == NULL ? NULL : g_tree_node_value(behind);
    if (before != NULL && before->fence.id == id) {
        return before;
    }
    return after != NULL && after->fence.id == id ? after : NULL;
}

static struct point to_wgs(struct point at)
{
    const double unit = 1e7;
    struct degrees wgs = gcj_to_wgs(degrees_of(at));
    return (struct point){(int32_t)lround(wgs.lat_deg * unit), (int32_t)lround(wgs.lon_deg * unit)};
}

enum err fence_shape_wgs(const struct geofence *g, struct arena *arena, struct shape *out)
{
    enum err e = geofence_shape(g, arena, out);
    if (e != ERR_OK || g->drawn_in == COORDSYS_WGS84) {
        return e;
    }
    struct shape_ring *rings = arena_new_array(arena, out->ring_count, sizeof(*rings));
    for (size_t i = 0; i < out->ring_count; i++) {
        struct point *points = arena_new_array(arena, out->rings[i].count, sizeof(*points));
        for (size_t k = 0; k < out->rings[i].count; k++) {
            points[k] = to_wgs(out->rings[i].points[k]);
        }
        rings[i] = (struct shape_ring){points, out->rings[i].count};
    }
    out->rings = rings;
    return ERR_OK;
}

static void prepare(struct fence_version *v)
{
    if (v->geometry == NULL) {
        struct arena arena = {0};
        struct shape shape;
        check(fence_shape_wgs(&v->fence, &arena, &shape) == ERR_OK);
        v->geometry = fence_geometry_new(&shape);
        arena_free(&arena);
    }
}

static gboolean prepare_one(void *key, void *value, void *before)
{
    (void)key;
    struct fence_version *v = value;
    const struct fence_version **last = before;
    if (*last == NULL || !goes_on(*last, v)) {
        prepare(v);
    }
    *last = v;
    return FALSE;
}

void rulebook_prepare(struct rulebook *book)
{
    const struct fence_version *last = NULL;
    g_tree_foreach(book->fences, prepare_one, &last);
}

static void add_term(GArray *terms, struct fence_version *v)
{
    prepare(v);
    const struct fence_term term = {
        .id = (uint32_t)v->fence.id,
        .from_s = v->fence.from_s,
        .until_s = v->fence.until_s,
        .alarm_on = v->fence.alarm_on,
        .dwell_s = v->fence.dwell_s,
        .hysteresis_m = v->fence.hysteresis_m,
        .geometry = v->geometry,
        .device_ids = v->device_ids,
        .device_count = v->device_count,
        .group_ids = v->group_ids,
        .group_count = v->group_count,
    };
    g_array_append_val(terms, term);
}

/* The terms from a version on, up to the geofence `end_id`, which is left out. */
static GArray *list_terms(GTreeNode *node, int64_t end_id)
{
    GArray *terms = g_array_new(FALSE, FALSE, sizeof(struct fence_term));
    const struct fence_version *last = NULL;
    for (; node != NULL; node = g_tree_node_next(node)) {
        struct fence_version *v = g_tree_node_value(node);
        if (v->fence.id >= end_id) {
            break;
        }
        if (last != NULL && goes_on(last, v)) {
            g_array_index(terms, struct fence_term, terms->len - 1).until_s = v->fence.until_s;
        } else {
            add_term(terms, v);
        }
        last = v;
    }
    return terms;
}

static void renew(struct rulebook *book, int64_t id)
{
    const struct geofence first = {.id = id, .from_s = INT64_MIN};
    GArray *terms = list_terms(g_tree_lower_bound(book->fences, &first), id + 1);
    fences_renew(book->made, (uint32_t)id, (const struct fence_term *)(void *)terms->data,
                 terms->len);
    (void)g_array_free(terms, TRUE);
}

struct fences *rulebook_fences(struct rulebook *book)
{
    if (g_tree_nnodes(book->fences) == 0) {
        forget_made(book);
        return NULL;
    }
    if (book->made == NULL) {
        GArray *terms = list_terms(g_tree_node_first(book->fences), INT64_MAX);
        book->made = fences_new((const struct fence_term *)(void *)terms->data, terms->len);
        (void)g_array_free(terms, TRUE);
    }
    for (guint i = 0; i < book->changed->len; i++) {
        renew(book, g_array_index(book->changed, int64_t, i));
    }
    (void)g_array_set_size(book->changed, 0);
    return book->made;
}

/* ---- alarm rules ---- */

void rulebook_put_rule(struct rulebook *book, const struct alarm_rule *r)
{
    size_t size = sizeof(*r);
    struct alarm_rule *copy = mem_new(size + entity_borrowed(ENTITY_ALARM_RULE, r));
    entity_copy(ENTITY_ALARM_RULE, r, copy, copy + 1);
    g_tree_replace(book->rules, copy, copy);
    book->changes++;
}

void rulebook_forget_rule(struct rulebook *book, const struct alarm_rule *r)
{
    g_tree_remove(book->rules, r);
    book->changes++;
}

const struct alarm_rule *rulebook_rule_at(const struct rulebook *book, enum rule_scope scope,
                                          int64_t subject_id, int64_t time_s)
{
    const struct alarm_rule at = {.scope = scope, .subject_id = subject_id, .from_s = time_s};
    GTreeNode *node = g_tree_upper_bound(book->rules, &at);
    node = node == NULL ? g_tree_node_last(book->rules) : g_tree_node_previous(node);
    const struct alarm_rule *r = node == NULL ? NULL : g_tree_node_value(node);
    bool is_valid =
        r != NULL && r->scope == scope && r->subject_id == subject_id && time_s < r->until_s;
    return is_valid ? r : NULL;
}

void rulebook_rule_changes(const struct rulebook *book, enum rule_scope scope, int64_t subject_id,
                           GArray *times_s)
{
    const struct alarm_rule first = {.scope = scope, .subject_id = subject_id, .from_s = INT64_MIN};
    GTreeNode *node = g_tree_lower_bound(book->rules, &first);
    while (node != NULL) {
        const struct alarm_rule *r = g_tree_node_value(node);
        if (r->scope != scope || r->subject_id != subject_id) {
            return;
        }
        g_array_append_val(times_s, r->from_s);
        if (r->until_s != INT64_MAX) {
            g_array_append_val(times_s, r->until_s);
        }
        node = g_tree_node_next(node);
    }
}

/* The nearest scope that sets the field; `unset` where none does, or it is off. */
static int32_t value_of(const struct alarm_rule *const rules[RULE_SCOPES], enum rule_field field,
                        int32_t unset)
{
    for (int scope = RULE_SCOPES - 1; scope >= 0; scope--) {
        if (rules[scope] != NULL && rules[scope]->has[field]) {
            return rules[scope]->values[field] == RULE_OFF ? unset : rules[scope]->values[field];
        }
    }
    return unset;
}

static const struct alarm_rule *sensors_of(const struct alarm_rule *const rules[RULE_SCOPES])
{
    for (int scope = RULE_SCOPES - 1; scope >= 0; scope--) {
        if (rules[scope] != NULL && rules[scope]->has_temperatures) {
            return rules[scope];
        }
    }
    return NULL;
}

static void set_bounds(const struct alarm_rule *const rules[RULE_SCOPES], struct fold_limits *out)
{
    const struct alarm_rule *sensors = sensors_of(rules);
    struct rule_temperature t;
    for (size_t i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        out->temperatures[i] =
            (struct fold_bounds){(int16_t)value_of(rules, RULE_TEMPERATURE_MIN_C_E2, INT16_MIN),
                                 (int16_t)value_of(rules, RULE_TEMPERATURE_MAX_C_E2, INT16_MAX)};
    }
    for (size_t i = 0; sensors != NULL && rule_temperature_at(sensors, i, &t); i++) {
        if (t.sensor >= 1 && t.sensor <= FIX_TEMPERATURES_MAX) {
            out->temperatures[t.sensor - 1] = (struct fold_bounds){t.min_c_e2, t.max_c_e2};
        }
    }
    for (size_t i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        const struct fold_bounds *b = &out->temperatures[i];
        out->has_bounds = out->has_bounds || b->min_c_e2 != INT16_MIN || b->max_c_e2 != INT16_MAX;
    }
}

bool rulebook_limits(const struct alarm_rule *const rules[RULE_SCOPES], struct fold_limits *out)
{
    *out = (struct fold_limits){
        .overspeed_kmh_e2 = (uint32_t)value_of(rules, RULE_OVERSPEED_KMH_E2, 0),
        .overspeed_s = (uint32_t)value_of(rules, RULE_OVERSPEED_S, 0),
        .offline_s = (uint32_t)value_of(rules, RULE_OFFLINE_S, 0),
        .displacement_m = (uint32_t)value_of(rules, RULE_DISPLACEMENT_M, 0),
        .fatigue_s = (uint32_t)value_of(rules, RULE_FATIGUE_S, 0),
        .low_battery_percent = (uint8_t)value_of(rules, RULE_LOW_BATTERY_PERCENT, 0),
        .low_data_percent = (uint8_t)value_of(rules, RULE_LOW_DATA_PERCENT, 0),
        .low_sms = (uint32_t)value_of(rules, RULE_LOW_SMS, 0),
        .sim_expiry_days = (uint32_t)value_of(rules, RULE_SIM_EXPIRY_DAYS, 0),
    };
    set_bounds(rules, out);
    bool is_any_of_cards =
        out->low_data_percent != 0 || out->low_sms != 0 || out->sim_expiry_days != 0;
    return out->overspeed_kmh_e2 != 0 || out->offline_s != 0 || out->displacement_m != 0 ||
           out->fatigue_s != 0 || out->low_battery_percent != 0 || out->has_bounds ||
           is_any_of_cards;
}
