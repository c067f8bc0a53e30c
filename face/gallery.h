// SPDX-License-Identifier: Apache-2.0
// Gallery: face templates of one bundle in memory, searched for those that look like a probe (1:N, identification in
// ISO/IEC 2382-37).
//
// A search is exact: it finds what a scan of all templates as float32 would. Each template is also kept as int8 with
// the length of what rounding took from it, so that of most templates the products of the rounded values alone show
// that they cannot reach: by the triangle inequality the true cosine lies within
//     |probe'| |t - t'| + |probe - probe'| |t|
// of that of the rounded ones (' marks what was rounded). Only the others are compared as float32. So a search reads a
// quarter of the memory. AVX2 is used where the processor has it.
//
// Const methods are thread-safe with each other; nothing else is. What is removed is overwritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace realname::face {

struct GalleryHit {
  std::uint64_t id = 0;
  // Cosine, -1 to 1.
  float similarity = 0;
  bool operator==(const GalleryHit&) const = default;
};

class Gallery {
 public:
  // For templates of `length` values, 1 to 4096. Memory is taken for so many rows at a time.
  explicit Gallery(std::size_t length, std::size_t rows_in_block = 4096);
  ~Gallery();
  Gallery(Gallery&&) noexcept;
  Gallery& operator=(Gallery&&) noexcept;

  // Adds a template: a vector of unit length with `length` finite values. False if the id is there already.
  bool Add(std::uint64_t id, std::span<const float> values);
  // False if there is none of this id.
  bool Remove(std::uint64_t id);
  bool Contains(std::uint64_t id) const { return rows_.contains(id); }
  std::size_t size() const { return ids_.size(); }
  std::size_t length() const { return length_; }

  // The `most` most similar templates of those with at least `similarity`, the most similar first, of equals the lower
  // id. `probe` is as in Add.
  std::vector<GalleryHit> Search(std::span<const float> probe, float similarity, std::size_t most) const;

  // The same by comparing every template as float32: the limit that Search is measured and tested against.
  std::vector<GalleryHit> Scan(std::span<const float> probe, float similarity, std::size_t most) const;

 private:
  // Memory of rows_in_block_ rows. A gallery grows by blocks, so that no template is left behind in memory that was
  // freed.
  struct Block;
  const float* Values(std::size_t row) const;

  std::size_t length_;
  std::size_t rows_in_block_;
  std::size_t rounded_length_;  // int8 values in a row, a multiple of 32; those beyond length_ are 0
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::uint64_t> ids_;  // by row
  std::unordered_map<std::uint64_t, std::size_t> rows_;
};

}  // namespace realname::face
