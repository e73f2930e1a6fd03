/*
 * The names of SIM cards. An ICCID is 19 digits and a check digit (ITU-T E.118). The check digit is
 * that of Luhn: from the right every second digit is doubled, the digits of all that are added up,
 * and the sum is a multiple of ten.
 *
 * Some write the check digit and some do not, and one that stands there cannot be told from a last
 * digit that happens to be right. So a key leaves it away wherever it is right, and of what is left
 * once more, down to 18 digits: two ways to write one card come to the same key, and of two cards
 * with equally many digits never.
 */
#include "model/sim.h"

#include <ctype.h>
#include <string.h>

enum { DECIMAL = 10 };

/* How many characters stand before the fillers. */
static size_t length_of(const char *text)
{
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == 'f' || text[len - 1] == 'F')) {
        len--;
    }
    return len;
}

bool iccid_is_valid(const char *text)
{
    size_t len = length_of(text);
    if (len < ICCID_CHARS_MIN || len > ICCID_CHARS_MAX || text[0] != '8' || text[1] != '9') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!isxdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return true;
}

/* Whether they are digits, the last of which is the check digit of the others. */
static bool has_check_digit(const char *text, size_t len)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[len - 1 - i])) {
            return false;
        }
        int digit = text[len - 1 - i] - '0';
        int doubled = 2 * digit;
        sum += i % 2 == 0 ? digit : doubled / DECIMAL + doubled % DECIMAL;
    }
    return sum % DECIMAL == 0;
}

/* How many characters of a valid one stand in its key. */
static size_t key_length(const char *text)
{
    size_t len = length_of(text);
    while (len > ICCID_CHARS_MIN && has_check_digit(text, len)) {
        len--;
    }
    return len;
}

bool iccid_key(const char *text, char out[ICCID_KEY_SIZE])
{
    bool is_valid = iccid_is_valid(text);
    size_t len = is_valid ? key_length(text) : 0;
    for (size_t i = 0; i < len; i++) {
        out[i] = (char)(toupper)((unsigned char)text[i]); /* the function: the macro is a maze */
    }
    out[len] = '\0';
    return is_valid;
}

const char *sms_status_word(enum sms_status status)
{
    static const char *const words[] = {
#define X(NAME, word, type) [SMS_##NAME] = (word),
        SMS_STATUS_MAP(X)
#undef X
    };
    return words[status];
}

const char *sms_type_word(enum sms_status status)
{
    static const char *const words[] = {
#define X(NAME, word, type) [SMS_##NAME] = (type),
        SMS_STATUS_MAP(X)
#undef X
    };
    return words[status];
}

void sim_count_sms(struct sim_card *card)
{
    card->sms_data -= card->sms_data > 0 ? 1 : 0;
}
