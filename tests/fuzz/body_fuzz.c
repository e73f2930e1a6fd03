/*
 * libFuzzer's driver of bodies on the device port. The first byte of an input chooses their type,
 * the second how they are cut, the others are the body. In chunks it must say what it says whole.
 */
#include "base/arena.h"
#include "base/mem.h"
#include "base/writer.h"
#include "fuzzing.h"
#include "protocols/protocol.h"

enum { INPUT_MAX = 1 << 13, HEAD_ROOM = 256, CHUNK_ROOM = 16 };

static const char *const types[] = {
    "",
    "Content-Type: application/json\r\n",
    "Content-Type: multipart/form-data; boundary=X\r\n",
};

static struct bytes whole(struct arena *arena, const char *type, struct bytes body)
{
    size_t room = HEAD_ROOM + body.len;
    struct writer w = writer_init(arena_new(arena, room), room);
    write_text(&w, arena_format(arena, "POST /?id=7 HTTP/1.1\r\n%sContent-Length: %zu\r\n\r\n",
                                type, body.len));
    write_bytes(&w, body);
    check(writer_ok(&w));
    return writer_bytes(&w);
}

static struct bytes in_chunks(struct arena *arena, const char *type, struct bytes body, size_t step)
{
    size_t room = HEAD_ROOM + body.len + (body.len / step + 2) * CHUNK_ROOM;
    struct writer w = writer_init(arena_new(arena, room), room);
    write_text(
        &w,
        arena_format(arena, "POST /?id=7 HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n", type));
    for (size_t at = 0; at < body.len; at += step) {
        struct bytes chunk = bytes_slice(body, at, step);
        write_text(&w, arena_format(arena, "%zX;at=%zu\r\n", chunk.len, at));
        write_bytes(&w, chunk);
        write_text(&w, "\r\n");
    }
    write_text(&w, "0\r\n\r\n");
    check(writer_ok(&w));
    return writer_bytes(&w);
}

static struct decoded decode(struct arena *arena, struct bytes request)
{
    struct decoded d = {.arena = arena};
    struct session s = protocol_session(&protocol_osmand);
    struct bytes frame = {0};
    size_t used = 0;
    check(protocol_osmand.split(request, &frame, &used) == ERR_OK && used == request.len);
    check(protocol_osmand.decode(&s, frame, &d) == ERR_OK);
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > INPUT_MAX) {
        return 0;
    }
    struct arena arena = {0};
    struct bytes body = {data + 2, size - 2};
    const char *type = types[data[0] % (sizeof(types) / sizeof(types[0]))];
    struct decoded a = decode(&arena, whole(&arena, type, body));
    struct decoded b = decode(&arena, in_chunks(&arena, type, body, (size_t)data[1] + 4));
    check(a.len == b.len && a.unreadable == b.unreadable);
    check(strcmp(a.device_id, b.device_id) == 0);
    check(memcmp(&a.hint, &b.hint, sizeof(a.hint)) == 0);
    for (size_t i = 0; i < a.len; i++) {
        check(a.at[i].kind == b.at[i].kind);
        check(memcmp(&a.at[i].fix, &b.at[i].fix, sizeof(a.at[i].fix)) == 0);
    }
    arena_free(&arena);
    return 0;
}
