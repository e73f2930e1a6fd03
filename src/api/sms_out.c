/*
 * SMS that calls send: by the operator of the card, or a gateway (connect/sims.h); one that nobody
 * takes is kept as Stored. A card takes sms_per_day of them a day (ingest/sims.h).
 */
#include "api/sms_out.h"

#include "ingest/sims.h"

enum { CODE_FAULT = 500 };

static const char TOO_MANY_TEXT[] = "No more SMS to this card today";

/* An SMS that goes out once it is committed; in the arena of the call. */
struct outgoing {
    struct sim_card card;
    struct sim_sms sms;
};

static void keep_outgoing(struct call *c, const struct sim_card *card, const struct sim_sms *sms)
{
    struct outgoing *o = arena_new(&c->arena, sizeof(*o));
    entity_copy(ENTITY_SIM, card, &o->card,
                arena_new(&c->arena, entity_borrowed(ENTITY_SIM, card)));
    entity_copy(ENTITY_SMS, sms, &o->sms, arena_new(&c->arena, entity_borrowed(ENTITY_SMS, sms)));
    c->own = o;
}

void sms_out_send(struct call *c)
{
    const struct outgoing *o = c->own;
    if (o != NULL) {
        sims_send(c->api->sims, &o->card, &o->sms);
    }
}

enum err sms_out_stage(struct call *c, struct job_context *job, struct sim_card *card,
                       const char *text)
{
    enum sims_way way = sims_way_of(c->api->sims, card);
    bool goes_out = way == SIMS_SENDS;
    if (way == SIMS_IS_BUSY) {
        return call_refuse(c, CODE_FAULT, SMS_OUT_NO_OPERATOR_TEXT);
    }
    if (!sims_count_sent(job, card, c->api->sms_per_day)) {
        return call_refuse(c, CODE_FAULT, TOO_MANY_TEXT);
    }
    struct bytes shown = sims_masked(job, card, bytes_of_text(text));
    struct sim_sms sms = {
        .enterprise_id = card->enterprise_id,
        .sim_id = card->id,
        .id = ids_next(job->ids, ID_OF_SMS),
        .time_s = job->now_s,
        .content = (const char *)arena_copy(job->changes.arena, shown).at,
        .source_address = card->sim,
        .status = goes_out ? SMS_PENDING : SMS_STORED,
        .operator_id = "",
        .over_s = goes_out ? 0 : job->now_s,
        .expiry_s = goes_out ? job->now_s + SIMS_EXPIRY_S : 0,
    };
    if (goes_out) {
        sim_count_sms(card); /* what is only kept costs nothing */
    }
    change_add(&job->changes, CHANGE_PUT_SIM)->sim = *card;
    change_add(&job->changes, CHANGE_PUT_SMS)->sms = sms;
    if (goes_out) {
        sms.content = text;
        keep_outgoing(c, card, &sms);
    }
    return ERR_OK;
}
