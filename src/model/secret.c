/* Passwords of devices are not to be read in what was said to a device or by it. */
#include "model/secret.h"

#include <stdbool.h>
#include <string.h>

#include "base/writer.h"

enum { SHORT_MAX = 3 };

static bool is_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether the password that stands there counts. */
static bool counts(struct bytes text, struct bytes found)
{
    const uint8_t *end = found.at + found.len;
    return found.len > SHORT_MAX || ((found.at == text.at || !is_word(found.at[-1])) &&
                                     (end == text.at + text.len || !is_word(*end)));
}

/* The next one at `from` or behind. False: there is none. */
static bool find_next(const struct secret_of *own, struct bytes text, size_t from,
                      struct bytes *found)
{
    while (vault_find(own->vault, own->hash, text, from, found)) {
        if (counts(text, *found)) {
            return true;
        }
        from = (size_t)(found->at - text.at) + 1;
    }
    return false;
}

struct bytes secret_masked(struct arena *arena, struct bytes text, const struct secret_of *own)
{
    struct bytes found;
    size_t done = 0;
    if (!find_next(own, text, 0, &found)) {
        return text;
    }
    size_t room = text.len * (sizeof(SECRET_MASK) - 1); /* each byte a password */
    struct writer w = writer_init(arena_new(arena, room), room);
    do {
        size_t at = (size_t)(found.at - text.at);
        write_bytes(&w, bytes_slice(text, done, at - done));
        write_text(&w, SECRET_MASK);
        done = at + found.len;
    } while (find_next(own, text, done, &found));
    write_bytes(&w, bytes_slice(text, done, SIZE_MAX));
    return writer_bytes(&w);
}
