/*
 * Which pages of other origins may read answers. The configuration lists their origins:
 * "https://maps.example.com http://localhost:5173".
 */
#include "api/cors.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"

static const char WANTS[] = "wants origins as https://maps.example.com, blanks between";

/* The next item of the list; empty at its end. */
static struct bytes next_origin(struct reader *r)
{
    struct bytes item = {0};
    while (reader_left(r) > 0 && item.len == 0) {
        item = read_field(r, ' ');
    }
    return item;
}

/* A host name or address in brackets, and a port. */
static bool is_host(struct bytes text)
{
    static const char *const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-.:[]";
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\0' || strchr(letters, text.at[i]) == NULL) {
            return false;
        }
    }
    return text.len > 0;
}

/* "https://host:port", without a path behind it: a browser names an origin so. */
static bool is_origin(struct bytes text)
{
    static const char *const schemes[] = {"https://", "http://"};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (bytes_begin(text, schemes[i])) {
            return is_host(bytes_slice(text, strlen(schemes[i]), text.len));
        }
    }
    return false;
}

const char *cors_fault(const char *origins)
{
    struct reader r = reader_init(bytes_of_text(origins));
    for (struct bytes item = next_origin(&r); item.len > 0; item = next_origin(&r)) {
        if (!is_origin(item)) {
            return WANTS;
        }
    }
    return NULL;
}

bool cors_allows(const char *origins, const char *origin)
{
    struct reader r = reader_init(bytes_of_text(origins));
    for (struct bytes item = next_origin(&r); item.len > 0; item = next_origin(&r)) {
        if (bytes_eq_nocase(item, origin)) {
            return true;
        }
    }
    return false;
}
