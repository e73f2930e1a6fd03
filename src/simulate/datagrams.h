#ifndef SIMULATE_DATAGRAMS_H
#define SIMULATE_DATAGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/err.h"

/*
 * One UDP socket for any number of simulated devices, each with an address of its own: device n
 * sends from 127.1.0.0 + n, which the loopback has without being asked. So a server sees as many
 * peers as there are devices, and no limit of open files stands in the way.
 */
struct sim_datagrams;

/* Whether a server at `to` can be reached so: an IPv4 address of the loopback. */
bool sim_datagrams_can_reach(const struct sockaddr_storage *to);
/* A socket to the server at `to`. ERR_IO: the system refuses it. */
MUST_USE enum err sim_datagrams_new(const struct sockaddr_storage *to, struct sim_datagrams **out);
/* Borrows the descriptor, to wait for answers. */
int sim_datagrams_fd(const struct sim_datagrams *d);
/*
 * Queues what a device sends; it leaves with the next flush, or before. Whether it fits a datagram.
 */
bool sim_datagrams_send(struct sim_datagrams *d, size_t device, struct bytes out);
/* Sends what is queued. */
void sim_datagrams_flush(struct sim_datagrams *d);
/* Hands all that has come to `take`, each with the device it is for, and flushes. */
void sim_datagrams_receive(struct sim_datagrams *d,
                           void (*take)(void *context, size_t device, struct bytes in),
                           void *context);
/* Closes; NULL is ignored. */
void sim_datagrams_free(struct sim_datagrams *d);

#endif
