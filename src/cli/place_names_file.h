#ifndef CLI_PLACE_NAMES_FILE_H
#define CLI_PLACE_NAMES_FILE_H

#include "base/err.h"
#include "geo/place_names.h"

/*
 * Reads the file of an operator's names of places; `out` is the caller's, to be freed with
 * place_names_free(), and NULL where `path` is "". ERR_IO or ERR_INVALID after a line on standard
 * error on behalf of `command`, which says what is wrong with which line.
 */
MUST_USE enum err place_names_file_read(const char *command, const char *path,
                                        struct place_names **out);

#endif
