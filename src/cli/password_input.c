/*
 * A password from whoever types it. While the echo is off, the signals that would end or stop the
 * program only interrupt the reading, so that nobody is left with a terminal that shows nothing.
 * They are blocked except while it waits, so that no signal is lost between two looks.
 */
#include "cli/password_input.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int caught[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP};
enum { CAUGHT = sizeof(caught) / sizeof(caught[0]) };

void password_input_prepare(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < CAUGHT; i++) {
        (void)sigaddset(&set, caught[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Waits until there is something to read; ERR_END where a signal came first. */
static enum err wait_for_input(void)
{
    sigset_t open;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    (void)sigprocmask(SIG_BLOCK, NULL, &open);
    for (size_t i = 0; i < CAUGHT; i++) {
        (void)sigdelset(&open, caught[i]);
    }
    if (ppoll(&input, 1, NULL, &open) < 0) {
        return errno == EINTR ? ERR_END : ERR_IO;
    }
    return ERR_OK;
}

/* One byte; ERR_END behind the last, too. */
static enum err read_byte(char *out)
{
    enum err e = wait_for_input();
    ssize_t n = e == ERR_OK ? read(STDIN_FILENO, out, 1) : 0;
    if (e != ERR_OK) {
        return e;
    }
    return n < 0 ? ERR_IO : n == 0 ? ERR_END : ERR_OK;
}

/* Reads to the end of the line, a byte at a time: what comes behind it is left to others. */
static enum err read_bytes(char out[PASSWORD_INPUT_SIZE], size_t *len)
{
    for (*len = 0; *len < PASSWORD_INPUT_SIZE; (*len)++) {
        enum err e = read_byte(&out[*len]);
        if (e == ERR_END && *len > 0 && !isatty(STDIN_FILENO)) {
            return ERR_OK; /* of a last line without its end */
        }
        if (e != ERR_OK || out[*len] == '\n') {
            return e;
        }
    }
    return ERR_TOO_LONG;
}

static enum err read_line(char out[PASSWORD_INPUT_SIZE])
{
    size_t len = 0;
    enum err e = read_bytes(out, &len);
    if (e != ERR_OK) {
        return e;
    }
    if (len > 0 && out[len - 1] == '\r') {
        len--;
    }
    out[len] = '\0';
    return strlen(out) == len ? ERR_OK : ERR_UNSUPPORTED;
}

static void interrupt(int signal_number)
{
    (void)signal_number; /* ppoll() fails with EINTR */
}

static enum err prompt(const char *text, char out[PASSWORD_INPUT_SIZE])
{
    (void)fputs(text, stderr);
    enum err e = read_line(out);
    (void)fputc('\n', stderr);
    return e;
}

static enum err read_twice(char out[PASSWORD_INPUT_SIZE])
{
    char again[PASSWORD_INPUT_SIZE];
    enum err e = prompt("New password: ", out);
    e = e != ERR_OK ? e : prompt("The same again: ", again);
    if (e == ERR_OK && strcmp(out, again) != 0) {
        e = ERR_INVALID;
    }
    sodium_memzero(again, sizeof(again));
    return e;
}

static enum err read_terminal(char out[PASSWORD_INPUT_SIZE])
{
    struct termios shown;
    struct sigaction before[CAUGHT];
    const struct sigaction action = {.sa_handler = interrupt};
    if (tcgetattr(STDIN_FILENO, &shown) != 0) {
        return ERR_IO;
    }
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    for (size_t i = 0; i < CAUGHT; i++) {
        (void)sigaction(caught[i], &action, &before[i]);
    }
    enum err e = tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 ? ERR_OK : ERR_IO;
    e = e != ERR_OK ? e : read_twice(out);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    for (size_t i = 0; i < CAUGHT; i++) {
        (void)sigaction(caught[i], &before[i], NULL);
    }
    return e;
}

enum err password_input(char out[PASSWORD_INPUT_SIZE])
{
    memset(out, 0, PASSWORD_INPUT_SIZE);
    return isatty(STDIN_FILENO) == 1 ? read_terminal(out) : read_line(out);
}
