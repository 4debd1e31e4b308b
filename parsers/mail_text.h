#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

struct MailLimits {
  /// Longest mail. What mail servers of schools and ministries let through; a notice with its attachments has far less.
  std::size_t mail_bytes_max = std::size_t{25} * 1024 * 1024;
  std::size_t parts_max = 100;  ///< of one mail, with those of mails inside it
  std::size_t content_types_max = 200;  ///< as many nested parts would be a bomb: counted before parsing
  std::size_t depth_max = 10;  ///< parts in parts; a forwarded mail that was forwarded has 6
  std::size_t text_bytes_max = 1024 * 1024;  ///< of one part's text, decoded; the rest is cut
  std::size_t header_chars_max = 1'000;      ///< of a subject or an address
};

/// What a mail says, in UTF-8, with all its encodings taken off.
struct MailText {
  bool readable = false;  ///< it is a mail at all: it has headers
  bool cut = false;       ///< a limit was reached, and what is beyond left out
  std::string subject, from, message_id;
  std::optional<std::int64_t> date_ns;
  /// Lines of what it says as plain text, and as HTML: mostly the same twice. In a line of HTML a TAB separates cells.
  std::vector<std::string> plain, html;
  struct Attachment {
    std::string name;
    std::string csv;  ///< its text if it is CSV
  };
  std::vector<Attachment> attachments;
};

/// Reads a mail (RFC 5322, MIME): multipart, base64 and quoted-printable, RFC 2047 and RFC 2231, mails inside the mail. Big5
/// and other charsets by their names; text without one, or with a wrong one, as log lines are (charset.h). `mail` is any bytes
/// at all; nothing of it is ever executed, loaded or written anywhere.
MailText read_mail(std::string_view mail, const MailLimits& limits = {});

}  // namespace vigil
