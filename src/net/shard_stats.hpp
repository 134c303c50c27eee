// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/histogram.hpp"

namespace postern::net {

/// What the sockets of one shard come to. Written by the shard's thread; any thread reads.
struct ShardStats {
    Counter received_bytes;  ///< as on the wire
    Counter sent_bytes;
    Gauge outbox_bytes;  ///< kept because peers read too slowly
    Counter tls_handshakes;
    Counter tls_failures;
    Histogram loop_lag;  ///< how late the seconds' timer was
};

}  // namespace postern::net
