#ifndef GATEWAY_GATEWAY_PRIVATE_H
#define GATEWAY_GATEWAY_PRIVATE_H

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/arena.h"
#include "gateway/bad_frames.h"
#include "gateway/gateway.h"
#include "ingest/commands.h"

/*
 * The parts of the gateway. Everything here belongs to the loop's thread but for `inbox` (under its
 * mutex) and the atomics.
 */

enum {
    READ_BUFFER_BYTES = 64 * 1024,
    OUT_BUFFER_BYTES = 16 * 1024,
    UNSENT_MAX_BYTES = 256 * 1024,
    KEPT_FREE_BYTES = 4096, /* a link may keep so much of a frame, as most do */
    LONG_FRAMES_MAX_BYTES =
        64 * 1024 * 1024, /* kept beyond that, of all links, unless configured */
    LINGER_S = 10,
    BAD_FRAMES_MAX = 8,        /* of one connection, in a row ... */
    BAD_FRAMES_AGAIN_MAX = 64, /* ... where a known device may send them again and again ... */
    BAD_FRAMES_TURN_MAX = 64,  /* ... and of what is taken at once */
    HELD_FRAMES_MAX = 16,      /* before a login ... */
    HELD_BYTES_MAX = 4096,     /* ... and their bytes */
    RESYNC_MS = 5000,          /* so long the rest of a frame is awaited, unless configured */
    LOOKS_MAX = 8,             /* times a bad frame is looked at again as more bytes come */
    UDP_PEERS_MAX = 200000,
    PAST_HOSTS = 4096,                   /* of which it is remembered what they spoke */
    UDP_BATCH = 16,                      /* datagrams a system call reads at most ... */
    UDP_DATAGRAM_BYTES = 64 * 1024,      /* ... each into so much room, as libuv wants it */
    UDP_RECEIVE_BYTES = 4 * 1024 * 1024, /* asked of the kernel, which may give less */
    ADDRESS_SIZE = 56,
    TICK_MS = 250,
    HELD_ORDER_MS = 5000,      /* what must not be late waits so long for the link */
    GUARD_MS = 10000,          /* so long the other end has for what must not be late */
    UDP_CONNECTED_MS = 120000, /* a peer heard longer ago gets no commands */
};

/* A list of links by the time of their last whole frame, the longest silent first. */
struct idle_list {
    struct link *oldest;
    struct link *newest;
};

/* Links that wait for room in the queue of one shard, the longest waiting first. */
struct wait_list {
    struct link *first;
    struct link *last;
};

/* A reply that needs no commit of its own but has to wait for those before it. */
struct deferred_reply {
    bool pending;
    bool wants_close;
    struct reply_hint hint;
};

/* A port that is listened on, by TCP and UDP. It does not move, as its handles are in it. */
struct listener {
    struct gateway *gateway;
    uv_tcp_t tcp;
    uv_udp_t udp;
    uint16_t port;        /* as configured; 0: any free one */
    protocol_set allowed; /* the protocols that are spoken on it */
    char address[ADDRESS_SIZE];
};

/*
 * A UDP peer as a key of the table: the hash is made once, with the gateway's secret in it. The
 * address is the front of a sockaddr_in or a sockaddr_in6; what the address does not use is zero.
 */
struct peer_key {
    uint32_t hash;
    uint8_t listener; /* index */
    uint8_t address[sizeof(struct sockaddr_in6)];
};

/* The place of a link among those that wait for the rest of a frame. */
struct awaiting {
    int64_t since_ms; /* loop time */
    struct link *older;
    struct link *newer;
};

/* Frames from before the login; see held.c. */
struct held_frames {
    size_t len;
    size_t count; /* at least 1 */
    uint8_t at[];
};

/* A device that was heard on a link, and what a command to it needs to know. */
struct bound_device {
    int64_t id;       /* internal */
    int64_t heard_ms; /* loop time */
    struct device_slot slot;
};

/*
 * A command on its way that must not be late (guards.c): the link is reset where the other end does
 * not have all of it in time.
 */
struct guard {
    struct link *link;
    struct ingest *from;
    int64_t command;
    int64_t until_ms; /* loop time */
    GList place;      /* in gateway.guards */
};

/*
 * What only a TCP connection has. Most of them are idle most of the time, and need no more than
 * this.
 */
struct stream {
    struct deferred_reply deferred;
    bool is_read;              /* what comes is read */
    uint8_t looks;             /* at a bad frame that stands at the front */
    uint32_t partial_len;      /* of `partial` */
    struct held_frames *held;  /* NULL: none */
    struct awaiting *awaiting; /* NULL: it waits for nothing */
    char *address;             /* as address_text() has it; NULL: not known */
    struct guard *guard;       /* NULL: none */
    uint8_t *partial;          /* bytes of a frame that is not whole yet, or not taken yet */
    struct link *next_waiter;
    uv_tcp_t tcp;
};

/* What only a UDP peer has. */
struct peer {
    struct peer_key key;
    char address[ADDRESS_SIZE]; /* last: allocated as long as it is */
};

/*
 * A TCP connection or a UDP peer. Lives in its slot until its handle is closed; the slot's
 * generation goes up when closing begins, so that no verdict reaches it any more.
 */
struct link {
    struct gateway *gateway;
    uint32_t slot;
    uint32_t generation;
    bool is_udp;
    bool closing;
    bool ends;            /* nothing more is taken of it: closes once all is answered ... */
    bool close_when_sent; /* ... and everything has left */
    bool lingers;         /* then it is read on, unheard, until the other end has closed too ... */
    bool is_leaving;      /* ... as it is now */
    bool paused;          /* not read: its credit or the queue is full, or a deferred reply waits */
    bool is_waiter;   /* in the gateway's list of links that wait for room in its shard's queue */
    bool has_spoken;  /* sent a whole frame */
    bool is_noted;    /* among those that were not understood */
    bool is_unsure;   /* its first bytes could have been of another protocol, too */
    bool owes_fixes;  /* fixes were refused that its next reply would cover: it gets none */
    bool is_mute;     /* sent a bad frame that no answer may cover: what has come is stored, not
                         answered, and then it ends */
    uint8_t protocol; /* index, or PROTOCOL_UNKNOWN */
    uint8_t listener; /* index of that on which it came */
    uint8_t bad_frames;
    struct session session;
    uint32_t shard;        /* index: where its arrivals in flight are, or the last one was to go */
    uint32_t in_flight;    /* arrivals without their verdict */
    uint32_t credit_bytes; /* of the queue, taken by those */
    uint32_t unsent_bytes; /* of a stream: replies that wait for its socket */
    int64_t active_ms;     /* loop time */
    struct link *older;
    struct link *newer;
    uint32_t device_count; /* bound to this link */
    uint32_t device_capacity;
    union {
        struct bound_device device;   /* device_capacity == 0: room for one, as most links have */
        struct bound_device *devices; /* else */
    };
    union { /* last: a UDP peer is allocated without the room of a stream */
        struct stream stream;
        struct peer peer; /* is_udp */
    };
};

struct link_slot {
    struct link *link; /* NULL: free */
    uint32_t generation;
    uint32_t next_free;
};

/* Verdicts and orders on their way to the loop. */
struct inbox {
    pthread_mutex_t mutex;
    struct verdict *at;
    size_t len;
    size_t capacity;
    GQueue orders;        /* struct order, owned; behind all verdicts that are there */
    GQueue registrations; /* struct registration, owned */
};

enum gateway_stage { GATEWAY_READING, GATEWAY_DRAINING, GATEWAY_ENDING };

struct gateway {
    struct gateway_options options;
    const struct shards *shards;
    struct counters *counters;
    uv_loop_t loop;
    struct listener *listeners; /* the first is the device port */
    size_t listener_count;      /* of those whose handles are there */
    uv_async_t wakeup;
    uv_timer_t timer;
    pthread_t thread;
    bool running; /* the thread is; of the thread that made the gateway */
    bool reading; /* of the loop: links are read and go on when they may */

    pthread_mutex_t stage_mutex;
    pthread_cond_t stage_changed;
    enum gateway_stage wanted; /* under stage_mutex, then wakeup */
    enum gateway_stage reached;
    unsigned flush_ms;
    int64_t flush_until_ms; /* of the loop; 0: not ending */

    struct link_slot *slots;
    uint32_t slot_count;
    uint32_t first_free; /* UINT32_MAX: none */
    uint32_t link_count;
    int64_t next_accept_warning_ms;
    struct idle_list fresh;        /* before their first frame */
    struct idle_list active;       /* after it */
    struct idle_list peers;        /* of UDP, before and after */
    struct idle_list leaving;      /* those that linger, by the time they began to */
    size_t long_bytes;             /* what links keep beyond KEPT_FREE_BYTES each */
    struct wait_list *waiters;     /* one a shard: a queue that stays full stops no other's links */
    struct link *longest_awaiting; /* the rest of a frame */
    struct link *last_awaiting;
    struct bad_frames *bad_frames;
    uint8_t past_protocols[PAST_HOSTS]; /* choice.c; PROTOCOL_UNKNOWN: nothing */
    unsigned turn_bad_frames;           /* of the frames_take() under way */
    int64_t next_bad_frame_line_ms;     /* of the log */
    GHashTable *udp_peers;              /* struct link by its struct peer_key */
    uint64_t secret;                    /* so that nobody outside can choose peers that collide */
    GQueue guards;                      /* struct guard, owned; the oldest first */
    GQueue held_orders;                 /* struct order, owned */
    GQueue registrations;               /* struct registration, owned, that wait for room */
    GQueue doubts;                      /* struct guard that have no link any more, to be told */
    GHashTable *owners;                 /* struct link by the internal id of a device */

    struct inbox inbox;
    struct verdict *batch; /* the inbox's other half, on the loop */
    size_t batch_capacity;
    struct arena arena; /* of the read being handled */
    int64_t read_wall_ms;
    uint8_t read_buffer[READ_BUFFER_BYTES];
    uint8_t udp_buffer[UDP_BATCH * UDP_DATAGRAM_BYTES];
    uint8_t out_buffer[OUT_BUFFER_BYTES];
};

/* ---- links.c: slots, idle lists, closing ---- */

/* A new link in a slot of its own, counted and in the fresh list. */
struct link *link_new_stream(struct listener *listener);
struct link *link_new_peer(struct gateway *g, const struct peer_key *key, const char *address);
/* Where it comes from, as address_text() has it. */
const char *link_address(const struct link *link);
/* Whether a reply waits for those before it. */
bool link_has_deferred(const struct link *link);
/* The port on which it came. */
struct listener *link_listener(const struct link *link);
/* The link a verdict is for, or NULL where it is gone. */
struct link *link_find(struct gateway *g, struct connection_ref ref);
/* Notes a whole frame: the link goes to the end of the active list. */
void link_touch(struct link *link);
/* Begins to close; nothing may use the link after the loop's next turn. */
void link_close(struct link *link);
/* Closes those that were silent for too long. */
void links_expire(struct gateway *g);
void links_close_all(struct gateway *g);
/*
 * Nothing more is taken of the connection (a UDP peer has no end of its own): it closes once what
 * it sent is answered. Replies still leave in order.
 */
void link_end(struct link *link);
/*
 * As link_end(), with a reply of ours on its way: what the other end still sends must not lose it
 * that reply.
 */
void link_end_softly(struct link *link);
/*
 * Everything has left. Closes the link; where it ends softly, closes our half only. Bytes that come
 * after a close would reset the connection, and the reply could be lost with it.
 */
void link_leave(struct link *link);
/* Whether an ending link has all its answers. */
bool link_is_answered(const struct link *link);
/* Puts a TCP link at the end of those that wait for room in the queue of its shard. */
void link_wait(struct link *link);

/* ---- devices.c: which link a device is on ---- */

/*
 * The device was heard on this link: it alone moves here. The link that it leaves ends if it has no
 * other device. A link that is ending gets none.
 */
void device_bind(struct link *link, const struct bound_device *device);
/* The link that a device is on, and what is known of the device; NULL: it is on none. */
struct link *device_link(struct gateway *g, int64_t device, struct bound_device *out);
/* The link goes: its devices are on none. */
void devices_unbind(struct link *link);

/* ---- frames.c: bytes to arrivals ---- */

/*
 * Takes whole frames off the front of `in` and pushes what they say, and passes over what is none;
 * answers how many bytes it took. `is_all`: nothing more is waited for. May pause, end or close the
 * link.
 */
size_t frames_take(struct link *link, struct bytes in, bool is_all);
/* Whether a reply would cover nothing that was lost, neither refused fixes nor a bad frame. */
bool link_may_answer(const struct link *link);
/* Whether a paused link can go on: room in its credit and in the queue, nothing deferred. */
bool link_may_resume(const struct link *link);
/* Goes on with a paused link where it may. */
void link_resume(struct link *link);

/*
 * Hands to ingest that a device, which nobody had registered, was heard on the link `quiet_ms` ago.
 * ERR_BUSY: not now.
 */
MUST_USE enum err link_push_heard(struct link *link, const char *device_id,
                                  const struct device_slot *slot, uint32_t quiet_ms);

/* ---- choice.c: which protocol a connection speaks ---- */

/*
 * Chooses the protocol by the first bytes; *noise of them are to be passed over. ERR_MORE: they do
 * not tell yet. Anything else: nobody begins so.
 */
MUST_USE enum err choice_make(struct link *link, struct bytes in, bool is_all, size_t *noise);
/*
 * `bad`, which begins with no frame of the link's protocol: whether it begins with one of another,
 * where the first bytes left that open. ERR_OK: the link speaks that one from now on. ERR_BUSY: to
 * be asked again when all arrivals have their verdict, as their replies are of the former protocol.
 * ERR_NOT_FOUND: it begins with none.
 */
MUST_USE enum err choice_mend(struct link *link, struct bytes bad);
/* The link sent its first whole frame: what it speaks is a hint for the next one from its host. */
void choice_note(struct link *link);

/* ---- registrations.c ---- */

/* A tracker is registered: binds it to the link on which it was heard, if that is still there.
 * Takes it. */
void registration_take(struct gateway *g, struct registration *r);
/* Gives those that found no room another try. */
void registrations_try_again(struct gateway *g);

/* ---- trace.c: frames of devices that are traced ---- */

/* A frame was taken of the link; what it says. */
void trace_frame_in(const struct link *link, struct bytes frame, const struct decoded *d);
/* Bytes were passed over that are no frame; they are told of the device that logged in. */
void trace_bad_in(const struct link *link, struct bytes bad);
/* An answer leaves to that device; internal id, 0: to the one that logged in. Empty: none does. */
void trace_reply(const struct link *link, int64_t device, struct bytes reply);
/* A command was written. */
void trace_command(const struct link *link, const struct order *o, struct bytes frame);

/* ---- strangers.c ---- */

/* Notes bytes that were not understood, or name no device. */
void stranger_note(struct gateway *g, const char *address, uint8_t protocol, struct bytes said);
/*
 * Notes bytes of a link that were not understood, as long as it sent no whole frame: after that we
 * know who speaks.
 */
void stranger_note_link(struct link *link, struct bytes said);
/*
 * Before the link is closed: notes what it left, frames without a device or a first one that never
 * became whole.
 */
void stranger_note_end(struct link *link);

/* ---- held.c: frames before a login ---- */

/* Keeps a copy, in *h or a new one; false where it is one too many or too long. */
bool held_add(struct held_frames **h, struct bytes frame);
/* The first one kept, borrowed until the next call; false where there is none. */
bool held_first(const struct held_frames *h, struct bytes *frame);
/* How many are kept. */
size_t held_count(const struct held_frames *h);
/* Forgets the first one, and *h behind the last; all of them. */
void held_drop(struct held_frames **h);
void held_clear(struct held_frames **h);

/* ---- await.c: frames that do not end ---- */

/*
 * After frames_take(): whether the link waits for the rest of a frame, and since when; `has_moved`:
 * something was taken, so that it is another frame.
 */
void await_note(struct link *link, bool has_moved);
/* The link waits no more. */
void await_end(struct link *link);
/* Looks at what has waited for long enough. */
void awaits_expire(struct gateway *g);

/* ---- tcp.c ---- */

/* Binds and listens. ERR_IO with a log line. */
enum err tcp_listen(struct listener *l, const struct sockaddr *address);
/* Sends no more and reads on, without taking anything. */
void tcp_linger(struct link *link);
/* Reading goes on / stops; where it cannot go on the link is closed. */
void tcp_start_reading(struct link *link);
void tcp_stop_reading(struct link *link);
/* frames_take(), then keeps the rest. `in` may be what is kept. */
void link_take(struct link *link, struct bytes in, bool is_all);
/* Keeps what of `rest` belongs to a frame that is not whole; replaces what was kept. TCP only. */
void link_keep(struct link *link, struct bytes rest);
/* The link closes: what it keeps counts no more, and goes with it. */
void link_uncount(struct link *link);

/* ---- udp.c ---- */

/* Binds and reads. ERR_BUSY: the port is taken; ERR_IO with a log line. */
enum err udp_listen(struct listener *l, const struct sockaddr *address);
/* The peer goes: it is not found any more. */
void udp_forget(struct link *link);
/* The table of peers. */
GHashTable *udp_peers_new(void);

/* ---- listeners.c: the ports ---- */

/* Opens all of them. ERR_IO, ERR_INVALID with a log line; what is open then is closed like all. */
MUST_USE enum err listeners_open(struct gateway *g);
/* Nothing more is accepted or read; answers still leave over UDP. */
void listeners_stop(struct gateway *g);
bool listeners_have_unsent(const struct gateway *g);
void listeners_close(struct gateway *g);

/* "ADDR:PORT", an IPv6 address in brackets. */
void address_text(const struct sockaddr *address, char out[ADDRESS_SIZE]);

/* ---- orders.c: commands to bytes ---- */

/*
 * Writes an order to the link of its device, at most once, and tells ingest what became of it. What
 * must not be late may be held for some seconds, until nothing is under way on the link. Takes it.
 */
void order_write(struct gateway *g, struct order *o);
/* Gives those that are held another try. */
void orders_try_again(struct gateway *g);

/* ---- guards.c: commands that must not be late ---- */

/* Whether the other end has all that was written to a TCP link, as far as the kernel knows. */
bool guard_is_clear(const struct link *link);
/* The command was written to the link, which is watched from now on. */
void guard_begin(struct link *link, const struct order *o);
/*
 * The link closes: whether what it has not delivered is to be thrown away, of a command that is
 * under way. Tells ingest of the doubt.
 */
bool guard_end(struct link *link);
/* Looks at all of them: lets go of those that arrived, closes the links of those that are late. */
void guards_check(struct gateway *g);
/* Nothing more is read: what is under way is thrown away. */
void guards_drop(struct gateway *g);

/* ---- replies.c: verdicts to bytes ---- */

/* Handles what ingest delivered. */
void replies_deliver(struct gateway *g);
/* Sends now, or queues what the kernel does not take. */
void link_send(struct link *link, uint8_t *at, size_t len);
/* Sends over UDP now, or not at all: false. */
bool link_send_datagram(struct link *link, uint8_t *at, size_t len);
/* Closes an ending link that has all its answers, once they have left. */
void link_end_when_sent(struct link *link);
/* Gives the links that waited for room in a queue their turn, the longest waiting first. */
void replies_resume_waiters(struct gateway *g);
/* Answers a frame that needed no commit. */
void link_reply_now(struct link *link, const struct reply_hint *hint, bool wants_close);

#endif
