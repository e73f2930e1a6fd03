/*
 * Which binary frames behind a '$' are those of H02. See dollar.h.
 */
#include "protocols/dollar.h"

#include "protocols/fields.h"

enum { LAT_LEN = 4, LON_LEN = 5, MOTION_LEN = 3, STATUS_LEN = 4 };

static bool is_bcd(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] >> 4 > 9 || (in.at[i] & 0x0f) > 9) {
            return false;
        }
    }
    return true;
}

static unsigned bcd_of(uint8_t byte)
{
    return (byte >> 4) * 10U + (byte & 0x0fU);
}

/* Time and date come in this order; false where what is there of them is none. */
static bool is_time(struct bytes in)
{
    static const unsigned low[FIELD_CIVIL_LEN] = {0, 0, 0, 1, 1, 0};
    static const unsigned high[FIELD_CIVIL_LEN] = {23, 59, 59, 31, 12, 99};
    for (size_t i = 0; i < in.len; i++) {
        if (bcd_of(in.at[i]) < low[i] || bcd_of(in.at[i]) > high[i]) {
            return false;
        }
    }
    return is_bcd(in);
}

static bool is_angle(struct bytes in, unsigned degrees_max, bool is_long)
{
    unsigned degrees = in.len > 0 ? bcd_of(in.at[0]) : 0;
    unsigned minutes_tens = in.len > 1 ? in.at[1] >> 4 : 0;
    if (is_long) {
        degrees = degrees * 10 + (in.len > 1 ? in.at[1] >> 4 : 0);
        minutes_tens = in.len > 1 ? in.at[1] & 0x0fU : 0;
    }
    return is_bcd(in) && degrees <= degrees_max && minutes_tens < 6;
}

/* Whether what has come may be a frame with such an id; *is_sure: its status says so, too. */
static bool fits(struct bytes in, size_t id_len, bool *is_sure)
{
    enum { LAT_DEGREES = 90, LON_DEGREES = 180, SET_BITS = 0xe0 };
    size_t at = 1 + id_len;
    bool is_one = is_bcd(bytes_slice(in, 1, id_len - (id_len == DOLLAR_H02_LONG_ID ? 1 : 0))) &&
                  is_time(bytes_slice(in, at, FIELD_CIVIL_LEN));
    at += FIELD_CIVIL_LEN;
    is_one = is_one && is_angle(bytes_slice(in, at, LAT_LEN), LAT_DEGREES, false);
    at += LAT_LEN + 1;
    is_one = is_one && is_angle(bytes_slice(in, at, LON_LEN - 1), LON_DEGREES, true);
    at += LON_LEN;
    is_one = is_one && is_bcd(bytes_slice(in, at, MOTION_LEN));
    at += MOTION_LEN;
    *is_sure =
        is_one && in.len >= at + STATUS_LEN && (in.at[at] >= SET_BITS || in.at[at + 1] >= SET_BITS);
    return is_one;
}

enum protocol_claim dollar_is_h02(struct bytes in, size_t *id_len)
{
    static const size_t lens[] = {DOLLAR_H02_SHORT_ID, DOLLAR_H02_LONG_ID};
    enum protocol_claim claim = CLAIM_NO;
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        bool is_sure = false;
        size_t len_min = DOLLAR_H02_LEN - DOLLAR_H02_SHORT_ID + lens[i];
        if (!fits(in, lens[i], &is_sure)) {
            continue;
        }
        if (in.len < len_min) {
            return claim == CLAIM_NO ? CLAIM_MORE : claim;
        }
        *id_len = is_sure || claim == CLAIM_NO ? lens[i] : *id_len;
        claim = CLAIM_LIKELY;
        if (is_sure) {
            return CLAIM_YES;
        }
    }
    return claim;
}
