/*
 * A body of multipart/form-data (RFC 7578), as a web form or `curl -F` sends it:
 *
 *     --XYZ CRLF                                          the boundary that Content-Type names
 *     Content-Disposition: form-data; name="lat" CRLF
 *     CRLF
 *     60.0 CRLF                                           the value, not encoded any further
 *     --XYZ--
 *
 * What stands before the first boundary and behind the last is passed over, as are parts without a
 * name. A boundary has up to 70 characters (RFC 2046, section 5.1.1).
 */
#include <string.h>

#include "base/reader.h"
#include "protocols/osmand/osmand.h"

enum { BOUNDARY_MAX = 70 };

/*
 * The value, without quotes, of the parameter `name` that stands behind a ';' of a field; empty:
 * there is none.
 */
static struct bytes parameter_of(struct bytes field, const char *name)
{
    struct reader r = reader_init(field);
    (void)read_field(&r, ';');
    while (reader_left(&r) > 0) {
        struct bytes pair = http_trim(read_field(&r, ';'));
        struct bytes key = bytes_slice(pair, 0, bytes_find(pair, '='));
        struct bytes value = bytes_slice(pair, key.len + 1, pair.len);
        if (!bytes_eq_nocase(key, name)) {
            continue;
        }
        bool is_quoted = value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"';
        return is_quoted ? bytes_slice(value, 1, value.len - 2) : value;
    }
    return (struct bytes){0};
}

/* Where "--BOUNDARY" stands in `in` at the beginning of a line; in.len where it does not. */
static size_t find_boundary(struct bytes in, struct bytes boundary)
{
    size_t at = 0;
    while (at < in.len) {
        struct bytes left = bytes_slice(in, at, in.len);
        const uint8_t *found = memmem(left.at, left.len, boundary.at, boundary.len);
        if (found == NULL) {
            return in.len;
        }
        at = (size_t)(found - in.at);
        bool is_marked = at >= 2 && in.at[at - 1] == '-' && in.at[at - 2] == '-';
        if (is_marked && (at == 2 || in.at[at - 3] == '\n')) {
            return at - 2;
        }
        at++;
    }
    return in.len;
}

/* One part, head and value, from behind its boundary to the line of the next. */
static bool read_part(struct bytes part, struct osmand_report *report, struct bytes *device_id)
{
    struct reader r = reader_init(part);
    struct bytes name = {0};
    (void)read_field(&r, '\n'); /* the rest of the boundary's line */
    while (reader_left(&r) > 0) {
        struct bytes line = read_field(&r, '\n');
        line.len -= line.len > 0 && line.at[line.len - 1] == '\r';
        struct bytes field = bytes_slice(line, 0, bytes_find(line, ':'));
        if (line.len == 0) {
            break;
        }
        if (bytes_eq_nocase(field, "Content-Disposition")) {
            name = parameter_of(bytes_slice(line, field.len + 1, line.len), "name");
        }
    }
    struct bytes value = read_rest(&r);
    value.len -= value.len > 0 && value.at[value.len - 1] == '\n';
    value.len -= value.len > 0 && value.at[value.len - 1] == '\r';
    return name.len > 0 && osmand_form_set(name, value, report, device_id);
}

size_t osmand_multipart_read(struct bytes content_type, struct bytes body,
                             struct osmand_report *report, struct bytes *device_id)
{
    struct bytes boundary = parameter_of(content_type, "boundary");
    size_t understood = 0;
    if (boundary.len == 0 || boundary.len > BOUNDARY_MAX) {
        return 0;
    }
    size_t at = find_boundary(body, boundary);
    while (at < body.len) {
        size_t begin = at + 2 + boundary.len;
        struct bytes rest = bytes_slice(body, begin, body.len);
        size_t len = find_boundary(rest, boundary);
        if (len < rest.len) {
            understood += read_part(bytes_slice(rest, 0, len), report, device_id);
        }
        at = begin + len;
    }
    return understood;
}
