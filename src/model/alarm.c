/*
 * The texts of the alarms, as clients see them, and which of them are momentary. Both are made of
 * the list in alarm.h.
 */
#include "model/alarm.h"

static const struct {
    const char *text;
    bool momentary;
} rows[ALARM_COUNT] = {
#define X(name, words, moment) [ALARM_##name] = {.text = (words), .momentary = (moment)},
    ALARM_MAP(X)
#undef X
};

const char *alarm_text(enum alarm_type type)
{
    return rows[type].text;
}

bool alarm_is_momentary(enum alarm_type type)
{
    return rows[type].momentary;
}
