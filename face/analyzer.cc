// SPDX-License-Identifier: Apache-2.0
#include "face/analyzer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/decode.h"
#include "face/pose_from_points.h"
#include "face/quality.h"
#include "face/same_image.h"
#include "face/subject.h"
#include "face/template_bytes.h"

namespace realname::face {

Analyzer::Analyzer(const Bundle& bundle)
    : bundle_digest_(bundle.digest),
      not_measured_(NotMeasured(bundle.manifest)),
      detector_(MakeDetector(bundle)),
      aligner_(bundle),
      embedder_(bundle),
      liveness_(bundle) {
  if (bundle.manifest.has_landmarks()) landmarks_.emplace(bundle);
  if (bundle.manifest.has_pose()) pose_.emplace(bundle);
  if (bundle.manifest.has_eye()) eyes_.emplace(bundle);
}

v1::FaceEvidence Analyzer::Analyze(std::string_view bytes, SubjectRule rule) { return Run(bytes, rule, true); }

v1::FaceEvidence Analyzer::AnalyzeForTemplate(std::string_view bytes, SubjectRule rule) {
  return Run(bytes, rule, false);
}

v1::FaceEvidence Analyzer::Run(std::string_view bytes, SubjectRule rule, bool measure) {
  v1::FaceEvidence evidence;
  evidence.set_bundle_digest(bundle_digest_);
  const DecodedPicture picture = Decode(bytes);
  evidence.set_image_width(static_cast<unsigned>(picture.stored_width));
  evidence.set_image_height(static_cast<unsigned>(picture.stored_height));
  evidence.set_status(picture.status);
  if (picture.status != v1::FACE_STATUS_OK) return evidence;

  const cv::Mat& bgr = picture.bgr;
  const Detections found = detector_->Detect(bgr);
  const std::vector<Box>& boxes = found.boxes;
  evidence.set_face_count(static_cast<unsigned>(boxes.size()));
  const SubjectChoice choice = rule == SubjectRule::kClear ? ChooseSubject(boxes, bgr.cols, bgr.rows)
                                                           : ChooseNearestCentre(boxes, bgr.cols, bgr.rows);
  evidence.set_status(choice.status);
  if (choice.status != v1::FACE_STATUS_OK) return evidence;

  const Box& box = boxes[choice.index];
  evidence.set_detection_score(box.score);
  std::optional<Points68> points;
  if (landmarks_) points = landmarks_->Find(bgr, box);
  const Points5 five = points ? FivePoints(*points) : found.points.at(choice.index);
  const double eye_distance = std::hypot(five[0].x - five[1].x, five[0].y - five[1].y);
  evidence.set_eye_distance_px(static_cast<float>(eye_distance));
  // Points that fall together are no face: the network was given something else.
  if (eye_distance < 2) {
    evidence.set_status(v1::FACE_STATUS_NO_FACE);
    return evidence;
  }
  const cv::Mat aligned = aligner_.Align(bgr, five);
  const cv::Mat measured = aligner_.AlignForQuality(bgr, five, aligned);
  const FaceTone tone = MeasureTone(measured);
  evidence.set_sharpness(tone.sharpness);
  evidence.set_brightness(tone.brightness);
  evidence.set_contrast(tone.contrast);
  evidence.set_template_(TemplateToBytes(embedder_.Embed(aligned)));
  if (!measure) return evidence;

  evidence.mutable_not_measured()->CopyFrom(not_measured_);
  const HeadPose pose = pose_ ? pose_->Estimate(bgr, box) : PoseFromPoints(five);
  evidence.set_yaw_degrees(pose.yaw);
  evidence.set_pitch_degrees(pose.pitch);
  evidence.set_roll_degrees(pose.roll);
  if (eyes_ && points) {
    const OpenEyes eyes = eyes_->Look(bgr, *points);
    evidence.set_left_eye_open(eyes.left);
    evidence.set_right_eye_open(eyes.right);
  }
  const LivenessScores liveness = liveness_.Judge(bgr, box);
  evidence.set_live_score(liveness.live);
  evidence.set_print_score(liveness.print);
  evidence.set_screen_score(liveness.screen);
  evidence.set_liveness_context(liveness_.Context(box, bgr.size()));
  if (points) evidence.set_mouth_open(MouthOpen(*points));
  evidence.set_lower_face_difference(LowerFaceDifference(measured));
  evidence.set_background_clutter(BackgroundClutter(bgr, box));
  evidence.set_face_thumbnail(Thumbnail(measured));
  evidence.set_quality_score(UnifiedScore(evidence));
  return evidence;
}

void Analyzer::SelfTest() {
  cv::Mat grey(240, 320, CV_8UC3, cv::Scalar(127, 127, 127));
  cv::Mat ramp(240, 320, CV_8UC3);
  for (int y = 0; y < ramp.rows; ++y) {
    for (int x = 0; x < ramp.cols; ++x) {
      ramp.at<cv::Vec3b>(y, x) = cv::Vec3b(static_cast<unsigned char>(x % 256), static_cast<unsigned char>(y % 256),
                                           static_cast<unsigned char>((x * y) % 256));
    }
  }
  Box box;
  box.x = 80;
  box.y = 40;
  box.width = 120;
  box.height = 160;
  detector_->Detect(grey);
  detector_->Detect(ramp);
  const std::vector<float> first = embedder_.Embed(grey(cv::Rect(0, 0, 112, 112)));
  const std::vector<float> second = embedder_.Embed(ramp(cv::Rect(100, 100, 112, 112)));
  CV_Assert(Cosine(first, second) < 0.999);
  const LivenessScores liveness = liveness_.Judge(ramp, box);
  CV_Assert(liveness.live >= 0 &&
            std::abs(liveness.live + liveness.print + liveness.screen + liveness.unknown - 1) < 0.01);
  if (pose_) {
    const HeadPose pose = pose_->Estimate(ramp, box);
    CV_Assert(std::abs(pose.yaw) < 180 && std::abs(pose.pitch) < 180 && std::abs(pose.roll) < 180);
  }
  if (landmarks_) {
    const Points68 points = landmarks_->Find(ramp, box);
    if (eyes_) {
      const OpenEyes eyes = eyes_->Look(ramp, points);
      CV_Assert(eyes.left >= 0 && eyes.left <= 1 && eyes.right >= 0 && eyes.right <= 1);
    }
  }
}

}  // namespace realname::face
