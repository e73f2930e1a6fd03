/*
 * Changes and their lists. The kinds of changes come in pairs, a put and a deletion, in the order
 * of the entities, so that kind and entity follow from each other.
 */
#include "model/change.h"

#include <string.h>

enum entity_kind change_entity(enum change_kind kind)
{
    return (enum entity_kind)(kind / 2);
}

bool change_is_deletion(enum change_kind kind)
{
    return kind % 2 != 0;
}

enum change_kind change_put_of(enum entity_kind kind)
{
    return (enum change_kind)(2 * kind);
}

const void *change_value(const struct change *c)
{
    return &c->enterprise; /* the members of a union begin together */
}

void *change_room(struct change *c)
{
    return &c->enterprise;
}

struct change *change_add(struct change_list *list, enum change_kind kind)
{
    if (list->len == list->capacity) {
        size_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
        struct change *at = arena_new_array(list->arena, capacity, sizeof(*at));
        if (list->len > 0) {
            memcpy(at, list->at, list->len * sizeof(*at));
        }
        list->at = at;
        list->capacity = capacity;
    }
    struct change *c = &list->at[list->len++];
    c->kind = kind;
    return c;
}
