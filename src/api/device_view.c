/*
 * A device as ListDevices answers it, with what its clock seems to be. The hint is never the zone
 * that a person set: whoever followed it does not see it any more.
 */
#include "api/device_view.h"

#include "api/share.h"

const struct reply_member device_view_members[DEVICE_VIEW_MEMBERS] = {DEVICE_VIEW_ROWS};

static const char *const hint_texts[] = {
    [CLOCK_HINT_NONE] = "",
    [CLOCK_HINT_AHEAD] = "As its times are read, its fixes come from the future; read so, in time",
    [CLOCK_HINT_BEHIND] =
        "As its times are read, its fixes are all late by the same hours; read so, "
        "they come in time",
    [CLOCK_HINT_LEARNT] = "Learnt from when its fixes come, and in use",
    [CLOCK_HINT_UNSTEADY] = "In use, but its clock changed twice within 30 days: nothing more is "
                            "learnt until UtcOffsetMinutes is set",
};

static void write_hint(struct call *c, const struct device_ref *ref)
{
    struct clock_zone zone;
    (void)tracked_clock(c->shard->directory, ref->tracked, &zone);
    struct clock_hint hint = clock_zone_hint(&zone);
    bool is_set = ref->info->has_utc_offset && ref->info->utc_offset_min == hint.offset_min;
    if (hint.why == CLOCK_HINT_NONE || is_set || !share_tells_all(c)) {
        json_write_null(&c->out);
        return;
    }
    json_object_begin(&c->out);
    json_name(&c->out, "UtcOffsetMinutes");
    json_int(&c->out, hint.offset_min);
    json_name(&c->out, "Why");
    json_write_string(&c->out, hint_texts[hint.why]);
    json_object_end(&c->out);
}

void device_view_write_members(struct call *c, const void *object, struct json_out *out)
{
    const struct device *d = object;
    (void)c;
    for (enum device_param i = 0; i < DEVICE_PARAMS; i++) {
        json_name(out, device_view_members[i].name);
        device_field_write(out, i, d);
    }
}

void device_view_write_all(struct call *c, const struct device_ref *ref, const struct today *today)
{
    struct device own = *ref->info;
    own.group_id = ref->group_id; /* the one it was in may be deleted */
    struct device shown = share_device(c, &own);
    version_write(c, device_view_write_members, &shown);
    json_name(&c->out, "KilometresToday");
    today_write(share_tells_past(c) ? today : &(struct today){0}, &c->out);
    json_name(&c->out, "ClockHint");
    write_hint(c, ref);
}

void device_view_write(struct call *c, const struct device_ref *ref, const struct today *today)
{
    json_object_begin(&c->out);
    device_view_write_all(c, ref, today);
    call_write_hold(c, &c->out, ref->info->enterprise_id);
    json_object_end(&c->out);
}

void device_view_note_zone(struct job_context *job, const struct device *old,
                           const struct device *changed)
{
    struct device_ref ref;
    struct clock_zone zone;
    bool is_same = old->has_utc_offset == changed->has_utc_offset &&
                   old->utc_offset_min == changed->utc_offset_min;
    if (is_same || directory_find(job->directory, changed->id, &ref) != ERR_OK) {
        return;
    }
    (void)tracked_clock(job->directory, ref.tracked, &zone);
    device_ref_release(job->directory, &ref);
    clock_zone_note_set(&zone, old->has_utc_offset, old->utc_offset_min, job->now_s);
    uint8_t *room = arena_new(job->changes.arena, CLOCK_ZONE_PACKED_MAX);
    struct bytes packed = clock_zone_pack(&zone, room);
    change_add(&job->changes, CHANGE_PUT_CLOCK)->clock =
        (struct device_clock){changed->id, packed.at, packed.len};
}
