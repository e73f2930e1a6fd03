/*
 * Polylines ("Encoded Polyline Algorithm Format", Google), with six decimals instead of five. Each
 * number is the difference to the one before it, of latitude and longitude by turns:
 *
 *     -179.983200 ─► x 1e6, rounded ─► -179983200 ─► << 1, inverted where negative ─► 359966399
 *                 ─► groups of five bits, the low ones first ─► | 0x20 where more follow ─► + 63
 */
#include "connect/polyline.h"

#include <stdbool.h>

enum {
    FIRST_CHARACTER = 63,
    GROUP_BITS = 5,
    GROUP_MORE = 0x20,
    GROUP_MASK = 0x1f,
    NUMBER_BITS_MAX = 35,
    E7_PER_E6 = 10,
    LAT_MAX_E6 = 90000000,
    LON_MAX_E6 = 180000000,
};

/* Takes a number off the front; false where there is none. */
static bool take_number(struct bytes *text, int64_t *out)
{
    uint64_t bits = 0;
    for (unsigned shift = 0; shift < NUMBER_BITS_MAX && text->len > 0; shift += GROUP_BITS) {
        unsigned group = (unsigned)text->at[0] - FIRST_CHARACTER;
        *text = bytes_slice(*text, 1, text->len);
        if (group > (GROUP_MORE | GROUP_MASK)) {
            return false;
        }
        bits |= (uint64_t)(group & GROUP_MASK) << shift;
        if ((group & GROUP_MORE) == 0) {
            int64_t half = (int64_t)(bits >> 1);
            *out = (bits & 1) != 0 ? -half - 1 : half;
            return true;
        }
    }
    return false;
}

static bool is_on_earth(int64_t lat_e6, int64_t lon_e6)
{
    return lat_e6 >= -LAT_MAX_E6 && lat_e6 <= LAT_MAX_E6 && lon_e6 >= -LON_MAX_E6 &&
           lon_e6 <= LON_MAX_E6;
}

enum err polyline_read(struct bytes text, struct arena *arena, struct polyline *out)
{
    size_t most = text.len / 2;
    int64_t lat_e6 = 0;
    int64_t lon_e6 = 0;
    struct polyline line = {.at = arena_new_array(arena,
                                                  most < POLYLINE_MAX ? most + 1 : POLYLINE_MAX,
                                                  sizeof(*line.at))};
    while (text.len > 0) {
        int64_t lat_step = 0;
        int64_t lon_step = 0;
        if (line.count == POLYLINE_MAX) {
            return ERR_TOO_LONG;
        }
        if (!take_number(&text, &lat_step) || !take_number(&text, &lon_step)) {
            return ERR_MALFORMED;
        }
        lat_e6 += lat_step;
        lon_e6 += lon_step;
        if (!is_on_earth(lat_e6, lon_e6)) {
            return ERR_MALFORMED;
        }
        line.at[line.count++] =
            (struct point){(int32_t)(lat_e6 * E7_PER_E6), (int32_t)(lon_e6 * E7_PER_E6)};
    }
    *out = line;
    return ERR_OK;
}
