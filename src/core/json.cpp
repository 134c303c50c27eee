// SPDX-License-Identifier: Apache-2.0
#include "core/json.hpp"

#include "core/text.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

#include <cmath>

namespace postern::json {

namespace {

/// Forwards every SAX event to the document; refuses to go below kDepthMax, and what RapidJSON 1.1.0 lets
/// through although it cannot be written again: lone low surrogates ("\udc00") and digits that it rounds to
/// infinity.
class Guard {
public:
    Guard(rapidjson::Document& out, const char*& why) : out_(out), why_(why) {}

    // NOLINTBEGIN(readability-identifier-naming)
    bool Null() { return out_.Null(); }
    bool Bool(bool b) { return out_.Bool(b); }
    bool Int(int i) { return out_.Int(i); }
    bool Uint(unsigned i) { return out_.Uint(i); }
    bool Int64(int64_t i) { return out_.Int64(i); }
    bool Uint64(uint64_t i) { return out_.Uint64(i); }
    bool Double(double d) { return is_finite(d) && out_.Double(d); }
    bool RawNumber(const char* s, rapidjson::SizeType n, bool copy) { return out_.RawNumber(s, n, copy); }
    bool String(const char* s, rapidjson::SizeType n, bool copy)
    {
        return is_text(s, n) && out_.String(s, n, copy);
    }
    bool Key(const char* s, rapidjson::SizeType n, bool copy)
    {
        return is_text(s, n) && out_.Key(s, n, copy);
    }
    bool StartObject() { return goes_deeper() && out_.StartObject(); }
    bool StartArray() { return goes_deeper() && out_.StartArray(); }
    bool EndObject(rapidjson::SizeType n) { return --depth_, out_.EndObject(n); }
    bool EndArray(rapidjson::SizeType n) { return --depth_, out_.EndArray(n); }
    // NOLINTEND(readability-identifier-naming)

private:
    bool is_text(const char* s, rapidjson::SizeType n)
    {
        if (text::is_utf8({s, n})) return true;
        why_ = "a lone surrogate";
        return false;
    }
    bool is_finite(double d)
    {
        if (std::isfinite(d)) return true;
        why_ = "a number too big";
        return false;
    }
    bool goes_deeper()
    {
        if (++depth_ <= kDepthMax) return true;
        why_ = "nested too deep";
        return false;
    }

    rapidjson::Document& out_;
    const char*& why_;
    int depth_ = 0;
};

/// What dump() writes to. Not RapidJSON's StringBuffer: with SSE2, version 1.1.0 forgets to escape U+001A to
/// U+001F in it.
struct Sink {
    using Ch = char;
    std::string text;

    // NOLINTBEGIN(readability-identifier-naming)
    void Put(char c) { text += c; }
    void Flush() {}
    // NOLINTEND(readability-identifier-naming)
};

}  // namespace

Result<rapidjson::Document> parse(std::string_view text)
{
    rapidjson::Document document;
    rapidjson::Reader reader;
    rapidjson::MemoryStream stream(text.data(), text.size());
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

    const char* refused = nullptr;
    auto generator = [&](rapidjson::Document& out) {
        Guard guard(out, refused);
        return !reader.Parse<kFlags>(stream, guard).IsError();
    };
    document.Populate(generator);
    if (reader.HasParseError()) {
        const char* why =
            refused != nullptr ? refused : rapidjson::GetParseError_En(reader.GetParseErrorCode());
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
    Sink sink;
    rapidjson::Writer<Sink> writer(sink);
    value.Accept(writer);
    return std::move(sink.text);
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
