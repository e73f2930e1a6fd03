/* A program without pages: those of the tests. */
#include "api/site.h"

const struct site_files site_linked = {.style_sources = ""};
