#include "map/base_tiles.h"

#include <string.h>
#include <zlib.h>

#include "base/check.h"
#include "map/map_data.h"

enum { GZIP_WINDOW = 16 + MAX_WBITS, LENGTH_BYTES = 4, BITS_PER_BYTE = 8 };

/* How many tiles the zooms below have together. */
static uint32_t tiles_below(unsigned zoom)
{
    return ((UINT32_C(1) << 2 * zoom) - 1) / 3;
}

struct bytes base_tile(struct tile t)
{
    if (t.zoom > BASE_ZOOM_MAX) {
        return (struct bytes){0};
    }
    const struct map_tile_at *at = map_tile_index + tiles_below(t.zoom) + (t.y << t.zoom) + t.x;
    return (struct bytes){map_tiles + at->begin, at->len};
}

/* The length of what was packed: the last four bytes, the lowest first (RFC 1952, 2.3.1). */
static size_t unpacked_len(struct bytes packed)
{
    size_t len = 0;
    for (size_t i = 0; i < LENGTH_BYTES; i++) {
        len |= (size_t)packed.at[packed.len - LENGTH_BYTES + i] << (BITS_PER_BYTE * i);
    }
    return len;
}

struct bytes base_tile_plain(struct arena *a, struct tile t)
{
    struct bytes packed = base_tile(t);
    if (packed.len == 0) {
        return packed;
    }
    size_t len = unpacked_len(packed);
    uint8_t *out = arena_new(a, len);
    z_stream z = {.next_out = out, .avail_out = (uInt)len, .avail_in = (uInt)packed.len};
    memcpy(&z.next_in, &packed.at, sizeof(z.next_in)); /* not const to the library */
    check(inflateInit2(&z, GZIP_WINDOW) == Z_OK);
    check(inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_out == 0);
    check(inflateEnd(&z) == Z_OK);
    return (struct bytes){out, len};
}

const char *base_tiles_version(void)
{
    return map_version;
}
