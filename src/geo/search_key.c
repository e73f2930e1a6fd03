/*
 * Keys of names: case folded, taken apart (NFKD), without what combines. Letters that Unicode does
 * not take apart become plain ones by the table below. data/unpack.py makes those of the names that
 * are in the program in the same way.
 */
#include "geo/search_key.h"

#include <glib.h>
#include <string.h>

enum { TEXT_MAX_BYTES = 200 };

struct plain {
    gunichar letter;
    const char *as;
};

static const struct plain plain_letters[] = {
    {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"},
    {0x0111, "d"},  {0x0131, "i"}, {0x0142, "l"}, {0x0153, "oe"},
};

/* What is written for a character: at most 6 bytes at `out`; how many. */
static size_t write_plain(gunichar letter, char *out)
{
    if (g_unichar_combining_class(letter) != 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof plain_letters / sizeof *plain_letters; i++) {
        if (plain_letters[i].letter == letter) {
            size_t len = strlen(plain_letters[i].as);
            memcpy(out, plain_letters[i].as, len);
            return len;
        }
    }
    return (size_t)g_unichar_to_utf8(letter, out);
}

static bool has_control(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < 0x20 || text.at[i] == 0x7F) {
            return true;
        }
    }
    return false;
}

struct bytes search_key(struct arena *a, struct bytes text)
{
    const char *in = (const char *)text.at;
    if (text.len == 0 || text.len > TEXT_MAX_BYTES || has_control(text) ||
        !g_utf8_validate(in, (gssize)text.len, NULL)) {
        return (struct bytes){0};
    }
    char *lower = g_utf8_casefold(in, (gssize)text.len);
    char *apart = g_utf8_normalize(lower, -1, G_NORMALIZE_ALL);
    g_free(lower);
    size_t size = strlen(apart);
    uint8_t *out = arena_new(a, size + 1); /* no letter becomes longer than it was */
    size_t len = 0;
    for (char *at = apart; *at != '\0'; at = g_utf8_next_char(at)) {
        char piece[8];
        size_t n = write_plain(g_utf8_get_char(at), piece);
        memcpy(out + len, piece, n);
        len += n;
    }
    g_free(apart);
    return (struct bytes){out, len};
}
