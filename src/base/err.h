#ifndef BASE_ERR_H
#define BASE_ERR_H

/* Every way an operation can end, once. Columns: name, text for logs and clients. */
#define ERR_MAP(X)                                                                                 \
    X(OK, "ok")                                                                                    \
    X(MORE, "more bytes needed")                                                                   \
    X(END, "nothing further")                                                                      \
    X(MALFORMED, "malformed message")                                                              \
    X(CHECKSUM, "checksum mismatch")                                                               \
    X(TOO_LONG, "longer than allowed")                                                             \
    X(UNSUPPORTED, "not supported")                                                                \
    X(INVALID, "invalid value")                                                                    \
    X(NOT_FOUND, "not found")                                                                      \
    X(DUPLICATE, "already exists")                                                                 \
    X(FORBIDDEN, "not permitted")                                                                  \
    X(THROTTLED, "too many attempts")                                                              \
    X(BUSY, "busy, try again")                                                                     \
    X(FULL, "no space left")                                                                       \
    X(IO, "input or output failed")                                                                \
    X(CORRUPT, "stored data is damaged")                                                           \
    X(LOCKED, "in use by another process")                                                         \
    X(VERSION, "made by a newer version")                                                          \
    X(TIMEOUT, "timed out")                                                                        \
    X(STOPPING, "stopping")

enum err {
#define X(name, text) ERR_##name,
    ERR_MAP(X)
#undef X
};

#define MUST_USE __attribute__((warn_unused_result))

/* The text that the list above gives; static, never NULL. */
const char *err_text(enum err e);

#endif
