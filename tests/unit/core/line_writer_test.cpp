// SPDX-License-Identifier: Apache-2.0
#include "core/line_writer.hpp"

#include "catch.hpp"
#include "core/line_buffer.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace postern;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 60s;  // when to give up on a machine that is very busy

/// A directory of the test's own.
class Folder {
public:
    Folder()
    {
        char pattern[] = "/tmp/postern-lines-XXXXXX";
        REQUIRE(::mkdtemp(pattern) != nullptr);
        path_ = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

std::string content_of(const std::string& path)
{
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::shared_ptr<LineDestination> open(LineWriter& writer, const std::string& path)
{
    auto opened = writer.open_file(path);
    if (!opened) FAIL(opened.error().detail);
    return *std::move(opened);
}

/// A pipe whose reader is the test.
struct Pipe {
    Pipe()
    {
        REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
        REQUIRE(::fcntl(fds[1], F_SETPIPE_SZ, 4096) == 4096);
    }
    ~Pipe()
    {
        close_reader();
        ::close(fds[1]);
    }
    void close_reader()
    {
        if (fds[0] >= 0) ::close(fds[0]);
        fds[0] = -1;
    }
    /// Until `size` bytes have come.
    std::string read(std::size_t size)
    {
        std::string got(size, '\0');
        std::size_t done = 0;
        while (done < size) {
            const ssize_t n = ::read(fds[0], got.data() + done, size - done);
            if (n <= 0) break;
            done += static_cast<std::size_t>(n);
        }
        got.resize(done);
        return got;
    }
    int fds[2] = {-1, -1};
};

}  // namespace

TEST_CASE("lines go to their files in order, and directories are made")
{
    const Folder folder;
    LineWriter writer;
    const auto one = open(writer, folder / "a/b/one.log");
    const auto two = open(writer, folder / "two.log");
    one->append("1\n");
    two->append("2\n");
    one->append("3\n4\n");
    REQUIRE(writer.flush(kPatience));
    CHECK(content_of(folder / "a/b/one.log") == "1\n3\n4\n");
    CHECK(content_of(folder / "two.log") == "2\n");
    CHECK(one->dropped() == 0);
    CHECK((std::filesystem::status(folder / "two.log").permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
}

TEST_CASE("a file is appended to, and the same path is the same destination")
{
    const Folder folder;
    std::ofstream(folder / "log") << "old\n";
    LineWriter writer;
    const auto first = open(writer, folder / "log");
    CHECK(open(writer, folder / "x/../log") == first);
    first->append("new\n");
    REQUIRE(writer.flush(kPatience));
    CHECK(content_of(folder / "log") == "old\nnew\n");
}

TEST_CASE("whoever asks is told which files are written now")
{
    const Folder folder;
    LineWriter writer;
    CHECK(writer.files().empty());
    const auto file = open(writer, folder / "log");
    const auto terminal = writer.open_descriptor(2, "stderr");
    CHECK(writer.files() == std::vector<std::string>{folder / "log"});
}

TEST_CASE("what cannot be opened is named")
{
    const Folder folder;
    LineWriter writer;
    std::ofstream(folder / "file") << "";
    for (const std::string& path : {folder / "file/below", folder / "."}) {
        const auto opened = writer.open_file(path);
        REQUIRE(opened.has_error());
        CHECK(opened.error().kind == ErrorKind::Io);
        CHECK(opened.error().detail.starts_with("cannot open the log file " + folder / ""));
    }
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    CHECK(writer.open_file(folder / "fifo").error().detail ==
          "cannot open the log file " + folder / "fifo" + ": nobody reads the FIFO");
}

TEST_CASE("many threads append whole lines")
{
    const Folder folder;
    LineWriter writer;
    const auto log = open(writer, folder / "log");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 2000; ++i) log->append(std::string(20, static_cast<char>('a' + t)) + "\n");
        });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(writer.flush(kPatience));
    std::istringstream lines(content_of(folder / "log"));
    std::string line;
    int count = 0;
    while (std::getline(lines, line)) {
        ++count;
        CHECK(line == std::string(20, line.at(0)));
    }
    CHECK(count == 8000);
}

TEST_CASE("a pipe that nobody reads is not waited for: whole lines are dropped and counted")
{
    Pipe pipe;
    LineWriter writer({}, 8192);
    const auto log = writer.open_descriptor(pipe.fds[1], "pipe");
    const std::string line(99, 'x');
    std::uint64_t appended = 0;
    while (log->dropped() == 0 && appended < 10'000) {
        log->append(line + "\n");
        ++appended;
    }
    REQUIRE(log->dropped() > 0);
    CHECK_FALSE(writer.flush(1ms));
    CHECK((::fcntl(pipe.fds[1], F_GETFL) & O_NONBLOCK) == 0);  // others share it

    // The reader is back: what was kept comes whole, and new lines follow.
    const std::uint64_t kept = appended - log->dropped();
    const std::string read = pipe.read(kept * 100);
    CHECK(read.size() == kept * 100);
    CHECK(static_cast<std::uint64_t>(std::count(read.begin(), read.end(), '\n')) == kept);
    log->append("last\n");
    CHECK(pipe.read(5) == "last\n");
    CHECK(writer.flush(kPatience));
}

TEST_CASE("patience begins anew with each step forward, and ends with its total")
{
    const lines::SteadyTime begin{1h};
    lines::Patience patience(begin, 1s, 3s);
    CHECK(patience.until() == begin + 1s);
    patience.note(begin + 500ms, 10);
    CHECK(patience.until() == begin + 1500ms);
    patience.note(begin + 900ms, 10);  // nothing has moved
    CHECK(patience.until() == begin + 1500ms);
    patience.note(begin + 1400ms, 11);
    CHECK(patience.until() == begin + 2400ms);
    patience.note(begin + 2300ms, 12);
    CHECK(patience.until() == begin + 3s);
    CHECK(lines::Patience(begin, 5s, 3s).until() == begin + 3s);
}

TEST_CASE("a reader that is slow but reads is waited for longer than one that does not")
{
    constexpr std::size_t kPage = 4096;  // all that the pipe holds
    constexpr int kPages = 8;
    constexpr auto kStep = 400ms;
    const auto until = std::chrono::steady_clock::now() + kPatience;
    bool is_flushed = false;
    // A machine that is too busy to let the reader read in time has to be asked again.
    while (!is_flushed && std::chrono::steady_clock::now() < until) {
        Pipe pipe;
        LineWriter writer;
        const auto log = writer.open_descriptor(pipe.fds[1], "pipe");
        for (int i = 0; i <= kPages; ++i) log->append(std::string(kPage - 1, 'x') + "\n");
        std::thread reader([&] {
            for (int i = 0; i < kPages; ++i) {
                const auto next = std::chrono::steady_clock::now() + kStep / 4;
                while (std::chrono::steady_clock::now() < next) std::this_thread::yield();
                pipe.read(kPage);
            }
        });
        is_flushed = writer.flush(kStep, kPatience);
        reader.join();
    }
    CHECK(is_flushed);
}

TEST_CASE("a reader that is slow is not waited for without end")
{
    Pipe pipe;
    LineWriter writer;
    const auto log = writer.open_descriptor(pipe.fds[1], "pipe");
    for (int i = 0; i < 1000; ++i) log->append(std::string(99, 'x') + "\n");
    CHECK_FALSE(writer.flush(24h, 1ms));
}

TEST_CASE("an end does not wait for a reader")
{
    Pipe pipe;
    auto writer = std::make_unique<LineWriter>();
    const auto log = writer->open_descriptor(pipe.fds[1], "pipe");
    for (int i = 0; i < 1000; ++i) log->append(std::string(99, 'x') + "\n");
    writer.reset();
    log->append("for nobody\n");  // harmless
    CHECK(log->name() == "pipe");
}

TEST_CASE("a destination that is opened when the thread is about to sleep is written")
{
    const Folder folder;
    LineWriter* self = nullptr;
    std::vector<std::shared_ptr<LineDestination>> late;
    LineWriter writer([&](const LineWriter::Trouble&) {
        // The thread has looked which destinations there are, and finds nothing to do in them.
        late.push_back(self->open_file(folder / ("late" + std::to_string(late.size()))).value());
        late.back()->append("line\n");
    });
    self = &writer;
    const auto log = open(writer, folder / "d/log");
    std::filesystem::rename(folder / "d", folder / "e");
    std::ofstream(folder / "d") << "in the way";
    for (const char* name : {"late0", "late1", "late2"}) {
        writer.reopen();
        const auto until = std::chrono::steady_clock::now() + kPatience;
        while (content_of(folder / name) != "line\n" && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
        REQUIRE(content_of(folder / name) == "line\n");
    }
}

TEST_CASE("a stuck pipe does not hold up a file")
{
    const Folder folder;
    Pipe pipe;
    LineWriter writer;
    const auto stuck = writer.open_descriptor(pipe.fds[1], "pipe");
    const auto log = open(writer, folder / "log");
    for (int i = 0; i < 1000; ++i) stuck->append(std::string(99, 'x') + "\n");
    log->append("line\n");
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (content_of(folder / "log") != "line\n" && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    CHECK(content_of(folder / "log") == "line\n");
}

TEST_CASE("lines that cannot be written are counted and told of, once in a while")
{
    std::atomic<int> told{0};
    std::atomic<std::uint64_t> lines{0};
    std::string why;
    const auto on_trouble = [&](const LineWriter::Trouble& trouble) {
        if (trouble.kind != LineWriter::Trouble::Kind::LinesLost || trouble.destination != "/dev/full")
            return;
        why = trouble.why;
        lines += trouble.lines;
        ++told;
    };
    LineWriter writer(on_trouble, LineWriter::kBufferBytes, 24h);
    const auto log = open(writer, "/dev/full");
    for (int i = 0; i < 5; ++i) {
        log->append("a\nb\n");
        REQUIRE(writer.flush(kPatience));
    }
    CHECK(log->dropped() == 10);
    log->append("c\n");  // whatever was to be told has been when this is dropped
    REQUIRE(writer.flush(kPatience));
    CHECK(told == 1);
    CHECK(lines >= 2);
    CHECK(why == "No space left on device");
}

TEST_CASE("lines that are lost soon after others are told of as well, although nothing comes behind them")
{
    std::mutex mutex;
    std::condition_variable news;
    std::uint64_t lines = 0;
    const auto on_trouble = [&](const LineWriter::Trouble& trouble) {
        const std::lock_guard lock(mutex);
        lines += trouble.lines;
        news.notify_one();
    };
    LineWriter writer(on_trouble, LineWriter::kBufferBytes, 100ms);
    const auto log = open(writer, "/dev/full");
    std::unique_lock lock(mutex);
    for (const std::uint64_t all : {1U, 2U, 3U}) {
        log->append("a\n");
        CHECK(news.wait_for(lock, kPatience, [&] { return lines == all; }));
    }
}

TEST_CASE("a file that may not grow loses its lines, and goes on with whole ones when it may")
{
    const Folder folder;
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    LineWriter writer;
    const auto log = open(writer, folder / "log");
    log->append("1234567\n");
    REQUIRE(writer.flush(kPatience));

    rlimit small = before;
    small.rlim_cur = 12;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    log->append("abcdefg\nlost\n");
    const bool flushed = writer.flush(kPatience);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    REQUIRE(flushed);
    CHECK(log->dropped() == 2);
    CHECK(content_of(folder / "log") == "1234567\nabcd");

    log->append("whole\n");
    REQUIRE(writer.flush(kPatience));
    CHECK(content_of(folder / "log") == "1234567\nabcd\nwhole\n");
    CHECK(log->dropped() == 2);
}

TEST_CASE("a file that was moved away is opened anew, and loses nothing")
{
    const Folder folder;
    LineWriter writer;
    const auto log = open(writer, folder / "log");
    log->append("before\n");
    REQUIRE(writer.flush(kPatience));
    std::filesystem::rename(folder / "log", folder / "log.1");
    writer.reopen();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!std::filesystem::exists(folder / "log") && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    log->append("after\n");
    REQUIRE(writer.flush(kPatience));
    CHECK(content_of(folder / "log.1") == "before\n");
    CHECK(content_of(folder / "log") == "after\n");
}

TEST_CASE("a file that cannot be opened anew stays, and that is told")
{
    const Folder folder;
    std::atomic<bool> is_told{false};
    std::string told;
    LineWriter writer([&](const LineWriter::Trouble& trouble) {
        const bool is_lost = trouble.kind != LineWriter::Trouble::Kind::NotReopened;
        told.append(is_lost ? "lost: " : "").append(trouble.destination).append(": ").append(trouble.why);
        is_told = true;
    });
    const auto log = open(writer, folder / "d/log");
    std::filesystem::rename(folder / "d", folder / "e");
    std::ofstream(folder / "d") << "in the way";
    writer.reopen();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!is_told && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    REQUIRE(is_told);
    const std::string path = folder / "d/log";
    CHECK(told == path + ": cannot open the log file " + path + ": Not a directory");
    log->append("line\n");
    REQUIRE(writer.flush(kPatience));
    CHECK(content_of(folder / "e/log") == "line\n");
}

TEST_CASE("a destination that nobody holds is closed when its lines are written")
{
    const Folder folder;
    const auto descriptors = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    };
    LineWriter writer;
    const auto other = open(writer, folder / "other");
    other->append("x\n");
    REQUIRE(writer.flush(kPatience));  // whatever a thread opens for a moment when it begins is closed again
    const auto before = descriptors();
    auto log = open(writer, folder / "log");
    log->append("line\n");
    log.reset();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (descriptors() != before && std::chrono::steady_clock::now() < until) {
        other->append("x\n");
        REQUIRE(writer.flush(kPatience));
    }
    CHECK(descriptors() == before);
    CHECK(content_of(folder / "log") == "line\n");
}
