#include "parsers/windows_message.h"

#include <algorithm>
#include <utility>

#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Where explanations begin that Windows puts behind the last value. On one line nothing else parts them from it.
constexpr std::string_view kExplanations[] = {
    "This event ",
    "Token Elevation Type indicates",
    "The subject fields",
    "The logon type field",
    "Certificate information is only",
    "Pre-authentication types",
    "Ticket options, encryption types",
    "此事件",
    "這個事件",
    "主旨欄位",
    "主體欄位",
    "登入類型欄位",
    "權杖提高類型表示",
    "權杖提升類型表示",
    "只有在使用憑證",
    "只有當憑證",
    "預先驗證類型、",
    "初始化登出時",
};

/// 當建立登入工作階段的時候，就會產生這個事件。
bool is_when_sentence(std::string_view text) {
  return text.starts_with("當") && text.substr(0, 600).find("事件") != std::string_view::npos;
}

std::string_view without_explanation(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i != 0 && !is_blank(value[i - 1])) continue;
    const std::string_view rest = value.substr(i);
    // All begin with T, C, P or a character beyond ASCII.
    const char first = rest.front();
    if (first != 'T' && first != 'C' && first != 'P' && static_cast<unsigned char>(first) < 0x80) continue;
    const auto begins = [rest](std::string_view start) { return rest.starts_with(start); };
    if (std::any_of(std::begin(kExplanations), std::end(kExplanations), begins) || is_when_sentence(rest)) {
      return trim(value.substr(0, i));
    }
  }
  return value;
}

/// The value up to an empty line, or what became of one: four blanks.
std::string_view first_paragraph(std::string_view value) {
  std::size_t newlines = 0, blanks = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!is_blank(value[i])) {
      newlines = blanks = 0;
      continue;
    }
    newlines += value[i] == '\n';
    blanks += value[i] == ' ';
    if (newlines == 2 || blanks == 4) return trim(value.substr(0, i));
  }
  return value;
}

std::string_view value_of(LabelUse use, std::string_view raw) {
  std::string_view value = trim(raw);
  if (use == LabelUse::word) return take_word(value);
  if (use != LabelUse::list) value = first_paragraph(value);
  return without_explanation(value);
}

/// Steps to the next colon that can end a label: one with a blank behind it, or the fullwidth one (U+FF1A). Gives its place
/// and the place behind it.
struct Colon {
  std::size_t at, end;
};
bool next_colon(std::string_view text, std::size_t from, Colon& out) {
  constexpr std::string_view kFullwidth = "\xEF\xBC\x9A";
  for (std::size_t i = text.find_first_of(":\xEF", from); i != std::string_view::npos;
       i = text.find_first_of(":\xEF", i + 1)) {
    if (text[i] == ':' && (i + 1 == text.size() || is_blank(text[i + 1]))) {
      out = {i, i + 1};
      return true;
    }
    if (text.substr(i).starts_with(kFullwidth)) {
      out = {i, i + kFullwidth.size()};
      return true;
    }
  }
  return false;
}

struct Heading {
  std::string_view text;
  unsigned event;
};
constexpr Heading kTellingHeadings[] = {
    {"New Logon:", 4624},
    {"新登入:", 4624},
    {"Account For Which Logon Failed:", 4625},
    {"登入失敗的帳戶:", 4625},
    {"Account Whose Credentials Were Used:", 4648},
    {"使用其認證的帳戶:", 4648},
    {"Account That Was Locked Out:", 4740},
    {"鎖定的帳戶:", 4740},
};

/// What Defender's EventData calls values whose labels others have too.
constexpr std::pair<std::string_view, std::string_view> kOfDefender[] = {
    {"Name", "Threat Name"},         {"Id", "Threat ID"},        {"Severity", "Severity Name"},
    {"CategoryId", "Category Name"}, {"User", "Detection User"}, {"ProcessName", "Process Name"},
    {"Status", "Error Code"},
};

class MessageReader {
 public:
  MessageReader(WindowsRecord& record, std::string_view text, unsigned event)
      : record_(record), text_(text), event_(event) {
    const WindowsValues& values = record.values();
    const auto says = [&values](std::string_view word) {
      return values.provider.find(word) != std::string_view::npos ||
             values.channel.find(word) != std::string_view::npos;
    };
    defender_ = says("Windows Defender") || says("Windows_Defender") || says("Windows-Defender");
  }

  void open(const WindowsLabel& label) {
    label_ = &label;
    if (label.use != LabelUse::heading) return;
    section_ = label.section;
    filtering_ = filtering_ || label.name == "ApplicationInformation";
    session_ = session_ || label.name == "Session";
    // The one who logs off is called Subject in the text, Target in EventData.
    const bool leaves = event_ == 4634 || event_ == 4647 || (event_ >= 4800 && event_ <= 4803);
    if (leaves && section_ == WindowsSection::subject) section_ = WindowsSection::logon;
    if (event_ == 4703 && section_ == WindowsSection::target) section_ = WindowsSection::logon;
    const bool radius = event_ >= 6272 && event_ <= 6280;
    if (radius && section_ == WindowsSection::target) section_ = WindowsSection::subject;
  }

  void read() {
    std::size_t begin = 0;  // of the current label's value
    std::size_t count = 0;
    Colon colon{};
    for (std::size_t from = 0; next_colon(text_, from, colon); from = colon.end) {
      std::string_view before = text_.substr(begin, colon.at - begin);
      while (before.ends_with(' ')) before.remove_suffix(1);  // "Subject :"
      const WindowsLabel* const label = windows_label_at_end(before);
      if (label == nullptr) continue;
      finish_value(before.substr(0, before.size() - label->text.size()), true);
      open(*label);
      begin = colon.end;
      if (++count == PayloadWriter::kFieldsMax) break;
    }
    if (count == PayloadWriter::kFieldsMax) {
      record_.out().overflow(text_.substr(begin));
    } else {
      finish_value(text_.substr(begin), false);
    }
    record_.values().rendered_id = event_;
    record_.values().rendered = count != 0 || event_ != 0;
  }

 private:
  /// `more`: a label follows.
  void finish_value(std::string_view raw, bool more) {
    if (label_ == nullptr) return head(trim(raw), more);
    const std::string_view value = value_of(label_->use, raw);
    if (!value.empty()) record_.data(data_name(), value);
  }

  /// What stands before the first label; all of the message where there is none.
  void head(std::string_view text, bool more) {
    if (text.empty()) return;
    const std::string_view shown = without_explanation(first_paragraph(text));
    if (more) record_.out().add_vendor("header", shown);
    std::string_view sentence = shown;
    for (const std::string_view said : {"AUDIT_SUCCESS", "AUDIT_FAILURE"}) {
      if (!take_prefix(sentence, said)) continue;
      record_.part(WindowsPart::keywords, said);
      sentence = trim_left(sentence);
    }
    if (event_ == 0) event_ = windows_event_of_sentence(sentence);
  }

  /// Some labels mean different values in different events.
  std::string_view data_name() const {
    const std::string_view name = label_->name;
    if (event_ == 4778 || event_ == 4779) {
      if (name == "UserName") return "AccountName";
      if (name == "DomainName") return "AccountDomain";
      if (name == "LogonId") return "LogonID";
    }
    if (defender_) {
      for (const auto& [label, data] : kOfDefender) {
        if (name == label) return data;
      }
      return name;
    }
    if (event_ == 7045) {
      if (name == "ServiceFileName") return "ImagePath";
      if (name == "ServiceStartType") return "StartType";
      if (name == "ServiceAccount") return "AccountName";
    }
    if ((event_ == 4673 || event_ == 4674) && name == "ServiceName") return "Service";
    // The filtering platform's events name the ends of a connection otherwise than those of shares.
    if (filtering_ && name == "ProcessId") return "ProcessID";
    if (name == "RenderedSourceAddress") return filtering_ ? "SourceAddress" : "IpAddress";
    if (name == "RenderedSourcePort") return filtering_ ? "SourcePort" : "IpPort";
    if (name == "ClientAddress" && !session_) return "IpAddress";
    if (name == "AuthenticationPackageName" && section_ == WindowsSection::none) return "PackageName";
    return windows_data_name(section_, name);
  }

  WindowsRecord& record_;
  std::string_view text_;
  unsigned event_;
  WindowsSection section_ = WindowsSection::none;
  const WindowsLabel* label_ = nullptr;
  bool filtering_ = false, session_ = false, defender_ = false;
};

}  // namespace

void read_windows_message(WindowsRecord& record, std::string_view text, unsigned event,
                          const WindowsLabel& first) {
  if (event == 0) event = windows_event_of_message(text);
  MessageReader reader(record, text, event);
  if (!first.text.empty()) reader.open(first);
  reader.read();
}

unsigned windows_event_of_message(std::string_view text) {
  text = trim_left(text.substr(0, 1024));
  if (take_prefix(text, "AUDIT_SUCCESS") || take_prefix(text, "AUDIT_FAILURE")) text = trim_left(text);
  if (const unsigned event = windows_event_of_sentence(text); event != 0) return event;
  for (const Heading& heading : kTellingHeadings) {
    if (text.find(heading.text) != std::string_view::npos) return heading.event;
  }
  return 0;
}

bool looks_like_windows_message(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  for (const SearchText& label :
       {SearchText("Security ID:"), SearchText("安全性識別碼:"), SearchText("Account Domain:"),
        SearchText("帳戶網域:"), SearchText("Application Name:"), SearchText("應用程式名稱:"),
        SearchText("Logon Account:"), SearchText("登入帳戶:"), SearchText("Profile Changed:"),
        SearchText("變更的設定檔:")}) {
    if (contains(front, label)) return true;
  }
  return false;
}

}  // namespace vigil
