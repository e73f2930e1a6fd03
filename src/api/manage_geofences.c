/*
 * Management of geofences. What takes long is done before the job, on a query thread: reading the
 * points, judging the shape, and making the geometry that the ingest thread then takes over.
 *
 *     check: words ──► prepare: draft (points, WGS-84, shape_check, geometry, ids)
 *                                │
 *                                ▼
 *     change: limits, versions ──► committed: the directory gets the geometry
 *
 * A geofence that is changed ends and begins anew; a new name alone is not a change in that sense.
 */
#include <string.h>

#include "api/call.h"
#include "api/geofence_draft.h"
#include "api/geofence_view.h"
#include "api/list_page.h"
#include "api/manage.h"
#include "fleet/directory_tree.h"

enum { DELETE_ID };
enum { LIST_GEOMETRY = PAGE_PARAM_KEY + 1 };
enum {
    HOLES_MAX = 1000,
    GROUPS_MAX = 1000,
    RADIUS_MAX_M = SHAPE_RADIUS_MAX_M_E2 / 100,
    DWELL_MAX_S = 7 * 86400,
    HYSTERESIS_MAX_M = 10000,
};

static const char NO_FENCE[] = "This geofence does not exist";
static const char TOO_MANY_POINTS[] = "The limit of points of an enterprise's geofences is reached";
static const char TOO_MANY_FORMERLY[] =
    "The limit of points of what an enterprise's geofences formerly were is reached: they go with "
    "the fixes of their time (RetentionDays); a new name is no change";
static const char NO_IDS[] = "The limit of geofences is reached";

static bool prepare_added(struct call *c)
{
    struct draft *d = draft_new(c);
    return draft_read(c, d) && call_allows(c);
}

/* One that does not exist is refused by `change`. */
static bool prepare_modified(struct call *c)
{
    struct draft *d = draft_new(c);
    if (directory_geofence(c->shard->directory, c->caller.enterprise_id,
                           call_number(c, FENCE_ID, 0), &c->arena, &d->base) != ERR_OK) {
        return true;
    }
    d->g = d->base;
    return draft_read(c, d) && call_allows(c);
}

/* ---- the job ---- */

/*
 * Why the enterprise may not have so many points more, and so many more that are former ones; NULL:
 * it may. Who deletes is not asked: there are no more to delete than may be, and none are added.
 */
static const char *points_refusal(struct call *c, struct job_context *job, size_t more,
                                  size_t former)
{
    struct fence_points points = directory_fence_points(job->directory, c->caller.enterprise_id);
    if (points.now + more > FENCE_ENTERPRISE_POINTS_MAX) {
        return TOO_MANY_POINTS;
    }
    return points.formerly + former > FENCE_ENTERPRISE_POINTS_MAX ? TOO_MANY_FORMERLY : NULL;
}

static enum err check_points(struct call *c, struct job_context *job, size_t more, size_t former)
{
    const char *refusal = points_refusal(c, job, more, former);
    return refusal == NULL ? ERR_OK : call_refuse(c, 403, refusal);
}

static enum err add_fence(struct call *c, struct job_context *job)
{
    struct draft *d = c->own;
    enum err e = check_points(c, job, d->points, 0);
    if (e != ERR_OK) {
        return e;
    }
    if (directory_room(job->directory, LIMIT_GEOFENCES, d->g.enterprise_id, 0) == 0) {
        return manage_refuse_limit(c, LIMIT_GEOFENCES);
    }
    d->g.id = ids_next(job->ids, ID_OF_GEOFENCE);
    if (d->g.id == 0) {
        return call_refuse(c, 403, NO_IDS);
    }
    d->g.from_s = job->now_s;
    change_add(&job->changes, CHANGE_PUT_GEOFENCE)->geofence = d->g;
    c->made_id = d->g.id;
    return ERR_OK;
}

static enum err find_fence(struct call *c, struct job_context *job, int64_t id,
                           struct geofence *out)
{
    if (directory_geofence(job->directory, c->caller.enterprise_id, id, job->changes.arena, out) !=
        ERR_OK) {
        return call_refuse(c, 404, NO_FENCE);
    }
    return call_allows(c) ? ERR_OK : ERR_FORBIDDEN;
}

static bool is_alike(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    return bytes_same((struct bytes){a, a_len}, (struct bytes){b, b_len});
}

/* Whether fixes are judged alike by both. */
static bool judge_alike(const struct geofence *a, const struct geofence *b)
{
    return a->shape == b->shape && a->drawn_in == b->drawn_in && a->alarm_on == b->alarm_on &&
           a->radius_m_e2 == b->radius_m_e2 && a->dwell_s == b->dwell_s &&
           a->hysteresis_m == b->hysteresis_m &&
           is_alike(a->rings, a->rings_len, b->rings, b->rings_len) &&
           is_alike(a->devices, a->devices_len, b->devices, b->devices_len) &&
           is_alike(a->groups, a->groups_len, b->groups, b->groups_len);
}

/*
 * Whether a geofence that gets another name at most is put in place of what it was. Else that stays
 * as a former version, so that crossings of before keep the name of their time, whenever they are
 * told; without room for it the name is forgotten.
 */
static bool forgets_name(struct call *c, struct job_context *job, const struct geofence *now,
                         size_t points)
{
    const struct draft *d = c->own;
    return strcmp(d->g.name, now->name) == 0 || job->now_s <= now->from_s ||
           points_refusal(c, job, 0, points) != NULL;
}

static enum err modify_fence(struct call *c, struct job_context *job)
{
    struct geofence now;
    struct draft *d = c->own;
    enum err e = find_fence(c, job, call_number(c, FENCE_ID, 0), &now);
    e = e != ERR_OK ? e : version_check(c, geofence_view_members, &now);
    if (e == ERR_OK && (d->base.from_s != now.from_s || !judge_alike(&d->base, &now) ||
                        strcmp(d->base.name, now.name) != 0)) {
        e = call_refuse(c, 409, CALL_CHANGED_TEXT); /* between prepare and here */
    }
    size_t old_points = e == ERR_OK ? draft_points(c, &now) : 0;
    bool is_overwritten =
        e == ERR_OK && judge_alike(&d->g, &now) && forgets_name(c, job, &now, old_points);
    if (e == ERR_OK && !is_overwritten) {
        size_t more = d->points > old_points ? d->points - old_points : 0;
        e = check_points(c, job, more, old_points);
    }
    if (e == ERR_OK && !is_overwritten) {
        d->g.from_s = manage_end_fence(job, &now);
    }
    if (e == ERR_OK) {
        change_add(&job->changes, CHANGE_PUT_GEOFENCE)->geofence = d->g;
    }
    return e;
}

static void give_geometry(struct call *c)
{
    struct draft *d = c->own;
    if (d->geometry != NULL) {
        directory_give_geometry(c->shard->directory, &d->g, d->geometry);
        d->geometry = NULL;
    }
}

static enum err delete_fence(struct call *c, struct job_context *job)
{
    struct geofence now;
    enum err e = find_fence(c, job, call_number(c, DELETE_ID, 0), &now);
    if (e == ERR_OK) {
        (void)manage_end_fence(job, &now);
    }
    return e;
}

static void answer_added(struct call *c)
{
    manage_write_made(c, "PolygonID");
}

/* ---- ListGeofences ---- */

struct fence_list {
    struct call *call;
    struct geofence *at; /* those on the page */
    size_t count;
    size_t next;
    size_t total;
    enum view_geometry geometry;
    bool begun;
};

static enum call_step write_piece(void *state, struct json_out *out)
{
    struct fence_list *list = state;
    if (!list->begun) {
        json_object_begin(out);
        json_name(out, "total");
        json_int(out, (int64_t)list->total);
        json_name(out, "data");
        json_array_begin(out);
        list->begun = true;
    }
    while (list->next < list->count && out->len < CALL_PIECE_BYTES) {
        geofence_view_write(list->call, &list->at[list->next++], list->geometry, out);
    }
    if (list->next < list->count) {
        return STEP_PIECE;
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

static void close_list(void *state)
{
    (void)state; /* all of it is in the call's arena */
}

static bool check_list(struct call *c)
{
    enum view_geometry geometry;
    if (call_has(c, LIST_GEOMETRY) && !geofence_view_of(call_text(c, LIST_GEOMETRY), &geometry)) {
        call_fault(c, "Geometry", "neither false, simplified nor true");
        return false;
    }
    return true;
}

static void list_fences(struct call *c)
{
    size_t count = 0;
    struct fence_list *list = arena_new(&c->arena, sizeof(*list));
    struct geofence *all =
        directory_list_geofences(c->shard->directory, &c->caller, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    struct list_page page = list_page_of(c, 0);
    list->call = c;
    list->at = all;
    if (call_has(c, LIST_GEOMETRY)) {
        (void)geofence_view_of(call_text(c, LIST_GEOMETRY), &list->geometry);
    }
    for (size_t i = 0; i < count; i++) {
        if (!geofence_view_is_seen(c, &all[i]) ||
            strstr(list_key_folded(c, all[i].name), key) == NULL) {
            continue;
        }
        list->total++;
        if (list_page_takes(&page)) {
            all[list->count++] = all[i];
        }
    }
    c->stream = (struct call_stream){write_piece, close_list, list};
}

/* ---- the rows ---- */

#define FIELD_PARAMS(is_new)                                                                       \
    [FENCE_NAME] = {.name = "RegionName",                                                          \
                    .type = PARAM_TEXT,                                                            \
                    .is_name = true,                                                               \
                    .required = (is_new),                                                          \
                    .may_be_empty = !(is_new),                                                     \
                    .max = NAME_MAX_CHARS,                                                         \
                    .doc = "Its name"},                                                            \
    [FENCE_SHAPE] = {.name = "Shape",                                                              \
                     .type = PARAM_TEXT,                                                           \
                     .required = (is_new),                                                         \
                     .doc = "polygon, circle or corridor"},                                        \
    [FENCE_POINTS] = {.name = "Points",                                                            \
                      .type = PARAM_ARRAYS,                                                        \
                      .required = (is_new),                                                        \
                      .max = SHAPE_POINTS_MAX,                                                     \
                      .doc = "[longitude, latitude] each: the border of a polygon, the centre of " \
                             "a circle, the line of a corridor"},                                  \
    [FENCE_HOLES] = {.name = "Holes",                                                              \
                     .type = PARAM_ARRAYS,                                                         \
                     .max = HOLES_MAX,                                                             \
                     .doc = "The holes of a polygon, an array of points each"},                    \
    [FENCE_RADIUS] = {.name = "Radius",                                                            \
                      .type = PARAM_DECIMAL,                                                       \
                      .min = 0,                                                                    \
                      .max = RADIUS_MAX_M,                                                         \
                      .doc = "Metres: of a circle, or half the width of a corridor"},              \
    [FENCE_COORDSYS] = {.name = "Coordsys",                                                        \
                        .type = PARAM_TEXT,                                                        \
                        .doc = "What the points are told in: wgs84 unless given, or gcj02"},       \
    [FENCE_ALARM] = {.name = "AlarmOn",                                                            \
                     .type = PARAM_TEXT,                                                           \
                     .doc = "enter, leave, both (unless given) or none"},                          \
    [FENCE_DWELL] = {.name = "DwellSeconds",                                                       \
                     .type = PARAM_INT,                                                            \
                     .min = 0,                                                                     \
                     .max = DWELL_MAX_S,                                                           \
                     .doc = "A shorter stay does not count; 0 unless given"},                      \
    [FENCE_HYSTERESIS] = {.name = "HysteresisMeters",                                              \
                          .type = PARAM_INT,                                                       \
                          .may_be_null = true,                                                     \
                          .min = 1,                                                                \
                          .max = HYSTERESIS_MAX_M,                                                 \
                          .doc = "How far beyond the border is inside or outside; null or not "    \
                                 "given: by the accuracy of the fix"},                             \
    [FENCE_DEVICES] = {.name = "DeviceIDs",                                                        \
                       .type = PARAM_LIST,                                                         \
                       .may_be_empty = true,                                                       \
                       .doc = "Devices that it is for; without them and GroupIDs all"},            \
    [FENCE_GROUPS] = {.name = "GroupIDs",                                                          \
                      .type = PARAM_IDS,                                                           \
                      .max = GROUPS_MAX,                                                           \
                      .doc = "Groups that it is for"},                                             \
    [FENCE_APPLIES] = {                                                                            \
        .name = "AppliesTo",                                                                       \
        .type = PARAM_TEXT,                                                                        \
        .doc = "all: it is for all, whatever was listed; listed, none: as the lists say. Unless "  \
               "given, empty lists are all; of a geofence that is for none they change nothing"}
#define ID_PARAM                                                                                   \
    {                                                                                              \
        .name = "PolygonID", .type = PARAM_INT, .required = true, .min = 1, .max = INT32_MAX,      \
        .doc = "The geofence"                                                                      \
    }

static const struct param_row add_params[] = {FIELD_PARAMS(true)};
static const struct param_row modify_params[] = {FIELD_PARAMS(false), [FENCE_ID] = ID_PARAM};
static const struct param_row delete_params[] = {[DELETE_ID] = ID_PARAM};
static const struct param_row list_params[] = {
    LIST_PAGE_PARAMS,
    [LIST_GEOMETRY] = {.name = "Geometry",
                       .type = PARAM_TEXT,
                       .doc = "Whether points are told: false unless given, simplified, true"},
};

static const struct api_method rows[] = {
    {
        .name = "AddGeofence",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .checks_role = true,
        .whole_enterprise = true,
        .tells_point = true,
        .params = add_params,
        .param_count = COUNT_OF(add_params),
        .reply = {.shape = REPLY_OBJECT, .members = geofence_view_table, .count = 1},
        .codes = {{404, "A device or a group does not exist"}, {403, TOO_MANY_POINTS}},
        .doc = "Makes a geofence, which is watched from now on.",
        .check = draft_check,
        .prepare = prepare_added,
        .change = add_fence,
        .committed = give_geometry,
        .run = answer_added,
    },
    {
        .name = "ModifyGeofence",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .checks_role = true,
        .whole_enterprise = true,
        .tells_point = true,
        .params = modify_params,
        .param_count = COUNT_OF(modify_params),
        .codes = {{404, NO_FENCE}, {403, TOO_MANY_POINTS}},
        .doc = "Changes the fields given, from now on; what was before is judged as it was.",
        .check = draft_check,
        .prepare = prepare_modified,
        .change = modify_fence,
        .committed = give_geometry,
    },
    {
        .name = "DeleteGeofence",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .checks_role = true,
        .whole_enterprise = true,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, NO_FENCE}},
        .doc = "Deletes a geofence; its records stay.",
        .change = delete_fence,
    },
    {
        .name = "ListGeofences",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = geofence_view_table,
                  .count = GEOFENCE_VIEW_MEMBERS,
                  .lists_below = true},
        .doc = "The geofences by PolygonID; to users limited to groups, those that concern them.",
        .check = check_list,
        .run = list_fences,
    },
};

const struct method_group geofence_methods = {.rows = rows, .count = COUNT_OF(rows)};
