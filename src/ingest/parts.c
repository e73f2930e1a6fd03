/*
 * Divided messages. Each part is a row in the store and is acknowledged as such; when the last one
 * is there the protocol joins them and the rows go, in the same commit as what they said. Where
 * they say nothing, the last one is not taken. What is not complete after ten minutes is dropped
 * and counted.
 *
 *     hand.assemblies ──► assembly ──► assembly         one a message of a device
 *     parts.assemblies ──►   the same, the oldest first
 *
 * A commit may fail, so a batch only marks: a part is `is_fresh` and an assembly `is_gone` until
 * parts_settle() keeps or undoes it. Memory is bounded for each device and in all; the oldest
 * makes room.
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
    PART_OVERHEAD_BYTES = 64,
};

struct piece {
    uint8_t *at; /* NULL: not there */
    size_t len;
    bool is_fresh; /* of the batch under way */
};

struct assembly {
    struct hand *hand;
    uint32_t key;
    uint16_t total;
    uint16_t count;
    int64_t first_time_s;
    bool is_gone;    /* complete, expired or displaced, once the batch is committed */
    bool is_touched; /* in parts.touched */
    GList hand_link;
    GList all_link;
    struct piece pieces[];
};

void parts_init(struct parts *p)
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
    return piece->at == NULL ? 0 : piece->len + PART_OVERHEAD_BYTES;
}

static void drop_piece(struct parts *p, struct assembly *a, struct piece *piece)
{
    if (piece->at == NULL) {
        return;
    }
    p->bytes -= piece_bytes(piece);
    a->hand->part_bytes -= piece_bytes(piece);
    a->count--;
    free(piece->at);
    *piece = (struct piece){0};
}

static void free_assembly(struct parts *p, struct assembly *a)
{
    for (size_t i = 0; i < a->total; i++) {
        drop_piece(p, a, &a->pieces[i]);
    }
    p->bytes -= assembly_bytes(a->total);
    a->hand->part_bytes -= assembly_bytes(a->total);
    g_queue_unlink(&a->hand->assemblies, &a->hand_link);
    g_queue_unlink(&p->assemblies, &a->all_link);
    free(a);
}

void parts_clear(struct parts *p)
{
    while (p->assemblies.head != NULL) {
        free_assembly(p, p->assemblies.head->data);
    }
    g_ptr_array_free(p->touched, TRUE);
}

static void touch(struct parts *p, struct assembly *a)
{
    if (!a->is_touched) {
        a->is_touched = true;
        g_ptr_array_add(p->touched, a);
    }
}

static struct assembly *find(struct hand *hand, uint32_t key)
{
    for (GList *link = hand->assemblies.head; link != NULL; link = link->next) {
        struct assembly *a = link->data;
        if (a->key == key && !a->is_gone) {
            return a;
        }
    }
    return NULL;
}

static struct assembly *add(struct parts *p, struct hand *hand, const struct waiting_part *part)
{
    struct assembly *a = mem_new(assembly_bytes(part->total));
    a->hand = hand;
    a->key = part->key;
    a->total = part->total;
    a->first_time_s = part->rcv_time_s;
    a->hand_link.data = a;
    a->all_link.data = a;
    g_queue_push_tail_link(&hand->assemblies, &a->hand_link);
    g_queue_push_tail_link(&p->assemblies, &a->all_link);
    p->bytes += assembly_bytes(a->total);
    hand->part_bytes += assembly_bytes(a->total);
    return a;
}

static void add_piece(struct parts *p, struct assembly *a, const struct waiting_part *part)
{
    struct piece *piece = &a->pieces[part->number - 1];
    piece->at = mem_new(part->len);
    piece->len = part->len;
    if (part->len > 0) {
        memcpy(piece->at, part->at, part->len);
    }
    p->bytes += piece_bytes(piece);
    a->hand->part_bytes += piece_bytes(piece);
    a->count++;
}

static bool is_part(const struct waiting_part *part)
{
    return part->total >= 2 && part->total <= MESSAGE_PARTS_MAX && part->number >= 1 &&
           part->number <= part->total && part->len <= MESSAGE_TEXT_MAX;
}

void parts_restore(struct ingest *in, const struct waiting_part *part)
{
    if (!is_part(part)) {
        return;
    }
    struct hand *hand = ingest_hand(in, part->device_id);
    struct assembly *a = find(hand, part->key);
    if (a == NULL) {
        a = add(&in->parts, hand, part);
    }
    if (a->total == part->total && a->pieces[part->number - 1].at == NULL) {
        add_piece(&in->parts, a, part);
    }
}

/* ---- in a batch ---- */

/* The rows of the assembly go with this batch. */
static void retire(struct ingest *in, struct assembly *a)
{
    a->is_gone = true;
    touch(&in->parts, a);
    change_add(&in->batch.changes, CHANGE_DELETE_PART)->part =
        (struct waiting_part){.device_id = a->hand->device, .key = a->key};
}

/* The same of one that did not get complete. */
static void give_up(struct ingest *in, struct assembly *a)
{
    in->batch.expired += a->count;
    retire(in, a);
}

void parts_expire(struct ingest *in, int64_t now_s)
{
    for (GList *link = in->parts.assemblies.head; link != NULL; link = link->next) {
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
    if (a->hand->part_bytes > DEVICE_BYTES_MAX) {
        (void)displace(in, &a->hand->assemblies, a);
    }
    if (in->parts.bytes > ALL_BYTES_MAX) {
        (void)displace(in, &in->parts.assemblies, a);
    }
}

static bool is_same(const struct piece *piece, const struct waiting_part *part)
{
    return piece->at != NULL && piece->len == part->len &&
           (part->len == 0 || memcmp(piece->at, part->at, part->len) == 0);
}

static struct bytes *copy_texts(struct arena *arena, const struct assembly *a)
{
    struct bytes *texts = arena_new_array(arena, a->total, sizeof(*texts));
    for (size_t i = 0; i < a->total; i++) {
        texts[i] = arena_copy(arena, (struct bytes){a->pieces[i].at, a->pieces[i].len});
    }
    return texts;
}

enum err parts_take(struct ingest *in, const struct waiting_part *part, struct bytes **texts)
{
    if (!is_part(part)) {
        return ERR_MALFORMED;
    }
    struct batch *b = &in->batch;
    struct hand *hand = ingest_hand(in, part->device_id);
    struct assembly *a = find(hand, part->key);
    if (a != NULL && a->total == part->total && is_same(&a->pieces[part->number - 1], part)) {
        return ERR_MORE; /* sent again */
    }
    if (a != NULL && (a->total != part->total || a->pieces[part->number - 1].at != NULL)) {
        give_up(in, a); /* another message under the same key */
        a = NULL;
    }
    if (a == NULL) {
        a = add(&in->parts, hand, part);
    }
    touch(&in->parts, a);
    add_piece(&in->parts, a, part);
    a->pieces[part->number - 1].is_fresh = true;
    if (a->count == a->total) {
        *texts = copy_texts(&b->arena, a);
        return ERR_OK;
    }
    struct change *c = change_add(&b->changes, CHANGE_PUT_PART);
    c->part = *part;
    c->part.at = arena_copy(&b->arena, (struct bytes){part->at, part->len}).at;
    make_room(in, a);
    return ERR_MORE;
}

void parts_end(struct ingest *in, const struct waiting_part *last, bool is_taken)
{
    struct assembly *a = find(ingest_hand(in, last->device_id), last->key);
    check(a != NULL && a->count == a->total);
    if (is_taken) {
        retire(in, a);
    } else {
        drop_piece(&in->parts, a, &a->pieces[last->number - 1]);
    }
}

/* ---- after the batch ---- */

static void end_assembly(struct ingest *in, struct assembly *a)
{
    int64_t device = a->hand->device;
    free_assembly(&in->parts, a);
    ingest_drop_hand(in, device);
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
            drop_piece(&in->parts, a, &a->pieces[i]);
        }
    }
    if (a->count == 0) {
        end_assembly(in, a);
    }
}

void parts_settle(struct ingest *in, bool is_committed)
{
    struct parts *p = &in->parts;
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
