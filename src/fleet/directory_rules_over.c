/*
 * What devices were held to: what of it is over, and what changed of late. A version is over once
 * no fix is kept that it judges. A rule that nobody ended is so once its device is deleted, or its
 * group is, no device is in that any more, and none of the fixes that are kept is of a time when
 * one was.
 */
#include "fleet/directory_rules_private.h"
#include "model/entity.h"

/* ---- what is over ---- */

/* What a walk over versions that are over collects. */
struct expiry {
    struct directory *dir;
    struct change_list *changes;
    GHashTable *former_groups; /* set of the groups that former terms name; NULL: not made */
    int64_t before_s;
    size_t left;
};

static gboolean expire_fence(void *key, void *value, void *data)
{
    (void)key;
    const struct fence_version *v = value;
    struct expiry *x = data;
    if (x->left > 0 && v->fence.until_s < x->before_s) {
        x->left--;
        struct geofence *gone = &change_add(x->changes, CHANGE_DELETE_GEOFENCE)->geofence;
        gone->enterprise_id = v->fence.enterprise_id;
        gone->id = v->fence.id;
        gone->from_s = v->fence.from_s;
        entity_init(ENTITY_GEOFENCE, gone);
    }
    return x->left == 0;
}

/* A set of the groups that former terms name. */
static GHashTable *find_former_groups(const struct directory *dir)
{
    GHashTable *groups = g_hash_table_new(g_int64_hash, g_int64_equal);
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, dir->rules->terms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GArray *terms = value;
        for (guint i = 0; i < terms->len; i++) {
            struct device_term *term = &g_array_index(terms, struct device_term, i);
            (void)g_hash_table_add(groups, &term->group_id);
        }
    }
    return groups;
}

/* Whether a device was in the group at a time that fixes are kept of. */
static bool is_former_group(struct expiry *x, int64_t group_id)
{
    if (x->former_groups == NULL) {
        x->former_groups = find_former_groups(x->dir);
    }
    return g_hash_table_contains(x->former_groups, &group_id);
}

/* Whether nothing is left that the rule could be for. */
static bool is_orphan(struct expiry *x, const struct alarm_rule *r)
{
    struct directory *dir = x->dir;
    if (r->scope == RULE_OF_DEVICE) {
        return g_hash_table_lookup(dir->by_id, &r->subject_id) == NULL;
    }
    if (r->scope != RULE_OF_GROUP) {
        return false;
    }
    const struct group *group = g_tree_lookup(dir->plain[ENTITY_GROUP], &r->subject_id);
    bool is_gone = group == NULL || group->deleted;
    return is_gone && g_hash_table_lookup(dir->squads, &r->subject_id) == NULL &&
           !is_former_group(x, r->subject_id);
}

static gboolean expire_rule(void *key, void *value, void *data)
{
    (void)key;
    const struct alarm_rule *r = value;
    struct expiry *x = data;
    if (x->left > 0 && (is_orphan(x, r) || r->until_s < x->before_s)) {
        x->left--;
        change_add(x->changes, CHANGE_DELETE_ALARM_RULE)->alarm_rule = (struct alarm_rule){
            .enterprise_id = r->enterprise_id,
            .scope = r->scope,
            .subject_id = r->subject_id,
            .from_s = r->from_s,
        };
    }
    return x->left == 0;
}

static void expire_terms(struct directory *dir, struct expiry *x,
                         const struct rules_retention *retention)
{
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, dir->rules->terms);
    while (x->left > 0 && g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct device_term *first =
            &g_array_index((const GArray *)value, struct device_term, 0);
        const struct device_record *r = g_hash_table_lookup(dir->by_id, &first->device_id);
        int64_t enterprise_id = r == NULL ? 0 : r->device.enterprise_id;
        if (first->until_s < retention->keep_from_s(retention->context, enterprise_id)) {
            x->left--;
            change_add(x->changes, CHANGE_DELETE_TERM)->term = *first;
        }
    }
}

void directory_expire_rules(struct directory *dir, struct change_list *changes,
                            const struct rules_retention *retention)
{
    GHashTableIter iter;
    void *value = NULL;
    struct expiry x = {.dir = dir, .changes = changes, .left = retention->max};
    g_hash_table_iter_init(&iter, dir->rules->books);
    while (x.left > 0 && g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct rulebook *book = value;
        x.before_s = retention->keep_from_s(retention->context, book->enterprise_id);
        g_tree_foreach(book->fences, expire_fence, &x);
        g_tree_foreach(book->rules, expire_rule, &x);
    }
    expire_terms(dir, &x, retention);
    if (x.former_groups != NULL) {
        g_hash_table_destroy(x.former_groups);
    }
}

/* ---- changes of late ---- */

struct change_visit {
    const struct rulebook *book;
    int64_t since_s;
    void (*found)(void *context, const struct rules_change *c);
    void *context;
};

static void tell_change(const struct change_visit *v, struct rules_change c)
{
    if (c.at_s >= v->since_s && c.at_s != INT64_MAX) {
        v->found(v->context, &c);
    }
}

static gboolean visit_fence(void *key, void *value, void *data)
{
    (void)key;
    const struct change_visit *v = data;
    const struct geofence *g = &((const struct fence_version *)value)->fence;
    const int64_t times_s[] = {g->from_s, g->until_s};
    for (size_t i = 0; i < 2; i++) {
        const struct rules_change c = {.enterprise_id = g->enterprise_id, .at_s = times_s[i]};
        if (rulebook_fence_changes(v->book, g->id, times_s[i])) { /* else it got another name */
            tell_change(v, c);
        }
    }
    return FALSE;
}

static gboolean visit_rule(void *key, void *value, void *data)
{
    (void)key;
    const struct alarm_rule *r = value;
    tell_change(data, (struct rules_change){.enterprise_id = r->enterprise_id, .at_s = r->from_s});
    tell_change(data, (struct rules_change){.enterprise_id = r->enterprise_id, .at_s = r->until_s});
    return FALSE;
}

void directory_visit_changes(struct directory *dir, int64_t since_s,
                             void (*found)(void *context, const struct rules_change *c),
                             void *context)
{
    struct change_visit v = {NULL, since_s, found, context};
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, dir->rules->books);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct rulebook *book = value;
        v.book = book;
        g_tree_foreach(book->fences, visit_fence, &v);
        g_tree_foreach(book->rules, visit_rule, &v);
    }
    g_hash_table_iter_init(&iter, dir->rules->terms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const GArray *terms = value;
        const struct device_term *last = &g_array_index(terms, struct device_term, terms->len - 1);
        tell_change(&v, (struct rules_change){.device_id = last->device_id, .at_s = last->until_s});
    }
}
