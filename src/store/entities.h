#ifndef STORE_ENTITIES_H
#define STORE_ENTITIES_H

#include "base/err.h"
#include "model/change.h"
#include "store/tables.h"

/*
 * Everything that is not a fix, a table each, by the rows of model/entity.h. All within the
 * caller's transaction; errors of tables.h.
 */

/* Saves one change. What an entity owns goes with it when it is put as deleted. */
MUST_USE enum err entities_save(struct tables *t, const struct change *c);
/* Deletes what has expired at `now_s`. */
MUST_USE enum err entities_expire(struct tables *t, int64_t now_s);
/* Deletes what retention does not keep any longer of one owner: what is older than `before_s`. */
MUST_USE enum err entities_retain(struct tables *t, enum entity_kind owner, int64_t id,
                                  int64_t before_s);

#endif
