// vigil parse: one input line is one frame as if received; one event a line comes out. Offline.

#include <memory>

#include "cli/args.h"
#include "cli/explain.h"
#include "cli/line_reader.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "cli/times.h"
#include "config/asset_table.h"
#include "config/config.h"
#include "config/parser_files.h"
#include "parsers/render.h"

namespace vigil::cli {
namespace {

struct Options {
  bool hex = false, explain = false;
  std::optional<std::int64_t> received_ns;  ///< else the moment each line is read
  std::string peer = "127.0.0.1";
  std::optional<std::string> zone;  ///< else the organisation's
  std::unique_ptr<AssetTable> assets;
  std::vector<std::filesystem::path> parser_files;  ///< directories
  std::string organisation = "default", organisation_zone = "Asia/Taipei";
};

/// The bytes that `text` spells, blanks between them allowed; nothing where it is not hexadecimal.
std::optional<std::string> from_hex(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\r' || c == '\t') continue;
    const int value = digit(c);
    if (value < 0) return std::nullopt;
    if (high < 0) {
      high = value;
    } else {
      out += static_cast<char>(static_cast<unsigned char>(high * 16 + value));
      high = -1;
    }
  }
  return high < 0 ? std::optional(out) : std::nullopt;
}

/// What the transport and the asset table know about one frame.
class Classifier {
 public:
  explicit Classifier(const Options& options) : options_(options) {}

  const Source& classify(const SyslogHeader& header, int zone_minutes) {
    source_ = Source();
    source_.peer = options_.peer;
    source_.host = header.host;
    source_.listener = "parse";
    source_.transport = "syslog-udp";
    source_.zone_minutes = zone_minutes;
    source_.organisation = options_.organisation;
    if (options_.assets == nullptr) return source_;
    // As in the daemon: only a host that the message itself names counts as one.
    const auto answer = options_.assets->look_up(
        options_.organisation, header.host_from_message ? header.host : std::string_view(), options_.peer);
    source_.organisation = answer.organisation->id;
    source_.in_scope = answer.in_scope;
    if (answer.system != nullptr) {
      source_.system = answer.system->id;
      source_.core = answer.system->core;
      source_.system_kinds = answer.system->kinds;
    }
    return source_;
  }

 private:
  const Options& options_;
  Source source_;
};

int zone_minutes_of(const Options& options, std::int64_t at_ns) {
  return options.zone ? read_zone_minutes(*options.zone, at_ns).value_or(480)
                      : zone_offset_minutes(options.organisation_zone, at_ns);
}

class FrameParser {
 public:
  FrameParser(const Options& options, Output& out) : options_(options), classifier_(options), out_(out) {}

  bool parse(std::string_view frame) {
    const std::int64_t received = options_.received_ns.value_or(now_ns());
    const int zone = zone_minutes_of(options_, received);
    ParseContext context;
    context.received_ns = received;
    context.zone_minutes = zone;
    context.peer = options_.peer;
    arena_.reset();
    event_.clear();
    const SyslogHeader header = parse_syslog_header(frame, context, arena_);
    parse_event(header, context, event_, arena_);

    Surroundings surroundings;
    surroundings.received_ns = received;
    surroundings.source = &classifier_.classify(header, zone);
    surroundings.kinds = kinds_of_event(event_) | surroundings.source->system_kinds;
    surroundings.zone_minutes = zone;
    line_.clear();
    render_event_json(event_, surroundings, line_);
    if (out_.terminal()) line_ = terminal_json(line_);
    line_ += '\n';
    if (options_.explain) {
      // On standard error, so that the events stay one a line.
      out_.flush();
      std::string text = explain(header, event_, zone);
      while (!text.empty()) {
        const std::size_t end = text.find('\n');
        advise(std::string_view(text).substr(0, end));
        text.erase(0, end + 1);
      }
    }
    return out_.write(line_);
  }

 private:
  const Options& options_;
  Classifier classifier_;
  Output& out_;
  Arena arena_;
  Event event_;
  std::string line_;
};

void advise_of(const std::vector<Diagnostic>& mistakes) {
  for (const Diagnostic& each : mistakes) {
    const std::string shown = each.render();
    for (std::string_view rest = shown; !rest.empty();) {
      const std::size_t end = rest.find('\n');
      advise(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
}

/// Fills `options` from the configuration: organisations, systems, the first syslog listener.
bool read_assets(const std::string& file, Options& options) {
  const auto config = load_config(file);
  if (!config) {
    advise_of(config.error());
    return false;
  }
  options.assets = std::make_unique<AssetTable>(*config);
  options.parser_files = config->parsers.directories;
  options.organisation = config->organisations.front().id;
  options.organisation_zone = config->organisations.front().timezone;
  for (const ListenerConfig& each : config->listeners) {
    if (each.protocol == ListenerConfig::Protocol::http) continue;
    options.organisation = each.organisation;
    options.organisation_zone = each.timezone;
    break;
  }
  return true;
}

std::optional<Options> read_options(const Arguments& arguments) {
  Options options;
  options.hex = arguments.has("hex");
  options.explain = arguments.has("explain");
  options.peer = arguments.get_or("peer", options.peer);
  options.zone = arguments.get("listener-tz");
  if (options.zone && !read_zone_minutes(*options.zone, now_ns())) {
    complain("--listener-tz '" + *options.zone +
             "': " + std::string(say("expected +08:00 or Asia/Taipei", "格式應為 +08:00 或 Asia/Taipei")));
    return std::nullopt;
  }
  if (const auto file = arguments.get("config"); file && !read_assets(*file, options)) return std::nullopt;
  if (const auto directory = arguments.get("parsers")) options.parser_files.emplace_back(*directory);
  auto parsers = load_parsers(options.parser_files);
  if (!parsers) {
    advise_of(parsers.error());
    return std::nullopt;
  }
  if (!parsers->empty()) UserParsers::install(std::move(*parsers));
  if (const auto text = arguments.get("received")) {
    options.received_ns = read_time(*text, zone_minutes_of(options, now_ns()));
    if (!options.received_ns) {
      complain("--received '" + *text + "': " +
               std::string(say("expected 2026-11-20T14:59:00+08:00 or epoch seconds",
                               "格式應為 2026-11-20T14:59:00+08:00 或 epoch 秒數")));
      return std::nullopt;
    }
  }
  return options;
}

Exit parse(const Arguments& arguments, Session& session) {
  const auto options = read_options(arguments);
  if (!options) return Exit::usage;
  LineReader reader;
  if (!reader.open(arguments.positional.empty() ? "-" : arguments.positional.front())) return Exit::usage;
  FrameParser parser(*options, session.out);
  Exit exit = Exit::done;
  while (const auto line = reader.next()) {
    if (!options->hex) {
      if (!parser.parse(*line)) return exit;
    } else if (const auto bytes = from_hex(*line)) {
      if (!parser.parse(*bytes)) return exit;
    } else {
      // One line out for each line in, whatever it holds: what is no hex is parsed as it stands, and said.
      complain(std::string(say("line ", "第 ")) + std::to_string(reader.number()) +
               std::string(say(" is not hexadecimal", " 行不是十六進位")));
      exit = Exit::usage;
      if (!parser.parse(*line)) return exit;
    }
    // Someone who pipes lines in one by one wants each answer before the next.
    if (reader.waiting()) session.out.flush();
  }
  return reader.failed() ? Exit::failed : exit;
}

}  // namespace

void add_parse_verbs(std::vector<Verb>& out) {
  out.push_back(
      {"parse",
       "[FILE|-]",
       {"offline: show how each line would be understood", "離線：顯示每一行會如何解析"},
       {{"hex",
         "",
         {"each line is the frame in hexadecimal, so it may hold any byte",
          "每行為十六進位，可表示任何位元組"}},
        {"received", "TIME", {"time of receipt (default: now)", "收到時間（預設：現在）"}},
        {"peer", "IP", {"address of the sender (default 127.0.0.1)", "傳送端位址（預設 127.0.0.1）"}},
        {"listener-tz",
         "ZONE",
         {"+08:00 or Asia/Taipei, for timestamps without a zone",
          "+08:00 或 Asia/Taipei，用於未帶時區的時間"}},
        {"config", "FILE", {"classify as this configuration says", "依此設定檔分類"}},
        {"parsers",
         "DIR",
         {"with the parsers of this directory (docs/parsers.md)", "使用此目錄中的自訂剖析器（docs/parsers.md）"}},
        {"explain", "", {"what was understood, on standard error", "將解析說明輸出到標準錯誤"}}},
       "echo '<38>Nov 20 14:59:00 srv1 sshd[99]: Failed password for root from 203.0.113.9 port 22 ssh2' | "
       "vigil parse",
       0,
       1,
       parse});
}

}  // namespace vigil::cli
