#ifndef API_SMS_HOOK_H
#define API_SMS_HOOK_H

#include "connect/sims.h"

/*
 * The account whose hook a path is: /hooks/sms/NAME/SECRET, the secret as it is configured. NULL:
 * the path is nobody's, which nobody can tell from one whose secret is another.
 */
const struct sim_account_options *sms_hook_find(const struct sims *s, const char *path);

#endif
