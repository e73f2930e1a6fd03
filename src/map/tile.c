/* The formulas are those of the sphere, as Web Mercator has them: EPSG Guidance Note 7-2, 3.2.1.2.
 */
#include "map/tile.h"

#include <math.h>

#include "base/reader.h"

static const double pi = 3.14159265358979323846;
static const double e7_per_degree = 1e7;
static const double half_turn_degrees = 180;
enum { MARGIN_E7 = 10, DIGITS_MAX = 7 };

/* A number without a sign or zeros before it. */
static bool read_number(struct reader *r, uint32_t *out)
{
    struct bytes digits = read_field(r, '/');
    uint64_t number = 0;
    if (digits.len == 0 || digits.len > DIGITS_MAX || (digits.len > 1 && digits.at[0] == '0') ||
        !parse_u64(digits, &number)) {
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

bool tile_read(struct bytes text, struct tile *out)
{
    struct reader r = reader_init(text);
    uint32_t zoom = 0;
    uint32_t x = 0;
    uint32_t y = 0;
    bool ends_open = text.len > 0 && text.at[text.len - 1] == '/';
    if (ends_open || !read_number(&r, &zoom) || !read_number(&r, &x) || !read_number(&r, &y) ||
        reader_left(&r) > 0 || zoom > TILE_ZOOM_MAX || x >> zoom != 0 || y >> zoom != 0) {
        return false;
    }
    *out = (struct tile){(uint8_t)zoom, x, y};
    return true;
}

/* The latitude of a row's northern edge. */
static int32_t north_e7(struct tile t, uint32_t row)
{
    double y = ldexp(row, -t.zoom);
    double degrees = atan(sinh(pi * (1 - 2 * y))) * half_turn_degrees / pi;
    return (int32_t)lround(degrees * e7_per_degree);
}

struct box tile_box(struct tile t)
{
    int64_t west_e7 = (int64_t)t.x * TURN_E7 / (INT64_C(1) << t.zoom) - TURN_E7 / 2;
    int64_t width_e7 = TURN_E7 / (INT64_C(1) << t.zoom) + (int64_t)2 * MARGIN_E7;
    return (struct box){
        .south_e7 = north_e7(t, t.y + 1) - MARGIN_E7,
        .north_e7 = north_e7(t, t.y) + MARGIN_E7,
        .west_e7 = lon_wrapped_e7(west_e7 - MARGIN_E7),
        .width_e7 = (uint32_t)(width_e7 < TURN_E7 ? width_e7 : TURN_E7),
    };
}

/* Whether a coordinate, in worlds, is in the column or row `of` a zoom; then where in it. */
static bool units_in(double worlds, struct tile t, uint32_t of, uint16_t *out)
{
    double units = floor(ldexp(worlds, t.zoom) * TILE_EXTENT) - (double)of * TILE_EXTENT;
    if (!(units >= 0 && units < TILE_EXTENT)) {
        return false;
    }
    *out = (uint16_t)units;
    return true;
}

bool tile_place_of(struct tile t, struct point at, struct tile_place *out)
{
    double lon = (at.lon_e7 / e7_per_degree + half_turn_degrees) / (2 * half_turn_degrees);
    double lat = at.lat_e7 / e7_per_degree * pi / half_turn_degrees;
    double y = (1 - asinh(tan(lat)) / pi) / 2;
    return units_in(lon, t, t.x, &out->x) && units_in(y, t, t.y, &out->y);
}
