/*
 * The work for operators, on the thread of connect. Each kind has a plan of requests; between two
 * of them others have their turn:
 *
 *     OP_DETAIL     card, quota of data, quota of SMS, session ─► stored
 *     OP_STATUS     card (a fresh copy), set, card (read back) ─► stored, and true where it agrees;
 *                   some operators take a moment, so it is read back up to three times
 *     OP_SEND       a request for each part                    ─► stored
 *     OP_MESSAGES   the SMS of a card                          ─► stored
 *     OP_CARDS      a page of all cards                        ─► stored, then the next page
 *
 * A request that was refused for its token is sent once more with a new one, and one that came too
 * fast (429) when the operator says: neither was done. Whatever else fails ends the work, but for
 * an SMS: one that never left waits until it expires, and one that may have left is looked up, and
 * never sent again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "connect/sims_private.h"

enum {
    RUNNING_MAX = 4,
    STEP_MS = 5000, /* one request */
    MS_PER_S = 1000,
    PAUSE_MAX_S = 60,
    TOKEN_MARGIN_S = 60,       /* before its end a token counts as old */
    TOKEN_LIFE_MAX_S = 86400,  /* whatever its operator says */
    TOKEN_RETRY_MS = 5000,     /* after one that could not be had, ... */
    TOKEN_REFUSED_MS = 900000, /* ... or was refused: asking on might lock the account */
    AGAIN_MS = 10000,          /* an SMS that could not leave */
    STORE_AGAIN_MS = 1000,
    STATUS_UNAUTHORIZED = 401,
    STATUS_TOO_MANY = 429,
    STATUS_CLIENT = 400,
    STATUS_SERVER = 500,
    DETAIL_STEPS = 4,
    STATUS_STEPS = 3,
    STATUS_STEP_SET = 1,
    READ_BACK_MAX = 3,
    READ_BACK_MS = 1000,
};

static const enum sim_step detail_plan[DETAIL_STEPS] = {SIM_STEP_CARD, SIM_STEP_DATA_QUOTA,
                                                        SIM_STEP_SMS_QUOTA, SIM_STEP_SESSION};
static const enum sim_step status_plan[STATUS_STEPS] = {SIM_STEP_CARD, SIM_STEP_SET, SIM_STEP_CARD};

/* The next request of the work; false: it has all its answers. */
static bool next_step(const struct sim_op *op, enum sim_step *out)
{
    switch (op->kind) {
    case OP_DETAIL:
        *out = op->step < DETAIL_STEPS ? detail_plan[op->step] : SIM_STEP_CARD;
        return op->step < DETAIL_STEPS;
    case OP_STATUS:
        *out = op->step < STATUS_STEPS ? status_plan[op->step] : SIM_STEP_CARD;
        return op->step < STATUS_STEPS;
    case OP_SEND:
        *out = SIM_STEP_SEND;
        return op->part <= op->parts;
    case OP_MESSAGES:
        *out = SIM_STEP_MESSAGES;
        return op->step == 0;
    case OP_CARDS:
        break;
    }
    *out = SIM_STEP_CARDS;
    return op->step == 0;
}

/* ---- ends ---- */

static void remove_from(GQueue *queue, struct sim_op *op)
{
    g_queue_unlink(queue, &op->link);
}

static void finish(struct sim_op *op, enum err e)
{
    if (op->kind == OP_CARDS) {
        sims_note_page(op, op->told.report_count, e);
    }
    sim_op_end(op, e);
}

/* Puts it back among what waits, in front: its turn had come. */
static void postpone(struct sim_op *op, int64_t not_before_ms)
{
    op->not_before_ms = not_before_ms;
    g_queue_push_head_link(op->is_background ? &op->party->background : &op->party->waiting,
                           &op->link);
}

void sims_enter(struct sim_op *op)
{
    g_queue_push_tail_link(op->is_background ? &op->party->background : &op->party->waiting,
                           &op->link);
}

void sims_store(struct sim_op *op)
{
    struct sim_party *p = op->party;
    g_queue_push_tail_link(&p->storing, &op->store_link); /* it may be back before this returns */
    if (sim_job_submit(op)) {
        return;
    }
    g_queue_unlink(&p->storing, &op->store_link);
    if (op->kind == OP_SEND) {
        postpone(op, clock_monotonic_ms() + STORE_AGAIN_MS);
    } else {
        finish(op, ERR_BUSY);
    }
}

/* What became of an SMS: it is put into it. */
static void end_sms(struct sim_op *op, enum sms_status status)
{
    op->sms.status = status;
    op->part = op->parts + 1;
    op->sms.over_s = status == SMS_PENDING && sims_can(op->party, SIM_STEP_MESSAGES)
                         ? 0
                         : clock_wall_ms() / MS_PER_S;
    sims_store(op);
}

/*
 * An SMS that may have left: the list of the operator will say. Where there is no such list, nobody
 * knows; it counts as failed.
 */
static void lose_sms(struct sim_op *op)
{
    if (!sims_can(op->party, SIM_STEP_MESSAGES)) {
        end_sms(op, SMS_FAILED);
        return;
    }
    sims_watch(op->party, op->iccid, op->enterprise_id);
    finish(op, ERR_IO);
}

/* The work cannot go on; nothing of the request left, or it does not matter. */
static void fail(struct sim_op *op, enum err e)
{
    if (op->kind == OP_SEND && (e == ERR_INVALID || e == ERR_TOO_LONG)) {
        end_sms(op, SMS_FAILED);
    } else if (op->kind == OP_SEND && e != ERR_STOPPING) {
        postpone(op, clock_monotonic_ms() + AGAIN_MS);
    } else {
        finish(op, e);
    }
}

/* ---- answers ---- */

static void go_on(struct sim_op *op)
{
    enum sim_step step;
    if (next_step(op, &step)) {
        postpone(op, 0);
    } else if (op->kind == OP_SEND) {
        end_sms(op, SMS_PENDING);
    } else {
        sims_store(op);
    }
}

static void take_sent(struct sim_op *op)
{
    op->part++;
    op->sms.operator_id = arena_format(&op->arena, "%s/%s", op->party->o->name, op->told.sent_id);
}

/* Whether the operator said at the end what was wanted. */
static bool agrees(const struct sim_op *op)
{
    return op->told.report_count == 1 && op->told.reports[0].has_state &&
           op->told.reports[0].is_active == op->wants_active;
}

/* Whether it was asked how the card is after its status was set. */
static bool is_read_back(const struct sim_op *op)
{
    return op->kind == OP_STATUS && op->step > STATUS_STEP_SET;
}

/* An answer that is one. */
static void take_told(struct sim_op *op)
{
    if (op->kind == OP_SEND) {
        take_sent(op);
    } else if (op->kind == OP_DETAIL || op->kind == OP_STATUS) {
        for (size_t i = 0; i < op->told.report_count; i++) {
            sim_report_join(&op->report, &op->told.reports[i]);
        }
    }
    if (is_read_back(op) && !agrees(op) && ++op->read_back < READ_BACK_MAX) {
        postpone(op, clock_monotonic_ms() + READ_BACK_MS);
        return;
    }
    op->step++;
    go_on(op);
}

/*
 * Whether the work goes on without that request: how a card is says whether its status was set, and
 * what a card has none of leaves the rest.
 */
static bool may_do_without(const struct sim_op *op, enum err e)
{
    bool is_set = op->kind == OP_STATUS && op->step == STATUS_STEP_SET && e != ERR_STOPPING;
    return is_set || (op->kind == OP_DETAIL && op->step > 0 && e == ERR_INVALID);
}

/* An answer that is none, or none at all. */
static void take_failure(struct sim_op *op, enum err e)
{
    bool may_have_left = e != ERR_INVALID && e != ERR_STOPPING;
    if (op->kind == OP_SEND && may_have_left) {
        lose_sms(op);
    } else if (may_do_without(op, e)) {
        op->step++;
        go_on(op);
    } else if (is_read_back(op) && e == ERR_IO && ++op->read_back < READ_BACK_MAX) {
        postpone(op, clock_monotonic_ms() + READ_BACK_MS);
    } else {
        fail(op, e);
    }
}

static void forget_token(struct sim_party *p)
{
    free(p->token);
    p->token = NULL;
}

/* What every operator answers alike: true, where the request was not done and was put back. */
static bool take_back(struct sim_op *op, const struct connect_answer *a)
{
    struct sim_party *p = op->party;
    if (a->status == STATUS_TOO_MANY) {
        unsigned wait_s = a->retry_after_s == 0 ? 1 : a->retry_after_s;
        wait_s = wait_s > PAUSE_MAX_S ? PAUSE_MAX_S : wait_s;
        p->pause_until_ms = clock_monotonic_ms() + (int64_t)wait_s * MS_PER_S;
        postpone(op, p->pause_until_ms);
        return true;
    }
    if (a->status == STATUS_UNAUTHORIZED && p->row->has_token && !op->has_new_token) {
        op->has_new_token = true;
        forget_token(p);
        postpone(op, 0);
        return true;
    }
    return false;
}

/* Whether it speaks of another card than it was asked for. */
static bool is_of_another(const struct sim_op *op)
{
    char asked[ICCID_KEY_SIZE];
    char told[ICCID_KEY_SIZE];
    bool is_card = (op->kind == OP_DETAIL || op->kind == OP_STATUS) && op->told.report_count == 1 &&
                   op->told.reports[0].iccid[0] != '\0';
    return is_card && (!iccid_key(op->iccid, asked) ||
                       !iccid_key(op->told.reports[0].iccid, told) || strcmp(asked, told) != 0);
}

static void take_answer(void *context, const struct connect_answer *a)
{
    struct sim_op *op = context;
    struct sim_party *p = op->party;
    enum sim_step step;
    remove_from(&p->running, op);
    check(next_step(op, &step));
    if (a->e != ERR_OK) {
        take_failure(op, a->e);
        return;
    }
    op->told = (struct sim_told){.token = NULL};
    if (take_back(op, a)) {
        provider_judge(p->provider, NULL);
        return;
    }
    const char *why = p->row->read(p->o, step, a, &op->arena, &op->told);
    why = why == NULL && is_of_another(op) ? "answered another SIM card" : why;
    bool is_refusal = why != NULL && a->status >= STATUS_CLIENT && a->status < STATUS_SERVER;
    provider_judge(p->provider, is_refusal ? NULL : why);
    if (why == NULL) {
        take_told(op);
    } else {
        take_failure(op, is_refusal ? ERR_INVALID : ERR_IO);
    }
}

/* ---- requests ---- */

static void ask(struct sim_op *op, enum sim_step step, int64_t now_ms)
{
    struct sim_party *p = op->party;
    struct arena arena = {0};
    int64_t left_ms = op->deadline_ms - now_ms;
    struct connect_request request = {
        .path = "",
        .query = "",
        .deadline_ms = now_ms + (left_ms < STEP_MS ? left_ms : STEP_MS),
        .done = take_answer,
        .context = op,
    };
    const struct sim_wish wish = {
        .step = step,
        .token = p->token == NULL ? "" : p->token,
        .iccid = op->report.iccid[0] != '\0' ? op->report.iccid : op->iccid,
        .number = op->number,
        .imsi = op->imsi,
        .page = op->page,
        .wants_active = op->wants_active,
        .fresh = &op->report,
        .text = op->kind == OP_SEND && op->parts > 1 ? sim_part(&arena, op->sms.content, op->part)
                : op->kind == OP_SEND                ? op->sms.content
                                                     : "",
        .is_wide = op->is_wide,
        .part = op->part,
        .parts = op->parts,
        .reference = (unsigned)(op->sms.id & 0xff),
        .expiry_s = op->sms.expiry_s,
    };
    enum err e = ERR_NOT_FOUND;
    if (p->row->ask(p->o, &wish, &arena, &request)) {
        g_queue_push_tail_link(&p->running, &op->link);
        e = connect_submit(p->provider, &request);
        if (e != ERR_OK) {
            remove_from(&p->running, op);
        }
    }
    arena_free(&arena);
    if (e == ERR_NOT_FOUND && op->kind == OP_DETAIL) { /* this kind of operator has no such thing */
        op->step++;
        go_on(op);
    } else if (e != ERR_OK) {
        fail(op, e);
    }
}

/* ---- tokens ---- */

static void take_token(void *context, const struct connect_answer *a)
{
    struct sim_party *p = context;
    struct arena arena = {0};
    struct sim_told told = {.token = NULL};
    int64_t now_ms = clock_monotonic_ms();
    const char *why = a->e == ERR_OK ? p->row->read(p->o, SIM_STEP_TOKEN, a, &arena, &told) : "";
    bool is_refused = a->e == ERR_OK && a->status >= STATUS_CLIENT && a->status < STATUS_SERVER &&
                      a->status != STATUS_TOO_MANY;
    p->is_token_asked = false;
    if (a->e == ERR_OK) {
        provider_judge(p->provider, is_refused ? "refused the user and the password" : why);
    }
    if (why == NULL) {
        int64_t told_s = told.token_s < TOKEN_LIFE_MAX_S ? told.token_s : TOKEN_LIFE_MAX_S;
        int64_t life_s = told_s - TOKEN_MARGIN_S;
        p->token = mem_copy_text(told.token);
        p->token_until_ms = now_ms + (life_s > 1 ? life_s : 1) * MS_PER_S;
    } else {
        p->token_rest_ms = now_ms + (is_refused ? TOKEN_REFUSED_MS : TOKEN_RETRY_MS);
    }
    if (is_refused) {
        log_line(LOG_ERROR, "sim_account_refused", "account=%s status=%d", p->o->name, a->status);
    }
    arena_free(&arena);
}

static void ask_token(struct sim_party *p, int64_t now_ms)
{
    struct arena arena = {0};
    struct connect_request request = {
        .query = "", .deadline_ms = now_ms + STEP_MS, .done = take_token, .context = p};
    const struct sim_wish wish = {.step = SIM_STEP_TOKEN};
    (void)p->row->ask(p->o, &wish, &arena, &request);
    p->is_token_asked = true;
    if (connect_submit(p->provider, &request) != ERR_OK) {
        p->is_token_asked = false;
        p->token_rest_ms = now_ms + TOKEN_RETRY_MS;
    }
    arena_free(&arena);
}

/* Whether requests can be sent; else a token is on its way, or cannot be had yet. */
static bool has_token(struct sim_party *p, int64_t now_ms)
{
    if (!p->row->has_token) {
        return true;
    }
    if (p->token != NULL && now_ms < p->token_until_ms) {
        return true;
    }
    forget_token(p);
    if (!p->is_token_asked && now_ms >= p->token_rest_ms) {
        ask_token(p, now_ms);
    }
    return false;
}

/* ---- turns ---- */

/* Whether the time of the work is over; an SMS goes by the wall clock, as its expiry does. */
static bool is_late(const struct sim_op *op, int64_t now_ms)
{
    bool is_expired = op->kind == OP_SEND && clock_wall_ms() / MS_PER_S >= op->sms.expiry_s;
    return now_ms >= op->deadline_ms || is_expired;
}

/* Ends what waits for too long; and, where no token can be had, all that somebody waits for. */
static void end_late(struct sim_party *p, GQueue *queue, int64_t now_ms)
{
    bool is_shut = p->row->has_token && p->token == NULL && now_ms < p->token_rest_ms;
    for (GList *l = queue->head; l != NULL;) {
        struct sim_op *op = l->data;
        l = l->next;
        enum sim_step step;
        bool is_over =
            next_step(op, &step) && (is_late(op, now_ms) || (is_shut && op->kind != OP_SEND));
        if (is_over) {
            remove_from(queue, op);
            fail(op, op->kind == OP_SEND ? ERR_INVALID : is_shut ? ERR_FORBIDDEN : ERR_TIMEOUT);
        }
    }
}

/* The first that may begin; NULL: there is none. */
static struct sim_op *take_ready(GQueue *queue, int64_t now_ms)
{
    for (GList *l = queue->head; l != NULL; l = l->next) {
        struct sim_op *op = l->data;
        if (op->not_before_ms <= now_ms) {
            remove_from(queue, op);
            return op;
        }
    }
    return NULL;
}

static void begin(struct sim_op *op, int64_t now_ms)
{
    enum sim_step step;
    if (next_step(op, &step)) {
        ask(op, step, now_ms);
    } else {
        sims_store(op);
    }
}

static void serve(struct sim_party *p, int64_t now_ms)
{
    bool has_work = p->waiting.length > 0 || p->background.length > 0;
    bool is_open = has_work && now_ms >= p->pause_until_ms && has_token(p, now_ms);
    while (is_open && p->running.length < RUNNING_MAX) {
        struct sim_op *op = take_ready(&p->waiting, now_ms);
        op = op == NULL ? take_ready(&p->background, now_ms) : op;
        if (op == NULL) {
            break;
        }
        begin(op, now_ms);
        is_open = now_ms >= p->pause_until_ms && (!p->row->has_token || p->token != NULL);
    }
    end_late(p, &p->waiting, now_ms);
    end_late(p, &p->background, now_ms);
}

/* ---- the inbox ---- */

/* Another one of the kind that has not begun, for the same card; NULL: there is none. */
static struct sim_op *find_same(const struct sim_op *op)
{
    bool is_shared = op->kind == OP_DETAIL || op->kind == OP_MESSAGES;
    const GQueue *queue = &op->party->waiting;
    for (GList *l = is_shared ? queue->head : NULL; l != NULL; l = l->next) {
        struct sim_op *other = l->data;
        if (other->kind == op->kind && other->step == 0 && strcmp(other->iccid, op->iccid) == 0) {
            return other;
        }
    }
    return NULL;
}

static void take_new(struct sim_op *op)
{
    struct sim_op *same = op->is_background ? NULL : find_same(op);
    if (op->is_background && sims_has_looked(op->party, op->iccid)) {
        sim_op_end(op, ERR_OK);
        return;
    }
    if (op->is_background) {
        sims_note_look(op->party, op->iccid);
    }
    if (same == NULL) {
        sims_enter(op);
        return;
    }
    same->askers = g_slist_concat(op->askers, same->askers);
    op->askers = NULL;
    sim_op_end(op, ERR_OK);
}

/* What comes back from ingest. */
static void take_stored(struct sim_op *op)
{
    struct sim_party *p = op->party;
    enum err e = op->result;
    g_queue_unlink(&p->storing, &op->store_link);
    op->is_stored = false;
    if (op->kind == OP_SEND && e != ERR_OK && e != ERR_STOPPING && e != ERR_NOT_FOUND) {
        sim_job_free(op->job);
        op->job = NULL;
        postpone(op, clock_monotonic_ms() + STORE_AGAIN_MS);
        return;
    }
    if (op->kind == OP_SEND && e == ERR_OK && op->sms.over_s == 0) {
        sims_watch(p, op->iccid, op->enterprise_id);
    }
    if (op->kind == OP_STATUS && e == ERR_OK && !agrees(op)) {
        e = ERR_IO;
    }
    if (op->kind == OP_CARDS && e == ERR_OK) {
        sims_note_wanted(op);
    }
    if (op->kind == OP_CARDS && e == ERR_OK && ++op->shard < p->sims->shards->count) {
        sim_job_free(op->job);
        op->job = NULL;
        sims_store(op);
        return;
    }
    finish(op, e);
}

static void take_inbox(struct sims *s, bool stopping)
{
    for (;;) {
        check(pthread_mutex_lock(&s->lock) == 0);
        s->stopping = stopping;
        GList *first = g_queue_pop_head_link(&s->inbox);
        check(pthread_mutex_unlock(&s->lock) == 0);
        if (first == NULL) {
            return;
        }
        struct sim_op *op = first->data;
        if (op->is_stored) {
            take_stored(op);
        } else {
            take_new(op);
        }
    }
}

/* Nobody is asked any more; what ingest has comes back without this thread. */
static void end_party(struct sim_party *p)
{
    GQueue *const queues[] = {&p->waiting, &p->background};
    for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
        while (queues[i]->head != NULL) {
            struct sim_op *op = queues[i]->head->data;
            remove_from(queues[i], op);
            sim_op_end(op, ERR_STOPPING);
        }
    }
    while (p->storing.head != NULL) {
        struct sim_op *op = p->storing.head->data;
        g_queue_unlink(&p->storing, &op->store_link);
        sims_tell(op, ERR_STOPPING);
    }
}

void sims_tick(void *context, bool stopping)
{
    struct sims *s = context;
    int64_t now_ms = clock_monotonic_ms();
    take_inbox(s, stopping);
    for (size_t i = 0; i < s->count; i++) {
        struct sim_party *p = &s->parties[i];
        if (stopping) {
            end_party(p);
        } else {
            sims_poll(p, now_ms);
            serve(p, now_ms);
        }
    }
}
