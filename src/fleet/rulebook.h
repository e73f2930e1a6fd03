#ifndef FLEET_RULEBOOK_H
#define FLEET_RULEBOOK_H

#include <glib.h>

#include "fleet/directory_rules.h"

/*
 * The geofences and alarm rules of one enterprise, every version of them; a part of the directory,
 * under its lock. The geometries, and what is made of them, are the ingest thread's alone.
 */

/* A geofence between two changes. One allocation with what `fence` borrows behind it. */
struct fence_version {
    struct geofence fence;
    struct fence_geometry *geometry; /* NULL: not made yet, or that of the version before */
    int64_t *device_ids;
    size_t device_count;
    int64_t *group_ids;
    size_t group_count;
    size_t points;
};

struct rulebook {
    int64_t enterprise_id;
    GTree *fences;       /* struct fence_version by id and time, owned */
    GTree *rules;        /* struct alarm_rule by scope, subject and time, owned */
    struct fences *made; /* of `fences`, but for `changed`; NULL: none are, or many changed since */
    GArray *changed;     /* ids (int64_t) of geofences that changed since */
    struct fence_points points;
    size_t fences_now; /* versions that are valid now */
    uint32_t changes;  /* of `rules` */
};

/* An empty one; and its end, with all that it owns. */
struct rulebook *rulebook_new(int64_t enterprise_id);
/* As the table of rulebooks wants it. */
void rulebook_free(void *book);

/* Takes a copy in place of the version of that time; its bytes were checked before. */
void rulebook_put_fence(struct rulebook *book, const struct geofence *g);
/* Forgets the version of that time, if there is one. */
void rulebook_forget_fence(struct rulebook *book, const struct geofence *g);
/* The version that is valid now; NULL. */
const struct fence_version *rulebook_fence(const struct rulebook *book, int64_t id);
/* The version of that time; else the first one behind it, or the last one before. NULL: none. */
const struct fence_version *rulebook_fence_at(const struct rulebook *book, int64_t id,
                                              int64_t time_s);
/* The version that begins at the time that `g` does; NULL. */
struct fence_version *rulebook_version(const struct rulebook *book, const struct geofence *g);
/*
 * Whether a version is a term of its own for the fold; false: it has another name than the one
 * before it, and nothing else.
 */
bool rulebook_has_term(const struct rulebook *book, const struct fence_version *v);
/* Whether fixes are judged otherwise by the geofence from that time on, at which one version ended,
 * or began. */
bool rulebook_fence_changes(const struct rulebook *book, int64_t id, int64_t time_s);
/* Takes and forgets a version of an alarm rule, as those of a geofence. */
void rulebook_put_rule(struct rulebook *book, const struct alarm_rule *r);
void rulebook_forget_rule(struct rulebook *book, const struct alarm_rule *r);

/* Makes the geometries that are missing. */
void rulebook_prepare(struct rulebook *book);
/* The geofences for the fold, made where they changed; NULL: there are none. */
struct fences *rulebook_fences(struct rulebook *book);

/* The alarm rule of that scope and subject that was valid at a time; NULL: nothing was set. */
const struct alarm_rule *rulebook_rule_at(const struct rulebook *book, enum rule_scope scope,
                                          int64_t subject_id, int64_t time_s);
/* Appends the times at which that rule changed. */
void rulebook_rule_changes(const struct rulebook *book, enum rule_scope scope, int64_t subject_id,
                           GArray *times_s);

/*
 * What alarm rules make together, from that of the enterprise (0) to that of the device; NULLs are
 * fine. False: nothing applies.
 */
bool rulebook_limits(const struct alarm_rule *const rules[RULE_SCOPES], struct fold_limits *out);

#endif
