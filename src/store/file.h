#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "store/store_private.h"

/* The writer's database file and its write-ahead log (file.c). Writer only. */

/* Opens or makes it, with s->tables on it, its witness and its checkpoints. database_err(). */
MUST_USE enum err file_open(struct store *s, uint32_t cache_kib);
/* Ends the thread that copies the log back. */
void file_stop(struct store *s);
/* Copies the log back and removes it, where no reader has it open. */
void file_close(struct store *s);
/* Copies the log back when it has grown. ERR_FULL, ERR_IO: what the last round ended with. */
MUST_USE enum err file_maintain(struct store *s);

#endif
