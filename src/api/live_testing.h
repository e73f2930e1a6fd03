#ifndef API_LIVE_TESTING_H
#define API_LIVE_TESTING_H

/*
 * Calls of the live stream that stand by themselves, beside the server of a fleet_testing.h.
 * Included after cmocka.h, by tests alone.
 */
#include "api/dispatch.h"
#include "api/exchange.h"
#include "api/fleet_testing.h"
#include "api/live_audience.h"
#include "base/clock.h"

/* What somebody asks the stream for, checked; call_free(). `body` has ' for ". */
static inline struct call *live_call(struct fleet *f, enum person who, const char *body)
{
    struct call *c = call_new(&f->p->api->api);
    char *quoted = in_quotes(body);
    c->method = &live_stream_method;
    call_set_now(c);
    assert_true(dispatch_check_token(c, &(struct dispatch_headers){.token = f->tokens[who]}));
    assert_true(dispatch_check(c, bytes_of_text(arena_copy_text(&c->arena, quoted))));
    g_free(quoted);
    return c;
}

#endif
