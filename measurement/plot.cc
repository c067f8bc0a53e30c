// SPDX-License-Identifier: Apache-2.0
#include "measurement/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <utility>
#include <vector>

namespace realname::measurement {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 480;
constexpr double kMargin = 60;
const char* const kColours[] = {"#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b8860b", "#34495e"};

std::string Text(const char* format, auto... values) {
  char text[512];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Label(double x, double y, const std::string& text, const char* anchor = "middle") {
  return Text("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor) + Escaped(text) + "</text>\n";
}

std::string Line(double x1, double y1, double x2, double y2, const char* colour) {
  return Text("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1, y1, x2, y2, colour);
}

std::string Polyline(const std::vector<std::pair<double, double>>& points, const char* colour) {
  std::string text = Text("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour);
  for (const auto& [x, y] : points) text += Text("%.1f,%.1f ", x, y);
  return text + "\"/>\n";
}

std::string Document(const std::string& title, const std::string& body) {
  return Text(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
             "font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
             kWidth, kHeight) +
         Label(kWidth / 2, 24, title) + body + "</svg>\n";
}

// Position of a rate on a logarithmic axis from 1e-5 to 1, as a fraction of the axis.
double OnLogAxis(double rate) { return std::clamp((std::log10(rate) + 5) / 5, 0.0, 1.0); }

double X(double fraction) { return kMargin + fraction * (kWidth - 2 * kMargin); }
double Y(double fraction) { return kHeight - kMargin - fraction * (kHeight - 2 * kMargin); }

}  // namespace

std::string DetSvg(const v1::FaceMeasurement& measurement) {
  std::string body;
  for (int decade = -5; decade <= 0; ++decade) {
    const double at = OnLogAxis(std::pow(10, decade));
    body += Line(X(at), Y(0), X(at), Y(1), "#ddd") + Line(X(0), Y(at), X(1), Y(at), "#ddd");
    const std::string label = Text("1e%d", decade);
    body += Label(X(at), Y(0) + 16, label) + Label(X(0) - 6, Y(at) + 4, label, "end");
  }
  body += Label(X(0.5), kHeight - 16, "FMR") + Label(X(0), Y(1) - 10, "FNMR");
  for (int i = 0; i < measurement.groups_size(); ++i) {
    const v1::GroupMeasurement& group = measurement.groups(i);
    const char* colour = kColours[static_cast<std::size_t>(i) % std::size(kColours)];
    std::vector<std::pair<double, double>> points;
    for (const v1::CurvePoint& point : group.curve()) {
      if (point.fmr() > 0 && point.fnmr() > 0)
        points.emplace_back(X(OnLogAxis(point.fmr())), Y(OnLogAxis(point.fnmr())));
    }
    body += Polyline(points, colour);
    const double y = Y(1) + 18 + 16 * i;
    body += Line(X(1) - 130, y - 4, X(1) - 110, y - 4, colour) + Label(X(1) - 104, y, group.name(), "start");
  }
  return Document("Detection error trade-off, " + measurement.bundle_name(), body);
}

std::string HistogramSvg(const v1::FaceMeasurement& measurement) {
  std::string body;
  if (measurement.groups().empty()) return Document("no group", body);
  const v1::GroupMeasurement& group = *measurement.groups().rbegin();
  const auto share = [](double part, double all) { return all > 0 ? part / all : 0; };
  double highest = 1e-9;
  std::vector<std::pair<double, double>> shares[2];
  for (const v1::HistogramBin& bin : group.histogram()) {
    const double values[] = {
        share(static_cast<double>(bin.impostor_pairs()), static_cast<double>(group.impostor_pairs())),
        share(static_cast<double>(bin.genuine_pairs()), static_cast<double>(group.genuine_pairs()))};
    for (int kind = 0; kind < 2; ++kind) {
      highest = std::max(highest, values[kind]);
      shares[kind].emplace_back(bin.from() + 0.01, values[kind]);
    }
  }
  for (int tenth = -10; tenth <= 10; tenth += 2) {
    const double x = X((tenth / 10.0 + 1) / 2);
    body += Line(x, Y(0), x, Y(1), "#ddd") + Label(x, Y(0) + 16, Text("%.1f", tenth / 10.0));
  }
  for (int kind = 0; kind < 2; ++kind) {
    std::vector<std::pair<double, double>> points;
    for (const auto& [similarity, value] : shares[kind])
      points.emplace_back(X((similarity + 1) / 2), Y(value / highest));
    body += Polyline(points, kColours[kind == 0 ? 1 : 0]);
    body += Label(X(0) + 10, Y(1) + 18 + 16 * kind, kind == 0 ? "different people" : "same person", "start");
    body += Line(X(0) - 14, Y(1) + 14 + 16 * kind, X(0) + 6, Y(1) + 14 + 16 * kind, kColours[kind == 0 ? 1 : 0]);
  }
  body += Label(X(0.5), kHeight - 16, "similarity");
  return Document("Pairs by similarity, " + group.name(), body);
}

}  // namespace realname::measurement
