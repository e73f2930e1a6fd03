/* An answer that waits for a street address is a stream of one piece. */
#include "api/streets.h"

#include <stdlib.h>

#include "base/mem.h"

struct streets {
    struct call *call;
    struct geocode *asked;
    streets_write *write;
    void *own;
    bool is_asked;
};

/* The first step only waits: what is in the file is there at once. */
static enum call_step next_step(void *state, struct json_out *out)
{
    struct streets *s = state;
    (void)out; /* the call's own */
    if (!s->is_asked) {
        s->is_asked = true;
        return STEP_WAIT;
    }
    s->write(s->call, geocode_street(s->asked), s->own);
    return STEP_END;
}

static bool wait_for_street(void *state, struct call_waker waker)
{
    struct streets *s = state;
    return geocode_wait(s->asked, waker.wake, waker.context);
}

static void close_streets(void *state)
{
    struct streets *s = state;
    geocode_free(s->asked);
    free(s);
}

void streets_answer(struct call *c, struct point at, const char *language, streets_write *write,
                    void *own)
{
    struct geocoder *geocoder = c->api->geocoder;
    if (geocoder == NULL) {
        write(c, NULL, own);
        return;
    }
    struct streets *s = mem_new(sizeof(*s));
    *s = (struct streets){
        .call = c,
        .asked = geocode_new(geocoder, at, language),
        .write = write,
        .own = own,
    };
    c->stream = (struct call_stream){next_step, close_streets, s};
    c->stream_wait = wait_for_street;
}

size_t streets_weigh(struct call *c)
{
    return c->api->geocoder == NULL ? 0 : CALL_INLINE_MAX + 1;
}
