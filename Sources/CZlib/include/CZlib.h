#pragma once

/* A thin door to zlib: reading gzip, nothing else.
 *
 * zlib opens its streams by macros, which Swift does not import; and its structure of raw pointers
 * need not be seen by anybody. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gzip_decoder gzip_decoder;

/* How a step ended. */
typedef enum gzip_status {
  /* More input or more room is needed. */
  GZIP_MORE = 0,
  /* A member ended with the right checksum and length. */
  GZIP_MEMBER_END = 1,
  /* The bytes are no gzip. */
  GZIP_CORRUPT = 2,
  /* There is no memory. */
  GZIP_NO_MEMORY = 3,
} gzip_status;

/* A decoder at the start of a member; null where there is no memory. */
gzip_decoder *gzip_open(void);

void gzip_close(gzip_decoder *decoder);

/* Prepares for the next member of a file. */
void gzip_restart(gzip_decoder *decoder);

/* Decodes as much as input and room allow, and tells how much of both was used. */
gzip_status gzip_step(gzip_decoder *decoder, const uint8_t *input, size_t input_length,
                      uint8_t *output, size_t room, size_t *consumed, size_t *produced);

/* What is wrong, in zlib's words, after GZIP_CORRUPT; may be empty. */
const char *gzip_reason(const gzip_decoder *decoder);

#ifdef __cplusplus
}
#endif
