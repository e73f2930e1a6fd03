#ifndef INGEST_SHARD_H
#define INGEST_SHARD_H

#include <stdint.h>

#include "base/vault.h"
#include "fleet/directory.h"
#include "fleet/traces.h"
#include "fleet/unknown.h"
#include "ingest/ingest.h"
#include "store/store.h"

/*
 * One whole engine, and in it whole enterprises: their users, devices and history are in this shard
 * and in no other. It borrows what it names; who starts it takes it down.
 */
struct shard {
    uint32_t id; /* 0: the first; the same at every start */
    struct store *store;
    struct directory *directory;
    struct ingest *ingest; /* started with this id */
    /*
     * Trackers that nobody registered. They are in no enterprise, so the shards of one process
     * share one list: the shard that registers a tracker takes it off.
     */
    struct unknown_trackers *unknown;
    /* Devices that are traced (fleet/traces.h): one list of the process, in its first shard. */
    struct traces *traces;
    /* The key of the process (base/vault.h); what ingest was started with. */
    struct vault *vault;
};

#endif
