#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil {

/// How somebody writes notices. All words are compared as labels are: without blanks, brackets, colons and case, full-width
/// letters as plain ones.
struct MailTemplate {
  std::string id;
  std::string source;                ///< who gives them
  std::vector<std::string> subject;  ///< one of these words stands in the subject; none: any mail
  std::vector<std::string>
      early_warning;  ///< a number that begins so, or a subject, type or title that has it, is an early warning
  std::vector<std::string> drill;  ///< the same for a drill
  /// Which field of docs/alerts.md a label means. Of two labels for `source_ref` the one that stands first here counts.
  std::vector<std::pair<std::string, std::vector<std::string>>> labels;
};

/// TANet's early warnings (EWA) and notifications (INT, DEF). Their exact labels are published nowhere, so each field has
/// several spellings.
const MailTemplate& tanet_template();

/// The fields that a label may be given.
std::span<const std::string_view> mail_field_names();

}  // namespace vigil
