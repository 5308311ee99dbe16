#ifndef SESSHU_JPEG_DECODE_H
#define SESSHU_JPEG_DECODE_H

#define SESSHU_JPEG_OK 0
#define SESSHU_JPEG_TRUNCATED 1
#define SESSHU_JPEG_CORRUPT 2
#define SESSHU_JPEG_MESSAGE 200

/* Decodes a JPEG file to width * height grey bytes. Keeps no pointer. On a
   status other than OK, message (SESSHU_JPEG_MESSAGE bytes) says why. */
int sesshu_jpeg_decode(const unsigned char *data, unsigned long size, unsigned char *grey,
                       unsigned width, unsigned height, char *message);

#endif
