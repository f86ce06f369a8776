#include "CICU.h"

#include <unicode/bytestream.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/uregex.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>
#include <unicode/uversion.h>

#include <cstdio>
#include <new>

namespace {

/// Hands over bytes instead of collecting them.
class Sink final : public icu::ByteSink {
 public:
  Sink(void *context, icu_byte_receiver *receive) : context(context), receive(receive) {}
  void Append(const char *bytes, int32_t length) override {
    receive(context, reinterpret_cast<const uint8_t *>(bytes), length);
  }

 private:
  void *context;
  icu_byte_receiver *receive;
};

const icu::Normalizer2 *normalizer(icu_form form, UErrorCode &error) {
  switch (form) {
    case ICU_NFC: return icu::Normalizer2::getNFCInstance(error);
    case ICU_NFD: return icu::Normalizer2::getNFDInstance(error);
    case ICU_NFKC: return icu::Normalizer2::getNFKCInstance(error);
    case ICU_NFKD: return icu::Normalizer2::getNFKDInstance(error);
    case ICU_NFKC_CASEFOLD: return icu::Normalizer2::getNFKCCasefoldInstance(error);
  }
  error = U_ILLEGAL_ARGUMENT_ERROR;
  return nullptr;
}

icu::StringPiece piece(const uint8_t *text, int32_t length) {
  return icu::StringPiece(reinterpret_cast<const char *>(text), length);
}

struct CategoryVisit {
  void *context;
  icu_category_receiver *receive;
};

UBool visit(const void *context, UChar32 start, UChar32 limit, UCharCategory category) {
  auto call = static_cast<const CategoryVisit *>(context);
  call->receive(call->context, static_cast<uint32_t>(start), static_cast<uint32_t>(limit),
                static_cast<uint8_t>(category));
  return true;
}

/// A dotted version, kept for the life of the process.
struct Version {
  char text[U_MAX_VERSION_STRING_LENGTH];
  explicit Version(void (*get)(UVersionInfo)) {
    UVersionInfo version;
    get(version);
    std::snprintf(text, sizeof text, "%d.%d", version[0], version[1]);
  }
};

}  // namespace

const char *icu_version(void) {
  static const Version version(u_getVersion);
  return version.text;
}

const char *icu_unicode_version(void) {
  static const Version version(u_getUnicodeVersion);
  return version.text;
}

const char *icu_error_name(int32_t code) { return u_errorName(static_cast<UErrorCode>(code)); }

void icu_enumerate_categories(void *context, icu_category_receiver *receive) {
  CategoryVisit call = {context, receive};
  u_enumCharTypes(visit, &call);
}

int32_t icu_script(uint32_t code_point) {
  UErrorCode error = U_ZERO_ERROR;
  auto script = uscript_getScript(static_cast<UChar32>(code_point), &error);
  return U_SUCCESS(error) ? static_cast<int32_t>(script) : -1;
}

const char *icu_script_code(int32_t script) {
  return uscript_getShortName(static_cast<UScriptCode>(script));
}

const char *icu_script_name(int32_t script) {
  return uscript_getName(static_cast<UScriptCode>(script));
}

bool icu_is_word(uint32_t code_point) {
  auto scalar = static_cast<UChar32>(code_point);
  auto categories = U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK;
  return u_hasBinaryProperty(scalar, UCHAR_ALPHABETIC) || (U_GET_GC_MASK(scalar) & categories) ||
         u_hasBinaryProperty(scalar, UCHAR_JOIN_CONTROL);
}

int32_t icu_is_normalized(icu_form form, const uint8_t *text, int32_t length, bool *answer) {
  UErrorCode error = U_ZERO_ERROR;
  auto normal = normalizer(form, error);
  *answer = U_SUCCESS(error) && normal->isNormalizedUTF8(piece(text, length), error);
  return error;
}

int32_t icu_has_boundary_before(icu_form form, uint32_t code_point, bool *answer) {
  UErrorCode error = U_ZERO_ERROR;
  auto normal = normalizer(form, error);
  *answer = U_SUCCESS(error) && normal->hasBoundaryBefore(static_cast<UChar32>(code_point));
  return error;
}

int32_t icu_normalize(icu_form form, const uint8_t *text, int32_t length, void *context,
                      icu_byte_receiver *receive_bytes, icu_edit_receiver *receive_edit) {
  UErrorCode error = U_ZERO_ERROR;
  auto normal = normalizer(form, error);
  if (U_FAILURE(error)) return error;
  Sink sink(context, receive_bytes);
  icu::Edits edits;
  normal->normalizeUTF8(0, piece(text, length), sink, receive_edit ? &edits : nullptr, error);
  if (U_FAILURE(error) || !receive_edit) return error;
  auto changes = edits.getFineChangesIterator();
  while (changes.next(error)) {
    receive_edit(context, changes.sourceIndex(), changes.oldLength(), changes.destinationIndex(),
                 changes.newLength());
  }
  return error;
}

struct icu_regex {
  URegularExpression *expression;
};

icu_regex *icu_regex_open(const uint8_t *pattern, int32_t length, int32_t *error, int32_t *place) {
  UErrorCode code = U_ZERO_ERROR;
  UParseError mistake = {};
  UText text = UTEXT_INITIALIZER;
  utext_openUTF8(&text, reinterpret_cast<const char *>(pattern), length, &code);
  auto expression = uregex_openUText(&text, 0, &mistake, &code);
  utext_close(&text);
  *error = code;
  *place = mistake.offset;
  if (U_FAILURE(code)) return nullptr;
  auto regex = new (std::nothrow) icu_regex{expression};
  if (!regex) {
    uregex_close(expression);
    *error = U_MEMORY_ALLOCATION_ERROR;
  }
  return regex;
}

void icu_regex_close(icu_regex *regex) {
  uregex_close(regex->expression);
  delete regex;
}

int32_t icu_regex_find_all(icu_regex *regex, const uint8_t *bytes, int64_t length, void *context,
                           icu_match_receiver *receive) {
  UErrorCode error = U_ZERO_ERROR;
  UText text = UTEXT_INITIALIZER;
  utext_openUTF8(&text, reinterpret_cast<const char *>(bytes), length, &error);
  uregex_setUText(regex->expression, &text, &error);
  while (U_SUCCESS(error) && uregex_findNext(regex->expression, &error)) {
    auto start = uregex_start64(regex->expression, 0, &error);
    auto limit = uregex_end64(regex->expression, 0, &error);
    if (U_SUCCESS(error)) receive(context, start, limit);
  }
  utext_close(&text);
  return error;
}
