#pragma once

#include <string_view>

#include "parsers/payload_writer.h"

/// What the logs of web servers, proxies and web firewalls have in common.
namespace vigil {

/// A request line: method SP url [ SP "HTTP/" version ]. The url of a clumsy client may hold blanks; what is no request
/// (scanners send TLS hellos and worse) is kept whole as url.original.
void add_request(PayloadWriter& out, std::string_view request);

/// Takes a quoted text off the front; nginx and Apache write `\"` for a quote inside. A missing end is the text's end.
bool take_quoted(std::string_view& rest, std::string_view& out);

/// http.response.status_code of three digits, and event.outcome by it.
void add_status(PayloadWriter& out, std::string_view status);

/// "10.0.0.5:51380", "[2001:db8::5]:51548", "2001:db8::5", "2001:db8::5:51548" (HAProxy): address and port.
void add_peer(PayloadWriter& out, Side side, std::string_view peer);

}  // namespace vigil
