// SPDX-License-Identifier: Apache-2.0
// realname-proof-server: the service with stand-in face evidence, everything else real.
#include <cstring>
#include <iostream>

#include "bench/stand_in_faces.h"
#include "server/serve.h"

// The same arguments as realname-server serve --config FILE --address-file FILE.
int main(int argc, char** argv) {
  using namespace realname;
  if (argc != 6 || std::strcmp(argv[1], "serve") != 0) {
    std::cerr << "usage: realname-proof-server serve --config FILE --address-file FILE\n";
    return 2;
  }
  return server::Serve(argv[3], argv[5],
                       [](const v1::ServerConfig&, const rules::Policy&) -> Result<std::unique_ptr<FaceExaminer>> {
                         return std::unique_ptr<FaceExaminer>(std::make_unique<StandInFaces>());
                       });
}
