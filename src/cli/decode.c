/*
 * odograph decode: prints what the frames of one device session say, a line of JSON a message.
 * Frames come in hexadecimal, as arguments or as lines of a file or of standard input.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "protocols/transcript.h"

static const char USAGE[] = "usage: odograph decode [--protocol NAME] [--session FILE | HEX...]\n";

static const char HELP[] =
    "\n"
    "Prints what a tracker's frames say, one JSON object a message, with the answer the server\n"
    "would give (\"ack\", hexadecimal) at the last message of a frame. All frames are one "
    "session,\n"
    "in order. Exit status 1 when a frame was bad ({\"error\": ..., \"frame\": ...}), 2 for a "
    "wrong\n"
    "command line.\n"
    "\n"
    "  HEX              one or more whole frames in hexadecimal, blanks between bytes allowed;\n"
    "                   \"-\" reads lines of them from standard input. Frames of HTTP (osmand) "
    "are\n"
    "                   whole requests, in hexadecimal as well\n"
    "  --session FILE   reads lines of HEX from FILE; empty lines and lines of \"#\" are skipped\n"
    "  --protocol NAME  takes the frames as NAME's instead of looking at the first bytes:\n";

struct decode_options {
    const char *protocol;
    const char *session;
    char **frames;
    int count;
    bool wants_help;
};

static void print_line(void *context, struct bytes json)
{
    FILE *out = context;
    (void)fwrite(json.at, 1, json.len, out);
    (void)fputc('\n', out);
}

static void print_help(void)
{
    (void)fputs(USAGE, stdout);
    (void)fputs(HELP, stdout);
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        (void)printf("    %-11s %s\n", protocol_at(i)->name, protocol_at(i)->doc);
    }
}

/* Writes an argument that is no frame at all into the output, as it was given. */
static void print_no_hex(struct transcript *t, struct bytes text)
{
    struct json_out j = {0};
    json_object_begin(&j);
    json_name(&j, "error");
    json_write_string(&j, "not hexadecimal");
    json_name(&j, "frame");
    json_string_bytes(&j, text);
    json_object_end(&j);
    t->print(t->context, json_text(&j));
    t->errors++;
    json_free(&j);
}

static void decode_hex(struct transcript *t, struct bytes hex)
{
    uint8_t *frame = mem_new(hex.len / 2 + 1);
    size_t len = 0;
    enum err e = hex_decode(hex, frame, hex.len / 2 + 1, &len);
    if (e != ERR_OK || len == 0) {
        print_no_hex(t, hex);
    } else {
        struct bytes in = {frame, len};
        size_t used = transcript_feed(t, in);
        transcript_end(t, bytes_slice(in, used, len));
    }
    free(frame);
}

/* Plays the lines of `in`, which may be of any length. */
static void decode_lines(struct transcript *t, FILE *in)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, in)) >= 0) {
        while (n > 0 && strchr(" \t\r\n", line[n - 1]) != NULL) {
            n--;
        }
        if (n > 0 && line[0] != '#') {
            decode_hex(t, (struct bytes){(const uint8_t *)line, (size_t)n});
        }
    }
    free(line);
}

static enum err decode_file(struct transcript *t, const char *path)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        (void)fprintf(stderr, "odograph decode: %s: %s\n", path, strerror(errno));
        return ERR_IO;
    }
    decode_lines(t, in);
    enum err e = ERR_OK;
    if (ferror(in) != 0) {
        (void)fprintf(stderr, "odograph decode: %s: %s\n", path, strerror(errno));
        e = ERR_IO;
    }
    (void)fclose(in);
    return e;
}

/* Takes one option and its value off the front of `args`; answers how many words it took. */
static int read_option(char **args, int count, struct decode_options *o)
{
    const char *word = args[0];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        o->wants_help = true;
        return 1;
    }
    const char **target = strcmp(word, "--protocol") == 0  ? &o->protocol
                          : strcmp(word, "--session") == 0 ? &o->session
                                                           : NULL;
    if (target == NULL || count < 2 || *target != NULL) {
        (void)fprintf(stderr, "odograph decode: %s: %s\n", word,
                      target == NULL ? "no such option"
                      : count < 2    ? "a value is missing"
                                     : "given twice");
        return 0;
    }
    *target = args[1];
    return 2;
}

static bool read_options(int argc, char **argv, struct decode_options *o)
{
    int i = 1;
    while (i < argc && (strncmp(argv[i], "--", 2) == 0 || strcmp(argv[i], "-h") == 0)) {
        int words = read_option(argv + i, argc - i, o);
        if (words == 0) {
            return false;
        }
        i += words;
    }
    o->frames = argv + i;
    o->count = argc - i;
    return o->wants_help || (o->session == NULL) != (o->count == 0);
}

static int decode_all(const struct decode_options *o, const struct protocol *protocol)
{
    struct transcript t = {
        .protocol = protocol,
        .now_s = clock_wall_ms() / 1000,
        .print = print_line,
        .context = stdout,
    };
    enum err e = ERR_OK;
    transcript_begin(&t);
    if (o->session != NULL) {
        e = decode_file(&t, o->session);
    }
    for (int i = 0; i < o->count; i++) {
        if (strcmp(o->frames[i], "-") == 0) {
            decode_lines(&t, stdin);
        } else {
            decode_hex(&t, bytes_of_text(o->frames[i]));
        }
    }
    bool is_bad = e != ERR_OK || t.errors > 0;
    transcript_free(&t);
    return is_bad ? CLI_FAILED : 0;
}

int decode_command(int argc, char **argv)
{
    struct decode_options o = {0};
    if (!read_options(argc, argv, &o)) {
        (void)fputs(USAGE, stderr);
        (void)fputs("odograph decode --help tells more\n", stderr);
        return CLI_USAGE;
    }
    if (o.wants_help) {
        print_help();
        return 0;
    }
    const struct protocol *protocol = o.protocol != NULL ? protocol_find(o.protocol) : NULL;
    if (o.protocol != NULL && protocol == NULL) {
        (void)fprintf(stderr, "odograph decode: --protocol %s: wants one of", o.protocol);
        for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
            (void)fprintf(stderr, " %s", protocol_at(i)->name);
        }
        (void)fputc('\n', stderr);
        return CLI_USAGE;
    }
    return decode_all(&o, protocol);
}
