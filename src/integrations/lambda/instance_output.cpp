// SPDX-License-Identifier: Apache-2.0
#include "integrations/lambda/instance_output.hpp"

#include <array>
#include <cerrno>
#include <unistd.h>

namespace postern::integrations::lambda {

InstanceOutput::InstanceOutput(boost::asio::io_context& io, net::UniqueFd pipe, FunctionLog& log)
    : pipe_(io.get_executor(), pipe.release()), log_(log)
{}

void InstanceOutput::wait()
{
    pipe_.async_wait(WatchedFd::wait_read,
                     [this, self = shared_from_this()](boost::system::error_code error) {
                         if (error || !pipe_.is_open()) return;
                         const Got got = read_block();
                         log_.hand_over();
                         if (got != Got::End) wait();
                     });
}

InstanceOutput::Got InstanceOutput::read_block()
{
    std::array<char, kBlockBytes> block;  // NOLINT(*-member-init): the kernel fills what is read
    const ssize_t got = ::read(pipe_.native_handle(), block.data(), block.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Got::AllThereIs;
    if (got <= 0) return Got::End;
    const std::string_view bytes(block.data(), static_cast<std::size_t>(got));
    lines_.feed(bytes, [this](std::string_view line) { log_.line(line, tail_); });
    return bytes.size() < block.size() ? Got::AllThereIs : Got::Block;
}

void InstanceOutput::drain()
{
    if (!pipe_.is_open()) return;
    for (int i = 0; i < kDrainBlocksMax && read_block() == Got::Block; ++i) {
    }
    lines_.flush([this](std::string_view line) { log_.line(line, tail_); });
}

void InstanceOutput::close()
{
    boost::system::error_code ignored;
    pipe_.close(ignored);
}

}  // namespace postern::integrations::lambda
