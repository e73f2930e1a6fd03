#ifndef CLI_DATA_DIRECTORY_H
#define CLI_DATA_DIRECTORY_H

#include <stdbool.h>

/*
 * Whether this process may write to the data directory at `path`, or make it. Where not, a line on
 * standard error says why and what to do.
 */
bool data_directory_is_usable(const char *path);
/*
 * Whether there is a store to be read at `path`. Where not, a line on standard error says so on
 * behalf of `command`; where the store is gone, it is the line that serve would write.
 */
bool data_directory_has_store(const char *command, const char *path);

#endif
