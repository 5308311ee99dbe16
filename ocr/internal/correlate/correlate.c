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

/* A row of places u, v that step evenly; inside says that none lies at the image's edge. */
static void sampleRow(const uint8_t *image, int width, int height, int64_t u, int64_t v, int64_t stepX, int64_t stepY,
                      int inside, int from, int size, int16_t *row) {
  u += from * stepX, v += from * stepY;
  for (int x = from; x < size; x++, u += stepX, v += stepY) {
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
}

#if defined(__x86_64__)
/* The same whole numbers, eight places at a time; returns how many were done. Four
   bytes are read at each place, so none may lie within three of the image's end. */
__attribute__((target("avx2"))) static int sampleWide(const uint8_t *image, int width, int64_t u, int64_t v, int64_t stepX, int64_t stepY,
                                                      int size, int16_t *row) {
  const __m256i eight = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), byte = _mm256_set1_epi32(255), whole = _mm256_set1_epi32(256);
  const __m256i wide = _mm256_set1_epi32(width), half = _mm256_set1_epi32(1 << 15);
  __m256i us = _mm256_add_epi32(_mm256_set1_epi32((int)u), _mm256_mullo_epi32(eight, _mm256_set1_epi32((int)stepX)));
  __m256i vs = _mm256_add_epi32(_mm256_set1_epi32((int)v), _mm256_mullo_epi32(eight, _mm256_set1_epi32((int)stepY)));
  const __m256i nextU = _mm256_set1_epi32((int)(8 * stepX)), nextV = _mm256_set1_epi32((int)(8 * stepY));
  int x = 0;
  for (; x + 8 <= size; x += 8, us = _mm256_add_epi32(us, nextU), vs = _mm256_add_epi32(vs, nextV)) {
    __m256i place = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_srai_epi32(vs, SHIFT), wide), _mm256_srai_epi32(us, SHIFT));
    __m256i above = _mm256_i32gather_epi32((const int *)image, place, 1);
    __m256i below = _mm256_i32gather_epi32((const int *)(image + width), place, 1);
    __m256i right = _mm256_and_si256(_mm256_srli_epi32(us, 8), byte), down = _mm256_and_si256(_mm256_srli_epi32(vs, 8), byte);
    /* Pairs of 16 bits: this pixel and the next, times what each weighs. */
    __m256i weights = _mm256_or_si256(_mm256_sub_epi32(whole, right), _mm256_slli_epi32(right, 16));
    __m256i spread = _mm256_or_si256(_mm256_and_si256(above, byte), _mm256_slli_epi32(_mm256_and_si256(_mm256_srli_epi32(above, 8), byte), 16));
    __m256i upper = _mm256_madd_epi16(spread, weights);
    spread = _mm256_or_si256(_mm256_and_si256(below, byte), _mm256_slli_epi32(_mm256_and_si256(_mm256_srli_epi32(below, 8), byte), 16));
    __m256i lower = _mm256_madd_epi16(spread, weights);
    __m256i value = _mm256_add_epi32(_mm256_mullo_epi32(upper, _mm256_sub_epi32(whole, down)), _mm256_mullo_epi32(lower, down));
    value = _mm256_srai_epi32(_mm256_add_epi32(value, half), 16);
    _mm_storeu_si128((__m128i *)(row + x), _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1)));
  }
  return x;
}
#endif

static int hasAVX2(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2");
#else
  return 0;
#endif
}

static void sample(const uint8_t *image, int width, int height, const double *m, int size, int stride, int avx2, int16_t *window) {
  int64_t stepX = llrint(m[0] * ONE), stepY = llrint(m[3] * ONE);
  int64_t mostU = (int64_t)(width - 1) << SHIFT, mostV = (int64_t)(height - 1) << SHIFT;
  for (int y = 0; y < size; y++) {
    int16_t *row = window + (size_t)y * stride;
    int64_t u = llrint((m[1] * y + m[2]) * ONE), v = llrint((m[4] * y + m[5]) * ONE);
    int64_t lastU = u + stepX * (size - 1), lastV = v + stepY * (size - 1);
    int inside = u >= 0 && v >= 0 && lastU >= 0 && lastV >= 0 && u < mostU && lastU < mostU && v < mostV && lastV < mostV;
    int done = 0;
#if defined(__x86_64__)
    int64_t clearU = mostU - (2 << SHIFT);
    if (avx2 && inside && u < clearU && lastU < clearU && width < (1 << 15) && height < (1 << 15) && (int64_t)width * height < (1 << 30))
      done = sampleWide(image, width, u, v, stepX, stepY, size, row);
#endif
    sampleRow(image, width, height, u, v, stepX, stepY, inside, done, size, row);
    memset(row + size, 0, (stride - size) * sizeof *row);
  }
}

/* Adds a row of the window to the sums of its columns, and takes another away again. */
static void slide(const int16_t *in, const int16_t *out, int size, int32_t *sums, int32_t *squares) {
  for (int x = 0; x < size; x++) {
    int32_t more = in[x], less = out[x];
    sums[x] += more - less;
    squares[x] += more * more - less * less;
  }
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
/* The same whole numbers, sixteen at a time, for four places side by side. */
__attribute__((target("avx2"))) static void productsWide(const int16_t *window, int wide, const int16_t *pattern, int stride, int side, int32_t *products) {
  __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
  for (int y = 0; y < side; y++) {
    const int16_t *w = window + (size_t)y * wide, *p = pattern + (size_t)y * stride;
    for (int x = 0; x < stride; x += 16) {
      __m256i print = _mm256_loadu_si256((const __m256i *)(p + x));
      a = _mm256_add_epi32(a, _mm256_madd_epi16(print, _mm256_loadu_si256((const __m256i *)(w + x))));
      b = _mm256_add_epi32(b, _mm256_madd_epi16(print, _mm256_loadu_si256((const __m256i *)(w + x + 1))));
      c = _mm256_add_epi32(c, _mm256_madd_epi16(print, _mm256_loadu_si256((const __m256i *)(w + x + 2))));
      d = _mm256_add_epi32(d, _mm256_madd_epi16(print, _mm256_loadu_si256((const __m256i *)(w + x + 3))));
    }
  }
  __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
  _mm_storeu_si128((__m128i *)products, _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1)));
}
#endif

/* The products of one row of places. */
static void products(const int16_t *window, int wide, const int16_t *pattern, int stride, int side, int places, int avx2, int32_t *sums) {
  int x = 0;
#if defined(__x86_64__)
  for (; avx2 && x + 4 <= places; x += 4) productsWide(window + x, wide, pattern, stride, side, sums + x);
  if (avx2 && x < places && places >= 4) productsWide(window + places - 4, wide, pattern, stride, side, sums + places - 4), x = places;
#endif
  for (; x < places; x++) sums[x] = product(window + x, wide, pattern, stride, side);
}

void sesshu_correlate(const uint8_t *image, int width, int height, const double *affine,
                      const int16_t *pattern, int side, int stride, double norm, int margin,
                      int16_t *window, int32_t *sums, float *scores) {
  int size = side + 2 * margin, places = 2 * margin + 1, avx2 = hasAVX2();
  int wide = size + stride - side; /* reading a padded pattern row never leaves the window's row */
  int32_t *squares = sums + size, *row = squares + size;
  sample(image, width, height, affine, size, wide, avx2, window);
  memset(sums, 0, 3 * size * sizeof *sums);
  for (int y = 0; y < side; y++) slide(window + (size_t)y * wide, (const int16_t *)row, size, sums, squares); /* row is still 0 */
  double count = (double)side * side;
  for (int dy = 0; dy < places; dy++) {
    if (dy > 0) slide(window + (size_t)(dy + side - 1) * wide, window + (size_t)(dy - 1) * wide, size, sums, squares);
    products(window + (size_t)dy * wide, wide, pattern, stride, side, places, avx2, row);
    int64_t ink = 0, square = 0;
    for (int x = 0; x < side - 1; x++) ink += sums[x], square += squares[x];
    for (int dx = 0; dx < places; dx++) {
      ink += sums[dx + side - 1], square += squares[dx + side - 1];
      double sum = (double)ink, spread = (double)square - sum * sum / count;
      ink -= sums[dx], square -= squares[dx];
      /* A window flatter than one grey level holds no print. */
      scores[dy * places + dx] = spread < count ? 0 : (float)(row[dx] / (norm * sqrt(spread)));
    }
  }
}
