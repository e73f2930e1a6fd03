/*
 * odograph serve: wires the rooms together, waits for a signal, and takes them down in the order in
 * which nothing that was acknowledged or asked for is lost.
 */
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/auth.h"
#include "api/server.h"
#include "base/address.h"
#include "base/counters.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/data_directory.h"
#include "cli/limits.h"
#include "cli/options.h"
#include "cli/place_names_file.h"
#include "cli/providers.h"
#include "gateway/gateway.h"
#include "ingest/shards.h"
#include "protocols/profile.h"
#include "simulate/demo.h"
#include "store/store.h"

static const char SUMMARY[] =
    "usage: odograph serve [--config FILE] [--data DIR] [--http ADDR:PORT] [--device ADDR:PORT]\n"
    "                      [--key-file FILE] [--demo] [--accept-damage] [--accept-lost-key]\n\n"
    "Runs the server until SIGTERM or SIGINT. When it serves, it prints one line on standard\n"
    "output: ready http=ADDR:PORT device=ADDR:PORT. Port 0 picks a free one. The first start of "
    "an\n"
    "empty data directory makes the account root with the password of ODOGRAPH_ROOT_PASSWORD, "
    "else\n"
    "with a random one that is printed once on standard error. Where something that was\n"
    "acknowledged is damaged or missing it refuses to start, and says what; --accept-damage keeps\n"
    "the files in damaged-TIME of the data directory and goes on without what is lost. It "
    "refuses,\n"
    "too, where the key is missing that passwords of locks were made with; --accept-lost-key goes\n"
    "on without these passwords. Exit status 0 when it was ended by a signal, 2 for a wrong "
    "command\n"
    "line, 3 when the disk failed, 4 for a damaged store, else 1.";

enum { FLUSH_MS = 1000, ROOT_PASSWORD_BYTES = 9, EXIT_STORE_LOST = 3 };

/* What only the command line says. */
struct flags {
    bool demo;
    bool accept_damage;
    bool accept_lost_key;
};

struct server {
    struct counters counters;
    struct shard shard; /* the only one */
    struct shards shards;
    struct gateway *gateway;
    struct providers providers;
    struct api_server *api;
    struct demo *demo;
    struct profiles *profiles; /* the operator's; NULL: none */
    bool is_port_told;         /* why a port could not be opened stands on standard error */
};

/* The store cannot be trusted any more: what was not committed was not acknowledged either. */
static void on_fatal(void *context, enum err e)
{
    (void)context;
    log_line(LOG_ERROR, "store_lost", "why=\"%s\" exit=%d", err_text(e), EXIT_STORE_LOST);
    _exit(EXIT_STORE_LOST);
}

static enum err open_store(struct server *s, const struct options *o, bool accept_damage)
{
    struct store_options options = o->store;
    options.accept_damage = accept_damage;
    options.vault = s->shard.vault;
    options.counters = &s->counters;
    return store_open(&options, &s->shard.store);
}

/* Reads the operator's profiles, if there is such a file. */
static enum err use_profiles(struct server *s, const struct options *o)
{
    char why[PROFILE_ERROR_SIZE];
    if (o->profiles[0] == '\0') {
        return ERR_OK;
    }
    if (profiles_read(o->profiles, &s->profiles, why) != ERR_OK) {
        log_line(LOG_ERROR, "profiles_unreadable", "file=\"%s\" why=\"%s\"", o->profiles, why);
        return ERR_INVALID;
    }
    directory_use_profiles(s->shard.directory, s->profiles);
    return ERR_OK;
}

static enum err start_ingest(struct server *s, const struct options *o, bool accept_lost_key)
{
    struct ingest_options options = o->ingest;
    options.vault = s->shard.vault;
    options.accept_lost_key = accept_lost_key;
    options.shard = s->shard.id;
    options.store = s->shard.store;
    options.directory = s->shard.directory;
    options.unknown = s->shard.unknown;
    options.counters = &s->counters;
    options.deliver = gateway_deliver;
    options.deliver_context = s->gateway;
    options.order = gateway_order;
    options.order_context = s->gateway;
    options.registered = gateway_registered;
    options.registered_context = s->gateway;
    options.fatal = on_fatal;
    return ingest_start(&options, &s->shard.ingest);
}

static enum err open_gateway(struct server *s, const struct options *o,
                             const struct address *address)
{
    struct gateway_options options = o->gateway;
    options.host = address->host;
    options.port = address->port;
    options.counters = &s->counters;
    return gateway_new(&options, &s->gateway);
}

/* Where the trackers connect, which may be a port that the kernel picked. */
static uint16_t device_port(const struct server *s)
{
    struct address device;
    return address_parse(gateway_address(s->gateway), &device) == ERR_OK ? device.port : 0;
}

static enum err start_api(struct server *s, const struct options *o, const struct address *address,
                          bool demo)
{
    struct api_options options = o->api;
    char *reports = g_build_filename(o->store.directory, "reports", NULL);
    options.host = address->host;
    options.port = address->port;
    options.shards = &s->shards;
    options.counters = &s->counters;
    options.connect = s->providers.connect;
    options.matcher = s->providers.matcher;
    options.geocoder = s->providers.geocoder;
    options.sims = s->providers.sims;
    options.mailer = s->providers.mailer;
    options.connections_max = (unsigned)limits_share(options.connections_max);
    options.demo = demo;
    options.site = &site_linked;
    options.device_port = device_port(s);
    options.reports_directory = reports;
    enum err e = api_server_start(&options, &s->api);
    g_free(reports);
    return e;
}

/* Passes `e` on; where a port could not be opened, it says what to do. */
static enum err hint_at_port(struct server *s, enum err e, const char *name, const char *address)
{
    if (e == ERR_IO) {
        s->is_port_told = true;
        (void)fprintf(stderr,
                      "odograph serve: --%s %s: cannot listen there, the line above says why; name "
                      "another address with --%s ADDR:PORT, or end what has it\n",
                      name, address, name);
    }
    return e;
}

/* Makes root at the first start. */
static enum err make_root(struct server *s)
{
    struct arena arena = {0};
    struct user root;
    enum err found = directory_user_by_login(s->shard.directory, "root", &arena, &root);
    arena_free(&arena);
    if (found == ERR_OK) {
        return ERR_OK;
    }
    const char *given = getenv("ODOGRAPH_ROOT_PASSWORD");
    if (given != NULL && given[0] != '\0') {
        enum err e = api_make_root(s->shard.ingest, given);
        if (e == ERR_INVALID) {
            (void)fprintf(stderr, "odograph: ODOGRAPH_ROOT_PASSWORD: wants 6 to 128 characters\n");
        }
        return e;
    }
    uint8_t random[ROOT_PASSWORD_BYTES];
    char password[2 * ROOT_PASSWORD_BYTES + 1];
    randombytes_buf(random, sizeof(random));
    hex_encode((struct bytes){random, sizeof(random)}, password);
    enum err e = api_make_root(s->shard.ingest, password);
    if (e == ERR_OK) {
        (void)fprintf(stderr, "The account root has the password %s (told only this once).\n",
                      password);
    }
    return e;
}

/* An account may outlive its enterprise, which is no reason not to start. */
static void warn_of_lost_accounts(const struct server *s, const struct options *o)
{
    struct arena arena = {0};
    struct enterprise enterprise;
    for (size_t i = 0; i < o->sims.count; i++) {
        int64_t id = o->sims.at[i].enterprise_id;
        bool is_there = id == 0 || (directory_enterprise(s->shard.directory, id, &arena,
                                                         &enterprise) == ERR_OK &&
                                    !enterprise.deleted);
        if (!is_there) {
            log_line(LOG_WARN, "sim_account_of_nobody",
                     "account=%s why=\"there is no enterprise %lld\"", o->sims.at[i].name,
                     (long long)id);
        }
    }
    arena_free(&arena);
}

/* With open registration there is an enterprise to add to. */
static enum err check_open_enterprise(const struct server *s, const struct options *o)
{
    struct arena arena = {0};
    struct enterprise enterprise;
    int64_t id = o->ingest.open_enterprise;
    if (!o->ingest.registration_open) {
        return ERR_OK;
    }
    enum err e = directory_enterprise(s->shard.directory, id, &arena, &enterprise);
    bool is_there = e == ERR_OK && !enterprise.deleted;
    arena_free(&arena);
    if (!is_there) {
        (void)fprintf(stderr,
                      "odograph serve: open_enterprise = %lld: %s has no such enterprise; start "
                      "with registration = closed, make one with /api/manage/AddEnterprise, and "
                      "set the HoldID that it answers\n",
                      (long long)id, o->store.directory);
        return ERR_NOT_FOUND;
    }
    return ERR_OK;
}

/* The environment's password counts at the first start alone, which is easily forgotten. */
static void warn_of_other_password(const struct server *s, const struct options *o)
{
    struct arena arena = {0};
    struct user root;
    const char *given = getenv("ODOGRAPH_ROOT_PASSWORD");
    if (given != NULL && given[0] != '\0' &&
        directory_user_by_login(s->shard.directory, "root", &arena, &root) == ERR_OK &&
        !auth_password_matches(root.password_hash, given)) {
        log_line(LOG_WARN, "root_password_ignored",
                 "why=\"ODOGRAPH_ROOT_PASSWORD is not the password of root: it counts at the first "
                 "start alone; to set another one, stop the server and run odograph passwd root "
                 "--data %s\"",
                 o->store.directory);
    }
    arena_free(&arena);
}

/* The login demo/demo stays in its own directory, and is not forgotten there. */
static enum err check_demo(const struct server *s, const struct options *o, bool demo)
{
    if (demo && !demo_may_be_kept(s->shard.directory)) {
        (void)fprintf(stderr,
                      "odograph: --demo: %s holds other enterprises, and anybody could log in as "
                      "demo; give it a data directory of its own\n",
                      o->store.directory);
        return ERR_FORBIDDEN;
    }
    if (!demo && demo_is_kept(s->shard.directory)) {
        log_line(LOG_WARN, "demo_login_kept",
                 "data=\"%s\" why=\"made with --demo: the login demo works until its user is "
                 "deleted\"",
                 o->store.directory);
    }
    return ERR_OK;
}

/* Takes down what was started, last first; replies to what was committed still go out. */
static void stop_server(struct server *s)
{
    demo_stop(s->demo);
    if (s->api != NULL) {
        api_server_drain(s->api);
    }
    if (s->gateway != NULL && s->shard.ingest != NULL) {
        gateway_stop_reading(s->gateway);
    }
    if (s->api != NULL) {
        api_server_stop(s->api);
    }
    providers_stop(&s->providers);
    if (s->shard.ingest != NULL) {
        ingest_stop(s->shard.ingest);
    }
    if (s->api != NULL) {
        api_server_free(s->api);
    }
    providers_free(&s->providers);
    if (s->gateway != NULL) {
        gateway_free(s->gateway, FLUSH_MS);
    }
    if (s->shard.store != NULL) {
        store_close(s->shard.store);
    }
    directory_free(s->shard.directory);
    unknown_free(s->shard.unknown);
    traces_free(s->shard.traces);
    vault_free(s->shard.vault);
    profiles_free(s->profiles);
}

/* The store, what is kept in it, and the port of the trackers, on which nobody is heard yet. */
static enum err start_fleet(struct server *s, const struct options *o, const struct flags *flags,
                            const struct address *device)
{
    enum err e = data_directory_is_usable(o->store.directory) ? ERR_OK : ERR_FORBIDDEN;
    e = e != ERR_OK ? e : use_profiles(s, o);
    /* A new one is written once the store is known not to want another. */
    e = e != ERR_OK ? e
                    : data_directory_open_vault(o->store.directory, o->key_file, &s->shard.vault);
    e = e != ERR_OK ? e : open_store(s, o, flags->accept_damage);
    e = e != ERR_OK ? e : hint_at_port(s, open_gateway(s, o, device), "device", o->device);
    e = e != ERR_OK ? e : start_ingest(s, o, flags->accept_lost_key);
    return e != ERR_OK ? e : vault_keep(s->shard.vault);
}

static enum err start_server(struct server *s, const struct options *o, const struct flags *flags)
{
    struct address http;
    struct address device;
    if (address_parse(o->http, &http) != ERR_OK || address_parse(o->device, &device) != ERR_OK) {
        log_line(LOG_ERROR, "address_invalid", "http=\"%s\" device=\"%s\"", o->http, o->device);
        return ERR_INVALID;
    }
    enum err e = start_fleet(s, o, flags, &device);
    e = e != ERR_OK ? e : check_open_enterprise(s, o);
    e = e != ERR_OK ? e : check_demo(s, o, flags->demo);
    e = e != ERR_OK ? e
                    : providers_start(&o->providers, &o->sims, &s->shards, o->store.directory,
                                      &s->providers);
    e = e != ERR_OK ? e : hint_at_port(s, start_api(s, o, &http, flags->demo), "http", o->http);
    e = e != ERR_OK ? e : make_root(s); /* last: its random password is told only once */
    if (e != ERR_OK) {
        return e;
    }
    gateway_run(s->gateway, &s->shards);
    return flags->demo ? demo_start(s->shard.ingest, s->shard.directory,
                                    gateway_address(s->gateway), &s->demo)
                       : ERR_OK;
}

/* SIGTERM and SIGINT end the server; every thread is started with them blocked. */
static sigset_t block_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return set;
}

static enum err check_address(const char *name, const char *text)
{
    const char *fault = address_fault(text);
    if (fault == NULL) {
        return ERR_OK;
    }
    (void)fprintf(stderr, "odograph serve: --%s %s: %s\n", name, text, fault);
    return ERR_INVALID;
}

/* Reads the configuration file, and the file of names that it names. */
static enum err read_config(struct options *o, const char *path, struct place_names **names)
{
    enum err e = options_read_file(o, path);
    e = e != ERR_OK ? e : options_check(o, path);
    e = e != ERR_OK ? e : place_names_file_read("serve", o->place_names_file, names);
    o->api.place_names = *names;
    return e;
}

static int read_options(int argc, char **argv, struct options *o, struct flags *flags,
                        struct place_names **names)
{
    const char *config = NULL;
    const char *data = NULL;
    const char *http = NULL;
    const char *device = NULL;
    const char *key = NULL;
    bool print = false;
    const struct argument rows[] = {
        {"config", ARGUMENT_TEXT, (void *)&config, 0, 0, "FILE", "configuration file (INI)"},
        {"data", ARGUMENT_TEXT, (void *)&data, 0, 0, "DIR", "directory of the store"},
        {"http", ARGUMENT_TEXT, (void *)&http, 0, 0, "ADDR:PORT", "address of the API"},
        {"device", ARGUMENT_TEXT, (void *)&device, 0, 0, "ADDR:PORT", "address of the device port"},
        {"key-file", ARGUMENT_TEXT, (void *)&key, 0, 0, "FILE", "the key of passwords"},
        {"demo", ARGUMENT_FLAG, &flags->demo, 0, 0, "", "with a demonstration fleet"},
        {"accept-damage", ARGUMENT_FLAG, &flags->accept_damage, 0, 0, "",
         "go on without what is lost of a damaged store"},
        {"accept-lost-key", ARGUMENT_FLAG, &flags->accept_lost_key, 0, 0, "",
         "go on without the passwords of locks that another key made"},
        {"print-config", ARGUMENT_FLAG, &print, 0, 0, "", "print a configuration file and exit"},
    };
    enum err e = arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
    if (e == ERR_OK && print) {
        options_print();
        e = ERR_END;
    }
    if (e == ERR_OK && config != NULL) {
        e = read_config(o, config, names);
    }
    o->store.directory = data != NULL ? data : o->store.directory; /* over the file's */
    o->key_file = key != NULL ? key : o->key_file;
    o->http = http != NULL ? http : o->http;
    o->device = device != NULL ? device : o->device;
    e = e != ERR_OK ? e : check_address("http", o->http);
    e = e != ERR_OK ? e : check_address("device", o->device);
    e = e != ERR_OK ? e : options_check_ports(o, config);
    if (e == ERR_OK) {
        log_set_level(o->log_level);
    }
    return e == ERR_OK ? -1 : e == ERR_END ? 0 : CLI_USAGE;
}

/*
 * Ends a start that failed. Writes one more line where none has told the reason yet: errors such as
 * not permitted, not found, invalid or locked were told where they were noticed. Answers the exit
 * status.
 */
static int fail_start(const struct server *s, enum err e)
{
    bool is_told = s->is_port_told || e == ERR_FORBIDDEN || e == ERR_NOT_FOUND ||
                   e == ERR_INVALID || e == ERR_LOCKED;
    if (!is_told) {
        log_line(LOG_ERROR, "start_failed", "why=\"%s\"", err_text(e));
    }
    return e == ERR_CORRUPT ? CLI_DAMAGED : CLI_FAILED;
}

int serve_command(int argc, char **argv)
{
    struct options o;
    struct flags flags = {.demo = false};
    options_init(&o);
    struct place_names *names = NULL;
    int status = read_options(argc, argv, &o, &flags, &names);
    if (status >= 0) {
        place_names_free(names);
        options_clear(&o);
        return status;
    }
    sigset_t signals = block_signals();
    limits_raise_open_files();
    status = CLI_FAILED;
    struct server *s = mem_new(sizeof(*s));
    s->shard = (struct shard){
        .directory = directory_new(), .unknown = unknown_new(), .traces = traces_new()};
    s->shards = (struct shards){.at = &s->shard, .count = 1};
    if (sodium_init() < 0) {
        log_line(LOG_ERROR, "start_failed", "why=\"no random numbers\"");
        goto clean_up;
    }
    enum err e = start_server(s, &o, &flags);
    if (e != ERR_OK) {
        status = fail_start(s, e);
        goto clean_up;
    }
    (void)printf("ready http=%s device=%s\n", api_server_address(s->api),
                 gateway_address(s->gateway));
    (void)fflush(stdout);
    warn_of_other_password(s, &o);
    warn_of_lost_accounts(s, &o);
    int signal_number = 0;
    (void)sigwait(&signals, &signal_number);
    log_line(LOG_INFO, "stopping", "signal=%d", signal_number);
    status = 0;
clean_up:
    stop_server(s);
    free(s);
    place_names_free(names);
    options_clear(&o);
    return status;
}
