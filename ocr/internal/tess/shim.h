#ifndef SESSHU_TESS_SHIM_H
#define SESSHU_TESS_SHIM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tess_engine tess_engine;

// tess_open starts an engine from the bytes of a traineddata file. It returns
// NULL when they cannot be used. The bytes are copied.
tess_engine *tess_open(const char *data, int size, const char *language);

// tess_close frees the engine. NULL is allowed.
void tess_close(tess_engine *engine);

// tess_line recognises one grey line and returns 0, or a TESS_ code. On 0
// *out is a block of *length bytes that the caller frees with free(); see
// engine.go for its layout.
int tess_line(tess_engine *engine, const unsigned char *pixels, int width,
              int height, int stride, int dpi, char **out, size_t *length);

// tess_version returns the library's version, a constant string.
const char *tess_version(void);

enum { TESS_OK = 0, TESS_REFUSED = 1, TESS_EXCEPTION = 2, TESS_MEMORY = 3 };

#ifdef __cplusplus
}
#endif
#endif
