/*
 * libFuzzer's driver of what services answer. The first byte chooses the row, the second the number
 * of fixes that a matcher was asked for, the third the status; the others are the body. Whatever is
 * answered, places are near the fixes, ways lie in what was kept of them, and names are texts.
 */
#include <glib.h>

#include "base/arena.h"
#include "connect/geocode_rows.h"
#include "connect/ways.h"
#include "fuzzing.h"

enum { INPUT_MAX = 65536, FIXES_MAX = 16, MATCHERS = 3, GEOCODERS = 2 };

static const int statuses[] = {200, 400, 404, 500};

static void read_match(const struct match_row *row, int status, size_t count, struct bytes body)
{
    struct arena arena = {0};
    struct track_fix fixes[FIXES_MAX];
    struct matched out[FIXES_MAX];
    struct ways ways = {0};
    struct match_answer answer = {.places = arena_new_array(&arena, count, sizeof(*answer.places)),
                                  .count = count};
    for (size_t i = 0; i < count; i++) {
        fixes[i] =
            (struct track_fix){.at = {472000000, 95000000 + (int32_t)i * 10000}, .accuracy_m = 10};
    }
    if (row->read(status, body, &arena, &answer) == NULL) {
        ways_lay(&ways, fixes, &answer, out);
        for (size_t i = 0; i < count; i++) {
            bool is_at = out[i].kind == MATCHED_AT;
            check(!is_at || distance_m_e2(fixes[i].at, out[i].at) <= 10000);
            check(!out[i].joins || out[i].way + out[i].way_count <= ways.count);
        }
    }
    ways_clear(&ways);
    arena_free(&arena);
}

static void read_street(const struct geocode_row *row, int status, struct bytes body)
{
    struct arena arena = {0};
    struct geocode_answer answer = {.street.names = ""};
    if (row->read(status, body, &arena, &answer) == NULL) {
        check(g_utf8_validate(answer.street.names, -1, NULL));
        check(strlen(answer.street.names) < STREET_NAMES_SIZE);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct match_row *const matchers[MATCHERS] = {&match_osrm, &match_valhalla,
                                                               &match_valhalla_route};
    static const struct geocode_row *const geocoders[GEOCODERS] = {&geocode_nominatim,
                                                                   &geocode_photon};
    if (size < 3 || size > INPUT_MAX) {
        return 0;
    }
    char *text = fuzz_text((struct bytes){data + 3, size - 3});
    struct bytes body = {(const uint8_t *)text, size - 3};
    size_t row = data[0] % (MATCHERS + GEOCODERS);
    int status = statuses[data[2] % (sizeof(statuses) / sizeof(statuses[0]))];
    if (row < MATCHERS) {
        read_match(matchers[row], status, 1 + data[1] % FIXES_MAX, body);
    } else {
        read_street(geocoders[row - MATCHERS], status, body);
    }
    free(text);
    return 0;
}
