#include "incidents/report_files.h"

namespace vigil {

std::vector<std::pair<std::string, std::string>> notification_files(const Case& incident,
                                                                    const NotificationForm& form,
                                                                    std::string_view bundle_name,
                                                                    std::int64_t now_ns) {
  return {{"form.html", render_form_html(form)},
          {"form.json", render_form_json(form) + "\n"},
          {"case.json", incident.to_json(now_ns, form.zone_minutes) + "\n"},
          {"notice.txt",
           notice_subject(incident) + "\n\n" + render_notice_text(incident, form, bundle_name, now_ns)}};
}

}  // namespace vigil
