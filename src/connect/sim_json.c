/* Reading answers of operators by paths. */
#include "connect/sim_json.h"

#include <string.h>

#include "base/reader.h"
#include "base/units.h"
#include "connect/sim_rows.h"

enum { NAME_SIZE = 64, E7 = 10000000, E7_PER_E2 = 100000 };

const struct json_value *sim_json_member(const struct json_value *object, const char *path)
{
    const struct json_value *v = object;
    while (v != NULL && path[0] != '\0') {
        char name[NAME_SIZE];
        size_t len = strcspn(path, ".");
        if (len >= sizeof(name)) {
            return NULL;
        }
        memcpy(name, path, len);
        name[len] = '\0';
        v = json_read_member(v, name);
        path += len + (path[len] == '.' ? 1 : 0);
    }
    return v != NULL && v->kind != JSON_KIND_NULL ? v : NULL;
}

struct bytes sim_json_text(const struct json_value *object, const char *path)
{
    const struct json_value *v = sim_json_member(object, path);
    bool is_text = v != NULL && (v->kind == JSON_KIND_STRING || v->kind == JSON_KIND_NUMBER);
    return is_text ? v->text : (struct bytes){0};
}

const char *sim_json_copy(const struct json_value *object, const char *path, struct arena *arena)
{
    struct bytes text = sim_json_text(object, path);
    bool is_id = text.len > 0 && text.len <= SIM_SENT_ID_MAX;
    return is_id ? (const char *)arena_copy(arena, text).at : NULL;
}

static bool read_e7(const struct json_value *object, const char *path, int64_t *out)
{
    return parse_decimal_e7(sim_json_text(object, path), out);
}

bool sim_json_number(const struct json_value *object, const char *path, int64_t *out)
{
    uint64_t whole = 0;
    bool is_number = parse_u64(sim_json_text(object, path), &whole);
    *out = is_number ? (int64_t)whole : 0;
    return is_number;
}

bool sim_json_amount(const struct json_value *object, const char *path, unsigned decimals,
                     uint32_t *out)
{
    int64_t e7 = 0;
    if (!read_e7(object, path, &e7)) {
        return false;
    }
    int64_t amount = e7 < 0 ? 0 : e7 / (decimals == 0 ? E7 : E7_PER_E2);
    *out = units_u32_saturated((uint64_t)amount);
    return true;
}
