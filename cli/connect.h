#pragma once

#include "cli/client.h"
#include "cli/socket_stream.h"

namespace vigil::cli {

/// Connects within ten seconds. The error names the place and what to try.
Result<SocketStream, ClientError> connect_to(const Target& target);

}  // namespace vigil::cli
