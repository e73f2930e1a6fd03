/*
 * POST and PATCH /hooks/sms/NAME/SECRET: an operator says that a card has sent an SMS, or got one.
 *
 *     {"endpoint": {"name": "ICCID"}, ...}       as 1NCE calls it; of others {"iccid": "ICCID"}
 *
 * The secret in the path is all that tells an operator from anybody else, so that nothing of what
 * is said counts, but for which card it is about: the operator itself is asked for the SMS of that
 * card, and what it answers is stored (connect/sims.h). So a call that comes twice, or was made up,
 * changes nothing. It is answered 200 behind the commit, and where there is no such card; with 503
 * an operator tries again.
 */
#include "api/sms_hook.h"

#include <string.h>

#include <glib.h>

#include "api/call.h"
#include "fleet/directory_sims.h"

enum { HOOK_ENDPOINT, HOOK_ICCID };
enum { BODY_MAX = 16 * 1024, RETRY_AFTER_S = 60, CODE_UNAVAILABLE = 503 };

static const char PREFIX[] = "/hooks/sms/";

const struct sim_account_options *sms_hook_find(const struct sims *s, const char *path)
{
    if (g_ascii_strncasecmp(path, PREFIX, strlen(PREFIX)) != 0) {
        return NULL;
    }
    const char *name = path + strlen(PREFIX);
    size_t len = strcspn(name, "/");
    if (name[len] != '/') {
        return NULL;
    }
    struct bytes secret = bytes_of_text(name + len + 1);
    if (secret.len > 0 && secret.at[secret.len - 1] == '/') {
        secret.len--;
    }
    return sims_hook(s, (struct bytes){(const uint8_t *)name, len}, secret);
}

/* The ICCID that the call names; "": none. */
static const char *named_card(struct call *c)
{
    struct json_value *endpoint = NULL;
    const char *json = call_text(c, HOOK_ENDPOINT);
    if (call_has(c, HOOK_ICCID)) {
        return call_text(c, HOOK_ICCID);
    }
    if (json[0] == '\0' || json_read(bytes_of_text(json), &c->arena, &endpoint) != ERR_OK) {
        return "";
    }
    const struct json_value *name = json_read_member(endpoint, "name");
    bool is_text =
        name != NULL && (name->kind == JSON_KIND_STRING || name->kind == JSON_KIND_NUMBER);
    return is_text ? (const char *)name->text.at : "";
}

/* The card, where the account runs it; of whatever enterprise. */
static bool find_card(struct call *c, struct sim_card *out)
{
    const struct shards *shards = c->api->shards;
    const char *iccid = named_card(c);
    for (size_t i = 0; i < shards->count; i++) {
        if (directory_sim(shards->at[i].directory, iccid, &c->arena, out) == ERR_OK) {
            return strcmp(out->provider, c->hook->name) == 0;
        }
    }
    return false;
}

struct waiting {
    struct call *call;
    struct sim_question *asked;
    bool is_asked;
};

static enum call_step next_step(void *state, struct json_out *out)
{
    struct waiting *w = state;
    (void)out; /* the call's own */
    if (!w->is_asked) {
        w->is_asked = true;
        return STEP_WAIT;
    }
    enum err e = sim_question_result(w->asked);
    if (e == ERR_OK || e == ERR_NOT_FOUND) { /* the card was deleted meanwhile */
        json_write_null(&w->call->out);
    } else {
        call_fail_http(w->call, CODE_UNAVAILABLE, "SIM operator does not answer", RETRY_AFTER_S);
    }
    return STEP_END;
}

static bool wait_for_answer(void *state, struct call_waker waker)
{
    struct waiting *w = state;
    return sim_question_wait(w->asked, waker.wake, waker.context);
}

static void close_waiting(void *state)
{
    struct waiting *w = state;
    sim_question_free(w->asked);
}

static void take_call(struct call *c)
{
    struct sim_card card;
    struct sim_question *asked =
        find_card(c, &card) ? sims_ask_messages(c->api->sims, &card) : NULL;
    if (asked == NULL) {
        json_write_null(&c->out);
        return;
    }
    struct waiting *w = arena_new(&c->arena, sizeof(*w));
    *w = (struct waiting){.call = c, .asked = asked};
    c->stream = (struct call_stream){next_step, close_waiting, w};
    c->stream_wait = wait_for_answer;
}

static const struct param_row params[] = {
    [HOOK_ENDPOINT] = {.name = "endpoint",
                       .type = PARAM_JSON,
                       .max = BODY_MAX,
                       .doc = "An object whose name is the ICCID"},
    [HOOK_ICCID] = {.name = "iccid", .type = PARAM_TEXT, .doc = "The ICCID"},
};

const struct api_method sms_hook_method = {
    .name = "sms",
    .prefix = PREFIX_NONE,
    .where = WHERE_STORE,
    .is_open = true,
    .takes_patch = true,
    .body_max = BODY_MAX,
    .params = params,
    .param_count = COUNT_OF(params),
    .doc = "An operator tells of an SMS; what it says is asked for before it counts.",
    .run = take_call,
};
