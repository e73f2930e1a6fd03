/*
 * What devices are held to: the rulebooks of the enterprises, the former terms of devices, and what
 * is made of both for the fold.
 *
 *     device ──► its former terms ─────────────┐
 *       │                                      ▼
 *       └──► enterprise ──► rulebook ──► times of changes ──► a fold_term from each of them on
 *                              │
 *                              └──► fences, made anew by the first fix after a change
 *
 * Most devices have no former terms and most enterprises no alarm rules. Their rules are written
 * into one place, for the next fix alone; those of the others are kept until something changes.
 */
#include "fleet/directory_rules.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/order.h"
#include "fleet/directory_rules_private.h"
#include "model/entity.h"

/* The rules of a device for which there is more than one term, or alarm rules. */
struct held_rules {
    int64_t device;
    uint32_t changes; /* of the rulebook, as of which they were made */
    struct fold_rules rules;
    struct fold_term *terms;
    struct fold_limits *limits; /* as many as terms */
    bool was_elsewhere;         /* in another enterprise, at one of them */
};

static void free_held(void *rules)
{
    struct held_rules *held = rules;
    free(held->terms);
    free(held->limits);
    free(held);
}

static void free_terms(void *terms)
{
    (void)g_array_free(terms, TRUE);
}

void directory_rules_init(struct directory *dir)
{
    struct directory_rules *r = mem_new(sizeof(*r));
    r->books = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, rulebook_free);
    r->terms = g_hash_table_new_full(g_int64_hash, g_int64_equal, free, free_terms);
    r->held = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_held);
    dir->rules = r;
}

void directory_rules_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->rules->held);
    g_hash_table_destroy(dir->rules->terms);
    g_hash_table_destroy(dir->rules->books);
    free(dir->rules);
}

struct rulebook *directory_book(const struct directory *dir, int64_t enterprise_id)
{
    return g_hash_table_lookup(dir->rules->books, &enterprise_id);
}

static struct rulebook *book_of(struct directory *dir, int64_t enterprise_id)
{
    struct rulebook *book = directory_book(dir, enterprise_id);
    if (book == NULL) {
        book = rulebook_new(enterprise_id);
        g_hash_table_insert(dir->rules->books, &book->enterprise_id, book);
    }
    return book;
}

/* ---- changes ---- */

void directory_put_geofence(struct directory *dir, const struct change *c)
{
    rulebook_put_fence(book_of(dir, c->geofence.enterprise_id), &c->geofence);
    feeds_note_fences(&dir->feeds, c->geofence.enterprise_id);
}

void directory_forget_geofence(struct directory *dir, const struct change *c)
{
    rulebook_forget_fence(book_of(dir, c->geofence.enterprise_id), &c->geofence);
    feeds_note_fences(&dir->feeds, c->geofence.enterprise_id);
}

void directory_put_alarm_rule(struct directory *dir, const struct change *c)
{
    rulebook_put_rule(book_of(dir, c->alarm_rule.enterprise_id), &c->alarm_rule);
}

void directory_forget_alarm_rule(struct directory *dir, const struct change *c)
{
    rulebook_forget_rule(book_of(dir, c->alarm_rule.enterprise_id), &c->alarm_rule);
}

/* The place of the first term that ends at that time or later. */
static guint term_place(const GArray *terms, int64_t until_s)
{
    guint at = 0;
    while (at < terms->len && g_array_index(terms, struct device_term, at).until_s < until_s) {
        at++;
    }
    return at;
}

static bool term_is_at(const GArray *terms, guint at, int64_t until_s)
{
    return at < terms->len && g_array_index(terms, struct device_term, at).until_s == until_s;
}

void directory_put_term(struct directory *dir, const struct change *c)
{
    GArray *terms = g_hash_table_lookup(dir->rules->terms, &c->term.device_id);
    if (terms == NULL) {
        int64_t *key = mem_new(sizeof(*key));
        *key = c->term.device_id;
        terms = g_array_new(FALSE, FALSE, sizeof(struct device_term));
        g_hash_table_insert(dir->rules->terms, key, terms);
    }
    guint at = term_place(terms, c->term.until_s);
    if (term_is_at(terms, at, c->term.until_s)) {
        g_array_index(terms, struct device_term, at) = c->term;
    } else {
        g_array_insert_val(terms, at, c->term);
    }
    directory_rules_drop(dir, c->term.device_id);
}

void directory_forget_term(struct directory *dir, const struct change *c)
{
    GArray *terms = g_hash_table_lookup(dir->rules->terms, &c->term.device_id);
    guint at = terms == NULL ? 0 : term_place(terms, c->term.until_s);
    if (terms != NULL && term_is_at(terms, at, c->term.until_s)) {
        (void)g_array_remove_index(terms, at);
        if (terms->len == 0) {
            g_hash_table_remove(dir->rules->terms, &c->term.device_id);
        }
    }
    directory_rules_drop(dir, c->term.device_id);
}

void directory_rules_drop(struct directory *dir, int64_t device_id)
{
    g_hash_table_remove(dir->rules->held, &device_id);
}

void directory_rules_disown(struct directory *dir, enum entity_kind owner, int64_t id)
{
    if (owner == ENTITY_DEVICE) {
        g_hash_table_remove(dir->rules->held, &id);
        g_hash_table_remove(dir->rules->terms, &id);
    } else {
        g_hash_table_remove_all(dir->rules->held);
        g_hash_table_remove(dir->rules->books, &id);
    }
}

/* ---- what a device is held to ---- */

GArray *directory_terms_of(const struct directory *dir, int64_t device_id)
{
    GHashTable *all = dir->rules->terms;
    return g_hash_table_size(all) == 0 ? NULL : g_hash_table_lookup(all, &device_id);
}

/* The enterprise, group and tank that it had at a time; alarm rules are not in it yet. */
static struct fold_term term_at(const struct device *d, const GArray *formers, int64_t time_s)
{
    guint at = formers == NULL || time_s == INT64_MAX ? 0 : term_place(formers, time_s + 1);
    bool is_former = formers != NULL && at < formers->len;
    const struct device_term *former =
        is_former ? &g_array_index(formers, struct device_term, at) : NULL;
    return (struct fold_term){
        .from_s = time_s,
        .group_id = is_former ? former->group_id : d->group_id,
        .tank_ml = is_former ? former->tank_ml : d->tank_ml,
        .enterprise_id =
            is_former && former->enterprise_id != d->enterprise_id ? former->enterprise_id : 0,
    };
}

/* The rulebook of the enterprise that a device of `now` was in at a former term; NULL. */
static const struct rulebook *book_then(const struct directory *dir, const struct rulebook *now,
                                        int64_t enterprise_id)
{
    return enterprise_id == 0 ? now : directory_book(dir, enterprise_id);
}

/* When the rules of a device in that group changed. */
static void find_rule_times(const struct rulebook *book, int64_t device, int64_t group_id,
                            GArray *times_s)
{
    if (book != NULL) {
        rulebook_rule_changes(book, RULE_OF_ENTERPRISE, 0, times_s);
        rulebook_rule_changes(book, RULE_OF_DEVICE, device, times_s);
        if (group_id != 0) {
            rulebook_rule_changes(book, RULE_OF_GROUP, group_id, times_s);
        }
    }
}

/* When anything of it changed, in order; the first is the beginning of time. */
static GArray *find_times(const struct directory *dir, const struct device *d,
                          const GArray *formers, const struct rulebook *book)
{
    GArray *times_s = g_array_new(FALSE, FALSE, sizeof(int64_t));
    const int64_t always_s = INT64_MIN;
    g_array_append_val(times_s, always_s);
    for (guint i = 0; formers != NULL && i < formers->len; i++) {
        const struct device_term *former = &g_array_index(formers, struct device_term, i);
        g_array_append_val(times_s, former->until_s);
        const struct rulebook *then = book_then(dir, book, former->enterprise_id);
        if (then != book) {
            find_rule_times(then, d->id, former->group_id, times_s);
        } else if (book != NULL && former->group_id != 0) {
            rulebook_rule_changes(book, RULE_OF_GROUP, former->group_id, times_s);
        }
    }
    find_rule_times(book, d->id, d->group_id, times_s);
    qsort(times_s->data, times_s->len, sizeof(int64_t), order_int64);
    return times_s;
}

static void set_limits(const struct rulebook *book, const struct device *d, struct fold_term *term,
                       struct fold_limits *room)
{
    if (book == NULL) {
        return;
    }
    int64_t group_id = term->group_id;
    const struct alarm_rule *const rules[RULE_SCOPES] = {
        [RULE_OF_ENTERPRISE] = rulebook_rule_at(book, RULE_OF_ENTERPRISE, 0, term->from_s),
        [RULE_OF_GROUP] =
            group_id == 0 ? NULL : rulebook_rule_at(book, RULE_OF_GROUP, group_id, term->from_s),
        [RULE_OF_DEVICE] = rulebook_rule_at(book, RULE_OF_DEVICE, d->id, term->from_s),
    };
    term->limits = rulebook_limits(rules, room) ? room : NULL;
}

/* Where terms and their limits are made; there is room for one a time. */
struct term_room {
    struct fold_term *terms;
    struct fold_limits *limits;
    size_t count;
};

/* Makes the terms of those times. */
static void make_terms(const struct directory *dir, const struct device *d, const GArray *times_s,
                       struct term_room *room)
{
    const struct rulebook *book = directory_book(dir, d->enterprise_id);
    const GArray *formers = directory_terms_of(dir, d->id);
    for (guint i = 0; i < times_s->len; i++) {
        int64_t from_s = g_array_index(times_s, int64_t, i);
        if (room->count > 0 && room->terms[room->count - 1].from_s == from_s) {
            continue;
        }
        struct fold_term *term = &room->terms[room->count];
        *term = term_at(d, formers, from_s);
        set_limits(book_then(dir, book, term->enterprise_id), d, term, &room->limits[room->count]);
        room->count++;
    }
}

static struct held_rules *hold_rules(struct directory *dir, const struct device *d,
                                     const struct rulebook *book, const GArray *formers)
{
    GArray *times_s = find_times(dir, d, formers, book);
    struct held_rules *held = mem_new(sizeof(*held));
    held->device = d->id;
    held->changes = book == NULL ? 0 : book->changes;
    held->terms = mem_new(times_s->len * sizeof(*held->terms));
    held->limits = mem_new(times_s->len * sizeof(*held->limits));
    struct term_room room = {held->terms, held->limits, 0};
    make_terms(dir, d, times_s, &room);
    (void)g_array_free(times_s, TRUE);
    for (size_t i = 0; i < room.count; i++) {
        held->was_elsewhere = held->was_elsewhere || room.terms[i].enterprise_id != 0;
    }
    held->rules = (struct fold_rules){
        .is_watched = true, .device = d->id, .terms = held->terms, .term_count = room.count};
    g_hash_table_replace(dir->rules->held, &held->device, held);
    return held;
}

struct fold_rules directory_terms(struct directory *dir, int64_t device_id, struct arena *arena)
{
    struct fold_rules rules = {.device = device_id};
    directory_lock_read(dir);
    const struct device_record *r = g_hash_table_lookup(dir->by_id, &device_id);
    if (r != NULL) {
        const struct device *d = &r->device;
        const struct rulebook *book = directory_book(dir, d->enterprise_id);
        const GArray *formers = directory_terms_of(dir, device_id);
        GArray *times_s = find_times(dir, d, formers, book);
        struct term_room room = {arena_new_array(arena, times_s->len, sizeof(*room.terms)),
                                 arena_new_array(arena, times_s->len, sizeof(*room.limits)), 0};
        make_terms(dir, d, times_s, &room);
        rules.terms = room.terms;
        rules.term_count = room.count;
        (void)g_array_free(times_s, TRUE);
    }
    directory_unlock(dir);
    return rules;
}

/* Of a device with nothing but what stands in its row. */
static struct fold_rules *plain_rules(struct directory *dir, const struct device *d)
{
    struct directory_rules *r = dir->rules;
    r->plain_term =
        (struct fold_term){.from_s = INT64_MIN, .group_id = d->group_id, .tank_ml = d->tank_ml};
    r->plain = (struct fold_rules){
        .is_watched = true, .device = d->id, .terms = &r->plain_term, .term_count = 1};
    return &r->plain;
}

/* The geofences of the enterprises that the device was in formerly, as they are made now. */
static void find_former_fences(struct directory *dir, struct held_rules *held)
{
    for (size_t i = 0; held->was_elsewhere && i < held->rules.term_count; i++) {
        struct fold_term *term = &held->terms[i];
        struct rulebook *book =
            term->enterprise_id == 0 ? NULL : directory_book(dir, term->enterprise_id);
        term->fences = book == NULL ? NULL : rulebook_fences(book);
    }
}

const struct fold_rules *directory_rules(struct directory *dir, const struct device *device)
{
    struct rulebook *book = directory_book(dir, device->enterprise_id);
    const GArray *formers = directory_terms_of(dir, device->id);
    bool has_rules = book != NULL && g_tree_nnodes(book->rules) > 0;
    struct fold_rules *rules = NULL;
    if (formers == NULL && !has_rules) {
        rules = plain_rules(dir, device);
    } else {
        struct held_rules *held = g_hash_table_lookup(dir->rules->held, &device->id);
        if (held == NULL || (book != NULL && held->changes != book->changes)) {
            held = hold_rules(dir, device, book, formers);
        }
        rules = &held->rules;
        find_former_fences(dir, held);
    }
    rules->fences = book == NULL ? NULL : rulebook_fences(book);
    return rules;
}

void directory_give_geometry(struct directory *dir, const struct geofence *g,
                             struct fence_geometry *geometry)
{
    struct rulebook *book = directory_book(dir, g->enterprise_id);
    struct fence_version *v = book == NULL ? NULL : rulebook_version(book, g);
    if (v == NULL || v->geometry != NULL || !rulebook_has_term(book, v)) {
        fence_geometry_free(geometry);
    } else {
        v->geometry = geometry;
    }
}

bool directory_is_fence_changed(struct directory *dir, int64_t enterprise_id, int64_t id,
                                int64_t time_s)
{
    const struct rulebook *book = directory_book(dir, enterprise_id);
    return book == NULL || rulebook_fence_changes(book, id, time_s);
}

void directory_prepare_fences(struct directory *dir)
{
    GHashTableIter iter;
    void *book = NULL;
    g_hash_table_iter_init(&iter, dir->rules->books);
    while (g_hash_table_iter_next(&iter, NULL, &book)) {
        rulebook_prepare(book);
    }
}

void directory_note_term(struct directory *dir, struct change_list *changes,
                         const struct device *old, const struct device *fresh, int64_t now_s)
{
    const GArray *formers = directory_terms_of(dir, old->id);
    bool moves = old->enterprise_id != fresh->enterprise_id;
    for (guint i = 0; moves && formers != NULL && i < formers->len; i++) {
        struct device_term former = g_array_index(formers, struct device_term, i);
        if (former.enterprise_id == 0) { /* which is another one from here on */
            former.enterprise_id = old->enterprise_id;
            change_add(changes, CHANGE_PUT_TERM)->term = former;
        }
    }
    bool is_same = !moves && old->group_id == fresh->group_id && old->tank_ml == fresh->tank_ml;
    /* Of two changes in one second, or behind a clock that was set back, what was between is not
     * kept. */
    bool is_late = formers != NULL && term_place(formers, now_s) < formers->len;
    if (!is_same && !is_late) {
        change_add(changes, CHANGE_PUT_TERM)->term = (struct device_term){
            .device_id = old->id,
            .until_s = now_s,
            .group_id = old->group_id,
            .tank_ml = old->tank_ml,
            .enterprise_id = old->enterprise_id,
        };
    }
}

bool directory_was_in(struct directory *dir, int64_t device_id, int64_t enterprise_id)
{
    const GArray *formers = directory_terms_of(dir, device_id);
    bool was = false;
    for (guint i = 0; formers != NULL && i < formers->len; i++) {
        was = was || g_array_index(formers, struct device_term, i).enterprise_id == enterprise_id;
    }
    return was;
}

/* ---- for everybody ---- */

enum err directory_geofence(struct directory *dir, int64_t enterprise_id, int64_t id,
                            struct arena *arena, struct geofence *out)
{
    directory_lock_read(dir);
    const struct rulebook *book = directory_book(dir, enterprise_id);
    const struct fence_version *v = book == NULL ? NULL : rulebook_fence(book, id);
    if (v != NULL) {
        entity_copy(ENTITY_GEOFENCE, &v->fence, out,
                    arena_new(arena, entity_borrowed(ENTITY_GEOFENCE, &v->fence)));
    }
    directory_unlock(dir);
    return v == NULL ? ERR_NOT_FOUND : ERR_OK;
}

/* What a walk over the geofences of now collects. */
struct fence_listing {
    struct arena *arena;
    struct geofence *at;
    size_t count;
};

static gboolean list_fence(void *key, void *value, void *data)
{
    (void)key;
    const struct fence_version *v = value;
    struct fence_listing *list = data;
    if (v->fence.until_s == INT64_MAX) {
        entity_copy(ENTITY_GEOFENCE, &v->fence, &list->at[list->count++],
                    arena_new(list->arena, entity_borrowed(ENTITY_GEOFENCE, &v->fence)));
    }
    return FALSE;
}

struct geofence *directory_list_geofences(struct directory *dir, const struct caller *caller,
                                          struct arena *arena, size_t *count)
{
    struct fence_listing list = {.arena = arena};
    size_t all = 0;
    directory_lock_read(dir);
    const struct fleet *first = directory_first_seen(dir, caller);
    for (const struct fleet *f = first; f != NULL; f = directory_next_seen(caller, first, f)) {
        const struct rulebook *book = directory_book(dir, f->enterprise_id);
        all += book == NULL ? 0 : book->fences_now;
    }
    list.at = arena_new_array(arena, all, sizeof(*list.at));
    for (const struct fleet *f = first; f != NULL; f = directory_next_seen(caller, first, f)) {
        const struct rulebook *book = directory_book(dir, f->enterprise_id);
        if (book != NULL) {
            g_tree_foreach(book->fences, list_fence, &list);
        }
    }
    directory_unlock(dir);
    *count = list.count;
    return list.at;
}

int64_t *directory_list_ruled(struct directory *dir, struct arena *arena, size_t *count)
{
    GHashTableIter iter;
    void *value = NULL;
    directory_lock_read(dir);
    int64_t *ids = arena_new_array(arena, g_hash_table_size(dir->rules->books), sizeof(*ids));
    *count = 0;
    g_hash_table_iter_init(&iter, dir->rules->books);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct rulebook *book = value;
        if (g_tree_nnodes(book->rules) > 0) {
            ids[(*count)++] = book->enterprise_id;
        }
    }
    directory_unlock(dir);
    return ids;
}

const char *directory_fence_name(struct directory *dir, int64_t enterprise_id, int64_t id,
                                 int64_t time_s, struct arena *arena)
{
    directory_lock_read(dir);
    const struct rulebook *book = directory_book(dir, enterprise_id);
    const struct fence_version *v = book == NULL ? NULL : rulebook_fence_at(book, id, time_s);
    const char *name = v == NULL ? "" : arena_copy_text(arena, v->fence.name);
    directory_unlock(dir);
    return name;
}

struct fence_points directory_fence_points(struct directory *dir, int64_t enterprise_id)
{
    directory_lock_read(dir);
    const struct rulebook *book = directory_book(dir, enterprise_id);
    struct fence_points points = book == NULL ? (struct fence_points){0} : book->points;
    directory_unlock(dir);
    return points;
}

enum err directory_alarm_rule(struct directory *dir, const struct alarm_rule *key,
                              struct arena *arena, struct alarm_rule *out)
{
    directory_lock_read(dir);
    const struct rulebook *book = directory_book(dir, key->enterprise_id);
    const struct alarm_rule *r =
        book == NULL ? NULL : rulebook_rule_at(book, key->scope, key->subject_id, INT64_MAX - 1);
    if (r != NULL) {
        entity_copy(ENTITY_ALARM_RULE, r, out,
                    arena_new(arena, entity_borrowed(ENTITY_ALARM_RULE, r)));
    }
    directory_unlock(dir);
    return r == NULL ? ERR_NOT_FOUND : ERR_OK;
}
