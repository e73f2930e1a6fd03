/*
 * A password from whoever types it. While the echo is off, the signals that would end or stop the
 * program only interrupt the reading, so that nobody is left with a terminal that shows nothing.
 */
#include "cli/password_input.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int caught[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP};
enum { CAUGHT = sizeof(caught) / sizeof(caught[0]) };

/* One line, a byte at a time: what comes behind it is left to others. */
static enum err read_line(char out[PASSWORD_INPUT_SIZE])
{
    size_t len = 0;
    ssize_t n = 1;
    char c = '\0';
    while (len < PASSWORD_INPUT_SIZE && (n = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n') {
        out[len++] = c;
    }
    if (n < 0) {
        return errno == EINTR ? ERR_END : ERR_IO;
    }
    if (len == PASSWORD_INPUT_SIZE) {
        return ERR_TOO_LONG;
    }
    if (n == 0 && len == 0) {
        return ERR_END;
    }
    if (len > 0 && out[len - 1] == '\r') {
        len--;
    }
    out[len] = '\0';
    return strlen(out) == len ? ERR_OK : ERR_INVALID;
}

static void interrupt(int signal_number)
{
    (void)signal_number; /* read() fails with EINTR */
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
    const struct sigaction action = {.sa_handler = interrupt}; /* without SA_RESTART */
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
    return isatty(STDIN_FILENO) == 1 ? read_terminal(out) : read_line(out);
}
