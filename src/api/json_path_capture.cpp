// SPDX-License-Identifier: Apache-2.0
#include "api/json_path_capture.hpp"

namespace postern::api {

void PathCapture::reset(const Path& path)
{
    path_ = &path;
    value_.clear();
    depth_ = 0;
    matched_ = 0;
    key_matches_ = false;
    array_depth_ = 0;
    ignored_depth_ = 0;
    next_index_.clear();
}

void PathCapture::on_key(std::string_view name)
{
    if (array_depth_ > 0 || depth_ != matched_) return;
    const auto* wanted = std::get_if<std::string>(&(*path_)[matched_ - 1]);
    key_matches_ = wanted != nullptr && *wanted == name;
}

/// A value begins. True when it is the one the path's next step names.
bool PathCapture::enter_value()
{
    if (depth_ == 0 || depth_ != matched_) return false;
    bool is_next = key_matches_;
    std::int64_t& index = next_index_[matched_ - 1];
    if (index >= 0) {
        const auto* wanted = std::get_if<std::uint32_t>(&(*path_)[matched_ - 1]);
        is_next = wanted != nullptr && *wanted == index;
        ++index;
    }
    key_matches_ = false;
    if (is_next)
        value_.clear();  // of duplicate members the last counts, also when it is shorter than the path
    return is_next;
}

void PathCapture::begin_item()
{
    if (!is_first_item_) value_ += ", ";
    is_first_item_ = false;
}

void PathCapture::on_scalar(std::string_view text, bool is_null)
{
    if (array_depth_ > 0) {
        if (ignored_depth_ > 0) return;
        begin_item();
        value_ += text;
        return;
    }
    if (enter_value() && matched_ == path_->size() && !is_null) value_ = text;
}

void PathCapture::on_start(bool is_array)
{
    if (array_depth_ > 0) {
        if (ignored_depth_ > 0 || !is_array) {
            if (ignored_depth_ == 0) begin_item();
            ++ignored_depth_;
            return;
        }
        begin_item();
        value_ += '[';
        is_first_item_ = true;
        ++array_depth_;
        return;
    }
    const bool is_next = depth_ == 0 || enter_value();
    if (is_next && depth_ > 0 && matched_ == path_->size()) {
        if (is_array) {
            value_ += '[';
            is_first_item_ = true;
            array_depth_ = 1;
            return;
        }
        ++depth_;  // an object is no route key: skip it
        return;
    }
    ++depth_;
    if (!is_next) return;
    ++matched_;
    next_index_.push_back(is_array ? 0 : -1);
}

void PathCapture::on_end()
{
    if (array_depth_ > 0) {
        if (ignored_depth_ > 0) {
            --ignored_depth_;
            return;
        }
        value_ += ']';
        is_first_item_ = false;
        --array_depth_;
        return;
    }
    if (depth_ == matched_) {
        --matched_;
        next_index_.pop_back();
    }
    --depth_;
}

}  // namespace postern::api
