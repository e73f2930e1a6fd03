/*
 * Live states of devices, packed, each under the lock of its stripe; beside them what is known of
 * the zones of trackers' clocks. A copy is made under the lock and unpacked behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/directory_private.h"
#include "fleet/pack.h"

int64_t tracked_id(const struct tracked *t)
{
    return t->id;
}

static pthread_mutex_t *stripe_of(struct directory *dir, const struct tracked *t)
{
    return &dir->stripes[(uint64_t)t->id % DIRECTORY_STRIPES];
}

void tracked_live(struct directory *dir, struct tracked *t, struct live *out)
{
    uint8_t packed[PACK_STATE_MAX];
    pthread_mutex_t *stripe = stripe_of(dir, t);
    check(pthread_mutex_lock(stripe) == 0);
    out->reported = t->reported;
    out->heard_monotonic_ms = t->heard_monotonic_ms;
    out->heard_wall_ms = t->heard_wall_ms;
    out->protocol = t->protocol;
    out->day = t->rest != NULL ? t->rest->day : (struct live_day){0};
    out->published = t->published;
    size_t len = t->state_len;
    if (len > 0) {
        memcpy(packed, t->state, len);
    }
    check(pthread_mutex_unlock(stripe) == 0);
    if (len == 0) {
        fold_state_init(&out->state);
    } else {
        check(unpack_state((struct bytes){packed, len}, &out->state) == ERR_OK);
    }
}

/* Tells the feed of the device's enterprise, unless there are no feeds, or nobody sees it. */
static void note_live(struct directory *dir, int64_t device_id)
{
    if (!atomic_load(&dir->feeds.has_any)) {
        return;
    }
    directory_lock_read(dir);
    const struct device_record *r = g_hash_table_lookup(dir->by_id, &device_id);
    int64_t enterprise_id = r == NULL || r->device.is_former ? 0 : r->device.enterprise_id;
    directory_unlock(dir);
    if (enterprise_id != 0) {
        feeds_note_live(&dir->feeds, enterprise_id, device_id);
    }
}

/* Room for what most devices have nothing of. Under the lock of `t`. */
static struct tracked_rest *rest_of(struct tracked *t)
{
    if (t->rest == NULL) {
        t->rest = mem_new(sizeof(*t->rest));
    }
    return t->rest;
}

/* Under the lock of `t`. */
static void keep_day(struct tracked *t, const struct live_day *day)
{
    if (t->rest != NULL || day->from_s != 0 || day->ends_s != 0) {
        rest_of(t)->day = *day;
    }
}

void tracked_publish(struct directory *dir, struct tracked *t, const struct live *live)
{
    uint8_t room[PACK_STATE_MAX];
    struct writer packed = writer_init(room, sizeof(room));
    pack_state(&packed, &live->state);
    check(writer_ok(&packed));
    tracked_publish_packed(dir, t, live, writer_bytes(&packed));
}

void tracked_publish_packed(struct directory *dir, struct tracked *t, const struct live *live,
                            struct bytes packed)
{
    pthread_mutex_t *stripe = stripe_of(dir, t);
    check(pthread_mutex_lock(stripe) == 0);
    if (t->state_capacity < packed.len) {
        t->state_capacity = (uint16_t)packed.len;
        t->state = mem_resize(t->state, t->state_capacity);
    }
    memcpy(t->state, packed.at, packed.len);
    t->state_len = (uint16_t)packed.len;
    t->reported = live->reported;
    t->has_position = fix_has_position(&live->state.current);
    t->heard_monotonic_ms = live->heard_monotonic_ms;
    t->heard_wall_ms = live->heard_wall_ms;
    t->protocol = live->protocol;
    keep_day(t, &live->day);
    t->published++;
    check(pthread_mutex_unlock(stripe) == 0);
    note_live(dir, t->id);
}

void tracked_publish_day(struct directory *dir, struct tracked *t, const struct live *live)
{
    pthread_mutex_t *stripe = stripe_of(dir, t);
    check(pthread_mutex_lock(stripe) == 0);
    if (t->published == live->published) {
        keep_day(t, &live->day);
    }
    check(pthread_mutex_unlock(stripe) == 0);
}

bool tracked_clock(struct directory *dir, struct tracked *t, struct clock_zone *out)
{
    pthread_mutex_t *stripe = stripe_of(dir, t);
    check(pthread_mutex_lock(stripe) == 0);
    bool is_known = t->rest != NULL && t->rest->clock != NULL;
    *out = is_known ? *t->rest->clock : (struct clock_zone){0};
    check(pthread_mutex_unlock(stripe) == 0);
    return is_known;
}

void tracked_publish_clock(struct directory *dir, struct tracked *t, const struct clock_zone *zone)
{
    bool is_kept = !clock_zone_is_blank(zone) || zone->running.count > 0;
    pthread_mutex_t *stripe = stripe_of(dir, t);
    check(pthread_mutex_lock(stripe) == 0);
    if (is_kept || t->rest != NULL) {
        struct tracked_rest *rest = rest_of(t);
        if (is_kept && rest->clock == NULL) {
            rest->clock = mem_new(sizeof(*rest->clock));
        }
        if (is_kept) {
            *rest->clock = *zone;
        } else {
            free(rest->clock);
            rest->clock = NULL;
        }
    }
    check(pthread_mutex_unlock(stripe) == 0);
}

/* Of a device that is deleted meanwhile there is nothing to change. */
static void publish_clock(struct directory *dir, int64_t device_id, const struct clock_zone *zone)
{
    struct device_record *r = g_hash_table_lookup(dir->by_id, &device_id);
    if (r != NULL) {
        tracked_publish_clock(dir, r->tracked, zone);
    }
}

void directory_put_clock(struct directory *dir, const struct change *c)
{
    struct clock_zone zone = {0};
    check(clock_zone_unpack((struct bytes){c->clock.at, c->clock.len}, &zone) == ERR_OK);
    publish_clock(dir, c->clock.device_id, &zone);
}

void directory_forget_clock(struct directory *dir, const struct change *c)
{
    publish_clock(dir, c->clock.device_id, &(struct clock_zone){0});
}

bool directory_note_link(struct directory *dir, int64_t device_id, const struct device_link *link)
{
    struct device_ref ref;
    if (directory_find(dir, device_id, &ref) != ERR_OK) {
        return false;
    }
    pthread_mutex_t *stripe = stripe_of(dir, ref.tracked);
    check(pthread_mutex_lock(stripe) == 0);
    ref.tracked->link = *link;
    check(pthread_mutex_unlock(stripe) == 0);
    note_live(dir, device_id);
    device_ref_release(dir, &ref);
    return true;
}

struct device_link tracked_link(struct directory *dir, struct tracked *t)
{
    pthread_mutex_t *stripe = stripe_of(dir, t);
    check(pthread_mutex_lock(stripe) == 0);
    struct device_link link = t->link;
    check(pthread_mutex_unlock(stripe) == 0);
    return link;
}

bool device_link_is_up(const struct device_link *link, const struct live *live,
                       int64_t now_monotonic_ms)
{
    bool is_fresh = live->heard_monotonic_ms != 0 &&
                    now_monotonic_ms - live->heard_monotonic_ms < LINK_DATAGRAM_MS;
    return link->is_open && (!link->is_datagrams || is_fresh);
}

bool tracked_has_position(struct directory *dir, struct tracked *t)
{
    pthread_mutex_t *stripe = stripe_of(dir, t);
    check(pthread_mutex_lock(stripe) == 0);
    bool has_position = t->reported && t->has_position;
    check(pthread_mutex_unlock(stripe) == 0);
    return has_position;
}
