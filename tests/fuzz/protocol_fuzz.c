/*
 * libFuzzer's driver of one protocol, named by the macro FUZZED; built once a row (fuzz_NAME). The
 * input is what a connection receives. It is played as one stream and again cut in two, which must
 * come to the same where all of it can be read: what is passed over behind a bad frame depends on
 * how much has come. What is printed must be JSON; then the input is handed to decode(), reply(),
 * resync(), join(), read_ack(), answer() and command() as it is, and the commands that are written
 * to the simulated device, which answers them. A broken promise aborts.
 */
#include <jansson.h>
#include <string.h>

#include "base/check.h"
#include "protocols/transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STREAM_MAX = 1 << 17 };
static const int64_t NOW_S = INT64_C(1767323045); /* 2026-01-02T03:04:05Z */

/* What a transcript printed, as one number (FNV-1a). */
static void digest(void *context, struct bytes json)
{
    uint64_t *sum = context;
    json_t *value = json_loadb((const char *)json.at, json.len, JSON_DECODE_INT_AS_REAL, NULL);
    check(json_is_object(value));
    json_decref(value);
    for (size_t i = 0; i < json.len; i++) {
        *sum = (*sum ^ json.at[i]) * UINT64_C(0x100000001b3);
    }
}

/* Plays `in` in two pieces; answers whether all of it could be read. */
static bool play(struct bytes in, size_t cut, uint64_t *sum)
{
    *sum = UINT64_C(0xcbf29ce484222325);
    struct transcript t = {.protocol = &FUZZED, .now_s = NOW_S, .print = digest, .context = sum};
    transcript_begin(&t);
    size_t used = transcript_feed(&t, bytes_slice(in, 0, cut));
    struct bytes rest = bytes_slice(in, used, in.len);
    used = transcript_feed(&t, rest);
    transcript_end(&t, bytes_slice(rest, used, rest.len));
    bool is_whole = !t.is_broken && t.errors == 0;
    transcript_free(&t);
    return is_whole;
}

/*
 * Whether a stream says the same however it is cut. A binary frame of H02 has no length and ends
 * where what has come ends.
 */
static bool is_cut_alike(struct bytes in)
{
    bool has_binary = bytes_find(in, '$') < in.len || bytes_find(in, 'X') < in.len;
    return &FUZZED != &protocol_h02 || !has_binary;
}

/* What a simulated device answers to `in`, with a fix behind it and without. */
static void answer_command(const struct protocol_device *device, struct session *s, struct bytes in)
{
    uint8_t at[PROTOCOL_COMMAND_MAX];
    struct writer w = writer_init(at, sizeof(at));
    struct fix last = {.has = FIX_HAS_TIME, .gps_time_s = 1};
    if (device->answer != NULL) {
        device->answer(s, in, in.len % 2 == 0 ? &last : NULL, &w);
        check(w.len <= w.capacity);
    }
}

/* What the simulated device makes of what the server says, and answers. */
static void read_answers(struct session *s, struct bytes in)
{
    size_t done = 0;
    size_t used = 0;
    size_t acknowledged = 0;
    const struct protocol_device *device = FUZZED.device;
    while (device != NULL && done < in.len &&
           device->read_ack(s, bytes_slice(in, done, in.len), &used, &acknowledged) == ERR_OK) {
        check(used > 0 && used <= in.len - done);
        answer_command(device, s, bytes_slice(in, done, used));
        done += used;
    }
}

/*
 * A command is one frame, whatever its text, its password or its bytes are, where the server's
 * frames have the form of the device's.
 */
static void command_directly(struct session *s, const struct device_slot *slot,
                             struct session *device, struct bytes in)
{
    uint8_t at[PROTOCOL_COMMAND_MAX];
    struct bytes frame;
    size_t used = 0;
    for (int kind = 0; FUZZED.command != NULL && kind < 2 * COMMAND_KINDS; kind++) {
        struct command_note note = {0};
        struct command_request what = {
            .kind = (enum command_kind)(kind % COMMAND_KINDS),
            .id = (int64_t)in.len,
            .text = bytes_slice(in, 0, COMMAND_TEXT_MAX),
            .password = bytes_slice(in, 0, COMMAND_TEXT_MAX),
            .raw = bytes_slice(in, 0, kind < COMMAND_KINDS ? 0 : COMMAND_RAW_MAX),
        };
        struct writer out = writer_init(at, sizeof(at));
        if (FUZZED.command(s, slot, &what, &note, &out) == COMMAND_IS_WRITTEN) {
            check(writer_ok(&out) && out.len > 0);
            read_answers(device, writer_bytes(&out));
            bool is_frame = protocol_claims(&FUZZED, writer_bytes(&out)) == CLAIM_YES;
            check(!is_frame ||
                  (protocol_split(&FUZZED, writer_bytes(&out), &frame, &used) == ERR_OK &&
                   used == out.len));
        }
    }
}

/* Commands to a simulated device of which a server has heard, so that they are for it. */
static void command_device(struct bytes in)
{
    const struct protocol_device *side = FUZZED.device;
    uint8_t at[PROTOCOL_COMMAND_MAX];
    struct arena arena = {0};
    struct session server = protocol_session(&FUZZED);
    struct session device = server;
    struct decoded d = {.arena = &arena};
    struct bytes frame;
    size_t used = 0;
    if (side == NULL || side->answer == NULL) {
        return;
    }
    bytes_to_text(bytes_of_text(side->first_id), device.device_id, sizeof(device.device_id));
    for (int kind = ENCODE_LOGIN; kind <= ENCODE_HEARTBEAT; kind++) {
        struct writer w = writer_init(at, sizeof(at));
        const struct encode_request what = {.kind = (enum encode_kind)kind};
        d = (struct decoded){.arena = &arena};
        check(side->encode(&device, &what, &w) == ERR_OK);
        if (protocol_split(&FUZZED, writer_bytes(&w), &frame, &used) == ERR_OK) {
            check(protocol_decode(&FUZZED, &server, frame, &d) == ERR_OK);
        }
    }
    command_directly(&server, &d.slot, &device, in);
    arena_free(&arena);
}

static void decode_directly(struct bytes in)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct session s = protocol_session(&FUZZED);
    if (protocol_decode(&FUZZED, &s, in, &d) == ERR_OK && d.wants_reply) {
        for (int outcome = OUTCOME_STORED; outcome <= OUTCOME_REFUSED; outcome++) {
            uint8_t answer[PROTOCOL_REPLY_MAX];
            struct writer out = writer_init(answer, sizeof(answer));
            FUZZED.reply(&s, &d.hint, (enum outcome)outcome, NOW_S, &out);
            check(writer_ok(&out));
        }
    }
    struct session device = protocol_session(&FUZZED);
    s = device;
    command_directly(&s, &d.slot, &device, in);
    check(memchr(d.device_id, '\0', sizeof(d.device_id)) != NULL);
    check(d.device_id[0] == '\0' || device_id_is_possible(bytes_of_text(d.device_id)));
    arena_free(&arena);
}

/* A divided message, its id in front: of one fragment, and of as many of them as there may be. */
static void join_directly(struct bytes in)
{
    enum { ID_LEN = 2, WHOLE_MAX = 1 << 16 };
    struct bytes body = bytes_slice(in, ID_LEN, WHOLE_MAX);
    struct bytes fragments[MESSAGE_FRAGMENTS_MAX];
    if (FUZZED.join == NULL || body.len == 0) {
        return;
    }
    size_t most =
        WHOLE_MAX / body.len < MESSAGE_FRAGMENTS_MAX ? WHOLE_MAX / body.len : MESSAGE_FRAGMENTS_MAX;
    for (size_t i = 0; i < most; i++) {
        fragments[i] = body;
    }
    uint32_t key = (uint32_t)in.at[0] << 24 | (uint32_t)in.at[1] << 16;
    for (size_t count = 1; count <= most; count += most > 1 ? most - 1 : 1) {
        struct arena arena = {0};
        struct decoded d = {.arena = &arena};
        struct session s = protocol_session(&FUZZED);
        enum err e = FUZZED.join(&s, key, fragments, count, &d);
        check(d.len <= (e == ERR_OK ? PROTOCOL_MESSAGES_MAX : 0));
        arena_free(&arena);
    }
}

/* The frame of a datagram takes no more than there is of it. */
static void split_datagram(struct bytes in)
{
    struct arena arena = {0};
    struct bytes frame;
    size_t used = 0;
    if (protocol_split_datagram(&FUZZED, &arena, in, &frame, &used) == ERR_OK) {
        check(used > 0 && used <= in.len);
    }
    arena_free(&arena);
}

/* What is found behind the first byte begins a frame. */
static void look_behind(struct bytes in)
{
    size_t skip = 0;
    struct bytes frame;
    size_t used = 0;
    if (protocol_resync(&FUZZED, in, &skip) != ERR_OK) {
        return;
    }
    check(skip > 0 && skip < in.len);
    check(protocol_split(&FUZZED, bytes_slice(in, skip, in.len), &frame, &used) == ERR_OK);
    check(frame.at == in.at + skip && used >= frame.len); /* a line end may stand behind it */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = {data, size};
    uint64_t whole = 0;
    uint64_t halves = 0;
    if (size == 0 || size > STREAM_MAX) {
        return 0;
    }
    (void)protocol_claims(&FUZZED, in);
    bool is_whole = play(in, 0, &whole);
    bool is_same = play(in, data[size - 1] * size / 256, &halves);
    if (is_cut_alike(in)) {
        check(is_whole == is_same);
        check(!is_whole || whole == halves);
    }
    split_datagram(in);
    decode_directly(in);
    join_directly(in);
    look_behind(in);
    command_device(in);
    struct session device = protocol_session(&FUZZED);
    read_answers(&device, in);
    return 0;
}
