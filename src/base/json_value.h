#ifndef BASE_JSON_VALUE_H
#define BASE_JSON_VALUE_H

#include "base/json.h"
#include "base/json_read.h"

/*
 * Writes a value that was read: without blanks, a number with its own digits, every member of an
 * object, repeated names too.
 */
void json_write_value(struct json_out *j, const struct json_value *v);

#endif
