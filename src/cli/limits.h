#ifndef CLI_LIMITS_H
#define CLI_LIMITS_H

#include <stdint.h>

/* Raises the soft limit of open files to the hard one; a connection is a file. */
void limits_raise_open_files(void);
/*
 * How many connections there may be: `wanted`; or half of the files that may be open, after a log
 * line, where that is less. The other half is for the other port and for the store.
 */
uint64_t limits_share(uint64_t wanted);

#endif
