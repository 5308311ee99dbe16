// The convolution's inner loops, for vectors of `lanes` floats. convolve.c includes
// this once for each kind of vector, with these defined:
//
//	name      of the function
//	attribute the processor that it is compiled for
//	lanes     floats in one vector; the compiler must have such registers, for
//	          wider vectors would be kept in memory
//	pixels    output pixels at a time, so that all sums stay in registers
//	abreast   groups of channels at a time

#define JOIN(a, b) a##_##b
#define OWN(a, b) JOIN(a, b)
#define vector OWN(name, vector)
#define bits OWN(name, bits)
#define sum OWN(name, sum)

typedef float vector __attribute__((vector_size(sizeof(float) * lanes), aligned(4), may_alias));
typedef int32_t bits __attribute__((vector_size(sizeof(float) * lanes), aligned(4), may_alias));

// Sums `pixels` output pixels for `groups` groups of channels.
attribute INLINE void sum(PARAMETERS, int first, const int groups) {
	const int parts = sesshu_group / lanes; // vectors of a group
	const float *from[pixels];
	vector sums[abreast * sesshu_group / lanes][pixels];
	const int last = shape->positions - 1;
	const long size = (long)shape->rows * shape->columns * shape->channels * sesshu_group; // of a group's weights
#pragma GCC unroll 16
	for (int p = 0; p < pixels; p++) {
		int at = first + p < last ? first + p : last; // past the end: compute the last again, keep nothing
		from[p] = input + offsets[at];
#pragma GCC unroll 16
		for (int v = 0; v < groups * parts; v++) sums[v][p] = *(const vector *)(bias + v * lanes);
	}
	const float *weight = weights;
	for (int y = 0; y < shape->rows; y++) {
		for (int x = 0; x < shape->columns; x++) {
			const long place = (long)y * shape->row + (long)x * shape->pixel;
			for (int c = 0; c < shape->channels; c++, weight += sesshu_group) {
				vector w[abreast * sesshu_group / lanes];
#pragma GCC unroll 16
				for (int v = 0; v < groups * parts; v++) w[v] = *(const vector *)(weight + v / parts * size + v % parts * lanes);
#pragma GCC unroll 16
				for (int p = 0; p < pixels; p++) {
					const float value = from[p][place + c];
#pragma GCC unroll 16
					for (int v = 0; v < groups * parts; v++) sums[v][p] += w[v] * value;
				}
			}
		}
	}
	const int wide = shape->groups * sesshu_group;
#pragma GCC unroll 16
	for (int p = 0; p < pixels; p++) {
		if (first + p > last) break;
#pragma GCC unroll 16
		for (int v = 0; v < groups * parts; v++) {
			const long to = (long)(first + p) * wide + v * lanes;
			vector s = sums[v][p];
			if (residual) s += *(const vector *)(residual + to);
			if (shape->relu) s = (vector)((bits)s & (s > 0)); // comparing gives all ones or all zeros
			*(vector *)(output + to) = s;
		}
	}
}

// Runs over all groups and pixels.
attribute static void name(PARAMETERS) {
	const long size = (long)shape->rows * shape->columns * shape->channels * sesshu_group;
	for (int g = 0; g < shape->groups;) {
		const int full = g + abreast <= shape->groups;
		for (int first = 0; first < shape->positions; first += pixels) {
			const float *w = weights + g * size, *b = bias + g * sesshu_group;
			const float *r = residual ? residual + g * sesshu_group : 0;
			float *o = output + g * sesshu_group;
			if (full)
				sum(shape, input, offsets, w, b, r, o, first, abreast);
			else
				sum(shape, input, offsets, w, b, r, o, first, 1);
		}
		g += full ? abreast : 1;
	}
}

#undef JOIN
#undef OWN
#undef vector
#undef bits
#undef sum
#undef name
#undef attribute
#undef lanes
#undef pixels
#undef abreast
