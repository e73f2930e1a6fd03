/*
 * JT/T 808 items of padlocks.
 *
 *     0B  kind u8, then by kind: a password (6 characters) and a result u8; a password that was
 *         wrong; a card u32 and a result u8. Result ff is refused, 1 to 99 opened in that fence,
 * else, or where it is missing, opened. A card of 0 is none. The password is not read 33  text
 * "*M00,30,1038200...": at 8 the lock's status, of which [2..4] are battery V * 100 63  {sub-lock
 * 6, battery u16 mV, seal u8 ('1': sealed), state u8, signal u8} D5  a count u8, {lock 5, card BCD
 * 5, battery u8, status u16: bit 5 clear is locked} DA  cuts of the rope u16, state u8: bit 2
 * moving
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

/* What stands behind a kind of 0B. */
enum lock_form { FORM_PASSWORD, FORM_WRONG, FORM_CARD, FORM_STRANGE };

static const struct {
    uint8_t kind;
    enum lock_form form;
} lock_kinds[] = {
    {0x01, FORM_PASSWORD}, {0x02, FORM_PASSWORD}, {0x03, FORM_PASSWORD}, {0x05, FORM_PASSWORD},
    {0x1e, FORM_PASSWORD}, {0x1f, FORM_PASSWORD}, {0x06, FORM_WRONG},    {0x07, FORM_WRONG},
    {0x08, FORM_WRONG},    {0x10, FORM_WRONG},    {0x11, FORM_WRONG},    {0x18, FORM_WRONG},
    {0x19, FORM_WRONG},    {0x20, FORM_WRONG},    {0x28, FORM_WRONG},    {0x29, FORM_WRONG},
    {0x22, FORM_CARD},     {0x23, FORM_STRANGE},
};
enum { LOCK_KINDS = sizeof(lock_kinds) / sizeof(lock_kinds[0]), LOCK_REFUSED = 0xff };

static enum fix_lock lock_event_of(enum lock_form form, struct reader *r)
{
    enum { PASSWORD_LEN = 6, CARD_LEN = 4 };
    bool is_card = form == FORM_CARD || form == FORM_STRANGE;
    read_skip(r, is_card ? CARD_LEN : PASSWORD_LEN);
    uint8_t result = 0;
    if ((form == FORM_PASSWORD || form == FORM_CARD) && reader_left(r) > 0) {
        result = read_u8(r);
    }
    if (!reader_ok(r) || reader_left(r) > 0) {
        return FIX_LOCK_NONE;
    }
    switch (form) {
    case FORM_WRONG:
        return FIX_LOCK_WRONG_PASSWORD;
    case FORM_STRANGE:
        return FIX_LOCK_UNKNOWN_CARD;
    case FORM_PASSWORD:
    case FORM_CARD:
        break;
    }
    return result == LOCK_REFUSED ? FIX_LOCK_UNLOCK_REFUSED
           : is_card              ? FIX_LOCK_UNLOCKED_BY_CARD
                                  : FIX_LOCK_UNLOCKED_BY_PASSWORD;
}

/* The place of a kind in the table; LOCK_KINDS where it is not there. */
static size_t lock_kind_at(uint8_t kind)
{
    size_t i = 0;
    while (i < LOCK_KINDS && lock_kinds[i].kind != kind) {
        i++;
    }
    return i;
}

void jt808_item_lock_event(struct reader *r, struct fix *f)
{
    size_t i = lock_kind_at(read_u8(r));
    enum fix_lock event = i < LOCK_KINDS ? lock_event_of(lock_kinds[i].form, r) : FIX_LOCK_NONE;
    if (event != FIX_LOCK_NONE) {
        fix_set_lock(f, event);
    }
}

/* The card, and the result behind it or behind a password, of the kinds that have them. */
void jt808_extra_lock_event(struct reader *r, struct extras *x)
{
    enum { CARD_FIRST = 0x22, CARD_UNKNOWN = 0x23, CARD_OTHER = 0x2a, CARD_LAST = 0x2b };
    enum { PASSWORD_LEN = 6 };
    uint8_t kind = read_u8(r);
    size_t i = lock_kind_at(kind);
    bool is_card =
        kind == CARD_FIRST || kind == CARD_UNKNOWN || kind == CARD_OTHER || kind == CARD_LAST;
    bool has_result =
        i < LOCK_KINDS && (lock_kinds[i].form == FORM_PASSWORD || lock_kinds[i].form == FORM_CARD);
    if (is_card) {
        uint32_t card = read_u32be(r);
        if (reader_ok(r) && card != 0) {
            extras_set_digits(x, EXTRA_CARD, 0, card);
        }
    } else {
        read_skip(r, PASSWORD_LEN);
    }
    uint8_t result = read_u8(r);
    if (has_result && reader_ok(r)) {
        extras_set(x, EXTRA_UNLOCK_RESULT, 0, result);
    }
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
