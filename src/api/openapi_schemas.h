#ifndef API_OPENAPI_SCHEMAS_H
#define API_OPENAPI_SCHEMAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/methods.h"
#include "base/json.h"

/* The schemas in openapi.json, and what else its writer shares with them. */

/* A member of an object: a text, or a number. */
void openapi_member(struct json_out *out, const char *name, const char *text);
void openapi_bound(struct json_out *out, const char *name, int64_t v);
/* What a method takes. */
void openapi_request(const struct api_method *m, struct json_out *out);
/* The same as fields of a query, an array. */
void openapi_query(const struct api_method *m, struct json_out *out);
/* Data of its successes. */
void openapi_data(const struct reply_row *r, struct json_out *out);
/* The envelope of a method's success. */
void openapi_success(const struct api_method *m, struct json_out *out);
/*
 * The envelope of a failure with one of the codes, or with any where there are none. Its Data is
 * null, or of `data_type` where that is not NULL.
 */
void openapi_failure(const struct code_row *codes, size_t count, const char *data_type,
                     struct json_out *out);

#endif
