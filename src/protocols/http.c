/*
 * The HTTP/1 of the phones (RFC 9112):
 *
 *     POST /?id=123456 HTTP/1.1 CRLF                      request line, section 3
 *     Host: tracker.example CRLF                          field lines, section 5
 *     Content-Length: 19 CRLF                             section 6.2
 *     CRLF
 *     lat=60.0&lon=30.0..                                 body
 *
 * or, where the length of a body is not known when it begins ("Transfer-Encoding: chunked", section
 * 7.1), chunks, which are joined here:
 *
 *     a;name=value CRLF  lat=60.0&l CRLF  9 CRLF  on=30.0.. CRLF  0 CRLF  Trailer: x CRLF  CRLF
 *
 * A line may end in a lone LF, and empty lines before a request are skipped (section 2.2). Each
 * line is judged as soon as it is whole, so that what can never be a request (a blank in its
 * target, a field without a colon, two ways to tell a length, a length that is no number) is
 * refused before the rest of it has come. "Expect: 100-continue" gets no interim answer, since
 * replies are made of whole frames; a client that asks for it sends its body anyway after a second
 * or so (RFC 9110, section 10.1.1).
 */
#include <string.h>

#include "base/reader.h"
#include "protocols/http.h"

enum {
    HEAD_MAX = 16 * 1024,
    METHOD_MAX = 16,
    CHUNKS_MAX = 4096,    /* of one body: they are counted again with every read */
    CHUNK_LINE_MAX = 256, /* with its extensions */
    CHUNK_DIGITS_MAX = 8,
};

/* What the head of a message says of the rest. */
struct head {
    struct bytes start_line;
    struct bytes method;
    struct bytes target;
    struct bytes content_type;
    struct bytes user_agent;
    struct bytes limit_user;
    struct bytes limit_device;
    uint64_t content_length;
    bool has_length;
    bool is_chunked;
    bool is_encoded;
    bool is_http_1_0;
    bool says_close;
    bool says_keep_alive;
};

/* Takes the next line, without its end; false where that has not come yet. */
static bool read_line(struct reader *r, struct bytes *line)
{
    struct bytes left = bytes_slice(r->in, r->pos, SIZE_MAX);
    if (bytes_find(left, '\n') == left.len) {
        return false;
    }
    *line = read_field(r, '\n');
    if (line->len > 0 && line->at[line->len - 1] == '\r') {
        line->len--;
    }
    return true;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

struct bytes http_trim(struct bytes text)
{
    while (text.len > 0 && is_blank(text.at[0])) {
        text = bytes_slice(text, 1, text.len - 1);
    }
    while (text.len > 0 && is_blank(text.at[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* ---- the request line ---- */

/* Whether `in` begins with a method and a blank, or with as much of them as there is. */
static bool begins_with_method(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] == ' ' && i > 0) {
            return true;
        }
        if (i == METHOD_MAX || in.at[i] < 'A' || in.at[i] > 'Z') {
            return false;
        }
    }
    return true;
}

/* Takes "GET /path?query HTTP/1.1" apart. */
static enum err take_request_line(struct head *h, struct bytes line)
{
    struct reader r = reader_init(line);
    h->method = read_field(&r, ' ');
    h->target = read_field(&r, ' ');
    struct bytes version = read_rest(&r);
    bool is_good = begins_with_method(line) && h->target.len > 0 && version.len == 8 &&
                   bytes_begin(version, "HTTP/1.") && version.at[7] >= '0' && version.at[7] <= '9';
    for (size_t i = 0; i < h->target.len; i++) {
        is_good = is_good && h->target.at[i] > ' ' && h->target.at[i] != 0x7f;
    }
    h->is_http_1_0 = is_good && version.at[7] == '0';
    return is_good ? ERR_OK : ERR_MALFORMED;
}

/* ---- fields ---- */

static enum err take_length(struct head *h, struct bytes value)
{
    uint64_t length = 0;
    if (!parse_u64(value, &length) || (h->has_length && length != h->content_length)) {
        return ERR_MALFORMED;
    }
    h->content_length = length;
    h->has_length = true;
    return ERR_OK;
}

static enum err take_coding(struct head *h, struct bytes value)
{
    if (h->is_chunked || !bytes_eq_nocase(value, "chunked")) {
        return ERR_MALFORMED;
    }
    h->is_chunked = true;
    return ERR_OK;
}

static void take_connection(struct head *h, struct bytes value)
{
    struct reader r = reader_init(value);
    while (reader_left(&r) > 0) {
        struct bytes option = http_trim(read_field(&r, ','));
        h->says_close = h->says_close || bytes_eq_nocase(option, "close");
        h->says_keep_alive = h->says_keep_alive || bytes_eq_nocase(option, "keep-alive");
    }
}

static enum err take_field(struct head *h, struct bytes line)
{
    struct bytes name = bytes_slice(line, 0, bytes_find(line, ':'));
    if (name.len == 0 || name.len == line.len || http_trim(name).len != name.len) {
        return ERR_MALFORMED;
    }
    struct bytes value = http_trim(bytes_slice(line, name.len + 1, line.len));
    if (bytes_eq_nocase(name, "Content-Length")) {
        return take_length(h, value);
    }
    if (bytes_eq_nocase(name, "Transfer-Encoding")) {
        return take_coding(h, value);
    }
    if (bytes_eq_nocase(name, "Connection")) {
        take_connection(h, value);
    } else if (bytes_eq_nocase(name, "Content-Type")) {
        h->content_type = value;
    } else if (bytes_eq_nocase(name, "Content-Encoding")) {
        h->is_encoded = value.len > 0 && !bytes_eq_nocase(value, "identity");
    } else if (bytes_eq_nocase(name, "User-Agent")) {
        h->user_agent = value;
    } else if (bytes_eq_nocase(name, "X-Limit-U")) {
        h->limit_user = value;
    } else if (bytes_eq_nocase(name, "X-Limit-D")) {
        h->limit_device = value;
    }
    return ERR_OK;
}

/* The next line of a head whose bytes so far are `in`. */
static enum err next_line(struct reader *r, struct bytes in, struct bytes *line)
{
    if (read_line(r, line)) {
        return ERR_OK;
    }
    return in.len < HEAD_MAX ? ERR_MORE : ERR_TOO_LONG;
}

/*
 * Reads the head at the beginning of `in`, whose first line `take_start` judges: ERR_MORE,
 * ERR_TOO_LONG, ERR_MALFORMED.
 */
static enum err head_read(struct bytes in, enum err (*take_start)(struct head *h, struct bytes),
                          struct head *h, size_t *len)
{
    struct reader r = reader_init(bytes_slice(in, 0, HEAD_MAX));
    struct bytes line = {0};
    bool is_over = false;
    *h = (struct head){0};
    enum err e = next_line(&r, in, &line);
    h->start_line = line;
    e = e == ERR_OK ? take_start(h, line) : e;
    while (e == ERR_OK && !is_over) {
        e = next_line(&r, in, &line);
        is_over = line.len == 0;
        e = e == ERR_OK && !is_over ? take_field(h, line) : e;
    }
    *len = r.pos;
    bool has_two_lengths = h->is_chunked && (h->has_length || h->is_http_1_0);
    return e == ERR_OK && has_two_lengths ? ERR_MALFORMED : e;
}

/* ---- chunks ---- */

/* The value of a hexadecimal digit, 16 of anything else. */
static size_t hex_value(uint8_t c)
{
    uint8_t lower = c | 0x20;
    size_t letter = lower >= 'a' && lower <= 'f' ? (size_t)lower - 'a' + 10 : 16;
    return c >= '0' && c <= '9' ? (size_t)c - '0' : letter;
}

/* The size of the chunk that begins here: ERR_MORE, ERR_MALFORMED. */
static enum err read_chunk_size(struct reader *r, size_t *size)
{
    struct reader front = reader_init(bytes_slice(r->in, r->pos, CHUNK_LINE_MAX));
    struct bytes line = {0};
    if (!read_line(&front, &line)) {
        return front.in.len < CHUNK_LINE_MAX ? ERR_MORE : ERR_MALFORMED;
    }
    struct bytes digits = http_trim(bytes_slice(line, 0, bytes_find(line, ';')));
    bool is_good = digits.len > 0 && digits.len <= CHUNK_DIGITS_MAX;
    *size = 0;
    for (size_t i = 0; is_good && i < digits.len; i++) {
        is_good = hex_value(digits.at[i]) < 16;
        *size = *size * 16 + hex_value(digits.at[i]);
    }
    read_skip(r, front.pos);
    return is_good ? ERR_OK : ERR_MALFORMED;
}

/* Passes over the fields behind the last chunk, with the empty line that ends them. */
static enum err skip_trailers(struct reader *r)
{
    struct reader front = reader_init(bytes_slice(r->in, r->pos, HEAD_MAX));
    struct bytes line = {0};
    do {
        if (!read_line(&front, &line)) {
            return front.in.len < HEAD_MAX ? ERR_MORE : ERR_TOO_LONG;
        }
    } while (line.len > 0);
    read_skip(r, front.pos);
    return ERR_OK;
}

/* The next chunk with its end, at most `room` bytes; *data is empty behind the last one. */
static enum err read_chunk(struct reader *r, size_t room, struct bytes *data)
{
    size_t size = 0;
    struct bytes end = {0};
    *data = (struct bytes){0};
    enum err e = read_chunk_size(r, &size);
    if (e != ERR_OK || size == 0) {
        return e == ERR_OK ? skip_trailers(r) : e;
    }
    if (size > room || reader_left(r) < size) {
        return size > room ? ERR_TOO_LONG : ERR_MORE;
    }
    *data = read_bytes(r, size);
    if (!read_line(r, &end)) {
        return reader_left(r) < 2 ? ERR_MORE : ERR_MALFORMED;
    }
    return end.len == 0 ? ERR_OK : ERR_MALFORMED;
}

/*
 * Joins the chunks at the beginning of `in` in `out`, which has room for them, or only measures
 * them where that is NULL. *used is what they take of `in`. ERR_MORE, ERR_TOO_LONG, ERR_MALFORMED.
 */
static enum err chunks_read(struct bytes in, uint8_t *out, size_t *len, size_t *used)
{
    struct reader r = reader_init(in);
    *len = 0;
    for (size_t i = 0; i < CHUNKS_MAX; i++) {
        struct bytes data = {0};
        enum err e = read_chunk(&r, HTTP_FRAME_MAX - *len, &data);
        *used = r.pos;
        if (e != ERR_OK || data.len == 0) {
            return e;
        }
        if (out != NULL) {
            memcpy(out + *len, data.at, data.len);
        }
        *len += data.len;
    }
    return ERR_TOO_LONG;
}

/* ---- requests ---- */

/* The rest of `in` behind the empty lines at its front. */
static struct bytes skip_noise(struct bytes in)
{
    size_t noise = 0;
    while (noise < in.len && (in.at[noise] == '\r' || in.at[noise] == '\n')) {
        noise++;
    }
    return bytes_slice(in, noise, in.len);
}

enum err http_split(struct bytes in, struct bytes *frame, size_t *used)
{
    struct bytes request = skip_noise(in);
    size_t noise = in.len - request.len;
    struct head h = {0};
    size_t len = 0;
    size_t body_len = 0;
    size_t body_used = 0;
    if (noise > HEAD_MAX || !begins_with_method(request)) {
        return noise > HEAD_MAX ? ERR_TOO_LONG : ERR_MALFORMED;
    }
    enum err e = head_read(request, take_request_line, &h, &len);
    if (e != ERR_OK) {
        return e;
    }
    if (h.content_length > HTTP_FRAME_MAX - len) {
        return ERR_TOO_LONG;
    }
    if (h.is_chunked) {
        e = chunks_read(bytes_slice(request, len, request.len), NULL, &body_len, &body_used);
    } else {
        body_used = (size_t)h.content_length;
    }
    if (e != ERR_OK || body_used > request.len - len) {
        return e != ERR_OK ? e : ERR_MORE;
    }
    if (body_used > HTTP_FRAME_MAX - len) {
        return ERR_TOO_LONG;
    }
    *frame = bytes_slice(request, 0, len + body_used);
    *used = noise + len + body_used;
    return ERR_OK;
}

bool http_has_head(struct bytes in)
{
    struct head h = {0};
    size_t len = 0;
    return head_read(skip_noise(in), take_request_line, &h, &len) == ERR_OK;
}

/* Joins the chunks of a whole body. */
static enum err join_body(struct arena *arena, struct bytes in, struct bytes *out)
{
    size_t len = 0;
    size_t used = 0;
    enum err e = chunks_read(in, NULL, &len, &used);
    if (e == ERR_OK) {
        uint8_t *at = arena_new(arena, len + 1);
        e = chunks_read(in, at, &len, &used);
        *out = (struct bytes){at, len};
    }
    return e == ERR_OK && used == in.len ? ERR_OK : ERR_MALFORMED;
}

enum err http_parse(struct arena *arena, struct bytes frame, struct http_request *out)
{
    struct head h = {0};
    size_t len = 0;
    if (head_read(frame, take_request_line, &h, &len) != ERR_OK) {
        return ERR_MALFORMED;
    }
    struct bytes path = bytes_slice(h.target, 0, bytes_find(h.target, '?'));
    struct bytes query = bytes_slice(h.target, path.len + 1, h.target.len);
    *out = (struct http_request){
        .method = h.method,
        .query = bytes_slice(query, 0, bytes_find(query, '#')),
        .content_type = h.content_type,
        .user_agent = h.user_agent,
        .limit_user = h.limit_user,
        .limit_device = h.limit_device,
        .body = bytes_slice(frame, len, frame.len),
        .is_encoded = h.is_encoded,
        .is_http_1_0 = h.is_http_1_0,
        .keeps_alive = !h.says_close && (!h.is_http_1_0 || h.says_keep_alive),
    };
    if (h.is_chunked) {
        return join_body(arena, out->body, &out->body);
    }
    return h.content_length == out->body.len ? ERR_OK : ERR_MALFORMED;
}

/* ---- responses ---- */

/* Whether `in` begins with `text`, or with as much of it as there is. */
static bool begins_alike(struct bytes in, const char *text)
{
    struct bytes want = bytes_of_text(text);
    size_t len = in.len < want.len ? in.len : want.len;
    return len == 0 || memcmp(in.at, want.at, len) == 0;
}

/* "HTTP/1.1 200 OK" */
static enum err take_status_line(struct head *h, struct bytes line)
{
    (void)h;
    return bytes_begin(line, "HTTP/1.") ? ERR_OK : ERR_MALFORMED;
}

enum err http_read_status(struct bytes in, unsigned *status, size_t *used)
{
    struct head h = {0};
    size_t len = 0;
    enum err e =
        begins_alike(in, "HTTP/1.") ? head_read(in, take_status_line, &h, &len) : ERR_MALFORMED;
    if (e != ERR_OK) {
        return e;
    }
    struct reader r = reader_init(h.start_line);
    (void)read_field(&r, ' ');
    uint64_t code = 0;
    if (!parse_u64(read_field(&r, ' '), &code) || code < 100 || code > 999 || h.is_chunked ||
        h.content_length > HTTP_FRAME_MAX) {
        return ERR_MALFORMED;
    }
    if (h.content_length > in.len - len) {
        return ERR_MORE;
    }
    *status = (unsigned)code;
    *used = len + (size_t)h.content_length;
    return ERR_OK;
}

/* ---- whose a request is ---- */

static bool has_text(struct bytes in, const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i + len <= in.len; i++) {
        if (memcmp(in.at + i, text, len) == 0) {
            return true;
        }
    }
    return false;
}

enum err http_is_owntracks(struct bytes in)
{
    struct bytes frame = {0};
    struct head h = {0};
    size_t used = 0;
    size_t len = 0;
    if (!begins_alike(in, "POST ")) {
        return ERR_MALFORMED;
    }
    enum err whole = http_split(in, &frame, &used);
    if (whole != ERR_OK && whole != ERR_MORE) {
        return ERR_MALFORMED;
    }
    if (head_read(in, take_request_line, &h, &len) != ERR_OK) {
        return ERR_MORE;
    }
    if (h.limit_user.len > 0) {
        return ERR_OK;
    }
    struct bytes body = bytes_slice(in, len, SIZE_MAX);
    size_t blanks = 0;
    while (blanks < body.len && strchr(" \t\r\n", body.at[blanks]) != NULL &&
           body.at[blanks] != 0) {
        blanks++;
    }
    bool is_other = blanks < body.len && body.at[blanks] != '{';
    if (has_text(body, "\"_type\"") && !is_other) {
        return ERR_OK;
    }
    return whole == ERR_MORE && !is_other ? ERR_MORE : ERR_MALFORMED;
}

/* ---- what is answered ---- */

void http_end_head(struct writer *out, unsigned connection)
{
    if ((connection & HTTP_CLOSES) != 0) {
        write_text(out, "Connection: close\r\n");
    } else if ((connection & HTTP_IS_1_0) != 0) {
        write_text(out, "Connection: keep-alive\r\n");
    }
    write_text(out, "\r\n");
}
