#pragma once

/* A thin door to libzstd: reading Zstandard frames, nothing else. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zstd_decoder zstd_decoder;

/* How a step ended. */
typedef enum zstd_status {
  /* More input or more room is needed. */
  ZSTD_MORE = 0,
  /* A frame ended, with the right checksum where it has one. */
  ZSTD_FRAME_END = 1,
  /* The bytes are no Zstandard, or ask for a window above the limit. */
  ZSTD_CORRUPT = 2,
} zstd_status;

/* A decoder; null where there is no memory. Windows of more than 2^window_log bytes are refused. */
zstd_decoder *zstd_open(int32_t window_log);

void zstd_close(zstd_decoder *decoder);

/* Decodes as much as input and room allow, and tells how much of both was used. */
zstd_status zstd_step(zstd_decoder *decoder, const uint8_t *input, size_t input_length,
                      uint8_t *output, size_t room, size_t *consumed, size_t *produced);

/* What is wrong, in the library's words, after ZSTD_CORRUPT. */
const char *zstd_reason(const zstd_decoder *decoder);

/* Whether it was the window that was refused. */
bool zstd_window_is_too_large(const zstd_decoder *decoder);

#ifdef __cplusplus
}
#endif
