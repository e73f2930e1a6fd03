#ifndef BASE_COUNTERS_H
#define BASE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * What the server counts, for GET /health. Columns: name (the JSON member), meaning. Gauges go up
 * and down, the rest only up.
 */
#define COUNTER_MAP(X)                                                                             \
    X(connections, "gauge: open device connections")                                               \
    X(udp_peers, "gauge: UDP peers heard from within the idle timeout")                            \
    X(devices_connected, "gauge: registered devices that own a connection")                        \
    X(connections_accepted, "device connections accepted")                                         \
    X(connections_unclaimed, "closed: no protocol begins so")                                      \
    X(connections_idle, "closed: nothing for the timeout")                                         \
    X(connections_malformed, "closed: bytes that can never become a frame, or bad frames")         \
    X(connections_refused, "not accepted: too many open")                                          \
    X(connections_crowded, "closed: too many bytes kept of frames not taken")                      \
    X(devices_moved, "devices that appeared on a second connection")                               \
    X(frames, "frames decoded")                                                                    \
    X(frames_bad, "frames refused: checksum or content")                                           \
    X(frames_bad_again, "of those, passed over: they came before, or too many did")                \
    X(frames_anonymous, "frames dropped: data before a login that never came")                     \
    X(reports_unreadable, "reports that are none, or whose position is none: kept without it")     \
    X(datagrams_dropped, "UDP datagrams dropped: queue full")                                      \
    X(reads_paused, "times a connection was not read because the queue or its credit was full")    \
    X(fixes_stored, "fixes committed")                                                             \
    X(fixes_repeated, "fixes that repeated a stored one")                                          \
    X(fixes_late, "fixes older than the newest of their device")                                   \
    X(fixes_refused, "fixes of unregistered devices")                                              \
    X(times_replaced, "fixes whose time was replaced by the arrival time")                         \
    X(times_moved, "fixes whose time was moved by rollovers of the GPS week")                      \
    X(parts_expired, "parts of divided messages dropped after ten minutes")                        \
    X(tail_fixes, "gauge: committed fixes that are not sealed into chunks yet")                    \
    X(tail_bytes, "gauge: memory of those fixes")                                                  \
    X(journal_bytes, "gauge: the part of the file that holds them")                                \
    X(fixes_sealed, "fixes sealed into chunks")                                                    \
    X(fixes_expired, "fixes deleted because their retention ended")                                \
    X(chunks_damaged, "chunks that could not be read")                                             \
    X(blocks_unproven, "blocks written as plain records, since their columns did not decode")      \
    X(damage_kept, "gauge: folders of damaged files that the store went on without")               \
    X(witness_failing, "gauge: 1 while the number of the last commit cannot be noted")             \
    X(witness_missing, "gauge: 1 where no witness of the commits was there at the start")          \
    X(upkeep_failing, "gauge: 1 while sealing, retention or copying the log back fails")           \
    X(commits, "transactions committed")                                                           \
    X(commits_failed, "transactions that failed")                                                  \
    X(requests, "HTTP requests answered")                                                          \
    X(requests_ambiguous, "HTTP requests refused: where their body ends can be read in two ways")  \
    X(http_connections, "gauge: open HTTP connections")                                            \
    X(pieces_inline, "pieces of long answers that were made where they are sent")                  \
    X(http_refused, "HTTP connections not accepted: too many of one address")                      \
    X(http_reaped,                                                                                 \
      "HTTP connections closed: a head, a body or an answer took too long, idle, or left halfway") \
    X(http_evicted, "HTTP connections closed to make room: oldest without a valid token")          \
    X(body_bytes, "gauge: memory of HTTP requests in flight that counts against their budget")     \
    X(bodies_refused, "HTTP requests refused: that budget was used up")                            \
    X(logins_throttled, "logins refused because of too many failures")                             \
    X(forwards_ignored, "calls whose X-Forwarded-For did not come from trusted_proxy")             \
    X(forwards_unreadable, "calls whose X-Forwarded-For ends with no address")

struct counters {
#define X(name, doc) _Atomic uint64_t name;
    COUNTER_MAP(X)
#undef X
};

/* Any thread; no order is promised between two counters. */
#define counter_add(counters, name, n)                                                             \
    atomic_fetch_add_explicit(&(counters)->name, (uint64_t)(n), memory_order_relaxed)
#define counter_sub(counters, name, n)                                                             \
    atomic_fetch_sub_explicit(&(counters)->name, (uint64_t)(n), memory_order_relaxed)
#define counter_get(counters, name) atomic_load_explicit(&(counters)->name, memory_order_relaxed)

#endif
