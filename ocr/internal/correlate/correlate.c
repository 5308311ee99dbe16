#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "correlate.h"

/* Outside the image the paper is white. */
static int at(const uint8_t *image, int width, int height, int x, int y) {
  if (x < 0 || y < 0 || x >= width || y >= height) return 255;
  return image[(size_t)y * width + x];
}

/* Places are counted in 2^-16 pixels: whole numbers are quicker than floor(). */
#define SHIFT 16
#define ONE (1 << SHIFT)

static int blend(int a, int b, int c, int d, int right, int down) {
  int upper = a * (256 - right) + b * right, lower = c * (256 - right) + d * right;
  return (upper * (256 - down) + lower * down + (1 << 15)) >> 16;
}

static void sample(const uint8_t *image, int width, int height, const double *m, int size, int stride, int16_t *window) {
  int64_t stepX = llrint(m[0] * ONE), stepY = llrint(m[3] * ONE);
  for (int y = 0; y < size; y++) {
    int16_t *row = window + (size_t)y * stride;
    int64_t u = llrint((m[1] * y + m[2]) * ONE), v = llrint((m[4] * y + m[5]) * ONE);
    int64_t lastU = u + stepX * (size - 1), lastV = v + stepY * (size - 1);
    int64_t mostU = (int64_t)(width - 1) << SHIFT, mostV = (int64_t)(height - 1) << SHIFT;
    int inside = u >= 0 && v >= 0 && lastU >= 0 && lastV >= 0 && u < mostU && lastU < mostU && v < mostV && lastV < mostV;
    for (int x = 0; x < size; x++, u += stepX, v += stepY) {
      int64_t left = u >> SHIFT, top = v >> SHIFT;
      int right = (int)(u & (ONE - 1)) >> 8, down = (int)(v & (ONE - 1)) >> 8;
      if (inside) {
        const uint8_t *p = image + (size_t)top * width + left;
        row[x] = (int16_t)blend(p[0], p[1], p[width], p[width + 1], right, down);
      } else if (left < -1 || top < -1 || left >= width || top >= height) {
        row[x] = 255;
      } else {
        int l = (int)left, t = (int)top;
        row[x] = (int16_t)blend(at(image, width, height, l, t), at(image, width, height, l + 1, t),
                                at(image, width, height, l, t + 1), at(image, width, height, l + 1, t + 1), right, down);
      }
    }
    memset(row + size, 0, (stride - size) * sizeof *row);
  }
}

/* Sums of all values, and of their squares, above and left of each place. */
static void integrate(const int16_t *window, int size, int wide, int64_t *sums, int64_t *squares) {
  int next = size + 1;
  memset(sums, 0, next * sizeof *sums);
  memset(squares, 0, next * sizeof *squares);
  for (int y = 0; y < size; y++) {
    int64_t sum = 0, square = 0;
    sums[(y + 1) * next] = squares[(y + 1) * next] = 0;
    for (int x = 0; x < size; x++) {
      int value = window[(size_t)y * wide + x];
      sum += value;
      square += value * value;
      sums[(y + 1) * next + x + 1] = sums[y * next + x + 1] + sum;
      squares[(y + 1) * next + x + 1] = squares[y * next + x + 1] + square;
    }
  }
}

static double boxed(const int64_t *sums, int next, int x, int y, int side) {
  return (double)(sums[(y + side) * next + x + side] - sums[y * next + x + side] - sums[(y + side) * next + x] + sums[y * next + x]);
}

/* The sum of the products of a pattern and the window's values that lie on it. A
   row's length is a multiple of 16; the pattern's values beyond its side are 0. */
static int32_t product(const int16_t *window, int wide, const int16_t *pattern, int stride, int side) {
  int32_t sum = 0;
  for (int y = 0; y < side; y++) {
    const int16_t *w = window + (size_t)y * wide, *p = pattern + (size_t)y * stride;
    for (int x = 0; x < stride; x++) sum += (int32_t)w[x] * p[x];
  }
  return sum;
}

#if defined(__x86_64__)
/* The same whole numbers, sixteen at a time. */
__attribute__((target("avx2"))) static int32_t productWide(const int16_t *window, int wide, const int16_t *pattern, int stride, int side) {
  __m256i sums = _mm256_setzero_si256();
  for (int y = 0; y < side; y++) {
    const int16_t *w = window + (size_t)y * wide, *p = pattern + (size_t)y * stride;
    for (int x = 0; x < stride; x += 16) {
      __m256i a = _mm256_loadu_si256((const __m256i *)(w + x)), b = _mm256_loadu_si256((const __m256i *)(p + x));
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(a, b));
    }
  }
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
  return _mm_cvtsi128_si32(half);
}
#endif

typedef int32_t (*multiply)(const int16_t *, int, const int16_t *, int, int);

static multiply chosen(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return productWide;
#endif
  return product;
}

void sesshu_correlate(const uint8_t *image, int width, int height, const double *affine,
                      const int16_t *pattern, int side, int stride, double norm, int margin,
                      int16_t *window, int64_t *sums, float *scores) {
  int size = side + 2 * margin, places = 2 * margin + 1, next = size + 1;
  int wide = size + stride - side; /* reading a padded pattern row never leaves the window's row */
  int64_t *squares = sums + (size_t)next * next;
  sample(image, width, height, affine, size, wide, window);
  integrate(window, size, wide, sums, squares);
  double count = (double)side * side;
  multiply times = chosen();
  for (int dy = 0; dy < places; dy++) {
    for (int dx = 0; dx < places; dx++) {
      double sum = boxed(sums, next, dx, dy, side), spread = boxed(squares, next, dx, dy, side) - sum * sum / count;
      if (spread < count) { /* a window flatter than one grey level holds no print */
        scores[dy * places + dx] = 0;
        continue;
      }
      int32_t product = times(window + (size_t)dy * wide + dx, wide, pattern, stride, side);
      scores[dy * places + dx] = (float)(product / (norm * sqrt(spread)));
    }
  }
}
