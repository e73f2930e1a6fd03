#ifndef BASE_NAME_TEXT_H
#define BASE_NAME_TEXT_H

#include "base/bytes.h"

/*
 * What is wrong with a name that people tell things apart by; NULL: nothing. The answer is
 * static, and follows the name of a field: "HoldName: holds an invisible character".
 *
 * Refused is what makes two names look alike, or what turns the text behind it around: control
 * characters, blanks at an end, what is never shown, what sets the direction of text, line
 * separators, what every font shows in its own way or not at all, and what is no UTF-8. The joiners
 * U+200C and U+200D are letters' business in Persian and in the scripts of India: they may stand
 * between two letters of such a script. A mark that chooses how a symbol is drawn may stand behind
 * one.
 */
const char *name_fault(struct bytes text);

#endif
