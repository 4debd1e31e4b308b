#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "incidents/case.h"
#include "incidents/notification.h"

namespace vigil {

/// What lies beside a case, by file name: form.html, form.json, case.json and notice.txt. The spool channel
/// writes them into a folder of the notice; an evidence bundle carries them as attachments. Names are fixed:
/// nothing from a log is ever part of one.
std::vector<std::pair<std::string, std::string>> notification_files(const Case& incident,
                                                                    const NotificationForm& form,
                                                                    std::string_view bundle_name,
                                                                    std::int64_t now_ns);

}  // namespace vigil
