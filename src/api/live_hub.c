/*
 * Clients that hear the same share a channel. It keeps its last few frames, and each client knows
 * which it has:
 *
 *     channel    frame 7   frame 8   frame 9        made each `every` seconds, if there is news
 *                   ▲                   ▲
 *                 a slow client       most clients, waiting for 10
 *
 * A client that is behind the last kept frame, or comes with a cursor of its own, gets one frame of
 * all that is new to it, made for its number, and goes on with the others then.
 *
 * A client waits with its connection suspended. Whether there is something for it and suspending it
 * are under one lock, and so is waking it, so that no wake-up is lost.
 *
 * No frame is begun for a client whose rights changed since it came, so that it hears of nothing
 * that happens after such a change was answered. What it was sent before, it has.
 */
#include "api/live_hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/live_hub_private.h"
#include "api/share.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/directory_tree.h"

void live_hub_lock(struct live_hub *hub)
{
    check(pthread_mutex_lock(&hub->lock) == 0);
}

void live_hub_unlock(struct live_hub *hub)
{
    check(pthread_mutex_unlock(&hub->lock) == 0);
}

/* ---- channels ---- */

static void channel_free(void *value)
{
    struct channel *ch = value;
    for (size_t i = 0; i < FRAMES_KEPT; i++) {
        live_frame_release(ch->kept[i]);
    }
    live_writer_clear(&ch->writer);
    live_audience_free(ch->audience);
    free(ch);
}

/* The channel of a wish; made where there is none. Takes the audience. */
static struct channel *channel_of(struct live_hub *hub, const struct live_wish *wish)
{
    char key[CHANNEL_KEY_SIZE];
    (void)snprintf(key, sizeof(key), "%s/%u", live_audience_key(wish->audience), wish->every_s);
    struct channel *ch = g_hash_table_lookup(hub->channels, key);
    if (ch != NULL) {
        live_audience_free(wish->audience);
        return ch;
    }
    ch = mem_new(sizeof(*ch));
    memcpy(ch->key, key, sizeof(key));
    ch->audience = wish->audience;
    live_writer_init(&ch->writer, wish->call, ch->audience);
    ch->every_ms = wish->every_s * SECOND_MS;
    ch->upto = feed_number(wish->call->shard->directory);
    ch->next = 1;
    ch->last_ms = clock_monotonic_ms();
    ch->due_ms = ch->last_ms + ch->every_ms;
    g_hash_table_insert(hub->channels, ch->key, ch);
    return ch;
}

/* ---- joining and leaving ---- */

/*
 * Whether one more may come. What a stream is narrowed to stays as long as it does, and is counted
 * for each, though those that are alike have it once. Under the lock.
 */
static bool has_place(struct live_hub *hub, const struct live_wish *wish)
{
    GHashTableIter iter;
    void *value = NULL;
    const struct call *c = wish->call;
    size_t own = 0;
    size_t of_enterprise = 0;
    size_t of_address = 0;
    size_t own_bytes = live_audience_bytes(wish->audience);
    size_t bytes_of_enterprise = own_bytes;
    size_t all = g_hash_table_size(hub->clients);
    g_hash_table_iter_init(&iter, hub->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct live_client *other = value;
        bool is_own = other->caller.user_id == c->caller.user_id;
        bool is_of_enterprise = other->enterprise_id == c->caller.enterprise_id;
        own += is_own;
        own_bytes += is_own ? other->narrowed_bytes : 0;
        of_enterprise += is_of_enterprise;
        bytes_of_enterprise += is_of_enterprise ? other->narrowed_bytes : 0;
        of_address += strcmp(other->address, c->address) == 0;
    }
    return !hub->is_stopped && all < hub->options.places && own < LIVE_PER_USER &&
           own_bytes <= LIVE_BYTES_PER_USER && bytes_of_enterprise <= LIVE_BYTES_OF_ENTERPRISE &&
           of_enterprise < hub->options.places - all &&
           (hub->options.per_address == 0 || of_address < hub->options.per_address);
}

static struct live_client *client_new(struct live_hub *hub, const struct live_wish *wish)
{
    const struct call *c = wish->call;
    struct live_client *client = mem_new(sizeof(*client));
    const struct feed_marks marks = feed_marks(c->shard->directory, c->caller.user_id);
    client->hub = hub;
    client->caller = c->caller;
    client->enterprise_id = c->caller.enterprise_id;
    client->shard = c->shard;
    client->focus = marks.focus;
    client->rights = marks.rights;
    client->packs = wish->packs;
    client->narrowed_bytes = live_audience_bytes(wish->audience);
    client->once = wish->once;
    client->owner = wish->owner;
    client->suspend = wish->suspend;
    client->resume = wish->resume;
    memcpy(client->token_hash, c->token_hash, sizeof(client->token_hash));
    (void)snprintf(client->address, sizeof(client->address), "%s", c->address);
    return client;
}

/* Its first frame, and where it goes on from. By the thread that joins it. */
static void greet(struct live_client *client, const struct live_wish *wish)
{
    struct live_writer w;
    struct directory *dir = wish->call->shard->directory;
    live_writer_init(&w, wish->call, wish->audience);
    uint64_t now = feed_number(dir);
    bool is_good = wish->is_after_known && wish->after <= now && wish->after >= client->rights &&
                   !feed_read(dir, w.feed, wish->after, &w.call->arena).is_lost;
    client->cursor = wish->has_after && is_good ? wish->after : now;
    client->frame =
        live_frame_hello(&w, &(struct live_hello){.user_id = client->caller.user_id,
                                                  .every_s = wish->every_s,
                                                  .upto = client->cursor,
                                                  .is_reset = wish->has_after && !is_good,
                                                  .packs = wish->packs});
    live_writer_clear(&w);
}

static void client_free(struct live_client *client)
{
    live_frame_release(client->frame);
    free(client);
}

struct live_client *live_join(struct live_hub *hub, const struct live_wish *wish)
{
    live_hub_lock(hub);
    bool has = has_place(hub, wish); /* else there is nothing to be made */
    live_hub_unlock(hub);
    if (!has) {
        live_audience_free(wish->audience);
        return NULL;
    }
    struct live_client *client = client_new(hub, wish);
    greet(client, wish);
    live_hub_lock(hub);
    if (!has_place(hub, wish)) {
        live_hub_unlock(hub);
        live_audience_free(wish->audience);
        client_free(client);
        return NULL;
    }
    client->number = ++hub->last_number;
    client->channel = channel_of(hub, wish);
    client->channel->clients++;
    client->channel->packing += client->packs;
    g_hash_table_insert(hub->clients, &client->number, client);
    check(pthread_cond_signal(&hub->changed) == 0);
    live_hub_unlock(hub);
    return client;
}

void live_leave(struct live_client *client)
{
    struct live_hub *hub = client->hub;
    live_hub_lock(hub);
    (void)g_hash_table_remove(hub->clients, &client->number);
    client->channel->clients--;
    client->channel->packing -= client->packs;
    live_hub_unlock(hub);
    client_free(client);
}

/* ---- rights ---- */

/* Whether somebody may do what it could when it came, limited to the same groups or devices. */
static bool has_same_rights(const struct caller *now, const struct caller *then)
{
    return now->role == then->role && now->share.id == then->share.id &&
           now->group_count == then->group_count &&
           memcmp(now->group_ids, then->group_ids, then->group_count * sizeof(int64_t)) == 0 &&
           now->share.device_count == then->share.device_count &&
           memcmp(now->share.device_ids, then->share.device_ids,
                  then->share.device_count * sizeof(int64_t)) == 0;
}

enum live_standing live_client_standing(const struct live_client *client,
                                        const struct shard **of_token)
{
    struct caller now;
    *of_token = share_caller_again(client->hub->options.api, client->token_hash,
                                   clock_wall_ms() / SECOND_MS, &now);
    if (*of_token == NULL || now.user_id != client->caller.user_id ||
        !directory_may_act(client->shard->directory, &now, client->enterprise_id)) {
        return LIVE_HAS_NONE;
    }
    const struct feed_marks marks = feed_marks(client->shard->directory, now.user_id);
    return marks.rights == client->rights && has_same_rights(&now, &client->caller)
               ? LIVE_STANDS
               : LIVE_HAS_OTHERS;
}

bool live_client_stands(const struct live_client *client)
{
    const struct shard *of_token = NULL;
    return live_client_standing(client, &of_token) == LIVE_STANDS;
}

/* ---- reading ---- */

/*
 * Takes up the next frame; false: there is none, or none for it any more: the hub is about to end
 * its stream. Under the lock.
 */
static bool take_next(struct live_client *client)
{
    const struct channel *ch = client->channel;
    if (client->next == 0 || client->next == ch->next || !live_client_stands(client)) {
        return false;
    }
    if (ch->next - client->next > FRAMES_KEPT) {
        client->next = 0; /* it missed some: the hub makes one for it */
        return false;
    }
    client->frame = live_frame_hold(ch->kept[client->next % FRAMES_KEPT]);
    client->next++;
    client->sent = 0;
    return true;
}

static struct bytes bytes_of(const struct live_client *client)
{
    return client->packs ? client->frame->packed : client->frame->plain;
}

/* Gives back a frame that was sent to its end. */
static void finish_frame(struct live_client *client)
{
    if (client->frame != NULL && client->sent == bytes_of(client).len) {
        client->cursor = client->frame->upto;
        live_frame_release(client->frame);
        client->frame = NULL;
    }
}

ssize_t live_read(struct live_client *client, char *out, size_t size)
{
    struct live_hub *hub = client->hub;
    ssize_t len = -1;
    live_hub_lock(hub);
    finish_frame(client);
    bool is_over = hub->is_stopped || client->is_cut || (client->frame == NULL && client->ends);
    if (!is_over && (client->frame != NULL || take_next(client))) {
        struct bytes rest = bytes_slice(bytes_of(client), client->sent, size);
        memcpy(out, rest.at, rest.len);
        client->sent += rest.len;
        len = (ssize_t)rest.len;
    } else if (!is_over) {
        client->is_waiting = true;
        client->suspend(client->owner);
        len = 0;
    }
    live_hub_unlock(hub);
    return len;
}

void live_client_wake(struct live_client *client)
{
    if (client->is_waiting) {
        client->is_waiting = false;
        client->resume(client->owner);
    }
}

/* ---- starting and stopping ---- */

struct live_hub *live_hub_start(const struct live_options *options)
{
    struct live_hub *hub = mem_new(sizeof(*hub));
    pthread_condattr_t attributes;
    hub->options = *options;
    hub->clients = g_hash_table_new(g_int64_hash, g_int64_equal);
    hub->channels = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, channel_free);
    check(pthread_mutex_init(&hub->lock, NULL) == 0);
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&hub->changed, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    check(pthread_create(&hub->thread, NULL, live_rounds_run, hub) == 0);
    return hub;
}

void live_hub_stop(struct live_hub *hub)
{
    GHashTableIter iter;
    void *value = NULL;
    live_hub_lock(hub);
    hub->is_stopped = true;
    g_hash_table_iter_init(&iter, hub->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        live_client_wake(value);
    }
    check(pthread_cond_signal(&hub->changed) == 0);
    live_hub_unlock(hub);
    check(pthread_join(hub->thread, NULL) == 0);
}

void live_hub_free(struct live_hub *hub)
{
    check(g_hash_table_size(hub->clients) == 0);
    g_hash_table_destroy(hub->clients);
    g_hash_table_destroy(hub->channels);
    check(pthread_cond_destroy(&hub->changed) == 0);
    check(pthread_mutex_destroy(&hub->lock) == 0);
    free(hub);
}
