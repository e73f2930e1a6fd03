#ifndef CONNECT_SIM_JSON_H
#define CONNECT_SIM_JSON_H

#include "base/arena.h"
#include "base/json_read.h"

/*
 * Members of an operator's answer, by a path of names with dots between: "status.description". What
 * is not there, or is something else, is as good as absent.
 */

/* NULL: there is none, or it is null. */
const struct json_value *sim_json_member(const struct json_value *object, const char *path);
/* A text, or the digits of a number; empty: there is none. */
struct bytes sim_json_text(const struct json_value *object, const char *path);
/* A copy of it in the arena; NULL: there is none, or it is longer than SIM_SENT_ID_MAX. */
const char *sim_json_copy(const struct json_value *object, const char *path, struct arena *arena);
/* A whole number, told as a number or as a text. */
bool sim_json_number(const struct json_value *object, const char *path, int64_t *out);
/* A number times 10^decimals (0 or 2), cut off; below zero is zero. */
bool sim_json_amount(const struct json_value *object, const char *path, unsigned decimals,
                     uint32_t *out);

/*
 * What is at fault with a list of which so many entries could be read; NULL: nothing. An entry that
 * makes no sense is passed over: it must not hide the others. Where all are so, it is no list.
 */
static inline const char *sim_list_fault(size_t count, size_t read, const char *why)
{
    return count > 0 && read == 0 ? why : NULL;
}

#endif
