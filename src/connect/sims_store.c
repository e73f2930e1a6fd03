/*
 * What operators said, on its way into the store: a job of ingest, which has copies of all of it.
 *
 * A card takes it only from the account that runs it now. Of the SMS of a card those that came from
 * it are handed on (ingest/sims.h), those to it tell what became of ours. One of ours that has no
 * name at the operator, since nobody heard that it was taken, is known again by its text and time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "connect/sims_private.h"
#include "fleet/directory_sims.h"
#include "ingest/sims.h"

enum {
    JOB_MS = 10000,
    DAY_S = 86400,
    REMEMBERED_DAYS = 9, /* an operator has SMS of so many days at most */
    ROWS_MAX = 2000,
    CLOCKS_S = 300,                           /* between the operator's clock and ours */
    LISTED_LATE_S = SIMS_EXPIRY_S + CLOCKS_S, /* what waited for long before it left */
    DETAIL_OLD_S = 86400, /* a card is asked for in detail where that was so long ago, ... */
    DETAIL_LOW_S = 3600,  /* ... or so long, and little of its quota is left */
    LOW_PERCENT = 25,
    PERCENT = 100,
};

struct sim_job {
    enum sim_op_kind kind;
    struct store *store;
    struct arena arena; /* of all that it has */
    const char *account;
    bool is_operator; /* the account runs cards; else it only carries SMS */
    int64_t owner;    /* enterprise of the account; 0: it is shared */
    int64_t enterprise_id;
    const char *iccid;
    struct sim_report *reports;
    size_t report_count;
    struct sim_message *messages;
    size_t message_count;
    size_t next; /* message */
    struct sim_sms sms;
    struct sim_card *wanted;
    size_t wanted_count;
};

/* The card of an ICCID, where the account runs it; of whatever enterprise where `enterprise` is 0.
 */
static bool find_card(const struct sim_job *j, struct job_context *job, const char *iccid,
                      struct sim_card *out)
{
    const char *provider = j->is_operator ? j->account : "";
    return directory_sim(job->directory, iccid, job->changes.arena, out) == ERR_OK &&
           strcmp(out->provider, provider) == 0 &&
           (j->owner == 0 || out->enterprise_id == j->owner) &&
           (j->enterprise_id == 0 || out->enterprise_id == j->enterprise_id);
}

/* ---- cards ---- */

/* Whether the list says that more must have changed than it says. */
static bool wants_detail(const struct sim_card *card, const struct sim_report *r, int64_t now_s)
{
    int64_t age_s = now_s - card->session_s;
    bool is_low = (uint64_t)card->usage_data_mb_e2 * PERCENT <
                      (uint64_t)card->usage_amount_mb_e2 * LOW_PERCENT ||
                  (uint64_t)card->sms_data * PERCENT < (uint64_t)card->sms_amount * LOW_PERCENT;
    return age_s > DETAIL_OLD_S || (is_low ? age_s > DETAIL_LOW_S : r->says_low);
}

static enum err store_reports(struct sim_job *j, struct job_context *job)
{
    bool found = false;
    for (size_t i = 0; i < j->report_count; i++) {
        struct sim_card card;
        if (!find_card(j, job, j->reports[i].iccid, &card)) {
            continue;
        }
        found = true;
        sim_report_apply(&j->reports[i], job->now_s, &card);
        change_add(&job->changes, CHANGE_PUT_SIM)->sim = card;
        if (j->kind == OP_CARDS && wants_detail(&card, &j->reports[i], job->now_s)) {
            struct sim_card *wanted = &j->wanted[j->wanted_count++];
            *wanted = (struct sim_card){
                .enterprise_id = card.enterprise_id,
                .iccid = arena_copy_text(&j->arena, card.iccid),
                .sim = arena_copy_text(&j->arena, card.sim),
                .imsi = arena_copy_text(&j->arena, card.imsi),
            };
        }
    }
    return found || j->kind == OP_CARDS ? ERR_OK : ERR_NOT_FOUND;
}

/* ---- an SMS that was sent, or was not ---- */

/* It is kept without passwords, and left with them. */
static enum err store_sent(struct sim_job *j, struct job_context *job)
{
    struct sim_card card;
    if (!find_card(j, job, j->iccid, &card) || card.id != j->sms.sim_id) {
        return ERR_NOT_FOUND;
    }
    struct bytes shown = sims_masked(job, &card, bytes_of_text(j->sms.content));
    struct sim_sms *put = &change_add(&job->changes, CHANGE_PUT_SMS)->sms;
    *put = j->sms;
    put->content = (const char *)arena_copy(job->changes.arena, shown).at;
    return ERR_OK;
}

/* ---- the SMS of a card ---- */

static const char *name_of(const struct sim_job *j, const struct sim_message *m,
                           struct arena *arena)
{
    return arena_format(arena, "%s/%s", j->account, m->id);
}

static const struct sim_sms *row_named(const struct store_sms *rows, const char *operator_id)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->at[i].operator_id, operator_id) == 0) {
            return &rows->at[i];
        }
    }
    return NULL;
}

/* When the oldest of ours may have been committed that the operator lists. */
static int64_t oldest_s(const struct sim_job *j, const struct job_context *job)
{
    int64_t least_s = job->now_s - (int64_t)REMEMBERED_DAYS * DAY_S;
    int64_t listed_s = j->message_count == 0 ? job->now_s : j->messages[0].time_s;
    return listed_s > least_s + LISTED_LATE_S ? listed_s - LISTED_LATE_S : least_s;
}

/*
 * What the operator may be listing, and those of ours that are not over, each by itself: a card
 * that sends without end must not push the others out.
 */
static enum err read_rows(const struct sim_job *j, struct job_context *job,
                          const struct sim_card *card, struct store_sms *rows,
                          struct store_sms *open)
{
    struct sms_query query = {
        .enterprise_id = card->enterprise_id,
        .sim_id = card->id,
        .from_s = oldest_s(j, job),
        .to_s = job->now_s + DAY_S,
        .limit = ROWS_MAX,
    };
    enum err e = store_read_sms(j->store, &query, job->changes.arena, rows);
    query.from_s = job->now_s - (int64_t)REMEMBERED_DAYS * DAY_S;
    query.is_open = true;
    return e != ERR_OK ? e : store_read_sms(j->store, &query, job->changes.arena, open);
}

/* One from the card that is not stored yet. */
static enum err take_from_card(const struct sim_job *j, struct job_context *job,
                               const struct sim_card *card, const struct sim_message *m)
{
    enum sms_taken taken;
    const struct sms_incoming sms = {
        .operator_id = name_of(j, m, job->changes.arena),
        .time_s = m->time_s < job->now_s ? m->time_s : job->now_s,
        .content = m->text,
        .reference = m->reference,
        .part = (uint16_t)m->part,
        .parts = (uint16_t)m->parts,
    };
    enum err e = sims_take_sms(job, card, &sms, &taken);
    return e == ERR_INVALID ? ERR_OK : e; /* it makes no sense, and will not the next time */
}

/* What is stored of a card and not over, to be changed. */
struct own_sms {
    const struct sim_card *card;
    struct sim_sms *rows;
    size_t count;
};

/* Whether the operator's SMS, `shown` as we keep it, is that one of ours; of one in parts the last
 * part counts. */
static bool is_like(const struct sim_sms *row, const struct sim_message *m, const char *shown,
                    struct arena *arena)
{
    bool is_wide = false;
    unsigned parts = sim_parts_of(row->content, &is_wide);
    return row->status == SMS_PENDING && row->operator_id[0] == '\0' &&
           m->time_s >= row->time_s - CLOCKS_S && m->time_s <= row->expiry_s + CLOCKS_S &&
           (m->part == 0 || m->part == m->parts) &&
           strcmp(shown, sim_part(arena, row->content, parts)) == 0;
}

/* Gives the oldest of ours that is like it its name; a row that has one now has none any more. */
static void adopt(const struct sim_job *j, struct job_context *job, struct own_sms *own,
                  const struct sim_message *m)
{
    struct arena *arena = job->changes.arena;
    struct bytes shown = sims_masked(job, own->card, bytes_of_text(m->text));
    const char *text = (const char *)arena_copy(arena, shown).at;
    struct sim_sms *rows = own->rows;
    for (size_t i = 0; i < own->count; i++) {
        if (is_like(&rows[i], m, text, arena)) {
            rows[i].operator_id = name_of(j, m, job->changes.arena);
            rows[i].status = m->is_delivered ? SMS_DELIVERED
                             : m->is_failed  ? SMS_FAILED
                                             : SMS_PENDING;
            rows[i].over_s = rows[i].status == SMS_PENDING ? 0 : job->now_s;
            change_add(&job->changes, CHANGE_PUT_SMS)->sms = rows[i];
            return;
        }
    }
}

/* One to the card: what the operator says of it is put into ours. */
static enum err take_to_card(const struct sim_job *j, struct job_context *job,
                             const struct sim_card *card, const struct sim_message *m,
                             const struct store_sms *rows)
{
    const char *name = name_of(j, m, job->changes.arena);
    const struct sim_sms *row = row_named(rows, name);
    bool is_over = m->is_delivered || m->is_failed;
    if (row == NULL || row->over_s != 0 || !is_over) {
        return ERR_OK;
    }
    return sims_note_status(job, card, name, m->is_delivered ? SMS_DELIVERED : SMS_FAILED);
}

/* Ours that would not be delivered any more, whoever took them, as far as anybody knows. */
static void end_expired(struct job_context *job, const struct sim_sms *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct sim_sms *row = &rows[i];
        int64_t patience_s = row->operator_id[0] == '\0' ? CLOCKS_S : DAY_S;
        if (row->status == SMS_PENDING && row->over_s == 0 &&
            job->now_s > row->expiry_s + patience_s) {
            struct sim_sms *put = &change_add(&job->changes, CHANGE_PUT_SMS)->sms;
            *put = *row;
            put->status = SMS_FAILED;
            put->over_s = job->now_s;
        }
    }
}

/*
 * Whether it may be another customer's: of a shared account that had the card before. What the card
 * of an account of its own sent before it was added here is its enterprise's all the same.
 */
static bool is_of_before(const struct sim_job *j, const struct sim_card *card,
                         const struct sim_message *m)
{
    return j->owner == 0 && m->time_s < card->created_s;
}

/* Those from the card first, each a transaction of its own: a job that pauses goes on behind it. */
static enum err store_incoming(struct sim_job *j, struct job_context *job,
                               const struct sim_card *card, const struct store_sms *rows)
{
    for (; j->next < j->message_count; j->next++) {
        const struct sim_message *m = &j->messages[j->next];
        if (!m->is_from_card || is_of_before(j, card, m) ||
            row_named(rows, name_of(j, m, job->changes.arena)) != NULL) {
            continue;
        }
        enum err e = take_from_card(j, job, card, m);
        if (e != ERR_OK) {
            return e;
        }
        j->next++;
        return ERR_MORE;
    }
    return ERR_OK;
}

static enum err store_messages(struct sim_job *j, struct job_context *job)
{
    struct sim_card card;
    struct store_sms rows;
    struct store_sms open;
    if (!find_card(j, job, j->iccid, &card)) {
        return ERR_NOT_FOUND;
    }
    enum err e = read_rows(j, job, &card, &rows, &open);
    e = e != ERR_OK ? e : store_incoming(j, job, &card, &rows);
    if (e != ERR_OK) {
        return e;
    }
    struct own_sms own = {
        .card = &card,
        .rows = arena_new_array(job->changes.arena, open.count, sizeof(*own.rows)),
        .count = open.count,
    };
    for (size_t i = 0; i < open.count; i++) {
        own.rows[i] = open.at[i];
    }
    for (size_t i = 0; i < j->message_count && e == ERR_OK; i++) {
        const struct sim_message *m = &j->messages[i];
        const char *name = name_of(j, m, job->changes.arena);
        if (!m->is_from_card && row_named(&rows, name) == NULL) {
            adopt(j, job, &own, m);
        } else if (!m->is_from_card) {
            e = take_to_card(j, job, &card, m, &rows);
        }
    }
    end_expired(job, own.rows, own.count);
    return e;
}

/* ---- the job ---- */

static enum err run(struct job_context *job, void *arg)
{
    struct sim_job *j = arg;
    switch (j->kind) {
    case OP_SEND:
        return store_sent(j, job);
    case OP_MESSAGES:
        return store_messages(j, job);
    case OP_DETAIL:
    case OP_STATUS:
    case OP_CARDS:
        break;
    }
    return store_reports(j, job);
}

void sim_job_free(void *job)
{
    struct sim_job *j = job;
    if (j != NULL) {
        arena_wipe(&j->arena); /* a password may stand in an SMS */
        free(j);
    }
}

static void done(void *context, enum err e, void *arg)
{
    struct sim_op *op = context;
    op->job = arg;
    op->result = e;
    op->is_stored = true;
    sims_hand_over(op->party->sims, op);
}

/* Oldest first, as they are taken. */
static int compare_messages(const void *a, const void *b)
{
    const struct sim_message *x = a;
    const struct sim_message *y = b;
    return (x->time_s > y->time_s) - (x->time_s < y->time_s);
}

static void copy_messages(struct sim_job *j, const struct sim_told *told)
{
    j->messages = arena_new_array(&j->arena, told->message_count, sizeof(*j->messages));
    for (size_t i = 0; i < told->message_count; i++) {
        struct sim_message *m = &j->messages[j->message_count++];
        *m = told->messages[i];
        m->id = arena_copy_text(&j->arena, m->id);
        m->text = arena_copy_text(&j->arena, m->text);
    }
    qsort(j->messages, j->message_count, sizeof(*j->messages), compare_messages);
}

static void copy_reports(struct sim_job *j, const struct sim_report *from, size_t count)
{
    j->reports = arena_new_array(&j->arena, count, sizeof(*j->reports));
    j->wanted = arena_new_array(&j->arena, count, sizeof(*j->wanted));
    j->report_count = count;
    for (size_t i = 0; i < count; i++) {
        j->reports[i] = from[i];
    }
}

static struct sim_job *job_of(const struct sim_op *op, const struct shard *shard)
{
    struct sim_job *j = mem_new(sizeof(*j));
    *j = (struct sim_job){
        .kind = op->kind,
        .store = shard->store,
        .is_operator = op->party->o->kind != SIM_KIND_GATEWAY,
        .owner = op->party->o->enterprise_id,
        .enterprise_id = op->enterprise_id,
        .sms = op->sms,
    };
    j->account = arena_copy_text(&j->arena, op->party->o->name);
    j->iccid = arena_copy_text(&j->arena, op->iccid);
    if (op->kind == OP_CARDS) {
        copy_reports(j, op->told.reports, op->told.report_count);
    } else if (op->kind == OP_DETAIL || op->kind == OP_STATUS) {
        copy_reports(j, &op->report, 1);
        (void)g_strlcpy(j->reports[0].iccid, op->iccid, sizeof(j->reports[0].iccid));
    } else if (op->kind == OP_MESSAGES) {
        copy_messages(j, &op->told);
    } else {
        j->sms.content = arena_copy_text(&j->arena, op->sms.content);
        j->sms.source_address = arena_copy_text(&j->arena, op->sms.source_address);
        j->sms.operator_id = arena_copy_text(&j->arena, op->sms.operator_id);
    }
    return j;
}

bool sim_job_submit(struct sim_op *op)
{
    const struct shards *shards = op->party->sims->shards;
    const struct shard *shard = op->kind == OP_CARDS
                                    ? &shards->at[op->shard]
                                    : shards_of_enterprise(shards, op->enterprise_id);
    struct sim_job *j = job_of(op, shard);
    const struct ingest_job job = {
        .place = {.group = op->enterprise_id},
        .deadline_ms = clock_monotonic_ms() + JOB_MS,
        .run = run,
        .arg = j,
        .free_arg = sim_job_free,
        .done = done,
        .context = op,
    };
    if (ingest_submit(shard->ingest, &job) == ERR_OK) {
        return true;
    }
    sim_job_free(j);
    return false;
}

size_t sim_job_wanted(const struct sim_job *job, const struct sim_card **cards)
{
    *cards = job->wanted;
    return job->wanted_count;
}
