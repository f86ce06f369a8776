#include "AlignedText.h"

#include <unicode/unistr.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <climits>

AlignedText::AlignedText(const uint8_t *bytes, int32_t length) : source_length(length) {
  units.reserve(static_cast<size_t>(length) + 64);
  for (int32_t place = 0; place < length;) {
    auto start = place;
    UChar32 scalar;
    U8_NEXT_OR_FFFD(bytes, place, length, scalar);
    if (U_IS_BMP(scalar)) {
      units.push_back({start, place, static_cast<char16_t>(scalar), true});
    } else {
      units.push_back({start, place, static_cast<char16_t>(U16_LEAD(scalar)), true});
      units.push_back({start, place, static_cast<char16_t>(U16_TRAIL(scalar)), true});
    }
  }
  gap_start = gap_end = static_cast<int32_t>(units.size());
}

UClassID AlignedText::getDynamicClassID() const {
  static char identity = 0;
  return &identity;
}

int32_t AlignedText::getLength() const {
  return static_cast<int32_t>(units.size() + tail.size()) - (gap_end - gap_start);
}

const AlignedText::Unit &AlignedText::at(int32_t offset) const {
  if (offset < gap_start) return units[offset];
  auto place = offset + (gap_end - gap_start);
  auto size = static_cast<int32_t>(units.size());
  return place < size ? units[place] : tail[place - size];
}

char16_t AlignedText::getCharAt(int32_t offset) const {
  return offset < 0 || offset >= getLength() ? 0xFFFF : at(offset).value;
}

UChar32 AlignedText::getChar32At(int32_t offset) const {
  auto length = getLength();
  if (offset < 0 || offset >= length) return 0xFFFF;
  auto unit = at(offset).value;
  if (U16_IS_LEAD(unit) && offset + 1 < length && U16_IS_TRAIL(at(offset + 1).value)) {
    return U16_GET_SUPPLEMENTARY(unit, at(offset + 1).value);
  }
  if (U16_IS_TRAIL(unit) && offset > 0 && U16_IS_LEAD(at(offset - 1).value)) {
    return U16_GET_SUPPLEMENTARY(at(offset - 1).value, unit);
  }
  return unit;
}

void AlignedText::extractBetween(int32_t start, int32_t limit, icu::UnicodeString &target) const {
  target.remove();
  for (auto place = std::max(start, 0); place < std::min(limit, getLength()); place += 1) {
    target.append(at(place).value);
  }
}

void AlignedText::handleReplaceBetween(int32_t start, int32_t limit,
                                       const icu::UnicodeString &text) {
  auto count = text.length();
  auto whole_limit = limit;
  auto whole_start = start;
  // What stays the same keeps standing for itself.
  while (start < limit && count > 0 && at(limit - 1).value == text.charAt(count - 1)) {
    limit -= 1;
    count -= 1;
  }
  int32_t first = 0;
  while (start < limit && first < count && at(start).value == text.charAt(first)) {
    start += 1;
    first += 1;
  }
  if (start == limit && first < count) {
    // What is added stands for the same bytes as what it was added to.
    start = whole_start;
    limit = whole_limit;
    first = 0;
    count = text.length();
  }
  Unit unit = {INT_MAX, -1, 0, false};
  for (auto place = start; place < limit; place += 1) {
    auto &old = at(place);
    if (old.start < 0) continue;
    unit.start = std::min(unit.start, old.start);
    unit.end = std::max(unit.end, old.end);
  }
  if (unit.end < 0) unit.start = -1;
  if (count == first && unit.start >= 0) {
    // A rule puts its output before what it replaces, and then deletes that.
    for (auto place = start - 1; place >= 0 && at(place).start < 0; place -= 1) {
      auto &output = const_cast<Unit &>(at(place));
      output.start = unit.start;
      output.end = unit.end;
    }
  }
  std::vector<Unit> fresh;
  for (auto place = first; place < count; place += 1) {
    unit.value = text.charAt(place);
    fresh.push_back(unit);
  }
  replace(start, limit, fresh.data(), static_cast<int32_t>(fresh.size()));
}

void AlignedText::copy(int32_t start, int32_t limit, int32_t dest) {
  std::vector<Unit> copied;
  for (auto place = start; place < limit; place += 1) copied.push_back(at(place));
  replace(dest, dest, copied.data(), static_cast<int32_t>(copied.size()));
}

void AlignedText::replace(int32_t start, int32_t limit, const Unit *fresh, int32_t count) {
  if (start == limit && count == 0) return;
  is_edited = true;
  auto body = static_cast<int32_t>(units.size()) - (gap_end - gap_start);
  if (start >= body) {
    auto first = tail.begin() + (start - body);
    auto place = tail.erase(first, first + (limit - start));
    tail.insert(place, fresh, fresh + count);
    return;
  }
  if (limit > body) {
    // The edit crosses into the text behind the end, which no rule of ICU does.
    units.insert(units.end(), tail.begin(), tail.end());
    tail.clear();
  }
  move_gap(start);
  gap_end += limit - start;
  reserve(count);
  std::copy(fresh, fresh + count, units.begin() + gap_start);
  gap_start += count;
}

void AlignedText::move_gap(int32_t offset) {
  if (offset < gap_start) {
    auto count = gap_start - offset;
    std::move_backward(units.begin() + offset, units.begin() + gap_start, units.begin() + gap_end);
    gap_start -= count;
    gap_end -= count;
  } else if (offset > gap_start) {
    auto count = offset - gap_start;
    std::move(units.begin() + gap_end, units.begin() + gap_end + count, units.begin() + gap_start);
    gap_start += count;
    gap_end += count;
  }
}

void AlignedText::reserve(int32_t count) {
  auto gap = gap_end - gap_start;
  if (gap >= count) return;
  auto more = count - gap + static_cast<int32_t>(units.size()) / 2 + 64;
  units.insert(units.begin() + gap_end, static_cast<size_t>(more), Unit());
  gap_end += more;
}

std::vector<AlignedText::Run> AlignedText::runs(std::vector<uint8_t> &bytes) const {
  std::vector<Run> runs;
  auto length = getLength();
  for (int32_t place = 0; place < length;) {
    auto unit = at(place);
    auto scalar = getChar32At(place);
    place += 1;
    if (scalar > 0xFFFF) {
      auto &second = at(place);
      place += 1;
      unit.is_original = unit.is_original && second.is_original && unit.start == second.start;
      if (unit.start < 0 || (second.start >= 0 && second.start < unit.start)) {
        unit.start = second.start;
      }
      unit.end = std::max(unit.end, second.end);
    } else if (U_IS_SURROGATE(scalar)) {
      scalar = 0xFFFD;
      unit.is_original = false;
    }
    auto joins = !runs.empty() && !unit.is_original && !runs.back().is_original &&
                 runs.back().start == unit.start && runs.back().end == unit.end;
    if (!joins) runs.push_back({unit.start, unit.end, unit.is_original, bytes.size(), 0});
    uint8_t encoded[U8_MAX_LENGTH];
    int32_t count = 0;
    U8_APPEND_UNSAFE(encoded, count, scalar);
    bytes.insert(bytes.end(), encoded, encoded + count);
    runs.back().bytes_end = bytes.size();
  }
  return runs;
}

void AlignedText::report(void *context, icu_change_receiver *receive) const {
  if (!is_edited) return;
  std::vector<uint8_t> bytes;
  auto all = runs(bytes);
  // The first byte that any later run stands for: runs that were moved past each other are one change.
  std::vector<int32_t> later(all.size() + 1, INT_MAX);
  for (auto place = all.size(); place > 0; place -= 1) {
    auto start = all[place - 1].start;
    later[place - 1] = start < 0 ? later[place] : std::min(later[place], start);
  }
  int32_t position = 0;
  std::vector<uint8_t> loose;
  auto keep = [&](const Run &run) {
    loose.insert(loose.end(), bytes.begin() + run.bytes_start, bytes.begin() + run.bytes_end);
  };
  auto flush = [&](int32_t limit) {
    if (limit > position || !loose.empty()) {
      receive(context, position, limit - position, loose.data(),
              static_cast<int32_t>(loose.size()));
    }
    loose.clear();
    position = limit;
  };
  for (size_t place = 0; place < all.size();) {
    if (all[place].start < 0) {
      keep(all[place]);
      place += 1;
      continue;
    }
    auto first = place;
    auto start = later[place];
    auto end = all[place].end;
    place += 1;
    while (later[place] < end) {
      if (all[place].start >= 0) end = std::max(end, all[place].end);
      place += 1;
    }
    flush(start);
    if (place == first + 1 && all[first].is_original) {
      position = end;
      continue;
    }
    for (auto run = first; run < place; run += 1) keep(all[run]);
    flush(end);
  }
  flush(source_length);
}
