#ifndef GEO_PLACE_NAMES_H
#define GEO_PLACE_NAMES_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"

/*
 * What an operator calls countries, provinces, districts and places instead of the names of the
 * gazetteer, and which country provinces belong to. It never changes once made, so that threads
 * may share it.
 */
struct place_names;

enum { PLACE_NAMES_FILE_MAX_BYTES = 1 << 20, PLACE_NAMES_MAX = 20000, PLACE_NAME_MAX_BYTES = 120 };

/* Where and why a text was refused: the line, from 1, and a static sentence. */
struct place_names_fault {
    size_t line;
    const char *why;
};

/*
 * Reads the text of a `place_names` file (odograph(1) says its lines), which is copied. On
 * ERR_OK `out` is the caller's, to be freed with place_names_free(). ERR_TOO_LONG and ERR_MALFORMED
 * say where and why in `fault` and leave `out` as it was.
 */
enum err place_names_read(struct bytes text, struct place_names **out,
                          struct place_names_fault *fault) MUST_USE;
/* NULL is let pass. */
void place_names_free(struct place_names *n);

#endif
