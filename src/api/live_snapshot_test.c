/* Snapshots and single frames of the stream: who hears of which devices; cursors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/live_snapshot.h"
#include "api/live_testing.h"

enum { BOOT = 0x1234, KEPT_MS = 1000 };

static void try_cursor(const char *text, bool is_one, uint64_t want)
{
    uint64_t number = 0;
    assert_int_equal(live_cursor_read(text, BOOT, &number), is_one);
    assert_true(!is_one || number == want);
}

static void cursors(void **state)
{
    char text[LIVE_CURSOR_SIZE];
    (void)state;
    live_cursor_write(BOOT, UINT64_MAX, text);
    try_cursor(text, true, UINT64_MAX);
    live_cursor_write(BOOT, 0, text);
    try_cursor(text, true, 0);
    live_cursor_write(BOOT + 1, 5, text);
    try_cursor(text, false, 0);
    try_cursor("0000000000001234-5", true, 5);
    try_cursor("0000000000001234-05", false, 0);
    try_cursor("0000000000001234-5 ", false, 0);
    try_cursor("0000000000001234-18446744073709551616", false, 0);
    try_cursor("0000000000001234--5", false, 0);
    try_cursor("0000000000001234", false, 0);
    try_cursor("1234-5", false, 0);
    try_cursor("-5", false, 0);
    try_cursor("", false, 0);
}

static void who_sees_what(void **state)
{
    static const struct row rows[] = {
        {NOBODY, "snapshot", "{}", NO_TOKEN_ROW},
        {ANNA | VERA, "snapshot", "{'cols':'id,plate,g'}",
         "...'columns':{'i':[1,2,3],'id':['100','200','300'],'plate':['N 1','S 1','F 1'],"
         "'g':[1,2,0]}},'ErrMsg':null}"},
        {GRETA | NILS, "snapshot", "{'cols':'id'}", "...'columns':{'i':[1],'id':['100']}}"},
        {GRETA, "snapshot", "{'cols':'id','ids':'100,200,900','groups':'2,3'}",
         "...'columns':{'i':[1],'id':['100']}}"},
        {BERTA, "snapshot", "{'cols':'id'}", "...'columns':{'i':[4],'id':['900']}}"},
        {BERTA, "snapshot", "{'cols':'id','ids':'100'}", "...'columns':{'i':[],'id':[]}}"},
        {ROOT, "snapshot", "{}", FAILS(500, "HoldID: value missing")},
        {ROOT, "snapshot", "{'HoldID':2,'cols':'hold'}", "...'columns':{'i':[4],'hold':[2]}}"},
        {ROOT, "snapshot", "{'HoldID':9}", NO_ENTERPRISE},
        {ANNA, "snapshot", "{'cols':'sat'}", "...'columns':{'i':[1,2,3],'sat':[null,null,null]}}"},
        {ANNA, "snapshot", "{'groups':'0'}", FAILS(500, "groups: holds what is no ID")},
    };
    TRY_ROWS(*state, rows);
}

static struct call *ask_snapshot(struct fleet *f)
{
    struct call *c = live_call(f, P_ANNA, "{'cols':'id'}");
    for (size_t i = 0; methods_at(i) != NULL; i++) {
        c->method = strcmp(methods_at(i)->name, "snapshot") == 0 ? methods_at(i) : c->method;
    }
    dispatch_run(c);
    return c;
}

static void make_snapshot(struct call *c)
{
    enum call_step step = STEP_AGAIN;
    while (step != STEP_END) {
        step = c->stream.next(c->stream.state, &c->out);
    }
    assert_non_null(c->shared);
}

/* One that took longer than it is kept is shared like any other. */
static void one_that_took_long_is_shared(void **state)
{
    struct fleet *f = *state;
    struct call *slow = ask_snapshot(f);
    int64_t began_ms = clock_monotonic_ms();
    assert_non_null(slow->stream.state);
    while (clock_monotonic_ms() < began_ms + KEPT_MS + 1) {
        (void)usleep(KEPT_MS);
    }
    make_snapshot(slow);
    struct call *next = ask_snapshot(f);
    if (next->stream.state != NULL) { /* this machine needed more than that since then */
        assert_true(clock_monotonic_ms() > began_ms + KEPT_MS + KEPT_MS);
    } else {
        assert_ptr_equal(next->shared, slow->shared);
    }
    call_free(next);
    call_free(slow);
}

/* The text of one frame; g_free(). */
static char *frame_of(struct fleet *f, enum person who, const char *query)
{
    char *path = g_strdup_printf("/api/live?once=1%s", query);
    memcpy(f->p->token, f->tokens[who], TOKEN_SIZE);
    assert_int_equal(request(f->p, "GET", path, "", ""), 200);
    char *body = g_strdup(strstr(f->p->answer, "\r\n\r\n") + 4);
    join_chunks(body);
    g_free(path);
    return body;
}

static void expect_in_frame(struct fleet *f, enum person who, const char *query, const char *part)
{
    char *want = in_quotes(part);
    char *frame = frame_of(f, who, query);
    if (strstr(frame, want) == NULL) {
        fail_msg("%s\nlacks %s", frame, want);
    }
    g_free(frame);
    g_free(want);
}

/* A frame behind the snapshot of before a report, whose columns are those of the report. */
static void a_frame_has_what_changed(void **state)
{
    struct fleet *f = *state;
    char *snapshot = answer_of(f, P_ANNA, "snapshot", "{}");
    const char *cursor = strstr(snapshot, "\"cursor\":\"") + strlen("\"cursor\":\"");
    char *query = g_strdup_printf("&cols=x,y,s&after=%.*s", (int)strcspn(cursor, "\""), cursor);
    struct message m = fleet_fix(g_get_real_time() / 1000000);
    fleet_report(f, "100", &m, 1);
    expect_in_frame(f, P_ANNA, query, ",'i':[1],'x':[13400000],'y':[52500000],'s':[null]}\n\n");
    expect_in_frame(f, P_GRETA, query, ",'i':[1],'x':[13400000],");
    expect_in_frame(f, P_BERTA, query, ",'i':[],'x':[],'y':[],'s':[]}\n\n");
    expect_in_frame(f, P_ANNA, "&after=x", "event: reset\nid: ");
    expect_in_frame(f, P_ANNA, "", "event: hello\ndata: {'now':");
    expect_in_frame(f, P_GRETA, "", ",'zone':'Europe/Berlin','role':'admin','hold':1,'every':1,");
    expect_in_frame(f, P_GRETA, "", "'groups':[[1,'north']],'focus':[]}\n\n");
    g_free(query);
    g_free(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursors),
        FLEET_TEST(who_sees_what),
        FLEET_TEST(one_that_took_long_is_shared),
        FLEET_TEST(a_frame_has_what_changed),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
