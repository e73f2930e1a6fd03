/*
 * A network that takes no datagram, as one whose queue is full: a library to be preloaded
 * (LD_PRELOAD). While the file that the environment variable ODOGRAPH_UDP_FILE names begins with
 * "full", whatever is sent over UDP finds no room (EAGAIN), looked at anew in each call.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char word[] = "full";

typedef ssize_t send_one(int fd, const struct msghdr *message, int flags);
typedef int send_many(int fd, struct mmsghdr *messages, unsigned count, int flags);

static bool says_full(void)
{
    const char *path = getenv("ODOGRAPH_UDP_FILE");
    char content[sizeof(word) - 1] = "";
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t n = read(fd, content, sizeof(content));
    (void)close(fd);
    return n == (ssize_t)sizeof(content) && memcmp(content, word, sizeof(content)) == 0;
}

static bool is_full(int fd)
{
    int type = 0;
    socklen_t len = sizeof(type);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM &&
           says_full();
}

static void *real_of(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        abort();
    }
    return function;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    void *function = real_of("sendmsg");
    send_one *real = NULL;
    memcpy((void *)&real, &function, sizeof(function));
    if (is_full(fd)) {
        errno = EAGAIN;
        return -1;
    }
    return real(fd, message, flags);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    void *function = real_of("sendmmsg");
    send_many *real = NULL;
    memcpy((void *)&real, &function, sizeof(function));
    if (is_full(fd)) {
        errno = EAGAIN;
        return -1;
    }
    return real(fd, messages, count, flags);
}
