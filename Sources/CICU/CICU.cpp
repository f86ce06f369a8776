#include "CICU.h"

#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/edits.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/translit.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uregex.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>
#include <unicode/uversion.h>

#include "AlignedText.h"

#include <cstdio>
#include <memory>
#include <new>
#include <string>

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

icu_word_role icu_word_role_of(uint32_t code_point) {
  auto c = static_cast<UChar32>(code_point);
  UErrorCode error = U_ZERO_ERROR;
  auto script = uscript_getScript(c, &error);
  bool is_letter = u_isalpha(c);
  // Iteration marks and the like, which only dictionaries know.
  bool is_unsure = U_FAILURE(error) || script == USCRIPT_HAN || script == USCRIPT_HIRAGANA ||
                   script == USCRIPT_KATAKANA || u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC);
  switch (u_getIntPropertyValue(c, UCHAR_WORD_BREAK)) {
  case U_WB_CR:
  case U_WB_LF:
  case U_WB_NEWLINE:
    return ICU_WORD_NEWLINE;
  case U_WB_WSEGSPACE:
    return ICU_WORD_SPACE;
  case U_WB_MIDLETTER:
  case U_WB_MIDNUM:
  case U_WB_MIDNUMLET:
  case U_WB_SINGLE_QUOTE:
  case U_WB_DOUBLE_QUOTE:
    return ICU_WORD_MIDDLE;
  case U_WB_ALETTER:
  case U_WB_HEBREW_LETTER:
    if (!is_letter || is_unsure) return ICU_WORD_OTHER;
    return script == USCRIPT_HANGUL ? ICU_WORD_SYLLABLE : ICU_WORD_LETTER;
  case U_WB_NUMERIC:
    return u_isdigit(c) ? ICU_WORD_LETTER : ICU_WORD_OTHER;
  case U_WB_KATAKANA:
    return u_charType(c) == U_OTHER_LETTER ? ICU_WORD_IDEOGRAPH : ICU_WORD_OTHER;
  case U_WB_EXTEND:
    return ICU_WORD_MARK;
  case U_WB_OTHER:
    break;
  default:
    return ICU_WORD_OTHER;
  }
  if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT)
    return is_letter ? ICU_WORD_LETTER : ICU_WORD_OTHER;
  if (u_hasBinaryProperty(c, UCHAR_UNIFIED_IDEOGRAPH) ||
      (script == USCRIPT_HIRAGANA && u_charType(c) == U_OTHER_LETTER))
    return ICU_WORD_IDEOGRAPH;
  return is_unsure || is_letter || !u_isgraph(c) ? ICU_WORD_OTHER : ICU_WORD_APART;
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

int32_t icu_is_inert(icu_form form, uint32_t code_point, bool *answer) {
  UErrorCode error = U_ZERO_ERROR;
  auto normal = normalizer(form, error);
  *answer = U_SUCCESS(error) && normal->isInert(static_cast<UChar32>(code_point));
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
  // Steps of the matcher, not seconds: some patterns would take years to fail.
  uregex_setTimeLimit(expression, 20000, &code);
  // Bytes of what the matcher can go back to: enough for some megabytes of one repeated group.
  uregex_setStackLimit(expression, 1 << 28, &code);
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

bool icu_changes_when_lowercased(uint32_t code_point) {
  return u_hasBinaryProperty(static_cast<UChar32>(code_point), UCHAR_CHANGES_WHEN_LOWERCASED);
}

int32_t icu_lowercase(const char *locale, const uint8_t *text, int32_t length, bool *changed,
                      void *context, icu_byte_receiver *receive_bytes,
                      icu_edit_receiver *receive_edit) {
  UErrorCode error = U_ZERO_ERROR;
  Sink sink(context, receive_bytes);
  icu::Edits edits;
  icu::CaseMap::utf8ToLower(locale, 0, piece(text, length), sink, &edits, error);
  *changed = U_SUCCESS(error) && edits.hasChanges();
  if (U_FAILURE(error) || !receive_edit) return error;
  auto changes = edits.getFineChangesIterator();
  while (changes.next(error)) {
    receive_edit(context, changes.sourceIndex(), changes.oldLength(), changes.destinationIndex(),
                 changes.newLength());
  }
  return error;
}

struct icu_transform {
  std::unique_ptr<icu::Transliterator> transliterator;
};

icu_transform *icu_transform_open(const uint8_t *identifier, int32_t length, int32_t *error,
                                  int32_t *place) {
  UErrorCode code = U_ZERO_ERROR;
  UParseError mistake = {};
  mistake.offset = -1;
  auto name = icu::UnicodeString::fromUTF8(piece(identifier, length));
  std::unique_ptr<icu::Transliterator> transliterator(
      icu::Transliterator::createInstance(name, UTRANS_FORWARD, mistake, code));
  if (U_SUCCESS(code) && !transliterator) code = U_MEMORY_ALLOCATION_ERROR;
  *error = code;
  *place = mistake.offset;
  if (U_FAILURE(code)) return nullptr;
  auto transform = new (std::nothrow) icu_transform{std::move(transliterator)};
  if (!transform) *error = U_MEMORY_ALLOCATION_ERROR;
  return transform;
}

void icu_transform_close(icu_transform *transform) { delete transform; }

int32_t icu_transform_run(icu_transform *transform, const uint8_t *bytes, int32_t length,
                          void *context, icu_change_receiver *receive) {
  try {
    AlignedText text(bytes, length);
    transform->transliterator->transliterate(text);
    text.report(context, receive);
  } catch (const std::bad_alloc &) {
    return U_MEMORY_ALLOCATION_ERROR;
  }
  return U_ZERO_ERROR;
}

const char *icu_transform_name(int32_t index) {
  static thread_local std::string name;
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<icu::StringEnumeration> names(icu::Transliterator::getAvailableIDs(error));
  if (U_FAILURE(error)) return nullptr;
  for (int32_t place = 0;; place += 1) {
    int32_t length = 0;
    auto next = names->next(&length, error);
    if (!next || U_FAILURE(error)) return nullptr;
    if (place == index) {
      name.assign(next, static_cast<size_t>(length));
      return name.c_str();
    }
  }
}

struct icu_breaker {
  std::unique_ptr<icu::BreakIterator> iterator;
  bool finds_words;
};

icu_breaker *icu_breaker_open(icu_boundary kind, const char *locale, int32_t *error) {
  UErrorCode code = U_ZERO_ERROR;
  auto place = icu::Locale::forLanguageTag(locale, code);
  std::unique_ptr<icu::BreakIterator> iterator;
  if (U_SUCCESS(code)) {
    iterator.reset(kind == ICU_WORDS ? icu::BreakIterator::createWordInstance(place, code)
                                     : icu::BreakIterator::createCharacterInstance(place, code));
  }
  *error = code;
  if (U_FAILURE(code)) return nullptr;
  auto breaker = new (std::nothrow) icu_breaker{std::move(iterator), kind == ICU_WORDS};
  if (!breaker) *error = U_MEMORY_ALLOCATION_ERROR;
  return breaker;
}

void icu_breaker_close(icu_breaker *breaker) { delete breaker; }

int32_t icu_breaker_find_all(icu_breaker *breaker, const uint8_t *bytes, int32_t length,
                             void *context, icu_boundary_receiver *receive) {
  UErrorCode error = U_ZERO_ERROR;
  UText text = UTEXT_INITIALIZER;
  utext_openUTF8(&text, reinterpret_cast<const char *>(bytes), length, &error);
  breaker->iterator->setText(&text, error);
  if (U_SUCCESS(error)) {
    for (auto end = breaker->iterator->next(); end != icu::BreakIterator::DONE;
         end = breaker->iterator->next()) {
      auto status = breaker->iterator->getRuleStatus();
      receive(context, end, breaker->finds_words && status >= UBRK_WORD_NUMBER);
    }
  }
  utext_close(&text);
  return error;
}
