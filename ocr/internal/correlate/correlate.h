#ifndef SESSHU_CORRELATE_H
#define SESSHU_CORRELATE_H

#include <stdint.h>

/* Samples a square window of the image (grey, width * height bytes) along the
   affine map and correlates the pattern (side * stride values without mean,
   stride a multiple of 16, filled up with zeros) with every place of it.
   scores gets (2 * margin + 1)^2 values from -1 to 1, row by row. With size =
   side + 2 * margin, window holds size * (size + stride - side) values and sums
   3 * size; both are scratch. */
void sesshu_correlate(const uint8_t *image, int width, int height, const double *affine,
                      const int16_t *pattern, int side, int stride, double norm, int margin,
                      int16_t *window, int32_t *sums, float *scores);

#endif
