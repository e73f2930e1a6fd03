/*
 * From the fields of a call to a geofence: points are read as drawn, packed as they are kept, and
 * laid out in WGS-84, where the shape is judged and its geometry made.
 */
#include "api/geofence_draft.h"

#include "api/geofence_points.h"
#include "api/geofence_view.h"

enum { E7_A_HUNDREDTH = 100000 };

static const char NO_PAIR[] = "holds what is no [longitude, latitude]";

static void clear_draft(void *own)
{
    fence_geometry_free(((struct draft *)own)->geometry);
}

/* ---- the draft ---- */

bool draft_check(struct call *c)
{
    enum shape_kind shape;
    enum coordsys coordsys;
    uint8_t alarm_on = 0;
    enum view_applies applies;
    if (call_has(c, FENCE_SHAPE) && !geofence_shape_of(call_text(c, FENCE_SHAPE), &shape)) {
        call_fault(c, "Shape", "neither polygon, circle nor corridor");
        return false;
    }
    if (call_has(c, FENCE_COORDSYS) &&
        !geofence_coordsys_of(call_text(c, FENCE_COORDSYS), &coordsys)) {
        call_fault(c, "Coordsys", "neither wgs84 nor gcj02");
        return false;
    }
    if (call_has(c, FENCE_ALARM) && !geofence_alarm_of(call_text(c, FENCE_ALARM), &alarm_on)) {
        call_fault(c, "AlarmOn", "neither enter, leave, both nor none");
        return false;
    }
    if (call_has(c, FENCE_APPLIES) && !geofence_applies_of(call_text(c, FENCE_APPLIES), &applies)) {
        call_fault(c, "AppliesTo", "neither all, listed nor none");
        return false;
    }
    return call_has_no_empty(c, FENCE_NAME);
}

/* A bad shape: which field, why, and which point of it. */
static bool refuse_point(struct call *c, size_t ring, size_t point, const char *why)
{
    call_fault(c, ring == 0 ? "Points" : "Holes", why);
    c->data_json = ring == 0
                       ? arena_format(&c->arena, "{\"Point\":%zu}", point)
                       : arena_format(&c->arena, "{\"Point\":%zu,\"Hole\":%zu}", point, ring - 1);
    return false;
}

static bool read_border(struct call *c, struct shape_ring *out)
{
    const struct value *points = &c->values[FENCE_POINTS];
    size_t bad = 0;
    if (points->count == 0) {
        return refuse_point(c, 0, 0, shape_fault_text(SHAPE_FAULT_FEW_POINTS));
    }
    return points_read(c, points->first, points->count, out, &bad) ||
           refuse_point(c, 0, bad, NO_PAIR);
}

static bool read_hole(struct call *c, size_t number, const struct json_value *array,
                      struct shape_ring *out)
{
    size_t bad = 0;
    if (array->kind != JSON_KIND_ARRAY || array->count == 0) {
        return refuse_point(c, number, 0, "holds what is no array of points");
    }
    return points_read(c, array->first, array->count, out, &bad) ||
           refuse_point(c, number, bad, NO_PAIR);
}

/* Where the call is silent the rings stay; a new border has no holes but those that are given. */
static bool read_rings(struct call *c, struct draft *d)
{
    struct shape old = {0};
    const struct value *holes = &c->values[FENCE_HOLES];
    bool keeps_border = !c->values[FENCE_POINTS].present;
    if (keeps_border && geofence_shape(&d->base, &c->arena, &old) != ERR_OK) {
        return refuse_point(c, 0, 0, "cannot be read");
    }
    size_t kept = holes->present && old.ring_count > 0 ? 1 : old.ring_count;
    size_t count = keeps_border ? kept : 1;
    size_t most = count + (holes->present ? holes->count : 0);
    struct shape_ring *rings = arena_new_array(&c->arena, most, sizeof(*rings));
    if (!keeps_border && !read_border(c, &rings[0])) {
        return false;
    }
    for (size_t i = 0; i < kept; i++) {
        rings[i] = old.rings[i];
    }
    for (const struct json_value *v = holes->present ? holes->first : NULL; v != NULL;
         v = v->next) {
        if (!read_hole(c, count, v, &rings[count])) {
            return false;
        }
        count++;
    }
    struct bytes packed = geofence_pack_rings(&c->arena, rings, count);
    d->g.rings = packed.at;
    d->g.rings_len = packed.len;
    return true;
}

/* Judges the shape as it lies in WGS-84, and makes the geometry of it. */
static bool make_geometry(struct call *c, struct draft *d)
{
    struct shape shape;
    struct shape_fault fault;
    if (fence_shape_wgs(&d->g, &c->arena, &shape) != ERR_OK) { /* more points than any shape has */
        return refuse_point(c, 0, 0, shape_fault_text(SHAPE_FAULT_MANY_POINTS));
    }
    if (shape_check(&shape, &fault) == ERR_OK) {
        d->geometry = fence_geometry_new(&shape);
        for (size_t i = 0; i < shape.ring_count; i++) {
            d->points += shape.rings[i].count;
        }
        return true;
    }
    if (fault.kind == SHAPE_FAULT_RADIUS) {
        call_fault(c, "Radius", shape_fault_text(fault.kind));
        return false;
    }
    return refuse_point(c, fault.ring, fault.point, shape_fault_text(fault.kind));
}

static bool read_shape(struct call *c, struct draft *d)
{
    if (call_has(c, FENCE_SHAPE)) {
        (void)geofence_shape_of(call_text(c, FENCE_SHAPE), &d->g.shape);
    }
    if (call_has(c, FENCE_COORDSYS)) {
        (void)geofence_coordsys_of(call_text(c, FENCE_COORDSYS), &d->g.drawn_in);
    }
    if (call_has(c, FENCE_RADIUS)) {
        d->g.radius_m_e2 = (uint32_t)(call_number(c, FENCE_RADIUS, 0) / E7_A_HUNDREDTH);
    }
    if (d->g.shape == SHAPE_POLYGON) {
        d->g.radius_m_e2 = 0;
    }
    return read_rings(c, d) && make_geometry(c, d);
}

/* The devices that the call names, as packed internal ids. */
static bool read_devices(struct call *c, struct draft *d)
{
    const struct value *list = &c->values[FENCE_DEVICES];
    struct directory *dir = c->shard->directory;
    int64_t *ids = arena_new_array(&c->arena, list->count, sizeof(*ids));
    for (size_t i = 0; i < list->count; i++) {
        struct device_ref ref;
        if (directory_find_by_device_id(dir, &c->caller, list->items[i], &ref) != ERR_OK) {
            call_fail(c, 404, CALL_NO_DEVICE_TEXT);
            return false;
        }
        ids[i] = ref.info->id;
        device_ref_release(dir, &ref);
    }
    struct bytes packed = geofence_pack_ids(&c->arena, ids, list->count);
    d->g.devices = packed.at;
    d->g.devices_len = packed.len;
    return true;
}

static bool read_groups(struct call *c, struct draft *d)
{
    const struct value *list = &c->values[FENCE_GROUPS];
    for (size_t i = 0; i < list->count; i++) {
        struct group group;
        if (directory_group(c->shard->directory, list->numbers[i], &c->arena, &group) != ERR_OK ||
            group.deleted || group.enterprise_id != c->caller.enterprise_id) {
            call_fail(c, 404, DRAFT_NO_GROUP_TEXT);
            return false;
        }
    }
    struct bytes packed = geofence_pack_ids(&c->arena, list->numbers, list->count);
    d->g.groups = packed.at;
    d->g.groups_len = packed.len;
    return true;
}

static void keep_lists(struct draft *d)
{
    d->g.devices = d->base.devices;
    d->g.devices_len = d->base.devices_len;
    d->g.groups = d->base.groups;
    d->g.groups_len = d->base.groups_len;
}

/*
 * Empty lists are for all, but where all that was listed is deleted they are only what
 * ListGeofences told: then it takes a word to make the geofence everybody's.
 */
static bool read_applies(struct call *c, struct draft *d)
{
    enum view_applies wanted = VIEW_FOR_ALL;
    bool has_word =
        call_has(c, FENCE_APPLIES) && geofence_applies_of(call_text(c, FENCE_APPLIES), &wanted);
    bool names_any = c->values[FENCE_DEVICES].count > 0 || c->values[FENCE_GROUPS].count > 0;
    if (has_word && wanted == VIEW_FOR_ALL) {
        if (names_any) {
            call_fault(c, "AppliesTo", "all, though devices or groups are listed");
            return false;
        }
        d->g.devices_len = 0;
        d->g.groups_len = 0;
        return true;
    }
    bool becomes_all = d->g.devices_len == 0 && d->g.groups_len == 0;
    if (becomes_all && geofence_view_applies(c, &d->base) == VIEW_FOR_NONE) {
        keep_lists(d);
    }
    enum view_applies applies = geofence_view_applies(c, &d->g);
    if (has_word && applies != wanted) {
        const char *no_list = wanted == VIEW_FOR_LISTED
                                  ? "listed, though nothing is"
                                  : "none, though nothing that was listed is deleted";
        call_fault(c, "AppliesTo",
                   applies == VIEW_FOR_LISTED ? "none, though something is listed" : no_list);
        return false;
    }
    return true;
}

/* All but the shape. */
static bool read_fields(struct call *c, struct draft *d)
{
    if (call_has(c, FENCE_NAME)) {
        d->g.name = call_text(c, FENCE_NAME);
    }
    if (call_has(c, FENCE_ALARM)) {
        (void)geofence_alarm_of(call_text(c, FENCE_ALARM), &d->g.alarm_on);
    }
    d->g.dwell_s = (uint32_t)call_number(c, FENCE_DWELL, d->g.dwell_s);
    d->g.hysteresis_m = (uint32_t)call_number(c, FENCE_HYSTERESIS, d->g.hysteresis_m);
    return (!call_has(c, FENCE_DEVICES) || read_devices(c, d)) &&
           (!call_has(c, FENCE_GROUPS) || read_groups(c, d)) && read_applies(c, d);
}

struct draft *draft_new(struct call *c)
{
    struct draft *d = arena_new(&c->arena, sizeof(*d));
    d->g.enterprise_id = c->caller.enterprise_id;
    d->g.alarm_on = FENCE_ALARM_ENTER | FENCE_ALARM_LEAVE;
    d->g.until_s = INT64_MAX;
    entity_init(ENTITY_GEOFENCE, &d->g);
    c->own = d;
    c->own_clear = clear_draft;
    return d;
}

bool draft_read(struct call *c, struct draft *d)
{
    return read_shape(c, d) && read_fields(c, d);
}

size_t draft_points(struct call *c, const struct geofence *g)
{
    struct shape shape;
    size_t points = 0;
    if (geofence_shape(g, &c->arena, &shape) == ERR_OK) {
        for (size_t i = 0; i < shape.ring_count; i++) {
            points += shape.rings[i].count;
        }
    }
    return points;
}
