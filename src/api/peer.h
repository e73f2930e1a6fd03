#ifndef API_PEER_H
#define API_PEER_H

#include "api/exchange.h"

/*
 * The address of the client behind a connection, "" where it is not known: the other end, or of the
 * trusted proxy the last one that it was told of. Says once, and counts, that somebody else tells
 * of clients. Any thread that has the exchange.
 */
void peer_client_address(const struct exchange *ex, char out[CALL_ADDRESS_SIZE]);

#endif
