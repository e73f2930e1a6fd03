/*
 * libFuzzer's driver of the texts of devices. The first byte says how many bytes there may be, the
 * others are the text, in any encoding. What comes is UTF-8, no longer than that, and holds no
 * control characters but tabs and line feeds.
 */
#include <glib.h>

#include "base/charset.h"
#include "fuzzing.h"

enum { INPUT_MAX = 1 << 12, LEN_STEP = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    static const enum charset charsets[] = {CHARSET_GBK, CHARSET_UTF16BE, CHARSET_ASCII};
    size_t len_max = (size_t)data[0] * LEN_STEP;
    for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
        struct arena arena = {0};
        struct bytes in = {data + 1, size - 1};
        struct bytes out = charset_to_utf8(&arena, charsets[i], in, len_max);
        check(out.len <= len_max);
        check(g_utf8_validate_len((const char *)out.at, out.len, NULL));
        for (size_t k = 0; k < out.len; k++) {
            check(out.at[k] >= ' ' || out.at[k] == '\t' || out.at[k] == '\n');
        }
        arena_free(&arena);
    }
    return 0;
}
