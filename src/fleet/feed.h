#ifndef FLEET_FEED_H
#define FLEET_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fleet/directory.h"
#include "model/event.h"

/*
 * What changed of an enterprise, or of a tree of them, for those who watch it: its devices in the
 * order in which they changed last, and the last changes of its alarms. Whoever has everything up
 * to a number asks for what has a greater one; so nothing is kept for anybody, and a slow reader
 * hears less, not more.
 *
 * Numbers rise over all enterprises of a directory. A feed begins when somebody asks for it, and
 * stays; before, changes cost nothing but a look. Any thread.
 */
struct feed;

enum {
    FEED_ALARMS_KEPT = 4096, /* of an enterprise */
    FEED_GONE_KEPT = 4096,   /* devices that left it */
};

/*
 * The feed of an enterprise / of it and all below it; both are valid as long as the directory. A
 * device that moves within a tree stays in the feed of that.
 */
struct feed *feed_of(struct directory *dir, int64_t enterprise_id);
struct feed *feed_of_tree(struct directory *dir, int64_t enterprise_id);
/* The newest number of the directory: whatever changed until now has that one or a lower one. */
uint64_t feed_number(struct directory *dir);

/* A device that changed. */
struct feed_device {
    int64_t id;
    bool is_renamed; /* more of it than its live state: what people set, or it is new */
    bool is_gone;    /* it is in the enterprise no more */
};

/* An alarm that began, ended, or was acknowledged. */
struct feed_alarm {
    uint64_t number;
    int64_t device_id;
    int64_t id; /* AlarmID */
    uint8_t kind;
    bool is_acknowledged;
    int64_t on_s;
    int64_t off_s; /* 0: it goes on */
};

struct feed_news {
    uint64_t upto; /* what was told is complete up to this number */
    bool is_lost;  /* `since` is too old, or of another run: everything is to be read anew */
    const struct feed_device *devices; /* the one that changed last is the first */
    size_t device_count;
    const struct feed_alarm *alarms; /* oldest first; the newest of those that there are */
    size_t alarm_count;
    bool alarms_are_lost; /* there were more than are kept */
    bool has_groups;      /* groups changed */
    bool has_fences;      /* geofences changed */
    uint64_t fences;      /* a number that is another one once they have */
};

/* What has a greater number than `since`; arrays in `arena`. */
struct feed_news feed_read(struct directory *dir, struct feed *feed, uint64_t since,
                           struct arena *arena);
/* Whether there is anything. */
bool feed_has(struct feed *feed, uint64_t since);
/* Whether who has everything up to `since` need not begin anew. */
bool feed_covers(struct feed *feed, uint64_t since);
/* As feed_news.fences. */
uint64_t feed_fences(struct feed *feed);

/* When something of a user changed that lists of devices depend on; 0: not since the start. */
struct feed_marks {
    uint64_t focus;  /* the focus marks */
    uint64_t rights; /* which devices it may see */
};
struct feed_marks feed_marks(struct directory *dir, int64_t user_id);

#endif
