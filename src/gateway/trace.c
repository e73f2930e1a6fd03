/*
 * Frames of devices that are traced (fleet/traces.h), as they came and as they left. What is a
 * password is masked in the bytes, too, where a frame carries it as text. A frame that writes it in
 * another way (JT/T 808 has two bytes for some characters, and another charset) is told by its
 * words alone, and so is one that is made to unlock.
 */
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "gateway/gateway_private.h"
#include "model/secret.h"
#include "protocols/describe.h"
#include "protocols/secrets.h"

enum { SHOWN_BYTES_MAX = TRACE_TEXT_MAX / 2 };

static struct traces *traces_of(const struct link *link)
{
    return shards_first(link->gateway->shards)->traces;
}

/* A frame that is being told; its texts are in the arena. */
struct telling {
    struct traces *traces;
    const struct link *link;
    struct trace_subject who;
    struct arena arena;
    struct secret_of own; /* of the device; in the arena */
    bool is_masked;       /* its words hold a password */
};

static const char *hash_of(struct telling *t)
{
    struct device_ref ref;
    const struct shards *shards = t->link->gateway->shards;
    const char *hash = "";
    for (size_t i = 0; i < shards->count; i++) {
        struct directory *dir = shards->at[i].directory;
        enum err e = t->who.device != 0 ? directory_find(dir, t->who.device, &ref)
                                        : directory_find_tracker(dir, t->who.device_id, &ref);
        if (e == ERR_OK) {
            hash = arena_copy_text(&t->arena, ref.info->password_hash);
            device_ref_release(dir, &ref);
        }
    }
    return hash;
}

static bool begin(struct telling *t, const struct link *link, struct trace_subject who)
{
    *t = (struct telling){.traces = traces_of(link), .link = link, .who = who};
    bool is_named = who.device != 0 || who.device_id[0] != '\0';
    if (!is_named || !traces_run(t->traces) || !traces_want(t->traces, &who)) {
        return false;
    }
    t->own = (struct secret_of){shards_first(link->gateway->shards)->vault, hash_of(t)};
    return true;
}

/* Without the password of the device, and without those that the words before them tell. */
static struct bytes masked(struct telling *t, struct bytes text)
{
    return secrets_masked_of(&t->arena, text, &t->own);
}

/* Notes what was masked in the words of the frame; answers them as they are told. */
static struct bytes note_words(struct telling *t, struct bytes words, struct bytes shown)
{
    t->is_masked = t->is_masked || shown.at != words.at;
    return shown;
}

/* "" where the words hold a password that the bytes write in another way. Behind the words. */
static const char *hex_of(struct telling *t, struct bytes frame)
{
    struct bytes shown = masked(t, frame);
    if (t->is_masked && shown.at == frame.at) {
        return "";
    }
    shown = bytes_slice(shown, 0, SHOWN_BYTES_MAX);
    char *hex = arena_new_array(&t->arena, shown.len + 1, 2);
    hex_encode(shown, hex);
    return hex;
}

static void end(struct telling *t, enum trace_direction direction, const char *hex,
                struct bytes decoded)
{
    struct bytes shown = masked(t, decoded);
    char *text = arena_new(&t->arena, shown.len + 1);
    bytes_to_text(shown, text, shown.len + 1);
    const struct trace_frame frame = {
        .time_s = clock_wall_ms() / 1000,
        .direction = direction,
        .protocol = t->link->protocol,
        .hex = hex,
        .decoded = text,
    };
    traces_note(t->traces, &t->who, &frame);
    arena_free(&t->arena);
}

/* What the messages of a frame say, a line each, as `odograph decode` prints them. */
static struct bytes words_of(struct telling *t, const struct decoded *d)
{
    struct json_out json = {0};
    struct writer w = writer_init(arena_new(&t->arena, TRACE_TEXT_MAX), TRACE_TEXT_MAX);
    size_t whole = 0;
    for (size_t i = 0; i < d->len && writer_ok(&w); i++) {
        whole = w.len;
        if (i > 0) {
            write_u8(&w, '\n');
        }
        struct message m = d->at[i];
        m.text = note_words(t, m.text,
                            masked(t, m.text)); /* before JSON writes some characters as two */
        protocol_describe(&json, protocol_at(t->link->protocol), d, &m, (struct bytes){0});
        write_bytes(&w, json_text(&json));
        json = (struct json_out){.at = json.at, .capacity = json.capacity};
    }
    json_free(&json);
    return (struct bytes){w.at, writer_ok(&w) ? w.len : whole};
}

void trace_frame_in(const struct link *link, struct bytes frame, const struct decoded *d)
{
    struct telling t;
    if (traces_run(traces_of(link)) &&
        begin(&t, link, (struct trace_subject){.device_id = d->device_id})) {
        struct bytes words = words_of(&t, d);
        end(&t, TRACE_IN, hex_of(&t, frame), words);
    }
}

void trace_bad_in(const struct link *link, struct bytes bad)
{
    struct telling t;
    if (traces_run(traces_of(link)) &&
        begin(&t, link, (struct trace_subject){.device_id = link->session.device_id})) {
        end(&t, TRACE_IN, hex_of(&t, bad), bytes_of_text("bad frame"));
    }
}

void trace_reply(const struct link *link, int64_t device, struct bytes reply)
{
    struct telling t;
    const struct trace_subject who = {device, link->session.device_id};
    if (reply.len > 0 && traces_run(traces_of(link)) && begin(&t, link, who)) {
        end(&t, TRACE_OUT, hex_of(&t, reply), bytes_of_text("answer"));
    }
}

void trace_command(const struct link *link, const struct order *o, struct bytes frame)
{
    struct telling t;
    const struct trace_subject who = {o->device, link->session.device_id};
    if (!traces_run(traces_of(link)) || !begin(&t, link, who)) {
        return;
    }
    bool holds_password = o->kind == COMMAND_UNLOCK || o->kind == COMMAND_TIMED_UNLOCK;
    const struct bytes sent = {o->text, o->len};
    const struct bytes text =
        note_words(&t, sent, secrets_masked_command(&t.arena, o->kind, sent, &t.own));
    const char *kind = command_kind_word(o->kind);
    const struct bytes words = {(const uint8_t *)kind, strlen(kind)};
    end(&t, TRACE_OUT, holds_password ? "" : hex_of(&t, frame),
        holds_password || text.len == 0 ? words : text);
}
