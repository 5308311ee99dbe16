// A convolution over pixels whose channels lie side by side. Sixteen output
// channels are computed at a time for several pixels at once, so that a weight is
// loaded once for all of them and the sums stay in registers. The processor's
// widest vectors are chosen when the program runs.
#include "convolve.h"

#include <string.h>

typedef float group __attribute__((vector_size(sizeof(float) * sesshu_group), aligned(4), may_alias));

typedef int32_t bits __attribute__((vector_size(sizeof(float) * sesshu_group), aligned(4), may_alias));

// Arrays of constant length, so that the compiler keeps them in registers.
enum { most_pixels = 8, most_groups = 2 };

#define INLINE static inline __attribute__((always_inline))

// Sums `pixels` output pixels for `groups` groups of channels.
INLINE void sum(const sesshu_convolution *shape, const float *input, const int32_t *offsets, const float *weights,
	const float *bias, const float *residual, float *output, int first, const int pixels, const int groups) {
	const float *from[most_pixels];
	group sums[most_groups][most_pixels];
	const int last = shape->positions - 1;
	const long size = (long)shape->rows * shape->columns * shape->channels * sesshu_group; // of a group's weights
#pragma GCC unroll 16
	for (int p = 0; p < pixels; p++) {
		int at = first + p < last ? first + p : last; // past the end: compute the last again, keep nothing
		from[p] = input + offsets[at];
#pragma GCC unroll 4
		for (int g = 0; g < groups; g++) sums[g][p] = *(const group *)(bias + g * sesshu_group);
	}
	const float *weight = weights;
	for (int y = 0; y < shape->rows; y++) {
		for (int x = 0; x < shape->columns; x++) {
			const long place = (long)y * shape->row + (long)x * shape->pixel;
			for (int c = 0; c < shape->channels; c++, weight += sesshu_group) {
				group w[most_groups];
#pragma GCC unroll 4
				for (int g = 0; g < groups; g++) w[g] = *(const group *)(weight + g * size);
#pragma GCC unroll 16
				for (int p = 0; p < pixels; p++) {
					const float value = from[p][place + c];
#pragma GCC unroll 4
					for (int g = 0; g < groups; g++) sums[g][p] += w[g] * value;
				}
			}
		}
	}
	const int wide = shape->groups * sesshu_group;
#pragma GCC unroll 16
	for (int p = 0; p < pixels; p++) {
		if (first + p > last) break;
#pragma GCC unroll 4
		for (int g = 0; g < groups; g++) {
			const long to = (long)(first + p) * wide + g * sesshu_group;
			group s = sums[g][p];
			if (residual) s += *(const group *)(residual + to);
			if (shape->relu) {
				s = (group)((bits)s & (s > 0)); // comparing gives all ones or all zeros
			}
			*(group *)(output + to) = s;
		}
	}
}

// Runs over all groups and pixels, `pixels` and `groups` at a time.
INLINE void run(const sesshu_convolution *shape, const float *input, const int32_t *offsets, const float *weights,
	const float *bias, const float *residual, float *output, const int pixels, const int groups) {
	const long size = (long)shape->rows * shape->columns * shape->channels * sesshu_group;
	int g = 0;
	for (; g + groups <= shape->groups; g += groups) {
		for (int first = 0; first < shape->positions; first += pixels)
			sum(shape, input, offsets, weights + g * size, bias + g * sesshu_group, residual ? residual + g * sesshu_group : 0,
				output + g * sesshu_group, first, pixels, groups);
	}
	for (; g < shape->groups; g++) {
		for (int first = 0; first < shape->positions; first += pixels)
			sum(shape, input, offsets, weights + g * size, bias + g * sesshu_group, residual ? residual + g * sesshu_group : 0,
				output + g * sesshu_group, first, pixels, 1);
	}
}

#define PARAMETERS const sesshu_convolution *shape, const float *input, const int32_t *offsets, const float *weights, \
	const float *bias, const float *residual, float *output

#if defined(__x86_64__)
__attribute__((target("avx512f,fma"))) static void wide(PARAMETERS) {
	run(shape, input, offsets, weights, bias, residual, output, 8, 2);
}
__attribute__((target("avx2,fma"))) static void middle(PARAMETERS) {
	run(shape, input, offsets, weights, bias, residual, output, 6, 1);
}
#endif

static void plain(PARAMETERS) { run(shape, input, offsets, weights, bias, residual, output, 4, 1); }

int sesshu_widest(void) {
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512f")) return 2;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
	return 0;
}

void sesshu_convolve(int vectors, PARAMETERS) {
	switch (vectors) {
#if defined(__x86_64__)
	case 2: wide(shape, input, offsets, weights, bias, residual, output); break;
	case 1: middle(shape, input, offsets, weights, bias, residual, output); break;
#endif
	default: plain(shape, input, offsets, weights, bias, residual, output);
	}
}

void sesshu_largest(const float *input, int rows, int columns, int pixel, int row, float *output) {
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < columns; x++) {
			const float *from = input + (long)2 * y * row + (long)2 * x * pixel;
			for (int c = 0; c < pixel; c++) {
				float a = from[c] > from[c + pixel] ? from[c] : from[c + pixel];
				const float *below = from + row;
				float b = below[c] > below[c + pixel] ? below[c] : below[c + pixel];
				*output++ = a > b ? a : b;
			}
		}
	}
}
