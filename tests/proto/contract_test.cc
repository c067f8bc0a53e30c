// SPDX-License-Identifier: Apache-2.0
// The contract itself: every element has a comment, every method a row of access, personal fields their mark.
#include <fstream>
#include <map>
#include <set>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "realname/v1/annotations.pb.h"
#include "realname/v1/face_service.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "rules/explain.h"
#include "server/access.h"

namespace realname {
namespace {

namespace pb = google::protobuf;

pb::FileDescriptorSet Contract() {
  std::ifstream file(REALNAME_BUILD_DIR "/proto/generated/realname.descriptor_set", std::ios::binary);
  pb::FileDescriptorSet set;
  EXPECT_TRUE(set.ParseFromIstream(&file));
  return set;
}

TEST(ContractTest, EveryElementHasAComment) {
  // Paths in descriptor.proto: file {message 4, enum 5, service 6, extension 7}, message {field 2, nested 3, enum 4},
  // enum {value 2}, service {method 2}.
  int elements = 0;
  const pb::FileDescriptorSet contract = Contract();
  for (const auto& file : contract.file()) {
    if (file.package() != "realname.v1") continue;
    std::set<std::vector<int>> commented;
    for (const auto& location : file.source_code_info().location()) {
      if (!location.leading_comments().empty()) {
        commented.insert(std::vector<int>(location.path().begin(), location.path().end()));
      }
    }
    const auto check = [&](std::vector<int> path, const std::string& name) {
      ++elements;
      EXPECT_TRUE(commented.contains(path)) << file.name() << ": " << name << " has no comment";
    };
    for (int i = 0; i < file.message_type_size(); ++i) {
      check({4, i}, file.message_type(i).name());
      for (int j = 0; j < file.message_type(i).field_size(); ++j) {
        check({4, i, 2, j}, file.message_type(i).name() + "." + file.message_type(i).field(j).name());
      }
    }
    for (int i = 0; i < file.enum_type_size(); ++i) {
      check({5, i}, file.enum_type(i).name());
      for (int j = 0; j < file.enum_type(i).value_size(); ++j) check({5, i, 2, j}, file.enum_type(i).value(j).name());
    }
    for (int i = 0; i < file.service_size(); ++i) {
      check({6, i}, file.service(i).name());
      for (int j = 0; j < file.service(i).method_size(); ++j) check({6, i, 2, j}, file.service(i).method(j).name());
    }
  }
  EXPECT_GT(elements, 300);
}

TEST(ContractTest, EveryMethodHasARowOfAccess) {
  std::set<std::string> methods;
  const pb::FileDescriptorSet contract = Contract();
  for (const auto& file : contract.file()) {
    for (const auto& service : file.service()) {
      if (service.name() == "IdentitySource") continue;  // called, not served
      for (const auto& method : service.method()) {
        methods.insert(file.package() + "." + service.name() + "." + method.name());
      }
    }
  }
  EXPECT_EQ(methods.size(), server::AccessTable().size());
  for (const auto& row : server::AccessTable()) {
    EXPECT_TRUE(methods.contains(std::string(row.method))) << row.method;
    EXPECT_FALSE(row.roles.empty());
  }
}

TEST(ContractTest, NobodyMayCallWhatHasNoRow) {
  for (int role = v1::Role_MIN; role <= v1::Role_MAX; ++role) {
    EXPECT_FALSE(server::MayCall(static_cast<v1::Role>(role), "realname.v1.RegistrationService.Unheard"));
  }
  EXPECT_FALSE(server::MayCall(v1::ROLE_RETAIL, "realname.v1.FaceService.CompareFaces"));
  EXPECT_FALSE(server::MayCall(v1::ROLE_AUDITOR, "realname.v1.RegistrationService.SubmitRegistration"));
  EXPECT_FALSE(server::MayCall(v1::ROLE_UNSPECIFIED, "realname.v1.RegistrationService.GetVerification"));
}

// Every number that could be a score lies under a field that is marked, in whatever a role without the right to scores
// may be answered. Rates of whole groups and limits of a policy are none (ModelCard), nor is what a picture measured
// (Finding), which is shown only with a reason that its reader may see.
void ExpectNoUnmarkedScore(const pb::Descriptor& message, std::set<const pb::Descriptor*>& seen) {
  if (!seen.insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    if (field.options().GetExtension(v1::reveals_similarity) || field.message_type() == v1::ModelCard::descriptor() ||
        field.message_type() == v1::Finding::descriptor()) {
      continue;
    }
    EXPECT_NE(field.cpp_type(), pb::FieldDescriptor::CPPTYPE_FLOAT) << field.full_name();
    EXPECT_NE(field.cpp_type(), pb::FieldDescriptor::CPPTYPE_DOUBLE) << field.full_name();
    if (field.message_type() != nullptr) ExpectNoUnmarkedScore(*field.message_type(), seen);
  }
}

TEST(ContractTest, NoScoreReachesThoseWhoMayNotSeeOne) {
  std::set<const pb::Descriptor*> seen;
  for (const char* name : {"realname.v1.RegistrationService", "realname.v1.FaceService"}) {
    const auto* service = pb::DescriptorPool::generated_pool()->FindServiceByName(name);
    for (int i = 0; i < service->method_count(); ++i) {
      for (int role = v1::Role_MIN + 1; role <= v1::Role_MAX; ++role) {
        if (rules::MaySeeSimilarity(static_cast<v1::Role>(role)) ||
            !server::MayCall(static_cast<v1::Role>(role), service->method(i)->full_name())) {
          continue;
        }
        if (service->method(i)->output_type() == v1::ModelCard::descriptor()) {
          EXPECT_EQ(rules::ReaderOf(static_cast<v1::Role>(role)), v1::READER_STAFF)
              << "a card names the limits in force";
          continue;
        }
        ExpectNoUnmarkedScore(*service->method(i)->output_type(), seen);
      }
    }
  }
  EXPECT_GT(seen.size(), 5u);
  EXPECT_FALSE(seen.contains(v1::CompareFacesResponse::descriptor())) << "for those who may see scores only";
}

TEST(ContractTest, FieldsThatAreCalledPersonalAreMarked) {
  const std::set<std::string> personal = {"number", "name",          "birth_date", "address",  "msisdn",     "id_photo",
                                          "photo",  "live_portrait", "sex",        "document", "valid_from", "valid_to",
                                          "first",  "second",        "template",   "subject",  "frame"};
  const std::set<std::string> not_of_people = {"realname.v1.FaceBundle.name",
                                               "realname.v1.CalibrationGroup.name",
                                               "realname.v1.GroupCard.name",
                                               "realname.v1.GroupMeasurement.name",
                                               "realname.v1.GroupOutcomes.name",
                                               "realname.v1.CorrelationShare.name",
                                               "realname.v1.FaceLimits.id_photo",
                                               "realname.v1.FaceLimits.live_portrait",
                                               "realname.v1.Presentations.name",
                                               "realname.v1.QuotaRule.name",
                                               "realname.v1.AuthorityFacts.photo",
                                               "realname.v1.CheckIdentityRequest.photo",
                                               "realname.v1.IdentitySourceEndpoint.address",
                                               "realname.v1.IdentitySourceEndpoint.name",
                                               "realname.v1.IdentitySourcePolicy.name",
                                               "realname.v1.IdentitySourcePolicy.photo",
                                               "realname.v1.GalleryPolicy.name",
                                               "realname.v1.PolicyPack.id_photo",
                                               "realname.v1.PolicyPack.live_portrait",
                                               "realname.v1.PolicyPack.document",
                                               "realname.v1.ReasonText.subject",
                                               "realname.v1.CompareFacesResponse.first",
                                               "realname.v1.CompareFacesResponse.second",
                                               "realname.v1.SubjectFacts.id_photo",
                                               "realname.v1.SubjectFacts.live_portrait"};
  const pb::FileDescriptorSet contract = Contract();
  for (const auto& file : contract.file()) {
    for (const auto& message : file.message_type()) {
      for (const auto& field : message.field()) {
        const std::string full = file.package() + "." + message.name() + "." + field.name();
        if (!personal.contains(field.name()) || not_of_people.contains(full) || file.package() != "realname.v1")
          continue;
        EXPECT_TRUE(field.options().GetExtension(v1::personal)) << full << " is not marked personal";
      }
    }
  }
}

}  // namespace
}  // namespace realname
