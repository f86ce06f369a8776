#include "CZstd.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct zstd_decoder {
  ZSTD_DStream *stream;
  size_t result;
};

zstd_decoder *zstd_open(int32_t window_log) {
  zstd_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->stream = ZSTD_createDStream();
  if (!decoder->stream) {
    free(decoder);
    return NULL;
  }
  ZSTD_DCtx_setParameter(decoder->stream, ZSTD_d_windowLogMax, window_log);
  return decoder;
}

void zstd_close(zstd_decoder *decoder) {
  ZSTD_freeDStream(decoder->stream);
  free(decoder);
}

zstd_status zstd_step(zstd_decoder *decoder, const uint8_t *input, size_t input_length,
                      uint8_t *output, size_t room, size_t *consumed, size_t *produced) {
  ZSTD_inBuffer in = {input, input_length, 0};
  ZSTD_outBuffer out = {output, room, 0};
  decoder->result = ZSTD_decompressStream(decoder->stream, &out, &in);
  *consumed = in.pos;
  *produced = out.pos;
  if (ZSTD_isError(decoder->result)) return ZSTD_CORRUPT;
  return decoder->result == 0 ? ZSTD_FRAME_END : ZSTD_MORE;
}

const char *zstd_reason(const zstd_decoder *decoder) {
  return ZSTD_getErrorName(decoder->result);
}

bool zstd_window_is_too_large(const zstd_decoder *decoder) {
  return ZSTD_getErrorCode(decoder->result) == ZSTD_error_frameParameter_windowTooLarge;
}
