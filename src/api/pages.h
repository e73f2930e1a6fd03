#ifndef API_PAGES_H
#define API_PAGES_H

#include <stdbool.h>

#include "api/call.h"
#include "base/json.h"

/* What GET answers. */

/* GET /health as JSON, without an envelope; the HTTP status: 200, or 503 while commits fail. */
int health_write(const struct api *api, struct json_out *out);
/* GET /api/openapi.json: OpenAPI 3.1, made of the rows of methods.h. */
void openapi_write(struct json_out *out);
/* An example of a method's whole answer, from the same rows. */
void openapi_write_example(const struct api_method *method, struct json_out *out);
/* The page where there are no others (site.h): it says so, and what there is; static. */
const char *page_text(bool demo_runs);
/* What stands in its <style>. */
const char *page_style(void);

#endif
