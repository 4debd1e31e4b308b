#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/event.h"
#include "parsers/grok.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// A parser that a user has written (docs/parsers.md), checked and not yet compiled.
struct UserParserText {
  std::string name;   ///< event.dataset
  std::string title;  ///< for people

  // When it is asked: every list that is not empty must have one that fits. At least one is not empty.
  std::vector<std::string> programs;     ///< the program in the header, without instance
  std::vector<std::string> starts_with;  ///< the message's first bytes
  std::vector<std::string> contains;     ///< anywhere in the message's first 8 KiB

  enum class Reads : std::uint8_t { patterns, pairs, json };
  Reads reads = Reads::patterns;
  std::vector<GrokPattern> patterns;                         ///< the first that fits is taken
  std::vector<std::pair<std::string, std::string>> map;      ///< pairs and json: the product's key, our field
  std::vector<std::pair<std::string, std::string>> fields;   ///< constants
  Kinds kinds;                                               ///< none: as if nobody had written a parser
  std::string product, category, service;                    ///< Sigma's log source
};

/// The parsers of the users of this process. Read by many threads, replaced whole.
class UserParsers {
 public:
  explicit UserParsers(std::vector<UserParserText> texts);
  ~UserParsers();

  bool empty() const { return parsers_.empty(); }
  /// The parser that takes the message; null if none does.
  struct Parser;
  const Parser* find(const SyslogHeader& header, std::string_view text) const;
  Kinds kinds_of(const Parser& parser) const;
  void parse(const Parser& parser, PayloadWriter& out) const;

  /// A number that is another for other parsers, the same in every process; 0 for none.
  std::uint32_t revision() const { return revision_; }

  /// Those in force; never null.
  static const UserParsers& current();
  /// Puts others in force. Messages that are being read go on with those of before, which therefore stay in memory: some KiB
  /// for each time somebody mends a parser.
  static void install(std::vector<UserParserText> texts);

 private:
  std::vector<std::unique_ptr<Parser>> parsers_;
  std::uint32_t revision_ = 0;
};

}  // namespace vigil
