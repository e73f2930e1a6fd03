#ifndef CONNECT_POLYLINE_TESTING_H
#define CONNECT_POLYLINE_TESTING_H

/* What map matchers write; by tests alone. */
#include <glib.h>

#include "connect/polyline.h"

static inline void polyline_put(GString *out, int64_t step)
{
    uint64_t bits = step < 0 ? ~((uint64_t)step << 1) : (uint64_t)step << 1;
    for (; bits >= 0x20; bits >>= 5) {
        g_string_append_c(out, (char)((0x20 | (bits & 0x1f)) + 63));
    }
    g_string_append_c(out, (char)(bits + 63));
}

/* A polyline of six decimals; to be freed with g_free(). */
static inline char *polyline_write(const struct point *at, size_t count)
{
    GString *out = g_string_new("");
    int64_t lat_e6 = 0;
    int64_t lon_e6 = 0;
    for (size_t i = 0; i < count; i++) {
        polyline_put(out, at[i].lat_e7 / 10 - lat_e6);
        polyline_put(out, at[i].lon_e7 / 10 - lon_e6);
        lat_e6 = at[i].lat_e7 / 10;
        lon_e6 = at[i].lon_e7 / 10;
    }
    return g_string_free(out, FALSE);
}

#endif
