// SPDX-License-Identifier: Apache-2.0
#include "bench/waved.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <turbojpeg.h>
#include <vector>

namespace realname {
namespace {

using Handle = std::unique_ptr<void, int (*)(tjhandle)>;
constexpr double kPi = 3.14159265358979323846;
constexpr double kCameraDistance = 1.6;

}  // namespace

std::string Waved(const std::string& jpeg, const Waving& waving) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(jpeg.data());
  const Handle reader(tjInitDecompress(), tjDestroy);
  int width = 0, height = 0, sampling = 0, colours = 0;
  if (tjDecompressHeader3(reader.get(), bytes, jpeg.size(), &width, &height, &sampling, &colours) != 0) {
    throw std::runtime_error("not a JPEG");
  }
  const size_t size = static_cast<size_t>(width) * static_cast<size_t>(height) * 3;
  std::vector<unsigned char> from(size), to(size);
  if (tjDecompress2(reader.get(), bytes, jpeg.size(), from.data(), width, 0, height, TJPF_RGB, 0) != 0) {
    throw std::runtime_error("not a JPEG");
  }
  const double a = waving.tilt_y_degrees * kPi / 180, b = waving.tilt_x_degrees * kPi / 180;
  const double t = waving.turn_degrees * kPi / 180;
  const double distance = kCameraDistance * width;
  // Of each pixel of the new picture: where the ray through it meets the tilted plane, whose axes are p and q.
  const double px = std::cos(a), py = std::sin(a) * std::sin(b), pz = -std::sin(a) * std::cos(b);
  const double qy = std::cos(b), qz = std::sin(b);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      // distance * (u p + v q) = (distance + z) * (rx, ry), solved for u and v.
      const double rx = x - width / 2.0 - waving.shift_x * width, ry = y - height / 2.0 - waving.shift_y * height;
      const double a11 = distance * px - rx * pz, a12 = -rx * qz;
      const double a21 = distance * py - ry * pz, a22 = distance * qy - ry * qz;
      const double determinant = a11 * a22 - a12 * a21;
      const double u = distance * (rx * a22 - ry * a12) / determinant;
      const double v = distance * (ry * a11 - rx * a21) / determinant;
      const double sx =
          std::clamp((std::cos(t) * u + std::sin(t) * v) / waving.scale + width / 2.0, 0.0, width - 1.001);
      const double sy =
          std::clamp((std::cos(t) * v - std::sin(t) * u) / waving.scale + height / 2.0, 0.0, height - 1.001);
      const int x0 = static_cast<int>(sx), y0 = static_cast<int>(sy);
      const double fx = sx - x0, fy = sy - y0;
      const auto at = [&](int column, int row, int channel) {
        return static_cast<double>(
            from[(static_cast<size_t>(row) * static_cast<size_t>(width) + static_cast<size_t>(column)) * 3 +
                 static_cast<size_t>(channel)]);
      };
      for (int c = 0; c < 3; ++c) {
        const double value = (1 - fy) * ((1 - fx) * at(x0, y0, c) + fx * at(x0 + 1, y0, c)) +
                             fy * ((1 - fx) * at(x0, y0 + 1, c) + fx * at(x0 + 1, y0 + 1, c));
        to[(static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)) * 3 +
           static_cast<size_t>(c)] = static_cast<unsigned char>(value + 0.5);
      }
    }
  }
  const Handle writer(tjInitCompress(), tjDestroy);
  unsigned char* out = nullptr;
  unsigned long written = 0;
  if (tjCompress2(writer.get(), to.data(), width, 0, height, TJPF_RGB, &out, &written, TJSAMP_420, 92, 0) != 0) {
    throw std::runtime_error("cannot write a JPEG");
  }
  std::string result(reinterpret_cast<char*>(out), written);
  tjFree(out);
  return result;
}

}  // namespace realname
