/*
 * libFuzzer's driver of what operators of SIM cards answer. The first byte chooses the kind of
 * account, the second the request, the third the status; the others are the body. Whatever is
 * answered, texts are texts and ICCIDs are such, and a second request can be made of it.
 */
#include <glib.h>

#include "base/arena.h"
#include "connect/sim_rows.h"
#include "fuzzing.h"

enum { INPUT_MAX = 65536 };

static const int statuses[] = {200, 201, 400, 404};

static const struct sim_account_options accounts[] = {
    {.name = "main",
     .kind = SIM_KIND_1NCE,
     .user = "u",
     .password = "p",
     .source = "",
     .version = "v2"},
    {.name = "other",
     .kind = SIM_KIND_HTTP,
     .user = "u",
     .password = "p",
     .source = "",
     .templates = {{.target = "/{iccid}", .body = "", .good = "", .good_has = ""},
                   {.target = "/{iccid}", .body = "", .good = "", .good_has = ""},
                   {.target = "/{iccid}", .body = "", .good = "", .good_has = ""},
                   {.target = "/{iccid}?t={text}", .body = "", .good = "200", .good_has = "o"},
                   {.target = "/{iccid}", .body = "", .good = "", .good_has = ""}},
     .reads = {.status = "status",
               .active = "on",
               .session = "a.b",
               .online = "up",
               .imei = "imei",
               .ip_address = "ip",
               .data_total_mb = "total",
               .data_left_mb = "left",
               .sms_total = "a.total",
               .sms_left = "a.left",
               .sent_id = "id",
               .messages = "",
               .message_id = "id",
               .message_text = "text",
               .message_time = "at",
               .message_type = "type",
               .message_mo = "in",
               .message_status = "status",
               .message_delivered = "on",
               .message_failed = "off"}},
};
enum { ACCOUNTS = sizeof(accounts) / sizeof(accounts[0]) };

static void expect_texts(const struct sim_report *r)
{
    check(r->iccid[0] == '\0' || iccid_is_valid(r->iccid));
    check(g_utf8_validate(r->label, -1, NULL) && g_utf8_validate(r->network, -1, NULL));
    check(g_utf8_validate(r->technology, -1, NULL));
}

/* Asks for what was answered, as the work does (sims_run.c). */
static void ask_again(const struct sim_account_options *o, const struct sim_told *told,
                      struct arena *arena)
{
    struct sim_report fresh = {.iccid = ""};
    struct connect_request request = {.path = "", .query = ""};
    for (size_t i = 0; i < told->report_count; i++) {
        expect_texts(&told->reports[i]);
        sim_report_join(&fresh, &told->reports[i]);
    }
    for (size_t i = 0; i < told->message_count; i++) {
        const struct sim_message *m = &told->messages[i];
        check(m->id != NULL && m->text != NULL);
        bool is_wide = false;
        unsigned parts = sim_parts_of(m->text, &is_wide);
        const struct sim_wish wish = {.step = SIM_STEP_SEND,
                                      .token = "t",
                                      .iccid = fresh.iccid,
                                      .number = fresh.number,
                                      .imsi = fresh.imsi,
                                      .fresh = &fresh,
                                      .text = sim_part(arena, m->text, parts),
                                      .is_wide = is_wide,
                                      .part = parts,
                                      .parts = parts};
        check(sim_row_of(o->kind)->ask(o, &wish, arena, &request));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct sim_told told = {.token = NULL};
    if (size < 3 || size > INPUT_MAX) {
        return 0;
    }
    char *text = fuzz_text((struct bytes){data + 3, size - 3});
    const struct sim_account_options *o = &accounts[data[0] % ACCOUNTS];
    static const enum sim_step of_templates[] = {SIM_STEP_CARD, SIM_STEP_SET, SIM_STEP_SEND,
                                                 SIM_STEP_MESSAGES};
    enum sim_step step = o->kind == SIM_KIND_1NCE
                             ? (enum sim_step)(data[1] % (SIM_STEP_MESSAGES + 1))
                             : of_templates[data[1] % 4];
    const struct connect_answer a = {
        .e = ERR_OK, .status = statuses[data[2] % 4], .body = {(const uint8_t *)text, size - 3}};
    if (sim_row_of(o->kind)->read(o, step, &a, &arena, &told) == NULL) {
        ask_again(o, &told, &arena);
    }
    arena_free(&arena);
    free(text);
    return 0;
}
