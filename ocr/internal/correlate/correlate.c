#include <math.h>
#include <string.h>

#include "correlate.h"

/* Outside the image the paper is white. */
static int at(const uint8_t *image, int width, int height, int x, int y) {
  if (x < 0 || y < 0 || x >= width || y >= height) return 255;
  return image[(size_t)y * width + x];
}

static void sample(const uint8_t *image, int width, int height, const double *m, int size, int stride, int16_t *window) {
  for (int y = 0; y < size; y++) {
    int16_t *row = window + (size_t)y * stride;
    for (int x = 0; x < size; x++) {
      double u = m[0] * x + m[1] * y + m[2], v = m[3] * x + m[4] * y + m[5];
      if (!(u > -2 && v > -2 && u < width + 1 && v < height + 1)) { /* also for NaN */
        row[x] = 255;
        continue;
      }
      int left = (int)floor(u), top = (int)floor(v);
      int right = (int)((u - left) * 256), down = (int)((v - top) * 256);
      int a, b, c, d;
      if (left >= 0 && top >= 0 && left + 1 < width && top + 1 < height) {
        const uint8_t *p = image + (size_t)top * width + left;
        a = p[0], b = p[1], c = p[width], d = p[width + 1];
      } else {
        a = at(image, width, height, left, top), b = at(image, width, height, left + 1, top);
        c = at(image, width, height, left, top + 1), d = at(image, width, height, left + 1, top + 1);
      }
      int upper = a * (256 - right) + b * right, lower = c * (256 - right) + d * right;
      row[x] = (int16_t)((upper * (256 - down) + lower * down + (1 << 15)) >> 16);
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

void sesshu_correlate(const uint8_t *image, int width, int height, const double *affine,
                      const int16_t *pattern, int side, int stride, double norm, int margin,
                      int16_t *window, int64_t *sums, float *scores) {
  int size = side + 2 * margin, places = 2 * margin + 1, next = size + 1;
  int wide = size + stride - side; /* reading a padded pattern row never leaves the window's row */
  int64_t *squares = sums + (size_t)next * next;
  sample(image, width, height, affine, size, wide, window);
  integrate(window, size, wide, sums, squares);
  double count = (double)side * side;
  for (int dy = 0; dy < places; dy++) {
    for (int dx = 0; dx < places; dx++) {
      double sum = boxed(sums, next, dx, dy, side), spread = boxed(squares, next, dx, dy, side) - sum * sum / count;
      if (spread < count) { /* a window flatter than one grey level holds no print */
        scores[dy * places + dx] = 0;
        continue;
      }
      int32_t product = 0;
      for (int y = 0; y < side; y++) {
        const int16_t *w = window + (size_t)(y + dy) * wide + dx, *p = pattern + (size_t)y * stride;
        int32_t row = 0;
        for (int x = 0; x < stride; x++) row += (int32_t)w[x] * p[x];
        product += row;
      }
      scores[dy * places + dx] = (float)(product / (norm * sqrt(spread)));
    }
  }
}
