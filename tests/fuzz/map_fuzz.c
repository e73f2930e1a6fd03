/*
 * libFuzzer's driver of the map: paths of tiles and styles, and the URLs and bounds of an operator.
 * A path of a tile is the one way to write it, and names of any tile are made within their bounds;
 * what is a URL adds nothing to a policy but origins.
 */
#include "api/cors.h"
#include "api/map_file.h"
#include "api/map_source.h"
#include "fuzzing.h"
#include "map/base_tiles.h"
#include "map/label_tiles.h"

enum { INPUT_MAX = 4096 };

static void check_tile(const char *path, const struct map_file *file)
{
    char again[64];
    bool is_base = file->kind == MAP_FILE_BASE;
    (void)snprintf(again, sizeof(again), "/tiles/%s/%u/%u/%u", is_base ? "base" : "labels",
                   (unsigned)file->tile.zoom, file->tile.x, file->tile.y);
    check(strcmp(again, path) == 0);
    struct arena memory = {0};
    struct bytes made =
        is_base ? base_tile_plain(&memory, file->tile) : label_tile(&memory, NULL, file->tile);
    check(made.len < 200000);
    arena_free(&memory);
}

static void check_source(const char *url)
{
    if (map_style_fault(url) != NULL) {
        check(map_raster_fault(url) != NULL);
        return;
    }
    char *origins = map_source_origins(&(struct map_source){.style = url});
    check(origins[0] == ' ' && strchr(origins + 1, ' ') == NULL && cors_fault(origins) == NULL);
    free(origins);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct map_bounds bounds;
    if (size > INPUT_MAX) {
        return 0;
    }
    char *text = fuzz_text((struct bytes){data, size});
    struct map_file file = map_file_find(text);
    if (file.kind == MAP_FILE_BASE || file.kind == MAP_FILE_LABELS) {
        check_tile(text, &file);
    }
    check_source(text);
    if (map_bounds_read(text, &bounds)) {
        check(bounds.south_e7 < bounds.north_e7 && bounds.west_e7 != bounds.east_e7);
    }
    free(text);
    return 0;
}
