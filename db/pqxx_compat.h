// SPDX-License-Identifier: Apache-2.0
// The one place that knows which libpqxx this is: 6.4 (Debian 12) and 7.10 (Debian 13) name parameters, prepared
// statements and binary data differently.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pqxx/pqxx>
#include <sys/socket.h>

namespace realname::db {

// A connection under a name that other headers can declare: libpqxx 6.4's own is an alias of a template. Statements run
// in one nontransaction that lives as long as the connection: ending one costs libpqxx another look at the socket. A
// statement ends after 10 s, a wait for a lock after 5 s, and a server that fell silent is given up after 15 s.
struct Connection {
  explicit Connection(const std::string& dsn) : raw(dsn) {
    // Without effect, and without harm, on a unix socket.
    const int on = 1;
    const int idle_seconds = 10;
    const unsigned silence_milliseconds = 15000;
    setsockopt(raw.sock(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(raw.sock(), IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
    setsockopt(raw.sock(), IPPROTO_TCP, TCP_KEEPINTVL, &idle_seconds, sizeof idle_seconds);
    setsockopt(raw.sock(), IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_milliseconds, sizeof silence_milliseconds);
    // Every statement looks up by key: one plan serves all values, and it is never a walk through a table, whatever the
    // statistics say on a first day.
    Autocommit().exec(
        std::string("set statement_timeout = '10s'; set lock_timeout = '5s'; set plan_cache_mode = force_generic_plan; "
                    "set enable_seqscan = off; set jit = off"));
  }
  pqxx::nontransaction& Autocommit() {
    if (!autocommit_) autocommit_.emplace(raw);
    return *autocommit_;
  }
  pqxx::connection raw;

 private:
  std::optional<pqxx::nontransaction> autocommit_;
};

// A bytea parameter, sent in binary. The bytes outlive the call.
struct Bytes {
  std::string_view value;
};

// A parameter that may be NULL: a short bytea or a text.
class Nullable {
 public:
  Nullable() = default;
  static Nullable Null() { return Nullable(); }
  static Nullable Text(std::string text) {
    Nullable out;
    out.text_ = std::move(text);
    return out;
  }
  static Nullable Of(std::optional<std::string> text) {
    Nullable out;
    out.text_ = std::move(text);
    return out;
  }
  static Nullable Hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text = "\\x";
    for (const char c : bytes) {
      text.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
      text.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
    }
    return Text(std::move(text));
  }
  const char* c_str() const { return text_ ? text_->c_str() : nullptr; }

 private:
  std::optional<std::string> text_;
};

#if PQXX_VERSION_MAJOR >= 7
inline pqxx::bytes_view Adapt(const Bytes& bytes) { return pqxx::binary_cast(bytes.value); }
#else
inline pqxx::binarystring Adapt(const Bytes& bytes) {
  return pqxx::binarystring(bytes.value.data(), bytes.value.size());
}
#endif
inline const char* Adapt(const Nullable& value) { return value.c_str(); }
template <typename T>
const T& Adapt(const T& value) {
  return value;
}

// Runs a prepared statement.
template <typename... Args>
pqxx::result Execute(pqxx::transaction_base& transaction, const char* statement, const Args&... args) {
#if PQXX_VERSION_MAJOR >= 7
  return transaction.exec(pqxx::prepped{statement}, pqxx::params{Adapt(args)...});
#else
  return transaction.exec_prepared(statement, Adapt(args)...);
#endif
}

// The SQLSTATE behind an exception; "08006" for a lost connection. libpqxx 6.4 leaves it out of its special classes. An
// error of the general class without one comes from libpq, not from the server: nobody was there to answer.
inline std::string FailureState(const std::exception& error) {
  if (dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr) return "08006";
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr) return "40001";
  if (dynamic_cast<const pqxx::unique_violation*>(&error) != nullptr) return "23505";
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) return "42501";
  if (dynamic_cast<const pqxx::insufficient_resources*>(&error) != nullptr) return "53000";
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) {
    return typeid(error) == typeid(pqxx::sql_error) && sql->sqlstate().empty() ? "08006" : sql->sqlstate();
  }
  return "";
}

// The bytes of a bytea column, which arrives as text "\x0123...".
inline std::string ReadBytes(const pqxx::field& field) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  const std::string_view text(field.c_str(), field.size());
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 2; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return bytes;
}

}  // namespace realname::db
