/* The devices of a file, as their internal ids, a line each: a name may be another device's by now.
 */
#include "api/report_devices.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet/directory_tree.h"

const char *report_devices_path(const char *file_path, struct arena *arena)
{
    return arena_format(arena, "%s.devices", file_path);
}

/* ---- writing ---- */

static enum err why(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

enum err report_devices_write(const char *path, const struct report_subjects *subjects)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool is_written = file != NULL;
    for (size_t i = 0; i < subjects->count && is_written; i++) {
        is_written = fprintf(file, "%" PRId64 "\n", subjects->at[i].id) > 0;
    }
    is_written = is_written && fflush(file) == 0 && fsync(fd) == 0;
    enum err e = is_written ? ERR_OK : why();
    if (file == NULL && fd >= 0) {
        (void)close(fd);
    }
    if (file != NULL && fclose(file) != 0 && e == ERR_OK) {
        e = why();
    }
    return e;
}

/* ---- reading ---- */

static bool is_seen(struct call *c, int64_t id)
{
    struct device_ref ref;
    struct directory *dir = c->shard->directory;
    if (directory_find(dir, id, &ref) != ERR_OK) {
        return false;
    }
    bool is = !ref.info->is_former && directory_sees(dir, &c->caller, &ref);
    device_ref_release(dir, &ref);
    return is;
}

enum err report_devices_judge(struct call *c, const char *path)
{
    char line[32];
    if (c->caller.group_count == 0) {
        return ERR_OK;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return ERR_NOT_FOUND;
    }
    enum err e = ERR_OK;
    while (e == ERR_OK && fgets(line, sizeof(line), file) != NULL) {
        e = is_seen(c, g_ascii_strtoll(line, NULL, 10)) ? ERR_OK : ERR_FORBIDDEN;
    }
    e = e == ERR_OK && ferror(file) != 0 ? ERR_NOT_FOUND : e;
    (void)fclose(file);
    return e;
}
