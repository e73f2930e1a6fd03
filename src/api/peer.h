#ifndef API_PEER_H
#define API_PEER_H

#include "api/exchange.h"

/*
 * The address of the client behind a connection, "" where it is not known: that of the other end
 * or, behind the trusted proxy, the one that the proxy told last. Logs once, and counts, that
 * somebody else tells of clients. Any thread that has the exchange.
 */
void peer_client_address(const struct exchange *ex, char out[CALL_ADDRESS_SIZE]);

#endif
