/*
 * Quotas of SIM cards, by the rules LowDataPercent, LowSMS and SIMExpiryDays of the device that a
 * card is in: an alarm of that device, with the card's ICCID, while too little is left.
 *
 * A device is looked at behind every change of its cards, of itself or of alarm rules, and once an
 * hour, since days pass by themselves. The alarm that is open says that it was raised: so there is
 * one a crossing, over restarts too. It ends when there is enough again, when the card leaves the
 * device, or with the rule. Days are those of UTC.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/directory_rules.h"
#include "fleet/directory_sims.h"
#include "ingest/events.h"

enum { ROUND_EVERY_MS = 3600000, DEVICES_AT_ONCE = 64, MS_PER_S = 1000, DAY_S = 86400 };
enum { PERCENT = 100 };

/* ---- who is to be looked at ---- */

static void note_device(struct quotas *q, int64_t device)
{
    if (device != 0 && !g_hash_table_contains(q->due, &device)) {
        int64_t *key = mem_new(sizeof(*key));
        *key = device;
        (void)g_hash_table_add(q->due, key);
    }
}

static void begin_round(struct quotas *q)
{
    q->is_round = true;
    q->at = (struct sim_card){0};
    q->round_ms = clock_monotonic_ms();
}

void quota_init(struct ingest *in)
{
    in->quotas.due = g_hash_table_new_full(g_int64_hash, g_int64_equal, free, NULL);
    begin_round(&in->quotas);
}

void quota_clear(struct ingest *in)
{
    g_hash_table_destroy(in->quotas.due);
}

void quota_note(struct ingest *in, const struct change *c)
{
    struct quotas *q = &in->quotas;
    enum entity_kind kind = change_entity(c->kind);
    if (kind == ENTITY_SIM) {
        note_device(q, directory_device_of_sim(in->options.directory, &c->sim));
        note_device(q, c->kind == CHANGE_PUT_SIM ? c->sim.device_id : 0);
    } else if (kind == ENTITY_DEVICE) {
        note_device(q, c->device.id);
    } else if (kind == ENTITY_ALARM_RULE) {
        begin_round(q);
    }
}

void quota_again(struct ingest *in)
{
    begin_round(&in->quotas);
}

bool quota_waits(const struct ingest *in)
{
    return in->quotas.is_round || g_hash_table_size(in->quotas.due) > 0;
}

/* Some more of the round. */
static void go_round(struct ingest *in)
{
    struct quotas *q = &in->quotas;
    for (size_t i = 0; i < DEVICES_AT_ONCE && q->is_round; i++) {
        int64_t device = 0;
        q->is_round = directory_next_sim(in->options.directory, &q->at, &device);
        note_device(q, device);
    }
}

/* ---- what is low ---- */

/* How much of something a card has left, and whether that is too little. */
struct reserve {
    int64_t left;
    bool is_low;
};

static struct reserve data_of(const struct sim_card *card, const struct fold_limits *l, int64_t day)
{
    uint64_t amount = card->usage_amount_mb_e2;
    uint64_t left = card->usage_data_mb_e2;
    (void)day;
    return (struct reserve){(int64_t)left,
                            amount > 0 && left * PERCENT < amount * l->low_data_percent};
}

static struct reserve sms_of(const struct sim_card *card, const struct fold_limits *l, int64_t day)
{
    (void)day;
    return (struct reserve){card->sms_data, card->sms_amount > 0 && card->sms_data < l->low_sms};
}

static struct reserve days_of(const struct sim_card *card, const struct fold_limits *l, int64_t day)
{
    int64_t left = card->end_day - day;
    return (struct reserve){left, card->end_day != 0 && l->sim_expiry_days != 0 &&
                                      left <= (int64_t)l->sim_expiry_days};
}

/* The kinds of alarms, and what each is about. */
static const struct {
    enum alarm_type kind;
    struct reserve (*of)(const struct sim_card *card, const struct fold_limits *l, int64_t day);
} kinds[] = {{ALARM_LOW_DATA, data_of}, {ALARM_LOW_SMS, sms_of}, {ALARM_SIM_EXPIRY, days_of}};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* ---- looking ---- */

/* A device with its cards, its open events and what they are held to. */
struct look {
    struct ingest *in;
    const struct device *device;
    const struct fold_limits *limits;
    struct live live;
    struct sim_card *cards;
    size_t card_count;
    struct event *open;
    size_t open_count;
    int64_t now_s;
};

static bool is_about(const struct event *e, enum alarm_type kind, const struct sim_card *card)
{
    return e->origin == EVENT_BY_TIMER && e->kind == kind && strcmp(e->name, card->iccid) == 0;
}

static bool is_open(const struct look *k, enum alarm_type kind, const struct sim_card *card)
{
    for (size_t i = 0; i < k->open_count; i++) {
        if (is_about(&k->open[i], kind, card)) {
            return true;
        }
    }
    return false;
}

static struct reserve reserve_of(const struct look *k, size_t kind, const struct sim_card *card)
{
    return kinds[kind].of(card, k->limits, k->now_s / DAY_S);
}

static void raise_for(struct look *k, const struct sim_card *card)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct reserve reserve = reserve_of(k, i, card);
        if (reserve.is_low && !is_open(k, kinds[i].kind, card)) {
            const struct own_alarm alarm = {.kind = kinds[i].kind,
                                            .name = card->iccid,
                                            .value = reserve.left,
                                            .at_s = k->now_s,
                                            .rcv_time_s = k->now_s};
            (void)events_raise(k->in, k->device->id, &k->live, &alarm);
        }
    }
}

/* Whether the event is about something of a card that is still too little; or none of these. */
static bool holds(const struct look *k, const struct event *e)
{
    size_t kind = 0;
    while (kind < KINDS && kinds[kind].kind != e->kind) {
        kind++;
    }
    bool is_held = kind == KINDS || e->origin != EVENT_BY_TIMER;
    for (size_t i = 0; i < k->card_count && !is_held; i++) {
        is_held =
            is_about(e, kinds[kind].kind, &k->cards[i]) && reserve_of(k, kind, &k->cards[i]).is_low;
    }
    return is_held;
}

/* The cards of the device's enterprise: those that stayed behind with another count no more. */
static void find_cards(struct look *k)
{
    size_t count = 0;
    k->cards = directory_list_sims_in(k->in->options.directory, k->device->id, &k->in->batch.arena,
                                      &count);
    for (size_t i = 0; i < count; i++) {
        if (k->cards[i].enterprise_id == k->device->enterprise_id) {
            k->cards[k->card_count++] = k->cards[i];
        }
    }
}

static void look_at(struct ingest *in, const struct device_ref *ref)
{
    static const struct fold_limits none = {0};
    struct directory *dir = in->options.directory;
    struct look k = {.in = in, .device = ref->info, .now_s = clock_wall_ms() / MS_PER_S};
    find_cards(&k);
    if (k.card_count == 0 && !directory_has_open_events(dir, ref->info->id)) {
        return;
    }
    const struct fold_term *term = fold_rules_at(directory_rules(dir, ref->info), k.now_s);
    k.limits = term->limits == NULL ? &none : term->limits;
    k.open = directory_open_events(dir, ref->info->id, &in->batch.arena, &k.open_count);
    tracked_live(dir, ref->tracked, &k.live);
    for (size_t i = 0; i < k.card_count; i++) {
        raise_for(&k, &k.cards[i]);
    }
    for (size_t i = 0; i < k.open_count; i++) {
        if (!holds(&k, &k.open[i])) {
            events_end(in, &k.open[i], k.now_s);
        }
    }
}

void quota_run(struct ingest *in)
{
    struct quotas *q = &in->quotas;
    GHashTableIter at;
    gpointer key = NULL;
    struct device_ref ref;
    if (in->is_lost) {
        return;
    }
    if (!q->is_round && clock_monotonic_ms() - q->round_ms >= ROUND_EVERY_MS) {
        begin_round(q);
    }
    go_round(in);
    g_hash_table_iter_init(&at, q->due);
    for (size_t i = 0; i < DEVICES_AT_ONCE && g_hash_table_iter_next(&at, &key, NULL); i++) {
        if (directory_find(in->options.directory, *(const int64_t *)key, &ref) == ERR_OK) {
            look_at(in, &ref);
            device_ref_release(in->options.directory, &ref);
        }
        g_hash_table_iter_remove(&at);
    }
}
