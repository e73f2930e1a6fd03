/*
 * Devices that moved without their history. The record of such a former device stays in its
 * enterprise, under its id, and is in no list: only who asks for a history finds it, where no live
 * device has the name. What the tracker tells goes to the device that lives on elsewhere, but for
 * reports from before it moved, which are the former device's.
 *
 *     time ──────────────────── M1 ─────────────── M2 ─────────────►
 *     enterprise 1   X (former) │                  │ X, alive again
 *     enterprise 2              │ Y (former)       │
 *     pasts                     Y: until M1 X      X: until M2 Y
 *
 * A report is followed back from the live device: from X behind M2, to Y, and so on, always to an
 * earlier time, so that X, which is met twice, ends no walk in a ring.
 */
#include "fleet/directory_formers.h"

#include <string.h>

#include "base/mem.h"
#include "fleet/directory_private.h"

static void free_pasts(void *pasts)
{
    (void)g_array_free(pasts, TRUE);
}

void directory_formers_init(struct directory *dir)
{
    dir->pasts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_pasts);
}

void directory_formers_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->pasts);
}

size_t fleet_size(const struct fleet *f)
{
    return roll_count(f->devices) + roll_count(f->formers);
}

/* ---- changes ---- */

void directory_formers_join(struct directory *dir, struct device_record *r)
{
    r->fleet = directory_fleet(dir, r->device.enterprise_id);
    roll_insert(r->fleet->formers, r);
    dir->former_count++;
    directory_fleets_note(dir, r->fleet);
}

void directory_formers_leave(struct directory *dir, struct device_record *r)
{
    roll_remove(r->fleet->formers, r);
    dir->former_count--;
}

void directory_formers_disown(struct directory *dir, int64_t device_id)
{
    g_hash_table_remove(dir->pasts, &device_id);
}

static GArray *pasts_of(const struct directory *dir, int64_t device_id)
{
    return g_hash_table_lookup(dir->pasts, &device_id);
}

/* The place of the first that ends at that time or later. */
static guint place_of(const GArray *pasts, int64_t until_s)
{
    guint at = 0;
    while (at < pasts->len && g_array_index(pasts, struct device_past, at).until_s < until_s) {
        at++;
    }
    return at;
}

/* Takes the one that ends then out; answers its place. */
static guint take_out(GArray *pasts, int64_t until_s)
{
    guint at = place_of(pasts, until_s);
    if (at < pasts->len && g_array_index(pasts, struct device_past, at).until_s == until_s) {
        (void)g_array_remove_index(pasts, at);
    }
    return at;
}

void directory_put_past(struct directory *dir, const struct change *c)
{
    GArray *pasts = pasts_of(dir, c->past.device_id);
    if (pasts == NULL) {
        pasts = g_array_new(FALSE, FALSE, sizeof(struct device_past));
        g_hash_table_insert(dir->pasts, g_memdup2(&c->past.device_id, sizeof(int64_t)), pasts);
    }
    guint at = take_out(pasts, c->past.until_s);
    g_array_insert_val(pasts, at, c->past);
}

void directory_forget_past(struct directory *dir, const struct change *c)
{
    GArray *pasts = pasts_of(dir, c->past.device_id);
    if (pasts != NULL) {
        (void)take_out(pasts, c->past.until_s);
    }
}

/* ---- whose a report is ---- */

bool directory_has_pasts(const struct directory *dir)
{
    return g_hash_table_size(dir->pasts) > 0;
}

int64_t directory_owner_at(struct directory *dir, int64_t device_id, int64_t time_s)
{
    int64_t before_s = INT64_MAX;
    directory_lock_read(dir);
    for (const GArray *pasts = pasts_of(dir, device_id); pasts != NULL;
         pasts = pasts_of(dir, device_id)) {
        guint at = place_of(pasts, before_s);
        const struct device_past *last =
            at == 0 ? NULL : &g_array_index(pasts, struct device_past, at - 1);
        if (last == NULL || time_s >= last->until_s) {
            break;
        }
        before_s = last->until_s;
        device_id = last->former_id;
    }
    directory_unlock(dir);
    return device_id;
}

/* A device that came and went within the second was nobody's before, and is passed over. */
void directory_note_past(struct directory *dir, struct change_list *changes, int64_t device_id,
                         int64_t former_id, int64_t now_s)
{
    int64_t owner = directory_owner_at(dir, former_id, now_s - 1);
    if (owner != device_id) {
        change_add(changes, CHANGE_PUT_PAST)->past =
            (struct device_past){.device_id = device_id, .until_s = now_s, .former_id = owner};
    }
}

/* ---- finding ---- */

/* What a former device is looked for by; one of the two. */
struct search {
    const char *key;   /* device_id_key(); NULL */
    const char *plate; /* directory_folded(); NULL */
    struct device_record *found;
};

/* Notes a former device that is looked for, of several the last. */
static void match(struct device_record *r, struct search *s)
{
    char *plate = s->plate == NULL ? NULL : directory_folded(r->device.plate);
    bool is_it = plate != NULL
                     ? strcmp(plate, s->plate) == 0
                     : s->key != NULL && strcmp(device_id_key(r->device.device_id), s->key) == 0;
    g_free(plate);
    if (is_it && (s->found == NULL || s->found->device.id < r->device.id)) {
        s->found = r;
    }
}

static enum err find_former(struct directory *dir, int64_t enterprise_id, struct search *s,
                            struct device_ref *out)
{
    directory_lock_read(dir);
    const struct fleet *f = g_hash_table_lookup(dir->fleets, &enterprise_id);
    struct roll_place place = roll_first();
    bool is_there = f != NULL && !f->is_deleted;
    struct device_record *r = is_there ? roll_next(f->formers, &place) : NULL;
    for (; r != NULL; r = roll_next(f->formers, &place)) {
        match(r, s);
    }
    *out = s->found != NULL ? directory_ref_of(s->found) : (struct device_ref){0};
    directory_unlock(dir);
    return s->found != NULL ? ERR_OK : ERR_NOT_FOUND;
}

enum err directory_find_former(struct directory *dir, int64_t enterprise_id, const char *device_id,
                               struct device_ref *out)
{
    struct search s = {.key = device_id_key(device_id)};
    return find_former(dir, enterprise_id, &s, out);
}

/* Whether former devices are nothing to it: they are in no group, and no share is of one. */
static bool is_limited(const struct caller *caller)
{
    return caller->group_count > 0 || caller->share.id != 0;
}

enum err directory_find_history_by_device_id(struct directory *dir, const struct caller *caller,
                                             const char *device_id, struct device_ref *out)
{
    char text[DEVICE_ID_SIZE];
    enum err e = directory_find_by_device_id(dir, caller, device_id, out);
    if (e == ERR_OK || is_limited(caller) || !directory_trim_device_id(device_id, text)) {
        return e;
    }
    return directory_find_former(dir, caller->enterprise_id, text, out);
}

enum err directory_find_history_by_plate(struct directory *dir, const struct caller *caller,
                                         const char *plate, struct device_ref *out)
{
    enum err e = directory_find_by_plate(dir, caller, plate, out);
    if (e == ERR_OK || is_limited(caller)) {
        return e;
    }
    char *folded = directory_folded(plate);
    struct search s = {.plate = folded};
    e = find_former(dir, caller->enterprise_id, &s, out);
    g_free(folded);
    return e;
}
