/*
 * Trackers that nobody registered. They are noted, for ListUnknownDevices; with open registration
 * they become devices of one enterprise, in the same commit as what they sent, unless they call
 * themselves what no device may be registered as. The ID is the plate too, and the object code is
 * made of the internal id, which is never used twice.
 */
#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "fleet/directory_tree.h"
#include "ingest/ingest_private.h"
#include "ingest/unique.h"

static void note(struct ingest *in, const struct intake_cursor *c)
{
    struct unknown_tracker seen = {
        .protocol = c->head->protocol,
        .frame_len = c->frame.len,
        .link = {.slot = c->head->connection.slot,
                 .generation = c->head->connection.generation,
                 .heard_ms = clock_monotonic_ms(),
                 .told = c->head->slot},
    };
    memcpy(seen.device_id, c->head->device_id, sizeof(seen.device_id));
    bytes_to_text(c->address, seen.address, sizeof(seen.address));
    if (c->frame.len > 0) {
        memcpy(seen.frame, c->frame.at, c->frame.len);
    }
    struct unknown_line line =
        unknown_note(in->options.unknown, &seen, c->head->rcv_time_ms / 1000);
    if (line.is_due) {
        log_line(LOG_INFO, "tracker_not_registered",
                 "device_id=\"%s\" protocol=%s address=%s left_out=%" PRIu64, seen.device_id,
                 protocol_at(seen.protocol)->name, seen.address, line.left_out);
    }
}

static bool has_enterprise(struct ingest *in)
{
    struct enterprise e;
    int64_t id = in->options.open_enterprise;
    bool found = directory_enterprise(in->options.directory, id, &in->batch.arena, &e) == ERR_OK &&
                 !e.deleted;
    if (!found && !in->said_no_enterprise) {
        in->said_no_enterprise = true;
        log_line(LOG_WARN, "registration_impossible", "open_enterprise=%" PRId64, id);
    }
    return found;
}

/* `text`, or where it is taken `text` with the device's id behind it. */
static const char *free_plate(struct ingest *in, const char *text, int64_t device)
{
    struct directory *dir = in->options.directory;
    if (!directory_plate_taken(dir, in->options.open_enterprise, text, device)) {
        return text;
    }
    return arena_format(&in->batch.arena, "%s #%" PRId64, text, device);
}

static const char *free_object_code(struct ingest *in, int64_t device)
{
    struct arena *arena = &in->batch.arena;
    const char *code = arena_format(arena, "%06" PRId64, device);
    for (unsigned i = 2; directory_object_code_taken(in->options.directory,
                                                     in->options.open_enterprise, code, device);
         i++) {
        code = arena_format(arena, "%06" PRId64 "-%u", device, i);
    }
    return code;
}

/*
 * Whether no other shard has the DeviceID, which is then reserved. Nobody is added unasked to
 * another shard than the first: what no shard has is sent there.
 */
static bool is_free(struct ingest *in, const char *device_id)
{
    if (in->options.unique != NULL) {
        return unique_take_device(in->options.unique, device_id, &in->batch.changes);
    }
    return in->options.shard == 0;
}

/* Whether the enterprise may have one more than it gets with this batch. */
static bool has_room(struct ingest *in)
{
    return directory_room(in->options.directory, LIMIT_DEVICES, in->options.open_enterprise, 0) >
           (int64_t)g_hash_table_size(in->batch.newcomers);
}

static size_t add(struct ingest *in, const struct intake_head *head)
{
    struct batch *b = &in->batch;
    int64_t device = ids_next(&in->ids, ID_OF_DEVICE);
    const char *id = arena_copy_text(&b->arena, head->device_id);
    struct change *c = change_add(&b->changes, CHANGE_PUT_DEVICE);
    c->device = (struct device){
        .id = device,
        .enterprise_id = in->options.open_enterprise,
        .device_id = id,
        .plate = free_plate(in, id, device),
        .object_code = free_object_code(in, device),
        .type = DEVICE_VEHICLE,
        .created_s = head->rcv_time_ms / 1000,
    };
    device_init(&c->device);
    size_t stage = (size_t)(batch_stage_newcomer(in, device) - b->stages);
    size_t *kept = arena_new(&b->arena, sizeof(*kept));
    *kept = stage;
    g_hash_table_insert(b->newcomers, arena_copy_text(&b->arena, device_id_key(id)), kept);
    return stage;
}

enum err newcomer_take(struct ingest *in, const struct intake_cursor *c, size_t *stage)
{
    const char *key = device_id_key(c->head->device_id);
    const size_t *known = g_hash_table_lookup(in->batch.newcomers, key);
    if (known != NULL) {
        *stage = *known;
        return ERR_OK;
    }
    if (in->options.registration_open && has_enterprise(in) &&
        device_id_is_valid(bytes_of_text(c->head->device_id)) && has_room(in) &&
        is_free(in, c->head->device_id)) {
        *stage = add(in, c->head);
        return ERR_OK;
    }
    note(in, c);
    return ERR_NOT_FOUND;
}

void newcomer_registered(struct ingest *in, const char *device_id)
{
    struct unknown_tracker seen;
    if (!unknown_forget(in->options.unknown, device_id, &seen) || seen.link.generation == 0 ||
        in->options.registered == NULL) {
        return;
    }
    struct registration r = {
        .connection = {seen.link.slot, seen.link.generation},
        .protocol = seen.protocol,
        .heard_ms = seen.link.heard_ms,
        .slot = seen.link.told,
    };
    bytes_to_text(bytes_of_text(device_id), r.device_id, sizeof(r.device_id));
    in->options.registered(in->options.registered_context, &r);
}
