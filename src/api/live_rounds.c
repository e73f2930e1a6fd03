/*
 * The rounds of the hub's thread: who may still listen, who is behind, whose turn it is. It makes
 * frames without the lock, of what it alone uses (live_writer), and hands them out under it.
 * Clients come and go meanwhile: they are named by number. A channel is freed by this thread alone.
 */
#include <stdlib.h>
#include <time.h>

#include "api/live_hub_private.h"
#include "api/token_use.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"

enum {
    TURN_MS = 200,   /* clients that are behind are looked after so often, ... */
    RIGHTS_MS = 400, /* ... and whether everybody may still listen */
};

/* ---- rights ---- */

/* Hands a client a frame of its own. Under the lock, while it waits. */
static void give(struct live_client *client, struct live_frame *frame)
{
    client->frame = frame;
    client->sent = 0;
    live_client_wake(client);
}

/*
 * Ends it at once, or tells it to begin anew, where a frame under way does not hinder that. Under
 * the lock.
 */
static void restrict_client(struct live_client *client, enum live_standing standing)
{
    if (standing == LIVE_HAS_OTHERS && client->is_waiting) {
        client->ends = true;
        give(client, live_frame_reset(&client->channel->writer, client->cursor, client->packs));
        return;
    }
    client->is_cut = true;
    live_client_wake(client);
}

/* New focus marks of its user, if it waits. Under the lock. */
static void tell_focus(struct live_client *client)
{
    const struct feed_marks marks = feed_marks(client->shard->directory, client->caller.user_id);
    if (marks.focus != client->focus && client->is_waiting) {
        client->focus = marks.focus;
        give(client, live_frame_focus(&client->channel->writer, client->caller.user_id,
                                      client->cursor, client->packs));
    }
}

/* Looks at everybody's rights. Under the lock, which the directory's are taken within. */
static void check_rights(struct live_hub *hub)
{
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, hub->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct live_client *client = value;
        const struct shard *of_token = NULL;
        enum live_standing standing = live_client_standing(client, &of_token);
        if (of_token != NULL) {
            token_use_note(of_token, client->token_hash, client->address,
                           clock_wall_ms() / SECOND_MS);
        }
        if (client->is_cut || client->ends) {
            continue;
        }
        if (standing != LIVE_STANDS) {
            restrict_client(client, standing);
        } else {
            tell_focus(client);
        }
    }
}

/* ---- frames ---- */

/* A client that is behind, and what was made for it. */
struct catch_up {
    uint64_t number;
    uint64_t cursor;
    struct channel *channel;
    bool once;
    bool packs;
    struct live_frame *frame;
};

/* Clients that are behind. It is no GArray: those are of memory that GLib shares among threads. */
struct behind {
    struct catch_up *at;
    size_t count;
};

/* Those that wait and are behind. Under the lock. */
static struct behind find_behind(struct live_hub *hub)
{
    struct behind behind = {
        .at = mem_new_array(g_hash_table_size(hub->clients) + 1, sizeof(*behind.at))};
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, hub->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct live_client *client = value;
        if (client->is_waiting && client->next == 0 && !client->ends) {
            behind.at[behind.count++] = (struct catch_up){.number = client->number,
                                                          .cursor = client->cursor,
                                                          .channel = client->channel,
                                                          .once = client->once,
                                                          .packs = client->packs};
        }
    }
    return behind;
}

static int compare_behind(const void *a, const void *b)
{
    const struct catch_up *x = a;
    const struct catch_up *y = b;
    int order = (x->channel > y->channel) - (x->channel < y->channel);
    order = order != 0 ? order : (x->cursor > y->cursor) - (x->cursor < y->cursor);
    order = order != 0 ? order : (int)x->once - (int)y->once;
    return order != 0 ? order : (int)x->packs - (int)y->packs;
}

/*
 * Makes their frames: one for all of a channel with the same cursor. Without the lock: a channel
 * with a client stays, and one without is freed by this thread alone.
 */
static void make_behind(const struct behind *behind)
{
    qsort(behind->at, behind->count, sizeof(*behind->at), compare_behind);
    for (size_t i = 0; i < behind->count; i++) {
        struct catch_up *one = &behind->at[i];
        const struct catch_up *before = i > 0 ? one - 1 : NULL;
        if (before != NULL && compare_behind(before, one) == 0) {
            one->frame = live_frame_hold(before->frame);
        } else {
            one->frame = live_frame_news(&one->channel->writer,
                                         &(struct live_frame_wish){.since = one->cursor,
                                                                   .packs = one->packs,
                                                                   .always = one->once});
        }
    }
}

/* Hands them out to those who are still there. Under the lock. */
static void give_behind(struct live_hub *hub, const struct behind *behind)
{
    for (size_t i = 0; i < behind->count; i++) {
        const struct catch_up *one = &behind->at[i];
        struct live_client *client = g_hash_table_lookup(hub->clients, &one->number);
        if (client == NULL || !client->is_waiting || !live_client_stands(client)) {
            live_frame_release(one->frame);
            continue;
        }
        client->next = client->channel->next;
        client->ends = client->once;
        if (one->frame->plain.len == 0) { /* nothing is new to it */
            client->cursor = one->frame->upto;
            live_frame_release(one->frame);
        } else {
            give(client, one->frame);
        }
    }
}

/* Looks after those that are behind. Under the lock, which is given up meanwhile. */
static void catch_up(struct live_hub *hub)
{
    const struct behind behind = find_behind(hub);
    live_hub_unlock(hub);
    make_behind(&behind);
    live_hub_lock(hub);
    give_behind(hub, &behind);
    free(behind.at);
}

/* A channel whose turn it is, without the lock; NULL: there is nothing to tell. */
static struct live_frame *make_due(struct channel *ch, bool packs, int64_t now_ms)
{
    if (feed_has(ch->writer.feed, ch->upto)) {
        return live_frame_news(&ch->writer,
                               &(struct live_frame_wish){.since = ch->upto, .packs = packs});
    }
    return now_ms - ch->last_ms >= LIVE_HEARTBEAT_MS
               ? live_frame_heartbeat(&ch->writer, ch->upto, packs)
               : NULL;
}

/* Keeps a frame for the channel's clients. Under the lock. */
static void publish(struct channel *ch, struct live_frame *frame, int64_t now_ms)
{
    ch->upto = frame->upto;
    if (frame->plain.len == 0) { /* what changed concerns nobody here */
        live_frame_release(frame);
        return;
    }
    ch->last_ms = now_ms;
    live_frame_release(ch->kept[ch->next % FRAMES_KEPT]);
    ch->kept[ch->next % FRAMES_KEPT] = frame;
    ch->next++;
}

/* Puts the channels whose turn it is into `due`; those without clients end. Under the lock. */
static size_t find_due(struct live_hub *hub, int64_t now_ms, struct channel **due)
{
    size_t count = 0;
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, hub->channels);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct channel *ch = value;
        if (ch->clients == 0) {
            g_hash_table_iter_remove(&iter);
        } else if (ch->due_ms <= now_ms) {
            ch->due_ms = now_ms + ch->every_ms;
            due[count++] = ch;
        }
    }
    return count;
}

/* Those that wait for a frame which is there now. Under the lock. */
static void wake_served(struct live_hub *hub)
{
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, hub->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct live_client *client = value;
        if (client->next != 0 && client->next != client->channel->next) {
            live_client_wake(client);
        }
    }
}

/* Has every channel whose turn it is make its frame. Under the lock, given up meanwhile. */
static void serve_channels(struct live_hub *hub)
{
    int64_t now_ms = clock_monotonic_ms();
    struct channel **due =
        mem_new_array(g_hash_table_size(hub->channels) + 1, sizeof(struct channel *));
    size_t count = find_due(hub, now_ms, due);
    for (size_t i = 0; i < count; i++) {
        struct channel *ch = due[i];
        bool packs = ch->packing > 0;
        live_hub_unlock(hub);
        struct live_frame *frame = make_due(ch, packs, now_ms);
        live_hub_lock(hub);
        if (frame != NULL) {
            publish(ch, frame, now_ms);
        }
    }
    if (count > 0) {
        wake_served(hub);
    }
    free(due);
}

/* ---- the thread ---- */

static void wait_turn(struct live_hub *hub)
{
    struct timespec end;
    if (g_hash_table_size(hub->clients) == 0 && g_hash_table_size(hub->channels) == 0) {
        check(pthread_cond_wait(&hub->changed, &hub->lock) == 0);
        return;
    }
    check(clock_gettime(CLOCK_MONOTONIC, &end) == 0);
    end.tv_nsec += TURN_MS * 1000000L;
    end.tv_sec += end.tv_nsec / 1000000000L;
    end.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&hub->changed, &hub->lock, &end);
}

void *live_rounds_run(void *context)
{
    struct live_hub *hub = context;
    live_hub_lock(hub);
    while (!hub->is_stopped) {
        int64_t now_ms = clock_monotonic_ms();
        if (now_ms - hub->rights_ms >= RIGHTS_MS) {
            hub->rights_ms = now_ms;
            check_rights(hub);
        }
        catch_up(hub);
        serve_channels(hub);
        if (!hub->is_stopped) {
            wait_turn(hub);
        }
    }
    live_hub_unlock(hub);
    return NULL;
}
