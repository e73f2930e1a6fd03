#ifndef API_MAP_FILE_H
#define API_MAP_FILE_H

#include "map/style.h"
#include "map/tile.h"

/*
 * GET of what a map is drawn of, for whoever has a token:
 *
 *     /tiles/base/Z/X/Y          the base map, zoom 0 to 6
 *     /tiles/labels/Z/X/Y        names of places, zoom 7 to 12
 *     /map/style-light.json      what it looks like; ?lang=en or zh, else as the server is set
 *     /map/style-dark.json
 *
 * MapLibre's transformRequest puts the token into the header of each request, as every other call
 * has it. The answer is no envelope; 401 is HTTP's status, and a tile without anything in it 204.
 */

/* What a path names. */
enum map_file_kind { MAP_FILE_NONE, MAP_FILE_BASE, MAP_FILE_LABELS, MAP_FILE_STYLE };

struct map_file {
    enum map_file_kind kind;
    struct tile tile;     /* of a zoom that there is */
    enum map_theme theme; /* of MAP_FILE_STYLE */
};

/* MAP_FILE_NONE where it is none of these. Pure. */
struct map_file map_file_find(const char *path);

#endif
