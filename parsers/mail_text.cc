#include "parsers/mail_text.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "parsers/charset.h"
#include "parsers/html_lines.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

struct FreeOptions {
  void operator()(GMimeParserOptions* options) const { g_mime_parser_options_free(options); }
};

void begin_gmime() {
  static std::once_flag once;
  std::call_once(once, g_mime_init);
}

std::string_view view(const char* text) { return text == nullptr ? std::string_view() : text; }

/// Any text as UTF-8 without control characters.
std::string clean(std::string_view text, Charset charset) {
  Arena arena(1024);
  return std::string(decode_text(text, charset, Controls::escaped, arena).text);
}

/// One line of a header, at most so many characters.
std::string header_text(std::string_view text, std::size_t chars_max) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n' || c == '\t'; }, ' ');
  std::string out = clean(trim(line), Charset::automatic);
  std::size_t at = 0;
  for (std::size_t n = 0; n < chars_max && at < out.size(); ++n)
    at += std::max<std::size_t>(1, utf8_sequence_length(std::string_view(out).substr(at)));
  out.resize(std::min(at, out.size()));
  return out;
}

bool is_big5(std::string_view charset) {
  return starts_with_ignoring_case(charset, "big5") || starts_with_ignoring_case(charset, "x-big5") ||
         equals_ignoring_case(charset, "cp950") || equals_ignoring_case(charset, "ms950") ||
         equals_ignoring_case(charset, "windows-950");
}

/// Lines that end with LF alone; no charset met in mail has another meaning for these two bytes together.
std::string with_plain_line_ends(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\r' || i + 1 == bytes.size() || bytes[i + 1] != '\n') out += bytes[i];
  }
  return out;
}

/// Text of a charset with a name.
std::string decoded(const std::string& bytes, std::string_view charset) {
  if (is_big5(charset)) return clean(bytes, Charset::cp950);
  const bool ours = charset.empty() || starts_with_ignoring_case(charset, "utf") ||
                    equals_ignoring_case(charset, "us-ascii");
  // A charset that is named wrongly is as frequent as one that is not named.
  if (ours || is_utf8(bytes)) return clean(bytes, Charset::automatic);
  const iconv_t converter = g_mime_iconv_open("utf-8", std::string(charset).c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return clean(bytes, Charset::automatic);
  char* const text = g_mime_iconv_strndup(converter, bytes.data(), bytes.size());
  std::string out = text == nullptr ? clean(bytes, Charset::automatic) : clean(text, Charset::automatic);
  g_free(text);
  g_mime_iconv_close(converter);
  return out;
}

void append_lines(std::string_view text, std::vector<std::string>& lines) {
  while (!text.empty()) lines.emplace_back(take_until(text, '\n'));
}

std::size_t count_content_types(std::string_view mail) {
  constexpr std::string_view kName = "content-type:";
  std::size_t count = 0;
  while (!mail.empty()) {
    if (starts_with_ignoring_case(mail, kName)) ++count;
    take_until(mail, '\n');
  }
  return count;
}

class Walk {
 public:
  Walk(const MailLimits& limits, MailText& out) : limits_(limits), out_(out) {}

  void add(GMimeObject* object, std::size_t depth) {
    if (depth > limits_.depth_max || ++parts_ > limits_.parts_max) {
      out_.cut = true;
      return;
    }
    if (GMIME_IS_MULTIPART(object)) {
      GMimeMultipart* const parts = GMIME_MULTIPART(object);
      const int count = g_mime_multipart_get_count(parts);
      for (int i = 0; i < count && parts_ <= limits_.parts_max; ++i)
        add(g_mime_multipart_get_part(parts, i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* const inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (inner == nullptr) return;
      GMimeObject* const part = g_mime_message_get_mime_part(inner);
      if (part != nullptr) add(part, depth + 1);
    } else if (GMIME_IS_PART(object)) {
      add_part(GMIME_PART(object));
    }
  }

 private:
  void add_part(GMimePart* part) {
    GMimeContentType* const type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    const std::string name = header_text(view(g_mime_part_get_filename(part)), limits_.header_chars_max);
    const bool csv = g_mime_content_type_is_type(type, "text", "csv") || is_named_csv(name);
    const bool html = g_mime_content_type_is_type(type, "text", "html");
    const bool attached = !name.empty() || g_mime_part_is_attachment(part);
    const bool text = g_mime_content_type_is_type(type, "text", "*") && !attached;
    if (!csv && !text) {
      out_.attachments.push_back({name, {}});
      return;
    }
    const std::string utf8 = decoded(with_plain_line_ends(content(part)),
                                     view(g_mime_content_type_get_parameter(type, "charset")));
    if (csv) {
      out_.attachments.push_back({name, utf8});
    } else if (html) {
      std::vector<std::string> lines = html_lines(utf8);
      std::move(lines.begin(), lines.end(), std::back_inserter(out_.html));
    } else {
      append_lines(utf8, out_.plain);
    }
  }

  static bool is_named_csv(std::string_view name) {
    constexpr std::string_view kEnd = ".csv";
    return name.size() > kEnd.size() && equals_ignoring_case(name.substr(name.size() - kEnd.size()), kEnd);
  }

  std::string content(GMimePart* part) {
    GMimeDataWrapper* const wrapper = g_mime_part_get_content(part);
    if (wrapper == nullptr) return {};
    const Owned<GMimeStream> memory(g_mime_stream_mem_new());
    g_mime_data_wrapper_write_to_stream(wrapper, memory.get());
    const GByteArray* const bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
    const std::string_view all(reinterpret_cast<const char*>(bytes->data), bytes->len);
    out_.cut = out_.cut || all.size() > limits_.text_bytes_max;
    return std::string(all.substr(0, limits_.text_bytes_max));
  }

  const MailLimits& limits_;
  MailText& out_;
  std::size_t parts_ = 0;
};

}  // namespace

MailText read_mail(std::string_view mail, const MailLimits& limits) {
  MailText out;
  if (mail.size() > limits.mail_bytes_max) {
    out.cut = true;
    mail = mail.substr(0, limits.mail_bytes_max);
  }
  // GMime goes into nested parts by calls.
  if (count_content_types(mail) > limits.content_types_max) {
    out.cut = true;
    return out;
  }
  begin_gmime();
  const std::unique_ptr<GMimeParserOptions, FreeOptions> options(g_mime_parser_options_new());
  const char* fallbacks[] = {"utf-8", "cp950", nullptr};
  g_mime_parser_options_set_fallback_charsets(options.get(), fallbacks);
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  // A file in mbox's form has a line before its headers.
  g_mime_parser_set_format(parser.get(),
                           mail.starts_with("From ") ? GMIME_FORMAT_MBOX : GMIME_FORMAT_MESSAGE);
  const Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), options.get()));
  if (!message ||
      g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(message.get()))) == 0)
    return out;

  out.subject = header_text(view(g_mime_message_get_subject(message.get())), limits.header_chars_max);
  out.message_id = header_text(view(g_mime_message_get_message_id(message.get())), limits.header_chars_max);
  InternetAddressList* const from = g_mime_message_get_from(message.get());
  InternetAddress* const sender = from == nullptr ? nullptr : internet_address_list_get_address(from, 0);
  if (sender != nullptr && INTERNET_ADDRESS_IS_MAILBOX(sender)) {
    out.from = header_text(view(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(sender))),
                           limits.header_chars_max);
  }
  if (GDateTime* const date = g_mime_message_get_date(message.get()); date != nullptr) {
    constexpr std::int64_t kSecondsMax = 9'000'000'000, kNs = 1'000'000'000;
    const std::int64_t seconds = g_date_time_to_unix(date);
    if (seconds > 0 && seconds < kSecondsMax) out.date_ns = seconds * kNs;
  }
  GMimeObject* const part = g_mime_message_get_mime_part(message.get());
  Walk walk(limits, out);
  if (part != nullptr) walk.add(part, 0);
  // Any text has a first line with a colon somewhere: a mail says whom it is from, or what it is about.
  out.readable = !out.subject.empty() || !out.from.empty() || !out.message_id.empty();
  return out;
}

}  // namespace vigil
