// SPDX-License-Identifier: Apache-2.0
#include "cli/blurred.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <turbojpeg.h>
#include <vector>

namespace realname::cli {
namespace {

using Handle = std::unique_ptr<void, int (*)(tjhandle)>;

// One pass of a box along lines of `count` pixels, `stride` bytes apart.
void BoxPass(std::vector<unsigned char>& pixels, size_t start, size_t count, size_t stride, int radius) {
  std::vector<int> line(count);
  for (size_t i = 0; i < count; ++i) line[i] = pixels[start + i * stride];
  const int last = static_cast<int>(count) - 1;
  int sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += line[static_cast<size_t>(std::clamp(i, 0, last))];
  for (int i = 0; i <= last; ++i) {
    pixels[start + static_cast<size_t>(i) * stride] = static_cast<unsigned char>(sum / (2 * radius + 1));
    sum += line[static_cast<size_t>(std::clamp(i + radius + 1, 0, last))] -
           line[static_cast<size_t>(std::clamp(i - radius, 0, last))];
  }
}

}  // namespace

std::string Blurred(const std::string& jpeg, int radius) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(jpeg.data());
  const Handle reader(tjInitDecompress(), tjDestroy);
  int width = 0, height = 0, sampling = 0, colours = 0;
  if (tjDecompressHeader3(reader.get(), bytes, jpeg.size(), &width, &height, &sampling, &colours) != 0) {
    throw std::runtime_error("not a JPEG");
  }
  const size_t w = static_cast<size_t>(width), h = static_cast<size_t>(height);
  std::vector<unsigned char> pixels(w * h * 3);
  if (tjDecompress2(reader.get(), bytes, jpeg.size(), pixels.data(), width, 0, height, TJPF_RGB, 0) != 0) {
    throw std::runtime_error("not a JPEG");
  }
  for (int pass = 0; pass < 3; ++pass) {
    for (size_t channel = 0; channel < 3; ++channel) {
      for (size_t y = 0; y < h; ++y) BoxPass(pixels, y * w * 3 + channel, w, 3, radius);
      for (size_t x = 0; x < w; ++x) BoxPass(pixels, x * 3 + channel, h, w * 3, radius);
    }
  }
  const Handle writer(tjInitCompress(), tjDestroy);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  if (tjCompress2(writer.get(), pixels.data(), width, 0, height, TJPF_RGB, &out, &size, TJSAMP_420, 90, 0) != 0) {
    throw std::runtime_error("cannot write a JPEG");
  }
  std::string result(reinterpret_cast<char*>(out), size);
  tjFree(out);
  return result;
}

}  // namespace realname::cli
