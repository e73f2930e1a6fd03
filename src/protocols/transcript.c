/*
 * Playing a session without a server:
 *
 *     bytes ─► split ─► decode ─► each message as JSON, the answer at the last one
 *
 * The fragments of a divided message are kept until the last one is there; then join() says what
 * they mean together.
 */
#include "protocols/transcript.h"

#include <string.h>

#include "base/check.h"
#include "base/hex.h"
#include "protocols/describe.h"

/* A fragment that waits for the others of its message; in fragment_arena. */
struct transcript_fragment {
    struct transcript_fragment *next;
    char device_id[DEVICE_ID_SIZE];
    struct message_fragment place;
    struct bytes text;
};

void transcript_begin(struct transcript *t)
{
    t->session = t->protocol != NULL ? protocol_session(t->protocol) : (struct session){0};
}

void transcript_free(struct transcript *t)
{
    arena_free(&t->frame_arena);
    arena_free(&t->fragment_arena);
    json_free(&t->json);
    t->fragments = NULL;
}

/* Hands the one object in t->json over and makes room for the next. */
static void print_object(struct transcript *t)
{
    t->print(t->context, json_text(&t->json));
    t->json = (struct json_out){.at = t->json.at, .capacity = t->json.capacity};
}

static void print_error(struct transcript *t, const char *text, struct bytes bytes)
{
    char *hex = arena_new_array(&t->frame_arena, bytes.len + 1, 2);
    hex_encode(bytes, hex);
    json_object_begin(&t->json);
    json_name(&t->json, "error");
    json_write_string(&t->json, text);
    json_name(&t->json, "frame");
    json_write_string(&t->json, hex);
    json_object_end(&t->json);
    print_object(t);
    t->errors++;
}

static struct transcript_fragment *fragment_find(struct transcript *t, const char *device_id,
                                                 const struct message_fragment *place)
{
    for (struct transcript_fragment *p = t->fragments; p != NULL; p = p->next) {
        if (p->place.key == place->key && p->place.number == place->number &&
            p->place.total == place->total && strcmp(p->device_id, device_id) == 0) {
            return p;
        }
    }
    return NULL;
}

static void fragment_keep(struct transcript *t, const struct decoded *d, const struct message *m)
{
    struct transcript_fragment *p = fragment_find(t, d->device_id, &m->fragment);
    if (p == NULL) {
        p = arena_new(&t->fragment_arena, sizeof(*p));
        memcpy(p->device_id, d->device_id, sizeof(p->device_id));
        p->place = m->fragment;
        p->next = t->fragments;
        t->fragments = p;
    }
    p->text = arena_copy(&t->fragment_arena, m->text);
}

/* Forgets all fragments of the message `key` of a device. */
static void fragments_drop(struct transcript *t, const char *device_id, uint32_t key)
{
    struct transcript_fragment **link = &t->fragments;
    while (*link != NULL) {
        struct transcript_fragment *p = *link;
        if (p->place.key == key && strcmp(p->device_id, device_id) == 0) {
            *link = p->next;
        } else {
            link = &p->next;
        }
    }
}

/* An answer that a report beside it tells, too, is not shown twice. */
static bool is_shown(const struct message *m)
{
    return m->kind != MESSAGE_RESPONSE || !m->answer.is_told;
}

/* Writes the messages of `d` down, the answer at the last one. */
static void print_messages(struct transcript *t, const struct decoded *d, struct bytes ack)
{
    size_t count = d->len;
    while (count > 0 && !is_shown(&d->at[count - 1])) {
        count--;
    }
    for (size_t i = 0; i < count; i++) {
        struct bytes last = i + 1 == count ? ack : (struct bytes){0};
        if (is_shown(&d->at[i])) {
            protocol_describe(&t->json, t->protocol, d, &d->at[i], last);
            print_object(t);
        }
    }
}

/* Writes down what a divided message says, once the fragment at `place` has completed it. */
static void fragment_join(struct transcript *t, const char *device_id,
                          struct message_fragment place)
{
    struct bytes texts[MESSAGE_FRAGMENTS_MAX];
    check(place.total <= MESSAGE_FRAGMENTS_MAX);
    for (uint16_t number = 1; number <= place.total; number++) {
        place.number = number;
        const struct transcript_fragment *p = fragment_find(t, device_id, &place);
        if (p == NULL) {
            return;
        }
        texts[number - 1] = p->text;
    }
    fragments_drop(t, device_id, place.key);
    struct decoded joined = {.arena = &t->frame_arena};
    memcpy(joined.device_id, device_id, sizeof(joined.device_id));
    check(t->protocol->join != NULL);
    enum err e = t->protocol->join(&t->session, place.key, texts, place.total, &joined);
    if (e != ERR_OK) {
        print_error(t, err_text(e), texts[0]);
        return;
    }
    print_messages(t, &joined, (struct bytes){0});
    if (t->fragments == NULL) {
        arena_clear(&t->fragment_arena);
    }
}

static void keep_fragments(struct transcript *t, const struct decoded *d)
{
    for (size_t i = 0; i < d->len; i++) {
        if (d->at[i].kind == MESSAGE_FRAGMENT) {
            fragment_keep(t, d, &d->at[i]);
            fragment_join(t, d->device_id, d->at[i].fragment);
        }
    }
}

/* Writes down what a frame says; an error where it says nothing, which is then not written. */
static enum err play_frame(struct transcript *t, struct bytes frame)
{
    struct decoded d = {.arena = &t->frame_arena};
    enum err e = protocol_decode(t->protocol, &t->session, frame, &d);
    if (e != ERR_OK) {
        return e;
    }
    uint8_t answer[PROTOCOL_REPLY_MAX];
    struct writer out = writer_init(answer, sizeof(answer));
    if (d.wants_reply) {
        t->protocol->reply(&t->session, &d.hint, OUTCOME_STORED, t->now_s, &out);
        check(writer_ok(&out));
    }
    if (d.len == 0) {
        decoded_add(&d, MESSAGE_OTHER);
    }
    print_messages(t, &d, writer_bytes(&out));
    keep_fragments(t, &d);
    return ERR_OK;
}

/* Chooses the protocol of a session that has none yet; *noise bytes are to be passed over. */
static enum err choose_protocol(struct transcript *t, struct bytes in, bool is_all, size_t *noise)
{
    const struct protocol_question q = {
        .first = in, .is_all = is_all, .allowed = PROTOCOL_ALL, .hint = PROTOCOL_UNKNOWN};
    struct protocol_choice choice = {0};
    if (t->protocol != NULL) {
        return ERR_OK;
    }
    enum err e = protocol_choose(&q, &choice);
    if (e == ERR_OK) {
        t->protocol = protocol_at(choice.index);
        t->session = protocol_session(t->protocol);
        *noise = choice.noise;
    }
    return e;
}

/* Writes down why nothing at the front of `left` can be read, and takes no more of the stream. */
static void give_up(struct transcript *t, enum err e, struct bytes left)
{
    print_error(t, t->protocol == NULL ? "no protocol begins so" : err_text(e), left);
    t->is_broken = true;
}

/* How many bytes of `left` are passed over as no protocol begins so; 0: more have to come. */
static size_t pass_unchosen(struct transcript *t, enum err found, struct bytes left)
{
    if (found == ERR_MORE) {
        return 0;
    }
    give_up(t, found, left);
    return left.len;
}

/*
 * Takes what is at the front of `left`, a frame or what is to be passed over; how many bytes that
 * are, 0 where more have to come.
 */
static size_t play_front(struct transcript *t, struct bytes left, bool is_all)
{
    struct bytes frame = {0};
    size_t used = 0;
    size_t noise = 0;
    enum err found = choose_protocol(t, left, is_all, &noise);
    if (found != ERR_OK) {
        return pass_unchosen(t, found, left);
    }
    if (noise > 0) {
        return noise;
    }
    found = protocol_split(t->protocol, left, &frame, &used);
    if (found == ERR_MORE && !is_all) {
        return 0;
    }
    enum err why = found == ERR_OK ? play_frame(t, frame) : found;
    if (why == ERR_OK) {
        return used;
    }
    size_t whole = used;
    enum err e = protocol_pass_over(t->protocol, left, found, is_all, &used);
    if (e == ERR_OK) {
        check(used > 0 && used <= left.len);
        print_error(t, err_text(why), used == whole ? frame : bytes_slice(left, 0, used));
        return used;
    }
    if (found == ERR_MORE || e == ERR_MORE) {
        return 0;
    }
    give_up(t, found, left);
    return left.len;
}

static size_t play(struct transcript *t, struct bytes in, bool is_all)
{
    size_t done = 0;
    size_t used = 1;
    while (done < in.len && used > 0) {
        used = play_front(t, bytes_slice(in, done, in.len - done), is_all);
        done += used;
        arena_clear(&t->frame_arena);
    }
    return done;
}

size_t transcript_feed(struct transcript *t, struct bytes in)
{
    return play(t, in, false);
}

void transcript_end(struct transcript *t, struct bytes rest)
{
    size_t used = play(t, rest, true);
    if (used < rest.len) {
        print_error(t, err_text(ERR_MORE), bytes_slice(rest, used, rest.len - used));
    }
    arena_clear(&t->frame_arena);
}
