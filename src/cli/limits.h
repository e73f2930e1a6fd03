#ifndef CLI_LIMITS_H
#define CLI_LIMITS_H

#include <stdint.h>

/* Raises the soft limit of open files to the hard one; a connection is a file. */
void limits_raise_open_files(void);
/*
 * `wanted` connections, or half of the files that may be open where that is less, after a log line:
 * the rest is for the other side and for the store.
 */
uint64_t limits_share(uint64_t wanted);

#endif
