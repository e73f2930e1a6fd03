#ifndef MODEL_ENTITY_H
#define MODEL_ENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "model/account.h"
#include "model/event.h"

/*
 * What is known of each entity beside its struct: one row an entity, and in it one row a column.
 * The store makes its SQL of the rows, binds, reads and checks by them; copies are made by them.
 * A new column is a member of the struct and a row in entity.c.
 */
enum entity_kind {
    ENTITY_NONE,
#define X(NAME, tag, member) ENTITY_##NAME,
    ENTITY_MAP(X)
#undef X
        ENTITY_COUNT
};

/* How a column stands in the struct. What it is in the store, store/tables_sqlite_columns.c says.
 */
enum entity_column_type {
    ENTITY_COLUMN_INT, /* a whole number of `size` bytes, `min` .. `max`; signed where `min` is */
    ENTITY_COLUMN_OPTIONAL,  /* such a number or none: the bool at `beside` says which */
    ENTITY_COLUMN_TEXT,      /* const char * */
    ENTITY_COLUMN_DEVICE_ID, /* const char * that a tracker may call itself by */
    ENTITY_COLUMN_BYTES,     /* const uint8_t *, with its length at `beside` */
    ENTITY_COLUMN_CLOCK,     /* bytes, as fleet/clock_zone.h packs them */
    ENTITY_COLUMN_RINGS,     /* bytes, as geofence_pack_rings() packs them */
    ENTITY_COLUMN_ID_BYTES,  /* bytes, as geofence_pack_ids() packs them */
    ENTITY_COLUMN_IDS,       /* const int64_t *, with their count at `beside` */
    ENTITY_COLUMN_HASH,      /* `size` bytes in the struct itself */
    ENTITY_COLUMN_PROTOCOL,  /* an index of PROTOCOL_MAP; the protocol's name is stored */
    ENTITY_COLUMN_TYPES
};

/*
 * One column. Where a column came later than its table, older rows have 0, "", no bytes or NULL in
 * it; a table that lacks the column reads as if its rows had that.
 */
struct entity_column {
    const char *name;
    enum entity_column_type type;
    size_t offset; /* of the member */
    size_t size;   /* of the member */
    size_t beside; /* offset of a length, a count or a flag */
    int64_t min;
    int64_t max;
    int64_t since; /* the version of the schema that brought it; 0: its table's */
};

/*
 * One entity. If its ids are remembered, its first column is `id`, and it is put with `deleted` set
 * in place of being deleted.
 */
struct entity {
    const char *table;
    size_t size;    /* of its struct */
    size_t deleted; /* offset of a member of that name; 0: its id is not remembered */
    const struct entity_column *columns;
    size_t column_count;
    size_t key_count;     /* so many columns are its key, by which a put replaces */
    size_t delete_count;  /* so many columns say what a deletion deletes; 0: it is never deleted */
    int64_t since;        /* the first version of the schema that has the table */
    bool is_log;          /* only appended, and not loaded at a start */
    bool may_be_left_out; /* a row that makes no sense is passed over, not damage */
    enum entity_kind owner;  /* the first column is its id; a row goes when it is put as deleted */
    const char *retained_by; /* ... or, where set, by retention: the column of its time, ... */
    const char *retained_at_0; /* ... and of rows with 0 there this one; or NULL */
    const char *loaded_at_0;   /* a start loads only rows with a 0 in this column; NULL: all */
    const char *expires;       /* a time; a row goes when it has passed, ... */
    int64_t expires_after_s;   /* ... and so long ago */
};

extern const struct entity entity_rows[ENTITY_COUNT];

/* ---- columns ---- */

/* The column of that name; NULL: the entity has none. */
const struct entity_column *entity_column_named(const struct entity *e, const char *name);
/* The number in a column that holds a number. */
int64_t entity_number(const struct entity_column *c, const void *value);
/* Sets that number; bits that do not fit are cut off. */
void entity_set_number(const struct entity_column *c, void *value, int64_t number);
/* The bytes of a column that holds no number: a text without its NUL, the bytes of all ids. */
struct bytes entity_bytes(const struct entity_column *c, const void *value);
/* Sets a text, which is borrowed. */
void entity_set_text(const struct entity_column *c, void *value, const char *text);
/* Sets a column that holds neither a number nor a text: a hash is copied, all else is borrowed. */
void entity_set_bytes(const struct entity_column *c, void *value, struct bytes in);

/* ---- values ---- */

/* Whether entities of the kind have ids, which are remembered when one is deleted. */
bool entity_has_id(enum entity_kind kind);
/* The id of an entity, where its first column is an id. */
int64_t entity_id(enum entity_kind kind, const void *value);
/* Whether the entity is a tombstone. */
bool entity_is_deleted(enum entity_kind kind, const void *value);
/* Makes a zeroed struct an empty entity: a text that is NULL becomes "". The rest stays. */
void entity_init(enum entity_kind kind, void *value);
/* How many bytes a copy of all that the struct borrows needs, at whatever address it begins. */
size_t entity_borrowed(enum entity_kind kind, const void *value);
/*
 * Copies the struct to `to`, and all that it borrows to `room`, which has entity_borrowed() bytes.
 */
void entity_copy(enum entity_kind kind, const void *value, void *to, void *room);

/* entity_init() of a device: members that are set stay, the other texts become "". */
void device_init(struct device *d);
/* A copy of a device with its texts in `arena`. */
struct device device_copy(struct arena *arena, const struct device *d);

#endif
