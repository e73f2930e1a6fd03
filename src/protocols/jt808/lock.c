/*
 * JT/T 808 items of padlocks.
 *
 *     0B  command u8; of 5 or 6 bytes a card u32 opened it, of 7 or 8 a password (6 digits); an
 *         even length ends with a result u8, which we take for refused where it is 0
 *     33  text "*M00,30,1038200...": at 8 the lock's status, of which [2..4] are battery V * 100
 *     63  {sub-lock 6, battery u16 mV, seal u8 ('1': sealed), state u8, signal u8}
 *     D5  a count u8, {lock 5, card BCD 5, battery u8, status u16: bit 5 clear is locked}
 *     DA  cuts of the rope u16, state u8: bit 2 moving
 *
 *     60  event u16; 61 to 66 add the lock 6 and its driver, 8 characters
 *
 * A fix has room for one lock event; where there are several locks it is that of the first. All
 * events are extra values, by the number of the lock in the frame.
 *
 * Source: the vectors' facts, sections 1 and 4.
 */
#include "protocols/jt808/jt808.h"

#include <string.h>

void jt808_item_lock_event(struct reader *r, struct fix *f)
{
    enum { CARD_MIN = 5, PASSWORD_MIN = 7, PASSWORD_MAX = 8 };
    size_t len = r->in.len;
    if (len < CARD_MIN || len > PASSWORD_MAX) {
        return;
    }
    bool is_refused = len % 2 == 0 && r->in.at[len - 1] == 0;
    fix_set_lock(f, is_refused            ? FIX_LOCK_UNLOCK_REFUSED
                    : len >= PASSWORD_MIN ? FIX_LOCK_UNLOCKED_BY_PASSWORD
                                          : FIX_LOCK_UNLOCKED_BY_CARD);
}

void jt808_item_lock_text(struct reader *r, struct fix *f)
{
    enum { VOLT_AT = 8 + 2, VOLT_LEN = 3 };
    uint64_t volt_e2 = 0;
    struct bytes volt = bytes_slice(r->in, VOLT_AT, VOLT_LEN);
    if (bytes_begin(r->in, "*M00") && volt.len == VOLT_LEN && parse_u64(volt, &volt_e2)) {
        fix_set_battery_mv(f, volt_e2 * 10);
    }
}

void jt808_item_sublocks(struct reader *r, struct fix *f)
{
    enum { ENTRY_LEN = 11, BEFORE_SEAL = 6 + 2 };
    if (r->in.len == 0 || r->in.len % ENTRY_LEN != 0) {
        return;
    }
    read_skip(r, BEFORE_SEAL);
    fix_set_lock(f, read_u8(r) == '1' ? FIX_LOCK_SEALED : FIX_LOCK_UNSEALED);
}

void jt808_item_lock_list(struct reader *r, struct fix *f)
{
    enum { BEFORE_STATUS = 5 + 5 + 1, ENTRY_LEN = BEFORE_STATUS + 2, UNLOCKED = 1 << 5 };
    size_t count = read_u8(r);
    if (count == 0 || count * ENTRY_LEN != reader_left(r)) {
        return;
    }
    read_skip(r, BEFORE_STATUS);
    fix_set_lock(f, (read_u16be(r) & UNLOCKED) != 0 ? FIX_LOCK_OFF : FIX_LOCK_ON);
}

const struct item jt808_unlock_parts[JT808_UNLOCK_PARTS] = {
    {.size = 5, .at = 1, .len = 4, .form = ITEM_DIGITS, .extra = EXTRA_CARD},
    {.size = 6, .at = 1, .len = 4, .form = ITEM_DIGITS, .extra = EXTRA_CARD},
    {.size = 6, .at = 5, .len = 1, .extra = EXTRA_UNLOCK_RESULT},
    {.size = 8, .at = 7, .len = 1, .extra = EXTRA_UNLOCK_RESULT},
};

static void set_lock_event(struct extras *x, unsigned lock, enum fix_lock event)
{
    extras_set_text(x, EXTRA_LOCK_EVENT, lock, bytes_of_text(fix_lock_text(event)));
}

void jt808_extra_sublocks(struct reader *r, struct extras *x)
{
    enum { ENTRY_LEN = 11, ID_LEN = 6 };
    if (r->in.len % ENTRY_LEN != 0) {
        return;
    }
    for (unsigned lock = 1; reader_left(r) > 0; lock++) {
        extras_set_hex(x, EXTRA_LOCK_ID, lock, read_bytes(r, ID_LEN));
        extras_set(x, EXTRA_LOCK_BATTERY, lock, read_u16be(r));
        set_lock_event(x, lock, read_u8(r) == '1' ? FIX_LOCK_SEALED : FIX_LOCK_UNSEALED);
        read_skip(r, 2);
    }
}

void jt808_extra_lock_list(struct reader *r, struct extras *x)
{
    enum { ID_LEN = 5, CARD_LEN = 5, ENTRY_LEN = ID_LEN + CARD_LEN + 1 + 2, UNLOCKED = 1 << 5 };
    size_t count = read_u8(r);
    if (count * ENTRY_LEN != reader_left(r)) {
        return;
    }
    for (unsigned lock = 1; reader_left(r) > 0; lock++) {
        extras_set_hex(x, EXTRA_LOCK_ID, lock, read_bytes(r, ID_LEN));
        extras_set_hex(x, EXTRA_CARD, lock, read_bytes(r, CARD_LEN));
        extras_set(x, EXTRA_LOCK_PERCENT, lock, read_u8(r));
        bool is_unlocked = (read_u16be(r) & UNLOCKED) != 0;
        set_lock_event(x, lock, is_unlocked ? FIX_LOCK_OFF : FIX_LOCK_ON);
    }
}

void jt808_extra_lock_report(struct reader *r, struct extras *x)
{
    enum { FIRST = 0x61, LAST = 0x66, ID_LEN = 6, DRIVER_LEN = 8 };
    unsigned event = read_u16be(r);
    if (!reader_ok(r)) {
        return;
    }
    extras_set(x, EXTRA_EVENT, 0, event);
    if (event >= FIRST && event <= LAST && reader_left(r) >= ID_LEN + DRIVER_LEN) {
        extras_set_hex(x, EXTRA_LOCK_ID, 0, read_bytes(r, ID_LEN));
        extras_set_text(x, EXTRA_DRIVER, 0, read_bytes(r, DRIVER_LEN));
    }
}

void jt808_item_lock_rope(struct reader *r, struct fix *f)
{
    enum { MOVING = 1 << 2 };
    read_skip(r, 2);
    uint8_t state = read_u8(r);
    if (reader_ok(r)) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, (state & MOVING) != 0);
    }
}
