#include "api/answer.h"

#include <stdlib.h>
#include <string.h>

#include "api/envelope.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"

enum { WINDOW_GZIP = 15 + 16, MEMORY_LEVEL = 8, SQUEEZED_FIRST = 8192 };

/* Room for at least one more byte behind the `used` ones. */
static void make_room(struct answer *a, size_t used)
{
    if (used == a->capacity) {
        a->capacity = a->capacity == 0 ? SQUEEZED_FIRST : a->capacity * 2;
        a->squeezed = mem_resize(a->squeezed, a->capacity);
    }
    a->z.next_out = a->squeezed + used;
    a->z.avail_out = (uInt)(a->capacity - used);
}

/*
 * Squeezes what the call wrote into a->squeezed, and flushes the end with the last piece. zlib
 * keeps back what it can, so a piece may come out empty, or with what was kept of earlier ones.
 */
static struct bytes squeeze(struct answer *a, struct bytes plain)
{
    if (!a->deflating) {
        check(deflateInit2(&a->z, Z_BEST_SPEED, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
                           Z_DEFAULT_STRATEGY) == Z_OK);
        a->deflating = true;
    }
    size_t used = 0;
    a->z.next_in = plain.at;
    a->z.avail_in = (uInt)plain.len;
    do {
        make_room(a, used);
        int result = deflate(&a->z, a->more ? Z_NO_FLUSH : Z_FINISH);
        check(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR);
        used = a->capacity - a->z.avail_out;
    } while (a->z.avail_out == 0);
    check(a->z.avail_in == 0);
    if (!a->more) { /* a quarter of a megabyte that a slow reader shall not hold */
        check(deflateEnd(&a->z) == Z_OK);
        a->deflating = false;
    }
    return (struct bytes){a->squeezed, used};
}

/* Writes the next piece of the stream, and the end of the envelope behind the last. */
static void write_piece(struct answer *a)
{
    struct call *c = a->call;
    a->more = c->stream.next(c->stream.state, &c->out);
    if (!a->more) {
        envelope_end(c);
    }
}

void answer_begin(struct answer *a, struct call *c, int64_t deadline_ms)
{
    a->call = c;
    a->deadline_ms = deadline_ms;
    if (c->stream.state != NULL) {
        write_piece(a);
    }
    a->piece = json_text(&c->out);
}

bool answer_is_long(const struct answer *a)
{
    return a->more || a->piece.len >= ANSWER_GZIP_MIN;
}

void answer_squeeze(struct answer *a)
{
    a->gzip = true;
    a->piece = squeeze(a, a->piece);
}

/* The next bytes of the stream, none at its end. */
static struct bytes next_piece(struct answer *a)
{
    while (a->piece.len == 0 && a->more) {
        json_drop(&a->call->out);
        write_piece(a);
        a->piece = json_text(&a->call->out);
        if (a->gzip) {
            a->piece = squeeze(a, a->piece);
        }
    }
    return a->piece;
}

ssize_t answer_next(struct answer *a, char *out, size_t size)
{
    if (clock_monotonic_ms() > a->deadline_ms) {
        return -1;
    }
    size_t used = 0;
    while (used < size && next_piece(a).len > 0) {
        size_t left = size - used;
        size_t len = a->piece.len < left ? a->piece.len : left;
        memcpy(out + used, a->piece.at, len);
        a->piece = bytes_slice(a->piece, len, a->piece.len);
        used += len;
    }
    return (ssize_t)used;
}

void answer_borrow(struct answer *a, void *body, size_t len, bool gzip)
{
    a->piece = (struct bytes){body, len};
    a->borrowed = body;
    a->gzip = gzip;
}

uint8_t *answer_squeezed(struct bytes plain, size_t *len)
{
    struct answer a = {0};
    *len = squeeze(&a, plain).len;
    return a.squeezed;
}

void *answer_body(struct answer *a)
{
    if (a->borrowed != NULL) {
        return a->borrowed;
    }
    return a->gzip ? (void *)a->squeezed : (void *)a->call->out.at;
}

void answer_clear(struct answer *a)
{
    if (a->deflating) {
        (void)deflateEnd(&a->z); /* Z_DATA_ERROR where the client left early */
    }
    free(a->squeezed);
    *a = (struct answer){0};
}
