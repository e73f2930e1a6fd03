/*
 * How many connections there may be: each is an open file, and the system allows a process only so
 * many.
 */
#include "cli/limits.h"

#include <sys/resource.h>

#include "base/log.h"

void limits_raise_open_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        log_line(LOG_WARN, "open_files_limit_kept", "limit=%llu",
                 (unsigned long long)limit.rlim_cur);
    }
}

uint64_t limits_share(uint64_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur / 2 >= wanted) {
        return wanted;
    }
    log_line(LOG_WARN, "http_connections_lowered", "wanted=%llu limit=%llu",
             (unsigned long long)wanted, (unsigned long long)limit.rlim_cur / 2);
    return limit.rlim_cur / 2;
}
