#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/session.h"

namespace vigil::cli {

/// Shows NDJSON that streams in, line by line, in the session's format. Events become one line each as they
/// come; rows of a pipe become a table, whose first thousand rows decide the widths. The last line of
/// `explain` and an error that comes after rows go to standard error.
class EventView {
 public:
  explicit EventView(Session& session) : session_(session) {}

  /// A piece of the stream; false when nobody reads any more.
  bool feed(std::string_view piece);
  /// The stream ended well: shows what is left.
  Exit finish();

 private:
  bool line(std::string_view text);
  bool show_event(const boost::json::value& event);
  bool show_row(const boost::json::value& row);
  bool flush_rows();
  void tell_explain(const boost::json::value& explain) const;

  Session& session_;
  std::string partial_;
  std::vector<std::string> titles_;             ///< columns of the rows of a pipe
  std::vector<std::vector<std::string>> rows_;  ///< kept until the widths are known
  bool header_written_ = false;
  Exit exit_ = Exit::done;
};

}  // namespace vigil::cli
