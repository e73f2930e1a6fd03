/*
 * ListTokens and DeleteToken: the logins of the own account that still hold. A token is named by a
 * number made of its hash, so that nobody learns a token from the list.
 */
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/list_page.h"

enum { TOKEN_ID };

static const char NO_TOKEN[] = "This token does not exist";

static void write_token(struct call *c, const struct token *t)
{
    json_object_begin(&c->out);
    json_name(&c->out, "TokenID");
    json_int(&c->out, token_id(t->hash));
    json_name(&c->out, "CreateTime");
    call_write_time(c, &c->out, t->created_s);
    json_name(&c->out, "LastTime");
    call_write_time(c, &c->out, t->last_s);
    json_name(&c->out, "Address");
    json_write_string(&c->out, t->last_address);
    json_name(&c->out, "Current");
    json_bool(&c->out, memcmp(t->hash, c->token_hash, sizeof(t->hash)) == 0);
    json_object_end(&c->out);
}

/* Newest first; those of one second in an order that stays. */
static int compare_age(const void *a, const void *b)
{
    const struct token *x = a;
    const struct token *y = b;
    int by_time = (x->created_s < y->created_s) - (x->created_s > y->created_s);
    return by_time != 0 ? by_time : memcmp(x->hash, y->hash, sizeof(x->hash));
}

static void list_tokens(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    struct token *all = directory_list_tokens(c->shard->directory, c->caller.user_id, call_now_s(c),
                                              &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        all[total] = all[i];
        total += strstr(list_key_folded(c, all[i].last_address), key) != NULL;
    }
    if (total > 0) {
        qsort(all, total, sizeof(*all), compare_age);
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            write_token(c, &all[i]);
        }
    }
    list_page_end(c);
}

static enum err delete_token(struct call *c, struct job_context *job)
{
    size_t count = 0;
    const struct token *all = directory_list_tokens(job->directory, c->caller.user_id, job->now_s,
                                                    job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (token_id(all[i].hash) == call_number(c, TOKEN_ID, 0)) {
            change_add(&job->changes, CHANGE_DELETE_TOKEN)->token = all[i];
            return ERR_OK;
        }
    }
    return call_refuse(c, 404, NO_TOKEN);
}

static const struct param_row list_params[] = {LIST_PAGE_PARAMS};
static const struct param_row delete_params[] = {
    [TOKEN_ID] = {.name = "TokenID",
                  .type = PARAM_INT,
                  .required = true,
                  .min = 1,
                  .max = INT64_MAX,
                  .doc = "The token, as ListTokens names it"},
};

static const struct reply_member members[] = {
    {.name = "TokenID",
     .type = REPLY_INT,
     .example = "2814749767106561",
     .doc = "Names the token, and is none"},
    {.name = "CreateTime",
     .type = REPLY_TIME,
     .example = "\"2026-11-29 08:00:00\"",
     .doc = "Of its login"},
    {.name = "LastTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-11-30 08:00:00\"",
     .doc = "When it was used last, to ten minutes; null: not since a server keeps it"},
    {.name = "Address",
     .type = REPLY_TEXT,
     .example = "\"192.0.2.1\"",
     .doc = "From where; \"\": not known"},
    {.name = "Current", .type = REPLY_BOOL, .example = "true", .doc = "The call is made with it"},
};

static const struct api_method rows[] = {
    {
        .name = "ListTokens",
        .prefix = PREFIX_MANAGE,
        .own_account = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .doc = "The tokens of the own account that still hold, newest first; Key is part of an "
               "address.",
        .run = list_tokens,
    },
    {
        .name = "DeleteToken",
        .prefix = PREFIX_MANAGE,
        .own_account = true,
        .where = WHERE_JOB,
        .role = ROLE_VIEWER,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, NO_TOKEN}},
        .doc = "Ends a token of the own account, which may be that of the call, and the cookie "
               "that leads to it.",
        .change = delete_token,
    },
};

const struct method_group token_methods = {.rows = rows, .count = COUNT_OF(rows)};
