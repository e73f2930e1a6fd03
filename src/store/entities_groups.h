#ifndef STORE_ENTITIES_GROUPS_H
#define STORE_ENTITIES_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "model/account.h"

/* The groups of a user in their column: varints, one behind the other. */

enum { ENTITIES_GROUPS_MAX = USER_GROUPS_MAX * 10 };

/* Packs `count` ids (at most USER_GROUPS_MAX) into `room`, of ENTITIES_GROUPS_MAX bytes. */
struct bytes entities_pack_groups(const int64_t *ids, size_t count, uint8_t *room);
/* The way back, into USER_GROUPS_MAX ids. ERR_CORRUPT. */
MUST_USE enum err entities_unpack_groups(struct bytes packed, int64_t *ids, size_t *count);

#endif
