/* Many objects in one call: how they are read, added step by step, and what is told of them. */
#include "api/elements.h"

const struct reply_member elements_members[ELEMENTS_MEMBERS] = {
    {.name = "added", .type = REPLY_INT, .example = "2", .doc = "How many were added"},
    {.name = "errors",
     .type = REPLY_ERRORS,
     .example = "[{\"index\":1,\"ErrMsg\":\"DeviceID is taken\"}]",
     .doc = "Which were not, counted from 0, and why"},
};

static const char *read_element(struct call *c, const struct json_value *v,
                                const struct element_kind *kind, struct value *values)
{
    struct param_fault fault = {0};
    const struct param_reading reading = {
        .rows = kind->rows,
        .count = kind->count,
        .arena = &c->arena,
        .clock = call_clock(c),
    };
    if (v->kind != JSON_KIND_OBJECT) {
        return "wrong kind of value";
    }
    if (params_read(&reading, v, values, &fault) == ERR_OK && !kind->has_fault(c, values, &fault)) {
        return NULL;
    }
    return arena_format(&c->arena, "%s: %s", fault.name, fault.why);
}

void elements_read(struct call *c, size_t param, const struct element_kind *kind)
{
    const struct value *objects = &c->values[param];
    struct elements *all = arena_new(&c->arena, sizeof(*all));
    struct value *values =
        arena_new_array(&c->arena, objects->count * kind->count, sizeof(*values));
    all->at = arena_new_array(&c->arena, objects->count, sizeof(*all->at));
    all->count = objects->count;
    all->kind = kind;
    const struct json_value *v = objects->first;
    for (size_t i = 0; i < all->count; i++, v = v->next) {
        all->at[i].values = &values[i * kind->count];
        all->at[i].why = read_element(c, v, kind, all->at[i].values);
    }
    c->own = all;
}

void elements_want_names(struct call *c, enum name_kind kind, size_t value)
{
    const struct elements *all = c->own;
    struct unique_name *names = call_want_names(c, all->count);
    for (size_t i = 0; i < all->count; i++) {
        const char *text = all->at[i].why == NULL ? all->at[i].values[value].text : NULL;
        names[i] = (struct unique_name){.kind = kind, .text = text};
    }
}

enum err elements_step(struct call *c, struct job_context *job,
                       const char *(*add)(void *context, size_t i), void *context)
{
    struct elements *all = c->own;
    while (all->next < all->count) {
        struct element *e = &all->at[all->next];
        e->change = job->changes.len;
        e->why = e->why == NULL ? add(context, all->next) : e->why;
        all->next++;
        if (job_pauses(job)) {
            break;
        }
    }
    return all->next < all->count ? ERR_MORE : ERR_OK;
}

/* What the steps looked at so far is committed: counts what of it was added. The rest has an error.
 */
void elements_note_committed(struct call *c)
{
    struct elements *all = c->own;
    for (; all->committed < all->next; all->committed++) {
        all->added += all->at[all->committed].why == NULL;
    }
    c->is_partly_done = all->added > 0;
}

const struct value *elements_of_change(const struct elements *all, size_t change, size_t *from)
{
    size_t i = *from > all->committed ? *from : all->committed;
    while (i < all->next && (all->at[i].why != NULL || all->at[i].change < change)) {
        i++;
    }
    *from = i;
    return i < all->next && all->at[i].change == change ? all->at[i].values : NULL;
}

/* Why the element is not there; NULL: it is. */
static const char *why_not(const struct elements *all, size_t i)
{
    const char *why = all->at[i].why;
    return why == NULL && i >= all->committed ? CALL_NO_STORE_TEXT : why;
}

size_t elements_weigh(struct call *c)
{
    const struct elements *all = c->own;
    return all->count - all->added;
}

void elements_answer(struct call *c)
{
    const struct elements *all = c->own;
    json_object_begin(&c->out);
    json_name(&c->out, "added");
    json_int(&c->out, (int64_t)all->added);
    json_name(&c->out, "errors");
    json_array_begin(&c->out);
    for (size_t i = 0; i < all->count; i++) {
        const char *why = why_not(all, i);
        if (why == NULL) {
            continue;
        }
        json_object_begin(&c->out);
        json_name(&c->out, "index");
        json_int(&c->out, (int64_t)i);
        json_name(&c->out, "ErrMsg");
        json_write_string(&c->out, why);
        json_object_end(&c->out);
    }
    json_array_end(&c->out);
    json_object_end(&c->out);
}
