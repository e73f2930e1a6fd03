#include "model/change.h"

#include <string.h>

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
