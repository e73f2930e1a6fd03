#include "cli/options.h"

#include <arpa/inet.h>
#include <glib.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/cors.h"
#include "base/mem.h"
#include "base/reader.h"
#include "gateway/gateway.h"
#include "model/account.h"

enum option_type {
    OPTION_TEXT,
    OPTION_UINT,
    OPTION_WORD,
    OPTION_HOST,
    OPTION_ADDRESS,
    OPTION_ORIGINS,
};

/* One option: all that the file, the help and the manual say of it. */
struct option_row {
    const char *section;
    const char *key;
    enum option_type type;
    size_t offset;
    uint64_t min;
    uint64_t max;
    const char *initial;
    const char *doc;
    const char *words; /* OPTION_WORD: the allowed ones, each between blanks */
};

#define AT(member) offsetof(struct options, member)

static const struct option_row rows[] = {
    {"server", "data", OPTION_TEXT, AT(data_directory), 0, 0, "/var/lib/odograph",
     "directory of the store; made if missing", NULL},
    {"server", "http", OPTION_ADDRESS, AT(http), 0, 0, "127.0.0.1:8080", "address of the API",
     NULL},
    {"server", "device", OPTION_ADDRESS, AT(device), 0, 0, "0.0.0.0:9881",
     "address of the device port, TCP and UDP", NULL},
    {"server", "log_level", OPTION_WORD, AT(log_level), 0, 0, "info", "debug, info, warn or error",
     " debug info warn error "},
    {"device", "idle_timeout_s", OPTION_UINT, AT(idle_timeout_s), 10, 86400, "1800",
     "a connection without a whole frame for so long is closed", NULL},
    {"device", "login_timeout_s", OPTION_UINT, AT(login_timeout_s), 1, 3600, "60",
     "the same before its first frame", NULL},
    {"device", "connections_max", OPTION_UINT, AT(connections_max), 1, 10000000, "200000",
     "device connections at a time", NULL},
    {"device", "credit_bytes", OPTION_UINT, AT(credit_bytes), 16384, 16777216, "65536",
     "unanswered bytes of one connection before it is not read further", NULL},
    {"device", "queue_bytes", OPTION_UINT, AT(queue_bytes), 1048576, 1073741824, "33554432",
     "bytes that may wait for the next commit", NULL},
    {"device", "registration", OPTION_WORD, AT(registration), 0, 0, "closed",
     "closed: unregistered trackers are listed; open: they are added", " closed open "},
    {"device", "open_enterprise", OPTION_UINT, AT(open_enterprise), 0, INT64_MAX, "0",
     "HoldID of the enterprise that open registration adds to; it has to be set then", NULL},
    {"store", "cache_kib", OPTION_UINT, AT(cache_kib), 1024, 16777216, "16384",
     "page cache of the writer", NULL},
    {"store", "tail_mib", OPTION_UINT, AT(tail_mib), 1, 65536, "64",
     "memory of fixes that are not sealed into chunks yet", NULL},
    {"store", "seal_after_s", OPTION_UINT, AT(seal_after_s), 1, 86400, "900",
     "seconds after which such fixes are sealed, however few they are", NULL},
    {"store", "retention_days", OPTION_UINT, AT(retention_days), 0, 36500, "0",
     "days after which fixes are deleted where the enterprise has no number of its own; 0: never",
     NULL},
    {"api", "token_days", OPTION_UINT, AT(token_days), 1, 3650, "180", "life of a login token",
     NULL},
    {"api", "service_warning_days", OPTION_UINT, AT(service_warning_days), 0, 3650, "0",
     "logins answer 4000 when the service ends within so many days; 0: never", NULL},
    {"api", "trusted_proxy", OPTION_HOST, AT(trusted_proxy), 0, 0, "",
     "address whose X-Forwarded-For names the client, for the login throttle", NULL},
    {"api", "cors_origins", OPTION_ORIGINS, AT(cors_origins), 0, 0, "",
     "origins whose pages may call from a browser, as https://maps.example.com, blanks between",
     NULL},
    {"api", "http_threads", OPTION_UINT, AT(http_threads), 1, 64, "2", "threads of the HTTP server",
     NULL},
    {"api", "query_threads", OPTION_UINT, AT(query_threads), 1, 64, "2",
     "threads that make histories and long lists, and as many that wait for changes; one more of "
     "each is started, so that one enterprise never keeps all busy",
     NULL},
    {"api", "connections_max", OPTION_UINT, AT(http_connections_max), 16, 1000000, "8192",
     "HTTP connections at a time, at most half of the files that may be open", NULL},
    {"api", "connections_per_address", OPTION_UINT, AT(connections_per_address), 0, 1000000, "256",
     "HTTP connections of one address or IPv6 /64 at a time; 0: no limit", NULL},
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]), E7 = 10000000 };

static enum err complain(const char *path, const char *section, const char *key, const char *why)
{
    (void)fprintf(stderr, "odograph: %s: [%s] %s: %s\n", path, section, key, why);
    return ERR_INVALID;
}

/* What is wrong with a text option; NULL where nothing is. */
static const char *text_fault(const struct option_row *row, const char *value)
{
    struct in6_addr any;
    if (strlen(value) >= OPTIONS_TEXT_SIZE) {
        return "too long";
    }
    if (row->type == OPTION_HOST && value[0] != '\0' && inet_pton(AF_INET, value, &any) != 1 &&
        inet_pton(AF_INET6, value, &any) != 1) {
        return "wants a numeric address";
    }
    if (row->type == OPTION_ADDRESS) {
        return address_fault(value);
    }
    if (row->type == OPTION_ORIGINS) {
        return cors_fault(value);
    }
    if (row->type != OPTION_WORD) {
        return NULL;
    }
    char word[OPTIONS_TEXT_SIZE + 2];
    (void)snprintf(word, sizeof(word), " %s ", value);
    bool is_word = strchr(value, ' ') == NULL && strstr(row->words, word) != NULL;
    return is_word ? NULL : row->doc;
}

static enum err set_row(struct options *o, const struct option_row *row, const char *value,
                        const char *path)
{
    char *target = (char *)o + row->offset;
    if (row->type != OPTION_UINT) {
        const char *why = text_fault(row, value);
        if (why != NULL) {
            return complain(path, row->section, row->key, why);
        }
        memcpy(target, value, strlen(value) + 1);
        return ERR_OK;
    }
    uint64_t number;
    if (!parse_u64(bytes_of_text(value), &number) || number < row->min || number > row->max) {
        char why[96];
        (void)snprintf(why, sizeof(why), "wants a number from %llu to %llu",
                       (unsigned long long)row->min, (unsigned long long)row->max);
        return complain(path, row->section, row->key, why);
    }
    memcpy(target, &number, sizeof(number));
    return ERR_OK;
}

void options_init(struct options *o)
{
    *o = (struct options){0};
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (set_row(o, &rows[i], rows[i].initial, "defaults") != ERR_OK) {
            abort();
        }
    }
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        o->utc_offset_min[i] = GATEWAY_OFFSET_UNSET;
    }
}

void options_clear(struct options *o)
{
    arena_free(&o->texts);
    o->alias_count = 0;
}

static enum err add_alias(struct options *o, const char *name, const char *method, const char *path)
{
    if (o->alias_count == OPTIONS_ALIASES_MAX) {
        return complain(path, "aliases", name, "too many aliases");
    }
    o->aliases[o->alias_count++] = (struct api_alias){
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
    o->utc_offset_min[protocol] = (int16_t)minutes;
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
    o->speed_unit[protocol] = (uint8_t)unit;
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
    if (strcmp(o->registration, "open") == 0 && o->open_enterprise == 0) {
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
        if (rows[i].type == OPTION_UINT) {
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
