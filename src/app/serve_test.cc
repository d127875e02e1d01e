#include "app/serve.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/raw_client_for_test.h"

namespace stepscope {
namespace {

using std::chrono::steady_clock;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Serve() in a process of its own, as main() calls it.
class Child {
 public:
  explicit Child(Command command) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    std::fflush(stdout);  // Else the child would print what this process has not printed yet.
    process_ = fork();
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      _exit(Serve(command, {}, {}));
    }
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  ~Child() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    std::fclose(output_);
  }

  std::string ReadLine() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
      line += static_cast<char>(c);
    }
    return line;
  }

  // The exit code after `signal`, or -1 when it did not end by itself within a second.
  int End(int signal) {
    const auto start = steady_clock::now();
    kill(process_, signal);
    int status = 0;
    waitpid(process_, &status, 0);
    EXPECT_LT(steady_clock::now() - start, std::chrono::milliseconds(1500));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = -1;
  std::FILE* output_ = nullptr;
};

uint16_t PortIn(const std::string& line) {
  const size_t host = line.find("http://") + 7;
  return static_cast<uint16_t>(std::atoi(line.c_str() + line.find(':', host) + 1));
}

Command Logdir(std::string path) {
  Command command;
  command.server.logdir = path;
  command.logdir_path = std::move(path);
  command.listen.port = 0;
  return command;
}

TEST(ServeTest, SaysWhereItServesAndEndsOnASignal) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Child child(Logdir("/no/such/directory"));
    const std::string line = child.ReadLine();
    EXPECT_THAT(line, StartsWith("Stepscope " STEPSCOPE_VERSION " at http://localhost:"));
    EXPECT_THAT(line, EndsWith("/ (Press CTRL+C to quit)"));
    RawClient client(PortIn(line));
    const auto answer = client.Get("/api/environment");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr("\"logdir\":\"/no/such/directory\""));
    EXPECT_EQ(child.End(signal), 0);
  }
}

TEST(ServeTest, AsksForATokenWhereTheNetworkReachesIt) {
  Command command = Logdir("/no/such/directory");
  command.listen.bind_all = true;
  Child child(command);
  const std::string link = child.ReadLine();
  const std::string program_line = child.ReadLine();
  const std::string last_line = child.ReadLine();
  EXPECT_THAT(last_line, EndsWith("(Press CTRL+C to quit)"));
  RawClient client(PortIn(last_line));
  EXPECT_EQ(client.Get("/data/runs").status, 401);
  const auto signed_in = client.Get("/?token=" + link.substr(link.find("token=") + 6));
  EXPECT_EQ(signed_in.status, 303);
  EXPECT_THAT(signed_in.header, HasSubstr("Set-Cookie: stepscope-"));
  const std::string bearer = program_line.substr(program_line.find("Authorization:"));
  EXPECT_EQ(client.Get("/data/runs", bearer + "\r\n").status, 200);
  EXPECT_EQ(child.End(SIGTERM), 0);
}

TEST(ServeTest, NeedsNoTokenWhenToldSo) {
  Command command = Logdir("/no/such/directory");
  command.listen.bind_all = true;
  command.no_auth = true;
  Child child(command);
  RawClient client(PortIn(child.ReadLine()));
  EXPECT_EQ(client.Get("/data/runs").status, 200);
}

TEST(ServeTest, ReportsAPortThatIsTaken) {
  Child first(Logdir("/no/such/directory"));
  Command command = Logdir("/no/such/directory");
  command.listen.port = PortIn(first.ReadLine());
  Child second(command);
  EXPECT_EQ(second.ReadLine(), "");
  EXPECT_EQ(second.End(0), 255);
}

}  // namespace
}  // namespace stepscope
