/*
 * Calls by the token of a share. Whoever has the link may be anybody, so a method says in its row
 * that it answers shares (api_method.share); all others refuse them before they read anything.
 */
#include "api/share.h"

#include <microhttpd.h>
#include <string.h>

#include "api/share_guard.h"
#include "base/clock.h"
#include "fleet/directory_owned.h"
#include "fleet/directory_shares.h"

const struct shard *share_caller_again(const struct api *api, const uint8_t hash[TOKEN_HASH_BYTES],
                                       int64_t now_s, struct caller *out)
{
    const struct shard *shard = shards_of_token(api->shards, hash, now_s, out);
    return shard != NULL ? shard : shards_of_share(api->shards, hash, now_s, out);
}

const struct shard *share_caller(struct call *c, const uint8_t hash[TOKEN_HASH_BYTES],
                                 struct caller *out)
{
    struct share_guard *guard = c->api->share_guard;
    const struct shards *shards = c->api->shards;
    const struct shard *shard = shards_of_token(shards, hash, call_now_s(c), out);
    int64_t now_ms = clock_monotonic_ms();
    if (shard != NULL || share_guard_wait_s(guard, c->address, now_ms) > 0) {
        return shard;
    }
    shard = shards_of_share(shards, hash, call_now_s(c), out);
    if (shard == NULL) {
        share_guard_note_wrong(guard, c->address, hash, now_ms);
    }
    return shard;
}

unsigned share_link_wait_s(const struct call *c)
{
    return share_guard_wait_s(c->api->share_guard, c->address, clock_monotonic_ms());
}

bool share_admits(struct call *c)
{
    const struct caller_share *share = &c->caller.share;
    enum share_access access = c->method->share;
    if (share->id == 0) {
        return true;
    }
    if (access == SHARE_REFUSED || (access == SHARE_PAST && !share->has_history)) {
        call_fail(c, MHD_HTTP_FORBIDDEN, CALL_NO_ROLE_TEXT);
        return false;
    }
    unsigned wait_s = access == SHARE_MAP ? 0
                                          : share_guard_take(c->api->share_guard, share->id,
                                                             c->address, clock_monotonic_ms());
    if (wait_s > 0) {
        call_fail_http(c, MHD_HTTP_TOO_MANY_REQUESTS, SHARE_BUSY_TEXT, wait_s);
    }
    return wait_s == 0;
}

void share_clip_times(struct call *c)
{
    const struct caller_share *share = &c->caller.share;
    for (size_t i = 0; share->id != 0 && i < c->method->param_count; i++) {
        struct value *v = &c->values[i];
        if (c->method->params[i].type == PARAM_TIME && v->present) {
            v->number = v->number > share->from_s ? v->number : share->from_s;
            v->number = v->number < share->until_s ? v->number : share->until_s;
        }
    }
}

struct device share_device(const struct call *c, const struct device *d)
{
    struct device shown = *d;
    if (c->caller.share.id != 0) {
        shown.group_id = 0;
        shown.object_code = "";
        shown.sim = "";
        shown.iccid = "";
        shown.model = "";
        shown.password_hash = "";
        shown.note = "";
        shown.tank_ml = 0;
        shown.has_utc_offset = false;
        shown.utc_offset_min = 0;
        shown.speed_unit = SPEED_UNIT_UNSET;
    }
    return shown;
}

bool share_tells_all(const struct call *c)
{
    return c->caller.share.id == 0;
}

bool share_tells_past(const struct call *c)
{
    return c->caller.share.id == 0 || c->caller.share.has_history;
}

static void write_devices(struct call *c)
{
    size_t count = 0;
    struct directory *dir = c->shard->directory;
    struct device_ref *refs = directory_list_devices(dir, &c->caller, &c->arena, &count);
    json_name(&c->out, "Devices");
    json_array_begin(&c->out);
    for (size_t i = 0; i < count; i++) {
        json_write_string(&c->out, refs[i].info->device_id);
    }
    json_array_end(&c->out);
    directory_release_all(dir, refs, count);
}

void share_write(struct call *c)
{
    const struct caller_share *share = &c->caller.share;
    json_name(&c->out, "Share");
    json_object_begin(&c->out);
    json_name(&c->out, "StartTime");
    call_write_time(c, &c->out, share->from_s);
    json_name(&c->out, "Until");
    call_write_time(c, &c->out, share->until_s);
    write_devices(c);
    json_name(&c->out, "History");
    json_bool(&c->out, share->has_history);
    json_object_end(&c->out);
}

static bool is_there(struct directory *dir, int64_t id)
{
    struct device_ref ref;
    if (directory_find(dir, id, &ref) != ERR_OK) {
        return false;
    }
    bool is_former = ref.info->is_former;
    device_ref_release(dir, &ref);
    return !is_former;
}

/* Takes the id out, and those of devices that are gone; answers how many are left. */
static size_t drop_id(struct directory *dir, int64_t *ids, size_t count, int64_t id)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (ids[i] != id && is_there(dir, ids[i])) {
            ids[kept++] = ids[i];
        }
    }
    return kept;
}

static bool holds(const int64_t *ids, size_t count, int64_t id)
{
    bool is_in = false;
    for (size_t i = 0; i < count; i++) {
        is_in = is_in || ids[i] == id;
    }
    return is_in;
}

void share_drop_device(struct job_context *job, const struct device *d)
{
    struct arena *arena = job->changes.arena;
    size_t count = 0;
    const struct share_link *all =
        directory_list_owned(job->directory, ENTITY_SHARE, d->enterprise_id, arena, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t *ids = NULL;
        size_t had = share_devices(&all[i], arena, &ids);
        if (!holds(ids, had, d->id) || all[i].until_s <= job->now_s) {
            continue;
        }
        size_t left = drop_id(job->directory, ids, had, d->id);
        struct change *change =
            change_add(&job->changes, left == 0 ? CHANGE_DELETE_SHARE : CHANGE_PUT_SHARE);
        const struct bytes packed = geofence_pack_ids(arena, ids, left);
        change->share = all[i];
        if (left > 0) {
            change->share.devices = packed.at;
            change->share.devices_len = packed.len;
        }
    }
}
