#ifndef FLEET_DIRECTORY_TREE_H
#define FLEET_DIRECTORY_TREE_H

#include "fleet/directory.h"

/*
 * Enterprises and those below them. A tree is ENTERPRISE_DEPTH_MAX levels deep at most, so whether
 * one is below another is asked by walking up, whatever the size of the tree. Any thread.
 */

/* Whether an enterprise is below another one, deleted or not. None is below itself, or below 0. */
bool directory_is_below(struct directory *dir, int64_t enterprise_id, int64_t ancestor_id);
/* Whether both are in one tree. */
bool directory_share_tree(struct directory *dir, int64_t a, int64_t b);
/*
 * Whether a caller may act in an enterprise: in its own; root in all; an admin who is not limited
 * to groups in those below its own. An enterprise that is deleted, or is not of this directory, is
 * like any other that the caller may not act in, and costs the same.
 */
bool directory_may_act(struct directory *dir, const struct caller *caller, int64_t enterprise_id);
/*
 * Whether the device of a ref is among those that the caller's lists show: by its enterprise, and
 * by its group.
 */
bool directory_sees(struct directory *dir, const struct caller *caller,
                    const struct device_ref *ref);

enum { HOLD_NAME_SIZE = NAME_MAX_CHARS * 4 + 1 };
/* The name of an enterprise, as its text; "" where there is none. */
void directory_hold_name(struct directory *dir, int64_t enterprise_id, char out[HOLD_NAME_SIZE]);

/* The live ones below an enterprise and itself, by id, copied into `arena`. */
struct enterprise *directory_list_tree(struct directory *dir, int64_t enterprise_id,
                                       struct arena *arena, size_t *count);
/* Whether an enterprise that is not deleted has this one as its parent. */
bool directory_has_below(struct directory *dir, int64_t enterprise_id);
/*
 * Whether an enterprise, with all below it, may be put below a parent (0: below none): the tree is
 * then no ring and not too deep. enterprise_id 0: a new one.
 */
bool directory_may_join(struct directory *dir, int64_t enterprise_id, int64_t parent_id);

/* The earliest end of the services of an enterprise and those that it is below; 0: there is none.
 */
int64_t directory_service_end_s(struct directory *dir, int64_t enterprise_id);
/* The least LIMIT_RETENTION_DAYS of an enterprise and those that it is below; 0: there is none. */
int64_t directory_retention_limit(struct directory *dir, int64_t enterprise_id);
/* How many of what the limit is of an enterprise and all below it have. */
int64_t directory_count(struct directory *dir, enum limit limit, int64_t enterprise_id);
/*
 * How many more of what the limit is of (not LIMIT_RETENTION_DAYS) an enterprise may take, by its
 * own limit and by those of the enterprises that it is below, each of which holds for itself and
 * all below it together. INT64_MAX: there is no limit; 0, too, where there are more than that.
 * `from_id`: what it takes comes out of that enterprise; limits that hold for both do not change.
 * 0: it is new.
 */
int64_t directory_room(struct directory *dir, enum limit limit, int64_t enterprise_id,
                       int64_t from_id);

#endif
