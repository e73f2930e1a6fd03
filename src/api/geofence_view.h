#ifndef API_GEOFENCE_VIEW_H
#define API_GEOFENCE_VIEW_H

#include "api/version.h"
#include "fleet/directory_rules.h"

/* A geofence as ListGeofences shows it, and its words. */

enum view_geometry { VIEW_NO_GEOMETRY, VIEW_SIMPLIFIED, VIEW_WHOLE };

/* Whom it is for: all of the enterprise, what is listed, or nobody, since all of that is gone. */
enum view_applies { VIEW_FOR_ALL, VIEW_FOR_LISTED, VIEW_FOR_NONE };

/* The word of a list, without case, as its place; false: it is none. */
bool geofence_shape_of(const char *word, enum shape_kind *out);
bool geofence_coordsys_of(const char *word, enum coordsys *out);
bool geofence_alarm_of(const char *word, uint8_t *out);
bool geofence_view_of(const char *word, enum view_geometry *out);
bool geofence_applies_of(const char *word, enum view_applies *out);

/* The members that its Version is made of; `object` is a struct geofence. */
void geofence_view_members(struct call *c, const void *object, struct json_out *out);
/* Writes one as an object, Version and all. */
void geofence_view_write(struct call *c, const struct geofence *g, enum view_geometry geometry,
                         struct json_out *out);
/* Whom it is for, as things are now. */
enum view_applies geofence_view_applies(struct call *c, const struct geofence *g);
/* Whether the caller may know of it: it is for all, a group of theirs or a device that they see. */
bool geofence_view_is_seen(struct call *c, const struct geofence *g);

/* The first is PolygonID. */
extern const struct reply_member geofence_view_table[];
enum { GEOFENCE_VIEW_MEMBERS = 14 };

#endif
