#ifndef GEO_GAZETTEER_PRIVATE_H
#define GEO_GAZETTEER_PRIVATE_H

#include "geo/gazetteer.h"
#include "geo/gazetteer_data.h"

/* What the files of the gazetteer share. */

enum { FEATURE_NOTHING = -1 };

/* The features that a place is told by; FEATURE_NOTHING where a level has none. */
struct gazetteer_found {
    int32_t place; /* or the sea */
    int32_t district;
    int32_t province;
    int32_t country;
    uint32_t distance_m;
    bool is_sea;
};

/* The levels of a place, as gazetteer_find() tells them. */
struct gazetteer_found gazetteer_locate(const struct place_names *own, struct point at);

static inline int32_t feature(enum feature_kind kind, uint32_t number)
{
    return (int32_t)((uint32_t)kind << FEATURE_SHIFT | number);
}

static inline enum feature_kind feature_kind_of(int32_t feature)
{
    return (enum feature_kind)(feature >> FEATURE_SHIFT);
}

/* The name of a feature: the operator's, else the program's; empty where it has none. */
struct bytes feature_name(const struct gazetteer *g, int32_t feature);

/* The country of a province by number, where the operator says so another; or FEATURE_NOTHING. */
int32_t province_country(const struct place_names *own, uint32_t province);

/* The province that a place is told in: that whose polygon holds it, but for those moved. */
uint32_t place_province(uint32_t place);

/* Where it lies, or its label stands. Not of districts. */
struct point feature_point(int32_t feature);

#endif
