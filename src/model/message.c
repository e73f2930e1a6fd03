/*
 * Which texts can be the identity of a device, and the form in which two of them are compared:
 * trackers and people write the same number with and without leading zeros.
 */
#include "model/message.h"

#include <string.h>

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter_or_digit(uint8_t c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool device_id_is_possible(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        if (!is_letter_or_digit(c) && (c == '\0' || strchr("_-.:@", c) == NULL)) {
            return false;
        }
    }
    return text.len > 0 && text.len <= DEVICE_ID_MAX;
}

bool device_id_is_valid(struct bytes text)
{
    return device_id_is_possible(text) && is_letter_or_digit(text.at[0]);
}

const char *device_id_key(const char *device_id)
{
    size_t digits = strspn(device_id, "0123456789");
    if (device_id[digits] != '\0') {
        return device_id;
    }
    size_t zeros = strspn(device_id, "0");
    return device_id + (zeros > 0 && zeros == digits ? zeros - 1 : zeros);
}
