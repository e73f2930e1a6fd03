#ifndef FLEET_FEED_PRIVATE_H
#define FLEET_FEED_PRIVATE_H

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>

#include "fleet/feed.h"

/*
 * The feeds of a directory, and what its files tell them. `lock` covers the tables; a feed has a
 * lock of its own, taken last of all.
 */
struct feeds {
    atomic_bool has_any;
    _Atomic uint64_t number;
    pthread_mutex_t lock;
    GHashTable *by_enterprise; /* struct feed, owned; as the next */
    GHashTable *by_tree;       /* by the enterprise at its top */
    GHashTable *parents;       /* enterprise -> its parent, of those that have one */
    GHashTable *users;         /* struct feed_user by id, owned */
};

/* No feeds; and the end. */
void feeds_init(struct feeds *f);
void feeds_clear(struct feeds *f);

/* The live state of a device, or how it is connected, is another one. */
void feeds_note_live(struct feeds *f, int64_t enterprise_id, int64_t device_id);
/* A device was put, or came into the enterprise. */
void feeds_note_put(struct feeds *f, int64_t enterprise_id, int64_t device_id);
/* It left the enterprise. */
void feeds_note_gone(struct feeds *f, int64_t enterprise_id, int64_t device_id);
void feeds_note_groups(struct feeds *f, int64_t enterprise_id);
void feeds_note_fences(struct feeds *f, int64_t enterprise_id);
/* An alarm's record was put or taken away in place of `old` (NULL: there was none that is open). */
void feeds_note_alarm(struct feeds *f, int64_t enterprise_id, const struct event *old,
                      const struct event *now);
/* An enterprise has another parent (0: none): who watches a tree that it was in, or is in, begins
 * anew. */
void feeds_note_parent(struct feeds *f, int64_t enterprise_id, int64_t parent_id);
void feeds_note_focus(struct feeds *f, int64_t user_id);
/* A user may see other devices than before. */
void feeds_note_rights(struct feeds *f, int64_t user_id);

#endif
