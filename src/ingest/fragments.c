/*
 * Divided messages. Each fragment is a row in the store and is acknowledged as such; when the last
 * one is there the protocol joins them and the rows go, in the same commit as what they said. Where
 * they say nothing, the last one is not taken. What is not complete after ten minutes is dropped
 * and counted.
 *
 *     active_device.assemblies ──► assembly ──► assembly     one a message of a device
 *     fragments.assemblies     ──►   those of all devices, the oldest first
 *
 * A commit may fail, so a batch only marks: a fragment is `is_fresh` and an assembly `is_gone`
 * until fragments_finish() keeps or undoes it. Memory is bounded for each device and in all; the
 * oldest makes room.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "ingest/ingest_private.h"

enum {
    WAIT_S = 600,
    DEVICE_BYTES_MAX = 256 * 1024,
    ALL_BYTES_MAX = 16 * 1024 * 1024,
    FRAGMENT_OVERHEAD_BYTES = 64,
};

struct piece {
    uint8_t *at; /* NULL: not there */
    size_t len;
    bool is_fresh; /* of the batch under way */
};

struct assembly {
    struct active_device *active;
    uint32_t key;
    uint16_t total;
    uint16_t count;
    int64_t first_time_s;
    bool is_gone;    /* complete, expired or displaced, once the batch is committed */
    bool is_touched; /* in fragments.touched */
    GList device_link;
    GList all_link;
    struct piece pieces[];
};

void fragments_init(struct fragments *p)
{
    g_queue_init(&p->assemblies);
    p->touched = g_ptr_array_new();
}

static size_t assembly_bytes(size_t total)
{
    return sizeof(struct assembly) + total * sizeof(struct piece);
}

static size_t piece_bytes(const struct piece *piece)
{
    return piece->at == NULL ? 0 : piece->len + FRAGMENT_OVERHEAD_BYTES;
}

static void drop_piece(struct fragments *p, struct assembly *a, struct piece *piece)
{
    if (piece->at == NULL) {
        return;
    }
    p->bytes -= piece_bytes(piece);
    a->active->fragment_bytes -= piece_bytes(piece);
    a->count--;
    free(piece->at);
    *piece = (struct piece){0};
}

static void free_assembly(struct fragments *p, struct assembly *a)
{
    for (size_t i = 0; i < a->total; i++) {
        drop_piece(p, a, &a->pieces[i]);
    }
    p->bytes -= assembly_bytes(a->total);
    a->active->fragment_bytes -= assembly_bytes(a->total);
    g_queue_unlink(&a->active->assemblies, &a->device_link);
    g_queue_unlink(&p->assemblies, &a->all_link);
    free(a);
}

void fragments_clear(struct fragments *p)
{
    while (p->assemblies.head != NULL) {
        free_assembly(p, p->assemblies.head->data);
    }
    g_ptr_array_free(p->touched, TRUE);
}

static void touch(struct fragments *p, struct assembly *a)
{
    if (!a->is_touched) {
        a->is_touched = true;
        g_ptr_array_add(p->touched, a);
    }
}

static struct assembly *find(struct active_device *active, uint32_t key)
{
    for (GList *link = active->assemblies.head; link != NULL; link = link->next) {
        struct assembly *a = link->data;
        if (a->key == key && !a->is_gone) {
            return a;
        }
    }
    return NULL;
}

static struct assembly *add(struct fragments *p, struct active_device *active,
                            const struct waiting_fragment *fragment)
{
    struct assembly *a = mem_new(assembly_bytes(fragment->total));
    a->active = active;
    a->key = fragment->key;
    a->total = fragment->total;
    a->first_time_s = fragment->rcv_time_s;
    a->device_link.data = a;
    a->all_link.data = a;
    g_queue_push_tail_link(&active->assemblies, &a->device_link);
    g_queue_push_tail_link(&p->assemblies, &a->all_link);
    p->bytes += assembly_bytes(a->total);
    active->fragment_bytes += assembly_bytes(a->total);
    return a;
}

static void add_piece(struct fragments *p, struct assembly *a,
                      const struct waiting_fragment *fragment)
{
    struct piece *piece = &a->pieces[fragment->number - 1];
    piece->at = mem_new(fragment->len);
    piece->len = fragment->len;
    if (fragment->len > 0) {
        memcpy(piece->at, fragment->at, fragment->len);
    }
    p->bytes += piece_bytes(piece);
    a->active->fragment_bytes += piece_bytes(piece);
    a->count++;
}

static bool is_fragment(const struct waiting_fragment *fragment)
{
    return fragment->total >= 2 && fragment->total <= MESSAGE_FRAGMENTS_MAX &&
           fragment->number >= 1 && fragment->number <= fragment->total &&
           fragment->len <= MESSAGE_TEXT_MAX;
}

void fragments_restore(struct ingest *in, const struct waiting_fragment *fragment)
{
    if (!is_fragment(fragment)) {
        return;
    }
    struct active_device *active = ingest_active_device(in, fragment->device_id);
    struct assembly *a = find(active, fragment->key);
    if (a == NULL) {
        a = add(&in->fragments, active, fragment);
    }
    if (a->total == fragment->total && a->pieces[fragment->number - 1].at == NULL) {
        add_piece(&in->fragments, a, fragment);
    }
}

/* ---- in a batch ---- */

/* The rows of the assembly go with this batch. */
static void retire(struct ingest *in, struct assembly *a)
{
    a->is_gone = true;
    touch(&in->fragments, a);
    change_add(&in->batch.changes, CHANGE_DELETE_FRAGMENT)->fragment =
        (struct waiting_fragment){.device_id = a->active->device, .key = a->key};
}

/* The same of one that did not get complete. */
static void give_up(struct ingest *in, struct assembly *a)
{
    in->batch.expired += a->count;
    retire(in, a);
}

void fragments_expire(struct ingest *in, int64_t now_s)
{
    for (GList *link = in->fragments.assemblies.head; link != NULL; link = link->next) {
        struct assembly *a = link->data;
        if (a->first_time_s + WAIT_S > now_s) {
            return;
        }
        if (!a->is_gone) {
            give_up(in, a);
        }
    }
}

/* Gives up the oldest of `list` but `keep`; false where there is none. */
static bool displace(struct ingest *in, GQueue *list, const struct assembly *keep)
{
    for (GList *link = list->head; link != NULL; link = link->next) {
        struct assembly *a = link->data;
        if (a != keep && !a->is_gone) {
            give_up(in, a);
            return true;
        }
    }
    return false;
}

/* What is given up is freed after the commit, so one batch may pass the bounds for a moment. */
static void make_room(struct ingest *in, struct assembly *a)
{
    if (a->active->fragment_bytes > DEVICE_BYTES_MAX) {
        (void)displace(in, &a->active->assemblies, a);
    }
    if (in->fragments.bytes > ALL_BYTES_MAX) {
        (void)displace(in, &in->fragments.assemblies, a);
    }
}

static bool is_same(const struct piece *piece, const struct waiting_fragment *fragment)
{
    return piece->at != NULL && piece->len == fragment->len &&
           (fragment->len == 0 || memcmp(piece->at, fragment->at, fragment->len) == 0);
}

static struct bytes *copy_texts(struct arena *arena, const struct assembly *a)
{
    struct bytes *texts = arena_new_array(arena, a->total, sizeof(*texts));
    for (size_t i = 0; i < a->total; i++) {
        texts[i] = arena_copy(arena, (struct bytes){a->pieces[i].at, a->pieces[i].len});
    }
    return texts;
}

enum err fragments_take(struct ingest *in, const struct waiting_fragment *fragment,
                        struct bytes **texts)
{
    if (!is_fragment(fragment)) {
        return ERR_MALFORMED;
    }
    struct batch *b = &in->batch;
    struct active_device *active = ingest_active_device(in, fragment->device_id);
    struct assembly *a = find(active, fragment->key);
    if (a != NULL && a->total == fragment->total &&
        is_same(&a->pieces[fragment->number - 1], fragment)) {
        return ERR_MORE; /* sent again */
    }
    if (a != NULL && (a->total != fragment->total || a->pieces[fragment->number - 1].at != NULL)) {
        give_up(in, a); /* another message under the same key */
        a = NULL;
    }
    if (a == NULL) {
        a = add(&in->fragments, active, fragment);
    }
    touch(&in->fragments, a);
    add_piece(&in->fragments, a, fragment);
    a->pieces[fragment->number - 1].is_fresh = true;
    if (a->count == a->total) {
        *texts = copy_texts(&b->arena, a);
        return ERR_OK;
    }
    struct change *c = change_add(&b->changes, CHANGE_PUT_FRAGMENT);
    c->fragment = *fragment;
    c->fragment.at = arena_copy(&b->arena, (struct bytes){fragment->at, fragment->len}).at;
    make_room(in, a);
    return ERR_MORE;
}

void fragments_end(struct ingest *in, const struct waiting_fragment *last, bool is_taken)
{
    struct assembly *a = find(ingest_active_device(in, last->device_id), last->key);
    check(a != NULL && a->count == a->total);
    if (is_taken) {
        retire(in, a);
    } else {
        drop_piece(&in->fragments, a, &a->pieces[last->number - 1]);
    }
}

/* ---- after the batch ---- */

static void end_assembly(struct ingest *in, struct assembly *a)
{
    int64_t device = a->active->device;
    free_assembly(&in->fragments, a);
    ingest_drop_active_device(in, device);
}

static void keep(struct ingest *in, struct assembly *a)
{
    a->is_touched = false;
    if (a->is_gone) {
        end_assembly(in, a);
        return;
    }
    for (size_t i = 0; i < a->total; i++) {
        a->pieces[i].is_fresh = false;
    }
}

static void undo(struct ingest *in, struct assembly *a)
{
    a->is_touched = false;
    a->is_gone = false;
    for (size_t i = 0; i < a->total; i++) {
        if (a->pieces[i].is_fresh) {
            drop_piece(&in->fragments, a, &a->pieces[i]);
        }
    }
    if (a->count == 0) {
        end_assembly(in, a);
    }
}

void fragments_finish(struct ingest *in, bool is_committed)
{
    struct fragments *p = &in->fragments;
    for (guint i = 0; i < p->touched->len; i++) {
        struct assembly *a = g_ptr_array_index(p->touched, i);
        if (is_committed) {
            keep(in, a);
        } else {
            undo(in, a);
        }
    }
    g_ptr_array_set_size(p->touched, 0);
}
