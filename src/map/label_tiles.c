#include "map/label_tiles.h"

#include "base/check.h"
#include "map/mvt.h"

/* How many a tile has: about as many as there is room for when it is drawn at its largest. */
enum { FAR_MAX = 96, NEAR_MAX = 192, NEAR_ZOOM = 10, RANK_LAST = 255 };
/* Of a name and of all that a place is beside its names; names have 255 bytes at most. */
enum { NAMES_MAX = 2 * 264, PLACE_MAX = 64, HEAD_MAX = 64 };

struct label_keys {
    uint32_t name;
    uint32_t zh;
    uint32_t rank;
};

static void put_label(struct mvt_layer *l, const struct label_keys *keys, struct tile_place at,
                      const struct gazetteer_label *label)
{
    struct mvt_tag tags[3];
    size_t count = 0;
    tags[count++] = (struct mvt_tag){keys->name, mvt_text(l, label->name)};
    if (label->chinese.len > 0 && !bytes_same(label->chinese, label->name)) {
        tags[count++] = (struct mvt_tag){keys->zh, mvt_text(l, label->chinese)};
    }
    tags[count++] = (struct mvt_tag){keys->rank, mvt_number(l, RANK_LAST - label->size)};
    mvt_point(l, at, tags, count);
}

struct bytes label_tile(struct arena *a, const struct place_names *own, struct tile t)
{
    if (t.zoom < LABEL_ZOOM_MIN || t.zoom > LABEL_ZOOM_MAX) {
        return (struct bytes){0};
    }
    size_t most = t.zoom < NEAR_ZOOM ? FAR_MAX : NEAR_MAX;
    struct gazetteer_label *labels = arena_new_array(a, most, sizeof(*labels));
    struct box box = tile_box(t);
    size_t count = gazetteer_labels(own, &box, labels, most);
    size_t room = HEAD_MAX + count * (NAMES_MAX + PLACE_MAX);
    struct mvt_layer l = mvt_begin("place", arena_new(a, room), room);
    const struct label_keys keys = {mvt_key(&l, "name"), mvt_key(&l, "zh"), mvt_key(&l, "r")};
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        struct tile_place at;
        if (tile_place_of(t, labels[i].at, &at)) {
            put_label(&l, &keys, at, &labels[i]);
            written++;
        }
    }
    if (written == 0) {
        return (struct bytes){0};
    }
    struct writer out = writer_init(arena_new(a, room + HEAD_MAX), room + HEAD_MAX);
    mvt_end(&l, &out);
    check(writer_ok(&out));
    return writer_bytes(&out);
}
