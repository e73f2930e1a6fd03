#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/account.h"
#include "model/entity.h"
#include "model/event.h"

/*
 * One change to what is not a fix. A commit carries a list of them; the store saves each, and after
 * the commit the directory applies each. Loading replays the saved ones as puts. A deleted
 * enterprise, user, group or device is a put with `deleted` set: a tombstone, so that its id is
 * remembered, and a user's name. For the others, their row in entity.c names the columns that a
 * deletion goes by; so the deletion of one fragment takes all fragments of its message. A text is
 * appended.
 */
enum change_kind {
#define X(NAME, tag, member)                                                                       \
    CHANGE_PUT_##NAME = 2 * ENTITY_##NAME, CHANGE_DELETE_##NAME = 2 * ENTITY_##NAME + 1,
    ENTITY_MAP(X)
#undef X
};

struct change {
    enum change_kind kind;
    union {
#define X(NAME, tag, member) struct tag member;
        ENTITY_MAP(X)
#undef X
    };
};

/* What kind of entity it changes. */
enum entity_kind change_entity(enum change_kind kind);
/* Whether it deletes; else it puts. */
bool change_is_deletion(enum change_kind kind);
/* The kind of change that puts such an entity. */
enum change_kind change_put_of(enum entity_kind kind);
/* The value in it, a struct of its kind. */
const void *change_value(const struct change *c);
/* Where the value of a change is, to be filled. */
void *change_room(struct change *c);

/* A growing list of changes in an arena. What the changes borrow must live as long as the arena. */
struct change_list {
    struct arena *arena;
    struct change *at;
    size_t len;
    size_t capacity;
};

/* Appends a zeroed change and returns it; valid until the next call. */
struct change *change_add(struct change_list *list, enum change_kind kind)
    __attribute__((returns_nonnull));

#endif
