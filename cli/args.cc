#include "cli/args.h"

#include <algorithm>

#include "config/nearest.h"
#include "config/text_width.h"

namespace vigil::cli {
namespace {

/// Verbs of later versions: known, so that nobody takes the answer for a slip of the fingers.
constexpr std::string_view kLaterVerbs[] = {
    "clocks",       "retention",     "hold",           "verify",
    "backup",          "restore",      "doctor",        "users",          "incidents level",
    "incidents close"};

constexpr Option kCommon[] = {
    {"data",
     "DIR",
     {"data directory of the running vigild, whose vigil.sock is used (default ./vigil-data)",
      "執行中 vigild 的資料目錄，使用其中的 vigil.sock（預設 ./vigil-data）"}},
    {"server",
     "URL",
     {"http://host:port of a vigild elsewhere; VIGIL_TOKEN holds the token",
      "其他主機上的 vigild：http://主機:埠，權杖放在環境變數 VIGIL_TOKEN"}},
    {"format",
     "FORMAT",
     {"table, ndjson, csv or raw (default: table on a terminal, ndjson in a pipe)",
      "table、ndjson、csv 或 raw（預設：終端機為 table，管線為 ndjson）"}},
    {"help", "", {"this text", "顯示說明"}},
};

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

Command wrong(std::string problem, std::string hint = {}) {
  Command command;
  command.problem = std::move(problem);
  command.hint = std::move(hint);
  return command;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const std::string_view near = nearest(word, names);
  return near.empty() ? std::string()
                      : std::string(say("did you mean ", "您是不是要寫 ")) + quoted(near) +
                            std::string(say("?", "？"));
}

const Verb* find_verb(std::string_view name) {
  const auto& all = verbs();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Verb& verb) { return verb.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_group(std::string_view word) {
  return std::any_of(verbs().begin(), verbs().end(),
                     [&](const Verb& verb) { return verb.name.starts_with(std::string(word) + " "); });
}

bool is_later(std::string_view name) {
  return std::find(std::begin(kLaterVerbs), std::end(kLaterVerbs), name) != std::end(kLaterVerbs);
}

/// The second words of a group, or the first words of all verbs.
std::vector<std::string> names_after(std::string_view group) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) {
    std::string_view name = verb.name;
    if (group.empty()) {
      name = name.substr(0, name.find(' '));
    } else if (name.starts_with(std::string(group) + " ")) {
      name.remove_prefix(group.size() + 1);
    } else {
      continue;
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  }
  return names;
}

const Option* find_option(const Verb* verb, std::string_view name) {
  const auto search = [&](std::span<const Option> options) -> const Option* {
    for (const Option& each : options) {
      if (each.name == name) return &each;
    }
    return nullptr;
  };
  const Option* const own = verb == nullptr ? nullptr : search(verb->options);
  return own != nullptr ? own : search(kCommon);
}

Command unknown_option(const Verb* verb, std::string_view name) {
  std::vector<std::string> names;
  for (const Option& each : kCommon) names.emplace_back(each.name);
  if (verb != nullptr) {
    for (const Option& each : verb->options) names.emplace_back(each.name);
  }
  const std::string_view near = nearest(name, names);
  std::string hint;
  if (!near.empty())
    hint = std::string(say("did you mean '--", "您是不是要寫 '--")) + std::string(near) +
           std::string(say("'?", "'？"));
  return wrong(std::string(say("unknown option ", "不認得的選項 ")) + quoted("--" + std::string(name)), hint);
}

std::string missing_verb(std::string_view group) {
  std::string list;
  for (const std::string& name : names_after(group)) list += (list.empty() ? "" : ", ") + name;
  return std::string(say("one of: ", "可用的有：")) + list;
}

/// The verb that begins at words[at]; steps over its one or two words.
Command read_verb(std::span<const std::string> words, std::size_t& at) {
  const std::string& first = words[at];
  Command command;
  if (is_later(first))
    return wrong(std::string(say("not supported by this version yet: ", "本版本尚未支援：")) + quoted(first));
  // Two words before one: `sources report` is more than `sources`.
  if (at + 1 < words.size() && (command.verb = find_verb(first + " " + words[at + 1])) != nullptr) {
    at += 2;
    return command;
  }
  if ((command.verb = find_verb(first)) != nullptr) {
    ++at;
    return command;
  }
  if (!is_group(first)) {
    return wrong(std::string(say("unknown command ", "不認得的指令 ")) + quoted(first),
                 did_you_mean(first, names_after("")));
  }
  ++at;
  if (at == words.size() || words[at].starts_with("--")) return command;  // `vigil rules --help` is fine.
  const std::string name = first + " " + words[at];
  if (is_later(name))
    return wrong(std::string(say("not supported by this version yet: ", "本版本尚未支援：")) + quoted(name));
  command.verb = find_verb(name);
  if (command.verb == nullptr) {
    std::string hint = did_you_mean(words[at], names_after(first));
    return wrong(std::string(say("unknown command ", "不認得的指令 ")) + quoted(name),
                 hint.empty() ? missing_verb(first) : hint);
  }
  ++at;
  return command;
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t width = text_columns(text);
  return std::string(text) + std::string(width < columns ? columns - width : 1, ' ');
}

std::string option_lines(std::span<const Option> options) {
  std::string out;
  for (const Option& each : options) {
    std::string left = "  --" + std::string(each.name);
    if (!each.value.empty()) left += " " + std::string(each.value);
    out += padded(left, 24) + std::string(each.help.get()) + "\n";
  }
  return out;
}

}  // namespace

std::string Arguments::joined() const {
  std::string out;
  for (const std::string& word : positional) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::span<const Option> common_options() { return kCommon; }

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> kVerbs = [] {
    std::vector<Verb> all;
    add_status_verbs(all);
    add_source_verbs(all);
    add_search_verbs(all);
    add_parse_verbs(all);
    add_rules_verbs(all);
    add_rules_reload_verb(all);
    add_watchlist_verbs(all);
    add_incident_verbs(all);
    add_triage_verbs(all);
    add_notification_verbs(all);
    add_evidence_verbs(all);
    add_archive_verbs(all);
    add_token_verbs(all);
    return all;
  }();
  return kVerbs;
}

Command read_command(std::span<const std::string> words) {
  Command command;
  bool help = false, version = false, only_words = false, verb_read = false;
  std::string group;
  for (std::size_t at = 0; at < words.size();) {
    const std::string& word = words[at];
    const bool option = !only_words && word.size() > 1 && word[0] == '-' && !(verb_read && word == "-");
    if (!option) {
      if (verb_read) {
        command.arguments.positional.push_back(word);
        ++at;
        continue;
      }
      Command read = read_verb(words, at);
      if (!read.problem.empty()) return read;
      command.verb = read.verb;
      if (read.verb == nullptr) group = word;
      verb_read = true;
      continue;
    }
    ++at;
    if (word == "--") {
      only_words = true;
      continue;
    }
    if (word == "-h" || word == "--help") {
      help = true;
      continue;
    }
    if (word == "-V" || word == "--version") {
      version = true;
      continue;
    }
    if (word[1] != '-') {
      return wrong(std::string(say("unknown option ", "不認得的選項 ")) + quoted(word),
                   std::string(say("options are written --name; words that begin with '-' go after '--'",
                                   "選項寫作 --名稱；以 '-' 開頭的文字請放在 '--' 之後")));
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Option* const known = find_option(command.verb, name);
    if (known == nullptr) return unknown_option(command.verb, name);
    if (known->value.empty()) {
      if (equals != std::string::npos)
        return wrong(quoted("--" + name) + std::string(say(" takes no value", " 不需要值")));
      command.arguments.set(name, "");
      continue;
    }
    if (equals != std::string::npos) {
      command.arguments.set(name, word.substr(equals + 1));
    } else if (at < words.size()) {
      command.arguments.set(name, words[at++]);
    } else {
      return wrong(quoted("--" + name) + std::string(say(" needs a value: ", " 需要值：")) +
                   std::string(known->value));
    }
  }
  if (version) {
    command.kind = Command::Kind::version;
    return command;
  }
  if (help) {
    command.kind = Command::Kind::help;
    return command;
  }
  if (command.verb == nullptr) {
    if (!group.empty())
      return wrong(quoted(group) + std::string(say(" needs a second word", " 之後還要一個字")),
                   missing_verb(group));
    return wrong(std::string(say("no command given", "沒有指定指令")),
                 std::string(say("see vigil --help", "請見 vigil --help")));
  }
  const std::size_t given = command.arguments.positional.size();
  if (given < command.verb->positional_min || given > command.verb->positional_max) {
    return wrong(
        std::string(given < command.verb->positional_min ? say("something is missing after ", "缺少參數：")
                                                         : say("too much after ", "參數過多：")) +
            quoted("vigil " + std::string(command.verb->name)),
        std::string(say("usage: vigil ", "用法：vigil ")) + std::string(command.verb->name) + " " +
            std::string(command.verb->arguments));
  }
  command.kind = Command::Kind::run;
  return command;
}

std::string help_text(const Verb* verb) {
  std::string out;
  if (verb != nullptr) {
    out += "vigil " + std::string(verb->name) + " — " + std::string(verb->summary.get()) + "\n\n";
    out += std::string(say("usage: ", "用法：")) + "vigil " + std::string(verb->name) + " " +
           std::string(verb->arguments) + "\n";
    if (!verb->options.empty()) out += "\n" + option_lines(verb->options);
    out += "\n" + std::string(say("common options:", "共用選項：")) + "\n" + option_lines(kCommon);
    out += "\n" + std::string(say("example: ", "範例：")) + std::string(verb->example) + "\n";
    return out;
  }
  out += std::string(say("vigil — the command line of Vigil: preserved logs, incidents and notifications",
                         "vigil — 守望的命令列：日誌保存、資安事件與通報")) +
         "\n\n";
  out += std::string(say("usage: ", "用法：")) + "vigil COMMAND …\n\n";
  for (const Verb& each : verbs()) {
    out += padded("  " + std::string(each.name) + " " + std::string(each.arguments), 42) +
           std::string(each.summary.get()) + "\n";
  }
  out += "\n" + std::string(say("common options:", "共用選項：")) + "\n" + option_lines(kCommon);
  out += "\n" +
         std::string(say(
             "exit codes: 0 done, 1 the answer is no, 2 used wrongly, 3 the server could not be reached or "
             "refused, 4 anything else",
             "結束代碼：0 完成、1 答案為否、2 用法錯誤、3 無法連線或被拒絕、4 其他")) +
         "\n";
  out += std::string(say("example: ", "範例：")) + "vigil search 'sshd failed' --since 24h\n";
  return out;
}

}  // namespace vigil::cli
