/*
 * What places are called in answers. Names that nobody knows in the asked language are given in
 * English as a whole: a single English word among Chinese ones reads worse than its absence, but an
 * address without a name is none.
 */
#include "api/places.h"

struct places places_of(struct call *c)
{
    return (struct places){.call = c, .language = c->api->gazetteer_language, .is_asked = true};
}

struct places places_in_language(struct call *c, size_t language_param)
{
    struct places p = places_of(c);
    (void)gazetteer_language_of(bytes_of_text(call_text(c, language_param)), &p.language);
    return p;
}

struct places places_asked(struct call *c, size_t first_param)
{
    struct places p = places_in_language(c, first_param + 1);
    p.is_asked = call_number(c, first_param, 0) != 0;
    return p;
}

bool places_check_language(struct call *c, size_t language_param)
{
    enum gazetteer_language any;
    if (!call_has(c, language_param) ||
        gazetteer_language_of(bytes_of_text(call_text(c, language_param)), &any)) {
        return true;
    }
    call_fault(c, "Language", "neither en nor zh");
    return false;
}

struct gazetteer places_gazetteer(const struct places *p)
{
    return (struct gazetteer){.own = p->call->api->place_names, .language = p->language};
}

struct named_place places_find(const struct places *p, struct point at, struct arena *arena)
{
    struct gazetteer_place place;
    struct gazetteer g = places_gazetteer(p);
    bool is_known = gazetteer_find(&g, at, &place);
    if (!is_known) {
        g.language = GAZETTEER_EN;
        is_known = gazetteer_find(&g, at, &place);
    }
    if (!is_known) {
        return (struct named_place){0};
    }
    return (struct named_place){
        .names = (const char *)gazetteer_text(arena, &place).at,
        .distance_m = place.distance_m,
    };
}

void places_write(const struct places *p, const struct point *at)
{
    struct arena arena = {0};
    json_write_string(&p->call->out, at == NULL ? NULL : places_find(p, *at, &arena).names);
    arena_free(&arena);
}

void places_write_member(const struct places *p, const char *name, const struct point *at)
{
    if (p->is_asked) {
        json_name(&p->call->out, name);
        places_write(p, at);
    }
}
