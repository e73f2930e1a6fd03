#ifndef PROTOCOLS_PROTOCOL_H
#define PROTOCOLS_PROTOCOL_H

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/writer.h"
#include "model/command.h"
#include "model/message.h"

enum {
    PROTOCOL_SESSION_BYTES = 32, /* what a protocol may remember of a connection */
    PROTOCOL_HINT_BYTES = 32,    /* what a reply needs to know of its frame */
    PROTOCOL_REPLY_MAX = 512,    /* longest reply in bytes */
    PROTOCOL_COMMAND_MAX = 2560, /* longest command in bytes, escaped */
    DEVICE_SLOT_BYTES = 16,      /* what a command needs to know of its device */
    COMMAND_SHOWN_SIZE = 48,
    DATAGRAM_END_MAX = 4,        /* longest datagram_end in bytes */
    PROTOCOL_FIRST_MAX = 1024,   /* a protocol is told by so many bytes of a connection */
    PROTOCOL_NOISE_MAX = 64,     /* blanks and line ends before them */
    PROTOCOL_MESSAGES_MAX = 4096 /* most messages one frame may hold; more is ERR_TOO_LONG */
};

struct profile;      /* protocols/profile.h */
struct framing_rule; /* protocols/framing.h */

/*
 * What is remembered of one connection (one UDP peer) between frames. Zeroed but for
 * utc_offset_min when the connection begins; owned by the gateway, used by one thread.
 */
struct session {
    char device_id[DEVICE_ID_SIZE]; /* set by a login; "" before. Frames that name their device
                                       themselves do not need it */
    uint8_t speed_unit;             /* enum speed_unit of all devices, where configured */
    uint8_t device_speed_unit;      /* that of the device whose frame is decoded, where somebody
                                       set one; see asks_speed_unit */
    const struct profile *profile;  /* of that device, where its model has one; see
                                       decoded.asks_profile */
    int16_t utc_offset_min;         /* zone of the device's clock: the row's, unless configured or
                                       told by the login */
    bool is_offset_told;            /* by the login */
    alignas(8) uint8_t own[PROTOCOL_SESSION_BYTES]; /* the protocol's, e.g. its serial counter */
};

/* Bytes only the protocol understands, carried from decode() through the store to reply(). */
struct reply_hint {
    uint8_t at[PROTOCOL_HINT_BYTES];
};

/*
 * What a command needs to know of a terminal and its frames tell: delimiter, version, form of its
 * id. Only the protocol understands it. All zero: nothing is known.
 */
struct device_slot {
    uint8_t at[DEVICE_SLOT_BYTES];
};

/*
 * What one frame says. The caller hands in a zeroed one with its arena set; the messages and their
 * texts live in that arena or are borrowed from the frame.
 */
struct decoded {
    struct arena *arena;
    char device_id[DEVICE_ID_SIZE]; /* whose messages these are; "" where neither the frame nor an
                                       earlier login of the session named it */
    bool wants_reply;               /* reply() has something to say to this frame */
    bool wants_close;               /* the connection ends after the reply */
    bool asks_profile;              /* what the frame says depends on session.profile: it is decoded
                                       again where its device has another */
    uint32_t unreadable;            /* how many reports, or positions of reports, cannot be read */
    struct reply_hint hint;
    struct device_slot slot; /* of the device, for its next command; replaces what was known */
    struct message *at;      /* `len` messages, in the order of the frame; may be none */
    size_t len;
    size_t capacity;
    struct message *spare; /* takes what the frame says too much; NULL: nothing is too much */
};

/*
 * Appends a zeroed message of `kind` and returns it; valid until the next call. Beyond the
 * PROTOCOL_MESSAGES_MAX that a frame may hold, the message counts for nothing, and decoded_finish()
 * says so.
 */
struct message *decoded_add(struct decoded *out, enum message_kind kind)
    __attribute__((returns_nonnull));

/*
 * Ends a join(), or a decode(), for which protocol_decode() calls it. Messages whose time was read
 * in the zone of the session say so from here on; a report that the decoder let tell of no alarm
 * tells of none, neither that it is nor that it is not (fix_set_alarms_told()). ERR_TOO_LONG: there
 * were too many messages, and none is left.
 */
MUST_USE enum err decoded_finish(struct decoded *out);

/*
 * Makes room for `count` more messages at once, as far as a frame may hold them. They are added as
 * before.
 */
void decoded_reserve(struct decoded *out, size_t count);

/* What a row makes of the bytes that a connection begins with. */
enum protocol_claim {
    CLAIM_NO,
    CLAIM_MORE,   /* perhaps: more bytes will tell */
    CLAIM_LIKELY, /* it begins so, and so may another protocol: more bytes may tell */
    CLAIM_YES     /* no other protocol begins so */
};

/* The claim of a row that is sure once a head is whole: ERR_OK it is, ERR_MORE it is not yet. */
static inline enum protocol_claim claim_of(enum err head)
{
    return head == ERR_OK ? CLAIM_YES : head == ERR_MORE ? CLAIM_MORE : CLAIM_NO;
}

/* How a frame fared, as reply() must know it. */
enum outcome {
    OUTCOME_STORED,       /* everything the frame said is durable (repeats count as stored) */
    OUTCOME_UNREGISTERED, /* nobody's device: logins and heartbeats are answered, data is not */
    OUTCOME_REFUSED       /* the store could not take it: answer so that the device keeps it */
};

/* What a simulated device of this protocol is to send next. */
enum encode_kind {
    ENCODE_LOGIN,     /* what a device sends first; may write nothing */
    ENCODE_HEARTBEAT, /* the cheapest message that is always answered */
    ENCODE_FIXES      /* `count` fixes in one frame where the protocol has that, else in several */
};

struct encode_request {
    enum encode_kind kind;
    const struct fix *fixes; /* ENCODE_FIXES */
    size_t count;
};

/*
 * The device's side of a protocol, for the simulator, the benchmarks and the tests. `s` is the
 * device's own session.
 */
struct protocol_device {
    const char *first_id; /* DeviceID of the first that is simulated; the others count on from it */

    /* Appends what the device sends. ERR_INVALID: the protocol has no way to say it. */
    enum err (*encode)(struct session *s, const struct encode_request *what, struct writer *out);
    /*
     * Reads one answer of the server from `in`: ERR_OK sets *used, and *acknowledged to how many
     * of the encoded frames sent so far and not yet acknowledged it covers, in order. ERR_MORE as
     * split().
     */
    enum err (*read_ack)(struct session *s, struct bytes in, size_t *used, size_t *acknowledged);
    /*
     * Appends what the device answers to a command: `in` is what read_ack() took and found to
     * acknowledge nothing, `last` the newest fix that the device sent (NULL: none). Nothing where
     * it is no command, or one that is not known. read_ack() does not count these frames. Where
     * `out` has failed, nothing of it counts, and the session is as before. NULL: the simulated
     * devices take no command.
     */
    void (*answer)(struct session *s, struct bytes in, const struct fix *last, struct writer *out);
};

/* What became of a command that a row was asked to write. */
enum command_fate {
    COMMAND_IS_WRITTEN,
    COMMAND_IS_UNSUPPORTED, /* the protocol, or the device's model, has no way to say it */
    COMMAND_IS_TOO_LONG,
    COMMAND_IS_INVALID /* a text that could end its frame; a raw message that is none */
};

/* What is to be remembered of a command that was written. The caller hands in a zeroed one. */
struct command_note {
    uint32_t tie;        /* as message_answer.tie of its answer; 0: answers have none */
    uint16_t message_id; /* as message_answer.message_id; 0: answers name none */
    bool is_unanswered;  /* nothing answers it */
    bool is_unaddressed; /* the frame names no device: whoever is at the end of the link obeys */
    char shown[COMMAND_SHOWN_SIZE]; /* of a command without a text: what was sent, for the record;
                                       "": as command_kind_text() has it */
};

/*
 * One device protocol. Its functions are pure: no socket, clock, heap (but out->arena) or store;
 * the server, `odograph decode`, the simulator, the tests and the fuzzers call them alike.
 *
 * Adding a protocol: a file or a folder with its row, its name in PROTOCOL_MAP, and its vectors
 * (docs/protocols.md).
 */
struct protocol {
    const char *name; /* lower case; names the file, its vectors, its config key, its metric */
    const char *doc;  /* one line: whose devices, and what is special */
    uint16_t port;    /* that Traccar has for it unless configured; 0: none. For compatible_ports */
    uint32_t frame_max;       /* longest frame in bytes; a longer one closes the connection */
    int16_t utc_offset_min;   /* zone of the device clock where nothing else tells it */
    bool tcp_only;            /* not looked for in UDP datagrams */
    const char *datagram_end; /* what ends a text in a stream, where senders leave it out of
                                 datagrams; NULL: what is not whole never becomes so */
    bool fixes_unanswered;    /* fix frames get no reply: the next reply covers them */
    bool asks_speed_unit;     /* what a speed means depends on the device: a frame is decoded again
                                 where that has another unit than the session says */

    /*
     * Whether a connection that begins with `first` (at least one byte) speaks this protocol. What
     * two protocols share is told apart by both of them, by length, checksum and identity: a row
     * may ask for its whole first frame, PROTOCOL_FIRST_MAX bytes at most. More bytes never turn
     * CLAIM_YES or CLAIM_NO into anything else. NULL: likely by the head that the rule has, and
     * sure by the checksum of a whole frame.
     */
    enum protocol_claim (*claims)(struct bytes first);
    /*
     * Where a frame ends and whether it is sound, by description; split() and resync() are then
     * NULL, and decode() is given whole and sound frames alone. NULL: the two functions tell.
     */
    const struct framing_rule *rule;
    /*
     * Finds the first frame of `in`. ERR_OK: *frame is it (borrowed, possibly still escaped) and
     * *used how many bytes of `in` it and the noise before it take. ERR_MORE: read more and call
     * again. ERR_MALFORMED, ERR_TOO_LONG: this can never become a frame; close.
     */
    enum err (*split)(struct bytes in, struct bytes *frame, size_t *used);
    /*
     * Optional. Looks for the next whole frame behind the first byte of `in`: ERR_OK and *skip =
     * how many bytes lie before it; ERR_MORE: none in what has come. Called when the first frame is
     * bad, or has been awaited for 5 s.
     */
    enum err (*resync)(struct bytes in, size_t *skip);
    /*
     * Fills *hint for the reply to a stream that split() refused with `why`, whose bytes begin with
     * `in`: it leaves after the replies to all frames before it, and the connection ends. NULL
     * where the protocol has no such reply.
     */
    void (*refuse)(struct bytes in, enum err why, struct reply_hint *hint);
    /*
     * Fills *out from one frame; called by protocol_decode(), which has copied the session's
     * device_id into it, and ends it. ERR_CHECKSUM, ERR_MALFORMED: nothing of it counts, nothing is
     * answered, the session is as before. ERR_OK with no messages: known and without meaning. A
     * frame that names its device for those behind it sets the session's device_id.
     */
    enum err (*decode)(struct session *s, struct bytes frame, struct decoded *out);
    /*
     * Writes what the device is to be told about the frame that left `hint`, once its outcome is
     * known; may write nothing. `now_s` is UTC. NULL where no frame wants one.
     */
    void (*reply)(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                  int64_t now_s, struct writer *out);
    /*
     * Writes a command to the device of `slot` (what the last frame of it left in decoded.slot).
     * Anything but COMMAND_IS_WRITTEN: nothing of `out` counts. With a zeroed slot it tells the
     * same fate as for the device's own wherever the two can agree, and what it writes is for
     * nobody: so ingest asks before a command is taken. NULL where the protocol has none.
     */
    enum command_fate (*command)(struct session *s, const struct device_slot *slot,
                                 const struct command_request *what, struct command_note *note,
                                 struct writer *out);
    /*
     * Puts a divided message together: `fragments` are the texts of its MESSAGE_FRAGMENTs in order
     * of their number, `out` as in decode() (device_id set by the caller). NULL where the protocol
     * has none.
     */
    enum err (*join)(struct session *s, uint32_t key, const struct bytes *fragments, size_t count,
                     struct decoded *out);

    const struct protocol_device *device; /* NULL: none is simulated */
};

/* Every protocol; of those that are likely, the first is chosen. */
#define PROTOCOL_MAP(X)                                                                            \
    X(jt808)                                                                                       \
    X(gt06)                                                                                        \
    X(osmand)                                                                                      \
    X(jt600)                                                                                       \
    X(teltonika)                                                                                   \
    X(h02)                                                                                         \
    X(gps103)                                                                                      \
    X(tk103)                                                                                       \
    X(wialon)                                                                                      \
    X(watch)                                                                                       \
    X(meitrack)                                                                                    \
    X(t55)                                                                                         \
    X(suntech)                                                                                     \
    X(gl200text)                                                                                   \
    X(ruptela)                                                                                     \
    X(galileo)                                                                                     \
    X(gl200binary)                                                                                 \
    X(eelink)                                                                                      \
    X(xexun)                                                                                       \
    X(gt02)                                                                                        \
    X(anytrek)                                                                                     \
    X(topin)                                                                                       \
    X(xexun2)                                                                                      \
    X(xexun3)                                                                                      \
    X(castel)                                                                                      \
    X(totem)                                                                                       \
    X(owntracks)                                                                                   \
    X(minifinder)

#define X(name) extern const struct protocol protocol_##name;
PROTOCOL_MAP(X)
#undef X

enum protocol_index {
#define X(name) PROTOCOL_##name,
    PROTOCOL_MAP(X)
#undef X
        PROTOCOL_COUNT,
    PROTOCOL_UNKNOWN = UINT8_MAX /* none that we know begins so */
};

/* The row at `index` (below PROTOCOL_COUNT). */
const struct protocol *protocol_at(size_t index);
/* The row of that name, or NULL. */
const struct protocol *protocol_find(const char *name);
/* The index of the row of that name; PROTOCOL_COUNT: there is none. */
size_t protocol_index_of(struct bytes name);
/* The rows of a set: bit n is the row at n. */
typedef uint32_t protocol_set;
enum { PROTOCOL_SET_BITS = 32 };
static_assert((int)PROTOCOL_COUNT <= (int)PROTOCOL_SET_BITS, "a set holds every protocol");
#define PROTOCOL_ALL ((protocol_set)((UINT64_C(1) << PROTOCOL_COUNT) - 1))

/* How a connection or datagram begins, and which protocols it may speak. */
struct protocol_question {
    struct bytes first;
    bool is_udp;
    bool is_all;          /* no more bytes are waited for */
    protocol_set allowed; /* the others are not asked */
    uint8_t hint;         /* index: chosen before others that are likely; or PROTOCOL_UNKNOWN */
};

struct protocol_choice {
    size_t index;
    size_t noise; /* blanks and line ends before its first frame, which are to be passed over */
    bool is_sure; /* else another protocol may be meant */
};

/*
 * Chooses a protocol by the first bytes. A row that is sure is it, else the only one that is left.
 * Where several are likely, more bytes are waited for, up to PROTOCOL_FIRST_MAX or until `is_all`;
 * then it is the hint, or the first in the list. ERR_OK: *out is it. ERR_MORE: cannot tell yet.
 * ERR_MALFORMED: no protocol begins so.
 */
MUST_USE enum err protocol_choose(const struct protocol_question *q, struct protocol_choice *out);
/* What the row would make of a command, for a device of which nothing is known. */
enum command_fate protocol_try_command(const struct protocol *p,
                                       const struct command_request *what);
/* Whether the row, or the profile, may have a way to say commands of a kind. */
bool protocol_carries(const struct protocol *p, enum command_kind kind,
                      const struct profile *profile);
/* A session for a new connection that speaks `p`. */
struct session protocol_session(const struct protocol *p);
/*
 * How many bytes to pass over at the front of `in`, which begins with no frame that can be read.
 * `found` is what split() answered: ERR_OK with *used where decode() then refused the frame.
 * `is_all`: nothing more is waited for. ERR_OK: *used is how many, up to the next whole frame where
 * one is there. ERR_MORE: what follows will tell, as the pieces in which a stream comes must not
 * decide how far a bad frame goes. ERR_MALFORMED, ERR_TOO_LONG: no frame can follow.
 */
MUST_USE enum err protocol_pass_over(const struct protocol *p, struct bytes in, enum err found,
                                     bool is_all, size_t *used);

/*
 * As split(), for the bytes of a datagram. Its end is the end of what it says: a text that goes up
 * to there without the row's datagram_end is whole, too. Its frame is then a copy in `arena`.
 */
MUST_USE enum err protocol_split_datagram(const struct protocol *p, struct arena *arena,
                                          struct bytes in, struct bytes *frame, size_t *used);

/* As claims() of the row, or by its rule. */
enum protocol_claim protocol_claims(const struct protocol *p, struct bytes first);
/* As split() and resync() of the row, or by its rule. ERR_MORE, too: the row cannot resync. */
MUST_USE enum err protocol_split(const struct protocol *p, struct bytes in, struct bytes *frame,
                                 size_t *used);
MUST_USE enum err protocol_resync(const struct protocol *p, struct bytes in, size_t *skip);
/* Whether the row has a way to find the next frame behind a bad one. */
bool protocol_can_resync(const struct protocol *p);
/*
 * Decodes a frame as decode() of the row, and does what all rows have alike: a frame that is none
 * by the rule is refused, the session's device is that of the frame unless that tells another,
 * messages are ended by decoded_finish(), and after an error there is none and the session is as
 * before.
 */
MUST_USE enum err protocol_decode(const struct protocol *p, struct session *s, struct bytes frame,
                                  struct decoded *out);

/* How many frames encode() wrote into `in`, by the protocol's own split(). */
size_t protocol_count_frames(const struct protocol *p, struct bytes in);

#endif
