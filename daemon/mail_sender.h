#pragma once

#include <chrono>
#include <string>

#include "config/model.h"
#include "incidents/notification.h"
#include "parsers/result.h"

namespace vigil {

struct MailLimits {
  /// The whole conversation: a hanging server must not hold up other channels (BI-95).
  std::chrono::seconds total{30};
  std::chrono::seconds connect{10};
};

/// Sends one message over SMTP (libcurl: ESMTP, STARTTLS where offered, AUTH from the channel's password
/// file). Blocks; on failure says what the server answered, without secrets. Call from a thread that may
/// wait.
Result<void, std::string> send_mail(const ChannelConfig& channel, const MailMessage& message,
                                    const MailLimits& limits = {});

}  // namespace vigil
