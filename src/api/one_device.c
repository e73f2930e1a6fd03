/*
 * GetDevice: one device as ListDevices has it, and what a page shows of it beside its fields: how
 * it is connected, what it may be sent, the last day before today that it has a history of, and its
 * SIM cards.
 */
#include <string.h>

#include "api/call.h"
#include "api/device_view.h"
#include "api/share.h"
#include "base/log.h"
#include "fleet/directory_sims.h"
#include "protocols/profile.h"
#include "protocols/protocol.h"
#include "store/store.h"

enum { ONE_DEVICE };
enum { DAY_CHARS = 10 };

/* The newest day before today on which it was, as yyyy-MM-dd; null: there is none. */
static void write_previous_day(struct call *c, const struct device_ref *ref,
                               const struct live_day *today)
{
    struct fold_state *state = arena_new(&c->arena, sizeof(*state));
    enum err e = store_read_state(c->shard->store, ref->info->id, today->from_s - 1, state);
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "previous_day_failed", "device=%s why=\"%s\"", ref->info->device_id,
                 err_text(e));
    }
    if (e != ERR_OK || state->current.gps_time_s == 0 || !share_tells_past(c)) {
        json_write_null(&c->out);
        return;
    }
    char text[ZONE_TEXT_SIZE];
    zone_format(call_clock(c), ZONE_TIME, state->current.gps_time_s, text);
    json_string_bytes(&c->out, (struct bytes){(const uint8_t *)text, DAY_CHARS});
}

static void write_connection(struct call *c, const struct device_ref *ref)
{
    struct directory *dir = c->shard->directory;
    struct live *live = arena_new(&c->arena, sizeof(*live));
    tracked_live(dir, ref->tracked, live);
    const struct device_link link = tracked_link(dir, ref->tracked);
    unsigned interval_s = fold_upload_interval_s(&live->state);
    json_name(&c->out, "Protocol");
    bool is_told = link.is_known && share_tells_all(c);
    json_write_string(&c->out, is_told ? protocol_at(link.protocol)->name : NULL);
    json_name(&c->out, "Connected");
    json_bool(&c->out, device_link_is_up(&link, live, c->now_monotonic_ms));
    json_name(&c->out, "Interval");
    if (interval_s > 0) {
        json_int(&c->out, interval_s);
    } else {
        json_write_null(&c->out);
    }
}

/* The SIM cards of its enterprise that are in it. */
static void write_cards(struct call *c, const struct device *d)
{
    size_t count = 0;
    const struct sim_card *cards =
        directory_list_sims_in(c->shard->directory, d->id, &c->arena, &count);
    count = share_tells_all(c) ? count : 0;
    json_name(&c->out, "ICCIDs");
    json_array_begin(&c->out);
    for (size_t i = 0; i < count; i++) {
        if (cards[i].enterprise_id == d->enterprise_id) {
            json_write_string(&c->out, cards[i].iccid);
        }
    }
    json_array_end(&c->out);
}

/* Whether a kind is to be told: of those that share a word, the first. */
static bool is_first_of_word(enum command_kind kind)
{
    bool is = true;
    for (enum command_kind i = 0; i < kind; i++) {
        is = is && strcmp(command_kind_word(i), command_kind_word(kind)) != 0;
    }
    return is;
}

/* The names that a high-level text may be; `profile` NULL: none. */
static void write_names(struct call *c, const struct profile *profile)
{
    json_name(&c->out, "NamedCommands");
    json_array_begin(&c->out);
    for (size_t i = 0; profile != NULL; i++) {
        struct bytes name = profile_name_at(profile, i);
        if (name.len == 0) {
            break;
        }
        json_string_bytes(&c->out, name);
    }
    json_array_end(&c->out);
}

/*
 * What the device's protocol can carry. What it speaks is known once it was heard; until then all
 * is taken that may wait for it.
 */
static void write_commands(struct call *c, const struct device_ref *ref)
{
    struct directory *dir = c->shard->directory;
    const struct device_link link = tracked_link(dir, ref->tracked);
    bool may = share_tells_all(c);
    const struct protocol *p = may && link.is_known ? protocol_at(link.protocol) : NULL;
    const struct profile *profile =
        may ? dialect_of(directory_profiles(dir), ref->info).profile : NULL;
    json_name(&c->out, "Commands");
    json_array_begin(&c->out);
    for (enum command_kind kind = 0; may && kind < COMMAND_TIMED_UNLOCK; kind++) {
        bool carries = p != NULL ? protocol_carries(p, kind, profile) : kind < COMMAND_LOCK;
        if (carries && is_first_of_word(kind)) {
            json_write_string(&c->out, command_kind_word(kind));
        }
    }
    json_array_end(&c->out);
    write_names(c, p == NULL || protocol_carries(p, COMMAND_HIGH_LEVEL, profile) ? profile : NULL);
    json_name(&c->out, "HasLock");
    json_bool(&c->out, p != NULL && protocol_carries(p, COMMAND_UNLOCK, profile));
}

static void get_device(struct call *c)
{
    struct device_ref ref;
    if (directory_find_by_device_id(c->shard->directory, &c->caller, call_text(c, ONE_DEVICE),
                                    &ref) != ERR_OK) {
        call_fail(c, 404, CALL_NO_DEVICE_TEXT);
        return;
    }
    const struct live_day day = today_of(c);
    const struct today today = today_look(c, &ref, &day);
    json_object_begin(&c->out);
    device_view_write_all(c, &ref, &today);
    write_connection(c, &ref);
    write_commands(c, &ref);
    json_name(&c->out, "PreviousDay");
    write_previous_day(c, &ref, &day);
    write_cards(c, ref.info);
    json_object_end(&c->out);
    device_ref_release(c->shard->directory, &ref);
}

static const struct param_row params[] = {
    [ONE_DEVICE] = {.name = "DeviceID", .type = PARAM_TEXT, .required = true, .doc = "The device"},
};

static const struct reply_member members[] = {
    DEVICE_VIEW_ROWS,
    {.name = "Protocol",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"gt06\"",
     .doc = "What it spoke last; null: it was not heard since the start of the server"},
    {.name = "Connected",
     .type = REPLY_BOOL,
     .example = "true",
     .doc = "Its connection is there, or its last datagram came within two minutes"},
    {.name = "Interval",
     .type = REPLY_INT,
     .nullable = true,
     .example = "14",
     .doc = "Seconds between its reports while it moves; null: not known yet"},
    {.name = "Commands",
     .type = REPLY_TEXTS,
     .example = "[\"text\",\"highlevel\",\"query\"]",
     .doc = "Kinds of commands, as ListCommands calls them, that it may be sent; its model may "
            "not understand all"},
    {.name = "NamedCommands",
     .type = REPLY_TEXTS,
     .example = "[\"cut\",\"restore\"]",
     .doc = "Names that its model has for texts, which a high-level text (section 38) may be"},
    {.name = "HasLock",
     .type = REPLY_BOOL,
     .example = "false",
     .doc = "It speaks a protocol that opens locks; false, too, where it was not heard yet"},
    {.name = "PreviousDay",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"2026-11-29\"",
     .doc = "The newest day before today that it has a history of; null: there is none"},
    {.name = "ICCIDs",
     .type = REPLY_TEXTS,
     .example = "[\"8988228055509013601\"]",
     .doc = "The SIM cards that are in it, as it told itself, their operator or people did"},
};

static const struct api_method rows[] = {
    {
        .name = "GetDevice",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_OBJECT, .members = members, .count = COUNT_OF(members)},
        .codes = {{404, CALL_NO_DEVICE_TEXT}},
        .doc = "A device as ListDevices has it, how it is connected, and its SIM cards.",
        .run = get_device,
    },
};

const struct method_group one_device_methods = {.rows = rows, .count = COUNT_OF(rows)};
