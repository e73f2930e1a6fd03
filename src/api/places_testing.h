#ifndef API_PLACES_TESTING_H
#define API_PLACES_TESTING_H

/*
 * What the gazetteer itself says of places, for tests of answers that tell it. Included after
 * fleet_testing.h, by tests alone.
 */
#include "geo/gazetteer.h"

/* The names of a place, and how far it is to the nearest; free with g_free(). */
static inline char *gazetteer_says(enum gazetteer_language language, struct point at,
                                   uint32_t *distance_m)
{
    struct arena arena = {0};
    struct gazetteer_place place;
    const struct gazetteer g = {.language = language};
    assert_true(gazetteer_find(&g, at, &place));
    char *names = g_strdup((const char *)gazetteer_text(&arena, &place).at);
    assert_true(names[0] != '\0');
    if (distance_m != NULL) {
        *distance_m = place.distance_m;
    }
    arena_free(&arena);
    return names;
}

/* A row whose answer has the place's names where it has %s. */
static inline void try_named(struct fleet *f, const struct row *row,
                             enum gazetteer_language language, struct point at)
{
    struct row filled = *row;
    char *names = gazetteer_says(language, at, NULL);
    char **parts = g_strsplit(row->answer, "%s", -1);
    char *answer = g_strjoinv(names, parts);
    assert_true(g_strv_length(parts) > 1);
    filled.answer = answer;
    try_row(f, &filled, 0);
    g_free(answer);
    g_strfreev(parts);
    g_free(names);
}

#endif
