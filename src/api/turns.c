/*
 * An exchange in its turns: from a body that came to an answer that can be sent.
 *
 *                 ┌─ brief ──────────────────────────────────────────────► first piece ─► sent
 *     turns_begin ┤                                                            ▲           │
 *                 ├─ suspend ─► pool: checks of a long body, call, steps ─ resume          │ more
 *                 │                 │    ▲      │ nothing to show yet                      ▼
 *                 │                 │    └──────┘                          turns_next_piece
 *                 └─ suspend ─┐     │ a job, prepared
 *                             ▼     ▼
 *                          ingest: job, commit ─ resume ─► turns_conclude: its answer ─► sent
 *
 * Handing a piece from thread to thread costs half as much as making it, so that a stream which is
 * (nearly) alone goes on where it is sent, while that is quick.
 *
 * A stream that waits for what somebody else answers (call.h) holds no thread: whoever wakes it
 * puts it into the pool of queries again. So it is with a job that waits before it begins.
 *
 * Each arrow into a pool or into ingest is a place in fair queues, taken on the account of the
 * enterprise and the user; each turn there is a step of a millisecond or two, but for passwords,
 * which have a thread of their own. A job that waits, or that is committed, holds no thread; who
 * owns its call meanwhile is drawn in ingest/job.c.
 */
#include "api/turns.h"

#include "api/dispatch.h"
#include "api/envelope.h"
#include "api/incoming.h"
#include "base/check.h"
#include "base/clock.h"

enum {
    BODY_INLINE_MAX = 65536, /* that is read on an HTTP thread */
    STREAMS_INLINE_MAX = 2,  /* streams under way whose pieces are made on an HTTP thread ... */
    PIECE_INLINE_US = 1000,  /* ... as long as each of them takes no longer, ... */
    PIECES_IN_POOL = 16,     /* ... or so many of its stream were made in a pool instead */
};

/* ---- making it ---- */

/* Begins with what the call wrote; its first piece is still to be made. */
static void begin_answer(struct exchange *ex)
{
    answer_begin(&ex->answer, ex->call, ex->takes_gzip, clock_monotonic_ms() + ANSWER_MS);
    ex->state = EXCHANGE_MAKING;
}

void turns_make_whole(struct exchange *ex)
{
    begin_answer(ex);
    check(answer_step(&ex->answer) && !ex->answer.more);
    ex->state = EXCHANGE_DONE;
}

/*
 * Answers 503 in place of whatever there is of the call and its answer. A binding one is asked to
 * its end instead, which it says without waiting any more.
 */
static void give_up(struct exchange *ex, const char *message)
{
    if (ex->call->is_binding && ex->state == EXCHANGE_MAKING) {
        while (!answer_step(&ex->answer)) {
        }
        ex->state = EXCHANGE_DONE;
        return;
    }
    const struct api_method *method = ex->call->method;
    answer_clear(&ex->answer);
    call_clear(ex->call);
    ex->call->method = method;
    call_fail_unavailable(ex->call, message);
    envelope_end(ex->call);
    turns_make_whole(ex);
}

/* The first piece is there: the answer can be sent. A stream that goes on needs one of the slots.
 */
static void finish_first(struct exchange *ex)
{
    ex->state = EXCHANGE_DONE;
    if (!ex->answer.more) {
        return;
    }
    ex->stream_group = ex->call->caller.enterprise_id;
    ex->is_streaming = slots_take(ex->server->streams, ex->stream_group);
    if (!ex->is_streaming) {
        give_up(ex, "Too many answers under way");
    }
}

/* ---- streams that wait ---- */

static void wake(void *context);

/* Lets the stream wait for whoever wakes it: true, and the exchange is not ours any more. */
static bool park(struct exchange *ex)
{
    struct call *c = ex->call;
    return ex->answer.waits && c->stream_wait(c->stream.state, (struct call_waker){wake, ex});
}

/* ---- jobs ---- */

/*
 * On the ingest thread, or on another one that found the job's time over: it only hands the
 * exchange over. A call that ingest still has leaves an empty one in its place.
 */
static void take_outcome(void *context, enum err e, void *call)
{
    struct exchange *ex = context;
    if (call == NULL) { /* what ex->call leads to may be freed at any time */
        ex->call = call_new(&ex->server->api);
        ex->call->method = ex->route.method;
    }
    ex->call->outcome = e;
    ex->state = EXCHANGE_CONCLUDING;
    MHD_resume_connection(ex->connection);
}

/* Has the job queued: the exchange is not ours any more. False: it is answered that it cannot be.
 */
static bool submit_job(struct exchange *ex)
{
    enum err e = dispatch_submit(ex->call, take_outcome, ex);
    if (e != ERR_OK) {
        give_up(ex, e == ERR_STOPPING ? "Stopping" : "Busy");
    }
    return e == ERR_OK;
}

static void conclude(struct exchange *ex)
{
    dispatch_conclude(ex->call);
    turns_make_whole(ex);
}

/* ---- pools ---- */

/* Where it waits first; NULL: for its job. */
static struct work_pool *pool_of(const struct exchange *ex)
{
    const struct api_method *m = ex->call->method;
    if (m->where == WHERE_PASSWORD && !ex->is_unread) {
        return ex->server->passwords;
    }
    bool is_ready = m->where == WHERE_JOB && m->prepare == NULL;
    return is_ready && !ex->is_unread ? NULL : ex->server->queries;
}

/* Lets it wait there: the exchange is not ours any more. False: it is answered that it cannot. */
static bool push(struct exchange *ex)
{
    struct work_pool *pool = pool_of(ex);
    if (pool == NULL) {
        return submit_job(ex);
    }
    if (work_push(pool, &ex->call->place, ex)) {
        return true;
    }
    give_up(ex, "Busy");
    return false;
}

/* Its place among the queries, which have one lane. */
static const struct fair_place *place_in_queries(struct exchange *ex)
{
    ex->call->place.lane = 0;
    return &ex->call->place;
}

/* Whether it has to wait for a thread, with its place there. */
static bool wants_pool(struct exchange *ex)
{
    struct call *c = ex->call;
    const struct api_method *m = c->method;
    bool wants = m->where != WHERE_INLINE || (m->weigh != NULL && m->weigh(c) > CALL_INLINE_MAX);
    unsigned lane = m->where == WHERE_PASSWORD ? LANE_MANAGEMENT : 0;
    c->place = (struct fair_place){lane, c->caller.enterprise_id, c->caller.user_id};
    return wants;
}

/* Whether its method lets it wait. */
static bool is_admitted(struct exchange *ex)
{
    struct call *c = ex->call;
    return c->method->admit == NULL || c->method->admit(c);
}

/* What was too long to be read on the HTTP thread, in its turn: true, where it waits once more. */
static bool read_late(struct exchange *ex)
{
    struct call *c = ex->call;
    ex->is_unread = false;
    bool goes_on = dispatch_check(c, (struct bytes){ex->body.at, ex->body.len});
    goes_on = goes_on && incoming_charge(ex) && (!wants_pool(ex) || is_admitted(ex));
    if (!goes_on) {
        envelope_end(c);
        begin_answer(ex);
        return false;
    }
    return pool_of(ex) != ex->server->queries && push(ex);
}

/* Has the call write its answer, or begin it. */
static void run_call(struct exchange *ex)
{
    dispatch_run(ex->call);
    begin_answer(ex);
}

/* Prepares a job and has it queued: true. False: it is answered already. */
static bool run_job(struct exchange *ex)
{
    bool goes_on = dispatch_prepare(ex->call);
    call_release_claim(ex->call);
    if (!goes_on) {
        turns_make_whole(ex);
        return false;
    }
    ex->state = EXCHANGE_AWAITING;
    if (ex->call->method->await != NULL &&
        ex->call->method->await(ex->call, (struct call_waker){wake, ex})) {
        return true;
    }
    ex->state = EXCHANGE_WAITING;
    return submit_job(ex);
}

/* What a job waited for is there. */
static void go_on_with_job(struct exchange *ex, bool stopping)
{
    ex->state = EXCHANGE_WAITING;
    if (stopping) {
        give_up(ex, "Stopping");
    } else if (submit_job(ex)) {
        return;
    }
    MHD_resume_connection(ex->connection);
}

/* What has waited begins; true: it waits once more, and is not ours any more. */
static bool begin(struct exchange *ex)
{
    if (ex->is_unread && read_late(ex)) {
        return true;
    }
    if (ex->state != EXCHANGE_WAITING) {
        return false;
    }
    if (ex->call->method->change != NULL) {
        return run_job(ex);
    }
    run_call(ex);
    return false;
}

/* One turn of an answer whose first piece is not there yet; false: it waits for the next one. */
static bool work_on_first(struct exchange *ex, bool stopping)
{
    if (stopping || clock_monotonic_ms() > ex->call->deadline_ms) {
        give_up(ex, stopping ? "Stopping" : "Busy");
        return true;
    }
    if (ex->state == EXCHANGE_WAITING && begin(ex)) {
        return false;
    }
    if (ex->state == EXCHANGE_DONE) {
        return true;
    }
    if (answer_step(&ex->answer)) {
        finish_first(ex);
        return true;
    }
    if (park(ex) || work_go_on(ex->server->queries, place_in_queries(ex), ex)) {
        return false;
    }
    give_up(ex, "Stopping");
    return true;
}

/* Has a stream sent on; it must be taken by the deadline that it had before. */
static void resume_stream(struct exchange *ex)
{
    connection_stream(ex->entry, ex->answer.deadline_ms);
    MHD_resume_connection(ex->connection);
}

/*
 * One turn of a further piece of a stream, as work_on_first() is of the first; false: it waits for
 * the next one.
 */
static bool work_on_stream(struct exchange *ex, bool stopping)
{
    ex->is_cut = stopping;
    if (ex->is_cut || answer_step(&ex->answer)) {
        return true;
    }
    if (park(ex) || work_again(ex->server->queries, place_in_queries(ex), ex)) {
        return false; /* which may be another thread's already */
    }
    ex->is_cut = true;
    return true;
}

/* On any thread: what a parked stream, or a job, waited for is there. */
static void wake(void *context)
{
    struct exchange *ex = context;
    if (work_again(ex->server->queries, place_in_queries(ex), ex)) {
        return;
    }
    if (ex->state == EXCHANGE_DONE) { /* the pools are gone, and its answer is on its way */
        ex->is_cut = true;
        resume_stream(ex);
    } else {
        give_up(ex, "Stopping");
        MHD_resume_connection(ex->connection);
    }
}

void turns_work(void *item, bool stopping)
{
    struct exchange *ex = item;
    if (ex->state == EXCHANGE_CONCLUDING) { /* what is committed is told in any case */
        conclude(ex);
        MHD_resume_connection(ex->connection);
    } else if (ex->state == EXCHANGE_AWAITING) {
        go_on_with_job(ex, stopping);
    } else if (ex->state != EXCHANGE_DONE) {
        if (work_on_first(ex, stopping)) {
            MHD_resume_connection(ex->connection);
        }
    } else if (work_on_stream(ex, stopping)) {
        resume_stream(ex);
    }
}

/* Suspends the connection until its answer is made, or until there is no place for it. */
static void hand_over(struct exchange *ex)
{
    ex->state = EXCHANGE_WAITING;
    ex->call->deadline_ms = ex->call->now_monotonic_ms + CALL_TIMEOUT_MS;
    connection_work(ex->entry);
    MHD_suspend_connection(ex->connection);
    if (!push(ex)) {
        MHD_resume_connection(ex->connection);
    }
}

/* ---- the HTTP thread's part ---- */

void turns_fail(struct exchange *ex)
{
    envelope_end(ex->call);
    turns_make_whole(ex);
}

/* Makes at once what is brief, its first piece at least. */
static void make_brief(struct exchange *ex)
{
    run_call(ex);
    while (!answer_step(&ex->answer)) {
    }
    finish_first(ex);
}

bool turns_begin(struct exchange *ex)
{
    struct call *c = ex->call;
    c->now_monotonic_ms = clock_monotonic_ms();
    c->place = (struct fair_place){0, c->caller.enterprise_id, c->caller.user_id};
    ex->is_unread = ex->body.len > BODY_INLINE_MAX;
    if (ex->is_unread) {
        hand_over(ex);
        return false;
    }
    if (!dispatch_check(c, (struct bytes){ex->body.at, ex->body.len}) || !incoming_charge(ex)) {
        turns_fail(ex);
        return true;
    }
    if (!wants_pool(ex)) {
        make_brief(ex);
        return true;
    }
    if (!is_admitted(ex)) {
        turns_fail(ex);
        return true;
    }
    hand_over(ex);
    return false;
}

bool turns_conclude(struct exchange *ex)
{
    struct call *c = ex->call;
    bool is_told = c->code == MHD_HTTP_OK && c->own != NULL;
    bool is_long = is_told && c->method->weigh != NULL && c->method->weigh(c) > CALL_INLINE_MAX;
    if (!is_long) {
        conclude(ex);
        return true;
    }
    connection_work(ex->entry);
    MHD_suspend_connection(ex->connection);
    if (!work_go_on(ex->server->queries, place_in_queries(ex), ex)) {
        conclude(ex);
        MHD_resume_connection(ex->connection);
    }
    return false;
}

/* Whether the next piece may be made on the HTTP thread; squeezing takes too long. */
static bool may_go_on_inline(struct exchange *ex)
{
    if (ex->answer.gzip) {
        return false;
    }
    if (ex->pieces_in_pool > 0) {
        ex->pieces_in_pool--;
        return false;
    }
    return slots_taken(ex->server->streams) <= STREAMS_INLINE_MAX;
}

/* Makes the next piece; false: it took its step and there is none yet. */
static bool go_on_inline(struct exchange *ex)
{
    int64_t began_us = clock_monotonic_us();
    counter_add(ex->server->api.counters, pieces_inline, 1);
    bool is_made = answer_step(&ex->answer);
    if (clock_monotonic_us() - began_us > PIECE_INLINE_US) {
        ex->pieces_in_pool = PIECES_IN_POOL;
    }
    return is_made;
}

bool turns_next_piece(struct exchange *ex)
{
    if (may_go_on_inline(ex) && go_on_inline(ex)) {
        return true;
    }
    connection_work(ex->entry);
    MHD_suspend_connection(ex->connection);
    if (!park(ex) && !work_again(ex->server->queries, place_in_queries(ex), ex)) {
        ex->is_cut = true;
        resume_stream(ex);
    }
    return false;
}
