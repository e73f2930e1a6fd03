#ifndef API_MAP_FILES_H
#define API_MAP_FILES_H

#include "api/exchange.h"

/* How tiles and styles go out (map_file.h). */

/* How a call of these is admitted; the route's row. */
extern const struct api_method map_file_method;

/* The styles, made once. */
struct map_styles;
/* `raster`: the template of an operator's pictures; NULL or "": the base map. */
struct map_styles *map_styles_new(const char *raster);
void map_styles_free(struct map_styles *s);

/*
 * The response to an admitted request for ex->map, with its own headers, as site_answer(). HTTP
 * thread: a tile of labels takes a tenth of a millisecond.
 */
struct MHD_Response *map_file_answer(struct exchange *ex, const char **type);

#endif
