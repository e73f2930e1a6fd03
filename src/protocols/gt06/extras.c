/*
 * GT06: what frames tell beside the members of a fix. It stands at fixed places, by the type and,
 * where several makers use one type, by the length of the content:
 *
 *     12, 36 and from 108 bytes   behind the odometer at 26 a card: length u8, text
 *     17, 35 bytes                at 26 a card 8
 *     22, 42 bytes (Seeworld)     at 40 the humidity u16, 0.01 %
 *     32, 47 bytes (VL103)        at 36 hours of the engine u24, a driver 8
 *     34, 55 bytes (X1)           at 37 a driver u32, at 51 two analogue inputs u16/100 V
 *     36, 48 bytes (VL103)        at 37 hours of the engine u24, a driver 8
 *     61                          at 35 an iButton 8
 *     95                          the code of the event u8, behind the position
 *     A3, 19 bytes                at 9 steps u32
 *     94 of a long frame          0B of one byte: the network (0 2G, 1 4G); 1B "RFID:CARD", or a
 *                                 byte, the number of digits of a card u8, the card; 1E at 4 behind
 *                                 the kind the humidity u32, 0.1 %
 *     70                          module 2A: a bit for each door
 *
 * Not carried: file names of a camera's alarm, which are longer than a value may be; times of
 * driving in units that are nowhere told.
 *
 * Source: the Concox and Jimi protocol documents; real frames.
 */
#include "protocols/fields.h"
#include "protocols/gt06/gt06.h"
#include "protocols/items.h"

/* A length u8 and a text behind the odometer. */
static void counted_card(struct reader *r, struct extras *x)
{
    enum { CARD_AT = 18 + 8 + 4, SHORT_LEN = 36, LONG_MIN = 108 };
    if (r->in.len != SHORT_LEN && r->in.len < LONG_MIN) {
        return;
    }
    read_skip(r, CARD_AT);
    struct bytes card = read_bytes(r, read_u8(r));
    if (reader_ok(r)) {
        extras_set_text(x, EXTRA_CARD, 0, card);
    }
}

/* VL103 with its cell unsized; other makers' 32 of this length have no network there. */
static void unsized_vl103(struct reader *r, struct extras *x)
{
    enum { LEN = 47, CELL_AT = 18, HOURS_AT = 36 };
    static const struct item rows[] = {
        {.at = HOURS_AT, .len = 3, .scale = 100, .extra = EXTRA_ENGINE_HOURS},
        {.at = HOURS_AT + 3, .len = 8, .form = ITEM_HEX, .extra = EXTRA_DRIVER},
    };
    static const struct item row = {ITEM_PARTS(rows)};
    if (r->in.len == LEN && gt06_is_network(r->in, CELL_AT)) {
        item_read_extras(&row, r->in, x);
    }
}

/* The code of 95, as gt06_decode_camera_alarm() finds it. */
static void camera_event(struct reader *r, struct extras *x)
{
    enum { MARKED_AT = 24, PLAIN_AT = 16, BARE_AT = 6, BARE_LEN = 7 };
    bool is_bare = r->in.len <= BARE_LEN;
    bool is_marked = !is_bare && r->in.at[0] == 0xff && r->in.at[1] == 0xff;
    read_skip(r, is_bare ? BARE_AT : is_marked ? MARKED_AT : PLAIN_AT);
    uint8_t code = read_u8(r);
    if (reader_ok(r) && code != 0) {
        extras_set(x, EXTRA_EVENT, 0, code);
    }
}

static const struct item shorts[] = {
    {.id = 0x12, .read_extra = counted_card},
    {.id = 0x17, .size = 35, .at = 26, .len = 8, .form = ITEM_HEX, .extra = EXTRA_CARD},
    {.id = 0x22, .size = 42, .at = 40, .len = 2, .extra = EXTRA_HUMIDITY},
    {.id = 0x32, .read_extra = unsized_vl103},
    {.id = 0x34, .size = 55, .at = 37, .len = 4, .form = ITEM_HEX, .extra = EXTRA_DRIVER},
    {.id = 0x34, .size = 55, .at = 51, .len = 2, .scale = 10, .extra = EXTRA_ANALOGUE, .index = 1},
    {.id = 0x34, .size = 55, .at = 53, .len = 2, .scale = 10, .extra = EXTRA_ANALOGUE, .index = 2},
    {.id = 0x36, .size = 48, .at = 37, .len = 3, .scale = 100, .extra = EXTRA_ENGINE_HOURS},
    {.id = 0x36, .size = 48, .at = 40, .len = 8, .form = ITEM_HEX, .extra = EXTRA_DRIVER},
    {.id = 0x61, .at = 35, .len = 8, .form = ITEM_HEX, .extra = EXTRA_CARD},
    {.id = 0x95, .read_extra = camera_event},
};
static const struct item_list short_list = ITEM_LIST(shorts);

static const struct item heartbeats[] = {
    {.id = 0xa3, .size = 19, .at = 9, .len = 4, .extra = EXTRA_STEPS},
};
static const struct item_list heartbeat_list = ITEM_LIST(heartbeats);

static void network(struct reader *r, struct extras *x)
{
    static const char *const names[] = {"2G", "4G"};
    uint8_t number = read_u8(r);
    if (r->in.len == 1 && number < sizeof(names) / sizeof(names[0])) {
        extras_set_text(x, EXTRA_NETWORK, 0, bytes_of_text(names[number]));
    }
}

static void tag(struct reader *r, struct extras *x)
{
    static const char mark[] = "RFID:";
    if (bytes_begin(r->in, mark)) {
        struct bytes card = bytes_slice(r->in, sizeof(mark) - 1, SIZE_MAX);
        extras_set_text(x, EXTRA_CARD, 0, field_trimmed(card));
        return;
    }
    read_skip(r, 1);
    struct bytes card = read_bytes(r, read_u8(r) / 2);
    if (reader_ok(r)) {
        extras_set_hex(x, EXTRA_CARD, 0, card);
    }
}

/* The kinds of 94. */
static const struct item infos[] = {
    {.id = 0x0b, .read_extra = network},
    {.id = 0x1b, .read_extra = tag},
    {.id = 0x1e, .size = 8, .at = 4, .len = 4, .scale = 10, .extra = EXTRA_HUMIDITY},
};
static const struct item_list info_list = ITEM_LIST(infos);

/* A bit for each of four doors. */
static void doors(struct reader *r, struct extras *x)
{
    enum { DOORS = 4 };
    unsigned bits = read_u8(r);
    for (unsigned door = 1; reader_ok(r) && door <= DOORS; door++) {
        extras_set(x, EXTRA_DOOR, door, bits >> (door - 1) & 1U);
    }
}

static const struct item modules[] = {{.id = 0x002a, .read_extra = doors}};
static const struct item_list module_list = ITEM_LIST(modules);

static void read_long(const struct gt06_frame *f, struct extras *x)
{
    enum { INFO = 0x94, MODULAR = 0x70 };
    struct reader r = reader_init(f->content);
    if (f->type == INFO) {
        uint8_t kind = read_u8(&r);
        item_list_read_extras(&info_list, kind, read_rest(&r), x);
    } else if (f->type == MODULAR) {
        items_read_extras(&r, (struct item_form){2, 2}, &module_list, x);
    }
}

void gt06_add_extras(const struct gt06_frame *f, struct decoded *out)
{
    struct extras x;
    struct message *m = out->len > 0 ? &out->at[out->len - 1] : NULL;
    if (m == NULL || m->kind == MESSAGE_LOGIN || m->kind == MESSAGE_RESPONSE) {
        return;
    }
    extras_init(&x, out->arena);
    if (f->is_long) {
        read_long(f, &x);
    } else {
        item_list_read_extras(m->kind == MESSAGE_HEARTBEAT ? &heartbeat_list : &short_list, f->type,
                              f->content, &x);
    }
    if (x.count > 0) {
        m->kind = m->kind == MESSAGE_OTHER ? MESSAGE_FIX : m->kind;
        m->extras = extras_pack(&x);
    }
}
