#ifndef FUZZ_FUZZING_H
#define FUZZ_FUZZING_H

/* What libFuzzer's drivers share. A broken promise aborts: check(). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"

enum { FUZZ_PATH_SIZE = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory that holds `in`, and its path; to be closed. */
static inline int fuzz_file(struct bytes in, char path[FUZZ_PATH_SIZE])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    check(fd >= 0);
    check(write(fd, in.at, in.len) == (ssize_t)in.len);
    (void)snprintf(path, FUZZ_PATH_SIZE, "/proc/self/fd/%d", fd);
    return fd;
}

/* A copy with a NUL behind it, in memory of its own, so that a read beyond it is seen. */
static inline char *fuzz_text(struct bytes in)
{
    char *text = malloc(in.len + 1);
    check(text != NULL);
    bytes_to_text(in, text, in.len + 1);
    return text;
}

#endif
