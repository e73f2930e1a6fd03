#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/counters.h"
#include "base/err.h"
#include "base/vault.h"
#include "fleet/fold.h"
#include "model/change.h"
#include "model/event.h"
#include "model/extra.h"
#include "model/fix.h"

/*
 * The store: what is committed here survives a crash at any instant. One process at a time writes
 * (a lock file); one thread of it, ingest, calls store_commit(), store_maintain() and
 * store_find_repeats(); any thread reads.
 *
 * What is committed stands in the journal and, for readers, in memory; from there it is sealed into
 * compressed chunks, a little with each commit.
 */
struct store;

/*
 * By which rules the writer folds, and who takes part in what late fixes change of events. Called
 * by the thread that writes, from within store_commit() and store_maintain().
 */
struct store_fold {
    void *context;
    /* The rules of a device; valid until the call of the store ends. */
    const struct fold_rules *(*rules_of)(void *context, int64_t device);
    /* The id of a new event (ingest/ids.h); 0: there are no more, and it is not kept. */
    int64_t (*next_event_id)(void *context);
    /* Adds to the transaction what makes sure that no id is given again (ids_reserve()). */
    void (*reserve_ids)(void *context, struct change_list *changes);
    /* Sets what a new event tells beside the fold: the name. Borrowed until the call ends. */
    void (*name)(void *context, struct event *e);
    /* A change that the store made by itself is committed: events, and reserve_ids()'. */
    void (*changed)(void *context, const struct change *c);
};

struct store_options {
    const char *directory;         /* made if missing */
    const char *vfs;               /* SQLite VFS; NULL: the default. Tests put faults here */
    uint32_t cache_kib;            /* page cache of the writer */
    size_t tail_bytes;             /* memory of fixes that are not in chunks yet; 0: 64 MiB */
    int64_t seal_after_s;          /* they go there after so long, however few; 0: 900 */
    bool accept_damage;            /* go on without what is lost; the damaged files are kept */
    struct vault *vault;           /* hashes what an older store has in clear; NULL: ERR_IO then */
    struct counters *counters;     /* those of the tails, chunks and journal count here; or NULL */
    const struct store_fold *fold; /* copied; NULL: by no rules, and events stay as they are */
};

/*
 * Opens or creates. ERR_LOCKED: another process has it; ERR_VERSION: made by a newer odograph;
 * ERR_CORRUPT: something is damaged or missing of what was acknowledged, and nothing is changed;
 * ERR_IO, ERR_FULL. Says why in one log line. An older schema is migrated forward.
 */
MUST_USE enum err store_open(const struct store_options *options, struct store **out);
/*
 * Takes a copy of whose rules the writer folds by from now on; NULL: by none. For the thread that
 * writes, or before there is one.
 */
void store_set_fold(struct store *s, const struct store_fold *fold);
/*
 * Opens a store to read it as it was at one moment, beside a server that writes it: store_load()
 * and what reads, of one thread. Nothing may be written or maintained. While it is open the log of
 * the server grows by what is committed. ERR_NOT_FOUND: there is none; ERR_VERSION: this version of
 * odograph has not opened it yet, or a newer one has; ERR_CORRUPT, told in a log line; ERR_IO,
 * ERR_BUSY.
 */
MUST_USE enum err store_open_to_read(const char *directory, struct store **out);
/* Every reader must be closed. Copies the log back, and lets the directory go. */
void store_close(struct store *s);

/* ---- loading, once, before anything else ---- */

struct store_loader {
    void *context;
    /* Every saved entity, enterprises first, then users, groups, devices, tokens, the
     * addresses of logins, focus, fragments, clocks, what is reserved of ids and names, events
     * that are open. */
    void (*change)(void *context, const struct change *c);
    /* The state of a device that ever reported. Called again for one: the last counts. */
    void (*state)(void *context, int64_t device, const struct fold_state *state);
};

/*
 * Hands out all that is saved: the changes, then the states. ERR_CORRUPT, after a log line that
 * tells where; ERR_VERSION; ERR_IO.
 */
MUST_USE enum err store_load(struct store *s, const struct store_loader *loader);

/* ---- writing ---- */

/* What one commit holds of one device. */
struct store_part {
    int64_t device;             /* internal id */
    const struct fix *fixes;    /* in order of arrival, repeats already taken out; may be none */
    const struct bytes *extras; /* the extra values of each, packed; NULL: none has any */
    size_t count;
    const struct fold_state *state; /* after them */
    struct bytes packed_state;      /* the same by pack_state(); empty: the store packs it */
    int64_t late_from_s;            /* with has_late: from this time on ... */
    bool has_late;      /* ... some are older than the newest of the device, and not in `state`:
                           they are folded in by store_maintain() */
    bool has_new_rules; /* with has_late: the rules from then on are others, for all fixes since */
};

struct store_batch {
    const struct store_part *parts; /* each device once */
    size_t part_count;
    const struct change *changes;
    size_t change_count;
};

/*
 * One transaction. ERR_OK: all of it is durable, and readers see it. Anything else: none of it
 * counts. ERR_FULL, ERR_BUSY: try again later; ERR_IO: the store may not be trusted further.
 */
MUST_USE enum err store_commit(struct store *s, const struct store_batch *batch);

/* A fix that may be a repeat of a stored one. */
struct store_candidate {
    int64_t device;
    struct fix fix;
    struct bytes extras; /* its values, packed; borrowed */
    bool is_repeat;      /* the answers */
    bool is_overtaken;   /* it is of the device's newest second, and another one of that second,
                            which is committed, comes behind it by fix_order() */
};
/*
 * Says of each whether it is committed for its device already: the same time and the same payload
 * (fix_is_repeat()), with the same extra values. Where the time of a fix was replaced
 * (FIX_TIME_REPLACED), its original time is compared, with the fixes of the tail and of the last
 * sealed hour. What is not in memory is read for many devices at once, where the candidates of a
 * device follow one another. What cannot be read is no repeat; nor is what was to be read with it.
 * Where very many are of the newest second, is_overtaken may be said of one that is not.
 */
void store_find_repeats(struct store *s, struct store_candidate *list, size_t count);
/*
 * A fingerprint of what store_find_repeats() compares, 64 bits in a pointer, for sets of the
 * caller's own. Keyed anew by every start, so that nobody can make two equal ones on purpose. Any
 * thread.
 */
void *store_print(const struct store *s, const struct fix *fix, struct bytes extras);

/* What store_maintain() asks for and tells; called by its thread, from within. */
struct store_upkeep {
    void *context;
    /* The state of a device with late fixes folded in; it is committed. May be NULL. */
    void (*settled)(void *context, int64_t device, const struct fold_state *state);
    /*
     * Fixes and texts of the device before this time are to be deleted; INT64_MIN: none;
     * INT64_MAX: everything, the device is gone. May be NULL: never.
     */
    int64_t (*keep_from_s)(void *context, int64_t device);
    bool is_idle; /* nothing waits for the caller */
};

/*
 * A slice of housekeeping, of some milliseconds: late fixes, sealing, retention, checkpoints. Call
 * between commits. ERR_MORE: done, and there is more to do at once. ERR_FULL, ERR_BUSY: no space,
 * nothing is lost and later calls try again; ERR_IO: as store_commit() has it.
 */
MUST_USE enum err store_maintain(struct store *s, const struct store_upkeep *upkeep);
/*
 * The late fixes of some devices, whether their turn has come or not: for who closes the store and
 * leaves nothing to others. ERR_OK: there are none left; else as store_maintain().
 */
MUST_USE enum err store_settle(struct store *s, const struct store_upkeep *upkeep);
/* How long the caller may wait before it calls store_maintain() again, at most `limit_ms`. */
unsigned store_maintain_wait_ms(const struct store *s, unsigned limit_ms);

/* ---- reading, any thread ---- */

/*
 * The fixes of one device by fix_order(). Fixes come from the
 * nearest point at or before `from_s` at which the state is known, so the caller folds from
 * start_state and passes over those before from_s.
 */
struct store_reader;

/* A stretch of one device's history, both ends included. */
struct store_span {
    int64_t device; /* internal id */
    int64_t from_s;
    int64_t to_s;
};

/*
 * The compressed fixes of the span are copied to `arena`; nothing in the store waits for a reader.
 * ERR_IO, ERR_BUSY, ERR_CORRUPT (what of the span is damaged is counted and logged). Close it when
 * done.
 */
MUST_USE enum err store_read_open(struct store *s, struct store_span span, struct arena *arena,
                                  struct store_reader **out);
/* The state before the first fix that store_read_next() gives. */
const struct fold_state *store_read_start(const struct store_reader *r);
/* The next fix with gps_time_s <= to_s. ERR_END after the last; ERR_CORRUPT: the rest is damaged.
 */
MUST_USE enum err store_read_next(struct store_reader *r, struct fix *out);
/* As that, without a copy: *out is the reader's until it is asked again or closed. */
MUST_USE enum err store_read_here(struct store_reader *r, const struct fix **out);
/*
 * The extra values of the fix that store_read_next() gave last (extras_begin()); empty: it has
 * none. Valid until its next call.
 */
struct bytes store_read_extras(const struct store_reader *r);
/* Back to the first fix. */
void store_read_rewind(struct store_reader *r);
void store_read_close(struct store_reader *r);

/*
 * The state of a device as of `time_s`: its last fix at or before then, with what was known beside
 * (fold_state.current). A zeroed state: there is none that early. Errors of store_read_open().
 */
MUST_USE enum err store_read_state(struct store *s, int64_t device, int64_t time_s,
                                   struct fold_state *out);

/* What a device did in a span. */
struct store_mileage {
    uint64_t distance_m_e2; /* travelled, in centimetres: of each step to a fix of the span */
    int64_t fuel_used_ml;   /* fuel_used_ml(); below 0 where noise says so, 0 where none is told */
};
/*
 * Sums what folding all fixes of the span would say, late ones too, by what chunks tell: of a long
 * span only the ends are decoded. Where fixes are folded, the tank that `rules` have for their time
 * tells what a refuel is. Errors of store_read_open().
 */
MUST_USE enum err store_read_mileage(struct store *s, struct store_span span,
                                     const struct fold_rules *rules, struct store_mileage *out);

/* Fixes with a position, few enough for a screen. */
struct store_points {
    size_t limit; /* asked for, 2 and more */
    struct fix *at;
    size_t count;
};
/*
 * The fixes of a span that have a position; where there are more than out->limit, as many as that,
 * evenly by number, with the first and the last among them. In `arena`. Errors of
 * store_read_open(); ERR_INVALID: a limit below 2.
 */
MUST_USE enum err store_read_thinned(struct store *s, struct store_span span, struct arena *arena,
                                     struct store_points *out);

/* What was said to a device or by it, as CHANGE_PUT_TEXT saved it. */
struct store_text {
    int64_t id; /* RecID; rises with every text of the shard, never given again */
    int64_t time_s;
    const char *text;
    enum text_kind kind;
};

struct store_texts {
    const struct store_text *at;
    size_t count;
};

/* The last `limit` texts of a device, the newest first, in `arena`. ERR_IO, ERR_BUSY, ERR_CORRUPT.
 */
MUST_USE enum err store_read_texts(struct store *s, int64_t device, size_t limit,
                                   struct arena *arena, struct store_texts *out);

/* ---- commands ---- */

struct store_command_query {
    const int64_t *devices; /* internal ids, each once */
    size_t device_count;
    int64_t from_s; /* they were asked for in this span, both ends included */
    int64_t to_s;
    uint32_t states; /* bit `state` of those wanted */
    uint32_t kinds;  /* bit `kind` */
    size_t limit;    /* the newest so many of each device */
};

struct store_commands {
    struct command *at;
    size_t count;
};

/* Commands, device by device in the order asked, of each the newest first; in `arena`. ERR_IO,
 * ERR_BUSY, ERR_CORRUPT. */
MUST_USE enum err store_read_commands(struct store *s, const struct store_command_query *query,
                                      struct arena *arena, struct store_commands *out);
/* The command of that id, in `arena`. ERR_NOT_FOUND, and the same errors. */
MUST_USE enum err store_read_command(struct store *s, int64_t id, struct arena *arena,
                                     struct command *out);

/* ---- the audit ---- */

/* Whose audit is asked for; the newest row comes first. */
struct store_audit_query {
    int64_t enterprise_id;
    void *context;
    /* Borrows the row for the call; false: it is enough. */
    bool (*take)(void *context, const struct audit *a);
};

/* Calls `take` for each row; any thread. ERR_IO, ERR_BUSY, ERR_CORRUPT. */
MUST_USE enum err store_read_audit(struct store *s, const struct store_audit_query *query);
/*
 * Adds a row to the changes of a commit, with its number, and takes away the one that is too many
 * by it. What it borrows must live as long as their arena. For who commits alone. The same errors.
 */
MUST_USE enum err store_add_audit(struct store *s, struct change_list *changes,
                                  const struct audit *a);
/* ---- SMS ---- */

/* SMS of one card, as CHANGE_PUT_SMS saved them. */
struct sms_query {
    int64_t enterprise_id;
    int64_t sim_id;
    int64_t from_s; /* both ends included */
    int64_t to_s;
    size_t limit;
    const char *operator_id; /* those of that name alone; NULL: all */
    bool is_open;            /* those that are not over alone */
};

struct store_sms {
    const struct sim_sms *at;
    size_t count;
};

/* The first `limit` of them by time, then id, in `arena`. ERR_IO, ERR_BUSY, ERR_CORRUPT. */
MUST_USE enum err store_read_sms(struct store *s, const struct sms_query *query,
                                 struct arena *arena, struct store_sms *out);

/* ---- events ---- */

/* Which of two sorts of events are asked for. */
enum store_sort { STORE_BOTH, STORE_ONLY, STORE_NONE };

/* Where a page ends. */
struct store_event_place {
    int64_t gps_time_s;
    int64_t device;
    int64_t id;
};

struct store_event_query {
    const int64_t *devices; /* internal ids, each once */
    size_t device_count;
    int64_t from_s; /* they begin in this span, both ends included; ... */
    int64_t to_s;
    bool overlaps;    /* ... or they began before it, and were not over then */
    event_set kinds;  /* of these kinds */
    bool alarms_only; /* no crossings that are none */
    enum store_sort open;
    enum store_sort acknowledged;
    bool has_withdrawn;                    /* those, too, that late fixes have revoked */
    int64_t since_id;                      /* with a greater id; 0: any */
    bool (*takes)(const struct event *e);  /* what else is asked of kind, subject and place; NULL */
    const struct store_event_place *after; /* behind this one; NULL: from the first on */
    size_t limit;                          /* so many at most: 1 .. STORE_EVENTS_MAX */
};

enum { STORE_EVENTS_MAX = 1000000 };

struct store_events {
    const struct event *at;
    size_t count;
    bool is_cut; /* there are more */
};

/*
 * The events that are asked for by time, then device, then id, in `arena`, as of one instant.
 * ERR_INVALID: such a limit is none; ERR_IO, ERR_BUSY, ERR_CORRUPT.
 */
MUST_USE enum err store_read_events(struct store *s, const struct store_event_query *query,
                                    struct arena *arena, struct store_events *out);
/* The same without reading them: where they are. */
struct store_event_places {
    struct store_event_place *at;
    size_t count;
    bool is_cut; /* there are more */
};
MUST_USE enum err store_find_events(struct store *s, const struct store_event_query *query,
                                    struct arena *arena, struct store_event_places *out);
/* The event of that id, in `arena`. ERR_NOT_FOUND; ERR_IO, ERR_BUSY, ERR_CORRUPT. */
MUST_USE enum err store_read_event(struct store *s, int64_t id, struct arena *arena,
                                   struct event *out);

/* ---- checking, read-only, beside a running server too ---- */

struct store_check_line {
    const char *device_id; /* as registered; "" where the device's row is gone */
    int64_t device;        /* internal id */
    bool deleted;
    uint64_t fixes;         /* stored, none counted twice */
    uint64_t odometer_m_e2; /* of the last committed state */
    int64_t first_time_s;
    int64_t last_time_s;
    uint64_t events;
    uint64_t ways[WAY_COUNT]; /* fixes by what the fold makes of the way to them; late ones that
                                 are not sealed yet are left out */
};

/*
 * Verifies everything that is stored under `directory` and calls `take` once a device. ERR_CORRUPT
 * after logging what is damaged and where, or that damaged files are kept there; ERR_NOT_FOUND
 * where there is no store.
 */
MUST_USE enum err store_check(const char *directory,
                              void (*take)(void *context, const struct store_check_line *line),
                              void *context);

/* ---- copying, beside a running server too ---- */

struct store_backup {
    const char *directory; /* of the store */
    const char *file;      /* of the copy; FILE.part stands beside it meanwhile */
    const char *vfs;       /* SQLite VFS of the copy; NULL: the default. Tests put faults here */
    /* Called now and then, with what is copied of how much; then comes the verifying. Or NULL. */
    void (*progress)(void *context, uint64_t pages, uint64_t pages_total);
    void *context;
};

struct store_backup_content {
    uint64_t devices; /* registered */
    uint64_t fixes;
    uint64_t bytes;
};

/*
 * Copies a store as of one instant, all that was committed before the call in it, verifies the copy
 * as store_check() does and gives it its name when all of it is on the disk. ERR_NOT_FOUND: there
 * is no store; ERR_DUPLICATE: `file` exists, or SQLite would take it for a part of a database or a
 * file beside it for a part of `file`; ERR_LOCKED: another backup writes it; ERR_FULL, ERR_IO,
 * ERR_BUSY; ERR_CORRUPT: the store is damaged. Nothing is left behind then. Any thread.
 */
MUST_USE enum err store_backup(const struct store_backup *backup, struct store_backup_content *out);

#endif
