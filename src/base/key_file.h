#ifndef BASE_KEY_FILE_H
#define BASE_KEY_FILE_H

#include <stdint.h>

#include "base/err.h"

/*
 * The file of a key: one line of 64 hexadecimal digits, to be read by its owner alone. Errors are
 * told in one log line; the key never is.
 */

enum { KEY_FILE_BYTES = 32 };

/*
 * ERR_NOT_FOUND, untold: there is no such file. ERR_FORBIDDEN: this user may not read it, or others
 * than its owner and group may; ERR_INVALID: it holds no key; ERR_IO.
 */
MUST_USE enum err key_file_read(const char *path, uint8_t key[KEY_FILE_BYTES]);
/*
 * Writes a new file, which is all there after a crash or is not there at all. What root makes
 * belongs to who owns the directory. ERR_DUPLICATE: it exists; ERR_FORBIDDEN, ERR_NOT_FOUND (its
 * directory is missing), ERR_FULL, ERR_IO.
 */
MUST_USE enum err key_file_make(const char *path, const uint8_t key[KEY_FILE_BYTES]);

#endif
