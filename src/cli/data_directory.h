#ifndef CLI_DATA_DIRECTORY_H
#define CLI_DATA_DIRECTORY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vault.h"

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
/*
 * Opens the key of passwords: that of `key_file`, or where it is NULL or "" the one in the data
 * directory. Errors of vault_open(); what is given in *out is to be freed by vault_free().
 */
MUST_USE enum err data_directory_open_vault(const char *path, const char *key_file,
                                            struct vault **out);

#endif
