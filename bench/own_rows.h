// SPDX-License-Identifier: Apache-2.0
// The clients of the own-rows proof: every method of the contract, called by everybody who has no business with a row.
// What is called comes from the descriptors, so that a method added later is called as well, or fails the proof.
#pragma once

#include <string>

namespace realname {

struct OwnRowsOptions {
  std::string server;    // host:port
  std::string folder;    // certificates, as script/dev-certs makes them, and the file that keeps the owner's rows
  std::string portrait;  // two pictures of one person ...
  std::string second_portrait;
  std::string no_face;  // ... and one of nobody
};

// Each prints what it saw and returns an exit status.

// The owner registers: one PASS, one RETRY, one REJECT and a session. Their ids go to FOLDER/rows.
int PrepareOwnRows(const OwnRowsOptions& options);

// Strangers (certificates FOLDER/foreign_*_ROLE) call every method about the owner's rows: NOT_FOUND each time, and no
// list shows them. Writes nothing where all is well.
int CallOnForeignRows(const OwnRowsOptions& options);

// Every role of the owner's operator calls every method: refused exactly where the table of access says so, and no
// reply holds a similarity for those who may not see one. Positive control: the owner's calls succeed, and an auditor
// does see similarities.
int CallOnOwnRows(const OwnRowsOptions& options);

}  // namespace realname
