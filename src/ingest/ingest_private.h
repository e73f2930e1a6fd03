#ifndef INGEST_INGEST_PRIVATE_H
#define INGEST_INGEST_PRIVATE_H

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/fair.h"
#include "base/queue.h"
#include "fleet/clock_zone.h"
#include "fleet/live.h"
#include "ingest/commands.h"
#include "ingest/ids.h"
#include "ingest/ingest.h"
#include "ingest/intake.h"

/*
 * The inside of ingest, shared by its files and nobody else. All of it but the queue, `health` and
 * the jobs is the ingest thread's alone.
 *
 *     record ──► intake ──► batch: stages (one a device), changes, verdicts ──► store_commit()
 *                             │                                                     │
 *                             └── fragments: joined messages                        ▼
 *                                                         directory, live states, verdicts
 */

/* A device that is in the batch under way, or whose divided messages wait for fragments. */
struct active_device {
    int64_t device;
    size_t stage;      /* 1 + its index in the batch under way; 0: none */
    GQueue assemblies; /* its divided messages, by assembly.device_link */
    size_t fragment_bytes;
};

/* What is known of a device's clock, in the batch under way. */
struct staged_clock {
    struct clock_zone zone;
    bool was_known;      /* before this batch */
    struct bytes stored; /* what the store has of it; empty: nothing */
    bool has_learnt;
    int16_t was_min; /* before it has */
};

/* A fix on its way into the batch. */
struct report {
    struct fix fix;
    struct bytes extras;
    size_t former_count;
    int64_t formers[CLOCK_FORMERS_MAX]; /* its time in the zones that its clock was read in before;
                                           as many are set */
};

/* A report that may be stored already: the store is asked for all of a batch at once (fixes.c). */
struct waiting {
    struct waiting *next;
    struct report report;
    struct store_candidate *asked; /* what the store was asked for it, with the answers */
    size_t asked_count;
};

/* A device's copy in the batch under way. */
struct stage {
    struct active_device *active;
    struct device_ref ref; /* empty for a newcomer, who is not in the directory yet */
    struct fix *fixes;     /* of this batch, in the batch's arena */
    struct bytes *extras;  /* of each of them, there too; NULL: none has any */
    size_t count;
    size_t capacity;
    size_t folded;               /* place of the last one that was folded, plus 1; 0: none was */
    GHashTable *prints;          /* of `fixes`, where there are many; NULL: not made */
    struct staged_event *events; /* of this batch, in its arena (events.c) */
    bool is_heard;               /* of this batch an arrival was seen to */
    struct waiting *waiting;     /* reports, the first one; in the batch's arena */
    struct waiting **waiting_end;
    size_t sim_alarm; /* the change that puts its SIM changed alarm, plus 1; 0: none (sims.h) */
    bool has_late;
    bool has_new_rules; /* from late_from_s on (adopt.c) */
    int64_t late_from_s;
    struct staged_clock *clock; /* in the batch's arena; NULL: nothing is known, or not asked: */
    bool is_clock_asked;
    struct bytes packed; /* what is committed of the state, in the batch's arena; empty: nothing */
    struct live live;    /* last, since it is large and not zeroed as a whole */
};

struct batch {
    struct arena arena;
    struct stage *stages; /* kept from batch to batch, as the arrays below */
    size_t stage_count;
    size_t stage_capacity;
    struct store_part *parts;
    size_t part_capacity;
    struct verdict *verdicts;
    size_t verdict_count;
    size_t verdict_capacity;
    struct change_list changes;
    GHashTable *newcomers; /* device_id_key() -> index of the stage, of devices this batch adds */
    GHashTable *sims;      /* id of a SIM card -> struct staged_sim (sim_binding.c) */
    size_t fixes;
    size_t waiting;
    uint64_t repeated;
    uint64_t late;
    uint64_t refused;
    uint64_t replaced;
    uint64_t moved;
    uint64_t expired;
    uint64_t unreadable; /* of joined messages */
};

/* Divided messages that wait for their other fragments. */
struct fragments {
    GQueue assemblies; /* struct assembly, the oldest first */
    size_t bytes;
    GPtrArray *touched; /* by the batch under way */
};

/* What trackers' clocks claim, and whether ours is right (clocks.c). */
struct clocks {
    GHashTable *claims;      /* internal id -> struct claim, owned */
    GHashTable *shifts;      /* minutes -> how many claims */
    GHashTable *seen;        /* set of internal ids of a day ... */
    GHashTable *seen_before; /* ... and of the day before */
    int64_t seen_from_s;
    int64_t swept_s;
    int64_t began_ms; /* monotonic, as the next one */
    int64_t warned_ms;
    int64_t asked_s; /* the second of arrivals that is_trusted was asked for */
    bool is_trusted;
    uint32_t run; /* tells its connections from those of other runs */
};

/* Jobs (job.c). All but `marks_passed`, which is the ingest thread's, is under `lock`. */
struct jobs {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t watch; /* tells those whose time is over */
    struct fair *queues;
    struct fair_turn turn; /* of the job that the ingest thread has */
    GQueue open;           /* struct job: waits or runs, and is not given up */
    size_t unanswered;     /* whose done() has not returned */
    uint64_t marks_left;
    uint64_t marks_passed;
    int64_t watch_until_ms; /* when the watch looks again; INT64_MAX: when it is woken */
    bool is_closed;         /* no more are taken */
    bool is_over;           /* the watch ends */
};

/* A device whose term ended. */
struct term_change {
    int64_t device;
    int64_t from_s;
};

/* Of devices that fall silent (silence.c); times are monotonic. */
struct silences {
    int64_t counts_from_ms;      /* no silence began before */
    int64_t heard_ms;            /* anybody, the last time */
    int64_t looked_ms;           /* when the last round began */
    size_t were_online;          /* when anybody was heard last, of those that may fall silent */
    double due_per_ms;           /* so many reports of them, at the least */
    struct silence_round *round; /* that is under way; NULL */
};

enum {
    INGEST_ORDERS_MAX = 256,           /* issued, without an outcome */
    INGEST_OUTCOMES_BYTES = 64 * 1024, /* of the queue, kept for their outcomes */
};

/* A command that is not over (commands.c). */
struct open_command {
    struct command value;  /* as it is committed; what it borrows is in `room` */
    struct command staged; /* as the batch under way has it; borrows that, or the batch's arena */
    uint8_t *room;
    struct command_line *line;
    size_t change;              /* of the batch, where is_staged: it puts `staged` */
    bool is_staged;             /* `staged` differs */
    bool is_issued;             /* it was made `sending` by this run, and has no outcome yet */
    uint32_t issued_heard;      /* line->heard, when the order was given */
    bool is_answerable;         /* sent in this run, and answers without a number may be to it */
    bool has_answered;          /* the device said something to it */
    int64_t asked_ms;           /* monotonic; 0: in an earlier run */
    int64_t due_ms;             /* monotonic: when the time of a timed one had come; 0: not yet */
    int64_t sent_ms;            /* monotonic, of this run; 0: not in this run */
    struct connection_ref link; /* it was sent on */
};

/* An answer that was taken lately, so that its repeat is known. */
struct answer_seen {
    int64_t at_ms; /* monotonic; 0: none */
    uint32_t tie;
    uint64_t print; /* of its text */
    uint64_t batch; /* the number of the batch that took it */
};
enum { ANSWERS_SEEN = 4 };

/* The commands of one device. */
struct command_line {
    int64_t device;
    GPtrArray *open;        /* struct open_command, owned, by id */
    bool is_away;           /* on no link, as far as we know: nothing is tried before it is heard */
    bool is_ready;          /* it stands in commands.ready */
    uint32_t heard;         /* how often the device was, while it had a line */
    int64_t pause_until_ms; /* monotonic */
    int64_t used_ms;        /* monotonic: it had an open command */
    struct answer_seen seen[ANSWERS_SEEN];
    unsigned next_seen;
};

struct commands {
    struct ingest *in;
    GHashTable *lines;       /* internal id -> struct command_line, owned */
    GHashTable *by_id;       /* CommandID -> struct open_command */
    GQueue ready;            /* lines that may have something to send */
    GPtrArray *staged;       /* struct open_command that the batch changes */
    GPtrArray *issuing;      /* struct order of the batch, for after its commit */
    GArray *outcomes;        /* struct order_outcome that the batch takes ... */
    GArray *unsaved;         /* ... and those whose batch was not committed */
    _Atomic unsigned issued; /* orders whose outcome has not been taken */
    _Atomic bool is_closed;  /* no more are issued */
    uint64_t batch;          /* number of the batch under way */
    bool is_running;         /* what comes now is asked for in this run */
    int64_t swept_ms;
};

/* SIM cards of which an operator said where they are (sim_binding.c). */
struct bindings {
    GArray *told;        /* struct sim_card, of which enterprise and id count */
    guint staged;        /* so many of them are in the batch under way */
    GHashTable *formers; /* struct former_card of those that told of two cards lately, owned */
};

/* Devices whose SIM cards may run low (sim_quota.c). */
struct quotas {
    GHashTable *due;    /* set of internal ids, owned */
    struct sim_card at; /* where the round is, by enterprise and id */
    bool is_round;      /* over all cards, is under way */
    int64_t round_ms;   /* monotonic: when the last one began */
};

/* SMS that went to cards today (sim_share.c). */
struct sms_shares {
    int64_t day;      /* since 1970, UTC */
    GHashTable *sent; /* an ICCID, or an enterprise and a phone number -> how many, owned */
};

struct ingest {
    struct ingest_options options;
    struct queue *queue;
    pthread_t thread;
    struct jobs jobs;
    _Atomic int health;              /* enum err */
    _Atomic int64_t commit_began_ms; /* monotonic; 0: none is under way */
    bool is_lost;                    /* the store; said once */
    bool said_no_enterprise;
    bool said_no_text_ids;
    bool said_no_event_ids;
    struct commands commands;
    int64_t last_warning_ms;
    struct ids ids;
    GHashTable *active_devices; /* internal id -> struct active_device, owned */
    struct batch batch;
    struct fragments fragments;
    struct clocks clocks;
    struct arena upkeep_arena;
    struct arena event_arena; /* names of events, while the store maintains */
    GArray *term_changes;     /* struct term_change, whose devices wait (adopt.c) */
    GQueue adoptions;         /* struct adoption, owned (adopt.c) */
    struct silences silences;
    struct bindings bindings;
    struct quotas quotas;
    struct sms_shares shares;
    int64_t rules_swept_ms; /* monotonic: when former rules were last looked for that are over */
    int64_t newest_gps_s;   /* of the fleet, by its own clocks */
    bool has_upkeep;        /* the store has more to do at once */
};

/* ---- ingest.c ---- */

/* What ingest has of a device; made where there is nothing yet. */
struct active_device *ingest_active_device(struct ingest *in, int64_t device);
/* Forgets the device where it is in no batch and nothing of it waits. */
void ingest_drop_active_device(struct ingest *in, int64_t device);
/*
 * Commits with the retries of a batch: ERR_FULL and ERR_BUSY again and again for some seconds.
 * Keeps `health`; calls fatal() where the store is lost.
 */
MUST_USE enum err ingest_commit(struct ingest *in, const struct store_batch *batch);
/* The store can no longer be trusted: says so, once, and calls fatal(). */
void ingest_lose_store(struct ingest *in, enum err e);
/* Logs that a commit has to wait; now and then, not each time. */
void ingest_warn(struct ingest *in, enum err e);
/* Applies what was committed to the directory and to what is remembered. */
void ingest_apply(struct ingest *in, const struct change *changes, size_t count);

/* ---- stage.c: the batch ---- */

/* An empty batch; and its end. */
void batch_init(struct batch *b);
void batch_free(struct batch *b);
/* Takes one record of an arrival. */
void batch_take(struct ingest *in, struct bytes record);
/* Whether no more should be taken before the commit. */
bool batch_is_full(const struct batch *b);
/*
 * Commits, publishes, gives the records back and delivers the verdicts; empty afterwards. What the
 * commit answered.
 */
enum err batch_finish(struct ingest *in);
/* The stage of a device in the directory; takes the ref over. Valid until the next call. */
struct stage *batch_stage(struct ingest *in, struct device_ref ref);
/* The stage of a device that this batch adds. */
struct stage *batch_stage_newcomer(struct ingest *in, int64_t device);

/* ---- fixes.c ---- */

/*
 * Stages one report of a device, of the arrival with that head: reads and judges its time, drops a
 * repeat, folds it where it is in order. One that may be stored already waits for
 * stage_waiting(), and so do those of its device behind it.
 */
void stage_fix(struct ingest *in, size_t stage, const struct intake_head *head,
               const struct intake_message *m);
/* Stages a heartbeat, as a report of what it carries; a heartbeat without values is passed over. */
void stage_heartbeat(struct ingest *in, size_t stage, const struct intake_head *head,
                     const struct intake_message *m);

/* Asks the store for what waits, all at once, and stages it; before the batch is finished. */
void stage_waiting(struct ingest *in);

/* ---- clocks.c ---- */

/* Nothing is claimed yet; and the end. */
void clocks_init(struct clocks *c);
void clocks_clear(struct clocks *c);
/* Whether our clock may be the judge of others. */
bool clocks_trust(int64_t running_ms, bool is_synchronised);
/*
 * Reads the time of a fix in the device's zone; it was read in the session's. First the fix may
 * prove which zone the device has. Its rcv_time_s is set.
 */
void clocks_read(struct ingest *in, struct stage *s, const struct intake_head *head, struct fix *f);
/*
 * What `time_s`, which clocks_read() gave, would have been before the last changes of the zone;
 * answers how many times there are in `out`.
 */
size_t clocks_former_times(const struct stage *s, const struct intake_head *head, int64_t time_s,
                           int64_t out[CLOCK_FORMERS_MAX]);
/* Adds what the batch changed of clocks to its changes. */
void clocks_collect(struct batch *b);
/* After the commit: from now on what was staged is what is known. */
void clocks_publish(struct ingest *in, const struct stage *s);

/* ---- newcomer.c ---- */

/*
 * An arrival of a device that is not registered: noted, and with open registration added.
 * ERR_NOT_FOUND: it stays unregistered. ERR_OK: *stage is the newcomer's.
 */
MUST_USE enum err newcomer_take(struct ingest *in, const struct intake_cursor *c, size_t *stage);
/* That device is committed: where it had been heard as nobody's, `registered` is told. */
void newcomer_registered(struct ingest *in, const char *device_id);

/* ---- upkeep.c ---- */

/* Adds to the batch what deletions left to be done, some of it at a time. */
void upkeep_resolve_orphans(struct ingest *in);

/* A slice of the store's housekeeping. `is_idle`: nothing else waits. */
void upkeep_run(struct ingest *in, bool is_idle);
/* Folds in all late fixes; where one fails, the next start of an ingest does the rest. */
void upkeep_settle(struct ingest *in);
/* A fix was taken: its time may be the newest that a tracker's own clock told. */
void upkeep_note_time(struct ingest *in, const struct fix *fix);
/* Milliseconds until the next one, at most `limit_ms`. */
unsigned upkeep_wait_ms(const struct ingest *in, unsigned limit_ms);

/*
 * Adds to the batch the deletion of former rules that no fix is judged by any more, and of open
 * events that are as old.
 */
void upkeep_expire_rules(struct ingest *in);

/* ---- adopt.c ---- */

/* A change is committed and applied: whom it concerns is looked at. */
void adopt_note(struct ingest *in, const struct change *c);
/* Looks at some of those; before a batch is gathered, which takes up what is marked. */
void adopt_run(struct ingest *in);
/* The batch under way was not committed: whom it marked is looked at again. */
void adopt_again(struct ingest *in);
/* Whether any are left. */
bool adopt_waits(const struct ingest *in);
/* A state that the store gave adopts what was decided since. */
void adopt_device(struct ingest *in, const struct device *device, struct fold_state *state);
/*
 * Everything is loaded, and the newest fix that was stored came at `heard_s`: changes of about then
 * are looked at again, since their marks may be lost.
 */
void adopt_recover(struct ingest *in, int64_t heard_s);
/* Nobody is to be looked at; and the end. */
void adopt_init(struct ingest *in);
void adopt_clear(struct ingest *in);

/* ---- silence.c ---- */

/* Silences count from now on; and the end. */
void silence_init(struct silences *s, int64_t now_ms);
void silence_clear(struct ingest *in);
/* A registered device was heard. */
void silence_note_heard(struct silences *s, int64_t now_ms);
/* Raises what is due, of some devices, into the batch. */
void silence_run(struct ingest *in);
/* Milliseconds until the next call, at most `limit_ms`. */
unsigned silence_wait_ms(const struct ingest *in, unsigned limit_ms);

/* ---- fragments.c ---- */

/* No fragments; and the end, when what waits stays in the store. */
void fragments_init(struct fragments *p);
void fragments_clear(struct fragments *p);
/* Takes back a fragment that was committed in an earlier run. */
void fragments_restore(struct ingest *in, const struct waiting_fragment *fragment);
/*
 * Keeps a fragment (and its row in the batch's changes): ERR_MORE. Where it is the last that was
 * missing: ERR_OK, *texts holds all of them in the batch's arena, and fragments_end() must follow.
 * ERR_MALFORMED: no such fragment.
 */
MUST_USE enum err fragments_take(struct ingest *in, const struct waiting_fragment *fragment,
                                 struct bytes **texts);
/* Ends a message with its last fragment: it goes with this batch, or that one was never here. */
void fragments_end(struct ingest *in, const struct waiting_fragment *last, bool is_taken);
/* Drops what waited for ten minutes; the batch deletes it. */
void fragments_expire(struct ingest *in, int64_t now_s);
/* After the batch's commit: keeps what it did, or undoes it. */
void fragments_finish(struct ingest *in, bool is_committed);

/* ---- commands.c ---- */

/* No commands; and the end. */
void commands_init(struct ingest *in);
void commands_clear(struct ingest *in);
/* An entity of a command is loaded, or committed. */
void commands_apply(struct ingest *in, const struct change *c);
/* A device is gone, and its commands with it. */
void commands_forget_device(struct ingest *in, int64_t device);
/* The device was heard: it is on a link. */
void commands_note_heard(struct ingest *in, int64_t device);
/*
 * Stages into the batch what is to be done: outcomes that an earlier batch could not save, commands
 * that expire, those that are to be sent. Before the batch takes what arrived.
 */
void commands_run(struct ingest *in);
/* What became of an order; into the batch. */
void commands_take_outcome(struct ingest *in, const struct order_outcome *outcome);
/* Behind the commit of the batch, or its failure. */
void commands_settle(struct ingest *in, bool is_committed);
/* Whether an order can be given now. */
bool commands_may_issue(const struct ingest *in);
/* Hands the orders of a committed batch on. */
void commands_issue(struct ingest *in);
/* No more are issued; returns when all outcomes are queued. Any thread but ingest's. */
void commands_close(struct ingest *in);
/* Whether outcomes, or what was given up, wait for a commit. */
bool commands_unsaved(const struct ingest *in);
/* The batch changes a command: stages `o->staged`. */
void commands_stage(struct ingest *in, struct open_command *o);
/* The command ends in that state, and with it what was kept to send it; stages that. */
void commands_end(struct ingest *in, struct open_command *o, enum command_state state,
                  int64_t now_s);
/* The line has something to send, perhaps: it is looked at soon. */
void commands_make_ready(struct commands *c, struct command_line *line);
/* Milliseconds until commands_run() is to be called again, at most `limit_ms`. */
unsigned commands_wait_ms(const struct ingest *in, unsigned limit_ms);

/* Wipes what calls that worked with a password may have left below on the stack. */
void commands_wipe_stack(void);

/* A line with the commands of that device; NULL: it has none. */
struct command_line *commands_line(struct commands *c, int64_t device);

/* ---- lost_key.c ---- */

/* Whether the device has a password that was made with another key. */
bool lost_key_is_foreign(const struct ingest *in, const struct device *d);
/*
 * Once the store is loaded: gives up what another key made, which of passwords are those of
 * `devices` (internal ids), or refuses. Errors of store_commit(); ERR_FORBIDDEN after a log line.
 */
MUST_USE enum err lost_key_settle(struct ingest *in, const GArray *devices);

/* ---- command_times.c ---- */

/* On the monotonic clock, nothing of the command is written from then on. */
int64_t command_deadline_ms(const struct open_command *o);
/* Whether a command that waits must not be sent any more. */
bool command_is_too_late(const struct open_command *o, int64_t now_s);
/* Ends what waited too long, for its turn or for an answer; once a second. */
void commands_sweep(struct ingest *in, int64_t now_ms);

/* ---- timed.c ---- */

/* Whether a command that waits may go as far as its time and its rights are concerned. */
bool timed_may_go(struct ingest *in, struct open_command *o, int64_t now_s);
/* Ends a timed unlock that waits in vain. False: it waits on, or is due. */
bool timed_end(struct ingest *in, struct open_command *o, int64_t now_s);
/* On the monotonic clock, the end of the time in which it may be sent. */
int64_t timed_deadline_ms(const struct open_command *o);

/* ---- hazards.c ---- */

/* What harm a command would do; enum command_hazard. */
uint8_t hazard_of(const struct directory *dir, const struct command_request *what);
/*
 * Whether the device may be told to cut its engine now: COMMAND_ASK_TAKEN, _MOVING or _LOST.
 * `now_s` is wall time.
 */
enum command_answer hazard_may_cut(struct ingest *in, int64_t device, int64_t now_s);
/* Whether the device was heard within lock_fresh_s. */
bool hazard_is_fresh(struct ingest *in, int64_t device);
/* How long a command may wait, in seconds. */
int64_t hazard_ttl_s(const struct ingest *in, uint8_t hazard);
/* So lately a device must have been heard. */
int64_t hazard_fresh_ms(const struct ingest *in);

/* ---- sim_binding.c ---- */

/*
 * A report in order was folded onto the stage: where it tells a SIM card, that card is in this
 * device. `last_iccid` is what the device told before.
 */
void binding_take(struct ingest *in, struct stage *stage, const struct fix *f,
                  const char last_iccid[FIX_ICCID_SIZE]);

/* No operator said where cards are; and the end. */
void binding_init(struct bindings *b);
void binding_clear(struct bindings *b);
/* A change is committed and not yet applied: an operator may have said where a card is. */
void binding_note(struct ingest *in, const struct change *c);
/* Puts some of those cards there, into the batch. */
void binding_run(struct ingest *in);
/* Behind the commit of the batch, or its failure, after which it is tried again. */
void binding_settle(struct ingest *in, bool is_committed);
/* Whether any are left. */
bool binding_waits(const struct ingest *in);

/* ---- sim_share.c ---- */

/* Nothing was sent; and the end. */
void share_init(struct sms_shares *s);
void share_clear(struct sms_shares *s);

/* ---- sim_quota.c ---- */

/* No device is to be looked at; and the end. */
void quota_init(struct ingest *in);
void quota_clear(struct ingest *in);
/* A change is committed and not yet applied: whom it concerns is looked at. */
void quota_note(struct ingest *in, const struct change *c);
/* The batch under way was not committed: everybody is looked at again. */
void quota_again(struct ingest *in);
/* Looks at some of those, and at everybody now and then; into the batch. */
void quota_run(struct ingest *in);
/* Whether any are left. */
bool quota_waits(const struct ingest *in);

/* ---- answers.c ---- */

/*
 * Takes what a device said to a command or by itself: its record, and what that makes of the
 * command it answers. False: it could not be taken, and the device is to say it again.
 */
bool commands_take_answer(struct ingest *in, size_t stage, const struct intake_head *head,
                          const struct intake_message *m);
/* Adds a record of section 29 to the batch; `text` is copied. False: there are no ids left. */
bool commands_add_record(struct ingest *in, const struct device_text *record, struct bytes text);
/* The batch was not committed: an answer of it that comes again is no repeat. */
void commands_forget_answers(struct commands *c);

/* ---- job.c ---- */

/* No jobs, and the watch begins; the watch ends, when there are none any more. */
void jobs_init(struct jobs *jobs);
void jobs_clear(struct jobs *jobs);
/* A slice of the jobs that wait: at least a step of the one whose turn it is. */
void jobs_run(struct ingest *in);
/* Whether a job waits, or has steps left. */
bool jobs_wait(struct ingest *in);

#endif
