#ifndef FLEET_DIRECTORY_OWNED_H
#define FLEET_DIRECTORY_OWNED_H

#include "fleet/directory.h"

/*
 * What an enterprise has some of, each known by an id and nothing else: reports, schedules of
 * reports, shares. `kind` is ENTITY_REPORT, ENTITY_SCHEDULE or ENTITY_SHARE, and the structs are
 * those of the kind; `enterprise_id` and `id` are the first two members of each. Any thread, as
 * directory.h says.
 */
struct owned_key {
    int64_t enterprise_id;
    int64_t id;
};

/* The one of that key, in *out; a copy, which borrows from `arena`. ERR_NOT_FOUND. */
MUST_USE enum err directory_owned(struct directory *dir, enum entity_kind kind,
                                  struct owned_key key, struct arena *arena, void *out);
/* The first one behind the key, in order of both; of all enterprises. ERR_NOT_FOUND: none. */
MUST_USE enum err directory_owned_after(struct directory *dir, enum entity_kind kind,
                                        struct owned_key key, struct arena *arena, void *out);
/* Those of an enterprise by id, oldest first: an array of the kind's struct, in `arena`. */
void *directory_list_owned(struct directory *dir, enum entity_kind kind, int64_t enterprise_id,
                           struct arena *arena, size_t *count);
/*
 * Shows those of an enterprise by id, oldest first, without a copy: `see` gets each as the kind's
 * struct, under the directory's lock, and must not call the directory.
 */
void directory_see_owned(struct directory *dir, enum entity_kind kind, int64_t enterprise_id,
                         void (*see)(void *context, const void *held), void *context);

#endif
