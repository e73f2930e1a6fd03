/*
 * Entities as values: their members by the columns of their rows, and copies with all that they
 * borrow.
 */
#include <string.h>

#include "base/check.h"
#include "model/entity.h"

/* ---- columns ---- */

const struct entity_column *entity_column_named(const struct entity *e, const char *name)
{
    for (size_t i = 0; i < e->column_count; i++) {
        if (strcmp(e->columns[i].name, name) == 0) {
            return &e->columns[i];
        }
    }
    return NULL;
}

static const void *member_of(const void *value, size_t offset)
{
    return (const uint8_t *)value + offset;
}

static void *member_to_set(void *value, size_t offset)
{
    return (uint8_t *)value + offset;
}

int64_t entity_number(const struct entity_column *c, const void *value)
{
    const void *at = member_of(value, c->offset);
    bool is_signed = c->min < 0;
    switch (c->size) {
    case sizeof(uint8_t):
        return is_signed ? *(const int8_t *)at : *(const uint8_t *)at;
    case sizeof(uint16_t):
        return is_signed ? *(const int16_t *)at : *(const uint16_t *)at;
    case sizeof(uint32_t):
        return is_signed ? *(const int32_t *)at : (int64_t) * (const uint32_t *)at;
    default:
        check(c->size == sizeof(int64_t));
        return *(const int64_t *)at;
    }
}

void entity_set_number(const struct entity_column *c, void *value, int64_t number)
{
    void *at = member_to_set(value, c->offset);
    switch (c->size) {
    case sizeof(uint8_t):
        *(uint8_t *)at = (uint8_t)number;
        break;
    case sizeof(uint16_t):
        *(uint16_t *)at = (uint16_t)number;
        break;
    case sizeof(uint32_t):
        *(uint32_t *)at = (uint32_t)number;
        break;
    default:
        check(c->size == sizeof(int64_t));
        *(int64_t *)at = number;
        break;
    }
}

static bool is_text(const struct entity_column *c)
{
    return c->type == ENTITY_COLUMN_TEXT || c->type == ENTITY_COLUMN_DEVICE_ID;
}

/* How many bytes an element has, if `beside` holds the number of elements; 0: it does not. */
static size_t unit_of(const struct entity_column *c)
{
    switch (c->type) {
    case ENTITY_COLUMN_BYTES:
    case ENTITY_COLUMN_CLOCK:
    case ENTITY_COLUMN_RINGS:
    case ENTITY_COLUMN_ID_BYTES:
        return 1;
    case ENTITY_COLUMN_IDS:
        return sizeof(int64_t);
    default:
        return 0;
    }
}

/* Whether the member points to what it holds. */
static bool is_borrowed(const struct entity_column *c)
{
    return is_text(c) || unit_of(c) > 0;
}

struct bytes entity_bytes(const struct entity_column *c, const void *value)
{
    const uint8_t *at = member_of(value, c->offset);
    size_t unit = unit_of(c);
    size_t count = 0;
    if (c->type == ENTITY_COLUMN_HASH) {
        return (struct bytes){at, c->size};
    }
    check(is_borrowed(c));
    memcpy(&at, member_of(value, c->offset), sizeof(at));
    if (is_text(c)) {
        check(at != NULL);
        return bytes_of_text((const char *)at);
    }
    memcpy(&count, member_of(value, c->beside), sizeof(count));
    return (struct bytes){at, count * unit};
}

void entity_set_text(const struct entity_column *c, void *value, const char *text)
{
    check(is_text(c));
    memcpy(member_to_set(value, c->offset), &text, sizeof(text));
}

void entity_set_bytes(const struct entity_column *c, void *value, struct bytes in)
{
    size_t unit = unit_of(c);
    if (c->type == ENTITY_COLUMN_HASH) {
        check(in.len == c->size);
        memcpy(member_to_set(value, c->offset), in.at, in.len);
        return;
    }
    check(unit > 0);
    size_t count = in.len / unit;
    memcpy(member_to_set(value, c->offset), &in.at, sizeof(in.at));
    memcpy(member_to_set(value, c->beside), &count, sizeof(count));
}

/* ---- values ---- */

bool entity_has_id(enum entity_kind kind)
{
    return entity_rows[kind].deleted > 0;
}

int64_t entity_id(enum entity_kind kind, const void *value)
{
    return entity_number(entity_rows[kind].columns, value);
}

bool entity_is_deleted(enum entity_kind kind, const void *value)
{
    return entity_has_id(kind) && *(const bool *)member_of(value, entity_rows[kind].deleted);
}

void entity_init(enum entity_kind kind, void *value)
{
    const struct entity *e = &entity_rows[kind];
    for (size_t i = 0; i < e->column_count; i++) {
        const struct entity_column *c = &e->columns[i];
        const uint8_t *at = NULL;
        if (!is_text(c)) {
            continue;
        }
        memcpy(&at, member_of(value, c->offset), sizeof(at));
        if (at == NULL) {
            entity_set_text(c, value, "");
        }
    }
}

size_t entity_borrowed(enum entity_kind kind, const void *value)
{
    const struct entity *e = &entity_rows[kind];
    size_t size = 0;
    for (size_t i = 0; i < e->column_count; i++) {
        const struct entity_column *c = &e->columns[i];
        if (is_text(c)) {
            size += entity_bytes(c, value).len + 1;
        } else if (is_borrowed(c)) {
            size += entity_bytes(c, value).len + unit_of(c) - 1; /* to align it */
        }
    }
    return size;
}

/* Copies what one member borrows to `room`; answers the room behind it. */
static uint8_t *copy_borrowed(const struct entity_column *c, void *to, uint8_t *room)
{
    struct bytes in = entity_bytes(c, to);
    if (is_text(c)) {
        memcpy(room, in.at, in.len + 1);
        entity_set_text(c, to, (const char *)room);
        return room + in.len + 1;
    }
    while ((uintptr_t)room % unit_of(c) != 0) {
        room++;
    }
    if (in.len > 0) {
        memcpy(room, in.at, in.len);
    }
    entity_set_bytes(c, to, (struct bytes){room, in.len});
    return room + in.len;
}

void entity_copy(enum entity_kind kind, const void *value, void *to, void *room)
{
    const struct entity *e = &entity_rows[kind];
    uint8_t *at = room;
    memcpy(to, value, e->size);
    for (size_t i = 0; i < e->column_count; i++) {
        if (is_borrowed(&e->columns[i])) {
            at = copy_borrowed(&e->columns[i], to, at);
        }
    }
}

void device_init(struct device *d)
{
    entity_init(ENTITY_DEVICE, d);
}

struct device device_copy(struct arena *arena, const struct device *d)
{
    struct device copy;
    entity_copy(ENTITY_DEVICE, d, &copy, arena_new(arena, entity_borrowed(ENTITY_DEVICE, d)));
    return copy;
}
