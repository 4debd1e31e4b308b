#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/language.h"
#include "cli/output.h"

namespace vigil::cli {

struct Session;

/// One option of a verb: `--limit N`, `--limit=N`, or a switch where `value` is empty.
struct Option {
  std::string_view name;   ///< "limit"
  std::string_view value;  ///< "N"; empty for a switch
  Text help;
};

class Arguments {
 public:
  std::vector<std::string> positional;

  void set(std::string name, std::string value) {
    options_.insert_or_assign(std::move(name), std::move(value));
  }
  bool has(std::string_view name) const { return options_.find(name) != options_.end(); }
  std::optional<std::string> get(std::string_view name) const {
    const auto found = options_.find(name);
    return found == options_.end() ? std::nullopt : std::optional(found->second);
  }
  std::string get_or(std::string_view name, std::string_view otherwise) const {
    return get(name).value_or(std::string(otherwise));
  }
  /// The words joined by blanks: `vigil search sshd failed` needs no quotes.
  std::string joined() const;

 private:
  std::map<std::string, std::string, std::less<>> options_;
};

/// One verb: "search", or two words: "incidents show".
struct Verb {
  std::string_view name;
  std::string_view arguments;  ///< "QUERY", "[FILE|-]"
  Text summary;
  std::vector<Option> options;
  std::string_view example;
  std::size_t positional_min = 0, positional_max = 0;  ///< max SIZE_MAX: any number
  Exit (*run)(const Arguments&, Session&) = nullptr;
};

/// All verbs, in the order in which --help lists them. Each group lives in a file of its own.
const std::vector<Verb>& verbs();
void add_status_verbs(std::vector<Verb>& out);
void add_source_verbs(std::vector<Verb>& out);
void add_search_verbs(std::vector<Verb>& out);
void add_parse_verbs(std::vector<Verb>& out);
void add_rules_verbs(std::vector<Verb>& out);
void add_rules_reload_verb(std::vector<Verb>& out);
void add_watchlist_verbs(std::vector<Verb>& out);
void add_incident_verbs(std::vector<Verb>& out);
void add_triage_verbs(std::vector<Verb>& out);
void add_notification_verbs(std::vector<Verb>& out);
void add_evidence_verbs(std::vector<Verb>& out);
void add_archive_verbs(std::vector<Verb>& out);
void add_token_verbs(std::vector<Verb>& out);

/// What a command line asks for.
struct Command {
  enum class Kind : std::uint8_t { run, help, version, wrong };
  Kind kind = Kind::wrong;
  const Verb* verb = nullptr;  ///< null: help about everything
  Arguments arguments;
  std::string problem, hint;  ///< wrong
};
Command read_command(std::span<const std::string> words);

/// Options every verb takes.
std::span<const Option> common_options();
std::string help_text(const Verb* verb);

}  // namespace vigil::cli
