#ifndef API_FLEET_TESTING_H
#define API_FLEET_TESTING_H

/*
 * A platform with two enterprises and everybody logged in, and calls as rows of a table: who calls
 * what, and the whole answer. Included after cmocka.h, by tests alone.
 *
 *     One, HoldID 1, Europe/Berlin           north 1        south 2        in no group
 *         anna, olga, vera: all of it        100 "N 1"      200 "S 1"      300 "F 1"
 *         greta, nils: north alone
 *     Two, HoldID 2, UTC                     east 3
 *         berta: all of it                   900 "E 1"
 *
 * In rows ' stands for ", so that JSON can be read.
 */
#include "api/auth.h"
#include "api/methods.h"
#include "api/testing.h"

/* The callers; the user of each has the id that is its place here. */
enum person { P_NOBODY, P_ROOT, P_ANNA, P_OLGA, P_VERA, P_GRETA, P_NILS, P_BERTA, PEOPLE };

/* Sets of callers. */
enum {
    NOBODY = 1 << P_NOBODY,
    ROOT = 1 << P_ROOT,
    ANNA = 1 << P_ANNA,
    OLGA = 1 << P_OLGA,
    VERA = 1 << P_VERA,
    GRETA = 1 << P_GRETA,
    NILS = 1 << P_NILS,
    BERTA = 1 << P_BERTA,
};

enum { ONE = 1, TWO, NORTH = 1, SOUTH, EAST, FLEET_DAY_S = 86400, FLEET_JOB_MS = 120000 };

struct fleet {
    struct platform *p;
    char tokens[PEOPLE][TOKEN_SIZE]; /* of nobody: "" */
    char password_hash[AUTH_PASSWORD_HASH_SIZE];
};

static inline void put_enterprises(struct job_context *job)
{
    static const struct enterprise rows[] = {{.name = "One", .zone = "Europe/Berlin"},
                                             {.name = "Two", .zone = "UTC"}};
    static const struct group groups[] = {{.enterprise_id = ONE, .name = "north"},
                                          {.enterprise_id = ONE, .name = "south"},
                                          {.enterprise_id = TWO, .name = "east"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct change *change = change_add(&job->changes, CHANGE_PUT_ENTERPRISE);
        change->enterprise = rows[i];
        change->enterprise.id = ids_next(job->ids, ID_OF_ENTERPRISE);
    }
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        struct change *change = change_add(&job->changes, CHANGE_PUT_GROUP);
        change->group = groups[i];
        change->group.id = ids_next(job->ids, ID_OF_GROUP);
    }
}

static inline void put_user(struct job_context *job, struct fleet *f, enum person who)
{
    static const int64_t north[] = {NORTH};
    static const struct {
        const char *login_name;
        int64_t enterprise_id;
        enum role role;
        bool is_limited; /* to north */
    } people[PEOPLE] = {
        [P_ANNA] = {"Anna", ONE, ROLE_ADMIN, false},
        [P_OLGA] = {"olga", ONE, ROLE_OPERATOR, false},
        [P_VERA] = {"vera", ONE, ROLE_VIEWER, false},
        [P_GRETA] = {"greta", ONE, ROLE_ADMIN, true},
        [P_NILS] = {"nils", ONE, ROLE_OPERATOR, true},
        [P_BERTA] = {"berta", TWO, ROLE_ADMIN, false},
    };
    change_add(&job->changes, CHANGE_PUT_USER)->user = (struct user){
        .id = ids_next(job->ids, ID_OF_USER),
        .enterprise_id = people[who].enterprise_id,
        .login_name = people[who].login_name,
        .password_hash = f->password_hash,
        .role = people[who].role,
        .group_ids = north,
        .group_count = people[who].is_limited ? COUNT_OF(north) : 0,
        .created_s = job->now_s,
    };
}

/* Everybody with a token; root has its account already. */
static inline void put_people(struct job_context *job, struct fleet *f)
{
    for (enum person who = P_ROOT; who < PEOPLE; who++) {
        struct token token = {.user_id = (int64_t)who,
                              .created_s = job->now_s,
                              .expires_s = job->now_s + FLEET_DAY_S,
                              .last_s = job->now_s,
                              .last_address = "127.0.0.1"};
        auth_make_token(f->tokens[who], token.hash);
        if (who != P_ROOT) {
            put_user(job, f, who);
        }
        change_add(&job->changes, CHANGE_PUT_TOKEN)->token = token;
    }
}

static inline void put_devices(struct job_context *job)
{
    static const struct device rows[] = {
        {.enterprise_id = ONE, .group_id = NORTH, .device_id = "100", .plate = "N 1"},
        {.enterprise_id = ONE, .group_id = SOUTH, .device_id = "200", .plate = "S 1"},
        {.enterprise_id = ONE, .device_id = "300", .plate = "F 1"},
        {.enterprise_id = TWO, .group_id = EAST, .device_id = "900", .plate = "E 1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct device *d = &change_add(&job->changes, CHANGE_PUT_DEVICE)->device;
        *d = rows[i];
        d->id = ids_next(job->ids, ID_OF_DEVICE);
        d->object_code = arena_format(job->changes.arena, "code-%s", d->device_id);
        d->created_s = job->now_s;
        device_init(d);
    }
}

static inline enum err populate_fleet(struct job_context *job, void *arg)
{
    put_enterprises(job);
    put_people(job, arg);
    put_devices(job);
    return ERR_OK;
}

/* Everybody's password is "secret-1", but for root's. */
static inline int open_fleet(void **state)
{
    struct fleet *f = mem_new(sizeof(*f));
    f->p = platform_new();
    auth_hash_password("secret-1", f->password_hash);
    assert_int_equal(ingest_call(f->p->shard.ingest, populate_fleet, f, NULL, FLEET_JOB_MS),
                     ERR_OK);
    *state = f;
    return 0;
}

static inline int close_fleet(void **state)
{
    struct fleet *f = *state;
    platform_free(f->p);
    free(f);
    return 0;
}

#define FLEET_TEST(f) cmocka_unit_test_setup_teardown(f, open_fleet, close_fleet)

/* ---- calls as rows ---- */

struct row {
    unsigned who; /* a set: each of them hears the same */
    const char *method;
    const char *body;
    const char *answer; /* the whole one, Versions aside; after "..." a part of it */
};

#define ANSWERS(data)     "{'Code':200,'Data':" data ",'ErrMsg':null}"
#define FAILS(code, text) "{'Code':" #code ",'Data':null,'ErrMsg':'" text "'}"
#define DONE_ROW          ANSWERS("null")
#define NO_TOKEN_ROW      FAILS(401, "Token invalid")
#define NO_ROLE           FAILS(403, "Limited authority")
#define NO_DEVICE         FAILS(404, "This device does not exist")
#define NO_ENTERPRISE     FAILS(404, "This enterprise does not exist")
#define NO_GROUP          FAILS(404, "This group does not exist")
#define PAGE(total, data) ANSWERS("{'total':" #total ",'data':[" data "]}")

/* A copy with " for '; g_free(). */
static inline char *in_quotes(const char *text)
{
    return g_strdelimit(g_strdup(text), "'", '"');
}

/* Takes every `,"Version":N` out; what Versions are version_test.c shows. */
static inline void drop_versions(char *text)
{
    static const char name[] = ",\"Version\":";
    for (char *at = strstr(text, name); at != NULL; at = strstr(at, name)) {
        const char *end = at + sizeof(name) - 1;
        end += strspn(end, "0123456789");
        memmove(at, end, strlen(end) + 1);
    }
}

/* A body that came in chunks, as one; in place. */
static inline void join_chunks(char *body)
{
    char *to = body;
    char *from = body;
    for (size_t len = 1; len > 0;) {
        len = (size_t)g_ascii_strtoull(from, &from, 16);
        assert_true(g_str_has_prefix(from, "\r\n"));
        assert_true(strlen(from + 2) >= len);
        memmove(to, from + 2, len);
        to += len;
        from += 2 + len + 2;
    }
    *to = '\0';
}

/* What a call answers, in one piece and without Versions; g_free(). */
static inline char *answer_of(struct fleet *f, enum person who, const char *method,
                              const char *body)
{
    char *quoted = in_quotes(body);
    memcpy(f->p->token, f->tokens[who], TOKEN_SIZE);
    char *answer = g_strdup(call(f->p, method, quoted));
    if (strstr(f->p->answer, "\r\nTransfer-Encoding: chunked\r\n") != NULL) {
        join_chunks(answer);
    }
    drop_versions(answer);
    g_free(quoted);
    return answer;
}

static inline void try_as(struct fleet *f, enum person who, const struct row *row, size_t number)
{
    static const char part[] = "...";
    bool is_part = g_str_has_prefix(row->answer, part);
    char *want = in_quotes(row->answer + (is_part ? sizeof(part) - 1 : 0));
    char *got = answer_of(f, who, row->method, row->body);
    if (is_part ? strstr(got, want) == NULL : strcmp(got, want) != 0) {
        fail_msg("row %zu, %s %s by user %d:\nanswers %s\nnot     %s", number, row->method,
                 row->body, (int)who, got, want);
    }
    g_free(got);
    g_free(want);
}

static inline void try_row(struct fleet *f, const struct row *row, size_t number)
{
    for (enum person who = P_NOBODY; who < PEOPLE; who++) {
        if ((row->who >> who & 1U) != 0) {
            try_as(f, who, row, number);
        }
    }
}

static inline void try_rows(struct fleet *f, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        try_row(f, &rows[i], i);
    }
}

#define TRY_ROWS(f, rows) try_rows(f, rows, COUNT_OF(rows))

/* Logs in as anybody else would, who hears `answer`. */
static inline void try_login(struct fleet *f, const char *name, const char *password,
                             const char *answer)
{
    char body[256];
    assert_in_range(
        snprintf(body, sizeof(body), "{'LoginName':'%s','PassWord':'%s'}", name, password), 1,
        sizeof(body) - 1);
    try_row(f, &(struct row){NOBODY, "user/GetLoginToken", body, answer}, 0);
}

/* ---- reports ---- */

static inline enum err change_nothing(struct job_context *job, void *arg)
{
    (void)job, (void)arg;
    return ERR_OK;
}

/*
 * Pushes what a device says in one frame, which comes 5 s after its last fix was taken, and waits
 * until that is committed: a later job is.
 */
static inline void fleet_report(struct fleet *f, const char *device_id,
                                const struct message *messages, size_t count)
{
    uint32_t credit_bytes = 0;
    const struct arrival a = {
        .rcv_time_ms = (messages[count - 1].fix.gps_time_s + 5) * 1000,
        .device_id = device_id,
        .address = "192.0.2.1:7",
        .messages = messages,
        .count = count,
    };
    assert_int_equal(ingest_push(f->p->shard.ingest, &a, &credit_bytes), ERR_OK);
    assert_int_equal(ingest_call(f->p->shard.ingest, change_nothing, NULL, NULL, FLEET_JOB_MS),
                     ERR_OK);
}

/* A GPS fix of 52.5, 13.4 at a time. */
static inline struct message fleet_fix(int64_t gps_time_s)
{
    struct message m = {.kind = MESSAGE_FIX};
    fix_set_time(&m.fix, gps_time_s);
    fix_set_position(&m.fix, 525000000, 134000000, true);
    m.fix.source = FIX_GPS;
    return m;
}

#endif
