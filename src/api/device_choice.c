/* Which devices a call is about: looked up one by one, or picked out of all that can be seen. */
#include "api/device_choice.h"

#include <stdlib.h>
#include <string.h>

#include "api/device_list.h"
#include "api/list_page.h"
#include "api/share.h"
#include "base/order.h"

static int compare(const void *a, const void *b)
{
    const struct device_ref *x = a;
    const struct device_ref *y = b;
    int order = strcmp(x->info->device_id, y->info->device_id);
    return order != 0 ? order : (x->info->id > y->info->id) - (x->info->id < y->info->id);
}

/* The ids of groups, in order. */
static int64_t *sorted_groups(struct call *c, const struct value *groups)
{
    int64_t *sorted = arena_new_array(&c->arena, groups->count, sizeof(*sorted));
    for (size_t i = 0; i < groups->count; i++) {
        sorted[i] = groups->numbers[i];
    }
    qsort(sorted, groups->count, sizeof(*sorted), order_int64);
    return sorted;
}

static void add_named(struct call *c, const struct value *names, struct device_choice *choice)
{
    for (size_t i = 0; i < names->count; i++) {
        struct device_ref ref;
        if (directory_find_by_device_id(c->shard->directory, &c->caller, names->items[i], &ref) ==
            ERR_OK) {
            choice->refs[choice->count++] = ref;
        }
    }
}

/* All that can be seen, or those of them that are in one of the groups. */
static void add_grouped(struct call *c, const struct value *groups, bool all,
                        struct device_choice *choice)
{
    const int64_t *sorted = sorted_groups(c, groups);
    size_t count = 0;
    struct device_ref *refs =
        directory_list_devices(c->shard->directory, &c->caller, &c->arena, &count);
    struct device_ref *both =
        arena_new_array(&c->arena, count + choice->count, sizeof(*choice->refs));
    memcpy(both, choice->refs, choice->count * sizeof(*both));
    choice->refs = both;
    for (size_t i = 0; i < count; i++) {
        bool is_in = share_tells_all(c) && bsearch(&refs[i].group_id, sorted, groups->count,
                                                   sizeof(*sorted), order_int64) != NULL;
        if (all || is_in) {
            both[choice->count++] = refs[i];
        } else {
            device_ref_release(c->shard->directory, &refs[i]);
        }
    }
}

/* Sorts, and lets go of what is there twice. */
static void put_in_order(struct call *c, struct device_choice *choice)
{
    size_t kept = 0;
    qsort(choice->refs, choice->count, sizeof(*choice->refs), compare);
    for (size_t i = 0; i < choice->count; i++) {
        struct device_ref *ref = &choice->refs[i];
        if (kept > 0 && choice->refs[kept - 1].tracked == ref->tracked) {
            device_ref_release(c->shard->directory, ref);
        } else {
            choice->refs[kept++] = *ref;
        }
    }
    choice->count = kept;
}

struct device_choice device_choice_make(struct call *c, size_t first_param)
{
    const struct value *names = &c->values[first_param];
    const struct value *groups = &c->values[first_param + 1];
    bool all = !names->present && groups->count == 0;
    struct device_choice choice = {
        .refs = arena_new_array(&c->arena, names->count, sizeof(*choice.refs))};
    add_named(c, names, &choice);
    if (all || groups->count > 0) {
        add_grouped(c, groups, all, &choice);
    }
    put_in_order(c, &choice);
    return choice;
}

size_t device_choice_from(const struct device_choice *choice, const char *device_id)
{
    size_t at = 0;
    while (at < choice->count && strcmp(choice->refs[at].info->device_id, device_id) < 0) {
        at++;
    }
    return at;
}

void device_choice_keep_named(struct call *c, struct device_choice *choice, const char *key)
{
    const struct device_list named = {.key = list_key_folded(c, key)};
    size_t kept = 0;
    for (size_t i = 0; i < choice->count; i++) {
        if (device_list_has_key(&named, choice->refs[i].info)) {
            choice->refs[kept++] = choice->refs[i];
        } else {
            device_ref_release(c->shard->directory, &choice->refs[i]);
        }
    }
    choice->count = kept;
}

void device_choice_release(struct call *c, struct device_choice *choice)
{
    directory_release_all(c->shard->directory, choice->refs, choice->count);
    choice->count = 0;
}
