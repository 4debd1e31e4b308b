#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "cli/args.h"
#include "cli/output.h"
#include "cli/session.h"

namespace {

using namespace vigil::cli;  // NOLINT(google-build-using-namespace): main() speaks the room's own words

Exit wrong(const Command& command) {
  complain(command.problem);
  if (!command.hint.empty()) advise(command.hint);
  return Exit::usage;
}

/// A format that is none is used wrongly for every verb but those that have formats of their own (the notification form,
/// the monthly report).
bool format_is_wrong(const Command& command) {
  const auto name = command.arguments.get("format");
  const auto& own = command.verb->options;
  const bool has_own =
      std::any_of(own.begin(), own.end(), [](const Option& option) { return option.name == "format"; });
  if (!name || format_from_name(*name) || has_own) return false;
  complain("--format '" + *name +
           "': " + std::string(say("expected table, ndjson, csv or raw", "應為 table、ndjson、csv 或 raw")));
  return true;
}

Exit run(const std::vector<std::string>& words, Output& out) {
  const Command command = read_command(words);
  switch (command.kind) {
    case Command::Kind::wrong:
      return wrong(command);
    case Command::Kind::help:
      out.write(help_text(command.verb));
      return Exit::done;
    case Command::Kind::version:
      out.line("vigil " VIGIL_VERSION);
      return Exit::done;
    case Command::Kind::run:
      break;
  }
  if (format_is_wrong(command)) return Exit::usage;
  auto session = make_session(command.arguments, out);
  return session ? command.verb->run(command.arguments, *session) : Exit::usage;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (`vigil search … | head`) is told by write(), not by a signal.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  hold_standard_descriptors();
  Exit exit = Exit::failed;
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    Output out;
    exit = run(words, out);
    exit = out.finish(exit);
  } catch (const std::exception& error) {
    complain(error.what());
  }
  return static_cast<int>(exit);
}
