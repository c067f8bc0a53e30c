// SPDX-License-Identifier: Apache-2.0
// The connection cut between a commit and its answer, by a relay between the registry and a real PostgreSQL: whether
// the backend had committed, or still does, the retry with the same request_id gets the one decision that there is.
// REALNAME_IN_DOUBT_CUTS sets how often (default 40).
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <pqxx/pqxx>
#include <sys/socket.h>
#include <sys/un.h>

#include "db/registry_statements.h"
#include "tests/db/counter_test.h"

namespace realname::testing {
namespace {

enum class Cut {
  kNone,
  kBeforeTheAnswer,  // the backend has committed
  kAtOnce,           // the backend may still be at it
};

// Passes bytes on between unix sockets, until it is told to cut the connection of the next commit.
class Relay {
 public:
  // Listens in `folder`, where PostgreSQL's socket would be, for the one in `target`.
  Relay(const std::string& folder, const std::string& target) : target_(target) {
    std::filesystem::create_directories(folder);
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = Address(folder + "/.s.PGSQL.5432");
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 16) != 0) {
      throw std::runtime_error("the relay cannot listen");
    }
    accepting_ = std::thread([this] { Accept(); });
  }
  ~Relay() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    close(listener_);
    const std::lock_guard lock(mutex_);
    for (std::thread& thread : connections_) thread.join();
  }
  void CutNext(Cut cut) { cut_ = cut; }
  int cuts() const { return cuts_; }

 private:
  static sockaddr_un Address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
  }
  void Accept() {
    while (!stopping_) {
      const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      const std::lock_guard lock(mutex_);
      connections_.emplace_back([this, client] { Pass(client); });
    }
  }
  void Pass(int client) {
    const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = Address(target_ + "/.s.PGSQL.5432");
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(client);
      close(server);
      return;
    }
    Cut cutting = Cut::kNone;
    std::array<char, 65536> bytes;
    std::string tail;  // a name may lie across two reads
    while (!stopping_) {
      std::array<pollfd, 2> ends = {{{client, POLLIN, 0}, {server, POLLIN, 0}}};
      if (poll(ends.data(), ends.size(), 100) <= 0) continue;
      if (ends[1].revents != 0) {
        const ssize_t got = read(server, bytes.data(), bytes.size());
        if (got <= 0 || cutting == Cut::kBeforeTheAnswer) break;
        Write(client, bytes.data(), static_cast<size_t>(got));
      }
      if (ends[0].revents != 0) {
        const ssize_t got = read(client, bytes.data(), bytes.size());
        if (got <= 0) break;
        const std::string_view sent(bytes.data(), static_cast<size_t>(got));
        tail.append(sent);
        // A Bind message names the prepared statement that it is for.
        const bool commits = tail.find(std::string("\0commit_application\0", 20)) != std::string::npos;
        if (commits && cutting == Cut::kNone) {
          cutting = cut_.exchange(Cut::kNone);
          if (cutting != Cut::kNone) ++cuts_;
        }
        tail = commits ? std::string() : tail.substr(tail.size() - std::min<size_t>(tail.size(), 32));
        Write(server, sent.data(), sent.size());
        // The whole message is with the backend once it ends in Sync.
        if (cutting == Cut::kAtOnce && sent.ends_with(std::string("S\0\0\0\4", 5))) break;
      }
    }
    close(client);
    // The backend finds nobody to answer, as after a lost network.
    close(server);
  }
  static void Write(int to, const char* bytes, size_t count) {
    while (count > 0) {
      const ssize_t done = send(to, bytes, count, MSG_NOSIGNAL);
      if (done <= 0) return;
      bytes += done;
      count -= static_cast<size_t>(done);
    }
  }

  const std::string target_;
  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<Cut> cut_{Cut::kNone};
  std::atomic<int> cuts_{0};
  std::thread accepting_;
  std::mutex mutex_;
  std::vector<std::thread> connections_;
};

class InDoubtTest : public CounterTest {
 protected:
  InDoubtTest() {
    const std::string dsn = PrivateDatabase::Instance().RegistryDsn("postgres");
    const size_t begin = dsn.find('\'') + 1;
    socket_folder_ = dsn.substr(begin, dsn.find('\'', begin) - begin);
    relay_ = std::make_unique<Relay>(folder_ + "/relay", socket_folder_);
    pool_ = std::make_unique<db::ConnectionPool>(
        "host='" + folder_ + "/relay' dbname=realname user=realname_server application_name=realname", 2,
        db::PrepareRegistryStatements);
    PrivateDatabase& database = PrivateDatabase::Instance();
    cut_registry_ = std::make_unique<db::PostgresRegistry>(*pool_, database.keys(), database.photos(), database.ring());
    // Hundreds may come to one counter.
    auto crowded = std::make_shared<rules::Policy>(*policy_);
    crowded->pack.clear_velocity();
    cut_policies_ = std::make_unique<PolicyArchive>(*cut_registry_, crowded);
    cut_registration_ = std::make_unique<Registration>(*cut_registry_, database.sessions(), faces_, search_, sources_,
                                                       *cut_policies_, clock_, Uuid, Sha256, VerifySignature);
  }
  ~InDoubtTest() override {
    pool_.reset();
    relay_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Sql(const std::string& text) {
    pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
    pqxx::nontransaction(connection).exec(text);
  }

  const std::string folder_ = MakeTemporaryDirectory();
  std::string socket_folder_;
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<db::ConnectionPool> pool_;
  std::unique_ptr<db::PostgresRegistry> cut_registry_;
  std::unique_ptr<PolicyArchive> cut_policies_;
  std::unique_ptr<Registration> cut_registration_;
};

TEST_F(InDoubtTest, TheRetryGetsTheOneDecision) {
  const char* const wanted = std::getenv("REALNAME_IN_DOUBT_CUTS");
  const int cuts = wanted == nullptr ? 40 : std::atoi(wanted);
  // Every other commit of this operator takes its time, so that the retry comes while the old backend still commits.
  Sql("create or replace function public.take_time() returns trigger language plpgsql as $$ begin "
      "if new.operator_id = '" +
      operator_ +
      "' and right(new.verification_id::text, 1) < '8' then perform pg_sleep(0.1); "
      "end if; return new; end $$; drop trigger if exists take_time on realname.outbox; "
      "create trigger take_time before insert on realname.outbox for each row execute function public.take_time()");
  int doubtful = 0, once = 0, differing = 0;
  for (int i = 0; i < cuts; ++i) {
    auto request = Application(shop_);
    // What is refused is a decision, too.
    if (i % 4 == 3) request.mutable_parties(0)->set_live_portrait("a stranger");
    cli::SignMadeUp(request);
    relay_->CutNext(i % 2 == 0 ? Cut::kBeforeTheAnswer : Cut::kAtOnce);
    const auto first = cut_registration_->Submit(shop_, request, Soon());
    EXPECT_FALSE(first.ok());
    EXPECT_EQ(first.status().reason(), "DATABASE_UNAVAILABLE") << first.status().detail();
    doubtful += !first.ok();
    auto second = cut_registration_->Submit(shop_, request, Soon());
    auto third = registration_.Submit(shop_, request, Soon());
    ASSERT_TRUE(second.ok()) << second.status().reason() << " " << second.status().detail();
    ASSERT_TRUE(third.ok());
    if (second->SerializeAsString() != third->SerializeAsString()) ++differing;
    EXPECT_EQ(second->verdict(), i % 4 == 3 ? v1::VERDICT_RETRY : v1::VERDICT_PASS);
    const auto rows = registry_.List({{operator_, {}, {}}, v1::STATE_UNSPECIFIED, "", 1000}, Soon());
    ASSERT_TRUE(rows.ok());
    once += rows->size() == static_cast<size_t>(std::min(i + 1, 1000)) ? 1 : 0;
  }
  Sql("drop trigger take_time on realname.outbox; drop function public.take_time");
  EXPECT_EQ(relay_->cuts(), cuts);
  EXPECT_EQ(doubtful, cuts);
  EXPECT_EQ(once, cuts) << "each application is one row";
  EXPECT_EQ(differing, 0);
  std::printf("in doubt: %d commits cut, %d answered UNAVAILABLE, %d stored once, %d answered otherwise on the retry\n",
              relay_->cuts(), doubtful, once, differing);
}

}  // namespace
}  // namespace realname::testing
