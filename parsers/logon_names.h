#pragma once

#include <cstddef>
#include <string_view>

#include "parsers/logon_words.h"

namespace vigil {

/// Whom a sentence about a logon names. Views of its text.
struct LogonNames {
  std::string_view user;
  bool nameless = false;  ///< the sentence names a user whose name is empty: user ''
  std::string_view address, port;
  std::string_view forwarded_for;
};

/// Looks for them around the words (bytes begin to end) that told the outcome:
///
///   user     user=bob, username 'bob', User Name: bob, account "bob"; else for bob, as bob; else "bob" before "logged in"
///   address  behind from, rhost=, ip, client, …; else the first that is no destination; else a host's name behind from, rhost=
///
/// Of "from A from B" it is B: what stands before may be a name that its owner chose.
LogonNames find_logon_names(const LogonWords& words, std::size_t begin, std::size_t end);

/// An address with what may hang on it, as text has them: "203.0.113.9", "203.0.113.9:22", "[2001:db8::5]:22",
/// "203.0.113.9 port 22". Nothing if it is none.
struct LogonPeer {
  std::string_view address, port;
  std::size_t end = 0;  ///< bytes
};
LogonPeer read_logon_peer(std::string_view text);

}  // namespace vigil
