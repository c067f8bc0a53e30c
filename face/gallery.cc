// SPDX-License-Identifier: Apache-2.0
#include "face/gallery.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <openssl/crypto.h>

#include "face/dot.h"
#include "face/rounded_dot.h"

namespace realname::face {
namespace {

// More than a sum of 4096 products in float32 can be off.
constexpr float kFloatSlack = 1e-4f;

// values = scale * rounded + remainder.
struct Rounded {
  float scale = 0;
  float remainder_norm = 0;
};

// `out` has a multiple of 32 values, the last ones 0.
Rounded Round(std::span<const float> values, std::int8_t* out) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  Rounded rounded;
  if (largest == 0) return rounded;
  rounded.scale = largest / 127;
  double remainder = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float whole = std::nearbyint(values[i] / rounded.scale);
    out[i] = static_cast<std::int8_t>(whole);
    const double rest = static_cast<double>(values[i]) - static_cast<double>(rounded.scale) * whole;
    remainder += rest * rest;
  }
  rounded.remainder_norm = static_cast<float>(std::sqrt(remainder));
  return rounded;
}

bool Before(const GalleryHit& a, const GalleryHit& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
}

std::vector<GalleryHit> Best(std::vector<GalleryHit> hits, std::size_t most) {
  const std::size_t kept = std::min(most, hits.size());
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(kept), hits.end(), Before);
  hits.resize(kept);
  return hits;
}

// The `most` highest of the values seen, as a bound below which a new one is not among them.
class Highest {
 public:
  explicit Highest(std::size_t most) : most_(most) {}
  void See(float value) {
    if (heap_.size() < most_) {
      heap_.push_back(value);
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    } else if (!heap_.empty() && value > heap_.front()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      heap_.back() = value;
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }
  float Bound() const { return heap_.size() < most_ ? -std::numeric_limits<float>::infinity() : heap_.front(); }

 private:
  std::size_t most_;
  std::vector<float> heap_;
};

}  // namespace

struct Gallery::Block {
  Block(std::size_t rows, std::size_t length, std::size_t rounded_length)
      : values(length * rows), rounded(rounded_length * rows), measures(rows) {}
  ~Block() {
    OPENSSL_cleanse(values.data(), values.size() * sizeof(float));
    OPENSSL_cleanse(rounded.data(), rounded.size());
  }
  std::vector<float> values;
  std::vector<std::int8_t> rounded;
  std::vector<Rounded> measures;
};

Gallery::Gallery(std::size_t length, std::size_t rows_in_block)
    : length_(length), rows_in_block_(rows_in_block), rounded_length_((length + 31) / 32 * 32) {}
Gallery::~Gallery() = default;
Gallery::Gallery(Gallery&&) noexcept = default;
Gallery& Gallery::operator=(Gallery&&) noexcept = default;

const float* Gallery::Values(std::size_t row) const {
  return blocks_[row / rows_in_block_]->values.data() + row % rows_in_block_ * length_;
}

bool Gallery::Add(std::uint64_t id, std::span<const float> values) {
  const std::size_t row = ids_.size();
  if (!rows_.emplace(id, row).second) return false;
  if (row / rows_in_block_ == blocks_.size())
    blocks_.push_back(std::make_unique<Block>(rows_in_block_, length_, rounded_length_));
  ids_.push_back(id);
  Block& block = *blocks_.back();
  const std::size_t place = row % rows_in_block_;
  std::copy(values.begin(), values.end(), block.values.data() + place * length_);
  block.measures[place] = Round(values, block.rounded.data() + place * rounded_length_);
  return true;
}

bool Gallery::Remove(std::uint64_t id) {
  const auto found = rows_.find(id);
  if (found == rows_.end()) return false;
  // The last row takes its place.
  const std::size_t row = found->second, last = ids_.size() - 1;
  Block& to = *blocks_[row / rows_in_block_];
  Block& from = *blocks_[last / rows_in_block_];
  const std::size_t to_place = row % rows_in_block_, from_place = last % rows_in_block_;
  float* const values = from.values.data() + from_place * length_;
  std::int8_t* const rounded = from.rounded.data() + from_place * rounded_length_;
  if (row != last) {
    std::copy_n(values, length_, to.values.data() + to_place * length_);
    std::copy_n(rounded, rounded_length_, to.rounded.data() + to_place * rounded_length_);
    to.measures[to_place] = from.measures[from_place];
    ids_[row] = ids_[last];
    rows_[ids_[row]] = row;
  }
  OPENSSL_cleanse(values, length_ * sizeof(float));
  OPENSSL_cleanse(rounded, rounded_length_);
  ids_.pop_back();
  rows_.erase(id);
  if (ids_.size() <= (blocks_.size() - 1) * rows_in_block_) blocks_.pop_back();
  return true;
}

std::vector<GalleryHit> Gallery::Search(std::span<const float> probe, float similarity, std::size_t most) const {
  if (most == 0 || probe.size() != length_) return {};
  std::vector<std::int8_t> rounded(rounded_length_);
  const Rounded measure = Round(probe, rounded.data());
  const float rounded_norm = 1 + measure.remainder_norm;
  const RoundedDotFunction rounded_dot = FastestRoundedDot();

  struct Candidate {
    std::size_t row;
    float at_most;
  };
  std::vector<Candidate> candidates;
  Highest highest(most);
  float bound = similarity;
  std::size_t row = 0;
  std::vector<std::int32_t> all_products(rows_in_block_);
  std::int32_t* const products = all_products.data();
  for (const auto& block : blocks_) {
    const std::size_t rows = std::min(rows_in_block_, ids_.size() - row);
    rounded_dot(rounded.data(), block->rounded.data(), rounded_length_, rows, products);
    for (std::size_t place = 0; place < rows; ++place) {
      const Rounded& of = block->measures[place];
      const float about = measure.scale * of.scale * static_cast<float>(products[place]);
      const float off = rounded_norm * of.remainder_norm + measure.remainder_norm + kFloatSlack;
      if (about + off < bound) continue;
      candidates.push_back({row + place, about + off});
      highest.See(about - off);
      bound = std::max(bound, highest.Bound());
    }
    row += rows;
  }

  std::vector<GalleryHit> hits;
  for (const Candidate& candidate : candidates) {
    if (candidate.at_most < bound) continue;
    const float value = Dot(probe.data(), Values(candidate.row), length_);
    if (value >= similarity) hits.push_back({ids_[candidate.row], value});
  }
  return Best(std::move(hits), most);
}

std::vector<GalleryHit> Gallery::Scan(std::span<const float> probe, float similarity, std::size_t most) const {
  if (most == 0 || probe.size() != length_) return {};
  std::vector<GalleryHit> hits;
  for (std::size_t row = 0; row < ids_.size(); ++row) {
    const float value = Dot(probe.data(), Values(row), length_);
    if (value >= similarity) hits.push_back({ids_[row], value});
  }
  return Best(std::move(hits), most);
}

}  // namespace realname::face
