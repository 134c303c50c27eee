// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "integrations/lambda/function_log.hpp"
#include "integrations/lambda/output_lines.hpp"
#include "net/unique_fd.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <memory>

namespace postern::integrations::lambda {

/// A descriptor that Asio watches.
using WatchedFd = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

/// What an instance prints: read as it comes, cut into lines, written to the function's log. It is read
/// faster than a log is written: what the log has no room for is dropped there, so that no function waits for
/// a disk. Lives on the functions' thread.
class InstanceOutput : public std::enable_shared_from_this<InstanceOutput> {
public:
    InstanceOutput(boost::asio::io_context& io, net::UniqueFd pipe, FunctionLog& log);

    void start() { wait(); }

    /// Lines are added to `tail` as well; null: to none.
    void tee(LogTail* tail) { tail_ = tail; }

    /// Reads what has been printed so far, at most what a pipe holds by default; a line that has not ended
    /// ends here.
    void drain();

    void close();

private:
    static constexpr std::size_t kBlockBytes = 16 * 1024;  ///< of a turn: others have theirs between
    static constexpr int kDrainBlocksMax = 8;

    void wait();
    enum class Got { Block, AllThereIs, End };
    Got read_block();

    WatchedFd pipe_;
    FunctionLog& log_;
    OutputLines lines_;
    LogTail* tail_ = nullptr;
};

}  // namespace postern::integrations::lambda
