#pragma once

/* A thin door to ICU.
 *
 * ICU's libraries export names that carry their version (unorm2_getNFCInstance_72), which only
 * ICU's own macros spell. The functions here have stable names and plain C types; no header of ICU
 * leaks. Text is UTF-8 everywhere, positions are bytes. Functions that can fail return ICU's error
 * code, which is 0 or negative for success. */

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library found at run time, such as "72.1". */
const char *icu_version(void);

/* The version of the Unicode data in it, such as "15.0". */
const char *icu_unicode_version(void);

/* The English name of an error code, such as "U_MEMORY_ALLOCATION_ERROR". */
const char *icu_error_name(int32_t code);

/* MARK: Properties */

/* Receives a run of code points [first, limit) of one general category (ICU's numbering). */
typedef void icu_category_receiver(void *context, uint32_t first, uint32_t limit, uint8_t category);

/* Enumerates the general categories of all code points, ascending. */
void icu_enumerate_categories(void *context, icu_category_receiver *receive);

/* The script of a code point, ICU's number; -1 where ICU does not know. */
int32_t icu_script(uint32_t code_point);

/* The four-letter ISO 15924 code of a script, such as "Latn"; null for an unknown number. */
const char *icu_script_code(int32_t script);

/* The long name of a script, such as "Latin"; null for an unknown number. */
const char *icu_script_name(int32_t script);

/* Whether a regular expression's \w fits: alphabetic, mark, decimal digit, connector, joiner. */
bool icu_is_word(uint32_t code_point);

/* What a code point is to the rules for word boundaries. */
typedef enum icu_word_role {
  /* Something else. */
  ICU_WORD_OTHER = 0,
  /* A carriage return, a line feed, or another end of a line. */
  ICU_WORD_NEWLINE = 1,
  /* A space; only spaces are joined to it. */
  ICU_WORD_SPACE = 2,
  /* A sign that no rule joins to another but marks behind it, and no dictionary looks at. */
  ICU_WORD_APART = 3,
  /* A sign that may stand inside of words and numbers. */
  ICU_WORD_MIDDLE = 4,
  /* A letter or digit, those of scripts with dictionaries included. */
  ICU_WORD_LETTER = 5,
  /* An ideograph or a letter of kana, which signs inside of words are never joined to. */
  ICU_WORD_IDEOGRAPH = 6,
  /* A letter or syllable of Hangul, which is no word where marks follow. */
  ICU_WORD_SYLLABLE = 7,
  /* A mark, which belongs to what is before it. */
  ICU_WORD_MARK = 8,
} icu_word_role;

icu_word_role icu_word_role_of(uint32_t code_point);

/* MARK: Normalization */

typedef enum icu_form {
  ICU_NFC = 0,
  ICU_NFD = 1,
  ICU_NFKC = 2,
  ICU_NFKD = 3,
  ICU_NFKC_CASEFOLD = 4,
} icu_form;

/* Whether a text is normal, found without building the normal text. Ill-formed bytes count as
 * normal. */
int32_t icu_is_normalized(icu_form form, const uint8_t *text, int32_t length, bool *answer);

/* Whether a cut before this code point keeps the parts' normal forms apart. */
int32_t icu_has_boundary_before(icu_form form, uint32_t code_point, bool *answer);

/* Whether a code point stays what it is and changes nothing around it, wherever it stands. */
int32_t icu_is_inert(icu_form form, uint32_t code_point, bool *answer);

/* Receives bytes of the normal text, in order. */
typedef void icu_byte_receiver(void *context, const uint8_t *bytes, int32_t length);

/* Receives a change: bytes of the source replaced by bytes of the result, in order. */
typedef void icu_edit_receiver(void *context, int32_t source, int32_t source_length,
                               int32_t result, int32_t result_length);

/* Normalizes a text; ill-formed bytes are copied as they are. The receiver of edits may be null. */
int32_t icu_normalize(icu_form form, const uint8_t *text, int32_t length, void *context,
                      icu_byte_receiver *receive_bytes, icu_edit_receiver *receive_edit);

/* MARK: Regular expressions */

typedef struct icu_regex icu_regex;

/* Compiles a pattern in UTF-8; the result is null when it fails, with the place of the mistake. */
icu_regex *icu_regex_open(const uint8_t *pattern, int32_t length, int32_t *error, int32_t *place);

void icu_regex_close(icu_regex *regex);

/* Receives a match, in bytes of the text. */
typedef void icu_match_receiver(void *context, int64_t start, int64_t limit);

/* Finds all matches from left to right. Not safe on two threads at once with one pattern. */
int32_t icu_regex_find_all(icu_regex *regex, const uint8_t *text, int64_t length, void *context,
                           icu_match_receiver *receive);

/* MARK: Case */

/* Whether a code point, or what it decomposes to, has a small letter. */
bool icu_changes_when_lowercased(uint32_t code_point);

/* Small letters for a text by the rules of a locale ("tr", "lt", "" for those of no language), final
 * sigma included. Ill-formed bytes are copied. The receiver of edits may be null; `changed` tells
 * whether there was anything to do. */
int32_t icu_lowercase(const char *locale, const uint8_t *text, int32_t length, bool *changed,
                      void *context, icu_byte_receiver *receive_bytes,
                      icu_edit_receiver *receive_edit);

/* MARK: Transforms */

typedef struct icu_transform icu_transform;

/* Compiles a transform's identifier, such as "Any-Latin; Latin-ASCII"; null when it fails, with the
 * place of the mistake in UTF-16 units or -1. */
icu_transform *icu_transform_open(const uint8_t *identifier, int32_t length, int32_t *error,
                                  int32_t *place);

void icu_transform_close(icu_transform *transform);

/* Receives a run of changed text: its bytes, and the bytes of the source it stands for. */
typedef void icu_change_receiver(void *context, int32_t source, int32_t source_length,
                                 const uint8_t *bytes, int32_t length);

/* Transforms a well-formed text of at most 2^30 bytes and hands over the changes in order. Not safe on
 * two threads at once with one transform. */
int32_t icu_transform_run(icu_transform *transform, const uint8_t *text, int32_t length,
                          void *context, icu_change_receiver *receive);

/* The identifier of each transform that ICU brings along, in order; null beyond the last. The text is
 * valid until the next call on the same thread. */
const char *icu_transform_name(int32_t index);

/* MARK: Boundaries */

typedef enum icu_boundary {
  ICU_GRAPHEMES = 0,
  ICU_WORDS = 1,
} icu_boundary;

typedef struct icu_breaker icu_breaker;

/* Opens a finder of boundaries by the rules of a locale; null when it fails. */
icu_breaker *icu_breaker_open(icu_boundary kind, const char *locale, int32_t *error);

void icu_breaker_close(icu_breaker *breaker);

/* Receives the end of a segment in bytes, and whether the segment is a word. */
typedef void icu_boundary_receiver(void *context, int32_t end, bool is_word);

/* Finds the boundaries of a text after its start, ascending. Not safe on two threads at once with one
 * finder. */
int32_t icu_breaker_find_all(icu_breaker *breaker, const uint8_t *text, int32_t length,
                             void *context, icu_boundary_receiver *receive);

#ifdef __cplusplus
}
#endif
