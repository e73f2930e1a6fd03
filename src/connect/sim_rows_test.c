/* What operators are asked, and what is made of their answers, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "base/clock.h"
#include "connect/sim_rows.h"

#define ICCID "8988228055509013601"

static const struct sim_report FRESH = {
    .iccid = ICCID, .has_state = true, .is_active = true, .imei_lock = true, .label = "a \"b\""};

static const struct sim_account_options OPERATOR = {.name = "main",
                                                    .kind = SIM_KIND_1NCE,
                                                    .url = "https://h.example",
                                                    .user = "u:1",
                                                    .password = "p:2",
                                                    .source = "",
                                                    .version = "v2"};

static struct sim_wish wish_of(enum sim_step step)
{
    return (struct sim_wish){.step = step,
                             .token = "TOKEN",
                             .iccid = ICCID "5",
                             .number = "+882",
                             .imsi = "901",
                             .page = 3,
                             .fresh = &FRESH,
                             .text = "PARAM#",
                             .part = 1,
                             .parts = 1,
                             .expiry_s = 1767225600};
}

/* Asks, and holds verb, target, authorization and body to what is expected. */
static void expect_ask(const struct sim_wish *w, enum connect_verb verb, const char *target,
                       const char *authorization, const char *body)
{
    struct arena arena = {0};
    struct connect_request r = {.path = "", .query = ""};
    assert_true(sim_row_1nce.ask(&OPERATOR, w, &arena, &r));
    const char *separator = r.query == NULL || r.query[0] == '\0' ? "" : "?";
    assert_int_equal(r.verb, verb);
    assert_string_equal(arena_format(&arena, "%s%s%s", r.path, separator, r.query), target);
    assert_string_equal(r.headers[0].name, "Authorization");
    assert_string_equal(r.headers[0].value, authorization);
    assert_true(bytes_eq(r.body, body));
    arena_free(&arena);
}

static void an_operator_is_asked(void **state)
{
    (void)state;
    struct sim_wish w = wish_of(SIM_STEP_TOKEN);
    expect_ask(&w, CONNECT_POST, "/oauth/token",
               "Basic dToxOnA6Mg==", "{\"grant_type\":\"client_credentials\"}");
    static const struct {
        enum sim_step step;
        const char *target;
    } gets[] = {
        {SIM_STEP_CARDS, "/v2/sims?page=3&pageSize=100"},
        {SIM_STEP_CARD, "/v2/sims/" ICCID},
        {SIM_STEP_DATA_QUOTA, "/v2/sims/" ICCID "/quota/data"},
        {SIM_STEP_SMS_QUOTA, "/v2/sims/" ICCID "/quota/sms"},
        {SIM_STEP_SESSION, "/v2/sims/" ICCID "/status"},
        {SIM_STEP_MESSAGES, "/v2/sims/" ICCID "/sms?page=1&per_page=100"},
    };
    for (size_t i = 0; i < sizeof(gets) / sizeof(gets[0]); i++) {
        w = wish_of(gets[i].step);
        expect_ask(&w, CONNECT_GET, gets[i].target, "Bearer TOKEN", "");
    }
    w = wish_of(SIM_STEP_SET);
    expect_ask(&w, CONNECT_PUT, "/v2/sims/" ICCID, "Bearer TOKEN",
               "{\"iccid\":\"" ICCID "\",\"label\":\"a \\\"b\\\"\",\"imei_lock\":true,"
               "\"status\":\"Disabled\"}");
}

static void an_sms_is_handed_over(void **state)
{
    (void)state;
    struct sim_wish w = wish_of(SIM_STEP_SEND);
    expect_ask(&w, CONNECT_POST, "/v2/sims/" ICCID "/sms", "Bearer TOKEN",
               "{\"source_address\":\"+882\",\"source_address_type\":{\"id\":145},"
               "\"payload\":\"PARAM#\",\"dcs\":0,\"expiry_date\":\"2026-01-01T00:00:00Z\"}");
    w.text = "ü";
    w.is_wide = true;
    w.part = 2;
    w.parts = 3;
    w.reference = 0xfe;
    expect_ask(&w, CONNECT_POST, "/v2/sims/" ICCID "/sms", "Bearer TOKEN",
               "{\"source_address\":\"+882\",\"source_address_type\":{\"id\":145},"
               "\"payload\":\"00fc\",\"dcs\":8,\"udh\":\"050003FE0302\","
               "\"expiry_date\":\"2026-01-01T00:00:00Z\"}");
}

static const char *read_text(enum sim_step step, int status, const char *body, struct arena *arena,
                             struct sim_told *out)
{
    const struct connect_answer a = {.status = status, .body = bytes_of_text(body)};
    *out = (struct sim_told){.token = NULL};
    return sim_row_1nce.read(&OPERATOR, step, &a, arena, out);
}

#define CARD                                                                                       \
    "{\"iccid\":\"" ICCID "\",\"imsi\":\"901405109066932\",\"msisdn\":\"882285109030215\","        \
    "\"imei\":\"8624055170009690\",\"imei_lock\":true,\"status\":\"Disabled\","                    \
    "\"activation_date\":\"2018-03-09T07:59:09.000+0000\",\"ip_address\":\"100.1.2.3\","           \
    "\"current_quota\":500,\"quota_status\":{\"id\":2},\"current_quota_SMS\":250,"                 \
    "\"quota_status_SMS\":{\"id\":1},\"label\":\"DX\\u0007-1\"}"

static void a_card_is_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sim_told told;
    assert_null(read_text(SIM_STEP_CARD, 200, CARD, &arena, &told));
    assert_int_equal(told.report_count, 1);
    const struct sim_report *r = told.reports;
    assert_string_equal(r->iccid, ICCID);
    assert_true(r->has_state && !r->is_active && r->imei_lock && r->has_label);
    assert_string_equal(r->label, "DX -1");
    assert_string_equal(r->imei, "8624055170009690");
    assert_int_equal(r->data_mb_e2, 50000);
    assert_int_equal(r->sms, 250);
    assert_true(r->has_data_left && r->data_left_mb_e2 == 0 && !r->has_sms_left && r->says_low);
    assert_int_equal(r->actived_day, 17599);
    assert_null(read_text(SIM_STEP_CARDS, 200, "[" CARD "," CARD "]", &arena, &told));
    assert_int_equal(told.report_count, 2);
    assert_null(read_text(SIM_STEP_CARDS, 200, "[]", &arena, &told));
    assert_int_equal(told.report_count, 0);
    arena_free(&arena);
}

static void quotas_and_sessions_are_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sim_told told;
    assert_null(read_text(SIM_STEP_DATA_QUOTA, 200,
                          "{\"volume\":435.787951,\"total_volume\":500,"
                          "\"expiry_date\":\"2029-01-01T00:00:00.000Z\"}",
                          &arena, &told));
    assert_int_equal(told.reports->data_left_mb_e2, 43578);
    assert_int_equal(told.reports->data_mb_e2, 50000);
    assert_int_equal(told.reports->end_day, 21550);
    assert_null(read_text(SIM_STEP_SMS_QUOTA, 200, "{\"volume\":-3,\"total_volume\":\"250\"}",
                          &arena, &told));
    assert_true(told.reports->has_sms_left && told.reports->sms_left == 0);
    assert_int_equal(told.reports->sms, 250);
    assert_null(
        read_text(SIM_STEP_SESSION, 200,
                  "{\"status\":{\"description\":\"ATTACHED\"},\"services\":[],"
                  "\"location\":{\"operator\":{\"name\":\"T\"},"
                  "\"country\":{\"name\":\"Germany\"}},\"pdp_contexts\":[{\"imeisv\":\"12\","
                  "\"rat_type\":{\"description\":\"Z9\"}}]}",
                  &arena, &told));
    assert_true(told.reports->has_session && !told.reports->is_online);
    assert_string_equal(told.reports->network, "T/Germany");
    assert_string_equal(told.reports->technology, "Z9");
    assert_null(read_text(SIM_STEP_SESSION, 200, "{\"status\":{\"description\":\"OFFLINE\"}}",
                          &arena, &told));
    assert_string_equal(told.reports->network, "");
    arena_free(&arena);
}

static void messages_are_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sim_told told;
    assert_null(read_text(
        SIM_STEP_MESSAGES, 200,
        "[{\"id\":589,\"submit_date\":\"2019-09-29T07:33:15.000Z\",\"dcs\":8,"
        "\"payload\":\"00fc\",\"udh\":\"050003CC0301\",\"status\":{\"id\":4},\"sms_type\":{\"id\":"
        "2}},"
        "{\"id\":590,\"submit_date\":\"2019-09-29T07:33:16.000Z\",\"dcs\":0,\"payload\":\"00fc\","
        "\"udh\":\"\",\"status\":{\"id\":6},\"sms_type\":{\"id\":1}}]",
        &arena, &told));
    assert_int_equal(told.message_count, 2);
    const struct sim_message *m = told.messages;
    assert_string_equal(m[0].id, "589");
    assert_string_equal(m[0].text, "ü");
    assert_true(m[0].is_from_card && m[0].is_delivered);
    assert_int_equal(m[0].reference, 0xcc);
    assert_int_equal(m[0].parts, 3);
    assert_int_equal(m[0].part, 1);
    assert_int_equal(m[0].time_s, 1569742395);
    assert_string_equal(m[1].text, "00fc");
    assert_true(!m[1].is_from_card && m[1].is_failed && !m[1].is_delivered);
    assert_int_equal(m[1].part, 0);
    assert_null(read_text(SIM_STEP_SEND, 201, "{\"id\":\"77\"}", &arena, &told));
    assert_string_equal(told.sent_id, "77");
    assert_null(read_text(SIM_STEP_TOKEN, 200, "{\"access_token\":\"t\",\"expires_in\":3600}",
                          &arena, &told));
    assert_int_equal(told.token_s, 3600);
    arena_free(&arena);
}

static void an_odd_entry_hides_no_other(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sim_told told;
    static const char sms[] = "{\"id\":%d,\"submit_date\":\"%s\",\"payload\":\"x\",\"udh\":\"%s\","
                              "\"sms_type\":{\"id\":2}}";
    static const char *const udhs[] = {"050003070300", "050003070304", "050003070B01",
                                       "050003070000"};
    assert_null(read_text(SIM_STEP_CARDS, 200,
                          "[{\"iccid\":\"" ICCID "\",\"status\":\"Locked\"}," CARD ",7]", &arena,
                          &told));
    assert_int_equal(told.report_count, 3);
    assert_string_equal(told.reports[0].iccid, "");
    assert_string_equal(told.reports[1].iccid, ICCID);
    for (size_t i = 0; i < sizeof(udhs) / sizeof(udhs[0]); i++) {
        const char *odd = arena_format(&arena, sms, 1, "never", "");
        const char *good = arena_format(&arena, sms, 2, "2019-09-29T07:33:15.000Z", udhs[i]);
        const char *list = arena_format(&arena, "[7,%s,%s]", odd, good);
        assert_null(read_text(SIM_STEP_MESSAGES, 200, list, &arena, &told));
        assert_int_equal(told.message_count, 1);
        assert_string_equal(told.messages[0].id, "2");
        assert_int_equal(told.messages[0].parts, 0); /* no part, so that it is shown */
    }
    arena_free(&arena);
}

/* Every prefix of an answer, and answers to something else, are none. */
static void what_is_no_answer(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sim_told told;
    static const char card[] = CARD;
    for (size_t len = 0; len < strlen(card); len++) {
        const struct connect_answer a = {.status = 200, .body = {(const uint8_t *)card, len}};
        assert_non_null(sim_row_1nce.read(&OPERATOR, SIM_STEP_CARD, &a, &arena, &told));
    }
    static const struct {
        enum sim_step step;
        int status;
        const char *body;
    } bad[] = {
        {SIM_STEP_CARD, 404, CARD},
        {SIM_STEP_CARD, 200, "[" CARD "]"},
        {SIM_STEP_CARD, 200, "{\"iccid\":\"" ICCID "\",\"status\":\"Locked\"}"},
        {SIM_STEP_CARD, 200, "{\"iccid\":\"../x\",\"status\":\"Enabled\"}"},
        {SIM_STEP_CARDS, 200, CARD},
        {SIM_STEP_CARDS, 200, "[{},7]"},
        {SIM_STEP_DATA_QUOTA, 200, "{\"volume\":1}"},
        {SIM_STEP_SMS_QUOTA, 200, "[]"},
        {SIM_STEP_SESSION, 200, "{\"status\":\"ONLINE\"}"},
        {SIM_STEP_SESSION, 200, "{\"status\":{\"description\":\"ASLEEP\"}}"},
        {SIM_STEP_MESSAGES, 200, "{}"},
        {SIM_STEP_MESSAGES, 200, "[{\"id\":\"x\"}]"},
        {SIM_STEP_SEND, 201, "{}"},
        {SIM_STEP_SEND, 201, "{\"id\":\"\"}"},
        {SIM_STEP_TOKEN, 200, "{\"access_token\":\"\",\"expires_in\":3600}"},
        {SIM_STEP_TOKEN, 200, "{\"access_token\":\"t\"}"},
        {SIM_STEP_TOKEN, 400, "{\"access_token\":\"t\",\"expires_in\":3600}"},
        {SIM_STEP_SET, 409, ""},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(read_text(bad[i].step, bad[i].status, bad[i].body, &arena, &told));
    }
    assert_null(read_text(SIM_STEP_SET, 200, "", &arena, &told));
    arena_free(&arena);
}

/* ---- templates ---- */

static void values_are_escaped_where_they_stand(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sim_account_options o = OPERATOR;
    struct sim_wish w = wish_of(SIM_STEP_SEND);
    struct connect_request r = {.path = ""};
    w.text = "a\"b&c=ü\n{text}";
    assert_false(sim_row_template.ask(&o, &w, &arena, &r));
    o.templates[SIM_ACTION_SEND] = (struct sim_template){
        .verb = CONNECT_POST, .target = "/x/{text}?t={sim}", .body = "{\"t\": \"{text}\"}"};
    o.headers[o.header_count++] = (struct connect_header){"X-Key", "{user} {password}"};
    assert_true(sim_row_template.ask(&o, &w, &arena, &r));
    assert_string_equal(r.path, "/x/a%22b%26c%3D%C3%BC%0A%7Btext%7D");
    assert_string_equal(r.query, "t=%2B882");
    assert_true(bytes_eq(r.body, "{\"t\": \"a\\\"b&c=ü\\u000a{text}\"}") ||
                bytes_eq(r.body, "{\"t\": \"a\\\"b&c=ü\\n{text}\"}"));
    assert_string_equal(r.headers[0].value, "u:1 p:2");
    o.templates[SIM_ACTION_SEND].type = SIM_BODY_FORM;
    o.templates[SIM_ACTION_SEND].body = "t={text}&e={expiry}";
    assert_true(sim_row_template.ask(&o, &w, &arena, &r));
    assert_true(bytes_eq(r.body, "t=a%22b%26c%3D%C3%BC%0A%7Btext%7D&e=1767225600"));
    assert_null(sim_template_fault("{\"a\": {}, \"b\": {text}} {1} { text } {"));
    assert_non_null(sim_template_fault("{texts}"));
    assert_non_null(sim_template_fault("{secret}"));
    arena_free(&arena);
}

/* ---- texts in parts ---- */

static void texts_make_parts(void **state)
{
    (void)state;
    struct arena arena = {0};
    bool is_wide = false;
    char text[400];
    memset(text, 'x', sizeof(text));
    static const struct {
        size_t chars;
        unsigned parts;
    } rows[] = {{0, 1}, {1, 1}, {160, 1}, {161, 2}, {306, 2}, {307, 3}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *whole =
            (const char *)arena_copy(&arena, (struct bytes){(uint8_t *)text, rows[i].chars}).at;
        size_t chars = 0;
        assert_int_equal(sim_parts_of(whole, &is_wide), rows[i].parts);
        assert_false(is_wide);
        for (unsigned part = 1; part <= rows[i].parts; part++) {
            chars += strlen(sim_part(&arena, whole, part));
        }
        assert_int_equal(chars, rows[i].chars);
    }
    /* 66 and a character of two units: it does not fit into the first part. */
    GString *text_of_two = g_string_new(NULL);
    for (unsigned i = 0; i < 66; i++) {
        g_string_append(text_of_two, "ü");
    }
    g_string_append(text_of_two, "\xf0\x9f\x9a\x9a"
                                 "üüü");
    assert_int_equal(sim_parts_of(text_of_two->str, &is_wide), 2);
    assert_true(is_wide);
    assert_int_equal(strlen(sim_part(&arena, text_of_two->str, 1)), 132);
    assert_string_equal(sim_part(&arena, text_of_two->str, 2), "\xf0\x9f\x9a\x9a"
                                                               "üüü");
    (void)g_string_free(text_of_two, TRUE);
    arena_free(&arena);
}

/* ---- reports ---- */

static void a_report_changes_what_it_says(void **state)
{
    (void)state;
    struct sim_card card = {.iccid = ICCID,
                            .sim = "1",
                            .imsi = "2",
                            .tag = "mine",
                            .imei = "",
                            .ip_address = "",
                            .network = "Old/Land",
                            .technology = "2G",
                            .is_active = true,
                            .usage_data_mb_e2 = 7,
                            .end_day = 9};
    struct sim_report r = {.has_state = true, .imsi = "3", .has_data_left = true};
    sim_report_apply(&r, 100, &card);
    assert_false(card.is_active);
    assert_string_equal(card.imsi, "3");
    assert_string_equal(card.sim, "1");
    assert_string_equal(card.tag, "mine");
    assert_string_equal(card.network, "Old/Land");
    assert_int_equal(card.usage_data_mb_e2, 0);
    assert_int_equal(card.end_day, 9);
    assert_int_equal(card.state_s, 100);
    assert_int_equal(card.session_s, 0);
    sim_report_apply(&r, 101, &card);
    assert_int_equal(card.state_s, 101);
    struct sim_report more = {
        .has_state = true, .has_label = true, .has_session = true, .is_online = true};
    sim_report_join(&r, &more);
    sim_report_apply(&r, 102, &card);
    assert_string_equal(card.tag, "");
    assert_true(card.is_online);
    assert_int_equal(card.session_s, 102);
}

static void texts_from_outside_are_bounded(void **state)
{
    (void)state;
    char out[6];
    sim_report_text(bytes_of_text("üüü"), out, sizeof(out));
    assert_string_equal(out, "üü");
    sim_report_text(bytes_of_text("a\xff"
                                  "b"),
                    out, sizeof(out));
    assert_string_equal(out, "a");
    sim_report_text(bytes_of_text("a\x1b"
                                  "b\xe2\x80\xae"),
                    out, sizeof(out));
    assert_string_equal(out, "a b ");
    sim_report_word(bytes_of_text("12345"), out, sizeof(out));
    assert_string_equal(out, "12345");
    sim_report_word(bytes_of_text("123456"), out, sizeof(out));
    assert_string_equal(out, "");
    sim_report_word(bytes_of_text("1/2"), out, sizeof(out));
    assert_string_equal(out, "");
}

static void passwords_go_to_safe_places_alone(void **state)
{
    (void)state;
    static const char *const good[] = {"https://api.example.com/x", "http://127.0.0.1:1",
                                       "http://[::1]/", "http://localhost:8"};
    static const char *const bad[] = {"http://api.example.com",       "http://10.0.0.1",
                                      "http://localhost.example.com", "ftp://127.0.0.1",
                                      "http://127.0.0.1.example.com", ""};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(sim_url_fault(good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(sim_url_fault(bad[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operator_is_asked),
        cmocka_unit_test(an_sms_is_handed_over),
        cmocka_unit_test(a_card_is_read),
        cmocka_unit_test(quotas_and_sessions_are_read),
        cmocka_unit_test(messages_are_read),
        cmocka_unit_test(an_odd_entry_hides_no_other),
        cmocka_unit_test(what_is_no_answer),
        cmocka_unit_test(values_are_escaped_where_they_stand),
        cmocka_unit_test(texts_make_parts),
        cmocka_unit_test(a_report_changes_what_it_says),
        cmocka_unit_test(texts_from_outside_are_bounded),
        cmocka_unit_test(passwords_go_to_safe_places_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
