#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "cli/args.h"
#include "cli/client.h"
#include "cli/output.h"

namespace vigil::cli {

/// What a verb works with.
struct Session {
  Output& out;
  Format format = Format::table;
  bool format_given = false;  ///< the user chose it
  Target target;
};

/// Reads --data, --server, --format and VIGIL_TOKEN. The error is already told.
std::optional<Session> make_session(const Arguments& arguments, Output& out);

/// Tells why the daemon did not do it, and the exit code for that: 2 for what it could not understand, 3
/// where it could not be reached or refused, 4 else.
Exit tell(const ClientError& error);
Exit tell(const Response& refusal);

/// One exchange whose answer is JSON. Null after a failure, which is told and left in `exit`.
std::optional<boost::json::value> ask(Session& session, const Request& request, Exit& exit);

/// Parses without throwing; null for what is no JSON, or nested deeper than 32.
std::optional<boost::json::value> read_json(std::string_view text);

/// The text at a dotted path ("level.overall"; a key that holds dots itself is found too); null if absent.
const boost::json::value* find_path(const boost::json::value& value, std::string_view path);
/// A value as a person reads it: strings as they are, arrays joined by ", ", null empty.
std::string plain(const boost::json::value& value);
std::string plain_at(const boost::json::value& value, std::string_view path);

}  // namespace vigil::cli
