/*
 * Percent-encoding, as forms and queries have it: "a+b%2Cc" is "a b,c". Phones send their reports
 * so, and the API's clients their forms.
 */
#include "base/percent.h"

#include "base/hex.h"

struct bytes percent_decode(struct arena *arena, struct bytes text)
{
    uint8_t *out = arena_new(arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        size_t len = 0;
        struct bytes digits = bytes_slice(text, i + 1, 2);
        if (text.at[i] == '%' && digits.len == 2 &&
            hex_decode(digits, &out[n], 1, &len) == ERR_OK && len == 1) {
            i += 2;
        } else {
            out[n] = text.at[i] == '+' ? ' ' : text.at[i];
        }
        n++;
    }
    return (struct bytes){out, n};
}

static bool stands_for_itself(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_';
}

void percent_encode(struct writer *w, struct bytes text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        if (stands_for_itself(text.at[i])) {
            write_u8(w, text.at[i]);
        } else {
            write_u8(w, '%');
            write_u8(w, (uint8_t)digits[text.at[i] >> 4]);
            write_u8(w, (uint8_t)digits[text.at[i] & 0xfU]);
        }
    }
}
