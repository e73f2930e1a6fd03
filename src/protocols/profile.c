/*
 * Profiles of models, one row each. A model is written in many ways, so it is compared without case
 * and dividers; the first row with which it begins wins.
 */
#include "protocols/profile.h"

#include "protocols/protocol.h"

static const struct {
    const char *model; /* in capitals, a blank for whatever divides */
    enum profile profile;
} rows[] = {
    {"AOVX V", PROFILE_AOVX_V}, {"AOVX ", PROFILE_AOVX}, {"VL300", PROFILE_AOVX_V},
    {"GL100", PROFILE_AOVX},    {"AL300", PROFILE_AOVX},
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* As the rows write it. */
static uint8_t plain_of(uint8_t c)
{
    bool is_divider = c == '_' || c == '-';
    bool is_small = c >= 'a' && c <= 'z';
    return (uint8_t)(is_divider ? ' ' : is_small ? c - 'a' + 'A' : c);
}

/* Whether `model` begins with `row`, and no number of the row goes on in it. */
static bool begins(struct bytes model, const char *row)
{
    size_t n = 0;
    while (row[n] != '\0' && n < model.len && plain_of(model.at[n]) == (uint8_t)row[n]) {
        n++;
    }
    bool goes_on = n > 0 && n < model.len && is_digit(model.at[n - 1]) && is_digit(model.at[n]);
    return row[n] == '\0' && !goes_on;
}

enum profile profile_of_model(struct bytes model)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (begins(model, rows[i].model)) {
            return rows[i].profile;
        }
    }
    return PROFILE_NONE;
}

struct dialect dialect_of(const struct device *d)
{
    return (struct dialect){.speed_unit = d->speed_unit,
                            .profile = profile_of_model(bytes_of_text(d->model))};
}

bool dialect_set(struct session *s, struct dialect dialect)
{
    bool is_change = s->device_speed_unit != (uint8_t)dialect.speed_unit ||
                     s->profile != (uint8_t)dialect.profile;
    s->device_speed_unit = (uint8_t)dialect.speed_unit;
    s->profile = (uint8_t)dialect.profile;
    return is_change;
}
