/*
 * Bytes as hexadecimal digits, and back. People paste frames out of logs and documents, so blanks
 * between the bytes are allowed.
 */
#include "base/hex.h"

#include <stdbool.h>

void hex_encode(struct bytes in, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < in.len; i++) {
        *out++ = digits[in.at[i] >> 4];
        *out++ = digits[in.at[i] & 0x0fU];
    }
    *out = '\0';
}

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum err hex_decode(struct bytes text, uint8_t *out, size_t capacity, size_t *len)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i += 2) {
        while (i < text.len && (text.at[i] == ' ' || text.at[i] == '\t')) {
            i++;
        }
        if (i == text.len) {
            break;
        }
        int high = digit_value(text.at[i]);
        int low = i + 1 < text.len ? digit_value(text.at[i + 1]) : -1;
        if (high < 0 || low < 0) {
            return ERR_MALFORMED;
        }
        if (n == capacity) {
            return ERR_TOO_LONG;
        }
        out[n++] = (uint8_t)(high << 4 | low);
    }
    *len = n;
    return ERR_OK;
}
