#pragma once

#include "CICU.h"

#include <unicode/rep.h>

#include <vector>

/// A text that ICU's transliterators edit, each of whose units remembers the bytes it stands for.
///
/// The units lie around a gap at the place of the last edit, so that edits from left to right cost
/// next to nothing; rules build their output behind the end of the text, which is kept apart.
class AlignedText final : public icu::Replaceable {
 public:
  /// Takes a well-formed text.
  AlignedText(const uint8_t *bytes, int32_t length);
  AlignedText(const AlignedText &other) = default;

  /// Hands over the changes in the order of the source, ranges in bytes.
  void report(void *context, icu_change_receiver *receive) const;

  void extractBetween(int32_t start, int32_t limit, icu::UnicodeString &target) const override;
  void handleReplaceBetween(int32_t start, int32_t limit, const icu::UnicodeString &text) override;
  void copy(int32_t start, int32_t limit, int32_t dest) override;
  icu::Replaceable *clone() const override { return new AlignedText(*this); }
  UClassID getDynamicClassID() const override;

 protected:
  int32_t getLength() const override;
  char16_t getCharAt(int32_t offset) const override;
  UChar32 getChar32At(int32_t offset) const override;

 private:
  /// One UTF-16 unit; the start is -1 for text that stands for nothing in particular.
  struct Unit {
    int32_t start;
    int32_t end;
    char16_t value;
    bool is_original;
  };

  /// Neighbouring units that stand for the same bytes.
  struct Run {
    int32_t start;
    int32_t end;
    bool is_original;
    size_t bytes_start;
    size_t bytes_end;
  };

  const Unit &at(int32_t offset) const;
  void replace(int32_t start, int32_t limit, const Unit *units, int32_t count);
  void move_gap(int32_t offset);
  void reserve(int32_t count);
  std::vector<Run> runs(std::vector<uint8_t> &bytes) const;

  std::vector<Unit> units;
  int32_t gap_start;
  int32_t gap_end;
  std::vector<Unit> tail;
  int32_t source_length;
  bool is_edited = false;
};
