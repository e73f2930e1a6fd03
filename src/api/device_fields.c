/*
 * What the kinds of a device's fields do: how a value is judged, put into the struct and shown.
 * Most fields are of a plain kind, and a new one of those is its row in device_fields.h.
 */
#include "api/device_fields.h"

#include "api/manage.h"

enum { E7_PER_ML = 10000, ML_DECIMALS = 3 };

const struct param_row device_add_params[DEVICE_PARAMS] = {
#define X(key, sort, from, param, shown) [DEVICE_##key] = {DEVICE_FIELD_UNWRAP param},
    DEVICE_FIELD_MAP(X, false)
#undef X
};

const struct param_row device_change_params[DEVICE_PARAMS] = {
#define X(key, sort, from, param, shown) [DEVICE_##key] = {DEVICE_FIELD_UNWRAP param},
    DEVICE_FIELD_MAP(X, true)
#undef X
};

/* ---- the kinds ---- */

static const char *identity_fault(const char *text)
{
    return device_id_is_valid(bytes_of_text(text)) ? NULL : "wants " DEVICE_ID_RULE;
}

static const char *unit_fault(const char *text)
{
    return speed_unit_of(text) == SPEED_UNIT_UNSET ? "wants knots, mps or kmh" : NULL;
}

static void take_text(const struct entity_column *member, struct device *d, const struct value *v)
{
    entity_set_text(member, d, v->text);
}

static void take_number(const struct entity_column *member, struct device *d, const struct value *v)
{
    entity_set_number(member, d, v->number);
}

static void take_litres(const struct entity_column *member, struct device *d, const struct value *v)
{
    entity_set_number(member, d, v->number / E7_PER_ML);
}

static void take_offset(const struct entity_column *member, struct device *d, const struct value *v)
{
    entity_set_number(member, d, v->number);
    d->has_utc_offset = !v->is_null;
}

static void take_unit(const struct entity_column *member, struct device *d, const struct value *v)
{
    entity_set_number(member, d, speed_unit_of(v->text));
}

static void show_text(struct json_out *out, const struct entity_column *member,
                      const struct device *d)
{
    json_write_string(out, (const char *)entity_bytes(member, d).at);
}

static void show_secret(struct json_out *out, const struct entity_column *member,
                        const struct device *d)
{
    json_bool(out, entity_bytes(member, d).len > 0);
}

static void show_number(struct json_out *out, const struct entity_column *member,
                        const struct device *d)
{
    json_int(out, entity_number(member, d));
}

static void show_litres(struct json_out *out, const struct entity_column *member,
                        const struct device *d)
{
    json_decimal(out, entity_number(member, d), ML_DECIMALS);
}

static void show_offset(struct json_out *out, const struct entity_column *member,
                        const struct device *d)
{
    (void)member;
    if (d->has_utc_offset) {
        json_int(out, d->utc_offset_min);
    } else {
        json_write_null(out);
    }
}

static void show_unit(struct json_out *out, const struct entity_column *member,
                      const struct device *d)
{
    (void)member;
    if (d->speed_unit == SPEED_UNIT_UNSET) {
        json_write_null(out);
    } else {
        json_write_string(out, speed_unit_name(d->speed_unit));
    }
}

enum field_kind {
    FIELD_IDENTITY,
    FIELD_PLATE,
    FIELD_TEXT,
    FIELD_SECRET, /* taken as a hash; only whether there is one is told */
    FIELD_NUMBER,
    FIELD_LITRES,
    FIELD_OFFSET,
    FIELD_UNIT,
};

static const struct {
    const char *(*fault)(const char *text); /* NULL: nothing beyond the parameter */
    void (*take)(const struct entity_column *member, struct device *d, const struct value *v);
    void (*show)(struct json_out *out, const struct entity_column *member, const struct device *d);
} kinds[] = {
    [FIELD_IDENTITY] = {.fault = identity_fault, .show = show_text},
    [FIELD_PLATE] = {.fault = manage_plate_fault, .take = take_text, .show = show_text},
    [FIELD_TEXT] = {.take = take_text, .show = show_text},
    [FIELD_SECRET] = {.show = show_secret},
    [FIELD_NUMBER] = {.take = take_number, .show = show_number},
    [FIELD_LITRES] = {.take = take_litres, .show = show_litres},
    [FIELD_OFFSET] = {.take = take_offset, .show = show_offset},
    [FIELD_UNIT] = {.fault = unit_fault, .take = take_unit, .show = show_unit},
};

/* ---- the fields ---- */

/* A field with its member, as far as the calls of model/entity.h ask. */
static const struct {
    enum field_kind kind;
    struct entity_column member;
} fields[DEVICE_PARAMS] = {
#define X(key, sort, from, param, shown)                                                           \
    [DEVICE_##key] = {.kind = FIELD_##sort,                                                        \
                      .member.type = ENTITY_COLUMN_TEXT,                                           \
                      .member.offset = offsetof(struct device, from),                              \
                      .member.size = sizeof(((struct device *)0)->from)},
    DEVICE_FIELD_MAP(X, false)
#undef X
};

bool device_fields_fault(const struct value *values, bool is_new, struct param_fault *fault)
{
    for (enum device_param i = 0; i < DEVICE_PARAMS; i++) {
        bool is_judged = values[i].present && !values[i].is_null &&
                         kinds[fields[i].kind].fault != NULL && (is_new || i != DEVICE_ID);
        const char *why = is_judged ? kinds[fields[i].kind].fault(values[i].text) : NULL;
        if (why != NULL) {
            *fault = (struct param_fault){device_add_params[i].name, why};
            return true;
        }
    }
    return false;
}

static const char *hash_of(struct call *c, const char *password)
{
    char *hash = arena_new(&c->arena, VAULT_HASH_SIZE);
    if (password[0] != '\0') {
        vault_hash(c->shard->vault, bytes_of_text(password), hash);
    }
    return hash;
}

void device_fields_take(struct call *c, struct device *d, const struct value *values)
{
    if (values[DEVICE_PASSWORD].present) {
        d->password_hash = hash_of(c, values[DEVICE_PASSWORD].text);
    }
    for (enum device_param i = 0; i < DEVICE_PARAMS; i++) {
        if (values[i].present && kinds[fields[i].kind].take != NULL) {
            kinds[fields[i].kind].take(&fields[i].member, d, &values[i]);
        }
    }
}

void device_field_write(struct json_out *out, enum device_param field, const struct device *d)
{
    kinds[fields[field].kind].show(out, &fields[field].member, d);
}
