#ifndef STORE_REFOLD_H
#define STORE_REFOLD_H

#include "store/revise.h"

/*
 * Folds a device's rows again, behind late fixes that were merged into them: see refold.c. *sealed
 * is its row, whose dirty_from_s tells where to begin; the row is written as it then is. ERR_OK:
 * *out is the sealed state, nothing is dirty, and `revision` listens to what follows; ERR_MORE:
 * rows are left, from sealed->dirty_from_s on; else database_err(), or ERR_CORRUPT. Writer only,
 * within a transaction.
 */
MUST_USE enum err refold_rows(struct revision *revision, struct track_state *sealed,
                              struct fold_state *out);

#endif
