#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stddef.h>

#include "api/methods.h"
#include "api/server.h"
#include "base/err.h"

/*
 * From a path to what answers it. Paths are matched without regard to case; a slash at their end is
 * passed over. Immutable once made; any thread.
 */
struct routes;

enum route_kind {
    ROUTE_NONE,
    ROUTE_METHOD,  /* POST */
    ROUTE_OPENAPI, /* GET, as the next ones */
    ROUTE_HEALTH,
    ROUTE_HOME,  /* "/" */
    ROUTE_PAGE,  /* section 42 */
    ROUTE_SHARE, /* the page of a share (share.h) */
    ROUTE_DOCS,  /* the API and the trackers, explained */
    ROUTE_MAP,   /* a tile or a style (map_files.h), as the next found by its path alone, ... */
    ROUTE_FILE,  /* ... of the pages (site.h): never by routes_find() */
};

struct route {
    enum route_kind kind;
    const struct api_method *method; /* of ROUTE_METHOD and ROUTE_MAP */
};

/*
 * The table of every method under its prefixes, its ...DeviceID(s) twin and the aliases.
 * ERR_INVALID after a log line where an alias names no method, or is the name of one.
 */
MUST_USE enum err routes_new(const struct api_alias *aliases, size_t alias_count,
                             struct routes **out);
void routes_free(struct routes *r);
struct route routes_find(const struct routes *r, const char *path);

enum { ROUTE_PATH_MAX = 128 };

#endif
