// Draws on a GPU: Philox 4x32-10 and the laws made of its words, the same as in philox.py and noise.py.
//
// Compiled by NVRTC with --fmad=false, so that products and sums are rounded as on the host. Plain C++ otherwise: with
// the few names of CUDA defined, a compiler of the host makes the same draws from this file.
//
// A thread makes one block, or one element, after another. `KEY` names the stream and its first block.

typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define KEY u32 k0, u32 k1, u32 c2, u32 c3, u64 first
#define BLOCK(number) philox(k0, k1, c2, c3, first + (u64)(number))
#define EACH(i, count) \
    for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < (count); i += gridDim.x * (i64)blockDim.x)

struct Block {
    u32 word[4];
};

__device__ Block philox(u32 k0, u32 k1, u32 c2, u32 c3, u64 number) {
    u32 c0 = (u32)number, c1 = (u32)(number >> 32);
    for (int round = 0; round < 10; ++round) {
        u64 product0 = 0xD2511F53ull * c0, product1 = 0xCD9E8D57ull * c2;
        c0 = (u32)(product1 >> 32) ^ c1 ^ k0;
        c1 = (u32)product1;
        c2 = (u32)(product0 >> 32) ^ c3 ^ k1;
        c3 = (u32)product0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return Block{{c0, c1, c2, c3}};
}

// ------------------------------------------------------------------------------------------- words as numbers

__device__ u64 pair(Block b, int i) { return (u64)b.word[2 * i] << 32 | b.word[2 * i + 1]; }

// In [0, 1), multiples of 2^-24 and of 2^-53.
__device__ float closed(u32 word) { return (float)(word >> 8) * 5.9604644775390625e-8f; }
__device__ double closed(u64 word) { return (double)(word >> 11) * 1.1102230246251565e-16; }

// In (0, 1), the middles of 2^32 and of 2^52 equal parts.
__device__ double open(u32 word) { return ((double)word + 0.5) * 2.3283064365386963e-10; }
__device__ double open(u64 word) { return ((double)(word >> 12) + 0.5) * 2.220446049250313e-16; }

// Two normal draws, by Box and Muller.
__device__ void normals(double radius, double angle, double* x) {
    double r = sqrt(-2.0 * log(radius)), turn = 6.283185307179586 * angle;
    x[0] = r * cos(turn);
    x[1] = r * sin(turn);
}

// -------------------------------------------------------------------- laws of floats: four of 32 bits a block

#define LAW32(name, made) \
    extern "C" __global__ void name(KEY, float* out, i64 n) { \
        EACH(i, (n + 3) / 4) { \
            Block b = BLOCK(i); \
            double x[4]; \
            made; \
            for (int j = 0; j < 4 && 4 * i + j < n; ++j) out[4 * i + j] = (float)x[j]; \
        } \
    }

LAW32(uniform_f, for (int j = 0; j < 4; ++j) x[j] = closed(b.word[j]))
LAW32(normal_f, for (int j = 0; j < 4; j += 2) normals(open(b.word[j]), open(b.word[j + 1]), x + j))

// ------------------------------------------------------------------ laws of doubles: two of 64 bits a block

#define LAW64(name, type, made) \
    extern "C" __global__ void name(KEY, type* out, i64 n) { \
        EACH(i, (n + 1) / 2) { \
            Block b = BLOCK(i); \
            type x[2]; \
            made; \
            for (int j = 0; j < 2 && 2 * i + j < n; ++j) out[2 * i + j] = x[j]; \
        } \
    }

LAW64(uniform_d, double, for (int j = 0; j < 2; ++j) x[j] = closed(pair(b, j)))
LAW64(exponential_d, double, for (int j = 0; j < 2; ++j) x[j] = -log(open(pair(b, j))))
LAW64(gumbel_d, double, for (int j = 0; j < 2; ++j) x[j] = -log(-log(open(pair(b, j)))))
LAW64(normal_d, double, normals(open(pair(b, 0)), open(pair(b, 1)), x))
LAW64(bits, u64, for (int j = 0; j < 2; ++j) x[j] = pair(b, j))

// --------------------------------------------------------------------------------------------------- coins

// Element i has the probability p[step * i]; with `logits`, that of the log odds there.
#define COINS(name, type) \
    extern "C" __global__ void name(KEY, const type* p, int step, int logits, bool* out, i64 n) { \
        EACH(i, (n + 1) / 2) { \
            Block b = BLOCK(i); \
            for (int j = 0; j < 2 && 2 * i + j < n; ++j) { \
                double chance = (double)p[step * (2 * i + j)]; \
                if (logits) { \
                    double e = exp(-fabs(chance)); \
                    chance = (chance < 0.0 ? e : 1.0) / (1.0 + e); \
                } \
                out[2 * i + j] = closed(pair(b, j)) < chance; \
            } \
        } \
    }

COINS(bernoulli_f, float)
COINS(bernoulli_d, double)

// --------------------------------------------------------------------------------------- one of k outcomes

// A race: outcome j arrives at a time that is exponential with rate w[j], and the first is drawn. The weights of row i
// are w[i k], … and at most 1; a weight of 0 never arrives. Element j of row i takes the words of element i k + j.
extern "C" __global__ void categorical(KEY, const double* w, i64 k, i64* out, i64 rows) {
    EACH(i, rows) {
        i64 winner = 0;
        double fastest = -1.0;
        for (i64 j = 0; j < k; ++j) {
            i64 element = i * k + j;
            double speed = w[element] / -log(open(pair(BLOCK(element / 2), (int)(element % 2))));
            if (speed > fastest) {
                fastest = speed;
                winner = j;
            }
        }
        out[i] = winner;
    }
}

// ------------------------------------------------------------------------------------------------ integers

// The whole part of count times a 128-bit fraction, one block each; a count of 0 stands for 2^64.
extern "C" __global__ void integers(KEY, i64 low, u64 count, i64* out, i64 n) {
    EACH(i, n) {
        Block b = BLOCK(i);
        u64 high = pair(b, 0), rest = pair(b, 1);
        u64 carry = high * count + __umul64hi(rest, count) < high * count;
        out[i] = (i64)((u64)low + (count ? __umul64hi(high, count) + carry : high));
    }
}

// --------------------------------------------------------------------------------------------------- gamma

// Marsaglia and Tsang 2000: d (1 + c x)^3 with x normal is accepted or not, try after try, each with a block of its
// own; for a < 1 a draw for a + 1 times U^(1/a).
extern "C" __global__ void gamma_d(KEY, const double* a, double* out, i64 n, int tries) {
    EACH(i, n) {
        double raised = a[i] < 1.0 ? a[i] + 1.0 : a[i];
        double d = raised - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d), v = 1.0;
        for (int t = 0; t < tries; ++t) {
            Block b = BLOCK((i64)t * n + i);
            double x[2];
            normals(open(pair(b, 0)), open(b.word[2]), x);
            double root = 1.0 + c * x[0], cube = root * root * root;
            if (root > 0.0 && log(open(b.word[3])) < 0.5 * x[0] * x[0] + d * (1.0 - cube + log(cube))) {
                v = cube;
                break;
            }
        }
        double draw = d * v;
        if (a[i] < 1.0) draw = draw * exp(log(open(pair(BLOCK((i64)tries * n + i), 0))) / a[i]);
        out[i] = draw;
    }
}
