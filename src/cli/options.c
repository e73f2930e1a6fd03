/*
 * The configuration file. Each option is one row below: its section and key, what it may be, its
 * default, the sentence that --print-config prints, and the member of `struct options` that it
 * fills. Reading, checking and printing follow from the rows.
 *
 * Two sections have keys of their own: [aliases] has second names of methods, and [protocol.NAME]
 * what holds for all devices of a protocol.
 */
#include "cli/options.h"

#include <glib.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/cors.h"
#include "base/address.h"
#include "base/check.h"
#include "base/network.h"
#include "base/reader.h"
#include "model/account.h"

enum option_type {
    OPTION_TEXT,
    OPTION_NUMBER,  /* of one, two, four or eight bytes */
    OPTION_WORD,    /* one of `words`; kept as its place among them */
    OPTION_HOST,    /* a numeric address, or nothing */
    OPTION_ADDRESS, /* ADDR:PORT */
    OPTION_ORIGINS, /* of web pages, as cors.h has them */
};

/* One option: all that the file, the help and the manual say of it, and where its value goes. */
struct option_row {
    const char *section;
    const char *key;
    enum option_type type;
    size_t offset; /* in struct options */
    size_t size;
    uint64_t min; /* OPTION_NUMBER: the range of what is written ... */
    uint64_t max;
    uint64_t unit; /* ... and what one of it is; 0: 1 */
    const char *initial;
    const char *words; /* OPTION_WORD: with a blank between them */
    const char *doc;
};

#define AT(member)                                                                                 \
    .offset = offsetof(struct options, member), .size = sizeof(((struct options *)0)->member)

enum { MIB = 1 << 20 };

static const struct option_row rows[] = {
    {.section = "server",
     .key = "data",
     .type = OPTION_TEXT,
     AT(store.directory),
     .initial = "/var/lib/odograph",
     .doc = "directory of the store; made if missing"},
    {.section = "server",
     .key = "http",
     .type = OPTION_ADDRESS,
     AT(http),
     .initial = "127.0.0.1:8080",
     .doc = "address of the API"},
    {.section = "server",
     .key = "device",
     .type = OPTION_ADDRESS,
     AT(device),
     .initial = "0.0.0.0:9881",
     .doc = "address of the device port, TCP and UDP"},
    {.section = "server",
     .key = "log_level",
     .type = OPTION_WORD,
     AT(log_level),
     .initial = "info",
     .words = "debug info warn error",
     .doc = "debug, info, warn or error"},
    {.section = "device",
     .key = "idle_timeout_s",
     .type = OPTION_NUMBER,
     AT(gateway.idle_timeout_s),
     .min = 10,
     .max = 86400,
     .initial = "1800",
     .doc = "a connection without a whole frame for so long is closed"},
    {.section = "device",
     .key = "login_timeout_s",
     .type = OPTION_NUMBER,
     AT(gateway.login_timeout_s),
     .min = 1,
     .max = 3600,
     .initial = "60",
     .doc = "the same before its first frame"},
    {.section = "device",
     .key = "connections_max",
     .type = OPTION_NUMBER,
     AT(gateway.connections_max),
     .min = 1,
     .max = 10000000,
     .initial = "200000",
     .doc = "device connections at a time"},
    {.section = "device",
     .key = "credit_bytes",
     .type = OPTION_NUMBER,
     AT(gateway.credit_bytes),
     .min = 16384,
     .max = 16777216,
     .initial = "65536",
     .doc = "unanswered bytes of one connection before it is not read further"},
    {.section = "device",
     .key = "queue_bytes",
     .type = OPTION_NUMBER,
     AT(ingest.queue_bytes),
     .min = 1048576,
     .max = 1073741824,
     .initial = "33554432",
     .doc = "bytes that may wait for the next commit"},
    {.section = "device",
     .key = "registration",
     .type = OPTION_WORD,
     AT(ingest.registration_open),
     .initial = "closed",
     .words = "closed open",
     .doc = "closed: unregistered trackers are listed; open: they are added"},
    {.section = "device",
     .key = "open_enterprise",
     .type = OPTION_NUMBER,
     AT(ingest.open_enterprise),
     .min = 0,
     .max = INT64_MAX,
     .initial = "0",
     .doc = "HoldID of the enterprise that open registration adds to; it has to be set then"},
    {.section = "store",
     .key = "cache_kib",
     .type = OPTION_NUMBER,
     AT(store.cache_kib),
     .min = 1024,
     .max = 16777216,
     .initial = "16384",
     .doc = "page cache of the writer"},
    {.section = "store",
     .key = "tail_mib",
     .type = OPTION_NUMBER,
     AT(store.tail_bytes),
     .min = 1,
     .max = 65536,
     .unit = MIB,
     .initial = "64",
     .doc = "memory of fixes that are not sealed into chunks yet"},
    {.section = "store",
     .key = "seal_after_s",
     .type = OPTION_NUMBER,
     AT(store.seal_after_s),
     .min = 1,
     .max = 86400,
     .initial = "900",
     .doc = "seconds after which such fixes are sealed, however few they are"},
    {.section = "store",
     .key = "retention_days",
     .type = OPTION_NUMBER,
     AT(ingest.retention_days),
     .min = 0,
     .max = 36500,
     .initial = "0",
     .doc = "days after which fixes are deleted where the enterprise has no number of its own; 0: "
            "never"},
    {.section = "api",
     .key = "token_days",
     .type = OPTION_NUMBER,
     AT(api.token_days),
     .min = 1,
     .max = 3650,
     .initial = "180",
     .doc = "life of a login token"},
    {.section = "api",
     .key = "service_warning_days",
     .type = OPTION_NUMBER,
     AT(api.service_warning_days),
     .min = 0,
     .max = 3650,
     .initial = "0",
     .doc = "logins answer 4000 when the service ends within so many days; 0: never"},
    {.section = "api",
     .key = "trusted_proxy",
     .type = OPTION_HOST,
     AT(api.trusted_proxy),
     .initial = "",
     .doc = "address whose X-Forwarded-For names the client, for the login throttle; "
            "connections_per_address does not hold for it"},
    {.section = "api",
     .key = "cors_origins",
     .type = OPTION_ORIGINS,
     AT(api.cors_origins),
     .initial = "",
     .doc = "origins whose pages may call from a browser, as https://maps.example.com, blanks "
            "between"},
    {.section = "api",
     .key = "http_threads",
     .type = OPTION_NUMBER,
     AT(api.http_threads),
     .min = 1,
     .max = 64,
     .initial = "2",
     .doc = "threads of the HTTP server"},
    {.section = "api",
     .key = "query_threads",
     .type = OPTION_NUMBER,
     AT(api.query_threads),
     .min = 1,
     .max = 64,
     .initial = "2",
     .doc = "threads that make histories and long lists; one more is started, so that one "
            "enterprise never keeps all busy"},
    {.section = "api",
     .key = "connections_max",
     .type = OPTION_NUMBER,
     AT(api.connections_max),
     .min = 16,
     .max = 1000000,
     .initial = "8192",
     .doc = "HTTP connections at a time, at most half of the files that may be open"},
    {.section = "api",
     .key = "connections_per_address",
     .type = OPTION_NUMBER,
     AT(api.connections_per_address),
     .min = 0,
     .max = 1000000,
     .initial = "256",
     .doc = "HTTP connections of one address or IPv6 /64 at a time; 0: no limit"},
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]), E7 = 10000000 };

static enum err complain(const char *path, const char *section, const char *key, const char *why)
{
    (void)fprintf(stderr, "odograph: %s: [%s] %s: %s\n", path, section, key, why);
    return ERR_INVALID;
}

static void store_number(struct options *o, const struct option_row *row, uint64_t number)
{
    void *target = (char *)o + row->offset;
    const uint8_t as_u8 = (uint8_t)number;
    const uint16_t as_u16 = (uint16_t)number;
    const uint32_t as_u32 = (uint32_t)number;
    const void *from = row->size == sizeof(as_u8)    ? (const void *)&as_u8
                       : row->size == sizeof(as_u16) ? (const void *)&as_u16
                       : row->size == sizeof(as_u32) ? (const void *)&as_u32
                                                     : (const void *)&number;
    check(row->size <= sizeof(number));
    memcpy(target, from, row->size);
}

/* Each setter answers what is wrong with the value, or NULL. */
static const char *set_number(struct options *o, const struct option_row *row, const char *value)
{
    uint64_t number;
    if (!parse_u64(bytes_of_text(value), &number) || number < row->min || number > row->max) {
        return arena_format(&o->texts, "wants a number from %llu to %llu",
                            (unsigned long long)row->min, (unsigned long long)row->max);
    }
    store_number(o, row, number * (row->unit == 0 ? 1 : row->unit));
    return NULL;
}

static const char *set_word(struct options *o, const struct option_row *row, const char *value)
{
    char **words = g_strsplit(row->words, " ", -1);
    uint64_t at = 0;
    while (words[at] != NULL && strcmp(words[at], value) != 0) {
        at++;
    }
    bool is_word = words[at] != NULL;
    g_strfreev(words);
    if (!is_word) {
        return row->doc;
    }
    store_number(o, row, at);
    return NULL;
}

static const char *set_text(struct options *o, const struct option_row *row, const char *value)
{
    const char *copy = arena_copy_text(&o->texts, value);
    memcpy((char *)o + row->offset, &copy, sizeof(copy));
    return NULL;
}

static const char *set_host(struct options *o, const struct option_row *row, const char *value)
{
    struct network any;
    bool is_host = value[0] == '\0' || network_of_text(value, &any);
    return is_host ? set_text(o, row, value) : "wants a numeric address";
}

static const char *set_address(struct options *o, const struct option_row *row, const char *value)
{
    const char *why = address_fault(value);
    return why == NULL ? set_text(o, row, value) : why;
}

static const char *set_origins(struct options *o, const struct option_row *row, const char *value)
{
    const char *why = cors_fault(value);
    return why == NULL ? set_text(o, row, value) : why;
}

static enum err set_row(struct options *o, const struct option_row *row, const char *value,
                        const char *path)
{
    const char *why = NULL;
    switch (row->type) {
    case OPTION_NUMBER:
        why = set_number(o, row, value);
        break;
    case OPTION_WORD:
        why = set_word(o, row, value);
        break;
    case OPTION_HOST:
        why = set_host(o, row, value);
        break;
    case OPTION_ORIGINS:
        why = set_origins(o, row, value);
        break;
    case OPTION_ADDRESS:
        why = set_address(o, row, value);
        break;
    default:
        why = set_text(o, row, value);
        break;
    }
    return why == NULL ? ERR_OK : complain(path, row->section, row->key, why);
}

void options_init(struct options *o)
{
    *o = (struct options){0};
    o->api.aliases = o->aliases;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (set_row(o, &rows[i], rows[i].initial, "defaults") != ERR_OK) {
            abort();
        }
    }
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        o->gateway.utc_offset_min[i] = GATEWAY_OFFSET_UNSET;
    }
}

void options_clear(struct options *o)
{
    arena_free(&o->texts);
    o->api.alias_count = 0;
}

static enum err add_alias(struct options *o, const char *name, const char *method, const char *path)
{
    if (o->api.alias_count == OPTIONS_ALIASES_MAX) {
        return complain(path, "aliases", name, "too many aliases");
    }
    o->aliases[o->api.alias_count++] = (struct api_alias){
        .name = arena_copy_text(&o->texts, name),
        .method = arena_copy_text(&o->texts, method),
    };
    return ERR_OK;
}

/* utc_offset_min: the zone of the clocks of the protocol's devices. */
static const char *set_utc_offset(struct options *o, size_t protocol, const char *value)
{
    int64_t minutes_e7;
    bool is_number = parse_decimal_e7(bytes_of_text(value), &minutes_e7);
    int64_t minutes = is_number ? minutes_e7 / E7 : 0;
    if (!is_number || minutes_e7 % E7 != 0 || minutes < UTC_OFFSET_MIN_MIN ||
        minutes > UTC_OFFSET_MIN_MAX) {
        return arena_format(&o->texts, "wants minutes from %d to %d", UTC_OFFSET_MIN_MIN,
                            UTC_OFFSET_MIN_MAX);
    }
    o->gateway.utc_offset_min[protocol] = (int16_t)minutes;
    return NULL;
}

/* speed_unit = knots, mps or kmh: what their speeds are told in, where the protocol leaves it open.
 */
static const char *set_speed_unit(struct options *o, size_t protocol, const char *value)
{
    enum speed_unit unit = speed_unit_of(value);
    if (!protocol_at(protocol)->asks_speed_unit) {
        return "the protocol itself says the unit";
    }
    if (unit == SPEED_UNIT_UNSET) {
        return "wants knots, mps or kmh";
    }
    o->gateway.speed_unit[protocol] = (uint8_t)unit;
    return NULL;
}

/* A row of [protocol.NAME]. */
static enum err set_protocol(struct options *o, const char *section, const char *key,
                             const char *value, const char *path)
{
    const char *name = section + strlen("protocol.");
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (strcmp(protocol_at(i)->name, name) != 0) {
            continue;
        }
        const char *why = "no such option";
        if (strcmp(key, "utc_offset_min") == 0) {
            why = set_utc_offset(o, i, value);
        } else if (strcmp(key, "speed_unit") == 0) {
            why = set_speed_unit(o, i, value);
        }
        return why == NULL ? ERR_OK : complain(path, section, key, why);
    }
    return complain(path, section, key, "no such protocol");
}

static enum err set_one(struct options *o, const char *section, const char *key, const char *value,
                        const char *path)
{
    if (strcmp(section, "aliases") == 0) {
        return add_alias(o, key, value, path);
    }
    if (strncmp(section, "protocol.", strlen("protocol.")) == 0) {
        return set_protocol(o, section, key, value, path);
    }
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].key, key) == 0) {
            return set_row(o, &rows[i], value, path);
        }
    }
    return complain(path, section, key, "no such option");
}

static enum err read_section(struct options *o, GKeyFile *file, const char *section,
                             const char *path)
{
    char **keys = g_key_file_get_keys(file, section, NULL, NULL);
    enum err e = ERR_OK;
    for (size_t i = 0; keys != NULL && keys[i] != NULL && e == ERR_OK; i++) {
        char *value = g_key_file_get_string(file, section, keys[i], NULL);
        e = value == NULL ? complain(path, section, keys[i], "not readable text")
                          : set_one(o, section, keys[i], value, path);
        g_free(value);
    }
    g_strfreev(keys);
    return e;
}

enum err options_read_file(struct options *o, const char *path)
{
    GError *error = NULL;
    GKeyFile *file = g_key_file_new();
    enum err e = ERR_OK;
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error)) {
        (void)fprintf(stderr, "odograph: %s: %s\n", path, error->message);
        g_error_free(error);
        g_key_file_free(file);
        return ERR_IO;
    }
    char **sections = g_key_file_get_groups(file, NULL);
    for (size_t i = 0; sections[i] != NULL && e == ERR_OK; i++) {
        e = read_section(o, file, sections[i], path);
    }
    g_strfreev(sections);
    g_key_file_free(file);
    return e;
}

enum err options_check(const struct options *o, const char *path)
{
    if (o->ingest.registration_open && o->ingest.open_enterprise == 0) {
        return complain(path, "device", "open_enterprise",
                        "registration = open wants the HoldID of an enterprise here; "
                        "/api/manage/ListEnterprises tells them");
    }
    return ERR_OK;
}

void options_print(void)
{
    const char *section = "";
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(section, rows[i].section) != 0) {
            section = rows[i].section;
            (void)printf("%s[%s]\n", i == 0 ? "" : "\n", section);
        }
        (void)printf("# %s", rows[i].doc);
        if (rows[i].type == OPTION_NUMBER) {
            (void)printf(" (%llu to %llu)", (unsigned long long)rows[i].min,
                         (unsigned long long)rows[i].max);
        }
        (void)printf("\n%s = %s\n", rows[i].key, rows[i].initial);
    }
    (void)printf(
        "\n# The zone of the clocks of all devices of a protocol, in minutes east of UTC.\n"
        "#[protocol.jt808]\n#utc_offset_min = 480\n"
        "\n# What speeds in queries and forms are told in, whoever sends them: knots, mps or kmh.\n"
        "# Unless set, mps of OsmAnd where it can be told, knots of all others.\n"
        "#[protocol.osmand]\n#speed_unit = mps\n"
        "\n# Further names for the API's methods.\n#[aliases]\n"
        "#GetAllDevices = GetDeviceList\n");
}
