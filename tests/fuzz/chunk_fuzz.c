/*
 * libFuzzer's driver of the chunk codec. The first byte of an input says how the others are taken:
 *
 *     0    a count (two bytes, the lower first; with the highest bit the block is of version 2) and
 *          the columns or records of a block, which gets a checksum that is right, so that what is
 *          behind it is reached
 *     1    bytes as they would come from the disk
 *     2    fixes: the numbers their members are made of, eight bytes for each
 *
 * Whatever could be decoded, and every fix of the third way, must come back from both levels as it
 * was. A broken promise aborts.
 */
#include "store/chunk_testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16, BLOCK_MAX = INPUT_MAX + 32, NOISE_MAX = 200 };

struct bench {
    struct chunk_codec *codec;
    struct fix *fixes;
    struct fix *again;
    size_t count;
};

static void decode(struct bench *b, struct bytes in)
{
    size_t announced = 0;
    enum err counted = chunk_count(in, &announced);
    enum err decoded = chunk_decode(b->codec, in, b->fixes, CHUNK_FIXES_MAX, &b->count);
    check(b->count <= CHUNK_FIXES_MAX);
    check(decoded != ERR_OK || (counted == ERR_OK && announced == b->count));
    b->count = decoded == ERR_OK ? b->count : 0;
}

static void decode_forged(struct bench *b, struct bytes in)
{
    static uint8_t block[BLOCK_MAX];
    if (in.len < 2) {
        return;
    }
    uint64_t count = in.at[0] | (uint64_t)(in.at[1] & 0x7f) << 8;
    uint8_t version = in.at[1] < 0x80 ? 1 : 2;
    size_t len = chunk_forge(block, sizeof(block), version, count, bytes_slice(in, 2, SIZE_MAX));
    decode(b, (struct bytes){block, len});
}

static void make(struct bench *b, struct bytes in)
{
    size_t count = in.len / sizeof(uint64_t);
    b->count = count < NOISE_MAX ? count : NOISE_MAX;
    for (size_t i = 0; i < b->count; i++) {
        uint64_t seed = 0;
        memcpy(&seed, in.at + i * sizeof(seed), sizeof(seed));
        fix_of_noise(&seed, &b->fixes[i]);
    }
}

static void expect_back(struct bench *b, int level)
{
    size_t n = 0;
    struct bytes block = chunk_encode(b->codec, b->fixes, b->count, level);
    check(chunk_unproven(b->codec) == 0); /* nothing was mended by records */
    check(chunk_decode(b->codec, block, b->again, CHUNK_FIXES_MAX, &n) == ERR_OK);
    check(n == b->count && memcmp(b->again, b->fixes, n * sizeof(*b->fixes)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    struct bytes in = {data + 1, size - 1};
    struct bench b = {
        .codec = chunk_codec_new(),
        .fixes = mem_new_array(CHUNK_FIXES_MAX, sizeof(struct fix)),
        .again = mem_new_array(CHUNK_FIXES_MAX, sizeof(struct fix)),
    };
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
    if (b.count > 0) {
        expect_back(&b, CHUNK_QUICK);
        expect_back(&b, CHUNK_THOROUGH);
    }
    chunk_codec_free(b.codec);
    free(b.fixes);
    free(b.again);
    return 0;
}
