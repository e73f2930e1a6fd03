#ifndef GEO_METRIC_H
#define GEO_METRIC_H

#include "geo/path.h"

/*
 * Metres on the WGS-84 ellipsoid between a place and points, edges and boxes, for places that lie
 * within some 600 km of each other: within 3 millionths there (1.5 m of 500 km), within 3
 * hundred-millionths up to 50 km. Pure functions, for any thread.
 */

struct vector {
    double x_m;
    double y_m;
    double z_m;
};

/* A place with what distances are computed from. */
struct place {
    struct fine_point at;
    struct vector
        centre_m;  /* from the earth's centre: to (0, 0), to (0, 90 E), to the north pole */
    double axis_m; /* from the earth's axis */
};

/* What is to be computed once of a place. */
struct place metric_place(struct fine_point at);

/* From the place to the nearest point of the edge; `enough_m` where that is no nearer. */
double metric_to_edge_m(const struct place *from, const struct edge *edge, double enough_m);

/* No point of the box is nearer than this. */
double metric_to_box_m(const struct place *from, const struct box *box);

/* From the place to the nearest point of the path; `enough_m` where that is no nearer. */
double metric_to_path_m(const struct place *from, const struct path *path, double enough_m);

/*
 * The same, but it stops at the first edge that is no farther than `least_m`, and answers how far
 * that is. The edges that were measured are added to *measured.
 */
double metric_near_path_m(const struct place *from, const struct path *path, double least_m,
                          double enough_m, size_t *measured);

/* At least the length of the straight line over so many degrees that begins at `from`. */
double metric_length_max_m(struct fine_point from, double lat_step_e7, double lon_step_e7);

#endif
