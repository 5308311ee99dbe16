// One convolution of a network; see convolve.c.
#ifndef SESSHU_CONVOLVE_H
#define SESSHU_CONVOLVE_H

#include <stdint.h>

// Channels are kept in groups of this many, filled up with zeros.
enum { sesshu_group = 16 };

typedef struct {
	int rows, columns;       // of the kernel
	int channels;            // of the input that carry values
	int pixel, row;          // floats from one input pixel, row to the next
	int groups;              // of output channels
	int positions;           // output pixels, of all images together
	int relu;                // whether what is below 0 becomes 0
} sesshu_convolution;

// Reads a padded input (image, row, column, channel) and writes output (position,
// channel). offsets holds, for each position, where its kernel's first pixel lies.
// weights: group, kernel row, kernel column, input channel, 16 output channels;
// bias: 16 for each group. residual, which may be null, is added to the output
// before what is below 0 becomes 0; it is laid out as the output.
//
// Every output is summed in the same order, whatever else is computed beside it.
// vectors is at most what sesshu_widest returns: 2 for AVX-512, 1 for AVX2 with
// fused multiplication (both give the same bits), 0 for what every processor has.
void sesshu_convolve(int vectors, const sesshu_convolution *shape, const float *input, const int32_t *offsets,
	const float *weights, const float *bias, const float *residual, float *output);

int sesshu_widest(void);

// The largest of 2×2 pixels: (row, column, channel) with the given number of floats
// for a pixel; rows and columns are the output's, row the floats of an input row.
void sesshu_largest(const float *input, int rows, int columns, int pixel, int row, float *output);

#endif
