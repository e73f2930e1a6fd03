/*
 * libFuzzer's driver of the chunk codec. The first byte of an input says how the others are taken:
 *
 *     0    a count (two bytes, the lower first; the highest two bits and 1 are the block's version)
 *          and the columns or records of a block, which gets a checksum that is right, so that what
 *          is behind it is reached
 *     1    bytes as they would come from the disk
 *     2    fixes: the numbers their members and their extra values are made of, eight bytes for
 *          each
 *
 * Whatever could be decoded, and every fix of the third way, must come back from both levels as it
 * was. A broken promise aborts.
 */
#include "store/chunk_testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16, BLOCK_MAX = INPUT_MAX + 32, NOISE_MAX = 200 };

struct bench {
    struct chunk_codec *codec;
    struct fixes fixes;
    struct fixes again;
};

static void decode(struct bench *b, struct bytes in)
{
    size_t announced = 0;
    enum err counted = chunk_count(in, &announced);
    enum err decoded = chunk_decode(b->codec, in, CHUNK_FIXES_MAX, &b->fixes);
    check(b->fixes.count <= CHUNK_FIXES_MAX);
    check(decoded == ERR_OK ? counted == ERR_OK && announced == b->fixes.count
                            : b->fixes.count == 0);
}

static void decode_forged(struct bench *b, struct bytes in)
{
    static uint8_t block[BLOCK_MAX];
    if (in.len < 2) {
        return;
    }
    uint64_t count = in.at[0] | (uint64_t)(in.at[1] & 0x3f) << 8;
    uint8_t version = (uint8_t)(1 + (in.at[1] >> 6));
    size_t len = chunk_forge(block, sizeof(block), version, count, bytes_slice(in, 2, SIZE_MAX));
    decode(b, (struct bytes){block, len});
}

static void make(struct bench *b, struct bytes in)
{
    size_t count = in.len / sizeof(uint64_t);
    for (size_t i = 0; i < count && i < NOISE_MAX; i++) {
        uint64_t seed = 0;
        struct fix fix;
        memcpy(&seed, in.at + i * sizeof(seed), sizeof(seed));
        fix_of_noise(&seed, &fix);
        fixes_append(&b->fixes, &fix, extras_of_noise(&seed, &b->fixes.arena));
    }
}

static void expect_back(struct bench *b, int level)
{
    struct fix_run run = fixes_run(&b->fixes);
    struct bytes block = chunk_encode(b->codec, &run, level);
    check(chunk_unproven(b->codec) == 0); /* nothing was mended by records */
    check((block.at[0] == 1) == !fix_run_has_extras(&run));
    fixes_reset(&b->again);
    check(chunk_decode(b->codec, block, CHUNK_FIXES_MAX, &b->again) == ERR_OK);
    struct fix_run again = fixes_run(&b->again);
    check(again.count == run.count && memcmp(again.at, run.at, run.count * sizeof(*run.at)) == 0);
    for (size_t i = 0; i < run.count; i++) {
        check(bytes_same(fix_run_extras(&again, i), fix_run_extras(&run, i)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    struct bytes in = {data + 1, size - 1};
    struct bench b = {.codec = chunk_codec_new()};
    switch (data[0] % 3) {
    case 0:
        decode_forged(&b, in);
        break;
    case 1:
        decode(&b, in);
        break;
    default:
        make(&b, in);
        break;
    }
    if (b.fixes.count > 0) {
        expect_back(&b, CHUNK_QUICK);
        expect_back(&b, CHUNK_THOROUGH);
    }
    chunk_codec_free(b.codec);
    fixes_clear(&b.fixes);
    fixes_clear(&b.again);
    return 0;
}
