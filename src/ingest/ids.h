#ifndef INGEST_IDS_H
#define INGEST_IDS_H

#include <stdint.h>

#include "model/change.h"

/*
 * The ids that a shard gives (model/account.h). They are reserved IDS_AT_ONCE at a time: the commit
 * that has the first object of a range also stores how far the range goes, and a start goes on
 * behind it. So no id is given twice, whatever has become of the objects. What a stop leaves of a
 * range is skipped. The ingest thread alone uses it.
 */
struct ids {
    int64_t base;           /* of the shard's wide ids */
    int64_t last[ID_KINDS]; /* numbers given so far */
    int64_t upto[ID_KINDS]; /* numbers that the store knows to be reserved */
};

enum { IDS_AT_ONCE = 1024 };

/* None given yet. */
void ids_init(struct ids *ids, uint32_t shard);
/* Takes up what an earlier run had reserved; its numbers count as given. */
void ids_load(struct ids *ids, const struct id_range *range);
/*
 * The next id of that kind, for an object that the next commit stores. 0: of a narrow kind all are
 * given.
 */
int64_t ids_next(struct ids *ids, enum id_kind kind);
/*
 * Adds to the changes of a commit what of the ids given so far is not reserved yet. A commit that
 * fails leaves that to the next one.
 */
void ids_reserve(const struct ids *ids, struct change_list *changes);
/* A range that ids_reserve() added is committed. */
void ids_note_committed(struct ids *ids, const struct id_range *range);

#endif
