// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/ids.hpp"
#include "api/management_error.hpp"

#include <string>

namespace postern::management {

/// The ids of one answer, owned: it may be given on another thread.
struct OwnedIds {
    OwnedIds(EpochMillis now, Random& random)
        : amzn_request_id(random.uuid()),
          apigw_id(api::new_request_id(now, random)),
          trace_id(api::new_trace_id(now, random))
    {}
    api::management::ReplyIds view() const { return {amzn_request_id, apigw_id, trace_id}; }

    std::string amzn_request_id;
    api::RequestId apigw_id;
    std::string trace_id;
};

}  // namespace postern::management
