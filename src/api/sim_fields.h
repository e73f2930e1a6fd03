#ifndef API_SIM_FIELDS_H
#define API_SIM_FIELDS_H

#include "api/call.h"
#include "fleet/directory_sims.h"

/* A SIM card in the API: its fields, who sees it, and how it is shown. */

/* The fields that AddSIM, AddSIMs and ModifySIM take. */
enum sim_param {
    SIM_ICCID,
    SIM_NUMBER,
    SIM_IMSI,
    SIM_TAG,
    SIM_PACKAGE,
    SIM_DEVICE,
    SIM_REMARK,
    SIM_PROVIDER,
    SIM_END,
    SIM_ACTIVED,
    SIM_USAGE_AMOUNT,
    SIM_USAGE_DATA,
    SIM_SMS_AMOUNT,
    SIM_SMS_DATA,
    SIM_PARAMS
};
extern const struct param_row sim_add_params[SIM_PARAMS];
extern const struct param_row sim_change_params[SIM_PARAMS]; /* SIM need not be there */

/* Whether a value is at fault beyond its row; it fills *fault. */
bool sim_fields_fault(struct call *c, const struct value *values, struct param_fault *fault);
/* NULL, or why the card cannot have the Provider that `values` has; static. In a job. */
const char *sim_provider_fault(const struct call *c, const struct value *values,
                               const struct sim_card *card);
/* Puts what `values` has into `card`, which borrows their texts; all but ICCID and DeviceID. */
void sim_fields_take(struct call *c, struct sim_card *card, const struct value *values);

#define SIM_NONE_TEXT "This SIM card does not exist" /* ErrMsg of 404 */
/*
 * The card of that ICCID, if the caller may see it: of the own enterprise and, for a caller who is
 * limited to groups, in a device of them. A copy, in `arena`. ERR_NOT_FOUND.
 */
MUST_USE enum err sim_find(struct call *c, const char *iccid, struct arena *arena,
                           struct sim_card *out);

/* A card as section 33 shows it; an object on c->out. */
void sim_write_detail(struct call *c, const struct sim_card *card);
/* What its version is made of; `object` is a struct sim_card. */
void sim_write_members(struct call *c, const void *object, struct json_out *out);
/* Whether a text of the card has `key` (list_key_folded()) in it. */
bool sim_has_key(struct call *c, const struct sim_card *card, const char *key);

enum { SIM_DETAIL_MEMBERS = 20, SIM_LIST_MEMBERS = 19 };
extern const struct reply_member sim_detail_members[SIM_DETAIL_MEMBERS];
extern const struct reply_member sim_list_members[SIM_LIST_MEMBERS]; /* Version, too */

#endif
