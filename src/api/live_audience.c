/*
 * An audience outlives the call that asked for it, and is asked about each device that changes: the
 * names that it is narrowed to stand in a table, in the form in which they are compared.
 */
#include "api/live_audience.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/device_list.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "base/reader.h"
#include "fleet/directory_tree.h"
#include "model/message.h"

enum { BYTES_OF_ENTRY = 48 /* of a set, with what the allocator adds */ };

struct live_audience {
    char key[LIVE_KEY_SIZE];
    struct directory *directory; /* of its shard */
    struct caller caller;
    live_column_set columns;
    bool by_plate;
    bool is_narrowed;   /* by names or groups */
    GHashTable *names;  /* a set, in the form in which they are compared */
    GHashTable *groups; /* a set of int64_t */
    char **asked;       /* the names as they were asked for; NULL behind the last */
};

static char *compared(const struct live_audience *a, const char *name)
{
    return a->by_plate ? directory_folded(name) : g_strdup(device_id_key(name));
}

/* false: an item is no id; the call is answered. */
static bool add_groups(struct live_audience *a, struct call *c)
{
    const struct value *groups = &c->values[LIVE_GROUP_IDS];
    for (size_t i = 0; i < groups->count; i++) {
        uint64_t id = 0;
        if (!parse_u64(bytes_of_text(groups->items[i]), &id) || id == 0 || id > INT64_MAX ||
            i >= LIVE_GROUPS_MAX) {
            call_fault(c, "groups", i < LIVE_GROUPS_MAX ? "holds what is no ID" : "too many items");
            return false;
        }
        int64_t *key = g_new(int64_t, 1);
        *key = (int64_t)id;
        (void)g_hash_table_add(a->groups, key);
    }
    return true;
}

static void add_names(struct live_audience *a, const struct call *c)
{
    const struct value *names = &c->values[LIVE_IDS];
    a->by_plate = call_number(c, LIVE_TYPE_OF_IDS, 0) == 1;
    a->asked = g_new0(char *, names->count + 1);
    for (size_t i = 0; i < names->count; i++) {
        a->asked[i] = g_strdup(names->items[i]);
        (void)g_hash_table_add(a->names, compared(a, names->items[i]));
    }
}

static void hash_number(GChecksum *sum, int64_t number)
{
    g_checksum_update(sum, (const guchar *)&number, sizeof(number));
}

/* What tells it from others, as a checksum: names may be many. */
static void make_key(struct live_audience *a, const struct call *c)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    const struct value *groups = &c->values[LIVE_GROUP_IDS];
    hash_number(sum, a->caller.enterprise_id);
    hash_number(sum, a->caller.share.id);
    hash_number(sum, a->caller.includes_below);
    hash_number(sum, (int64_t)a->caller.group_count);
    for (size_t i = 0; i < a->caller.group_count; i++) {
        hash_number(sum, a->caller.group_ids[i]);
    }
    hash_number(sum, a->columns);
    hash_number(sum, a->by_plate);
    for (size_t i = 0; a->asked[i] != NULL; i++) {
        g_checksum_update(sum, (const guchar *)a->asked[i], (gssize)strlen(a->asked[i]) + 1);
    }
    g_checksum_update(sum, (const guchar *)"", 1);
    for (size_t i = 0; i < groups->count; i++) {
        g_checksum_update(sum, (const guchar *)groups->items[i],
                          (gssize)strlen(groups->items[i]) + 1);
    }
    (void)snprintf(a->key, sizeof(a->key), "%s", g_checksum_get_string(sum));
    g_checksum_free(sum);
}

struct live_audience *live_audience_new(struct call *c)
{
    struct live_audience *a = mem_new(sizeof(*a));
    const char *unknown = "";
    a->directory = c->shard->directory;
    a->caller = c->caller;
    a->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    a->groups = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    add_names(a, c);
    if (!live_columns_named(&c->values[LIVE_COLS], &a->columns, &unknown)) {
        call_fault(c, "cols", arena_format(&c->arena, "there is no column %.32s", unknown));
        live_audience_free(a);
        return NULL;
    }
    if (!add_groups(a, c)) {
        live_audience_free(a);
        return NULL;
    }
    a->is_narrowed = g_hash_table_size(a->names) > 0 || g_hash_table_size(a->groups) > 0;
    make_key(a, c);
    return a;
}

void live_audience_free(struct live_audience *a)
{
    g_hash_table_destroy(a->names);
    g_hash_table_destroy(a->groups);
    g_strfreev(a->asked);
    free(a);
}

const char *live_audience_key(const struct live_audience *a)
{
    return a->key;
}

live_column_set live_audience_columns(const struct live_audience *a)
{
    return a->columns;
}

void live_audience_lend(const struct live_audience *a, struct caller *caller)
{
    *caller = a->caller;
}

size_t live_audience_bytes(const struct live_audience *a)
{
    size_t bytes = (size_t)g_hash_table_size(a->groups) * BYTES_OF_ENTRY;
    for (size_t i = 0; a->asked[i] != NULL; i++) {
        bytes += 2 * (strlen(a->asked[i]) + BYTES_OF_ENTRY); /* as it was asked, and compared */
    }
    return bytes;
}

bool live_audience_is_narrow(const struct live_audience *a)
{
    return a->is_narrowed || a->caller.group_count > 0 || a->caller.share.id != 0;
}

struct feed *live_audience_feed(const struct live_audience *a)
{
    return a->caller.includes_below ? feed_of_tree(a->directory, a->caller.enterprise_id)
                                    : feed_of(a->directory, a->caller.enterprise_id);
}

bool live_audience_has_group(const struct live_audience *a, int64_t group_id)
{
    for (size_t i = 0; i < a->caller.group_count && a->caller.share.id == 0; i++) {
        if (a->caller.group_ids[i] == group_id) {
            return true;
        }
    }
    return a->caller.group_count == 0 && a->caller.share.id == 0;
}

static bool is_named(const struct live_audience *a, const struct device_ref *ref)
{
    if (a->caller.share.id == 0 && g_hash_table_contains(a->groups, &ref->group_id)) {
        return true;
    }
    if (g_hash_table_size(a->names) == 0) {
        return false;
    }
    char *key = compared(a, a->by_plate ? ref->info->plate : ref->info->device_id);
    bool is = g_hash_table_contains(a->names, key);
    g_free(key);
    return is;
}

bool live_audience_takes(const struct live_audience *a, const struct device_ref *ref)
{
    return directory_sees(a->directory, &a->caller, ref) && (!a->is_narrowed || is_named(a, ref));
}

/* Looks the names up one by one, which does not cost what the fleet is large. */
static struct device_ref *list_named(const struct live_audience *a, struct call *c, size_t *count)
{
    GHashTable *seen = g_hash_table_new(g_int64_hash, g_int64_equal);
    device_finder *find = a->by_plate ? directory_find_by_plate : directory_find_by_device_id;
    struct device_ref *refs = arena_new_array(&c->arena, g_strv_length(a->asked), sizeof(*refs));
    *count = 0;
    for (size_t i = 0; a->asked[i] != NULL; i++) {
        struct device_ref *ref = &refs[*count];
        if (find(c->shard->directory, &a->caller, a->asked[i], ref) != ERR_OK) {
            continue;
        }
        int64_t *id = arena_new(&c->arena, sizeof(*id));
        *id = ref->info->id;
        if (g_hash_table_add(seen, id)) {
            (*count)++;
        } else {
            device_ref_release(c->shard->directory, ref);
        }
    }
    g_hash_table_destroy(seen);
    return refs;
}

struct device_ref *live_audience_list(const struct live_audience *a, struct call *c, size_t *count)
{
    bool may_be_several = a->by_plate && a->caller.includes_below; /* of one plate */
    if (a->is_narrowed && g_hash_table_size(a->groups) == 0 && !may_be_several) {
        return list_named(a, c, count);
    }
    size_t all = 0;
    struct device_ref *refs =
        directory_list_devices(c->shard->directory, &a->caller, &c->arena, &all);
    *count = 0;
    for (size_t i = 0; i < all; i++) {
        if (live_audience_takes(a, &refs[i])) {
            refs[(*count)++] = refs[i];
        } else {
            device_ref_release(c->shard->directory, &refs[i]);
        }
    }
    return refs;
}
