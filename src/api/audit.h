#ifndef API_AUDIT_H
#define API_AUDIT_H

#include "api/call.h"

/*
 * What ListAudit tells. The rows are made of the changes of a job, so that a handler need not know
 * of them, and are committed with those changes.
 */

/*
 * Adds to the changes of a job's step what the audit tells of them: on the ingest thread, behind
 * `change`. Errors of store_add_audit().
 */
MUST_USE enum err audit_tell(struct call *c, struct job_context *job);

/*
 * What the audit is to tell of a call that acts on a device by a job of its own; its time is not
 * set. Freed with free().
 */
struct audit *audit_row_new(struct call *c, const struct device *d);
/* Adds such a row to the changes of that job. Errors of store_add_audit(). */
MUST_USE enum err audit_add(struct store *store, struct job_context *job, const struct audit *row);

/*
 * Has a login that was refused told, where its account exists or did. The row is written by a job
 * of its own, for which nobody waits; of an enterprise AUDIT_FAILURES_MAX in AUDIT_FAILURES_S, of
 * each method.
 */
void audit_tell_failed_login(const struct call *c, const struct user *user);

/*
 * The same of a device's password that was wrong, by the account that is logged in. Any thread that
 * has the call.
 */
void audit_tell_wrong_password(struct call *c, const struct device *device, const char *why);

enum { AUDIT_FAILURES_MAX = 20, AUDIT_FAILURES_S = 600 };

#endif
