#ifndef GEO_GAZETTEER_H
#define GEO_GAZETTEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "geo/box.h"
#include "geo/distance.h"

/*
 * The names of places, without a network: they are part of the program, read where they lie in it.
 * Nothing here changes anything, and every function may be called on any thread; only the search
 * and what takes an arena allocate. Texts are UTF-8, borrowed from the program or from the
 * operator's names, and last as long as these.
 */

enum gazetteer_language { GAZETTEER_EN, GAZETTEER_ZH };

/* "en" or "zh", whatever their case. False, and `out` as it was, where it is neither. */
bool gazetteer_language_of(struct bytes text, enum gazetteer_language *out);

/* What an operator calls places instead; see place_names.h. */
struct place_names;

/* Who asks: with which language, and with which of the operator's names (NULL: none). */
struct gazetteer {
    const struct place_names *own;
    enum gazetteer_language language;
};

/*
 * Where a place is, from small to large. A level that has no name in the asked language is empty.
 * At sea `place` is the sea and the others are empty.
 */
struct gazetteer_place {
    struct bytes place;
    struct bytes district;
    struct bytes province;
    struct bytes country;
    uint32_t
        distance_m; /* to what `place` names, 0 at sea; where it is empty, to a place near by */
    bool is_sea;
};

/*
 * Names where `at` is: the country and the province that hold it, and the place near by that one
 * would name it after. False, and `out` empty, where nothing is known: no level has a name.
 */
bool gazetteer_find(const struct gazetteer *g, struct point at, struct gazetteer_place *out);

/*
 * The names from small to large, "PLACE, DISTRICT, PROVINCE, COUNTRY", without empty levels and
 * without a name that the one before it said already; in `a`, with a NUL behind. Empty where all
 * levels are.
 */
struct bytes gazetteer_text(struct arena *a, const struct gazetteer_place *place);

/* Columns: name, the word for it in answers. */
#define GAZETTEER_KIND_MAP(X)                                                                      \
    X(CITY, "city")                                                                                \
    X(TOWN, "town")                                                                                \
    X(PROVINCE, "province")                                                                        \
    X(COUNTRY, "country")                                                                          \
    X(SEA, "sea")

enum gazetteer_kind {
#define X(name, word) GAZETTEER_##name,
    GAZETTEER_KIND_MAP(X)
#undef X
};

/* The word of the list above; static. */
const char *gazetteer_kind_word(enum gazetteer_kind kind);

/* Something with a name on a map. */
struct gazetteer_entry {
    struct bytes name;     /* in the asked language; a place without one there: in English */
    struct bytes province; /* what it lies in; empty where that has no name, or is itself */
    struct bytes country;
    struct point at; /* the middle, or where its label stands */
    enum gazetteer_kind kind;
};

/* A label is drawn where it fits: at most so many are told at once. */
enum { GAZETTEER_ENTRIES_MAX = 500 };

/*
 * The most important of what lies in the box, most important first: countries, seas, provinces,
 * places, each by their people; small waters and small provinces behind the cities. Fills at most
 * `limit` (clipped to GAZETTEER_ENTRIES_MAX) of `out`, and answers how many.
 */
size_t gazetteer_in_box(const struct gazetteer *g, const struct box *box,
                        struct gazetteer_entry *out, size_t limit);

/* A place as a map shows it, in both languages. */
struct gazetteer_label {
    struct bytes name;    /* in English; in Chinese where the operator has no other name for it */
    struct bytes chinese; /* empty where it has none */
    struct point at;
    uint8_t size; /* 20 log10 of its people, rounded down; 0: unknown */
};

/*
 * The most important places in the box, most important first, by the operator's names (NULL: he has
 * none); one without any name is left out. `limit` and answer as of gazetteer_in_box().
 */
size_t gazetteer_labels(const struct place_names *own, const struct box *box,
                        struct gazetteer_label *out, size_t limit);

/*
 * What has a name that begins with `key`, or a word that does, in either language; in Chinese,
 * which has no blanks, the key may stand anywhere. Letters match whatever their case and marks.
 * Order, `limit` and answer as of gazetteer_in_box(), but what has such a name from the operator
 * comes first, then what is called so and no more. An empty key, one that is not UTF-8 or has a
 * control character, and one of more than 200 bytes find nothing. Takes about 2 ms where little is
 * found, and allocates for itself.
 */
size_t gazetteer_search(const struct gazetteer *g, struct bytes key, struct gazetteer_entry *out,
                        size_t limit);

#endif
