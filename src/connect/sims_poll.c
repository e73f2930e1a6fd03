/*
 * What operators are asked unasked, on the thread of connect, behind all that somebody waits for:
 *
 *   the list of all cards, a page of a hundred at a time, every poll_s
 *   a card in detail, where the list says that something of it must have changed
 *   the SMS of a card that one was sent to, at growing distances
 *   the SMS of every card in turn, since an operator forgets them after some days
 *
 * The last also finds what became of an SMS that was on its way when the server stopped, and what a
 * hook did not tell.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "connect/sims_private.h"
#include "fleet/directory_sims.h"

enum {
    MS_PER_S = 1000,
    PAGES_MAX = 10000,
    BACKGROUND_MAX = 256,       /* pieces of work that wait */
    BACKGROUND_MS = 600000,     /* the time of one */
    FAILED_POLL_MAX_MS = 60000, /* until a list that failed is asked for again, at most */
    ROUND_MS = 3600000,         /* between the beginnings of two rounds, at least */
    ROUND_STEP_MS = 1000,       /* between two cards of one */
    ROUND_LOOK_MAX = 64,        /* cards of others that are passed over at a time */
    LOOK_FRESH_MS = 60000,
};

static void enter_background(struct sim_party *p, enum sim_op_kind kind,
                             const struct sim_card *card)
{
    if (p->background.length < BACKGROUND_MAX) {
        struct sim_op *op = sim_op_new(p, kind, card);
        op->is_background = true;
        op->deadline_ms = clock_monotonic_ms() + BACKGROUND_MS;
        sims_enter(op);
    }
}

/* ---- the list of all cards ---- */

static void enter_page(struct sim_party *p, unsigned page)
{
    struct sim_op *op = sim_op_new(p, OP_CARDS, NULL);
    op->is_background = true;
    op->page = page;
    op->deadline_ms = clock_monotonic_ms() + BACKGROUND_MS;
    sims_enter(op);
}

static void poll_cards(struct sim_party *p, int64_t now_ms)
{
    if (!p->is_polling && now_ms >= p->next_poll_ms && sims_can(p, SIM_STEP_CARDS)) {
        p->is_polling = true;
        enter_page(p, 1);
    }
}

void sims_note_wanted(struct sim_op *op)
{
    const struct sim_card *wanted = NULL;
    size_t count = sim_job_wanted(op->job, &wanted);
    for (size_t i = 0; i < count; i++) {
        enter_background(op->party, OP_DETAIL, &wanted[i]);
    }
}

void sims_note_page(struct sim_op *op, size_t count, enum err e)
{
    struct sim_party *p = op->party;
    if (e == ERR_OK && count == SIM_PAGE_CARDS && op->page < PAGES_MAX) {
        enter_page(p, op->page + 1);
        return;
    }
    int64_t wait_ms = (int64_t)p->o->poll_s * MS_PER_S;
    wait_ms = e != ERR_OK && wait_ms > FAILED_POLL_MAX_MS ? FAILED_POLL_MAX_MS : wait_ms;
    p->is_polling = false;
    p->next_poll_ms = clock_monotonic_ms() + wait_ms;
}

/* ---- cards that an SMS went to ---- */

static const int64_t watch_steps_ms[] = {2000, 10000, 30000, 120000, 600000, 3600000};
enum { WATCH_STEPS = sizeof(watch_steps_ms) / sizeof(watch_steps_ms[0]) };

void sims_watch(struct sim_party *p, const char *iccid, int64_t enterprise_id)
{
    struct sim_watch *w = mem_new(sizeof(*w));
    *w = (struct sim_watch){.next_ms = clock_monotonic_ms() + watch_steps_ms[0],
                            .enterprise_id = enterprise_id};
    (void)g_hash_table_replace(p->watched, g_strdup(iccid), w);
}

static gboolean watch_is_over(gpointer iccid, gpointer value, gpointer context)
{
    struct sim_watch *w = value;
    struct sim_party *p = context;
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms < w->next_ms) {
        return FALSE;
    }
    const struct sim_card card = {
        .enterprise_id = w->enterprise_id, .iccid = iccid, .sim = "", .imsi = ""};
    enter_background(p, OP_MESSAGES, &card);
    if (++w->step == WATCH_STEPS) {
        return TRUE;
    }
    w->next_ms = now_ms + watch_steps_ms[w->step];
    return FALSE;
}

void sims_note_look(struct sim_party *p, const char *iccid)
{
    int64_t *at_ms = mem_new(sizeof(*at_ms));
    *at_ms = clock_monotonic_ms();
    (void)g_hash_table_replace(p->looked, g_strdup(iccid), at_ms);
}

bool sims_has_looked(const struct sim_party *p, const char *iccid)
{
    const int64_t *at_ms = g_hash_table_lookup(p->looked, iccid);
    return at_ms != NULL && clock_monotonic_ms() - *at_ms < LOOK_FRESH_MS;
}

/* ---- all cards in turn ---- */

/* The next card of any enterprise behind the last one; false: the round is over. */
static bool next_card(struct sim_party *p, struct arena *arena, struct sim_card *out)
{
    const struct shards *shards = p->sims->shards;
    while (p->around_shard < shards->count) {
        if (directory_sim_after(shards->at[p->around_shard].directory, &p->around, arena, out) ==
            ERR_OK) {
            p->around = (struct sim_card){.enterprise_id = out->enterprise_id, .id = out->id};
            return true;
        }
        p->around_shard++;
        p->around = (struct sim_card){.id = 0};
    }
    return false;
}

static void end_round(struct sim_party *p, int64_t now_ms)
{
    p->around_shard = 0;
    p->around = (struct sim_card){.id = 0};
    p->next_around_ms = p->round_began_ms + ROUND_MS;
    p->next_around_ms = p->next_around_ms < now_ms ? now_ms : p->next_around_ms;
}

/* Where there is no list of cards, each is asked for, too. */
static void ask_around(struct sim_party *p, const struct sim_card *card)
{
    if (sims_can(p, SIM_STEP_MESSAGES)) {
        enter_background(p, OP_MESSAGES, card);
    }
    if (!sims_can(p, SIM_STEP_CARDS)) {
        enter_background(p, OP_DETAIL, card);
    }
}

static void go_around(struct sim_party *p, int64_t now_ms)
{
    struct arena arena = {0};
    struct sim_card card;
    if (p->o->kind == SIM_KIND_GATEWAY || now_ms < p->next_around_ms ||
        p->background.length >= BACKGROUND_MAX / 2) {
        return;
    }
    if (p->around_shard == 0 && p->around.id == 0) {
        p->round_began_ms = now_ms;
    }
    for (unsigned i = 0; i < ROUND_LOOK_MAX; i++) {
        if (!next_card(p, &arena, &card)) {
            end_round(p, now_ms);
            break;
        }
        if (strcmp(card.provider, p->o->name) == 0) {
            ask_around(p, &card);
            p->next_around_ms = now_ms + ROUND_STEP_MS;
            break;
        }
    }
    arena_free(&arena);
}

void sims_poll(struct sim_party *p, int64_t now_ms)
{
    poll_cards(p, now_ms);
    (void)g_hash_table_foreach_remove(p->watched, watch_is_over, p);
    go_around(p, now_ms);
}
