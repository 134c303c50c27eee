// SPDX-License-Identifier: Apache-2.0
#include "core/json.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace postern::json {

namespace {

/// Forwards every SAX event to the document and refuses to go below kDepthMax.
class DepthGuard {
public:
    explicit DepthGuard(rapidjson::Document& out) : out_(out) {}

    // NOLINTBEGIN(readability-identifier-naming)
    bool Null() { return out_.Null(); }
    bool Bool(bool b) { return out_.Bool(b); }
    bool Int(int i) { return out_.Int(i); }
    bool Uint(unsigned i) { return out_.Uint(i); }
    bool Int64(int64_t i) { return out_.Int64(i); }
    bool Uint64(uint64_t i) { return out_.Uint64(i); }
    bool Double(double d) { return out_.Double(d); }
    bool RawNumber(const char* s, rapidjson::SizeType n, bool copy) { return out_.RawNumber(s, n, copy); }
    bool String(const char* s, rapidjson::SizeType n, bool copy) { return out_.String(s, n, copy); }
    bool Key(const char* s, rapidjson::SizeType n, bool copy) { return out_.Key(s, n, copy); }
    bool StartObject() { return ++depth_ <= kDepthMax && out_.StartObject(); }
    bool StartArray() { return ++depth_ <= kDepthMax && out_.StartArray(); }
    bool EndObject(rapidjson::SizeType n) { return --depth_, out_.EndObject(n); }
    bool EndArray(rapidjson::SizeType n) { return --depth_, out_.EndArray(n); }
    // NOLINTEND(readability-identifier-naming)

private:
    rapidjson::Document& out_;
    int depth_ = 0;
};

}  // namespace

Result<rapidjson::Document> parse(std::string_view text)
{
    rapidjson::Document document;
    rapidjson::Reader reader;
    rapidjson::MemoryStream stream(text.data(), text.size());
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

    auto generator = [&](rapidjson::Document& out) {
        DepthGuard guard(out);
        return !reader.Parse<kFlags>(stream, guard).IsError();
    };
    document.Populate(generator);
    if (reader.HasParseError()) {
        const char* why = reader.GetParseErrorCode() == rapidjson::kParseErrorTermination
                              ? "nested too deep"
                              : rapidjson::GetParseError_En(reader.GetParseErrorCode());
        return Error(ErrorKind::BadInput,
                     std::string(why) + " at offset " + std::to_string(reader.GetErrorOffset()));
    }
    if (stream.Tell() != text.size()) {  // RapidJSON takes a NUL behind the value for the end of the text
        return Error(ErrorKind::BadInput, "text behind the value at offset " + std::to_string(stream.Tell()));
    }
    return document;
}

std::string dump(const rapidjson::Value& value)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

const rapidjson::Value* find(const rapidjson::Value& object, std::string_view name)
{
    if (!object.IsObject()) return nullptr;
    for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
        if (as_string(member->name) == name) return &member->value;
    }
    return nullptr;
}

}  // namespace postern::json
