/*
 * What other threads ask of the operators. All work is done on the thread of connect:
 *
 *     ask ─► op ─► inbox ═══ thread of connect: requests, one after the other (sims_run.c)
 *                              │
 *                            ingest: a job (sims_store.c) ─► committed ─► inbox ─► question told
 */
#include "connect/sims.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "connect/sims_private.h"

enum {
    REQUESTS_WAITING_MAX = 16,
    REQUESTS_IN_FLIGHT_MAX = 4,
    ANSWER_BYTES_MAX = 1 << 20,
    GATEWAY_BYTES_MAX = 64 << 10,
    OPS_MAX = 256, /* of an account under way, beside those that nobody waits for */
    MS_PER_S = 1000,
    PAUSE_SLACK_MS = 5, /* so that a second holds no more than per_s on the other side either */
};

static void lock(struct sims *s)
{
    check(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct sims *s)
{
    check(pthread_mutex_unlock(&s->lock) == 0);
}

/* ---- beginning and end ---- */

static enum err begin_party(struct sims *s, const struct sim_account_options *o,
                            struct sim_party *p)
{
    const struct provider_options provider = {
        .name = o->name,
        .url = o->url,
        .waiting_max = REQUESTS_WAITING_MAX,
        .in_flight_max = REQUESTS_IN_FLIGHT_MAX,
        .interval_ms = (MS_PER_S + o->per_s - 1) / o->per_s + PAUSE_SLACK_MS,
        .answer_max = o->kind == SIM_KIND_GATEWAY ? GATEWAY_BYTES_MAX : ANSWER_BYTES_MAX,
    };
    *p = (struct sim_party){
        .sims = s,
        .o = o,
        .row = sim_row_of(o->kind),
        .watched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free),
        .looked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free),
    };
    return connect_add(s->connect, &provider, &p->provider);
}

enum err sims_new(struct connect *connect, const struct shards *shards,
                  const struct sim_account_options *accounts, size_t count, struct sims **out)
{
    struct sims *s = mem_new(sizeof(*s));
    enum err e = ERR_OK;
    s->connect = connect;
    s->shards = shards;
    s->parties = mem_new_array(count, sizeof(*s->parties));
    check(pthread_mutex_init(&s->lock, NULL) == 0);
    for (; s->count < count && e == ERR_OK; s->count++) {
        e = begin_party(s, &accounts[s->count], &s->parties[s->count]);
    }
    if (e != ERR_OK) {
        sims_free(s);
        return e;
    }
    connect_every(connect, sims_tick, s);
    *out = s;
    return ERR_OK;
}

static void free_ops(GQueue *ops)
{
    for (GList *l = g_queue_pop_head_link(ops); l != NULL; l = g_queue_pop_head_link(ops)) {
        sim_op_end(l->data, ERR_STOPPING);
    }
}

void sims_free(struct sims *s)
{
    free_ops(&s->inbox);
    for (size_t i = 0; i < s->count; i++) {
        struct sim_party *p = &s->parties[i];
        check(p->waiting.length == 0 && p->background.length == 0 && p->running.length == 0);
        g_hash_table_destroy(p->watched);
        g_hash_table_destroy(p->looked);
        free(p->token);
    }
    check(pthread_mutex_destroy(&s->lock) == 0);
    free(s->parties);
    free(s);
}

/* ---- accounts ---- */

bool sims_can(const struct sim_party *p, enum sim_step step)
{
    struct arena arena = {0};
    static const struct sim_report fresh = {.iccid = ""};
    struct connect_request request = {.query = ""};
    const struct sim_wish wish = {.step = step,
                                  .token = "",
                                  .iccid = "",
                                  .number = "",
                                  .imsi = "",
                                  .fresh = &fresh,
                                  .text = "",
                                  .parts = 1};
    bool can = p->row->ask(p->o, &wish, &arena, &request);
    arena_free(&arena);
    return can;
}

static struct sim_party *party_named(const struct sims *s, const char *name)
{
    for (size_t i = 0; s != NULL && i < s->count; i++) {
        if (strcmp(s->parties[i].o->name, name) == 0) {
            return &s->parties[i];
        }
    }
    return NULL;
}

const char *sims_account_name(const struct sims *s, const char *name)
{
    for (size_t i = 0; s != NULL && i < s->count; i++) {
        const struct sim_account_options *o = s->parties[i].o;
        if (g_ascii_strcasecmp(o->name, name) == 0 && o->kind != SIM_KIND_GATEWAY) {
            return o->name;
        }
    }
    return NULL;
}

bool sims_has_account(const struct sims *s, const char *name, int64_t enterprise_id, bool is_root)
{
    const char *own = sims_account_name(s, name);
    const struct sim_party *p = own == NULL ? NULL : party_named(s, own);
    return p != NULL && (p->o->enterprise_id == 0 ? is_root : p->o->enterprise_id == enterprise_id);
}

/* The operator's account that runs the card; NULL: there is none. */
static struct sim_party *operator_of(const struct sims *s, const struct sim_card *card)
{
    struct sim_party *p = card->provider[0] == '\0' ? NULL : party_named(s, card->provider);
    bool is_one = p != NULL && p->o->kind != SIM_KIND_GATEWAY &&
                  (p->o->enterprise_id == 0 || p->o->enterprise_id == card->enterprise_id);
    return is_one ? p : NULL;
}

/* The gateway of an enterprise, else a shared one; NULL: there is none. */
static struct sim_party *gateway_of(const struct sims *s, int64_t enterprise_id)
{
    struct sim_party *shared = NULL;
    for (size_t i = 0; s != NULL && i < s->count; i++) {
        struct sim_party *p = &s->parties[i];
        if (p->o->kind == SIM_KIND_GATEWAY && p->o->enterprise_id == enterprise_id) {
            return p;
        }
        if (p->o->kind == SIM_KIND_GATEWAY && p->o->enterprise_id == 0 && shared == NULL) {
            shared = p;
        }
    }
    return shared;
}

const struct sim_account_options *sims_hook(const struct sims *s, struct bytes name,
                                            struct bytes secret)
{
    const struct sim_account_options *found = NULL;
    static const char nobody[] = "--------------------------------";
    char wanted[SIM_SECRET_CHARS + 1];
    for (size_t i = 0; s != NULL && i < s->count; i++) {
        const struct sim_account_options *o = s->parties[i].o;
        found = o->hook_secret[0] != '\0' && bytes_eq(name, o->name) ? o : found;
    }
    (void)g_strlcpy(wanted, found == NULL ? nobody : found->hook_secret, sizeof(wanted));
    bool is_right =
        secret.len == SIM_SECRET_CHARS && sodium_memcmp(secret.at, wanted, SIM_SECRET_CHARS) == 0;
    return is_right ? found : NULL;
}

/* ---- work ---- */

struct sim_op *sim_op_new(struct sim_party *p, enum sim_op_kind kind, const struct sim_card *card)
{
    struct sim_op *op = mem_new(sizeof(*op));
    *op = (struct sim_op){
        .kind = kind,
        .party = p,
        .deadline_ms = clock_monotonic_ms() + SIMS_TIMEOUT_MS,
        .part = 1,
        .parts = 1,
        .page = 1,
    };
    op->iccid = op->number = op->imsi = "";
    if (card != NULL) {
        op->enterprise_id = card->enterprise_id;
        op->iccid = arena_copy_text(&op->arena, card->iccid);
        op->number = arena_copy_text(&op->arena, card->sim);
        op->imsi = arena_copy_text(&op->arena, card->imsi);
    }
    op->link.data = op;
    op->store_link.data = op;
    return op;
}

static void release(struct sim_question *q)
{
    struct sims *s = q->sims;
    lock(s);
    bool is_last = --q->users == 0;
    unlock(s);
    if (is_last) {
        free(q);
    }
}

static void tell(struct sim_question *q, enum err result)
{
    struct sims *s = q->sims;
    lock(s);
    q->is_done = true;
    q->result = result;
    void (*wake)(void *) = q->wake;
    void *context = q->context;
    q->wake = NULL;
    unlock(s);
    release(q);
    if (wake != NULL) {
        wake(context);
    }
}

void sims_tell(struct sim_op *op, enum err result)
{
    GSList *askers = op->askers;
    op->askers = NULL;
    for (GSList *a = askers; a != NULL; a = a->next) {
        tell(a->data, result);
    }
    g_slist_free(askers);
}

void sim_op_end(struct sim_op *op, enum err result)
{
    sims_tell(op, result);
    lock(op->party->sims);
    op->party->open -= op->is_counted ? 1 : 0;
    unlock(op->party->sims);
    if (op->job != NULL) {
        sim_job_free(op->job);
    }
    arena_wipe(&op->arena); /* a password may stand in an SMS */
    free(op);
}

void sims_hand_over(struct sims *s, struct sim_op *op)
{
    lock(s);
    bool is_taken = op->is_stored || (!s->stopping && op->party->open < OPS_MAX);
    enum err why = s->stopping ? ERR_STOPPING : ERR_FULL;
    if (is_taken && !op->is_stored) {
        op->is_counted = true;
        op->party->open++;
    }
    if (is_taken) {
        g_queue_push_tail_link(&s->inbox, &op->link);
    }
    unlock(s);
    if (is_taken) {
        connect_wake(s->connect);
    } else {
        sim_op_end(op, why);
    }
}

/* ---- questions ---- */

static struct sim_question *ask(struct sim_op *op)
{
    struct sims *s = op->party->sims;
    struct sim_question *q = mem_new(sizeof(*q));
    *q = (struct sim_question){.sims = s, .users = 2, .result = ERR_BUSY};
    op->askers = g_slist_prepend(NULL, q);
    sims_hand_over(s, op);
    return q;
}

struct sim_question *sims_ask_detail(struct sims *s, const struct sim_card *card, int64_t now_s)
{
    struct sim_party *p = operator_of(s, card);
    if (p == NULL) {
        return NULL;
    }
    int64_t told_s = sims_can(p, SIM_STEP_SESSION) ? card->session_s : card->state_s;
    bool is_fresh = told_s <= now_s && now_s - told_s < SIMS_FRESH_S;
    return is_fresh ? NULL : ask(sim_op_new(p, OP_DETAIL, card));
}

/* One that nobody can answer any more: its account is gone. */
static struct sim_question *refused(void)
{
    struct sim_question *q = mem_new(sizeof(*q));
    *q = (struct sim_question){.is_done = true, .result = ERR_NOT_FOUND};
    return q;
}

struct sim_question *sims_ask_status(struct sims *s, const struct sim_card *card, bool is_active)
{
    struct sim_party *p = operator_of(s, card);
    if (card->provider[0] == '\0') {
        return NULL;
    }
    if (p == NULL) {
        return refused();
    }
    struct sim_op *op = sim_op_new(p, OP_STATUS, card);
    op->wants_active = is_active;
    return ask(op);
}

struct sim_question *sims_ask_messages(struct sims *s, const struct sim_card *card)
{
    struct sim_party *p = operator_of(s, card);
    return p == NULL || !sims_can(p, SIM_STEP_MESSAGES) ? NULL
                                                        : ask(sim_op_new(p, OP_MESSAGES, card));
}

bool sim_question_wait(struct sim_question *q, void (*wake)(void *context), void *context)
{
    if (q->sims == NULL) {
        return false;
    }
    lock(q->sims);
    bool waits = !q->is_done;
    if (waits) {
        q->wake = wake;
        q->context = context;
    }
    unlock(q->sims);
    return waits;
}

enum err sim_question_result(struct sim_question *q)
{
    if (q->sims == NULL) {
        return q->result;
    }
    lock(q->sims);
    enum err result = q->is_done ? q->result : ERR_BUSY;
    unlock(q->sims);
    return result;
}

void sim_question_free(struct sim_question *q)
{
    if (q == NULL) {
        return;
    }
    if (q->sims == NULL) {
        free(q);
        return;
    }
    lock(q->sims);
    q->wake = NULL;
    unlock(q->sims);
    release(q);
}

/* ---- SMS ---- */

static struct sim_party *carrier_of(const struct sims *s, const struct sim_card *card)
{
    struct sim_party *p =
        card->provider[0] != '\0' ? operator_of(s, card) : gateway_of(s, card->enterprise_id);
    return p != NULL && sims_can(p, SIM_STEP_SEND) ? p : NULL;
}

enum sims_way sims_way_of(struct sims *s, const struct sim_card *card)
{
    const struct sim_party *p = carrier_of(s, card);
    if (p == NULL) {
        return card->provider[0] == '\0' ? SIMS_NO_WAY : SIMS_IS_BUSY;
    }
    lock(s);
    bool has_room = !s->stopping && p->open < OPS_MAX;
    unlock(s);
    return has_room ? SIMS_SENDS : SIMS_IS_BUSY;
}

void sims_send(struct sims *s, const struct sim_card *card, const struct sim_sms *sms)
{
    struct sim_party *p = carrier_of(s, card);
    if (p == NULL) {
        return;
    }
    struct sim_op *op = sim_op_new(p, OP_SEND, card);
    op->sms = *sms;
    op->sms.content = arena_copy_text(&op->arena, sms->content);
    op->sms.source_address = arena_copy_text(&op->arena, sms->source_address);
    op->sms.operator_id = "";
    op->deadline_ms = clock_monotonic_ms() + (sms->expiry_s - sms->time_s) * MS_PER_S;
    /* A template's other side divides it itself. */
    op->parts = p->o->kind == SIM_KIND_1NCE ? sim_parts_of(op->sms.content, &op->is_wide) : 1;
    sims_hand_over(s, op);
}

void sims_look(struct sims *s, const struct sim_card *card)
{
    struct sim_party *p = operator_of(s, card);
    if (p != NULL && sims_can(p, SIM_STEP_MESSAGES)) {
        struct sim_op *op = sim_op_new(p, OP_MESSAGES, card);
        op->is_background = true;
        sims_hand_over(s, op);
    }
}
