/*
 * The cookie of a browser that stays logged in, and Resume, which takes it:
 *
 *     Set-Cookie: odograph_resume=SECRET; Path=/api/user/Resume; Max-Age=...; HttpOnly;
 *                 SameSite=Strict[; Secure]
 *
 * The token that Resume answers follows from the secret, so that all tabs of a browser have the
 * same one, no call has to write anything, and whatever ends the token ends the cookie.
 */
#include "api/resume.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "api/auth.h"
#include "base/check.h"

enum { DAY_S = 86400 };

#define NO_TOKEN_TEXT "Token invalid"

/* ---- headers ---- */

void resume_note_origin(struct call *c, const char *origin, const char *host)
{
    static const char plain[] = "http://";
    static const char secure[] = "https://";
    c->page = PAGE_OTHER;
    if (origin == NULL || host == NULL || host[0] == '\0') {
        return;
    }
    bool is_secure = strncmp(origin, secure, sizeof(secure) - 1) == 0;
    if (!is_secure && strncmp(origin, plain, sizeof(plain) - 1) != 0) {
        return;
    }
    origin += is_secure ? sizeof(secure) - 1 : sizeof(plain) - 1;
    if (g_ascii_strcasecmp(origin, host) == 0) {
        c->page = is_secure ? PAGE_OWN_SECURE : PAGE_OWN;
    }
}

void resume_note_cookie(struct call *c, const char *secret)
{
    c->has_cookie = secret != NULL;
    if (secret != NULL) {
        (void)g_strlcpy(c->secret, secret, sizeof(c->secret));
    }
}

static void write_cookie(struct call *c, const char *secret, long long life_s)
{
    int len = snprintf(c->set_cookie, sizeof(c->set_cookie),
                       RESUME_COOKIE "=%s; Path=/api/user/Resume; Max-Age=%lld; HttpOnly; "
                                     "SameSite=Strict%s",
                       secret, life_s, c->page == PAGE_OWN_SECURE ? "; Secure" : "");
    check(len > 0 && (size_t)len < sizeof(c->set_cookie));
}

void resume_set_cookie(struct call *c, const char *secret)
{
    write_cookie(c, secret, (long long)c->api->token_days * DAY_S);
}

void resume_drop_cookie(struct call *c)
{
    write_cookie(c, "", 0);
}

/* ---- Resume ---- */

static void resume(struct call *c)
{
    char token[AUTH_TOKEN_SIZE];
    uint8_t hash[TOKEN_HASH_BYTES];
    struct caller caller;
    bool is_good = c->page != PAGE_OTHER && c->has_cookie &&
                   auth_token_of_secret(c->secret, token, hash) &&
                   shards_of_token(c->api->shards, hash, call_now_s(c), &caller) != NULL;
    if (is_good) {
        json_write_string(&c->out, token);
        return;
    }
    call_fail(c, 401, NO_TOKEN_TEXT);
    if (c->page != PAGE_OTHER && c->has_cookie) {
        resume_drop_cookie(c);
    }
}

static const struct api_method rows[] = {
    {
        .name = "Resume",
        .prefix = PREFIX_USER,
        .where = WHERE_INLINE,
        .is_open = true,
        .reads_cookie = true,
        .reply = {.shape = REPLY_STRING, .string_example = "\"E03ABA0AE0758AFCAA311540510FB800\""},
        .codes = {{401, NO_TOKEN_TEXT}},
        .doc = "For the server's own pages: the token of a login with Remember, by the cookie "
               "that it set.",
        .run = resume,
    },
};

const struct method_group resume_methods = {.rows = rows, .count = COUNT_OF(rows)};
