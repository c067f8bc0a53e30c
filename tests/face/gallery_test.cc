// SPDX-License-Identifier: Apache-2.0
#include "face/gallery.h"

#include <cmath>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "face/dot.h"
#include "face/rounded_dot.h"

namespace realname::face {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class Templates {
 public:
  explicit Templates(std::size_t length, unsigned seed = 7) : length_(length), random_(seed) {}
  std::vector<float> Any() {
    std::vector<float> values(length_);
    for (float& value : values) value = normal_(random_);
    return Unit(values);
  }
  // With about this cosine to `of`.
  std::vector<float> Like(const std::vector<float>& of, float cosine) {
    std::vector<float> values = Any();
    const float along = Dot(values.data(), of.data(), length_);
    for (std::size_t i = 0; i < length_; ++i) values[i] -= along * of[i];
    values = Unit(values);
    for (std::size_t i = 0; i < length_; ++i) {
      values[i] = cosine * of[i] + std::sqrt(1 - cosine * cosine) * values[i];
    }
    return values;
  }

 private:
  static std::vector<float> Unit(std::vector<float> values) {
    double squares = 0;
    for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
    for (float& value : values) value /= static_cast<float>(std::sqrt(squares));
    return values;
  }
  std::size_t length_;
  std::mt19937 random_;
  std::normal_distribution<float> normal_;
};

std::vector<std::uint64_t> Ids(const std::vector<GalleryHit>& hits) {
  std::vector<std::uint64_t> ids;
  for (const GalleryHit& hit : hits) ids.push_back(hit.id);
  return ids;
}

TEST(GalleryTest, FindsWhoLooksLikeTheProbeTheMostSimilarFirst) {
  Templates templates(512);
  Gallery gallery(512);
  const auto probe = templates.Any();
  for (std::uint64_t id = 0; id < 1000; ++id) ASSERT_TRUE(gallery.Add(id, templates.Any()));
  ASSERT_TRUE(gallery.Add(5001, templates.Like(probe, 0.6f)));
  ASSERT_TRUE(gallery.Add(5002, templates.Like(probe, 0.8f)));
  ASSERT_TRUE(gallery.Add(5003, templates.Like(probe, 0.45f)));
  const auto hits = gallery.Search(probe, 0.5f, 10);
  EXPECT_THAT(Ids(hits), ::testing::ElementsAre(5002, 5001));
  EXPECT_NEAR(hits[0].similarity, 0.8f, 1e-3);
  EXPECT_THAT(Ids(gallery.Search(probe, 0.4f, 1)), ::testing::ElementsAre(5002));
  EXPECT_THAT(gallery.Search(probe, 0.4f, 0), IsEmpty());
  EXPECT_THAT(gallery.Search(std::vector<float>(3), -1, 10), IsEmpty()) << "of another length";
  EXPECT_THAT(Gallery(512).Search(probe, -1, 10), IsEmpty());
}

TEST(GalleryTest, AnIdIsThereOnce) {
  Templates templates(8);
  Gallery gallery(8);
  const auto first = templates.Any();
  EXPECT_TRUE(gallery.Add(1, first));
  EXPECT_FALSE(gallery.Add(1, templates.Any()));
  EXPECT_EQ(gallery.size(), 1u);
  EXPECT_GT(gallery.Search(first, -1, 1)[0].similarity, 0.999f) << "the first one stays";
  EXPECT_FALSE(gallery.Remove(2));
}

// Lengths that are no multiple of what the processor takes at once, sizes beyond a block, and every kind of
// neighbourhood: whatever is asked, the answer is the float32 scan's, to the bit.
TEST(GalleryTest, IsExactlyTheScan) {
  for (const std::size_t length : {1u, 31u, 32u, 33u, 128u, 500u, 512u}) {
    Templates templates(length);
    Gallery gallery(length);
    const auto centre = templates.Any();
    for (std::uint64_t id = 0; id < 5000; ++id) {
      const auto& values =
          id % 3 == 0 ? templates.Like(centre, 0.3f + 0.0001f * static_cast<float>(id)) : templates.Any();
      ASSERT_TRUE(gallery.Add(id * 7, values));
      if (id % 50 == 0) {
        ASSERT_TRUE(gallery.Add(id * 7 + 1, values)) << "the very same again";
      }
    }
    for (const float similarity : {-2.0f, 0.0f, 0.3f, 0.45f, 0.9f}) {
      for (const std::size_t most : {1u, 10u, 100u, 100000u}) {
        for (const auto& probe : {centre, templates.Like(centre, 0.7f), templates.Any()}) {
          EXPECT_EQ(gallery.Search(probe, similarity, most), gallery.Scan(probe, similarity, most))
              << length << " values, at least " << similarity << ", at most " << most;
        }
      }
    }
  }
}

TEST(GalleryTest, WhatIsRemovedIsFoundNoMoreAndTheRestIs) {
  Templates templates(64);
  Gallery gallery(64);
  std::vector<std::vector<float>> all;
  for (std::uint64_t id = 0; id < 9000; ++id) {
    all.push_back(templates.Any());
    ASSERT_TRUE(gallery.Add(id, all.back()));
  }
  for (std::uint64_t id = 0; id < 9000; ++id) {
    if (id % 3 != 0) {
      ASSERT_TRUE(gallery.Remove(id));
    }
  }
  EXPECT_EQ(gallery.size(), 3000u);
  for (std::uint64_t id = 0; id < 9000; ++id) {
    EXPECT_EQ(gallery.Contains(id), id % 3 == 0);
    EXPECT_THAT(gallery.Search(all[id], 0.999f, 10), SizeIs(id % 3 == 0 ? 1 : 0)) << id;
  }
  for (std::uint64_t id = 0; id < 9000; id += 3) ASSERT_TRUE(gallery.Remove(id));
  EXPECT_EQ(gallery.size(), 0u);
  EXPECT_TRUE(gallery.Add(1, all[1])) << "and may come back";
  EXPECT_THAT(Ids(gallery.Search(all[1], 0.999f, 10)), ::testing::ElementsAre(1));
}

TEST(RoundedDotTest, EveryProcessorComputesTheSame) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int> any(-127, 127);
  for (const std::size_t length : {32u, 64u, 96u, 512u, 4096u}) {
    std::vector<std::int8_t> probe(length), rows(7 * length);
    for (int round = 0; round < 3; ++round) {
      // The last round is as large as products get.
      for (auto& value : probe) value = static_cast<std::int8_t>(round == 2 ? -127 : any(random));
      for (auto& value : rows) value = static_cast<std::int8_t>(round == 2 ? -127 : any(random));
      std::int32_t expected[7], products[7];
      for (std::size_t row = 0; row < 7; ++row) {
        expected[row] = 0;
        for (std::size_t i = 0; i < length; ++i) expected[row] += probe[i] * rows[row * length + i];
      }
      RoundedDotBaseline(probe.data(), rows.data(), length, 7, products);
      EXPECT_TRUE(std::equal(expected, expected + 7, products)) << length;
      if (!HasAvx2()) continue;
      RoundedDotAvx2(probe.data(), rows.data(), length, 7, products);
      EXPECT_TRUE(std::equal(expected, expected + 7, products)) << length;
    }
  }
}

}  // namespace
}  // namespace realname::face
