/*
 * Sections 33 to 36: a SIM card, its status, and SMS. A card of the inventory is what was entered
 * of it; of others their operator is asked (connect/sims.h), and what is stored is what it said
 * last. An SMS that nobody sends is kept as Stored.
 */
#include <strings.h>

#include "api/call.h"
#include "api/records.h"
#include "api/sim_fields.h"
#include "api/sms_out.h"
#include "base/log.h"
#include "protocols/patterns.h"
#include "store/store.h"

enum { SIM_CARD };
enum { STATUS_WANTED = SIM_CARD + 1 };
enum { SMS_CONTENT = SIM_CARD + 1 };
enum { SMS_START = SIM_CARD + 1, SMS_END };
enum { CODE_NO_CARD = 404, CODE_NO_ROLE = 4001, CODE_FAULT = 500, DAY_S = 86400, LATE_S = 300 };

static const char ACTIVATE[] = "Activate";
static const char DEACTIVATE[] = "Deactivate";
static const char UNREADABLE_TEXT[] = "System error";

/* ---- section 33 ---- */

/* Writes the card as it is stored. */
static void write_detail(struct call *c)
{
    struct sim_card card;
    if (sim_find(c, call_text(c, SIM_CARD), &c->arena, &card) != ERR_OK) {
        call_fail(c, CODE_NO_CARD, SIM_NONE_TEXT);
        return;
    }
    sim_write_detail(c, &card);
}

/* An answer that waits for the operator is a stream of one piece. */
struct detail {
    struct call *call;
    struct sim_question *asked;
    bool is_asked;
};

static enum call_step next_step(void *state, struct json_out *out)
{
    struct detail *d = state;
    (void)out; /* the call's own */
    if (!d->is_asked) {
        d->is_asked = true;
        return STEP_WAIT;
    }
    write_detail(d->call);
    return STEP_END;
}

static bool wait_for_operator(void *state, struct call_waker waker)
{
    struct detail *d = state;
    return sim_question_wait(d->asked, waker.wake, waker.context);
}

static void close_detail(void *state)
{
    struct detail *d = state;
    sim_question_free(d->asked);
}

static void get_detail(struct call *c)
{
    struct sim_card card;
    struct sim_question *asked = sim_find(c, call_text(c, SIM_CARD), &c->arena, &card) == ERR_OK
                                     ? sims_ask_detail(c->api->sims, &card, call_now_s(c))
                                     : NULL;
    if (asked == NULL) {
        write_detail(c);
        return;
    }
    struct detail *d = arena_new(&c->arena, sizeof(*d));
    *d = (struct detail){.call = c, .asked = asked};
    c->stream = (struct call_stream){next_step, close_detail, d};
    c->stream_wait = wait_for_operator;
}

static size_t weigh_detail(struct call *c)
{
    return c->api->sims == NULL ? 0 : CALL_INLINE_MAX + 1;
}

/* ---- sections 34 and 35 ---- */

/* The card that a job changes. */
static enum err find_card(struct call *c, struct job_context *job, struct sim_card *out)
{
    if (sim_find(c, call_text(c, SIM_CARD), job->changes.arena, out) != ERR_OK) {
        return call_refuse(c, CODE_NO_CARD, SIM_NONE_TEXT);
    }
    return call_may(c) ? ERR_OK : call_refuse(c, CODE_NO_ROLE, CALL_NO_ROLE_TEXT);
}

static bool check_status(struct call *c)
{
    const char *wanted = call_text(c, STATUS_WANTED);
    if (strcasecmp(wanted, ACTIVATE) != 0 && strcasecmp(wanted, DEACTIVATE) != 0) {
        call_fault(c, "Status", "neither Activate nor Deactivate");
        return false;
    }
    return true;
}

static bool wants_active(const struct call *c)
{
    return strcasecmp(call_text(c, STATUS_WANTED), ACTIVATE) == 0;
}

static void free_question(void *own)
{
    sim_question_free(own);
}

/* Has the card's operator set the status, where it has one; who may not is told in the job. */
static bool ask_operator(struct call *c)
{
    struct sim_card card;
    if (sim_find(c, call_text(c, SIM_CARD), &c->arena, &card) == ERR_OK && call_may(c)) {
        c->own = sims_ask_status(c->api->sims, &card, wants_active(c));
        c->own_clear = c->own == NULL ? NULL : free_question;
    }
    return true;
}

static bool await_operator(struct call *c, struct call_waker waker)
{
    return c->own != NULL && sim_question_wait(c->own, waker.wake, waker.context);
}

/* Whether the status is as it was wanted, by whoever runs the card. */
static bool is_set(const struct call *c, const struct sim_card *card)
{
    return c->own != NULL ? sim_question_result(c->own) == ERR_OK : card->provider[0] == '\0';
}

static enum err change_status(struct call *c, struct job_context *job)
{
    struct sim_card card;
    enum err e = find_card(c, job, &card);
    if (e != ERR_OK) {
        return e;
    }
    if (!is_set(c, &card)) {
        return call_refuse(c, CODE_FAULT, SMS_OUT_NO_OPERATOR_TEXT);
    }
    /* An operator's card is as that said last, which may be of another call by now. */
    card.is_active = c->own == NULL ? wants_active(c) : card.is_active;
    card.status_s = job->now_s;
    card.status_by = c->caller.user_id;
    if (card.is_active && card.actived_day == 0) {
        card.actived_day = (job->now_s + zone_offset_s(call_clock(c), job->now_s)) / DAY_S;
    }
    change_add(&job->changes, CHANGE_PUT_SIM)->sim = card;
    return ERR_OK;
}

/* An SMS holds fewer characters where one of them is beyond ASCII. */
static bool check_content(struct call *c)
{
    size_t chars = 0;
    bool is_wide = false;
    for (const char *at = call_text(c, SMS_CONTENT); *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        chars += (byte & 0xC0U) != 0x80U; /* no later byte of a character */
        is_wide = is_wide || byte >= 0x80U;
    }
    if (is_wide && chars > SMS_WIDE_CHARS_MAX) {
        call_fault(c, "Content", "too long");
        return false;
    }
    return true;
}

static enum err send_sms(struct call *c, struct job_context *job)
{
    struct sim_card card;
    enum err e = find_card(c, job, &card);
    if (e != ERR_OK) {
        return e;
    }
    /* Nobody knows when an SMS arrives, so that none may cut an engine or unlock. */
    struct bytes content = bytes_of_text(call_text(c, SMS_CONTENT));
    if (profiles_match(directory_profiles(job->directory), content) != 0) {
        return call_refuse(c, CODE_FAULT, SMS_OUT_UNSUPPORTED_TEXT);
    }
    return sms_out_stage(c, job, &card, call_text(c, SMS_CONTENT));
}

/* ---- section 36 ---- */

/* One that nobody took before it expired never will be. */
static enum sms_status status_of(const struct call *c, const struct sim_sms *sms)
{
    bool is_lost = sms->status == SMS_PENDING && sms->operator_id[0] == '\0' &&
                   call_now_s(c) > sms->expiry_s + LATE_S;
    return is_lost ? SMS_FAILED : sms->status;
}

static void write_sms(struct call *c, const struct sim_card *card, const struct sim_sms *sms)
{
    struct json_out *out = &c->out;
    json_object_begin(out);
    json_name(out, "CreateTime");
    call_write_time(c, out, sms->time_s);
    json_name(out, "SIM");
    json_write_string(out, card->sim);
    json_name(out, "ICCID");
    json_write_string(out, card->iccid);
    json_name(out, "Content");
    json_write_string(out, sms->content);
    json_name(out, "SourceAddress");
    json_write_string(out, sms->source_address);
    json_name(out, "MType");
    json_write_string(out, sms_type_word(status_of(c, sms)));
    json_name(out, "Status");
    json_write_string(out, sms_status_word(status_of(c, sms)));
    json_object_end(out);
}

/* A part is shown as it came only where it waits for no others any more. */
static bool is_shown(const struct sim_sms *sms)
{
    return sms->status != SMS_JOINED && (sms->status != SMS_PART || sms->over_s != 0);
}

static void write_list(struct call *c, const struct sim_card *card, const struct store_sms *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        count += is_shown(&list->at[i]);
    }
    json_object_begin(&c->out);
    json_name(&c->out, "Total_Records");
    json_int(&c->out, (int64_t)count);
    json_name(&c->out, "List");
    json_array_begin(&c->out);
    for (size_t i = 0; i < list->count; i++) {
        if (is_shown(&list->at[i])) {
            write_sms(c, card, &list->at[i]);
        }
    }
    json_array_end(&c->out);
    json_object_end(&c->out);
}

static void list_sms(struct call *c)
{
    struct sim_card card;
    struct store_sms list;
    if (sim_find(c, call_text(c, SIM_CARD), &c->arena, &card) != ERR_OK) {
        call_fail(c, CODE_NO_CARD, SIM_NONE_TEXT);
        return;
    }
    const struct sms_query query = {
        .enterprise_id = card.enterprise_id,
        .sim_id = card.id,
        .from_s = call_number(c, SMS_START, 0),
        .to_s = call_number(c, SMS_END, 0),
        .limit = RECORDS_MAX,
    };
    if (query.from_s > query.to_s) {
        call_fail(c, RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT);
        return;
    }
    enum err e = store_read_sms(c->shard->store, &query, &c->arena, &list);
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "sms_unreadable", "why=\"%s\"", err_text(e));
        call_fail(c, CODE_FAULT, UNREADABLE_TEXT);
        return;
    }
    sims_look(c->api->sims, &card);
    write_list(c, &card, &list);
}

/* ---- the rows ---- */

#define CARD_PARAM                                                                                 \
    [SIM_CARD] = {.name = "ICCID",                                                                 \
                  .type = PARAM_TEXT,                                                              \
                  .required = true,                                                                \
                  .doc = "Number of the SIM card, with or without its check digit"}

static const struct param_row detail_params[] = {CARD_PARAM};
static const struct param_row status_params[] = {
    CARD_PARAM,
    [STATUS_WANTED] = {.name = "Status",
                       .type = PARAM_TEXT,
                       .required = true,
                       .doc = "Activate or Deactivate"},
};
static const struct param_row send_params[] = {
    CARD_PARAM,
    [SMS_CONTENT] = {.name = "Content",
                     .type = PARAM_TEXT,
                     .required = true,
                     .max = SMS_CHARS_MAX,
                     .is_private = true, /* it may hold the password of a device */
                     .doc = "The text; at most 670 characters where one is beyond ASCII"},
};
static const struct param_row list_params[] = {
    CARD_PARAM,
    [SMS_START] = {.name = "StartTime",
                   .type = PARAM_TIME,
                   .required = true,
                   .doc = "First instant, inclusive"},
    [SMS_END] = {.name = "EndTime",
                 .type = PARAM_TIME,
                 .ends_range = true,
                 .required = true,
                 .doc = "Last instant, inclusive"},
};

static const struct reply_member list_members[] = {
    {.name = "Total_Records", .type = REPLY_INT, .example = "1", .doc = "How many there are"},
    {.name = "List",
     .type = REPLY_SMS,
     .example = "[{\"CreateTime\":\"2025-05-07 04:46:28\",\"SIM\":\"882285118762008\","
                "\"ICCID\":\"8988228066618621513\",\"Content\":\"PARAM#\","
                "\"SourceAddress\":\"882285118762008\",\"MType\":\"MT\",\"Status\":\"Stored\"}]",
     .doc = "Oldest first, at most 50,000. MType MT: to the card, MO: from it. Status of MT: "
            "Pending, Delivered, Failed, or Stored, which is kept and not sent; of MO Reply"},
};

#define COMMON(section_, name_, params_)                                                           \
    .section = (section_), .name = (name_), .prefix = PREFIX_VEHICLE, .needs_enterprise = true,    \
    .success = "OK", .params = (params_), .param_count = COUNT_OF(params_)
#define CHANGES .where = WHERE_JOB, .role = ROLE_OPERATOR, .checks_role = true

static const struct api_method rows[] = {
    {
        COMMON(33, "GetSIMDetail", detail_params),
        .where = WHERE_INLINE,
        .weigh = weigh_detail,
        .role = ROLE_VIEWER,
        .reply = {.shape = REPLY_OBJECT,
                  .members = sim_detail_members,
                  .count = SIM_DETAIL_MEMBERS},
        .codes = {{CODE_NO_CARD, SIM_NONE_TEXT}},
        .doc =
            "A SIM card. Who is limited to groups sees the cards in devices of these groups. Of a "
            "card that an operator runs it is asked, at most once a minute; where it does not "
            "answer, what it said last is told, and AsOf says when.",
        .run = get_detail,
    },
    {
        COMMON(34, "ChangeSIMStatus", status_params),
        CHANGES,
        .codes = {{CODE_NO_CARD, SIM_NONE_TEXT}, {CODE_NO_ROLE, CALL_NO_ROLE_TEXT}},
        .doc = "Sets the status of a SIM card; ListSIMs tells when and by whom. Where an operator "
               "runs the card, 200 means that it says so itself; after a 500 nobody tries on.",
        .check = check_status,
        .prepare = ask_operator,
        .await = await_operator,
        .change = change_status,
    },
    {
        COMMON(35, "SendSIMSMS", send_params),
        CHANGES,
        .codes = {{CODE_NO_CARD, SIM_NONE_TEXT}, {CODE_NO_ROLE, CALL_NO_ROLE_TEXT}},
        .doc = "Sends an SMS to a SIM card, which is not delivered later than in an hour; "
               "GetSIMSMSList tells what became of it. Without a way to send it, it is kept as "
               "Stored. A card takes sms_per_day of them a day.",
        .check = check_content,
        .change = send_sms,
        .committed = sms_out_send,
    },
    {
        COMMON(36, "GetSIMSMSList", list_params),
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .reply = {.shape = REPLY_OBJECT, .members = list_members, .count = COUNT_OF(list_members)},
        .codes = {{CODE_NO_CARD, SIM_NONE_TEXT}, {RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT}},
        .doc = "The SMS of a SIM card in a span of time.",
        .run = list_sms,
    },
};

const struct method_group sim_methods = {.rows = rows, .count = COUNT_OF(rows)};
