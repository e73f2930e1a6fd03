/* The columns of a track: which, and a buffer for each, since an object is written row by row. */
#include "api/track_columns.h"

#include <glib.h>
#include <string.h>

#include "model/extra.h"

/* What the pages draw a track of. */
static const enum fix_column usual[] = {FIX_COLUMN_T, FIX_COLUMN_X, FIX_COLUMN_Y, FIX_COLUMN_V,
                                        FIX_COLUMN_D, FIX_COLUMN_S, FIX_COLUMN_F};

/* "tyre_pressure_3" is index 3 of that key, "rpm" the first. */
static bool names_extra(const char *name, const struct extra_row *row, int *index)
{
    size_t len = strlen(row->name);
    *index = -1;
    if (strncmp(name, row->name, len) != 0 || row->kind == EXTRA_IS_TEXT) {
        return false;
    }
    if (name[len] == '\0') {
        return true;
    }
    guint64 number = 0;
    bool is_index = name[len] == '_' && g_ascii_string_to_unsigned(name + len + 1, 10, 0,
                                                                   EXTRA_INDEX_MAX, &number, NULL);
    *index = (int)number;
    return is_index;
}

static bool find_column(const char *name, struct track_column *out)
{
    *out = (struct track_column){.name = name};
    if (fix_column_named(name, &out->fix)) {
        return true;
    }
    for (unsigned key = 1; extra_row(key) != NULL; key++) {
        if (names_extra(name, extra_row(key), &out->index)) {
            out->extra = key;
            return true;
        }
    }
    return false;
}

static bool is_there(const struct track_columns *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->at[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_column(struct track_columns *t, const struct track_column *column)
{
    struct track_column *added = &t->at[t->count++];
    *added = *column;
    t->has_extras = t->has_extras || column->extra != 0;
    json_array_begin(&added->out);
}

static void add_fix_column(struct track_columns *t, enum fix_column column)
{
    const struct track_column made = {.name = fix_column_name(column), .fix = column};
    add_column(t, &made);
}

bool track_columns_begin(struct track_columns *t, const struct value *names,
                         struct track_columns_fault *fault)
{
    *t = (struct track_columns){0};
    size_t usual_count = names->count == 0 ? sizeof(usual) / sizeof(usual[0]) : 1;
    for (size_t i = 0; i < usual_count; i++) {
        add_fix_column(t, usual[i]);
    }
    for (size_t i = 0; i < names->count; i++) {
        struct track_column column;
        if (!find_column(names->items[i], &column)) {
            *fault = (struct track_columns_fault){names->items[i]};
            return false;
        }
        if (is_there(t, column.name)) {
            continue;
        }
        if (t->count == TRACK_COLUMNS_MAX) {
            *fault = (struct track_columns_fault){NULL};
            return false;
        }
        add_column(t, &column);
    }
    return true;
}

void track_columns_free(struct track_columns *t)
{
    for (size_t i = 0; i < t->count; i++) {
        json_free(&t->at[i].out);
    }
    t->count = 0;
}

static bool find_extra(const struct track_column *column, struct bytes extras, struct extra *out)
{
    struct extras_reader r = extras_begin(extras);
    while (extras_next(&r, out)) {
        if (extra_key_of(out) == column->extra &&
            (column->index < 0 || (unsigned)column->index == extra_index_of(out))) {
            return !out->is_text;
        }
    }
    return false;
}

static void write_extra(struct track_column *column, struct bytes extras)
{
    struct extra found;
    if (!find_extra(column, extras, &found)) {
        json_write_null(&column->out);
        return;
    }
    const struct extra_row *row = extra_row(column->extra);
    if (row->kind == EXTRA_IS_SWITCH) {
        json_int(&column->out, found.number != 0);
    } else if (row->decimals == 0) {
        json_int(&column->out, found.number);
    } else {
        json_decimal(&column->out, found.number, row->decimals);
    }
}

void track_columns_add(struct track_columns *t, const struct fold_state *state, struct bytes extras)
{
    for (size_t i = 0; i < t->count; i++) {
        struct track_column *column = &t->at[i];
        if (column->extra != 0) {
            write_extra(column, extras);
        } else {
            fix_column_write(column->fix, state, &column->out);
        }
    }
    t->rows++;
}

void track_columns_write(struct track_columns *t, struct json_out *out)
{
    json_object_begin(out);
    for (size_t i = 0; i < t->count; i++) {
        struct json_out *column = &t->at[i].out;
        json_array_end(column);
        json_name(out, t->at[i].name);
        json_raw(out, json_text(column));
        *column = (struct json_out){.at = column->at, .capacity = column->capacity};
        json_array_begin(column);
    }
    json_object_end(out);
    t->rows = 0;
}
