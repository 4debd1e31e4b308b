#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace vigil {

/// Writes Prometheus' text format. Label values come from the network: backslash, quote and LF are escaped,
/// other controls become '?'.
class Prometheus {
 public:
  void counter(std::string_view name, std::string_view help) { begin(name, help, "counter"); }
  void gauge(std::string_view name, std::string_view help) { begin(name, help, "gauge"); }

  using Label = std::pair<std::string_view, std::string>;
  template <class Number>
  requires std::is_integral_v<Number>
  void value(std::initializer_list<Label> labels, Number number) { line(labels, std::to_string(number)); }
  std::string take() { return std::move(text_); }

 private:
  void begin(std::string_view name, std::string_view help, std::string_view type) {
    name_ = name;
    text_.append("# HELP ")
        .append(name)
        .append(" ")
        .append(help)
        .append("\n# TYPE ")
        .append(name)
        .append(" ");
    text_.append(type).append("\n");
  }
  void line(std::initializer_list<Label> labels, const std::string& number) {
    text_.append(name_);
    char separator = '{';
    for (const auto& [name, value] : labels) {
      text_.push_back(std::exchange(separator, ','));
      text_.append(name).append("=\"");
      for (const char c : value) {
        if (c == '\\' || c == '"') {
          text_.push_back('\\');
          text_.push_back(c);
        } else if (c == '\n') {
          text_.append("\\n");
        } else {
          text_.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
        }
      }
      text_.push_back('"');
    }
    if (labels.size() != 0) text_.push_back('}');
    text_.append(" ").append(number).append("\n");
  }

  std::string text_;
  std::string_view name_;
};

}  // namespace vigil
