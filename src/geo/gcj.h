#ifndef GEO_GCJ_H
#define GEO_GCJ_H

#include <stdbool.h>

#include "geo/distance.h"

/* A place in degrees, of WGS-84 or GCJ-02. */
struct degrees {
    double lat_deg;
    double lon_deg;
};

/* WGS-84 in degrees. */
struct degrees degrees_of(struct point wgs);

/*
 * Whether a place lies where GCJ-02 is in force: mainland China, Hong Kong, Macao and the sea
 * before their coasts. Any number of degrees may be asked about.
 */
bool gcj_holds(struct degrees wgs);

/* WGS-84 to GCJ-02; the same place where GCJ-02 is not in force. */
struct degrees gcj_of_wgs(struct degrees wgs);
/*
 * GCJ-02 to WGS-84, to 1e-10 degrees; the same place where what it would come from is not where
 * GCJ-02 is in force.
 */
struct degrees gcj_to_wgs(struct degrees gcj);

#endif
