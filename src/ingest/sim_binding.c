/*
 * Which SIM card is in which tracker. A tracker tells the ICCID of its card in some of its reports,
 * and an operator the IMEI of the tracker that a card is in; whoever told it last is believed:
 *
 *     card A ── bound_s ──► tracker 1            a report of tracker 2 tells card A:
 *                                                  newer than bound_s, and than tracker 1's own
 *     card A ───────────────► tracker 2            word of it: the card moves, SIM changed alarm
 *                                                  older: nothing
 *
 * Only reports in order count, since a late one tells of a card that was. A tracker that told of
 * another card before, or has others, raises the alarm for a card that it has not, too; known or
 * not. A card without a tracker that turns up in one without a card goes there without a word.
 * Beyond two cards of a tracker, the one that was put there first leaves it. A tracker with two
 * slots may tell its cards in turn: one that it told within the hour before is no other one.
 *
 * An operator's word stands in the card (sim_card.imei), and is taken behind the commit that puts a
 * newer one there; compared on 14 digits, as the last ones are a check digit or a version. It may
 * be old: against what a tracker says itself it counts only where that is a day older.
 *
 * The alarm ends with the next report of the same card, though not within the first ten minutes:
 * many trackers tell their card with every report, and somebody is to see it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/directory_rules.h"
#include "fleet/directory_sims.h"
#include "ingest/events.h"

enum { ALARM_LEAST_S = 600, FORMER_S = 3600, OPERATOR_DOUBT_S = 86400, MS_PER_S = 1000 };
enum { IMEI_SAME = 14, IMEI_MAX = 16, DECIMAL = 10, WORDS_AT_ONCE = 256 };

/* A card is said to be in the tracker of a stage. */
struct sighting {
    struct ingest *in;
    struct stage *stage;
    int64_t device;
    int64_t enterprise_id;
    const char *iccid;         /* as it was told */
    char key[ICCID_KEY_SIZE];  /* of that */
    char last[ICCID_KEY_SIZE]; /* of the card that the tracker told before; "": of none */
    int64_t time_s;
    int64_t rcv_time_s;
    bool is_operator; /* who says so; else the tracker itself */
    bool is_former;   /* the tracker told it lately, before the last one */
};

/* The card that a tracker told before the one that it tells now. */
struct former_card {
    int64_t device;
    int64_t time_s; /* when it told another one first */
    char key[ICCID_KEY_SIZE];
};

/* ---- cards, as the batch under way has them ---- */

/* A card that the batch puts, by the number of its change. */
struct staged_sim {
    int64_t id;
    size_t change;
};

/* Replaces the card by what the batch makes of it. */
static void apply_batch(const struct batch *b, struct sim_card *card)
{
    const struct staged_sim *staged = g_hash_table_lookup(b->sims, &card->id);
    if (staged != NULL) {
        *card = b->changes.at[staged->change].sim;
    }
}

static void stage_card(struct batch *b, const struct sim_card *card)
{
    struct staged_sim *staged = g_hash_table_lookup(b->sims, &card->id);
    if (staged == NULL) {
        staged = arena_new(&b->arena, sizeof(*staged));
        *staged = (struct staged_sim){card->id, b->changes.len};
        g_hash_table_insert(b->sims, &staged->id, staged);
        (void)change_add(&b->changes, CHANGE_PUT_SIM);
    }
    b->changes.at[staged->change].sim = *card;
}

/* The card of the enterprise that was told; false: it has no such one. */
static bool find_card(const struct sighting *s, struct sim_card *out)
{
    struct batch *b = &s->in->batch;
    if (directory_sim(s->in->options.directory, s->key, &b->arena, out) != ERR_OK ||
        out->enterprise_id != s->enterprise_id) {
        return false;
    }
    apply_batch(b, out);
    return true;
}

/* The other cards of the tracker. */
struct others {
    size_t count;
    struct sim_card first; /* the one that has been there for longest */
};

static void add_other(struct others *o, const struct sim_card *card)
{
    if (o->count == 0 || card->bound_s < o->first.bound_s ||
        (card->bound_s == o->first.bound_s && card->id < o->first.id)) {
        o->first = *card;
    }
    o->count++;
}

static struct others find_others(const struct sighting *s, int64_t card_id)
{
    struct batch *b = &s->in->batch;
    struct others o = {0};
    size_t count = 0;
    struct sim_card *stored =
        directory_list_sims_in(s->in->options.directory, s->device, &b->arena, &count);
    for (size_t i = 0; i < count; i++) {
        bool is_staged = g_hash_table_contains(b->sims, &stored[i].id);
        if (!is_staged && stored[i].id != card_id && stored[i].enterprise_id == s->enterprise_id) {
            add_other(&o, &stored[i]);
        }
    }
    GHashTableIter at;
    gpointer value = NULL;
    g_hash_table_iter_init(&at, b->sims);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        const struct staged_sim *staged = value;
        const struct sim_card *card = &b->changes.at[staged->change].sim;
        if (card->device_id == s->device && card->id != card_id &&
            card->enterprise_id == s->enterprise_id) {
            add_other(&o, card);
        }
    }
    return o;
}

/* ---- who has the card ---- */

/* The newest fix of a tracker; false: there is no such tracker in the enterprise. */
static bool find_newest(const struct sighting *s, int64_t device, struct fix *out)
{
    struct ingest *in = s->in;
    const struct active_device *active = g_hash_table_lookup(in->active_devices, &device);
    struct device_ref ref;
    struct live live;
    if (directory_find(in->options.directory, device, &ref) != ERR_OK) {
        return false;
    }
    bool is_own = ref.info->enterprise_id == s->enterprise_id;
    if (active != NULL && active->stage != 0) {
        *out = in->batch.stages[active->stage - 1].live.state.current;
    } else {
        tracked_live(in->options.directory, ref.tracked, &live);
        *out = live.state.current;
    }
    device_ref_release(in->options.directory, &ref);
    return is_own;
}

/* Whether another tracker has the card; then *since_s is the newest word of that. */
static bool is_elsewhere(const struct sighting *s, const struct sim_card *card, int64_t *since_s)
{
    struct fix newest;
    char key[ICCID_KEY_SIZE];
    if (card->device_id == 0 || card->device_id == s->device ||
        !find_newest(s, card->device_id, &newest)) {
        return false;
    }
    bool tells_it = iccid_key(newest.iccid, key) && strcmp(key, s->key) == 0;
    int64_t told_s = newest.gps_time_s + (s->is_operator ? OPERATOR_DOUBT_S : 0);
    *since_s = tells_it && told_s > card->bound_s ? told_s : card->bound_s;
    return true;
}

/* ---- the alarm ---- */

/* The open alarm of the tracker, as the batch has it; false: there is none. */
static bool find_alarm(const struct sighting *s, struct event *out)
{
    struct batch *b = &s->in->batch;
    struct directory *dir = s->in->options.directory;
    size_t count = 0;
    if (s->stage->sim_alarm != 0) {
        *out = b->changes.at[s->stage->sim_alarm - 1].event;
        return out->ended_s == 0;
    }
    if ((directory_timer_alarms(dir, s->device) & ALARM_BIT(SIM_CHANGED)) == 0) {
        return false;
    }
    const struct event *open = directory_open_events(dir, s->device, &b->arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (open[i].origin == EVENT_BY_TIMER && open[i].kind == ALARM_SIM_CHANGED) {
            *out = open[i];
            return true;
        }
    }
    return false;
}

static void put_alarm(struct sighting *s, const struct event *e)
{
    struct change_list *changes = &s->in->batch.changes;
    if (s->stage->sim_alarm == 0) {
        (void)change_add(changes, CHANGE_PUT_EVENT);
        s->stage->sim_alarm = changes->len;
    }
    changes->at[s->stage->sim_alarm - 1].event = *e;
}

/* One of the same card begins again; another one is over. */
static void raise_alarm(struct sighting *s)
{
    struct event e;
    const struct own_alarm alarm = {.kind = ALARM_SIM_CHANGED,
                                    .name = s->iccid,
                                    .at_s = s->time_s,
                                    .rcv_time_s = s->rcv_time_s};
    bool is_open = find_alarm(s, &e);
    if (is_open && strcmp(e.name, s->iccid) == 0) {
        e.count = (uint16_t)(e.count < UINT16_MAX ? e.count + 1 : UINT16_MAX);
        put_alarm(s, &e);
        return;
    }
    if (is_open) {
        event_end(&e, s->time_s);
        put_alarm(s, &e);
    }
    s->stage->sim_alarm = events_raise(s->in, s->device, &s->stage->live, &alarm);
}

/* The tracker has what it had: an alarm of a while ago is over. */
static void settle_alarm(struct sighting *s)
{
    struct event e;
    if (find_alarm(s, &e) && s->time_s >= e.gps_time_s + ALARM_LEAST_S) {
        event_end(&e, s->time_s);
        put_alarm(s, &e);
    }
}

/* ---- binding ---- */

static void bind_card(struct sighting *s, struct sim_card *card, const struct others *o)
{
    struct batch *b = &s->in->batch;
    if (o->count >= SIM_CARDS_OF_DEVICE_MAX) {
        struct sim_card first = o->first;
        first.device_id = 0;
        first.bound_s = 0;
        stage_card(b, &first);
    }
    card->device_id = s->device;
    card->bound_s = s->time_s;
    stage_card(b, card);
}

/* What was entered with the device itself: its card's ICCID; "" where none was. */
static void registered_key(const struct sighting *s, char out[ICCID_KEY_SIZE])
{
    const struct device *d = s->stage->ref.info;
    (void)iccid_key(d == NULL ? "" : d->iccid, out);
}

/* Whether the tracker has had a card, and this is not it. */
static bool is_another(const struct sighting *s, size_t other_count)
{
    char registered[ICCID_KEY_SIZE];
    registered_key(s, registered);
    bool had_any = s->last[0] != '\0' || registered[0] != '\0' || other_count > 0;
    return had_any && !s->is_former && strcmp(s->key, s->last) != 0 &&
           strcmp(s->key, registered) != 0;
}

static void see_card(struct sighting *s)
{
    struct sim_card card = {0};
    int64_t since_s = 0;
    bool is_known = find_card(s, &card);
    if (is_known && card.device_id == s->device) {
        settle_alarm(s);
        return;
    }
    bool is_taken = is_known && is_elsewhere(s, &card, &since_s);
    if (is_taken ? s->time_s <= since_s : is_known && s->time_s <= card.bound_s) {
        return;
    }
    struct others o = find_others(s, card.id);
    if (is_known) {
        bind_card(s, &card, &o);
    }
    if (is_taken || is_another(s, o.count)) {
        raise_alarm(s);
    } else {
        settle_alarm(s);
    }
}

/* Keeps the card that another one follows. */
static void note_former(struct sighting *s)
{
    GHashTable *formers = s->in->bindings.formers;
    struct former_card *former = g_hash_table_lookup(formers, &s->device);
    if (s->last[0] == '\0' || strcmp(s->key, s->last) == 0) {
        return;
    }
    if (former == NULL) {
        former = mem_new(sizeof(*former));
        former->device = s->device;
        g_hash_table_insert(formers, &former->device, former);
    }
    s->is_former = strcmp(former->key, s->key) == 0 && s->time_s - former->time_s < FORMER_S;
    former->time_s = s->time_s;
    memcpy(former->key, s->last, sizeof(former->key));
}

void binding_take(struct ingest *in, struct stage *stage, const struct fix *f,
                  const char last_iccid[FIX_ICCID_SIZE])
{
    if (f->iccid[0] == '\0') {
        return;
    }
    struct sighting s = {
        .in = in,
        .stage = stage,
        .device = stage->active->device,
        .enterprise_id = events_enterprise(in, stage),
        .iccid = f->iccid,
        .time_s = (f->has & FIX_HAS_TIME) != 0 ? f->gps_time_s : f->rcv_time_s,
        .rcv_time_s = f->rcv_time_s,
    };
    (void)iccid_key(last_iccid, s.last);
    if (iccid_key(f->iccid, s.key)) {
        note_former(&s);
        see_card(&s);
    }
}

/* The tracker whose DeviceID has the same 14 digits, with a check digit or without. */
static enum err find_imei(struct directory *dir, int64_t enterprise_id, const char *imei,
                          struct device_ref *out)
{
    char id[IMEI_SAME + 2] = "";
    size_t len = strspn(imei, "0123456789");
    if (len < IMEI_SAME || len > IMEI_MAX || imei[len] != '\0') {
        return ERR_NOT_FOUND;
    }
    memcpy(id, imei, IMEI_SAME);
    enum err e = directory_find_in_enterprise(dir, enterprise_id, id, out);
    for (int digit = 0; digit < DECIMAL && e != ERR_OK; digit++) {
        id[IMEI_SAME] = (char)('0' + digit);
        e = directory_find_in_enterprise(dir, enterprise_id, id, out);
    }
    return e;
}

/* ---- the operator's word ---- */

void binding_init(struct bindings *b)
{
    b->told = g_array_new(FALSE, FALSE, sizeof(struct sim_card));
    b->formers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free);
}

void binding_clear(struct bindings *b)
{
    (void)g_array_free(b->told, TRUE);
    g_hash_table_destroy(b->formers);
}

void binding_note(struct ingest *in, const struct change *c)
{
    if (c->kind != CHANGE_PUT_SIM || c->sim.imei[0] == '\0') {
        return;
    }
    if (!directory_sim_is_told(in->options.directory, &c->sim)) {
        const struct sim_card key = {.enterprise_id = c->sim.enterprise_id, .id = c->sim.id};
        g_array_append_val(in->bindings.told, key);
    }
}

/* Puts the card into the tracker that its operator named, as if that had told it. */
static void take_word(struct ingest *in, const struct sim_card *card)
{
    struct directory *dir = in->options.directory;
    struct device_ref ref;
    if (find_imei(dir, card->enterprise_id, card->imei, &ref) != ERR_OK) {
        return;
    }
    if (ref.info->id == card->device_id) {
        device_ref_release(dir, &ref);
        return;
    }
    struct stage *stage = batch_stage(in, ref);
    struct sighting s = {
        .in = in,
        .stage = stage,
        .device = stage->active->device,
        .enterprise_id = card->enterprise_id,
        .iccid = card->iccid,
        .time_s = card->state_s,
        .rcv_time_s = clock_wall_ms() / MS_PER_S,
        .is_operator = true,
    };
    (void)iccid_key(stage->live.state.current.iccid, s.last);
    if (iccid_key(card->iccid, s.key)) {
        see_card(&s);
    }
}

void binding_run(struct ingest *in)
{
    struct bindings *b = &in->bindings;
    struct sim_card card;
    while (b->staged < b->told->len && b->staged < WORDS_AT_ONCE && !in->is_lost) {
        const struct sim_card *key = &g_array_index(b->told, struct sim_card, b->staged++);
        if (directory_sim_by_id(in->options.directory, key, &in->batch.arena, &card) == ERR_OK) {
            take_word(in, &card);
        }
    }
}

void binding_settle(struct ingest *in, bool is_committed)
{
    struct bindings *b = &in->bindings;
    if (is_committed && b->staged > 0) {
        (void)g_array_remove_range(b->told, 0, b->staged);
    }
    b->staged = 0;
    if (!is_committed) { /* what was told comes again, as if for the first time */
        g_hash_table_remove_all(b->formers);
    }
}

bool binding_waits(const struct ingest *in)
{
    return in->bindings.told->len > 0;
}
