#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "simulate/roads.h"

/* Each stretch begins where the one before ends, from one site to the other. */
static void check_way(const struct roads *r, struct journey j)
{
    struct way way = roads_way(r, j);
    struct point at = roads_site(r, j.region, j.from);
    struct point end = roads_site(r, j.region, j.to);
    uint64_t straight_cm = distance_m_e2(at, end);
    uint64_t length_cm = 0;
    for (size_t k = 0; k < way.stretches; k++) {
        bool backwards;
        struct stretch s = roads_stretch(r, j, k, &backwards);
        struct point begin = s.points[backwards ? s.count - 1 : 0];
        assert_memory_equal(&begin, &at, sizeof(at));
        at = s.points[backwards ? 0 : s.count - 1];
        length_cm += s.length_cm;
        assert_in_range(s.speed_kmh, 5, 130);
    }
    assert_memory_equal(&end, &at, sizeof(at));
    assert_true(length_cm == way.length_cm);
    /* No shorter than the straight line, and no detour around the region. */
    assert_true(way.length_cm + 100 >= straight_cm);
    assert_true(way.length_cm < 5000000);
    assert_in_range(way.seconds, 10, 3600);
}

static void check_region(const struct roads *r, uint8_t region, struct point middle)
{
    unsigned sites = (unsigned)roads_sites(r, region);
    assert_true(sites >= 20);
    for (unsigned i = 0; i < sites; i++) {
        assert_true(distance_m_e2(roads_site(r, region, i), middle) < 1500000);
    }
    for (unsigned i = 0; i < sites * sites; i++) {
        struct journey j = {region, (uint8_t)(i / sites), (uint8_t)(i % sites)};
        if (j.from != j.to) {
            check_way(r, j);
        }
    }
}

static void ways_hang_together(void **state)
{
    struct roads *r = roads_read(roads_data());
    (void)state;
    assert_non_null(r);
    assert_int_equal(roads_regions(r), 2);
    check_region(r, 0, (struct point){535573000, 132610000}); /* Neubrandenburg */
    check_region(r, 1, (struct point){471660000, 95100000});  /* Liechtenstein */
    roads_free(r);
}

/* Two sites, a stretch of two points there, and the same one back. */
static const uint8_t small[] = {
    'O', 'D', 'R', 'O', 1,  1,              /* version, regions */
    1,   'A', 0,   0,   0,  0, 0, 0,  0, 0, /* name, origin */
    1,   0,                                 /* stretches */
    50,  1,   2,   0,   20, 0, 0, 40,       /* km/h, signal, points: 10,0 and 10,20 */
    2,   1,   0,   0,   0,  1, 0, 1,  0,    /* sites, both ways */
};

static void reads_what_stands_there(void **state)
{
    struct roads *r = roads_read((struct bytes){small, sizeof(small)});
    (void)state;
    assert_non_null(r);
    bool backwards;
    struct stretch s = roads_stretch(r, (struct journey){0, 1, 0}, 0, &backwards);
    assert_true(backwards);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.points[0].lat_e7, 100);
    assert_int_equal(s.points[1].lon_e7, 200);
    assert_int_equal(s.length_cm, distance_m_e2(s.points[0], s.points[1]));
    assert_true(s.has_signal_at_end);
    assert_false(s.has_signal_at_begin);
    assert_int_equal(roads_site(r, 0, 1).lon_e7, 200);
    roads_free(r);
}

/* Every prefix is no file, nor is one with more behind it, and no byte makes it read beyond. */
static void refuses_what_is_none(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(small); len++) {
        uint8_t *copy = mem_new(len + 1);
        memcpy(copy, small, len);
        assert_null(roads_read((struct bytes){copy, len}));
        free(copy);
    }
    uint8_t more[sizeof(small) + 1] = {0};
    memcpy(more, small, sizeof(small));
    assert_null(roads_read((struct bytes){more, sizeof(more)}));
    for (size_t i = 0; i < sizeof(small) * 256; i++) {
        uint8_t *copy = mem_new(sizeof(small));
        memcpy(copy, small, sizeof(small));
        copy[i / 256] = (uint8_t)(i % 256);
        roads_free(roads_read((struct bytes){copy, sizeof(small)}));
        free(copy);
    }
}

static void refuses_ways_that_do_not_hang_together(void **state)
{
    uint8_t bent[sizeof(small)];
    (void)state;
    memcpy(bent, small, sizeof(small));
    bent[sizeof(small) - 2] = 0; /* the way back begins where the way there does */
    assert_null(roads_read((struct bytes){bent, sizeof(bent)}));
    memcpy(bent, small, sizeof(small));
    bent[sizeof(small) - 2] = 2; /* a stretch that is not there */
    assert_null(roads_read((struct bytes){bent, sizeof(bent)}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_hang_together),
        cmocka_unit_test(reads_what_stands_there),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(refuses_ways_that_do_not_hang_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
