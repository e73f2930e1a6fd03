#ifndef API_FORM_H
#define API_FORM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/json_read.h"

/* Bodies as application/x-www-form-urlencoded: what curl -d and pages' forms send. */

enum { FORM_FIELDS_MAX = 16384 };

/* Whether a Content-Type says so; `type` may be NULL. */
bool form_is_type(const char *type);
/*
 * Reads "name=value&..." as an object of texts, in order, repeated names too, so that its fields
 * are read as those of JSON. ERR_MALFORMED: not UTF-8, or a NUL in it; ERR_TOO_LONG: over
 * FORM_FIELDS_MAX fields.
 */
MUST_USE enum err form_read(struct bytes text, struct arena *arena, struct json_value **out);

#endif
