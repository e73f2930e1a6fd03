/*
 * The accounts that the program makes itself: root at the first start, and those of the
 * demonstration. Both are made by jobs, as the calls of the API make theirs.
 */
#include <stdlib.h>
#include <string.h>

#include "api/auth.h"
#include "api/server.h"
#include "base/mem.h"

enum { JOB_TIMEOUT_MS = 10000 };

/* One account to make; owned as ingest_call() says. */
struct creation {
    char password_hash[AUTH_PASSWORD_HASH_SIZE];
    int64_t enterprise_id; /* answered */
};

static enum err make_root(struct job_context *job, void *arg)
{
    struct creation *creation = arg;
    struct user existing;
    if (directory_user_by_login(job->directory, "root", job->changes.arena, &existing) == ERR_OK) {
        return ERR_DUPLICATE;
    }
    change_add(&job->changes, CHANGE_PUT_USER)->user = (struct user){
        .id = ids_next(job->ids, ID_OF_USER),
        .login_name = "root",
        .password_hash = creation->password_hash,
        .role = ROLE_ROOT,
        .created_s = job->now_s,
    };
    return ERR_OK;
}

static enum err make_demo(struct job_context *job, void *arg)
{
    struct creation *creation = arg;
    struct user demo;
    if (directory_user_by_login(job->directory, "demo", job->changes.arena, &demo) == ERR_OK) {
        creation->enterprise_id = demo.enterprise_id;
        return ERR_DUPLICATE;
    }
    creation->enterprise_id = ids_next(job->ids, ID_OF_ENTERPRISE);
    change_add(&job->changes, CHANGE_PUT_ENTERPRISE)->enterprise = (struct enterprise){
        .id = creation->enterprise_id,
        .name = "Demo",
        .zone = "Europe/Berlin", /* of both regions in which it drives */
        .created_s = job->now_s,
    };
    change_add(&job->changes, CHANGE_PUT_USER)->user = (struct user){
        .id = ids_next(job->ids, ID_OF_USER),
        .enterprise_id = creation->enterprise_id,
        .login_name = "demo",
        .password_hash = creation->password_hash,
        .role = ROLE_ADMIN,
        .created_s = job->now_s,
    };
    return ERR_OK;
}

static enum err create(struct ingest *in, job_run *run, const char *password,
                       int64_t *enterprise_id)
{
    struct creation *creation = mem_new(sizeof(*creation));
    auth_hash_password(password, creation->password_hash);
    enum err e = ingest_call(in, run, creation, free, JOB_TIMEOUT_MS);
    if (e != ERR_TIMEOUT) {
        *enterprise_id = creation->enterprise_id;
        free(creation);
    }
    return e;
}

enum err api_make_root(struct ingest *in, const char *password)
{
    int64_t none = 0;
    if (auth_password_fault(password) != NULL) {
        return ERR_INVALID;
    }
    return create(in, make_root, password, &none);
}

enum err api_make_demo(struct ingest *in, int64_t *enterprise_id)
{
    return create(in, make_demo, "demo", enterprise_id);
}
