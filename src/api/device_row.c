/*
 * A device as ListDevices answers it, with what its clock seems to be. The hint is never the zone
 * that a person set: who took it up sees it no more.
 */
#include "api/device_row.h"

#include "api/version.h"

const struct reply_member device_row_members[DEVICE_ROW_MEMBERS] = {
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"862306128008106\"",
     .doc = "Identity that the tracker reports"},
    {.name = "VehiclePlate", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"},
    {.name = "ObjectCode",
     .type = REPLY_TEXT,
     .example = "\"2004130036\"",
     .doc = "Number of the vehicle or asset"},
    {.name = "SIM", .type = REPLY_TEXT, .example = "\"1064755708\"", .doc = "Phone number"},
    {.name = "ICCID", .type = REPLY_TEXT, .example = "\"\"", .doc = "Of the SIM card"},
    {.name = "DeviceType",
     .type = REPLY_INT,
     .example = "0",
     .doc = "0 vehicle, 1 person, 2 asset"},
    {.name = "HasPassword",
     .type = REPLY_BOOL,
     .example = "false",
     .doc = "Lock commands have a password; never told"},
    {.name = "TankLitres", .type = REPLY_NUMBER, .example = "60.000", .doc = "0: unknown"},
    {.name = "Model", .type = REPLY_TEXT, .example = "\"GT06\"", .doc = "Of the tracker"},
    {.name = "GroupID", .type = REPLY_INT, .example = "0", .doc = "0: in no group"},
    {.name = "UtcOffsetMinutes",
     .type = REPLY_INT,
     .nullable = true,
     .example = "null",
     .doc = "Zone of its clock; null: not set"},
    {.name = "SpeedUnit",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "null",
     .doc = "Of its speeds; null: as its protocol says"},
    VERSION_MEMBER,
    {.name = "ClockHint",
     .type = REPLY_HINT,
     .nullable = true,
     .example =
         "{\"UtcOffsetMinutes\":480,\"Why\":\"Learnt from when its fixes come, and in use\"}",
     .doc = "What the zone of its clock seems to be, where that is not what UtcOffsetMinutes says: "
            "the "
            "value to set there, and why"},
};

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
    (void)tracked_clock(c->api->directory, ref->tracked, &zone);
    struct clock_hint hint = clock_zone_hint(&zone);
    bool is_set = ref->info->has_utc_offset && ref->info->utc_offset_min == hint.offset_min;
    if (hint.why == CLOCK_HINT_NONE || is_set) {
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

void device_row_write_members(struct call *c, const void *object, struct json_out *out)
{
    const struct device *d = object;
    (void)c;
    json_name(out, "DeviceID");
    json_write_string(out, d->device_id);
    json_name(out, "VehiclePlate");
    json_write_string(out, d->plate);
    json_name(out, "ObjectCode");
    json_write_string(out, d->object_code);
    json_name(out, "SIM");
    json_write_string(out, d->sim);
    json_name(out, "ICCID");
    json_write_string(out, d->iccid);
    json_name(out, "DeviceType");
    json_int(out, d->type);
    json_name(out, "HasPassword");
    json_bool(out, d->command_password[0] != '\0');
    json_name(out, "TankLitres");
    json_decimal(out, d->tank_ml, 3);
    json_name(out, "Model");
    json_write_string(out, d->model);
    json_name(out, "GroupID");
    json_int(out, d->group_id);
    json_name(out, "UtcOffsetMinutes");
    if (d->has_utc_offset) {
        json_int(out, d->utc_offset_min);
    } else {
        json_write_null(out);
    }
    json_name(out, "SpeedUnit");
    if (d->speed_unit == SPEED_UNIT_UNSET) {
        json_write_null(out);
    } else {
        json_write_string(out, speed_unit_name(d->speed_unit));
    }
}

void device_row_write(struct call *c, const struct device_ref *ref)
{
    struct device shown = *ref->info;
    shown.group_id = ref->group_id; /* the one it was in may be deleted */
    json_object_begin(&c->out);
    version_write(c, device_row_write_members, &shown);
    json_name(&c->out, "ClockHint");
    write_hint(c, ref);
    json_object_end(&c->out);
}

void device_row_note_zone(struct job_context *job, const struct device *old,
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
