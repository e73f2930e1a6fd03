#ifndef API_LIVE_SNAPSHOT_H
#define API_LIVE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * GET /api/snapshot: the devices as they are now, from which a stream goes on. One that was made
 * within the last second is answered to everybody who asks for the same.
 */
struct live_snapshots;

/* None yet; and the end. */
struct live_snapshots *live_snapshots_new(void);
void live_snapshots_free(struct live_snapshots *s);

enum { LIVE_CURSOR_SIZE = 48 };
/* "BOOT-NUMBER", from which a stream goes on. */
void live_cursor_write(uint64_t boot, uint64_t number, char out[LIVE_CURSOR_SIZE]);
/* Its number. False: it is none, or of another boot. */
bool live_cursor_read(const char *text, uint64_t boot, uint64_t *number);

#endif
