/*
 * The HTTP/1 of the phones, as far as they speak it (RFC 9112):
 *
 *     GET /?id=123456&lat=60.0&lon=30.0 HTTP/1.1 CRLF     request line, section 3
 *     Host: tracker.example CRLF                          field lines, section 5
 *     Content-Length: 0 CRLF                              section 6.2
 *     CRLF
 *     body
 *
 * A line may end in a lone LF, and empty lines before a request are skipped (section 2.2). A
 * request with a Transfer-Encoding is refused: no phone sends one, and two ways to tell a length
 * are one too many. "Expect: 100-continue" gets no interim answer, since replies are made of whole
 * frames; a client that asks for it sends its body anyway after a second or so (RFC 9110, section
 * 10.1.1).
 */
#include "base/reader.h"
#include "protocols/osmand.h"

enum { HEAD_MAX = 8 * 1024 };

/* What the head of a message says of the rest. */
struct head {
    struct bytes start_line;
    struct bytes content_type;
    uint64_t content_length;
    bool has_length;
    bool is_chunked;
    bool says_close;
    bool says_keep_alive;
};

/* Takes the next line, without its end. */
static struct bytes read_line(struct reader *r)
{
    struct bytes line = read_field(r, '\n');
    if (line.len > 0 && line.at[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

static struct bytes trim(struct bytes text)
{
    while (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text = bytes_slice(text, 1, text.len - 1);
    }
    while (text.len > 0 && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

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

static void take_connection(struct head *h, struct bytes value)
{
    struct reader r = reader_init(value);
    while (reader_left(&r) > 0) {
        struct bytes option = trim(read_field(&r, ','));
        h->says_close = h->says_close || bytes_eq_nocase(option, "close");
        h->says_keep_alive = h->says_keep_alive || bytes_eq_nocase(option, "keep-alive");
    }
}

static enum err take_field(struct head *h, struct bytes line)
{
    struct bytes name = bytes_slice(line, 0, bytes_find(line, ':'));
    if (name.len == 0 || name.len == line.len || name.at[0] == ' ' || name.at[0] == '\t') {
        return ERR_MALFORMED;
    }
    struct bytes value = trim(bytes_slice(line, name.len + 1, line.len));
    if (bytes_eq_nocase(name, "Content-Length")) {
        return take_length(h, value);
    }
    if (bytes_eq_nocase(name, "Connection")) {
        take_connection(h, value);
    } else if (bytes_eq_nocase(name, "Content-Type")) {
        h->content_type = value;
    } else if (bytes_eq_nocase(name, "Transfer-Encoding")) {
        h->is_chunked = true;
    }
    return ERR_OK;
}

/* The length of the head at the beginning of `in` with its empty line, 0 where it has no end. */
static size_t head_find(struct bytes in)
{
    struct reader r = reader_init(in);
    while (reader_left(&r) > 0) {
        struct bytes line = read_line(&r);
        if (line.len == 0 && in.at[r.pos - 1] == '\n') {
            return r.pos;
        }
    }
    return 0;
}

/* Reads the head at the beginning of `in`: ERR_MORE, ERR_TOO_LONG, ERR_MALFORMED. */
static enum err head_read(struct bytes in, struct head *h, size_t *len)
{
    *len = head_find(bytes_slice(in, 0, HEAD_MAX));
    if (*len == 0) {
        return in.len < HEAD_MAX ? ERR_MORE : ERR_TOO_LONG;
    }
    struct reader r = reader_init(bytes_slice(in, 0, *len));
    enum err e = ERR_OK;
    *h = (struct head){.start_line = read_line(&r)};
    for (struct bytes line = read_line(&r); e == ERR_OK && line.len > 0; line = read_line(&r)) {
        e = take_field(h, line);
    }
    return h->is_chunked ? ERR_MALFORMED : e;
}

/* Whether `in` begins with `text`, or with as much of it as there is. */
static bool begins_alike(struct bytes in, const char *text)
{
    struct bytes want = bytes_of_text(text);
    for (size_t i = 0; i < in.len && i < want.len; i++) {
        if (in.at[i] != want.at[i]) {
            return false;
        }
    }
    return true;
}

enum err osmand_http_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t noise = 0;
    while (noise < in.len && (in.at[noise] == '\r' || in.at[noise] == '\n')) {
        noise++;
    }
    struct bytes request = bytes_slice(in, noise, in.len);
    if (noise > HEAD_MAX) {
        return ERR_TOO_LONG;
    }
    if (!begins_alike(request, "GET /") && !begins_alike(request, "POST /")) {
        return ERR_MALFORMED;
    }
    struct head h = {0};
    size_t len = 0;
    enum err e = head_read(request, &h, &len);
    if (e != ERR_OK) {
        return e;
    }
    if (h.content_length > OSMAND_FRAME_MAX - len) {
        return ERR_TOO_LONG;
    }
    len += (size_t)h.content_length;
    if (len > request.len) {
        return ERR_MORE;
    }
    *frame = bytes_slice(request, 0, len);
    *used = noise + len;
    return ERR_OK;
}

/* Takes "GET /path?query HTTP/1.1" apart. */
static enum err read_request_line(struct bytes line, struct osmand_request *out)
{
    struct reader r = reader_init(line);
    struct bytes method = read_field(&r, ' ');
    struct bytes target = read_field(&r, ' ');
    struct bytes version = read_rest(&r);
    bool is_known = bytes_eq(method, "GET") || bytes_eq(method, "POST");
    if (!is_known || !bytes_begin(target, "/") || !bytes_begin(version, "HTTP/1.") ||
        version.len != 8) {
        return ERR_MALFORMED;
    }
    struct bytes path = bytes_slice(target, 0, bytes_find(target, '?'));
    struct bytes query = bytes_slice(target, path.len + 1, target.len);
    out->query = bytes_slice(query, 0, bytes_find(query, '#'));
    out->is_http_1_0 = version.at[7] == '0';
    return ERR_OK;
}

enum err osmand_http_parse(struct bytes frame, struct osmand_request *out)
{
    struct head h = {0};
    size_t len = 0;
    if (head_read(frame, &h, &len) != ERR_OK || h.content_length != frame.len - len) {
        return ERR_MALFORMED;
    }
    *out = (struct osmand_request){
        .content_type = h.content_type,
        .body = bytes_slice(frame, len, frame.len),
    };
    enum err e = read_request_line(h.start_line, out);
    out->keeps_alive = !h.says_close && (!out->is_http_1_0 || h.says_keep_alive);
    return e;
}

enum err osmand_http_read_status(struct bytes in, unsigned *status, size_t *used)
{
    struct head h = {0};
    size_t len = 0;
    enum err e = begins_alike(in, "HTTP/1.") ? head_read(in, &h, &len) : ERR_MALFORMED;
    if (e != ERR_OK) {
        return e;
    }
    struct reader r = reader_init(h.start_line);
    (void)read_field(&r, ' ');
    uint64_t code = 0;
    if (!parse_u64(read_field(&r, ' '), &code) || code < 100 || code > 999 ||
        h.content_length > OSMAND_FRAME_MAX) {
        return ERR_MALFORMED;
    }
    if (h.content_length > in.len - len) {
        return ERR_MORE;
    }
    *status = (unsigned)code;
    *used = len + (size_t)h.content_length;
    return ERR_OK;
}
