// A convolution over pixels whose channels lie side by side. Sixteen output
// channels are computed at a time for several pixels at once, so that a weight is
// loaded once for all of them and the sums stay in registers. The processor's
// widest vectors are chosen when the program runs.
#include "convolve.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

#define PARAMETERS const sesshu_convolution *shape, const float *input, const int32_t *offsets, const float *weights, \
	const float *bias, const float *residual, float *output

#if defined(__x86_64__)
#define name wide
#define attribute __attribute__((target("avx512f,fma")))
#define lanes 16
#define pixels 8
#define abreast 2
#include "kernel.h"

#define name middle
#define attribute __attribute__((target("avx2,fma")))
#define lanes 8
#define pixels 6
#define abreast 1
#include "kernel.h"
#endif

#define name plain
#define attribute
#define lanes 4
#if defined(__aarch64__) // has twice as many registers
#define pixels 6
#else
#define pixels 3
#endif
#define abreast 1
#include "kernel.h"

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
