#include "CZlib.h"

#include <stdlib.h>
#include <zlib.h>

struct gzip_decoder {
  z_stream stream;
};

/* zlib counts in 32 bits. */
static uInt limited(size_t length) {
  const size_t largest = (size_t)1 << 30;
  return (uInt)(length < largest ? length : largest);
}

gzip_decoder *gzip_open(void) {
  gzip_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  /* 15 bits of window, the largest there is; 16 more mean gzip and no other wrapping. */
  if (inflateInit2(&decoder->stream, 15 + 16) != Z_OK) {
    free(decoder);
    return NULL;
  }
  return decoder;
}

void gzip_close(gzip_decoder *decoder) {
  inflateEnd(&decoder->stream);
  free(decoder);
}

void gzip_restart(gzip_decoder *decoder) { inflateReset(&decoder->stream); }

gzip_status gzip_step(gzip_decoder *decoder, const uint8_t *input, size_t input_length,
                      uint8_t *output, size_t room, size_t *consumed, size_t *produced) {
  z_stream *stream = &decoder->stream;
  uInt given = limited(input_length);
  uInt free_room = limited(room);
  stream->next_in = (Bytef *)input;
  stream->avail_in = given;
  stream->next_out = output;
  stream->avail_out = free_room;
  int result = inflate(stream, Z_NO_FLUSH);
  *consumed = given - stream->avail_in;
  *produced = free_room - stream->avail_out;
  switch (result) {
  case Z_OK:
  case Z_BUF_ERROR: return GZIP_MORE;
  case Z_STREAM_END: return GZIP_MEMBER_END;
  case Z_MEM_ERROR: return GZIP_NO_MEMORY;
  default: return GZIP_CORRUPT;
  }
}

const char *gzip_reason(const gzip_decoder *decoder) {
  return decoder->stream.msg ? decoder->stream.msg : "";
}
