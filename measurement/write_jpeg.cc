// SPDX-License-Identifier: Apache-2.0
#include "measurement/write_jpeg.h"

#include <memory>
#include <new>
#include <turbojpeg.h>

namespace realname::measurement {

std::string WriteJpeg(const cv::Mat& bgr, int quality) {
  const std::unique_ptr<void, int (*)(tjhandle)> writer(tjInitCompress(), tjDestroy);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  if (!writer || tjCompress2(writer.get(), bgr.data, bgr.cols, static_cast<int>(bgr.step), bgr.rows, TJPF_BGR, &out,
                             &size, TJSAMP_420, quality, 0) != 0) {
    tjFree(out);
    throw std::bad_alloc();
  }
  std::string jpeg(reinterpret_cast<const char*>(out), size);
  tjFree(out);
  return jpeg;
}

}  // namespace realname::measurement
