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
