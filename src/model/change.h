#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include <stddef.h>

#include "base/arena.h"
#include "model/account.h"

/*
 * One change to what is not a fix. A commit carries a list of them; the store saves each, and after
 * the commit the directory applies each. Loading replays the saved ones as PUTs. A deleted
 * enterprise, user, group or device is a PUT with `deleted` set: a tombstone, so that its id and,
 * of users, its name are remembered.
 */
enum change_kind {
    CHANGE_PUT_ENTERPRISE,
    CHANGE_PUT_USER,
    CHANGE_PUT_GROUP,
    CHANGE_PUT_DEVICE,
    CHANGE_PUT_TOKEN,
    CHANGE_DELETE_TOKEN, /* `token.hash` says which */
    CHANGE_PUT_FOCUS,
    CHANGE_DELETE_FOCUS,
    CHANGE_ADD_TEXT, /* appended; the store numbers it */
    CHANGE_PUT_PART,
    CHANGE_DELETE_PARTS, /* all with `part.device_id` and `part.key` */
    CHANGE_PUT_LOGIN_ADDRESS,
    CHANGE_DELETE_LOGIN_ADDRESS, /* `login_address.user_id` and `.address` say which */
    CHANGE_PUT_CLOCK,
    CHANGE_DELETE_CLOCK, /* of `clock.device_id` */
};

struct change {
    enum change_kind kind;
    union {
        struct enterprise enterprise;
        struct user user;
        struct group group;
        struct device device;
        struct token token;
        struct focus focus;
        struct login_address login_address;
        struct device_text text;
        struct waiting_part part;
        struct device_clock clock;
    };
};

/* A growing list in an arena; what its changes borrow must live as long. */
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
