/*
 * A wrong system clock for a whole server: a library to be preloaded (LD_PRELOAD). The file that
 * the environment variable ODOGRAPH_CLOCK_FILE names holds the seconds, "-86400", that are added to
 * the wall clock, looked at anew in each call; 0 where the file or the variable is missing. The
 * monotonic clock is let alone, as the kernel's is when somebody sets the time. Replace the file by
 * rename(), so that no call sees half a number.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { NUMBER_SIZE = 32, NS_PER_US = 1000 };

typedef int get_time(clockid_t id, struct timespec *out);

static long offset_s(void)
{
    const char *path = getenv("ODOGRAPH_CLOCK_FILE");
    char content[NUMBER_SIZE] = "";
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t n = read(fd, content, sizeof(content) - 1);
    (void)close(fd);
    content[n > 0 ? n : 0] = '\0';
    return strtol(content, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *out)
{
    void *function = dlsym(RTLD_NEXT, "clock_gettime");
    get_time *real = NULL;
    if (function == NULL) {
        abort();
    }
    memcpy((void *)&real, &function, sizeof(function));
    int result = real(id, out);
    if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        out->tv_sec += offset_s();
    }
    return result;
}

time_t time(time_t *out)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now = {0};
    int result = clock_gettime(CLOCK_REALTIME, &now);
    (void)zone;
    *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / NS_PER_US};
    return result;
}
