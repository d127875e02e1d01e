#include "app/output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(OutputTest, WritesEverythingInOrder) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/out";
  std::string expected;
  auto output = Output::Open(path);
  ASSERT_TRUE(output);
  for (int i = 0; i < 1000; ++i) {
    // Pieces far smaller and larger than the buffer.
    const std::string piece(i % 100 == 99 ? 300'000 : 700, static_cast<char>('a' + i % 26));
    output->Write(piece);
    expected += piece;
  }
  EXPECT_TRUE(output->Finish());
  EXPECT_EQ(output->size(), expected.size());
  EXPECT_TRUE(ReadFile(path) == expected);
}

TEST(OutputTest, SaysWhyAFileCannotBeWritten) {
  const auto output = Output::Open("/no/such/directory/out");
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message,
            "/no/such/directory/out cannot be written: No such file or directory");
}

TEST(OutputTest, AFullDiskIsAnError) {
  auto output = Output::Open("/dev/full");
  ASSERT_TRUE(output);
  output->Write("x");
  const Status status = output->Finish();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kUnavailable);
  EXPECT_EQ(status.error().message, "writing to /dev/full: No space left on device");
}

TEST(OutputTest, NobodyWhoReadsIsToldApart) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  Output output(ends[1]);
  output.Write(std::string(1 << 20, 'x'));
  EXPECT_TRUE(output.has_failed());
  EXPECT_EQ(output.Finish().error().code, Code::kCancelled);
  close(ends[1]);
}

}  // namespace
}  // namespace stepscope
