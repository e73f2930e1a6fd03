/*
 * What is refused in a request's head: RFC 9112, sections 5.1 and 6, without what they let a
 * lenient server mend:
 *
 *     Content-Length: 28        one, of digits alone ("28, 28", "+28", "0x1c" are none)
 *     Transfer-Encoding: chunked   one, nothing beside it, and not of HTTP/1.0
 *     Content-Length : 28       a blank in a name: some read over it, some do not
 *     X: 1<CRLF> Content-Length: 28   a folded line; the library appends it to the name
 */
#include "api/framing.h"

#include <string.h>

#include "base/reader.h"

static bool is_name(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] <= ' ' || name.at[i] == ':' || name.at[i] == '\x7f') {
            return false;
        }
    }
    return name.len > 0;
}

void framing_note(struct framing *f, struct bytes name, struct bytes value)
{
    if (!is_name(name)) {
        f->is_bad = true;
    } else if (bytes_eq_nocase(name, "Content-Length")) {
        f->lengths++;
        f->is_bad = f->is_bad || !parse_u64(value, &f->length);
    } else if (bytes_eq_nocase(name, "Transfer-Encoding")) {
        f->codings++;
        f->is_bad = f->is_bad || !bytes_eq_nocase(value, "chunked");
    }
}

bool framing_is_clear(const struct framing *f, const char *version)
{
    bool is_old = strcmp(version, "HTTP/1.0") == 0;
    return !f->is_bad && f->lengths + f->codings <= 1 && !(is_old && f->codings > 0);
}

bool framing_is_chunked(const struct framing *f)
{
    return f->codings > 0;
}
