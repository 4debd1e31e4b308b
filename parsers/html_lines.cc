#include "parsers/html_lines.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <memory>

#include "parsers/characters.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// A break inside a cell, until the row's end tells what it is.
constexpr char kSoftBreak = '\v';

struct FreeDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};

std::string_view text_of(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

bool is_silent(std::string_view name) {
  return is_any(name, {"script", "style", "head", "title", "noscript", "template"});
}

bool is_block(std::string_view name) {
  return is_any(name,
                {"p",          "div",     "tr",      "li",     "ul",     "ol",      "dl",    "dt", "dd",
                 "h1",         "h2",      "h3",      "h4",     "h5",     "h6",      "hr",    "br", "pre",
                 "blockquote", "section", "article", "header", "footer", "caption", "center"});
}

class Lines {
 public:
  explicit Lines(const HtmlLinesLimits& limits) : limits_(limits) {}

  void begin(std::string_view name) {
    if (name == "table") {
      break_line();
      in_cell_.push_back(false);
    } else if (name == "tr") {
      end_row();
    } else if (name == "td" || name == "th") {
      if (has_cell_) row_ += '\t';
      has_cell_ = true;
      in_cell_.push_back(true);
    } else if (is_block(name)) {
      break_line();
    }
  }
  void end(std::string_view name) {
    if (name == "table" || name == "td" || name == "th") {
      if (in_cell_.size() > 1) in_cell_.pop_back();
      if (name == "table") end_row();
    } else if (name == "tr") {
      end_row();
    } else if (is_block(name)) {
      break_line();
    }
  }
  void text(std::string_view text) {
    while (!text.empty()) {
      const std::size_t wide = wide_blank_length(text);
      if (wide == 0 && std::string_view(" \t\r\n\v\f").find(text.front()) == std::string_view::npos) {
        row_ += text.front();
        text.remove_prefix(1);
        continue;
      }
      if (!row_.empty() && row_.back() != ' ' && row_.back() != '\t' && row_.back() != kSoftBreak)
        row_ += ' ';
      text.remove_prefix(std::max<std::size_t>(wide, 1));
    }
  }
  bool full() const { return lines_.size() >= limits_.lines_max; }
  std::vector<std::string> take() {
    end_row();
    if (full()) lines_.resize(limits_.lines_max);
    return std::move(lines_);
  }

 private:
  void break_line() {
    if (in_cell_.back()) {
      row_ += kSoftBreak;
    } else {
      end_row();
    }
  }
  void end_row() {
    std::size_t filled = 0;
    for (std::string_view rest = row_; !rest.empty();) {
      std::string_view cell = take_until(rest, '\t');
      if (cell.find_first_not_of(" \v") != std::string_view::npos) ++filled;
    }
    if (filled > 1) {
      std::replace(row_.begin(), row_.end(), kSoftBreak, ' ');
      lines_.push_back(std::move(row_));
    } else if (filled == 1) {
      std::replace(row_.begin(), row_.end(), '\t', kSoftBreak);
      for (std::string_view rest = row_; !rest.empty() && !full();) {
        const std::string_view line = trim(take_until(rest, kSoftBreak));
        if (!line.empty()) lines_.emplace_back(line);
      }
    }
    row_.clear();
    has_cell_ = false;
  }

  const HtmlLinesLimits limits_;
  std::vector<std::string> lines_;
  std::string row_;
  bool has_cell_ = false;
  std::vector<bool> in_cell_ = {false};  ///< of the tables and cells around, innermost last
};

}  // namespace

std::vector<std::string> html_lines(std::string_view html, const HtmlLinesLimits& limits) {
  Lines lines(limits);
  constexpr int kOptions = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
  constexpr std::size_t kBytesMax = INT32_MAX / 2;
  const auto size = static_cast<int>(std::min(html.size(), kBytesMax));
  const std::unique_ptr<xmlDoc, FreeDocument> document(
      htmlReadMemory(html.data(), size, nullptr, "UTF-8", kOptions));
  if (!document) return {};
  // By steps, not by calls: tags nest as deep as a sender likes.
  const xmlNode* const root = xmlDocGetRootElement(document.get());
  for (const xmlNode* node = root; node != nullptr && !lines.full();) {
    const bool element = node->type == XML_ELEMENT_NODE;
    const bool silent = element && is_silent(text_of(node->name));
    if (element && !silent) lines.begin(text_of(node->name));
    if (node->type == XML_TEXT_NODE) lines.text(text_of(node->content));
    if (element && !silent && node->children != nullptr) {
      node = node->children;
      continue;
    }
    if (element && !silent) lines.end(text_of(node->name));
    while (node != root && node->next == nullptr) {
      node = node->parent;
      lines.end(text_of(node->name));
    }
    if (node == root) break;
    node = node->next;
  }
  return lines.take();
}

}  // namespace vigil
