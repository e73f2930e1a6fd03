#include "map/style.h"

#include <string.h>

#include "base/check.h"
#include "base/json.h"
#include "map/map_data.h"

static const char MARK[] = "\"@raster\"";

static const struct {
    const char *of_language[2];
    const char *of_raster;
} styles[MAP_THEME_COUNT] = {
    [MAP_LIGHT] =
        {.of_language = {[GAZETTEER_EN] = map_style_light_en, [GAZETTEER_ZH] = map_style_light_zh},
         .of_raster = map_style_light_raster},
    [MAP_DARK] =
        {.of_language = {[GAZETTEER_EN] = map_style_dark_en, [GAZETTEER_ZH] = map_style_dark_zh},
         .of_raster = map_style_dark_raster},
};

struct bytes map_style(enum map_theme theme, enum gazetteer_language language)
{
    return bytes_of_text(styles[theme].of_language[language]);
}

struct bytes map_style_of_raster(struct arena *a, enum map_theme theme, const char *tiles)
{
    const char *style = styles[theme].of_raster;
    const char *mark = strstr(style, MARK);
    check(mark != NULL);
    struct json_out value = {0};
    json_write_string(&value, tiles);
    struct bytes text = json_text(&value);
    const char *whole = arena_format(a, "%.*s%.*s%s", (int)(mark - style), style, (int)text.len,
                                     (const char *)text.at, mark + strlen(MARK));
    json_free(&value);
    return bytes_of_text(whole);
}
