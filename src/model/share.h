#ifndef MODEL_SHARE_H
#define MODEL_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHARE_HASH_BYTES = 32, SHARE_DEVICES_MAX = 50 };

/* A link by which whoever has it sees some devices for some time. */
struct share_link {
    int64_t enterprise_id;          /* whose devices they are */
    int64_t id;                     /* ShareID */
    uint8_t hash[SHARE_HASH_BYTES]; /* of the link's token; never the token */
    int64_t user_id;                /* who made it; it ends with that user's rights */
    const uint8_t *devices;         /* geofence_pack_ids() of internal ids; never none */
    size_t devices_len;
    int64_t created_s; /* without history nothing of before is seen */
    int64_t until_s;
    bool has_history;
    int64_t ended_s;  /* revoked, or ended otherwise, before its time; 0: not */
    const char *note; /* free text of who made it */
};

#endif
