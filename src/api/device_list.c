/*
 * The devices found and on the page are moved to the front of the array, the others let go at once:
 *
 *     refs   k k k . . . . . . l l l l l        k kept   . given back   l not looked at yet
 *                  └ kept      └ looked
 */
#include "api/device_list.h"

#include <glib.h>
#include <string.h>

#include "base/clock.h"

enum { LOOKED_A_STEP = 2048, PREPARED_A_STEP_US = 1000 };

/* Most texts are ASCII, which needs no folded copy. */
static bool contains(const char *text, const char *key)
{
    if (g_str_is_ascii(text)) {
        return strcasestr(text, key) != NULL;
    }
    char *folded = g_utf8_casefold(text, -1);
    bool found = strstr(folded, key) != NULL;
    g_free(folded);
    return found;
}

bool device_list_has_key(const struct device_list *list, const struct device *d)
{
    return list->key[0] == '\0' || contains(d->device_id, list->key) ||
           contains(d->plate, list->key);
}

static void look_at(struct device_list *list, struct device_ref *ref)
{
    bool found = list->finds(list, ref);
    if (found && list->found >= list->first && list->found < list->end) {
        struct device_ref kept = *ref;
        *ref = (struct device_ref){0};
        list->refs[list->kept++] = kept;
    } else {
        device_ref_release(list->call->shard->directory, ref);
    }
    list->found += found;
}

static void write_list(struct device_list *list, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, list->found);
    json_name(out, "data");
    json_array_begin(out);
    for (size_t i = 0; i < list->kept; i++) {
        list->write_row(list, i);
    }
    json_array_end(out);
    json_object_end(out);
}

/* Whether all rows are prepared; some of them are now. */
static bool prepare_some(struct device_list *list)
{
    int64_t until_us = clock_monotonic_us() + PREPARED_A_STEP_US;
    while (list->prepare_row != NULL && list->prepared < list->kept) {
        list->prepare_row(list, list->prepared++);
        if (clock_monotonic_us() >= until_us) {
            break;
        }
    }
    return list->prepare_row == NULL || list->prepared == list->kept;
}

static enum call_step next(void *state, struct json_out *out)
{
    struct device_list *list = state;
    size_t left = list->count - list->looked;
    size_t end = list->looked + (left < LOOKED_A_STEP ? left : LOOKED_A_STEP);
    while (list->looked < end) {
        look_at(list, &list->refs[list->looked]);
        list->looked++;
    }
    if (list->looked < list->count || !prepare_some(list)) {
        return STEP_AGAIN;
    }
    write_list(list, out);
    return STEP_END;
}

static void close_list(void *state)
{
    struct device_list *list = state;
    struct directory *dir = list->call->shard->directory;
    directory_release_all(dir, list->refs, list->kept);
    directory_release_all(dir, list->refs + list->looked, list->count - list->looked);
}

void device_list_begin(struct device_list *list)
{
    struct call *c = list->call;
    list->refs = directory_list_devices(c->shard->directory, &c->caller, &c->arena, &list->count);
    c->stream = (struct call_stream){next, close_list, list};
}

struct device_ref *device_list_asked(struct call *c, size_t param, device_finder *find,
                                     size_t *count)
{
    struct directory *dir = c->shard->directory;
    const struct value *list = &c->values[param];
    if (call_text(c, param)[0] == '\0') {
        return directory_list_devices(dir, &c->caller, &c->arena, count);
    }
    struct device_ref *refs = arena_new_array(&c->arena, list->count, sizeof(*refs));
    GHashTable *seen = list->count > 1 ? g_hash_table_new(NULL, NULL) : NULL;
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct device_ref *ref = &refs[*count];
        if (find(dir, &c->caller, list->items[i], ref) != ERR_OK) {
            continue;
        }
        if (seen != NULL && !g_hash_table_add(seen, ref->tracked)) {
            device_ref_release(dir, ref);
            continue;
        }
        (*count)++;
    }
    if (seen != NULL) {
        g_hash_table_destroy(seen);
    }
    return refs;
}

/* A device and the place of its plate among those asked for. */
struct placed {
    struct device_ref ref;
    size_t place;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    int order = (x->place > y->place) - (x->place < y->place);
    return order != 0 ? order : strcmp(x->ref.info->device_id, y->ref.info->device_id);
}

/* The places (size_t) of the plates that are asked for, by plate as it is compared. */
static GHashTable *places_of(struct call *c, const struct value *plates)
{
    GHashTable *places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t *at = arena_new_array(&c->arena, plates->count, sizeof(*at));
    for (size_t i = plates->count; i-- > 0;) { /* of a repeated one the first place counts */
        at[i] = i;
        g_hash_table_replace(places, directory_folded(plates->items[i]), &at[i]);
    }
    return places;
}

struct device_ref *device_list_by_plates(struct call *c, size_t param, size_t *count)
{
    size_t all = 0;
    struct directory *dir = c->shard->directory;
    GHashTable *places = places_of(c, &c->values[param]);
    struct device_ref *refs = directory_list_devices(dir, &c->caller, &c->arena, &all);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(struct placed));
    for (size_t i = 0; i < all; i++) {
        char *plate = directory_folded(refs[i].info->plate);
        const size_t *place = g_hash_table_lookup(places, plate);
        if (place != NULL) {
            const struct placed one = {refs[i], *place};
            g_array_append_val(found, one);
        } else {
            device_ref_release(dir, &refs[i]);
        }
        g_free(plate);
    }
    g_array_sort(found, compare_placed);
    *count = found->len;
    for (guint i = 0; i < found->len; i++) {
        refs[i] = g_array_index(found, struct placed, i).ref;
    }
    (void)g_array_free(found, TRUE);
    g_hash_table_destroy(places);
    return refs;
}
