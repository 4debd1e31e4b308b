#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule_set.h"

namespace vigil {

/// One rule or correlation that a document made fire.
struct OfflineMatch {
  std::uint64_t event = 0;  ///< number of the document, from 0
  std::string rule;         ///< the document's own id; empty where it has none
  std::string title;
};

/// Asks rules about JSON documents, one after the other: `vigil rules match`. Every rule is asked about every document
/// (a document does not say which log source it came from), without prefilter. Rules that only feed correlations
/// (`generate: false`) are not told of; a correlation is told of at every document at which its condition holds,
/// unless its own `vigil: {suppress}` says otherwise.
class OfflineMatcher {
 public:
  explicit OfflineMatcher(std::shared_ptr<const RuleSet> rules, int zone_minutes = 480);
  ~OfflineMatcher();

  /// Appends what one line matched. False if it is no JSON object: then `error` says why and the line still counts.
  /// `@timestamp` drives correlation; without it a document counts as one nanosecond after the one before.
  bool match(std::string_view line, std::vector<OfflineMatch>& out, std::string& error);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// {"event":0,"rule":"…","title":"…"} without LF.
void render_match_json(const OfflineMatch& match, std::string& out);

}  // namespace vigil
