#ifndef SIMULATE_SOCKET_H
#define SIMULATE_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/err.h"

/* The socket of one simulated device. What fails leaves its reason in errno. */

/*
 * Connects to `to`; the caller closes *fd. ERR_IO: the system refuses sockets; ERR_NOT_FOUND: no
 * connection, *fd is -1.
 */
MUST_USE enum err sim_socket_open(const struct sockaddr_storage *to, socklen_t to_len, bool udp,
                                  int *fd);
/* Has an epoll tell of `fd` as of `tag` where something can be read. ERR_IO: it refuses. */
MUST_USE enum err sim_socket_watch(int epoll, int fd, uint64_t tag);
/* Sends all of `out`, and waits for room as long as that takes. False: the connection is lost. */
MUST_USE bool sim_socket_send(int fd, struct bytes out);
/* Sends all of `out` where there is room for it. False: it is lost, or there is none. */
MUST_USE bool sim_socket_offer(int fd, struct bytes out);

#endif
