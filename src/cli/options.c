/*
 * The configuration file. Each option is one row below: its section and key, what it may be, its
 * default, the sentence that --print-config prints, and the member of `struct options` that it
 * fills. Reading, checking and printing follow from the rows.
 *
 * Three sections have keys of their own: [aliases] has second names of methods, [protocol.NAME]
 * what holds for all devices of a protocol (protocol_sections.c), and [sim.NAME] an account
 * (sim_sections.c).
 */
#include "cli/option_values.h"

#include <glib.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/protocol_sections.h"

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
     .key = "key_file",
     .type = OPTION_TEXT,
     AT(key_file),
     .initial = "",
     .doc = "file of the key that passwords of locks are hashed with; made at the first start; as "
            "set here: odograph.key in that directory"},
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
     .key = "profiles",
     .type = OPTION_TEXT,
     AT(profiles),
     .initial = "",
     .doc = "file of profiles of models, before the built-in ones; odograph profiles prints those"},
    {.section = "device",
     .key = "protocols",
     .type = OPTION_PROTOCOLS,
     AT(gateway.protocols),
     .initial = "",
     .doc = "protocols that are spoken, as gt06, h02; as set here: all"},
    {.section = "device",
     .key = "compatible_ports",
     .type = OPTION_WORD,
     AT(gateway.compatible),
     .initial = "none",
     .words = "none traccar",
     .doc = "none or traccar: the ports that Traccar has for each protocol are opened, too, for "
            "trackers that were set up for it"},
    {.section = "device",
     .key = "compatible_ports_offset",
     .type = OPTION_NUMBER,
     AT(gateway.compatible_offset),
     .min = 0,
     .max = 60000,
     .initial = "0",
     .doc = "added to each of them, where another server has them still"},
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
    {.section = "commands",
     .key = "command_ttl_s",
     .type = OPTION_NUMBER,
     AT(ingest.command_ttl_s),
     .min = 1,
     .max = 2592000,
     .initial = "86400",
     .doc = "seconds for which a command waits for its device to connect"},
    {.section = "commands",
     .key = "command_gap_s",
     .type = OPTION_NUMBER,
     AT(ingest.command_gap_s),
     .min = 1,
     .max = 3600,
     .initial = "5",
     .doc = "seconds between two commands of a device that does not answer the first"},
    {.section = "commands",
     .key = "engine_cut_ttl_s",
     .type = OPTION_NUMBER,
     AT(ingest.engine_cut_ttl_s),
     .min = 1,
     .max = 3600,
     .initial = "120",
     .doc = "seconds for which a command that cuts an engine waits"},
    {.section = "commands",
     .key = "engine_cut_max_kmh",
     .type = OPTION_NUMBER,
     AT(ingest.engine_cut_max_kmh),
     .min = 0,
     .max = 250,
     .initial = "20",
     .doc = "km/h up to which a vehicle's engine is cut"},
    {.section = "commands",
     .key = "lock_fresh_s",
     .type = OPTION_NUMBER,
     AT(ingest.lock_fresh_s),
     .min = 5,
     .max = 600,
     .initial = "60",
     .doc = "seconds within which a device must have been heard for what must not come late"},
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
     .key = "sms_per_day",
     .type = OPTION_NUMBER,
     AT(api.sms_per_day),
     .min = 0,
     .max = 1000,
     .initial = "10",
     .doc = "SMS a day that SendSIMSMS takes for one SIM card, in UTC"},
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
     .key = "frame_ancestors",
     .type = OPTION_ORIGINS,
     AT(api.frame_ancestors),
     .initial = "",
     .doc = "origins whose pages may show /api in a frame, as https://portal.example.com, blanks "
            "between; the page at / is never framed"},
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
    {.section = "api",
     .key = "gazetteer_language",
     .type = OPTION_WORD,
     AT(api.gazetteer_language),
     .initial = "en",
     .words = "en zh",
     .doc = "en or zh: the language of names of places, where a call does not say one"},
    {.section = "api",
     .key = "place_names",
     .type = OPTION_TEXT,
     AT(place_names_file),
     .initial = "",
     .doc = "file of other names for places, and of other countries for provinces; odograph(1) "
            "says its lines"},
    {.section = "api",
     .key = "map_style",
     .type = OPTION_STYLE,
     AT(api.map.style),
     .initial = "",
     .doc = "URL of a style for MapLibre that the pages show instead of the built-in map, as "
            "https://maps.example.com/style-{theme}.json, where {theme} becomes light or dark"},
    {.section = "api",
     .key = "map_raster",
     .type = OPTION_RASTER,
     AT(api.map.raster),
     .initial = "",
     .doc = "template of pictures that the pages show instead of it, as "
            "https://maps.example.com/{z}/{x}/{y}.png"},
    {.section = "api",
     .key = "map_origins",
     .type = OPTION_ORIGINS,
     AT(api.map.origins),
     .initial = "",
     .doc = "origins, beside those of these two, that the pages may load the map from, blanks "
            "between"},
    {.section = "api",
     .key = "map_attribution",
     .type = OPTION_TEXT,
     AT(api.map.attribution),
     .initial = "",
     .doc = "who is to be named for that map"},
    {.section = "api",
     .key = "map_coordsys",
     .type = OPTION_WORD,
     AT(api.map.is_gcj02),
     .initial = "wgs84",
     .words = "wgs84 gcj02",
     .doc = "wgs84 or gcj02: the coordinates of that map"},
    {.section = "api",
     .key = "map_bounds",
     .type = OPTION_BOUNDS,
     AT(api.map.bounds),
     .initial = "",
     .doc = "where the map opens while there are no vehicles to show: west, south, east and north "
            "in degrees, as 73.5 18.1 134.8 53.6"},
    {.section = "providers",
     .key = "geocoder_url",
     .type = OPTION_URL,
     AT(providers.geocoder_url),
     .initial = "",
     .doc = "service that says on which street a place is, for sections 12, 13, 23 and 24, as "
            "http://127.0.0.1:8088; without one they name the nearest town alone"},
    {.section = "providers",
     .key = "geocoder",
     .type = OPTION_WORD,
     AT(providers.geocoder),
     .initial = "nominatim",
     .words = "nominatim photon",
     .doc = "what it is: nominatim or photon, and what answers as these do"},
    {.section = "providers",
     .key = "geocoder_per_s",
     .type = OPTION_NUMBER,
     AT(providers.geocoder_per_s),
     .min = 1,
     .max = 1000,
     .initial = "10",
     .doc = "requests a second to it, at most"},
    {.section = "providers",
     .key = "geocoder_cache_days",
     .type = OPTION_NUMBER,
     AT(providers.geocoder_cache_days),
     .min = 1,
     .max = 3650,
     .initial = "90",
     .doc = "days for which its answers are kept in streets.cache of the data directory"},
    {.section = "providers",
     .key = "geocoder_cache_mib",
     .type = OPTION_NUMBER,
     AT(providers.geocoder_cache_bytes),
     .min = 1,
     .max = 65536,
     .unit = MIB,
     .initial = "64",
     .doc = "size of that file, 2,000 addresses each"},
    {.section = "providers",
     .key = "matcher_url",
     .type = OPTION_URL,
     AT(providers.matcher_url),
     .initial = "",
     .doc =
         "service that says on which roads a track was driven, as http://127.0.0.1:5000; without "
         "one tracks are corrected by themselves alone"},
    {.section = "providers",
     .key = "matcher",
     .type = OPTION_WORD,
     AT(providers.matcher),
     .initial = "osrm",
     .words = "osrm valhalla valhalla_route",
     .doc = "what it is: osrm (/match/v1), valhalla (/trace_attributes) or valhalla_route "
            "(/trace_route)"},
    {.section = "providers",
     .key = "smtp_url",
     .type = OPTION_MAIL,
     AT(providers.smtp_url),
     .initial = "",
     .doc = "server that takes the mail of scheduled reports, as smtps://mail.example.com, "
            "smtp+starttls://mail.example.com, or smtp://127.0.0.1 without TLS; without one none "
            "is sent"},
    {.section = "providers",
     .key = "smtp_from",
     .type = OPTION_SENDER,
     AT(providers.smtp_from),
     .initial = "",
     .doc = "address that this mail comes from"},
    {.section = "providers",
     .key = "smtp_user",
     .type = OPTION_TEXT,
     AT(providers.smtp_user),
     .initial = "",
     .doc = "name for the login there, where it wants one"},
    {.section = "providers",
     .key = "smtp_password",
     .type = OPTION_TEXT,
     AT(providers.smtp_password),
     .initial = "",
     .doc = "password for it"},
    {.section = "providers",
     .key = "smtp_password_file",
     .type = OPTION_SECRET,
     AT(providers.smtp_password),
     .initial = "",
     .doc = "file with that password as its only line, so that more people may read this one"},
    {.section = "providers",
     .key = "smtp_ca_file",
     .type = OPTION_TEXT,
     AT(providers.smtp_ca_file),
     .initial = "",
     .doc = "file of certificates (PEM) that the one of that server is checked by, in place of "
            "those that the system trusts"},
    {.section = "providers",
     .key = "smtp_reply_s",
     .type = OPTION_NUMBER,
     AT(providers.smtp_reply_s),
     .min = 1,
     .max = 600,
     .initial = "120",
     .doc = "seconds that it is given for each of its replies, before the next mail has its turn"},
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

void options_init(struct options *o)
{
    *o = (struct options){0};
    o->api.aliases = o->aliases;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (option_set(o, &rows[i], rows[i].initial) != NULL) {
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
        return options_complain(path, "aliases", name, "too many aliases");
    }
    o->aliases[o->api.alias_count++] = (struct api_alias){
        .name = arena_copy_text(&o->texts, name),
        .method = arena_copy_text(&o->texts, method),
    };
    return ERR_OK;
}

static enum err set_one(struct options *o, const char *section, const char *key, const char *value,
                        const char *path)
{
    if (strcmp(section, "aliases") == 0) {
        return add_alias(o, key, value, path);
    }
    if (strncmp(section, "protocol.", strlen("protocol.")) == 0) {
        const char *why = protocol_sections_set(o, section + strlen("protocol."), key, value);
        return why == NULL ? ERR_OK : options_complain(path, section, key, why);
    }
    if (strncmp(section, "sim.", strlen("sim.")) == 0) {
        const char *why =
            sim_sections_set(&o->sims, &o->texts, section + strlen("sim."), key, value);
        return why == NULL ? ERR_OK : options_complain(path, section, key, why);
    }
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].key, key) == 0) {
            const char *why = option_set(o, &rows[i], value);
            return why == NULL ? ERR_OK : options_complain(path, section, key, why);
        }
    }
    return options_complain(path, section, key, "no such option");
}

static enum err read_section(struct options *o, GKeyFile *file, const char *section,
                             const char *path)
{
    char **keys = g_key_file_get_keys(file, section, NULL, NULL);
    enum err e = ERR_OK;
    for (size_t i = 0; keys != NULL && keys[i] != NULL && e == ERR_OK; i++) {
        char *value = g_key_file_get_string(file, section, keys[i], NULL);
        e = value == NULL ? options_complain(path, section, keys[i], "not readable text")
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
    protocol_sections_print();
    (void)printf("\n# Further names for the API's methods.\n#[aliases]\n"
                 "#GetAllDevices = GetDeviceList\n");
    sim_sections_print();
}
