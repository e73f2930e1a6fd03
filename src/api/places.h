#ifndef API_PLACES_H
#define API_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "geo/gazetteer.h"

/*
 * The names of places in answers: the one way from this room to the gazetteer. A look-up takes some
 * microseconds and waits for nothing, so it may be made on any thread.
 */

/* Which names an answer has. */
struct places {
    struct call *call;
    enum gazetteer_language language;
    bool is_asked; /* rows have them at all */
};

/* In the language of the server. */
struct places places_of(struct call *c);
/* In that of the field Language, at that place of the method's rows. */
struct places places_in_language(struct call *c, size_t language_param);
/*
 * As the fields Places and Language say, of which the first is at that place of the method's rows,
 * and the second behind it: PLACES_PARAMS.
 */
struct places places_asked(struct call *c, size_t first_param);
/* The `check` of Language: whether it is absent or names a language; else call_fault(). */
bool places_check_language(struct call *c, size_t language_param);

/* Who asks the gazetteer for them. */
struct gazetteer places_gazetteer(const struct places *p);

/* Where a place is, in words. */
struct named_place {
    const char *names;   /* from small to large, with ", " between them; NULL: nothing is known */
    uint32_t distance_m; /* to the nearest place that is known */
};
/*
 * Names a place, in `arena`: in the language asked for, or in English where it has no name at all
 * in that.
 */
struct named_place places_find(const struct places *p, struct point at, struct arena *arena);
/* Writes the names as a text; null where `at` is NULL, or nothing is known of it. */
void places_write(const struct places *p, const struct point *at);
/* Writes the member as places_write() does where rows have names; else nothing. */
void places_write_member(const struct places *p, const char *name, const struct point *at);

/* The fields of a method whose rows have names where that is wished. */
enum { PLACES_LANGUAGE_MAX_CHARS = 8 };
#define PLACES_LANGUAGE_PARAM                                                                      \
    {                                                                                              \
        .name = "Language", .type = PARAM_TEXT, .max = PLACES_LANGUAGE_MAX_CHARS,                  \
        .doc = "Of the names of places: en or zh; the server's own unless given"                   \
    }
#define PLACES_PARAMS                                                                              \
    {.name = "Places",                                                                             \
     .type = PARAM_BOOL,                                                                           \
     .doc = "Whether rows name the places that they tell; false unless given"},                    \
        PLACES_LANGUAGE_PARAM
enum { PLACES_PARAM_COUNT = 2 };
/* The member of their rows. */
#define PLACE_MEMBER(member, text)                                                                 \
    {                                                                                              \
        .name = (member), .type = REPLY_TEXT, .nullable = true, .optional = true,                  \
        .example = "\"Nanshan, Shenzhen, Guangdong, China\"",                                      \
        .doc = text ", from small to large, with Places alone; null where no place is known"       \
    }

#endif
