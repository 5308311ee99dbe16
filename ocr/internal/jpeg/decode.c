#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "decode.h"

/* libjpeg reports by call-backs; an error must not return, so it jumps. */
struct reporter {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  int truncated; /* the data ended before the image did */
  int corrupt;   /* the entropy-coded data made no sense somewhere */
  char *message;
};

static void on_error(j_common_ptr info) {
  struct reporter *reporter = (struct reporter *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(reporter->message, SESSHU_JPEG_MESSAGE, "%s", text);
  longjmp(reporter->escape, 1);
}

static void on_message(j_common_ptr info, int level) {
  struct reporter *reporter = (struct reporter *)info->err;
  if (level >= 0) return; /* tracing */
  switch (info->err->msg_code) {
  case JWRN_JPEG_EOF:
    reporter->truncated = 1;
    break;
  case JWRN_EXTRANEOUS_DATA: {
    /* Some scanners pad the end of the file; within the image it is damage. */
    j_decompress_ptr decompress = (j_decompress_ptr)info;
    if (decompress->output_height > 0 && decompress->output_scanline >= decompress->output_height) return;
    reporter->corrupt = 1;
    break;
  }
  case JWRN_ADOBE_XFORM:
  case JWRN_JFIF_MAJOR:
    return;
  default:
    reporter->corrupt = 1;
  }
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  if (reporter->message[0] == 0) snprintf(reporter->message, SESSHU_JPEG_MESSAGE, "%s", text);
}

static void on_output(j_common_ptr info) { (void)info; }

int sesshu_jpeg_decode(const unsigned char *data, unsigned long size, unsigned char *grey,
                       unsigned width, unsigned height, char *message) {
  struct jpeg_decompress_struct decompress;
  struct reporter reporter;
  memset(&reporter, 0, sizeof reporter);
  message[0] = 0;
  reporter.message = message;
  decompress.err = jpeg_std_error(&reporter.base);
  reporter.base.error_exit = on_error;
  reporter.base.emit_message = on_message;
  reporter.base.output_message = on_output;
  if (setjmp(reporter.escape)) {
    jpeg_destroy_decompress(&decompress);
    return reporter.truncated ? SESSHU_JPEG_TRUNCATED : SESSHU_JPEG_CORRUPT;
  }
  jpeg_create_decompress(&decompress);
  /* Progressive files hold all coefficients in memory: bound it. */
  decompress.mem->max_memory_to_use = 1L << 30;
  jpeg_mem_src(&decompress, (unsigned char *)data, size);
  jpeg_read_header(&decompress, TRUE);
  /* From YCbCr the luminance alone is decoded. CMYK cannot become grey here. */
  decompress.out_color_space = JCS_GRAYSCALE;
  decompress.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&decompress);
  if (decompress.output_width != width || decompress.output_height != height || decompress.output_components != 1) {
    snprintf(message, SESSHU_JPEG_MESSAGE, "the image is %u x %u, its header says otherwise",
             decompress.output_width, decompress.output_height);
    jpeg_destroy_decompress(&decompress);
    return SESSHU_JPEG_CORRUPT;
  }
  while (decompress.output_scanline < height) {
    JSAMPROW rows[16];
    unsigned first = decompress.output_scanline, count = height - first;
    if (count > 16) count = 16;
    for (unsigned i = 0; i < count; i++) rows[i] = grey + (size_t)(first + i) * width;
    jpeg_read_scanlines(&decompress, rows, count);
  }
  jpeg_finish_decompress(&decompress);
  jpeg_destroy_decompress(&decompress);
  if (reporter.truncated) return SESSHU_JPEG_TRUNCATED;
  if (reporter.corrupt) return SESSHU_JPEG_CORRUPT;
  return SESSHU_JPEG_OK;
}
