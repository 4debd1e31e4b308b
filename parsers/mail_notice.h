#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "parsers/alert_document.h"
#include "parsers/mail_template.h"
#include "parsers/mail_text.h"

namespace vigil {

struct MailNoticeLimits {
  MailLimits mail;
  std::size_t lines_max = 20'000;           ///< of the text
  std::size_t value_bytes_max = 64 * 1024;  ///< of one value over several lines, as a log line
  std::size_t fields_max = 500;             ///< lines of a text with a colon; a ticket has 40
  std::size_t rows_max = 10'000;            ///< of all CSV attachments together
};

/// What a mail brings.
struct MailNotice {
  enum class State : std::uint8_t {
    ticket,     ///< `alerts`: the ticket, then one for each row of its tables
    no_ticket,  ///< no number of a ticket was found: `alerts` has one, the mail's own text
    unreadable  ///< no mail at all: `alerts` has one that says so
  };
  State state = State::unreadable;
  bool cut = false;  ///< a limit was reached
  std::vector<Alert> alerts;
};

/// Reads a notice:
///
///   line    = [ bullet ] label ( ":" | "：" ) value | [ bullet ] ( "【" label "】" | "[" label "]" ) [ ":" ] value
///   table   = a row of two cells is a label and its value, of four two of each; a row of labels alone is the head of those below
///   value   = to the line's end; of a field that holds prose on the lines behind it, too, to a blank line or the next label
///   CSV     = its first row has the labels; each row below is an alert of its own, with the ticket's fields where it has none
///
/// The first template that fits the subject is asked first, then TANet's for what it does not know. Labels that nobody knows
/// are kept as `ticket.<label>`. `fallback_ref` names a mail that has no number and no Message-ID; views of nothing are kept.
MailNotice read_mail_notice(std::string_view mail, std::span<const MailTemplate> templates,
                            std::string_view fallback_ref, int zone_minutes,
                            const MailNoticeLimits& limits = {});

}  // namespace vigil
