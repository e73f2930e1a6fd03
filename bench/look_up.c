/*
 * What naming a place costs: CPU time of gazetteer_find() a point, against one walk down the index.
 *
 * Points lie within 5 km of places drawn by lot, so that each is far from the one before and what
 * is read of the index is in no cache; 64 MiB are read between the rounds. The floor goes the same
 * ways without turning back: from the grid down to the squares, from the top of the province's tree
 * to its bottom, and to the name, reading each once and comparing no more than it takes to go on.
 * Prints a line of JSON: us and floor_us a point (medians), points, named.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/mem.h"
#include "geo/gazetteer.h"
#include "geo/gazetteer_private.h"

enum { POINTS = 100000, ROUNDS = 7, SWEEP_BYTES = 64 << 20, LINE_BYTES = 64 };

struct asked {
    struct point at;
    uint32_t province;
    double on_sphere[3];
};

static uint64_t seed = 1;

static double draw(double low, double high)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * (double)(seed >> 11) / 0x1p53;
}

static void draw_points(struct asked *asked)
{
    for (size_t i = 0; i < POINTS; i++) {
        uint32_t place = (uint32_t)draw(0, gazetteer_place_nodes_count);
        struct point at = feature_point(feature(FEATURE_PLACE, place));
        at.lat_e7 = (int32_t)fmin(fmax(at.lat_e7 + draw(-4.5e5, 4.5e5), -9e8), 9e8);
        double lat = at.lat_e7 / 1e7 * M_PI / 180;
        double lon = at.lon_e7 / 1e7 * M_PI / 180;
        asked[i] = (struct asked){
            .at = at,
            .province = gazetteer_place_provinces[place],
            .on_sphere = {cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)},
        };
    }
}

/* Makes all caches hold something else. */
static unsigned sweep(const uint8_t *memory)
{
    unsigned sum = 0;
    for (size_t i = 0; i < SWEEP_BYTES; i += LINE_BYTES) {
        sum += memory[i];
    }
    return sum;
}

static uint32_t walk_squares(struct point at)
{
    uint32_t x_e7 = (uint32_t)((int64_t)at.lon_e7 + TURN_E7 / 2);
    uint32_t y_e7 = (uint32_t)((int64_t)at.lat_e7 + POLE_E7);
    uint32_t bit = GAZETTEER_CELL_BITS;
    uint32_t word = gazetteer_province_map_grid[(y_e7 >> bit) * GAZETTEER_COLUMNS + (x_e7 >> bit)];
    while (word >> 30 == 1) {
        bit--;
        uint32_t quarter = (x_e7 >> bit & 1) | (y_e7 >> bit & 1) << 1;
        word = gazetteer_province_map_nodes[(word & 0x3FFFFFFF) + quarter];
    }
    return word >> 30 == 2 ? gazetteer_province_map_leaves[word & 0x3FFFFFFF] : word;
}

static uint32_t walk_tree(const struct asked *a)
{
    const struct gazetteer_province *p = gazetteer_provinces + a->province;
    uint32_t low = p->first_place;
    uint32_t high = low + p->places;
    uint32_t last = low;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct gazetteer_node *node = gazetteer_place_nodes + middle;
        uint32_t axis = node->flags & GAZETTEER_AXIS;
        last = middle;
        if (a->on_sphere[axis] < node->at[axis]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return gazetteer_names[gazetteer_place_names[last].at[GAZETTEER_EN]];
}

static double cpu_us(void)
{
    struct timespec t;
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double walk_all(const struct asked *asked, size_t *sum)
{
    double began_us = cpu_us();
    for (size_t i = 0; i < POINTS; i++) {
        *sum += walk_squares(asked[i].at) + walk_tree(asked + i);
    }
    return (cpu_us() - began_us) / POINTS;
}

static double find_all(const struct asked *asked, size_t *named)
{
    const struct gazetteer g = {NULL, GAZETTEER_EN};
    double began_us = cpu_us();
    *named = 0;
    for (size_t i = 0; i < POINTS; i++) {
        struct gazetteer_place place;
        *named += gazetteer_find(&g, asked[i].at, &place);
    }
    return (cpu_us() - began_us) / POINTS;
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

int main(void)
{
    struct asked *asked = mem_new_array(POINTS, sizeof *asked);
    uint8_t *memory = mem_new(SWEEP_BYTES);
    double us[ROUNDS];
    double floor_us[ROUNDS];
    size_t sum = 0;
    size_t named = 0;
    draw_points(asked);
    for (size_t i = 0; i < SWEEP_BYTES; i += LINE_BYTES) {
        memory[i] = (uint8_t)i; /* a page that nobody wrote to is the same one everywhere */
    }
    for (size_t i = 0; i < ROUNDS; i++) {
        sum += sweep(memory);
        floor_us[i] = walk_all(asked, &sum);
        sum += sweep(memory);
        us[i] = find_all(asked, &named);
    }
    qsort(us, ROUNDS, sizeof us[0], compare);
    qsort(floor_us, ROUNDS, sizeof floor_us[0], compare);
    (void)printf("{\"us\": %.4f, \"floor_us\": %.4f, \"points\": %d, \"named\": %zu, "
                 "\"sum\": %zu}\n",
                 us[ROUNDS / 2], floor_us[ROUNDS / 2], POINTS, named, sum);
    free(memory);
    free(asked);
    return EXIT_SUCCESS;
}
