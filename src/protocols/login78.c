/*
 * Whose login 78 78 0d 01 begins. See login78.h.
 */
#include "protocols/login78.h"

#include "base/crc.h"
#include "base/reader.h"
#include "protocols/fields.h"

enum { LENGTH_AT = 2, TYPE_AT = 3, IMEI_AT = 4, END_AT = 13, LENGTH = 13, TYPE = 1 };

static bool is_sound_gt06(struct bytes in)
{
    enum { GT06_LEN = 18, SUM_AT = 14 };
    struct reader r = reader_init(bytes_slice(in, SUM_AT, 2));
    return in.len >= GT06_LEN && in.at[GT06_LEN - 2] == '\r' && in.at[GT06_LEN - 1] == '\n' &&
           read_u16be(&r) == crc16_x25(bytes_slice(in, LENGTH_AT, SUM_AT - LENGTH_AT));
}

enum err login78_is_topin(struct bytes in)
{
    char id[DEVICE_ID_SIZE];
    bool begins = (in.len <= LENGTH_AT || in.at[LENGTH_AT] == LENGTH) &&
                  (in.len <= TYPE_AT || in.at[TYPE_AT] == TYPE) &&
                  (in.len <= IMEI_AT || in.at[IMEI_AT] >> 4 == 0) &&
                  (in.len <= END_AT || in.at[END_AT] == '\r');
    if (!begins) {
        return ERR_MALFORMED;
    }
    if (in.len < LOGIN78_TOPIN_LEN) {
        return ERR_MORE;
    }
    bool is_login = in.at[END_AT + 1] == '\n' &&
                    field_imei_of_bcd(bytes_slice(in, IMEI_AT, FIELD_IMEI_LEN), id) &&
                    !is_sound_gt06(in);
    return is_login ? ERR_OK : ERR_MALFORMED;
}
