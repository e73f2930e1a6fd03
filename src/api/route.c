/*
 * One table of lower-case paths, made at the start: each method under its prefixes, its twin in the
 * plural or the singular, and the names that the configuration gives it.
 */
#include "api/route.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"

struct routes {
    GHashTable *methods; /* lower-case path from "/api/" on -> struct api_method */
};

static const struct {
    enum method_prefix prefix;
    const char *path;
} prefixes[] = {
    {PREFIX_USER, "/api/user/"},     {PREFIX_VEHICLE, "/api/vehicle/"},
    {PREFIX_VEHICLE, "/api/asset/"}, {PREFIX_MANAGE, "/api/manage/"},
    {PREFIX_NONE, "/api/"},
};

static const struct {
    const char *path;
    enum route_kind kind;
} others[] = {
    {"/", ROUTE_HOME},         {"/api", ROUTE_PAGE},
    {"/docs", ROUTE_DOCS},     {"/docs/devices", ROUTE_DOCS},
    {"/health", ROUTE_HEALTH}, {"/api/openapi.json", ROUTE_OPENAPI},
};

/* Answers to `name` under every prefix of the method; false where something else does already. */
static bool add_name(struct routes *r, const char *name, const struct api_method *method)
{
    bool free_name = true;
    gpointer value = NULL; /* what the table takes is not const, though it only keeps it */
    memcpy(&value, &method, sizeof(value));
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        if (prefixes[i].prefix != method->prefix) {
            continue;
        }
        char *path = g_strconcat(prefixes[i].path, name, NULL);
        char *key = g_ascii_strdown(path, -1);
        g_free(path);
        const struct api_method *other = g_hash_table_lookup(r->methods, key);
        free_name = free_name && (other == NULL || other == method);
        g_hash_table_insert(r->methods, key, value);
    }
    return free_name;
}

/* XByDeviceID also answers as XByDeviceIDs, and the reverse. */
static void add_method(struct routes *r, const struct api_method *method)
{
    check(add_name(r, method->name, method));
    if (g_str_has_suffix(method->name, "ByDeviceID")) {
        char *twin = g_strconcat(method->name, "s", NULL);
        check(add_name(r, twin, method));
        g_free(twin);
    } else if (g_str_has_suffix(method->name, "ByDeviceIDs")) {
        char *twin = g_strndup(method->name, strlen(method->name) - 1);
        check(add_name(r, twin, method));
        g_free(twin);
    }
}

/* The method that answers to a name of ours, its twin's too. */
static const struct api_method *find_by_name(const struct routes *r, const char *name)
{
    const struct api_method *found = NULL;
    for (size_t i = 0; i < COUNT_OF(prefixes) && found == NULL; i++) {
        char *path = g_strconcat(prefixes[i].path, name, NULL);
        char *key = g_ascii_strdown(path, -1);
        found = g_hash_table_lookup(r->methods, key);
        g_free(key);
        g_free(path);
    }
    return found;
}

static enum err add_alias(struct routes *r, const struct api_alias *alias)
{
    const struct api_method *method = find_by_name(r, alias->method);
    if (method == NULL) {
        log_line(LOG_ERROR, "alias_invalid", "name=\"%s\" why=\"no method %s\"", alias->name,
                 alias->method);
        return ERR_INVALID;
    }
    if (alias->name[0] == '\0' || strchr(alias->name, '/') != NULL ||
        !add_name(r, alias->name, method)) {
        log_line(LOG_ERROR, "alias_invalid", "name=\"%s\" why=\"taken or not a name\"",
                 alias->name);
        return ERR_INVALID;
    }
    return ERR_OK;
}

enum err routes_new(const struct api_alias *aliases, size_t alias_count, struct routes **out)
{
    struct routes *r = mem_new(sizeof(*r));
    r->methods = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; methods_at(i) != NULL; i++) {
        add_method(r, methods_at(i));
    }
    add_method(r, &live_stream_method);
    enum err e = ERR_OK;
    for (size_t i = 0; i < alias_count && e == ERR_OK; i++) {
        e = add_alias(r, &aliases[i]);
    }
    if (e != ERR_OK) {
        routes_free(r);
        return e;
    }
    *out = r;
    return ERR_OK;
}

void routes_free(struct routes *r)
{
    g_hash_table_destroy(r->methods);
    free(r);
}

/* As g_ascii_tolower(), without a call into the library for each letter. */
static char lower(char c)
{
    char bit = c >= 'A' && c <= 'Z' ? 0x20 : 0;
    return (char)(c | bit);
}

struct route routes_find(const struct routes *r, const char *path)
{
    char key[ROUTE_PATH_MAX];
    size_t len = strlen(path);
    if (len > 1 && path[len - 1] == '/') {
        len--;
    }
    if (len >= sizeof(key)) {
        return (struct route){ROUTE_NONE, NULL};
    }
    for (size_t i = 0; i < len; i++) {
        key[i] = lower(path[i]);
    }
    key[len] = '\0';
    const struct api_method *method = g_hash_table_lookup(r->methods, key);
    if (method != NULL) {
        return (struct route){ROUTE_METHOD, method};
    }
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (strcmp(key, others[i].path) == 0) {
            return (struct route){others[i].kind, NULL};
        }
    }
    return (struct route){ROUTE_NONE, NULL};
}
