// SPDX-License-Identifier: Apache-2.0
// PoseFromPoints: how the head is turned to the side and tilted, from where eyes, nose and mouth corners lie, for
// bundles without a pose network. Source: the first step of D. DeMenthon and L. Davis, "Model-based object pose in 25
// lines of code", IJCV 15, 1995: a scaled orthographic camera fitted to a model of the points by least squares. The nod
// is left out: five points hardly show it (over 620 photographs it followed a pose network's with a slope of 0.2, the
// turn to the side with 1.0). Pure; thread-safe.
#pragma once

#include "face/networks/pose.h"
#include "face/points.h"

namespace realname::face {

// Degrees, signs as Pose's; pitch is 0. 0, 0, 0 for points that span no plane.
HeadPose PoseFromPoints(const Points5& points);

}  // namespace realname::face
