/*
 * What is over goes. Rows first, then files: one whose row is not that of a report that is done is
 * of a deleted or cancelled one, or was left half.
 */
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <unistd.h>

#include "api/report_pages.h"
#include "api/reports_private.h"
#include "base/clock.h"
#include "base/log.h"

enum { MS_PER_S = 1000 };

#define LOST_TEXT "Its file was lost: make it again"

/* ---- rows ---- */

static bool is_over(const struct reports *r, const struct report_job *job, int64_t now_s)
{
    struct caller caller;
    bool has_expired = job->state != REPORT_WAITING && now_s >= job->expires_s;
    bool is_gone =
        job->state != REPORT_WAITING &&
        report_caller(r->api, job->user_id, job->enterprise_id, &caller) == ERR_NOT_FOUND;
    return has_expired || is_gone;
}

/* Tells of a file that is not there any more, as after a backup was put back. */
static void note_lost(struct reports *r, struct report_job *job, struct arena *arena)
{
    bool is_lost = job->state == REPORT_DONE && access(reports_path(r, job, arena), F_OK) != 0 &&
                   errno == ENOENT;
    if (!is_lost) {
        return;
    }
    job->state = REPORT_FAILED;
    job->error = LOST_TEXT;
    job->size = 0;
    enum err e = reports_commit(r, CHANGE_PUT_REPORT, job);
    if (e != ERR_OK) {
        log_line(LOG_WARN, "report_not_told", "report=%" PRId64 " why=\"%s\"", job->id,
                 err_text(e));
    }
}

static void sweep_rows(struct reports *r, struct directory *dir, int64_t now_s)
{
    struct arena arena = {0};
    struct owned_key at = {0};
    struct report_job job;
    while (directory_owned_after(dir, ENTITY_REPORT, at, &arena, &job) == ERR_OK) {
        at = (struct owned_key){job.enterprise_id, job.id};
        if (!is_over(r, &job, now_s)) {
            note_lost(r, &job, &arena);
        } else if (reports_commit(r, CHANGE_DELETE_REPORT, &job) != ERR_OK) {
            break; /* the next sweep tries it again */
        }
        arena_clear(&arena);
    }
    arena_free(&arena);
}

/* ---- files ---- */

/* Adds the ids of the reports whose files stay: what waits may be being made. */
static void note_rows(struct directory *dir, GHashTable *stay)
{
    struct arena arena = {0};
    struct owned_key at = {0};
    struct report_job job;
    while (directory_owned_after(dir, ENTITY_REPORT, at, &arena, &job) == ERR_OK) {
        at = (struct owned_key){job.enterprise_id, job.id};
        if (job.state == REPORT_DONE || job.state == REPORT_WAITING) {
            (void)g_hash_table_add(stay, g_memdup2(&job.id, sizeof(job.id)));
        }
        arena_clear(&arena);
    }
    arena_free(&arena);
}

/* The report whose file a name is, "7.csv" or "7.xlsx.part"; 0: none of ours. */
static gint64 id_of(const char *name)
{
    char *end = NULL;
    gint64 id = g_ascii_strtoll(name, &end, 10);
    bool is_ours = end != name && (g_str_has_prefix(end, ".csv") || g_str_has_prefix(end, ".xlsx"));
    return is_ours ? id : 0;
}

/* NULL-terminated; g_strfreev() frees it. */
static char **list_files(const char *directory)
{
    GPtrArray *names = g_ptr_array_new();
    GDir *dir = g_dir_open(directory, 0, NULL);
    const char *name = NULL;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (id_of(name) != 0) {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    if (dir != NULL) {
        g_dir_close(dir);
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

static void remove_files(const struct reports *r, char *const *names, GHashTable *stay)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        gint64 id = id_of(names[i]);
        if (!g_hash_table_contains(stay, &id)) {
            char *path = g_build_filename(r->directory, names[i], NULL);
            (void)unlink(path);
            g_free(path);
        }
    }
}

/* Rows are read behind the names: whatever file there is by then, its row came before it. */
void reports_sweep(struct reports *r)
{
    char **names = list_files(r->directory);
    GHashTable *stay = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (size_t i = 0; i < r->api->shards->count; i++) {
        struct directory *dir = r->api->shards->at[i].directory;
        sweep_rows(r, dir, clock_wall_ms() / MS_PER_S);
        note_rows(dir, stay);
    }
    remove_files(r, names, stay);
    g_hash_table_destroy(stay);
    g_strfreev(names);
}
