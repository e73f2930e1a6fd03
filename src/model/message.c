#include "model/message.h"

#include <ctype.h>

bool device_id_is_valid(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        if (c >= 0x80 || (!isalnum(c) && c != '_' && c != '-')) {
            return false;
        }
    }
    return text.len > 0 && text.len <= DEVICE_ID_MAX;
}

const char *device_id_key(const char *device_id)
{
    while (device_id[0] == '0' && device_id[1] != '\0') {
        device_id++;
    }
    return device_id;
}
