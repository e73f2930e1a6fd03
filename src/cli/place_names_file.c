/*
 * The file of an operator's names of places, read as a whole once; place_names.h reads its text.
 */
#include "cli/place_names_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static enum err complain(const char *command, const char *path, const char *why)
{
    (void)fprintf(stderr, "odograph %s: %s: %s\n", command, path, why);
    return ERR_IO;
}

/* The text of the file, one byte more than allowed at most; NULL where it cannot be read. */
static uint8_t *read_text(const char *path, size_t *len)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        return NULL;
    }
    uint8_t *text = mem_new(PLACE_NAMES_FILE_MAX_BYTES + 1);
    *len = fread(text, 1, PLACE_NAMES_FILE_MAX_BYTES + 1, in);
    int error = ferror(in) ? errno : 0;
    (void)fclose(in);
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    return text;
}

enum err place_names_file_read(const char *command, const char *path, struct place_names **out)
{
    *out = NULL;
    if (path[0] == '\0') {
        return ERR_OK;
    }
    size_t len = 0;
    uint8_t *text = read_text(path, &len);
    if (text == NULL) {
        return complain(command, path, strerror(errno));
    }
    struct place_names_fault fault = {0};
    enum err e = place_names_read((struct bytes){text, len}, out, &fault);
    free(text);
    if (e == ERR_OK) {
        return ERR_OK;
    }
    if (fault.line == 0) {
        (void)complain(command, path, fault.why);
    } else {
        (void)fprintf(stderr, "odograph %s: %s, line %zu: %s\n", command, path, fault.line,
                      fault.why);
    }
    return ERR_INVALID;
}
